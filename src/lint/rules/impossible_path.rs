//! # impossible-path
//!
//! ## What it does
//! Reports paths that can never lead to anything: the value they look at is known to have no such
//! field. What states get and give is followed from `Result`, `Parameters`, `ItemSelector`,
//! `Output`, `ResultPath` and the other fields that move data; an execution's input and what Tasks
//! answer are unknown, and of what is unknown nothing is reported. The fields of the context object
//! and of an error output are known.
//!
//! ## Why it matters
//! A path that leads nowhere fails the execution with `States.Runtime`, which nothing can catch, and
//! a JSONata expression that comes to nothing fails with `States.QueryEvaluationError`. AWS accepts
//! the definition.
//!
//! ## Example
//! ```json
//! {
//!   "Price": { "Type": "Pass", "Result": { "total": 12 }, "Next": "Tell" },
//!   "Tell": { "Type": "Pass", "Parameters": { "sum.$": "$.sum" }, "End": true }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Price": { "Type": "Pass", "Result": { "total": 12 }, "Next": "Tell" },
//!   "Tell": { "Type": "Pass", "Parameters": { "sum.$": "$.total" }, "End": true }
//! }
//! ```
//!
//! ## Reference
//! Processing input and output in Step Functions:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html>

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::{Category, Rule};
use crate::graph::{Edge, Scope, Vertex};
use crate::language::expressions::Part;
use crate::language::{Body, State, StateKind};
use crate::lint::context::Context;
use crate::lint::expressions::{Expression, Form};
use crate::lint::flow::{Arrays, CONTEXT_OBJECT, ERROR_OUTPUT, Found, Shape, Stages};
use crate::lint::similar::nearest;
use crate::query::{Path, PathStep, Root};
use crate::syntax::{Diagnostic, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "impossible-path",
    category: Category::DataFlow,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("impossible_path.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let ways = OnceCell::new();
    for expression in &context.expressions {
        let Some(stages) = context.data_flow.stages(expression.vertex) else {
            continue;
        };
        if asks_for_presence(expression) {
            continue;
        }
        for look in looks(expression, stages) {
            if let Found::Missing(at) = look.find(look.base) {
                let before = ways
                    .get_or_init(|| only_ways(context))
                    .get(&expression.vertex);
                out.push(finding(
                    context,
                    expression,
                    &look,
                    at,
                    before.copied().flatten(),
                ));
            }
        }
    }
}

/// A path, with what it looks at.
struct Look<'a> {
    base: &'a Shape,
    way: Way<'a>,
    /// As it is written.
    source: &'a str,
    /// What the value is, in words.
    what: &'static str,
}

/// The steps of a look.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// A plain path.
    Path(&'a Path),
    /// The fields that a JSONata expression names.
    Fields(&'a [Arc<str>]),
}

impl Look<'_> {
    fn find(&self, base: &Shape) -> Found {
        match self.way {
            Way::Path(path) => path
                .plain_steps()
                .map_or(Found::Maybe, |steps| base.find(steps, Arrays::Miss)),
            Way::Fields(names) => base.find(keys(names), Arrays::Map),
        }
    }

    fn steps(&self) -> Vec<PathStep<'_>> {
        match self.way {
            Way::Path(path) => path.plain_steps().into_iter().flatten().collect(),
            Way::Fields(names) => keys(names).collect(),
        }
    }

    /// What the steps before one lead to.
    fn holder(&self, at: usize) -> Shape {
        let arrays = match self.way {
            Way::Path(_) => Arrays::Miss,
            Way::Fields(_) => Arrays::Map,
        };
        let before = self.steps().into_iter().take(at);
        self.base.find(before, arrays).or_unknown()
    }
}

fn keys(names: &[Arc<str>]) -> impl Iterator<Item = PathStep<'_>> {
    names.iter().map(|name| PathStep::Key(name))
}

fn looks<'a>(expression: &'a Expression<'_>, stages: &'a Stages) -> impl Iterator<Item = Look<'a>> {
    let jsonata = match &*expression.form {
        Form::Jsonata(read, _) => read
            .plain_path()
            .and_then(|path| jsonata(path, read.source(), stages)),
        _ => None,
    };
    let look = move |path: &'a Path| {
        let (base, what) = match path.root() {
            Root::Input => base(expression, stages)?,
            Root::Context => (&*CONTEXT_OBJECT, "the context object"),
            Root::Variable(_) => return None,
        };
        Some(Look {
            base,
            way: Way::Path(path),
            source: path.source(),
            what,
        })
    };
    jsonata
        .into_iter()
        .chain(expression.paths().filter_map(look))
}

fn jsonata<'a>(path: &'a [Arc<str>], source: &'a str, stages: &'a Stages) -> Option<Look<'a>> {
    let (variable, rest) = path.split_first()?;
    let (member, fields) = rest.split_first()?;
    if &**variable != "states" {
        return None;
    }
    let (base, what) = match &**member {
        "input" => (&stages.input, "the state's input"),
        "context" => (&*CONTEXT_OBJECT, "the context object"),
        "result" => (&stages.result, "the result"),
        "errorOutput" => (&*ERROR_OUTPUT, "the error output"),
        _ => return None,
    };
    Some(Look {
        base,
        way: Way::Fields(fields),
        source,
        what,
    })
}

/// What `$` is in a field (01-fields §1.3).
fn base<'a>(expression: &Expression<'_>, stages: &'a Stages) -> Option<(&'a Shape, &'static str)> {
    let state = expression.state;
    let reads_items = matches!(&state.body, Body::Map(map) if map.item_reader.is_some());
    Some(match (expression.site.part, expression.site.field) {
        // With an ItemReader it is ignored (01-fields §1.3, recorded).
        (_, "ItemsPath") if reads_items => return None,
        (Part::Catcher(_), "Assign") => (&*ERROR_OUTPUT, "the error output"),
        (Part::Catcher(_), _) => return None,
        (_, "InputPath") => (&stages.input, "the state's input"),
        (_, "OutputPath") => (&stages.placed, "what the state gives"),
        (_, "ResultSelector") => (&stages.result, "the result"),
        (Part::State, "Assign") if has_result(state) => (&stages.result, "the result"),
        _ => (&stages.effective, "what the state gets"),
    })
}

fn has_result(state: &State) -> bool {
    !matches!(state.kind(), Some(StateKind::Choice | StateKind::Wait))
}

/// `IsPresent` is there to ask.
fn asks_for_presence(expression: &Expression<'_>) -> bool {
    let rule = expression.node.parent();
    expression.site.field == "Variable"
        && rule.is_some_and(|rule| rule.entry("IsPresent").is_some())
}

fn finding(
    context: &Context<'_>,
    expression: &Expression<'_>,
    look: &Look<'_>,
    at: usize,
    before: Option<&Edge<'_>>,
) -> Diagnostic {
    let name = match look.steps().get(at) {
        Some(PathStep::Key(name)) => *name,
        Some(PathStep::Index(_)) | None => "",
    };
    let offset = expression.text.find(look.source).unwrap_or(0);
    let shift = crate::query::jsonata::strip_delimiters(expression.text);
    let offset = if shift.is_some() { 0 } else { offset };
    let place = expression.place(context.source, offset, look.source.len());
    let holder = look.holder(at);
    let finding = RULE
        .finding(format!("`{}` can never exist here", look.source))
        .label(
            place,
            format!("{} has no `{name}`{}", subject(look, at), has(&holder)),
        );
    let finding = match before.and_then(|edge| dropped(context, edge, look)) {
        Some((place, what)) => finding.label(place, what),
        None => finding,
    };
    let names = holder.names().unwrap_or_default();
    match nearest(name, names.iter().map(|name| &**name)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

fn subject(look: &Look<'_>, at: usize) -> String {
    let before = at.checked_sub(1);
    match before.and_then(|before| look.steps().get(before).copied()) {
        None => look.what.to_owned(),
        Some(PathStep::Key(name)) => format!("`{name}`"),
        Some(PathStep::Index(index)) => format!("`[{index}]`"),
    }
}

/// What a value has instead, in words.
fn has(holder: &Shape) -> String {
    const MOST: usize = 6;
    let Some(names) = holder.names() else {
        return match holder.type_of() {
            Some(kind) => format!(": it is {kind}"),
            None => String::new(),
        };
    };
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    if shown.is_empty() {
        ": it is empty".to_owned()
    } else {
        format!(", only {}{more}", shown.join(", "))
    }
}

/// For each state the one way that leads to it; `None` where there are several.
fn only_ways<'c>(context: &'c Context<'_>) -> HashMap<Vertex, Option<&'c Edge<'c>>> {
    let mut ways = HashMap::new();
    for edge in context.graph.scopes().flat_map(Scope::edges) {
        let way = ways.entry(edge.to).or_insert(Some(edge));
        if way.is_some_and(|first| !std::ptr::eq(first, edge)) {
            *way = None;
        }
    }
    ways
}

/// The state before this one that had the value and gave it away, with the field that did it.
fn dropped(context: &Context<'_>, edge: &Edge<'_>, look: &Look<'_>) -> Option<(Span, String)> {
    if look.what == "the context object" || look.what == "the error output" {
        return None;
    }
    let state = context.graph.state(edge.from)?;
    let had = context.data_flow.stages(edge.from)?;
    let found = look.find(&had.input);
    if !matches!(found, Found::Shape(_)) || edge.kind.is_catch() {
        return None;
    }
    let io = &state.io;
    let field = io.output_path.as_ref().map(|field| field.key);
    let field = field.or(io.output.as_ref().map(|field| field.key));
    let field = field.or(io.result_path.as_ref().map(|field| field.key));
    let (place, what) = match field {
        Some(key) => (key, "this field does not let it through"),
        None => (
            state.name_span,
            "the result of this state takes the place of its input",
        ),
    };
    Some((place, what.to_owned()))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn fields_that_are_known_not_to_be_there_are_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Result": {"total": 12, "items": [1]}, "Next": "B"},
              "B": {"Type": "Pass", "Parameters": {"a.$": "$.totl", "b.$": "$.items.x",
                "c.$": "States.Format('{}', $$.Execution.Nme)"}, "Next": "C"},
              "C": {"Type": "Choice", "Default": "D", "Choices": [
                {"Variable": "$.a.b", "IsPresent": true, "Next": "D"},
                {"Variable": "$.total", "NumericEquals": 12, "Next": "D"}]},
              "D": {"Type": "Succeed", "OutputPath": "$.a"}}}"#,
            expect![[r#"
                warning[impossible-path] `$.totl` can never exist here (-)
                  at 3:60 $.totl -- what the state gets has no `totl`, only `total`, `items`
                  help: did you mean `total`?
                warning[impossible-path] `$.items.x` can never exist here (-)
                  at 3:77 $.items.x -- `items` has no `x`: it is an array
                warning[impossible-path] `$$.Execution.Nme` can never exist here (-)
                  at 4:45 $$.Execution.Nme -- `Execution` has no `Nme`, only `Id`, `Input`, `Name`, `RoleArn`, `StartTime`, `RedriveCount`, …
                  help: did you mean `Name`?
                warning[impossible-path] `$.total` can never exist here (-)
                  at 7:31 $.total -- what the state gets has no `total`, only `a`, `b`, `c`
                  at 3:15 "B" -- the result of this state takes the place of its input
            "#]],
        );
    }

    #[test]
    fn what_a_state_drops_is_shown() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Parameters": {"order.$": "$.order"}, "Next": "B"},
              "B": {"Type": "Pass", "Result": {"rate": 2}, "Next": "C"},
              "C": {"Type": "Pass", "InputPath": "$.order", "End": true}}}"#,
            expect![[r#"
                warning[impossible-path] `$.order` can never exist here (-)
                  at 4:51 $.order -- the state's input has no `order`, only `rate`
                  at 3:15 "B" -- the result of this state takes the place of its input
            "#]],
        );
    }

    #[test]
    fn jsonata_and_error_outputs_are_followed() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "Output": {"id": "{% $states.input.id %}", "n": 1}, "Next": "B"},
              "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "{% $states.input.name %}"}, "End": true,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C",
                  "Output": "{% $states.errorOutput.Message %}"}]},
              "C": {"Type": "Pass", "End": true, "Output": "{% $exists($states.input.x) %}"}}}"#,
            expect![[r#"
                warning[impossible-path] `$states.input.name` can never exist here (-)
                  at 4:51 $states.input.name -- the state's input has no `name`, only `id`, `n`
                warning[impossible-path] `$states.errorOutput.Message` can never exist here (-)
                  at 6:33 $states.errorOutput.Message -- the error output has no `Message`, only `Error`, `Cause`
            "#]],
        );
    }

    #[test]
    fn what_is_unknown_is_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
                "InputPath": "$.x", "ResultSelector": {"a.$": "$.b"}, "ResultPath": "$.r", "Next": "B",
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "C"}]},
              "B": {"Type": "Map", "ItemsPath": "$.order.items", "ResultPath": "$.done", "Next": "C",
                "ItemSelector": {"item.$": "$$.Map.Item.Value"},
                "ItemProcessor": {"StartAt": "I", "States": {
                  "I": {"Type": "Pass", "InputPath": "$.item.id", "End": true}}}},
              "C": {"Type": "Choice", "Default": "D", "Choices": [
                {"Variable": "$.error.Error", "StringEquals": "E", "Next": "D"}]},
              "D": {"Type": "Pass", "InputPath": "$.r.a", "End": true}}}"#,
            expect![""],
        );
    }

    #[test]
    fn a_loop_gets_what_both_ways_agree_on() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Result": {"n": 0}, "Next": "B"},
              "B": {"Type": "Choice", "Default": "D", "Choices": [
                {"Variable": "$.n", "NumericLessThan": 3, "Next": "C"}]},
              "C": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "seen": true},
                "Next": "B"},
              "D": {"Type": "Pass", "Parameters": {"a.$": "$.seen", "b.$": "$.never"}, "End": true}}}"#,
            expect![[r#"
                warning[impossible-path] `$.never` can never exist here (-)
                  at 7:77 $.never -- what the state gets has no `never`, only `n`, `seen`
            "#]],
        );
    }
}
