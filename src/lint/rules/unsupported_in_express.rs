//! # unsupported-in-express
//!
//! ## What it does
//! Reports what an Express state machine cannot do: wait for a job (`.sync`), for a task token
//! or for an activity, or run a distributed Map; and waits and timeouts longer than the five
//! minutes that its executions last. Such a machine is one checked with `--type express`, and
//! the processor of a distributed Map whose `ExecutionType` is `EXPRESS`.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`, "Express state machine does not
//! support …". A longer wait is never over.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun", "End": true }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Standard and Express workflows:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-standard-vs-express.html>

use super::{Category, Rule};
use crate::data::Json;
use crate::language::states::{Map, Task, Wait};
use crate::language::{Body, Flow, Resource, State, StateMachineType};
use crate::lint::context::Context;
use crate::lint::tasks::Integration;
use crate::syntax::{Diagnostic, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unsupported-in-express",
    category: Category::Resource,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("unsupported_in_express.rs"),
    check,
};

/// How long an Express execution lasts at most.
const LONGEST_SECONDS: i64 = 300;

/// What runs the states of a scope.
#[derive(Clone, Copy)]
enum Runner {
    Standard,
    /// An Express state machine.
    Express,
    /// Express child executions; where that is said.
    ExpressChildren(Span),
}

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let runner = match context.machine_type {
        Some(StateMachineType::Express) => Runner::Express,
        Some(StateMachineType::Standard) | None => Runner::Standard,
    };
    if let (Runner::Express, Some(timeout)) = (runner, &context.machine.timeout_seconds) {
        let text = "`TimeoutSeconds` is longer than an Express execution lasts";
        out.extend((timeout.value > LONGEST_SECONDS).then(|| too_long(text, timeout.span)));
    }
    let mut pending: Vec<(&Flow, Runner)> = vec![(&context.machine.flow, runner)];
    while let Some((flow, runner)) = pending.pop() {
        for state in &flow.states {
            let found = of_state(context, state, runner);
            out.extend(found.map(|finding| runner.explain(finding)));
            let inner = runner.inside(&state.body);
            pending.extend(state.flows().iter().map(|flow| (flow, inner)));
        }
    }
}

impl Runner {
    /// What runs the states inside a state.
    fn inside(self, body: &Body) -> Self {
        let Body::Map(map) = body else {
            return self;
        };
        let kind = map
            .processor
            .as_ref()
            .and_then(|it| it.execution_type.as_ref());
        match kind.filter(|_| map.is_distributed()) {
            Some(kind) if &*kind.value == "EXPRESS" => Self::ExpressChildren(kind.span),
            Some(_) => Self::Standard,
            None => self,
        }
    }

    fn explain(self, finding: Diagnostic) -> Diagnostic {
        match self {
            Self::ExpressChildren(span) => {
                finding.label(span, "the children run as Express executions")
            }
            Self::Standard | Self::Express => finding,
        }
    }
}

fn of_state(context: &Context<'_>, state: &State, runner: Runner) -> Option<Diagnostic> {
    match (runner, &state.body) {
        (Runner::Standard, _) => None,
        (_, Body::Task(task)) => of_task(context, task),
        (_, Body::Map(map)) => of_map(map),
        (_, Body::Wait(wait)) => of_wait(wait),
        _ => None,
    }
}

fn of_task(context: &Context<'_>, task: &Task) -> Option<Diagnostic> {
    let resource = task.resource.as_ref()?;
    if let Resource::Activity { .. } = resource.value {
        let finding = RULE.finding("an Express execution cannot wait for an activity");
        return Some(finding.label(resource.span, "an activity"));
    }
    let integration = Integration::of(resource.value.text())?;
    let (what, help) = match integration.pattern.text {
        ".sync" | ".sync:2" => (
            "for the end of a job",
            "leave the pattern out: the Task then only starts the job",
        ),
        ".waitForTaskToken" => (
            "for a task token",
            "leave the pattern out: the Task then goes on with the answer",
        ),
        _ => return None,
    };
    Some(
        RULE.finding(format!("an Express execution cannot wait {what}"))
            .label(
                context.place(resource.span, integration.pattern),
                "not supported in Express state machines",
            )
            .help(help),
    )
}

/// AWS's answer is not recorded, so no code is claimed.
fn of_map(map: &Map) -> Option<Diagnostic> {
    let processor = map.processor.as_ref().filter(|_| map.is_distributed())?;
    let mut finding = RULE
        .finding("an Express execution cannot run a distributed Map")
        .label(processor.key, "its items get child executions")
        .help("make the Map inline, or start a Standard state machine for it");
    finding.aws_code = None;
    Some(finding)
}

fn of_wait(wait: &Wait) -> Option<Diagnostic> {
    let seconds = wait.seconds.as_ref()?;
    let Json::Number(number) = &seconds.value else {
        return None;
    };
    let text = "this wait is longer than an Express execution lasts";
    (number.as_i64()? > LONGEST_SECONDS).then(|| too_long(text, seconds.span))
}

fn too_long(message: &str, span: Span) -> Diagnostic {
    let mut finding = RULE
        .finding(message)
        .label(span, format!("it ends after {LONGEST_SECONDS} s"));
    finding.severity = Severity::Warning;
    finding.aws_code = None;
    finding
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::{check, check_express};

    const MACHINE: &str = r#"{"StartAt": "A", "TimeoutSeconds": 301, "States": {
      "A": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Next": "B"},
      "B": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "HeartbeatSeconds": 5, "Next": "C"},
      "C": {"Type": "Parallel", "Next": "D", "Branches": [{"StartAt": "E", "States": {
        "E": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 5,
          "Parameters": {"FunctionName": "f", "Payload.$": "$$.Task.Token"}, "End": true}}}]},
      "D": {"Type": "Wait", "Seconds": 301, "End": true}}}"#;

    #[test]
    fn express_executions_wait_for_nobody() {
        check_express(
            MACHINE,
            expect![[r#"
            warning[unsupported-in-express] `TimeoutSeconds` is longer than an Express execution lasts (-)
              at 1:36 301 -- it ends after 300 s
            error[unsupported-in-express] an Express execution cannot wait for the end of a job (SCHEMA_VALIDATION_FAILED)
              at 2:75 .sync -- not supported in Express state machines
              help: leave the pattern out: the Task then only starts the job
            error[unsupported-in-express] an Express execution cannot wait for an activity (SCHEMA_VALIDATION_FAILED)
              at 3:41 "arn:aws:states:us-east-1:123456789012:activity:a" -- an activity
            error[unsupported-in-express] an Express execution cannot wait for a task token (SCHEMA_VALIDATION_FAILED)
              at 5:74 .waitForTaskToken -- not supported in Express state machines
              help: leave the pattern out: the Task then goes on with the answer
            warning[unsupported-in-express] this wait is longer than an Express execution lasts (-)
              at 7:40 301 -- it ends after 300 s
        "#]],
        );
    }

    #[test]
    fn standard_executions_wait_as_they_like() {
        check(MACHINE, expect![""]);
    }

    fn check_children(kind: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Map", "End": true, "ItemProcessor": {{
              "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "{kind}"}}, "StartAt": "B", "States": {{
              "B": {{"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Parameters": {{"StateMachineArn": "${{M}}"}}, "Next": "C"}},
              "C": {{"Type": "Map", "End": true, "ItemProcessor": {{
                "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}, "StartAt": "D", "States": {{
                "D": {{"Type": "Wait", "Seconds": 900, "End": true}}}}}}}}}}}}}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn express_children_are_express_executions() {
        check_children(
            "EXPRESS",
            expect![[r#"
            error[unsupported-in-express] an Express execution cannot wait for the end of a job (SCHEMA_VALIDATION_FAILED)
              at 3:88 .sync:2 -- not supported in Express state machines
              at 2:75 "EXPRESS" -- the children run as Express executions
              help: leave the pattern out: the Task then only starts the job
            error[unsupported-in-express] an Express execution cannot run a distributed Map (-)
              at 5:49 "ItemProcessor" -- its items get child executions
              at 2:75 "EXPRESS" -- the children run as Express executions
              help: make the Map inline, or start a Standard state machine for it
        "#]],
        );
        check_children("STANDARD", expect![""]);
    }
}
