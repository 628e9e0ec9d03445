//! What each field of the language is for (01-fields, 04 to 08).

use super::{Word, look_up};
use crate::query::QueryLanguage;

/// In the order of the alphabet.
const FIELDS: &[Word] = &[
    ("And", "Holds when all of the rules hold."),
    (
        "Arguments",
        "What the state works on: any JSON with `{% … %}` expressions (JSONata).",
    ),
    (
        "Assign",
        "Variables to set, by name; later states read them as `$name`.",
    ),
    (
        "BackoffRate",
        "What the interval is multiplied by after each try: at least 1.0, 2.0 when absent.",
    ),
    ("BatchInput", "What every batch gets beside its `Items`."),
    (
        "Branches",
        "Scopes of states that run side by side, each with the same input.",
    ),
    (
        "CSVDelimiter",
        "What stands between the cells; `COMMA` when absent.",
    ),
    (
        "CSVHeaderLocation",
        "Whether the names of the columns are the file's first row, or given in `CSVHeaders`.",
    ),
    ("CSVHeaders", "The names of the columns."),
    (
        "Catch",
        "Where to go on when the state fails and no retry is left: the first entry that matches the error.",
    ),
    ("Cause", "A text for people about why the execution failed."),
    (
        "CausePath",
        "Where the cause stands, or an intrinsic function that makes it (JSONPath).",
    ),
    (
        "Choices",
        "Rules in order; the first that holds says what is next.",
    ),
    ("Comment", "A text for people; nothing else reads it."),
    (
        "Condition",
        "A `{% … %}` expression that gives true when the rule holds (JSONata).",
    ),
    (
        "Credentials",
        "The role that the Task is done with, in place of the machine's own.",
    ),
    (
        "Default",
        "The state that is next when no rule holds; without it, that fails the execution.",
    ),
    ("End", "`true` ends the scope after this state."),
    (
        "Error",
        "The error's name; a Catch or a person tells failures apart by it.",
    ),
    (
        "ErrorEquals",
        "Names of the errors that this entry is for; `States.ALL` is for every error.",
    ),
    (
        "ErrorPath",
        "Where the error's name stands, or an intrinsic function that makes it (JSONPath).",
    ),
    (
        "ExecutionType",
        "How the child executions of a distributed Map run.",
    ),
    (
        "HeartbeatSeconds",
        "How long the Task may be silent; shorter than `TimeoutSeconds`.",
    ),
    (
        "HeartbeatSecondsPath",
        "Where the heartbeat's seconds stand (JSONPath).",
    ),
    (
        "InputPath",
        "The part of the input that the state works on; `$` when absent, `null` for `{}` (JSONPath).",
    ),
    ("InputType", "What the file with the items holds."),
    (
        "IntervalSeconds",
        "The wait before the first retry; 1 when absent.",
    ),
    ("IsBoolean", "Whether the variable is a boolean."),
    ("IsNull", "Whether the variable is null."),
    ("IsNumeric", "Whether the variable is a number."),
    ("IsPresent", "Whether the variable is there."),
    ("IsString", "Whether the variable is a string."),
    ("IsTimestamp", "Whether the variable is a time in RFC 3339."),
    (
        "ItemBatcher",
        "Gives child executions several items at once (distributed Map).",
    ),
    ("ItemProcessor", "The states that run for each item."),
    ("ItemReader", "Reads the items from S3 (distributed Map)."),
    (
        "ItemSelector",
        "What each iteration gets, in place of the item itself.",
    ),
    (
        "Items",
        "The array or object to go over, or an expression that gives it (JSONata).",
    ),
    (
        "ItemsPath",
        "Where the array of items stands in the input; `$` when absent (JSONPath).",
    ),
    (
        "ItemsPointer",
        "The JSON Pointer of the array or object within the file.",
    ),
    ("Iterator", "The older spelling of `ItemProcessor`."),
    (
        "JitterStrategy",
        "`FULL` draws each wait at random between 0 and its length.",
    ),
    (
        "Label",
        "Names the Map Run in its ARN: at most 40 characters (distributed Map).",
    ),
    ("ManifestType", "What the manifest file is of."),
    (
        "MaxAttempts",
        "The most retries; 3 when absent, 0 for none.",
    ),
    (
        "MaxConcurrency",
        "The most iterations at once; 0 for as many as the service allows.",
    ),
    (
        "MaxConcurrencyPath",
        "Where the number of iterations at once stands (JSONPath).",
    ),
    ("MaxDelaySeconds", "The longest wait between retries."),
    (
        "MaxInputBytesPerBatch",
        "The largest batch in bytes: at most 262,144.",
    ),
    (
        "MaxInputBytesPerBatchPath",
        "Where the largest batch in bytes stands (JSONPath).",
    ),
    ("MaxItems", "The most items that are read; 0 for all."),
    (
        "MaxItemsPath",
        "Where the most items that are read stands (JSONPath).",
    ),
    ("MaxItemsPerBatch", "The most items in a batch."),
    (
        "MaxItemsPerBatchPath",
        "Where the most items in a batch stands (JSONPath).",
    ),
    (
        "Mode",
        "`INLINE` iterates within the execution, `DISTRIBUTED` starts child executions.",
    ),
    ("Next", "The state of the same scope that is next."),
    ("Not", "Holds when the rule does not."),
    ("Or", "Holds when one of the rules holds."),
    (
        "Output",
        "What the state gives on: any JSON with `{% … %}` expressions (JSONata).",
    ),
    (
        "OutputPath",
        "The part of the result that the state gives on; `$` when absent, `null` for `{}` (JSONPath).",
    ),
    ("OutputType", "How the results are written."),
    (
        "Parameters",
        "What the state works on: a template, where keys that end in `.$` are paths or intrinsic functions (JSONPath).",
    ),
    (
        "ProcessorConfig",
        "Whether the iterations are child executions.",
    ),
    (
        "QueryLanguage",
        "The language of paths and expressions: `JSONPath` when absent.",
    ),
    ("ReaderConfig", "How the file with the items is read."),
    (
        "Resource",
        "What does the work: an ARN of a function, an activity or a service's action.",
    ),
    (
        "Result",
        "What the state gives, as it is; never a template (JSONPath).",
    ),
    (
        "ResultPath",
        "Where in the input the result is put; `$` replaces the input, `null` drops the result (JSONPath).",
    ),
    (
        "ResultSelector",
        "Makes a new result of the raw one: a template as in `Parameters` (JSONPath).",
    ),
    (
        "ResultWriter",
        "Writes the results to S3 (distributed Map).",
    ),
    (
        "Retry",
        "Which errors are worth another try, how often and how soon: the first entry that matches.",
    ),
    ("RoleArn", "The role's ARN."),
    ("RoleArn.$", "Where the role's ARN stands (JSONPath)."),
    ("Seconds", "How long to wait."),
    ("SecondsPath", "Where the seconds to wait stand (JSONPath)."),
    ("StartAt", "The state that the scope begins with."),
    ("States", "The states of the scope by name."),
    (
        "TimeoutSeconds",
        "How long it may take; then it fails with `States.Timeout`.",
    ),
    (
        "TimeoutSecondsPath",
        "Where the time-out's seconds stand (JSONPath).",
    ),
    ("Timestamp", "The time to wait for, in RFC 3339."),
    (
        "TimestampPath",
        "Where the time to wait for stands (JSONPath).",
    ),
    (
        "ToleratedFailureCount",
        "How many items may fail before the Map does.",
    ),
    (
        "ToleratedFailureCountPath",
        "Where the number of items that may fail stands (JSONPath).",
    ),
    (
        "ToleratedFailurePercentage",
        "Which part of the items may fail before the Map does: 0 to 100.",
    ),
    (
        "ToleratedFailurePercentagePath",
        "Where the percentage of items that may fail stands (JSONPath).",
    ),
    (
        "Transformation",
        "How what is read or written is transformed.",
    ),
    ("Type", "What the state does."),
    ("Variable", "The path of what is compared (JSONPath)."),
    ("Version", "The version of the language: `1.0`."),
    ("WriterConfig", "How the results are written."),
];

/// What a field is for.
pub(in crate::lsp) fn field(name: &str) -> Option<String> {
    let known = look_up(FIELDS, name).map(str::to_owned);
    known.or_else(|| comparison(name))
}

/// What a comparison of a choice rule compares, such as `NumericLessThanEqualsPath`.
fn comparison(name: &str) -> Option<String> {
    let (name, other) = match name.strip_suffix("Path") {
        Some(name) => (name, "the value at this path"),
        None => (name, "this value"),
    };
    let families = ["String", "Numeric", "Boolean", "Timestamp"];
    let found = families
        .iter()
        .find_map(|f| Some((f, name.strip_prefix(f)?)));
    let (family, relation) = found?;
    let relation = match relation {
        "Equals" => "equals",
        "LessThan" => "is less than",
        "GreaterThan" => "is greater than",
        "LessThanEquals" => "is at most",
        "GreaterThanEquals" => "is at least",
        "Matches" => return Some("Whether the variable is a string that matches this pattern; `*` stands for any characters.".to_owned()),
        _ => return None,
    };
    let kind = match *family {
        "String" => "a string",
        "Numeric" => "a number",
        "Boolean" => "a boolean",
        _ => "a time in RFC 3339",
    };
    Some(format!(
        "Whether the variable is {kind} and {relation} {other}."
    ))
}

/// Whether a field of a choice rule says when it holds; a rule has one such field.
pub(in crate::lsp) fn is_condition(name: &str) -> bool {
    let others = ["And", "Not", "Or", "Condition"];
    others.contains(&name) || name.starts_with("Is") || comparison(name).is_some()
}

/// The only query language that has a field; `None` for fields of both.
pub(in crate::lsp) fn language_of(name: &str) -> Option<QueryLanguage> {
    match name {
        "Arguments" | "Condition" | "Items" | "Output" => Some(QueryLanguage::Jsonata),
        "And" | "Not" | "Or" | "Parameters" | "Result" | "ResultSelector" | "RoleArn.$"
        | "Variable" => Some(QueryLanguage::JsonPath),
        _ if name.ends_with("Path") || name.starts_with("Is") => Some(QueryLanguage::JsonPath),
        _ => comparison(name).map(|_| QueryLanguage::JsonPath),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{Inner, Shape};
    use crate::syntax::{Format, Source, read};

    #[test]
    fn the_table_is_in_alphabetical_order() {
        for pair in FIELDS.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{}", pair[1].0);
        }
    }

    #[test]
    fn every_field_of_the_schema_is_explained() {
        let kinds = [
            "Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map",
        ];
        let mut pending = vec![Shape::MACHINE];
        for kind in kinds {
            let source = Source::new("test", format!(r#"{{"Type": "{kind}"}}"#));
            let (tree, _) = read(&source, Format::Json);
            pending.push(Shape::of_state(tree.root()));
        }
        let mut seen = Vec::new();
        while let Some(shape) = pending.pop() {
            if seen.contains(&shape) {
                continue;
            }
            seen.push(shape);
            for allowed in shape.fields() {
                assert!(field(&allowed.name).is_some(), "{}", allowed.name);
                match shape.inner(&allowed.name) {
                    Some(Inner::One(inner) | Inner::Each(inner)) => pending.push(inner),
                    Some(Inner::States) | None => {}
                }
            }
        }
        assert!(seen.len() > 20, "{}", seen.len());
    }

    #[test]
    fn fields_of_one_query_language_are_known() {
        for (name, language) in [
            ("Output", Some(QueryLanguage::Jsonata)),
            ("ItemsPath", Some(QueryLanguage::JsonPath)),
            ("NumericLessThan", Some(QueryLanguage::JsonPath)),
            ("IsNull", Some(QueryLanguage::JsonPath)),
            ("Assign", None),
            ("Next", None),
        ] {
            assert_eq!(language_of(name), language, "{name}");
        }
    }
}
