//! `--dry`, and what is told before a run that cannot begin: which handler does which Task's work.

use std::fmt::Write;

use crate::cli::document::Document;
use crate::language::{Body, IntegrationPattern, Resource, State};
use crate::report::style::{Style, columns, fit, printable};
use crate::runtime::Host;
use crate::syntax::Tree;

/// The Tasks of a machine with their handlers.
pub(super) struct Plan(Vec<Planned>);

struct Planned {
    /// The file that the Task is defined in, and its line there.
    file: String,
    line: usize,
    state: String,
    resource: String,
    /// The resource without what most have in common.
    short: String,
    handler: Option<String>,
    /// What that handler lacks to do any work.
    lacks: Option<String>,
    /// Whether a callback port could do in place of a handler.
    answers_later: bool,
}

impl Planned {
    fn is_ready(&self) -> bool {
        self.handler.is_some() && self.lacks.is_none()
    }
}

/// Between columns.
const GAP: &str = "  ";

impl Plan {
    /// Of the machine that is run, which has no name here, and of those that it may start.
    /// Of the first one, only the Task `alone`, when that runs alone.
    pub(super) fn of(
        machines: &[(Option<&str>, Document)],
        host: &Host,
        alone: Option<&str>,
    ) -> Self {
        let mut plan = Vec::new();
        for (name, document) in machines {
            let (file, line_of) = (printable(document.file_name()), document.lines());
            let machine = name.map_or(String::new(), |name| format!("{}: ", printable(name)));
            let counts =
                |state: &State| name.is_some() || alone.is_none_or(|one| *state.name == *one);
            let mut tasks: Vec<_> = tasks(document).filter(|(state, _)| counts(state)).collect();
            tasks.sort_by_key(|(state, _)| state.name_span);
            for (state, resource) in tasks {
                let lacks = lacks(document, state, resource, host);
                plan.push(Planned {
                    lacks: lacks.map(|lacks| printable(&lacks).into_owned()),
                    file: file.to_string(),
                    line: line_of(state.name_span),
                    state: format!("{machine}{}", printable(&state.name)),
                    resource: printable(resource.text()).into_owned(),
                    short: printable(&short(resource)).into_owned(),
                    handler: who(document, state, resource, host),
                    answers_later: matches!(resource, Resource::Activity { .. })
                        || resource.pattern() == IntegrationPattern::WaitForTaskToken,
                });
            }
        }
        Self(plan)
    }

    pub(super) fn is_complete(&self) -> bool {
        self.0.iter().all(Planned::is_ready)
    }

    /// A row for each Task, cut where it is wider than it may be; `None` lets it be.
    pub(super) fn table(&self, style: &Style, width: Option<usize>) -> String {
        if self.0.is_empty() {
            return "this machine has no Tasks: it needs no handlers\n".to_owned();
        }
        let last = self.0.iter().map(|task| task.line).max().unwrap_or(0);
        let digits = last.to_string().len().max("line".len());
        let room = width.map(|width| width.saturating_sub(2 + digits + 3 * GAP.len()));
        let natural = self.widths(|task| &task.resource);
        let fits = room.is_none_or(|room| natural.iter().sum::<usize>() <= room);
        let resource: fn(&Planned) -> &str = if fits {
            |task| &task.resource
        } else {
            |task| &task.short
        };
        let widths = match room {
            Some(room) => shared(self.widths(resource), room),
            None => natural,
        };
        let cell = |text: &str, column: usize| {
            let text = fit(text, widths[column]);
            let blanks = " ".repeat(widths[column].saturating_sub(columns(&text)));
            format!("{text}{blanks}")
        };
        let heads = [cell("Task", 0), cell("resource", 1)];
        let head = format!("  {:>digits$}{GAP}{}", "line", heads.join(GAP));
        let mut text = format!("{}\n", style.dim(&format!("{head}{GAP}handler")));
        for task in &self.0 {
            let line = format!("{:>digits$}", task.line);
            let (state, resource) = (cell(&task.state, 0), cell(resource(task), 1));
            let (mark, who) = match &task.handler {
                Some(handler) if task.lacks.is_some() => {
                    let handler = fit(handler, widths[2]);
                    (style.bad("✖"), style.bad(&handler).to_string())
                }
                Some(handler) => (style.ok("✔"), fit(handler, widths[2]).into_owned()),
                None => (style.bad("✖"), style.bad("no handler").to_string()),
            };
            writeln!(
                text,
                "{mark} {}{GAP}{}{GAP}{}{GAP}{who}",
                style.dim(&line),
                style.bold(&state),
                style.dim(&resource)
            )
            .expect("a string takes all");
        }
        text
    }

    /// The widths of states, resources and handlers.
    fn widths(&self, resource: fn(&Planned) -> &str) -> [usize; 3] {
        let width = |cell: &dyn Fn(&Planned) -> usize, head: &str| {
            let widest = self.0.iter().map(cell).max();
            widest.unwrap_or(0).max(head.len())
        };
        [
            width(&|task| columns(&task.state), "Task"),
            width(&|task| columns(resource(task)), "resource"),
            width(
                &|task| columns(task.handler.as_deref().unwrap_or("no handler")),
                "handler",
            ),
        ]
    }

    /// What to say about Tasks that nobody can do, all at once.
    pub(super) fn missing(&self) -> String {
        let handlerless = |task: &&Planned| task.handler.is_none();
        let missing: Vec<&Planned> = self.0.iter().filter(handlerless).collect();
        let mut texts = Vec::new();
        if !missing.is_empty() {
            let mut text = listed(&missing, "no handler");
            text.push_str(
                "say who does the work with --mock FILE, --handlers FILE or \
                 --task 'PATTERN=cmd:COMMAND'; --dry shows the plan",
            );
            if missing.iter().all(|task| task.answers_later) {
                text.push_str("; with --callback-port PORT somebody can answer from outside");
            }
            texts.push(text);
        }
        let mut reasons: Vec<&str> = Vec::new();
        for reason in self.0.iter().filter_map(|task| task.lacks.as_deref()) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        for reason in reasons {
            let it = |task: &&Planned| task.lacks.as_deref() == Some(reason);
            let lacking: Vec<&Planned> = self.0.iter().filter(it).collect();
            texts.push(listed(&lacking, "a handler that cannot work") + reason);
        }
        texts.join("\n")
    }
}

/// Tasks that have something, each with its place.
fn listed(tasks: &[&Planned], what: &str) -> String {
    let (verb, noun) = if tasks.len() == 1 {
        ("has", "Task")
    } else {
        ("have", "Tasks")
    };
    let mut text = format!("{} {noun} {verb} {what}:\n", tasks.len());
    for task in tasks {
        let Planned {
            file,
            line,
            state,
            resource,
            ..
        } = task;
        writeln!(text, "  {file}:{line}  {state}  {resource}").expect("a string takes all");
    }
    text
}

/// Columns of these widths in this room: narrow ones stay as they are, the others share the rest.
fn shared(natural: [usize; 3], room: usize) -> [usize; 3] {
    let mut widths = natural;
    let (mut left, mut wide) = (room, vec![0, 1, 2]);
    loop {
        let share = left / wide.len().max(1);
        let Some(at) = wide.iter().position(|column| natural[*column] <= share) else {
            for column in wide {
                widths[column] = share;
            }
            return widths;
        };
        left -= natural[wide.remove(at)];
    }
}

/// The Tasks of a machine, also those in Parallel and Map states.
pub(in crate::cli) fn tasks(document: &Document) -> impl Iterator<Item = (&State, &Resource)> {
    let states = document.machine.states();
    states.filter_map(|state| match &state.body {
        Body::Task(task) => Some((state, &task.resource.as_ref()?.value)),
        _ => None,
    })
}

/// What tells a resource from others: `sqs:sendMessage`, `function:charge`.
fn short(resource: &Resource) -> String {
    match resource {
        Resource::Lambda { function, .. } => format!("function:{function}"),
        Resource::Activity { name, .. } => format!("activity:{name}"),
        Resource::Service {
            service, action, ..
        } => format!("{service}:{action}"),
        Resource::Other(text) => text.to_string(),
    }
}

/// Who does a Task's work.
fn who(document: &Document, state: &State, resource: &Resource, host: &Host) -> Option<String> {
    if host.machines.serve(resource) {
        return Some("machine of --machine-map".to_owned());
    }
    let function = function_name(&document.tree, state, resource);
    let handler = host
        .handlers
        .describe(&state.name, resource, function.as_deref());
    handler.map(|handler| printable(&handler).into_owned())
}

/// What whoever does a Task's work lacks to do it.
fn lacks(document: &Document, state: &State, resource: &Resource, host: &Host) -> Option<String> {
    if host.machines.serve(resource) {
        return None;
    }
    let function = function_name(&document.tree, state, resource);
    let handlers = &host.handlers;
    handlers.lacks(&state.name, resource, function.as_deref())
}

/// The function that `lambda:invoke` calls, when the definition names it outright.
pub(in crate::cli) fn function_name(
    tree: &Tree,
    state: &State,
    resource: &Resource,
) -> Option<String> {
    let arguments = state
        .io
        .parameters
        .as_ref()
        .or(state.io.arguments.as_ref())?;
    let name = tree.node(arguments.node).get("FunctionName")?.as_str();
    name.filter(|_| resource.is_lambda_invoke())
        .map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let task = |line, state: &str, resource: &str, handler: Option<&str>| Planned {
            file: "order.asl.json".to_owned(),
            line,
            state: state.to_owned(),
            resource: resource.to_owned(),
            short: short(&Resource::parse(resource)),
            handler: handler.map(str::to_owned),
            lacks: None,
            answers_later: false,
        };
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:charge-the-card";
        Plan(vec![
            task(
                7,
                "Charge the card",
                arn,
                Some("cmd: python3 handlers/charge.py"),
            ),
            task(112, "Tell", "arn:aws:states:::sns:publish", None),
        ])
    }

    #[track_caller]
    fn check(width: Option<usize>, expected: &str) {
        let table = plan().table(&Style::new(false, 80), width);
        assert_eq!(table, expected);
        let most = width.unwrap_or(usize::MAX);
        assert!(table.lines().all(|line| columns(line) <= most), "{table}");
    }

    #[test]
    fn what_fits_is_shown_whole() {
        let expected = "  line  Task             resource                                                        handler
✔    7  Charge the card  arn:aws:lambda:us-east-1:123456789012:function:charge-the-card  cmd: python3 handlers/charge.py
✖  112  Tell             arn:aws:states:::sns:publish                                    no handler
";
        check(None, expected);
        check(Some(120), expected);
    }

    #[test]
    fn narrow_terminals_get_the_telling_part_of_resources() {
        check(
            Some(90),
            "  line  Task             resource                  handler
✔    7  Charge the card  function:charge-the-card  cmd: python3 handlers/charge.py
✖  112  Tell             sns:publish               no handler
",
        );
        check(
            Some(60),
            "  line  Task             resource          handler
✔    7  Charge the card  function:charge…  cmd: python3 ha…
✖  112  Tell             sns:publish       no handler
",
        );
    }

    #[test]
    fn columns_that_are_wide_share_what_others_leave() {
        assert_eq!(shared([5, 5, 5], 20), [5, 5, 5]);
        assert_eq!(shared([5, 50, 50], 45), [5, 20, 20]);
        assert_eq!(shared([50, 3, 10], 30), [17, 3, 10]);
        assert_eq!(shared([9, 9, 9], 0), [0, 0, 0]);
    }
}
