//! What stands on nodes and edges, the same in every format.

use std::borrow::Cow;

use super::Labels;
use super::wrap::{clip, readable, tail};
use crate::data::Json;
use crate::graph::{Edge, EdgeKind};
use crate::language::states::{
    ChoiceRule, Comparison, Condition, Map, Operator, Relation, TypeTest, Wait,
};
use crate::language::{Body, Catcher, Resource, State};

/// The longest `Comment` that [`Labels::Auto`] prefers to the condition, in characters.
const SHORT_COMMENT: usize = 32;

/// The longest path in a condition, in columns.
const PATH: usize = 24;

/// The longest path, expression or function name in the small line, in columns.
const DETAIL: usize = 20;

/// A name as it is shown: one that nothing would be seen of stands in quotes.
#[must_use]
pub fn name(text: &str) -> Cow<'_, str> {
    if readable(text).all(char::is_whitespace) {
        return Cow::Owned(format!("\"{text}\""));
    }
    Cow::Borrowed(text)
}

/// The small line that says the type: `Task · dynamodb:updateItem`, `Wait · 10 s`.
#[must_use]
pub fn type_line(state: &State) -> String {
    let detail = match &state.body {
        Body::Task(task) => task.resource.as_ref().map(|field| resource(&field.value)),
        Body::Wait(wait) => duration(wait),
        Body::Map(map) => return map_line(map),
        Body::Parallel(parallel) => {
            let count = parallel.branches.len();
            Some(counted(count, "branch", "branches"))
        }
        Body::Pass(_) | Body::Choice(_) | Body::Succeed(_) | Body::Fail(_) => None,
        Body::Unknown => return unknown(state),
    };
    join(&type_name(state), detail)
}

/// The small line of a Map or Parallel whose states are not drawn: `Map · 7 states inside`.
#[must_use]
pub fn collapsed_line(state: &State) -> String {
    let mut count = 0;
    let mut pending = vec![state];
    while let Some(state) = pending.pop() {
        let inner = state.flows().iter().flat_map(|flow| &flow.states);
        pending.extend(inner.inspect(|_| count += 1));
    }
    let inside = counted(count, "state", "states");
    join(&type_name(state), Some(format!("{inside} inside")))
}

/// `↻6`: how often a Task, Map or Parallel is tried again, by its most patient retrier.
#[must_use]
pub fn retry_badge(state: &State) -> Option<String> {
    let attempts = |max: &Option<crate::language::Field<i64>>| max.as_ref().map_or(3, |f| f.value);
    let most = state
        .retry
        .iter()
        .map(|retrier| attempts(&retrier.max_attempts))
        .max()?;
    (most > 0).then(|| format!("↻{most}"))
}

/// What a Fail state fails with, when the definition says so.
#[must_use]
pub fn error(state: &State) -> Option<String> {
    let Body::Fail(fail) = &state.body else {
        return None;
    };
    let error = fail.error.as_ref().or(fail.error_path.as_ref())?;
    let text = expression(&error.value);
    (!text.is_empty()).then(|| text.to_owned())
}

/// What stands on an edge, in full; formats wrap it.
#[must_use]
pub fn edge(edge: &Edge<'_>, labels: Labels) -> Option<String> {
    let (comment, text) = match edge.kind {
        EdgeKind::StartAt | EdgeKind::Next => return None,
        EdgeKind::Default => (None, "default".to_owned()),
        EdgeKind::Choice { rule, .. } => (rule.comment.as_ref(), rule_condition(rule)),
        EdgeKind::Catch { catcher, .. } => (catcher.comment.as_ref(), caught(catcher)),
    };
    let comment = comment
        .map(|field| field.value.trim())
        .filter(|comment| !comment.is_empty());
    match (labels, comment) {
        (Labels::None, _) => None,
        (Labels::Comment, Some(comment)) => Some(comment.to_owned()),
        (Labels::Auto, Some(comment)) if comment.chars().count() <= SHORT_COMMENT => {
            Some(comment.to_owned())
        }
        (Labels::Auto | Labels::Condition | Labels::Comment, _) => Some(text),
    }
}

/// A condition as text: `$.a.b = "X"`, `$.n is present and not ($.a ≥ 1)`.
#[must_use]
pub fn condition(condition: &Condition) -> String {
    match condition {
        Condition::Comparison(comparison) => self::comparison(comparison),
        Condition::And(all) => joined(all, " and "),
        Condition::Or(all) => joined(all, " or "),
        Condition::Not(inner) => format!("not ({})", self::condition(inner)),
        Condition::Expression(field) => scalar(&field.value),
        Condition::Invalid(_) => "?".to_owned(),
    }
}

fn rule_condition(rule: &ChoiceRule) -> String {
    condition(&rule.condition)
}

/// Recursion is bounded by the depth of a tree.
fn joined(all: &[Condition], word: &str) -> String {
    let inner = |part: &Condition| match part {
        Condition::And(parts) | Condition::Or(parts) if parts.len() > 1 => {
            format!("({})", condition(part))
        }
        _ => condition(part),
    };
    match all {
        [] => "?".to_owned(),
        all => all.iter().map(inner).collect::<Vec<_>>().join(word),
    }
}

fn comparison(comparison: &Comparison) -> String {
    let variable = comparison.variable.as_ref();
    let variable = variable.map_or("?".to_owned(), |field| path(&field.value));
    let operand = &comparison.operand.value;
    match comparison.operator {
        Operator::Is(test) => {
            let is = if operand.as_bool() == Some(false) {
                "is not"
            } else {
                "is"
            };
            format!("{variable} {is} {}", tested(test))
        }
        Operator::Compare {
            relation,
            path: true,
            ..
        } => {
            let operand = operand
                .as_str()
                .map_or_else(|| operand.text().into_owned(), path);
            format!("{variable} {} {operand}", sign(relation))
        }
        Operator::Compare { relation, .. } => {
            format!("{variable} {} {}", sign(relation), operand.text())
        }
    }
}

fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Equals => "=",
        Relation::LessThan => "<",
        Relation::GreaterThan => ">",
        Relation::LessThanEquals => "≤",
        Relation::GreaterThanEquals => "≥",
        Relation::Matches => "~",
    }
}

fn tested(test: TypeTest) -> &'static str {
    match test {
        TypeTest::Null => "null",
        TypeTest::Present => "present",
        TypeTest::Numeric => "numeric",
        TypeTest::String => "string",
        TypeTest::Boolean => "boolean",
        TypeTest::Timestamp => "timestamp",
    }
}

fn caught(catcher: &Catcher) -> String {
    match &catcher.error_equals[..] {
        [] => "?".to_owned(),
        [only] if &*only.value == "States.ALL" => "any error".to_owned(),
        [only] => name(&only.value).into_owned(),
        [first, more @ ..] => format!("{} +{}", name(&first.value), more.len()),
    }
}

fn type_name(state: &State) -> Cow<'static, str> {
    match (&state.body, state.kind()) {
        (Body::Map(map), _) if map.is_distributed() => "Distributed Map".into(),
        (_, Some(kind)) => kind.as_str().into(),
        (_, None) => unknown(state).into(),
    }
}

fn unknown(state: &State) -> String {
    match &state.type_name {
        Some(field) => format!("unknown type {}", name(&clip(&field.value, DETAIL))),
        None => "no type".to_owned(),
    }
}

fn map_line(map: &Map) -> String {
    let title = if map.is_distributed() {
        "Distributed Map"
    } else {
        "Map"
    };
    let line = join(title, items(map));
    join(
        &line,
        concurrency(map).map(|most| format!("≤ {most} at once")),
    )
}

fn items(map: &Map) -> Option<String> {
    if let Some(reader) = &map.item_reader {
        let reads = reader.value.get("Resource").and_then(Json::as_str)?;
        return Some(format!("reads {}", resource(&Resource::parse(reads))));
    }
    if let Some(items) = &map.items_path {
        return Some(format!("each {}", detail(&items.value)));
    }
    let items = map.items.as_ref()?;
    let each = items.value.as_str().map_or("item".to_owned(), detail);
    Some(format!("each {each}"))
}

fn concurrency(map: &Map) -> Option<String> {
    if let Some(path) = &map.max_concurrency_path {
        return Some(detail(&path.value));
    }
    let most = &map.max_concurrency.as_ref()?.value;
    // 0 means no limit.
    if most.as_number().and_then(crate::data::Number::as_i64) == Some(0) {
        return None;
    }
    Some(most.as_str().map_or_else(|| scalar(most), detail))
}

fn duration(wait: &Wait) -> Option<String> {
    if let Some(seconds) = &wait.seconds {
        let seconds = &seconds.value;
        let amount = seconds.as_str().map_or_else(|| scalar(seconds), detail);
        return Some(format!("{amount} s"));
    }
    if let Some(path) = &wait.seconds_path {
        return Some(format!("{} s", detail(&path.value)));
    }
    let until = wait.timestamp.as_ref().or(wait.timestamp_path.as_ref())?;
    Some(format!("until {}", detail(&until.value)))
}

fn resource(resource: &Resource) -> String {
    match resource {
        Resource::Lambda { function, .. } => format!("lambda {}", clip(function, DETAIL)),
        Resource::Activity { name, .. } => format!("activity {}", clip(name, DETAIL)),
        Resource::Service {
            service, action, ..
        } => {
            let service = service.strip_prefix("aws-sdk:").unwrap_or(service);
            clip(&format!("{service}:{action}"), 2 * DETAIL)
        }
        Resource::Other(text) => tail(text, PATH, &[':']),
    }
}

/// A path or expression, cut to fit into the small line.
fn detail(text: &str) -> String {
    let inner = expression(text);
    if inner.starts_with('$') && !inner.contains(char::is_whitespace) {
        return tail(inner, DETAIL, &['.', '[']);
    }
    clip(inner, DETAIL)
}

fn path(text: &str) -> String {
    tail(text, PATH, &['.', '['])
}

/// The inside of `{% … %}`.
fn expression(text: &str) -> &str {
    let text = text.trim();
    let inner = text
        .strip_prefix("{%")
        .and_then(|text| text.strip_suffix("%}"));
    inner.unwrap_or(text).trim()
}

fn scalar(value: &Json) -> String {
    match value.as_str() {
        Some(text) => expression(text).to_owned(),
        None => value.text().into_owned(),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn join(title: &str, detail: Option<String>) -> String {
    match detail {
        Some(detail) if !detail.is_empty() => format!("{title} · {detail}"),
        _ => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Graph;
    use crate::graph::testing::machine;

    /// The small line and the badge of a state.
    fn check(state: &str, expected: &str) {
        let machine = machine(&format!(r#"{{"StartAt":"S","States":{{"S":{state}}}}}"#));
        let state = &machine.flow.states[0];
        let badge = retry_badge(state).map_or(String::new(), |badge| format!(" {badge}"));
        assert_eq!(type_line(state) + &badge, expected);
    }

    /// What stands on the edges of a state.
    fn check_edges(state: &str, labels: Labels, expected: &[&str]) {
        let machine = machine(&format!(r#"{{"StartAt":"S","States":{{"S":{state}}}}}"#));
        let graph = Graph::new(&machine);
        let found: Vec<_> = graph
            .root()
            .edges()
            .filter_map(|each| edge(each, labels))
            .collect();
        assert_eq!(found, expected);
    }

    fn check_condition(rule: &str, expected: &str) {
        let rule = rule.strip_suffix('}').expect("a rule is an object");
        let choice = format!(r#"{{"Type":"Choice","Choices":[{rule},"Next":"S"}}]}}"#);
        check_edges(&choice, Labels::Auto, &[expected]);
    }

    #[test]
    fn tasks_say_what_they_call() {
        let task = |resource: &str| format!(r#"{{"Type":"Task","Resource":"{resource}"}}"#);
        check(
            &task("arn:aws:states:::aws-sdk:dynamodb:updateItem"),
            "Task · dynamodb:updateItem",
        );
        check(
            &task("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
            "Task · sqs:sendMessage.waitForTaskToken",
        );
        check(
            &task("arn:aws:states:::states:startExecution.sync:2"),
            "Task · states:startExecution.sync:2",
        );
        check(
            &task("arn:aws:lambda:us-east-1:1:function:charge:PROD"),
            "Task · lambda charge",
        );
        check(
            &task("arn:aws:lambda:us-east-1:1:function:AnotherVeryLongFunctionName"),
            "Task · lambda AnotherVeryLongFunc…",
        );
        check(
            &task("arn:aws:states:us-east-1:1:activity:approve"),
            "Task · activity approve",
        );
        check(&task("${Approve}"), "Task · ${Approve}");
        check(
            &task("arn:${AWS::Partition}:states:::dynamodb:putItem"),
            "Task · …dynamodb:putItem",
        );
        check(r#"{"Type":"Task"}"#, "Task");
    }

    #[test]
    fn waits_say_how_long() {
        check(r#"{"Type":"Wait","Seconds":10}"#, "Wait · 10 s");
        check(
            r#"{"Type":"Wait","Seconds":"{% $delay %}"}"#,
            "Wait · $delay s",
        );
        check(
            r#"{"Type":"Wait","SecondsPath":"$.delay"}"#,
            "Wait · $.delay s",
        );
        check(
            r#"{"Type":"Wait","Timestamp":"2030-01-01T00:00:00Z"}"#,
            "Wait · until 2030-01-01T00:00:00Z",
        );
        check(
            r#"{"Type":"Wait","TimestampPath":"$.t"}"#,
            "Wait · until $.t",
        );
        check(r#"{"Type":"Wait"}"#, "Wait");
    }

    #[test]
    fn containers_say_what_they_repeat() {
        check(
            r#"{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":10}"#,
            "Map · each $.items · ≤ 10 at once",
        );
        check(r#"{"Type":"Map","MaxConcurrency":0}"#, "Map");
        check(
            r#"{"Type":"Map","Items":"{% $states.input.orders %}","MaxConcurrency":"{% $n %}"}"#,
            "Map · each $states.input.orders · ≤ $n at once",
        );
        check(
            r#"{"Type":"Map","Items":[1,2],"MaxConcurrencyPath":"$.n"}"#,
            "Map · each item · ≤ $.n at once",
        );
        check(
            r#"{"Type":"Map","ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2"},"ItemsPath":"$.x",
                "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"}}}"#,
            "Distributed Map · reads s3:listObjectsV2",
        );
        check(
            r#"{"Type":"Parallel","Branches":[{}]}"#,
            "Parallel · 1 branch",
        );
        check(
            r#"{"Type":"Parallel","Branches":[{},{}],"Retry":[{}]}"#,
            "Parallel · 2 branches ↻3",
        );
    }

    #[test]
    fn types_that_are_unknown_are_said_so() {
        check(r#"{"Type":"Taks"}"#, "unknown type Taks");
        check(r#"{"Type":""}"#, "unknown type \"\"");
        check("{}", "no type");
        check(r#"{"Type":"Pass"}"#, "Pass");
    }

    #[test]
    fn the_badge_is_the_most_patient_retrier() {
        check(
            r#"{"Type":"Task","Retry":[{"MaxAttempts":6},{},{"MaxAttempts":2}]}"#,
            "Task ↻6",
        );
        check(r#"{"Type":"Task","Retry":[{"MaxAttempts":0}]}"#, "Task");
        check(r#"{"Type":"Task","Retry":[]}"#, "Task");
    }

    #[test]
    fn a_collapsed_container_counts_what_is_inside() {
        let machine = machine(
            r#"{"States":{"S":{"Type":"Map","Iterator":{"States":{"A":{},"B":{"Type":"Parallel","Branches":[
                {"States":{"C":{}}},{"States":{"D":{},"E":{}}}]}}}}}}"#,
        );
        assert_eq!(
            collapsed_line(&machine.flow.states[0]),
            "Map · 5 states inside"
        );
    }

    #[test]
    fn conditions_read_like_formulas() {
        check_condition(
            r#"{"Variable":"$.a.b","StringEquals":"X"}"#,
            r#"$.a.b = "X""#,
        );
        check_condition(
            r#"{"Variable":"$.a","NumericGreaterThanEquals":1.5}"#,
            "$.a ≥ 1.5",
        );
        check_condition(
            r#"{"Variable":"$.a","TimestampLessThanEqualsPath":"$.b"}"#,
            "$.a ≤ $.b",
        );
        check_condition(
            r#"{"Variable":"$.a","StringMatches":"*Z*"}"#,
            r#"$.a ~ "*Z*""#,
        );
        check_condition(r#"{"Variable":"$.a","IsPresent":true}"#, "$.a is present");
        check_condition(r#"{"Variable":"$.a","IsNull":false}"#, "$.a is not null");
        check_condition(
            r#"{"Variable":"$.idempotencyTable.Item.executionstatus.S","StringEquals":""}"#,
            r#"…executionstatus.S = """#,
        );
        check_condition(
            r#"{"Not":{"Variable":"$.a","BooleanEquals":true}}"#,
            "not ($.a = true)",
        );
        check_condition(
            r#"{"And":[{"Variable":"$.a","IsString":true},{"Or":[{"Variable":"$.b","NumericLessThan":1},{"Variable":"$.c","NumericGreaterThan":2}]}]}"#,
            "$.a is string and ($.b < 1 or $.c > 2)",
        );
        check_condition(r#"{"Condition":"{% $x > 1 %}"}"#, "$x > 1");
        check_condition(r#"{"Condition":true}"#, "true");
    }

    #[test]
    fn broken_conditions_are_a_question_mark() {
        check_condition(r#"{"Comment":""}"#, "?");
        check_condition(r#"{"And":[]}"#, "?");
        check_condition(r#"{"NumericEquals":1}"#, "? = 1");
    }

    #[test]
    fn catchers_say_what_they_catch() {
        check_edges(
            r#"{"Type":"Task","Catch":[{"ErrorEquals":["States.ALL"],"Next":"S"},{"ErrorEquals":["A"],"Next":"S"},
                {"ErrorEquals":["A","B","C"],"Next":"S"},{"ErrorEquals":["A"],"Comment":"too bad","Next":"S"},{"Next":"S"}]}"#,
            Labels::Auto,
            &["any error", "A", "A +2", "too bad", "?"],
        );
    }

    #[test]
    fn comments_win_when_they_are_short_or_asked_for() {
        let long = "a comment of more than thirty-two characters";
        let choice = format!(
            r#"{{"Type":"Choice","Default":"S","Choices":[{{"Variable":"$.a","IsNull":true,"Comment":"none","Next":"S"}},
                {{"Variable":"$.a","IsString":true,"Comment":"{long}","Next":"S"}}]}}"#
        );
        check_edges(&choice, Labels::Auto, &["none", "$.a is string", "default"]);
        check_edges(
            &choice,
            Labels::Condition,
            &["$.a is null", "$.a is string", "default"],
        );
        check_edges(&choice, Labels::Comment, &["none", long, "default"]);
        check_edges(&choice, Labels::None, &[]);
    }
}
