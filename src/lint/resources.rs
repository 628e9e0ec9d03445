//! What can be wrong with a Task's `Resource`, by its parts.
//!
//! Source: 08-tasks §8.1.

use super::quoted;
use super::similar::nearest;
use super::tasks::{Part, split};

/// What is wrong with a resource, and where in its text.
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) label: String,
    pub(super) help: String,
    pub(super) instead: Option<String>,
    pub(super) is_certain: bool,
}

const PARTITIONS: [&str; 8] = [
    "aws",
    "aws-cn",
    "aws-eusc",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-us-gov",
];
const FUNCTION: &str = "arn:aws:lambda:<region>:<account>:function:<name>";
const ACTIVITY: &str = "arn:aws:states:<region>:<account>:activity:<name>";
const SERVICE: &str = "arn:aws:states:::<service>:<action>";
const FILLED_IN: &str = "if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone";

/// What is wrong with a Task's resource, if anything is.
pub(super) fn problem(text: &str) -> Option<Problem> {
    let whole = Part { text, at: 0 };
    if let Some(problem) = not_a_constant(whole) {
        return Some(problem);
    }
    if !text.starts_with("arn:") {
        return if whole.is_filled_in_later() {
            None
        } else {
            Some(not_an_arn(whole))
        };
    }
    let (_, parts) = split(text, 7);
    let part = |at: usize| parts.get(at).copied();
    part(1).and_then(of_partition).or_else(|| {
        let Some(service) = part(2) else {
            return (!whole.is_filled_in_later()).then(|| cut_short(whole, FUNCTION));
        };
        match service.text {
            "lambda" => of_function(whole, &parts),
            "states" => of_states(whole, &parts),
            _ if service.is_filled_in_later() => None,
            "" => Some(cut_short(whole, FUNCTION)),
            _ => Some(of_another_service(whole, service)),
        }
    })
}

impl Problem {
    fn new(message: impl Into<String>, part: Part<'_>, label: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: part.at,
            len: part.text.len(),
            label: label.into(),
            help: FILLED_IN.to_owned(),
            instead: None,
            is_certain: true,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// AWS may know better.
    fn perhaps(mut self) -> Self {
        self.is_certain = false;
        self
    }

    /// A part that is empty is shown with the colons around it.
    fn between_colons(mut self) -> Self {
        self.at -= 1;
        self.len = 2;
        self
    }
}

fn not_a_constant(whole: Part<'_>) -> Option<Problem> {
    let text = whole.text;
    let is_path = text.starts_with('$') && !text.starts_with("${");
    if is_path || text.starts_with("{%") || text.starts_with("States.") {
        let message = "`Resource` must be a constant, but is an expression";
        let label = "AWS takes this as it is written";
        return Some(Problem::new(message, whole, label).help(
            "to choose a function when it runs, call `arn:aws:states:::lambda:invoke` with an expression as its `FunctionName`",
        ));
    }
    let open = text.rfind("${")?;
    if text[open..].contains('}') {
        return None;
    }
    let rest = Part {
        text: &text[open..],
        at: open,
    };
    let message = "a placeholder in `Resource` is never closed";
    Some(Problem::new(message, rest, "no `}` follows").help("close it with `}`"))
}

fn not_an_arn(whole: Part<'_>) -> Problem {
    let text = whole.text;
    let scheme = text.split(':').next().unwrap_or_default();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let is_meant_as_arn = matches!(&*scheme.to_lowercase(), "arn" | "aws");
    let is_uri =
        is_scheme && !is_meant_as_arn && text.len() > scheme.len() + 1 && !text.contains(' ');
    let message = format!("`Resource` must be an ARN, but is {}", quoted(text));
    let help = format!("write {FUNCTION} or {SERVICE};\n{FILLED_IN}");
    let problem = Problem::new(message, whole, "not an ARN").help(help);
    if is_uri { problem.perhaps() } else { problem }
}

fn of_partition(part: Part<'_>) -> Option<Problem> {
    if PARTITIONS.contains(&part.text) || part.is_filled_in_later() {
        return None;
    }
    if part.text.is_empty() {
        let problem = Problem::new(
            "this ARN has no partition",
            part,
            "the partition belongs between these colons",
        );
        return Some(problem.between_colons().help("most often it is `aws`"));
    }
    let message = format!("there is no partition {}", quoted(part.text));
    let mut problem = Problem::new(message, part, "no such partition");
    if let Some(near) = nearest(part.text, PARTITIONS) {
        problem.help = format!("did you mean {}?", quoted(near));
        problem.instead = Some(near.to_owned());
    } else if part.text.starts_with("aws-") {
        problem = problem.perhaps();
    }
    Some(problem)
}

fn of_function(whole: Part<'_>, parts: &[Part<'_>]) -> Option<Problem> {
    let [_, _, _, region, account, kind, name] = parts[..] else {
        return Some(missing_part(whole, parts, "function", "Lambda", FUNCTION));
    };
    if kind.text != "function" && !kind.is_filled_in_later() {
        let message = format!(
            "a Task cannot call the Lambda resource {}",
            quoted(kind.text)
        );
        let label = "`function` belongs here";
        return Some(Problem::new(message, kind, label).help(format!("write {FUNCTION}")));
    }
    let of_name = || {
        if name.text.is_empty() {
            return Some(cut_short(whole, FUNCTION));
        }
        with_pattern(name).or_else(|| of_qualifier(name))
    };
    // What only may be wrong does not hide what is.
    match of_place("Lambda", region, account) {
        Some(problem) if problem.is_certain => Some(problem),
        doubt => of_name().or(doubt),
    }
}

fn with_pattern(name: Part<'_>) -> Option<Problem> {
    let dot = name.text.find(".sync").or(name.text.find(".waitFor"))?;
    let suffix = Part {
        text: &name.text[dot..],
        at: name.at + dot,
    };
    let message = format!("a Lambda ARN cannot have the pattern `{}`", suffix.text);
    let help = format!(
        "call `arn:aws:states:::lambda:invoke{}` and give the function as `FunctionName`",
        suffix.text
    );
    Some(Problem::new(message, suffix, "a pattern of service integrations").help(help))
}

/// The version or alias after a function's name: `$LATEST`, a number, or a name.
fn of_qualifier(name: Part<'_>) -> Option<Problem> {
    let colon = name.text.find(':')?;
    let text = &name.text[colon + 1..];
    if name.text.contains(['{', '<', '%']) || text == "$LATEST" {
        return None;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !text.is_empty() && text.chars().all(is_plain) {
        return None;
    }
    let part = Part {
        text: &name.text[colon..],
        at: name.at + colon,
    };
    let message = format!("{} is no version or alias of a function", quoted(text));
    let label = "a version or an alias belongs here";
    Some(Problem::new(message, part, label).help(
        "write `$LATEST`, the number of a version, or an alias of letters, digits, `-` and `_`; or leave it out",
    ))
}

fn of_states(whole: Part<'_>, parts: &[Part<'_>]) -> Option<Problem> {
    let [_, _, _, region, account, kind, name] = parts[..] else {
        let form = match parts.get(3) {
            Some(region) if region.text.is_empty() => SERVICE,
            _ => ACTIVITY,
        };
        return Some(missing_part(whole, parts, "activity", "activity", form));
    };
    match kind.text {
        "activity" if name.text.is_empty() => Some(cut_short(whole, ACTIVITY)),
        "activity" => of_place("activity", region, account),
        "stateMachine" | "execution" | "express" | "mapRun" => {
            let message = format!(
                "a Task cannot call the resource {} itself",
                quoted(kind.text)
            );
            let help = "call `arn:aws:states:::states:startExecution.sync:2` and give the state machine as `StateMachineArn`";
            Some(Problem::new(message, kind, "not something that a Task calls").help(help))
        }
        "" => Some(cut_short(whole, SERVICE)),
        "aws-sdk" if !name.text.contains(':') && !name.is_filled_in_later() => Some(cut_short(
            whole,
            "arn:aws:states:::aws-sdk:<service>:<action>",
        )),
        _ if name.text.is_empty() || name.text.ends_with(':') => Some(cut_short(whole, SERVICE)),
        _ => None,
    }
}

/// The region and the account of a function or an activity.
fn of_place(noun: &str, region: Part<'_>, account: Part<'_>) -> Option<Problem> {
    let missing = |what: &str, part| {
        let message = format!("this {noun} ARN has no {what}");
        let label = format!("the {what} belongs between these colons");
        Some(Problem::new(message, part, label).between_colons())
    };
    if region.text.is_empty() && account.text.is_empty() {
        // Nobody writes it so by accident; a definition that is published as valid does.
        let problem = missing("region", region)?;
        return Some(problem.perhaps());
    }
    if region.text.is_empty() {
        return missing("region", region);
    }
    if account.text.is_empty() {
        return missing("account", account);
    }
    if !is_region(region.text) && !region.is_filled_in_later() {
        let message = format!("{} is no region", quoted(region.text));
        let label = "a region such as `us-east-1` belongs here";
        return Some(Problem::new(message, region, label).perhaps());
    }
    let is_number = account.text.bytes().all(|byte| byte.is_ascii_digit());
    if (is_number && account.text.len() == 12) || account.is_filled_in_later() {
        return None;
    }
    let message = format!("{} is no account", quoted(account.text));
    let label = "an account has 12 digits";
    let problem = Problem::new(message, account, label);
    Some(if is_number {
        problem.perhaps()
    } else {
        problem
    })
}

fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    match &words[..] {
        [first @ .., number] => {
            first.len() >= 2
                && first.iter().all(is_word)
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && !number.is_empty()
        }
        [] => false,
    }
}

/// An ARN with too few parts; `kind` is the word that stands before the name.
fn missing_part(
    whole: Part<'_>,
    parts: &[Part<'_>],
    kind: &str,
    noun: &str,
    form: &str,
) -> Problem {
    let at = parts.iter().position(|part| part.text == kind);
    let is_number = |part: &Part<'_>| part.text.bytes().all(|byte| byte.is_ascii_digit());
    match at {
        Some(4) if parts.len() == 6 => {
            let what = if is_number(&parts[3]) {
                "region"
            } else {
                "account"
            };
            let message = format!("this {noun} ARN has no {what}");
            let label = format!("a part is missing before this; the ARN is {form}");
            Problem::new(message, parts[4], label)
        }
        _ => cut_short(whole, form),
    }
}

fn cut_short(whole: Part<'_>, form: &str) -> Problem {
    let message = format!("the ARN {} is not complete", quoted(whole.text));
    Problem::new(message, whole, "parts are missing").help(format!("write {form};\n{FILLED_IN}"))
}

fn of_another_service(whole: Part<'_>, service: Part<'_>) -> Problem {
    let message = format!("a Task cannot call an ARN of {}", quoted(service.text));
    let label = "a Task calls `lambda` functions and `states` activities and integrations";
    let mut problem = Problem::new(message, service, label)
        .perhaps()
        .help(format!(
            "to call a service, write {SERVICE} and name the resource in the arguments"
        ));
    if let Some(near) = nearest(service.text, ["lambda", "states"]) {
        problem.help = format!("did you mean {}?", quoted(near));
        problem.instead = Some(near.to_owned());
        problem.is_certain = true;
    } else if split(whole.text, 7).0 < 6 {
        problem = cut_short(whole, FUNCTION);
    }
    problem
}
