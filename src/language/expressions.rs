//! Where the expressions of a state stand: in which fields, in which form, and what they may see.
//!
//! One table for everybody who reads expressions without running them. Fields that a state's type
//! or query language does not have are not among them: they have no effect (01-fields §1.2).

use crate::language::{State, StateKind};
use crate::query::QueryLanguage;
use crate::query::jsonata::Members;
use crate::syntax::{Fields, Node};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A path: `InputPath`, `Variable`…
    Path,
    /// A path that names exactly one place: `SecondsPath`, `ItemsPath`…
    ReferencePath,
    /// The place in the state's input that a result is written to.
    ResultPath,
    /// A path or a call of an intrinsic function: `ErrorPath`, `CausePath`.
    Argument,
    /// A payload template: values under keys that end in `.$` are paths and calls.
    Template,
    /// Any value with `{% … %}` at any depth, which see these members of `$states`.
    Jsonata(Members),
}

/// Which part of a state a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The state itself.
    State,
    /// A rule of a Choice state, by its index.
    Rule(usize),
    /// A catcher, by its index.
    Catcher(usize),
}

/// A field that holds expressions.
#[derive(Clone, Copy, Debug)]
pub struct Site<'t> {
    /// Its name.
    pub field: &'static str,
    /// Its value.
    pub node: Node<'t>,
    /// What it holds.
    pub slot: Slot,
    /// What it belongs to.
    pub part: Part,
}

const REFERENCES: [(&str, Slot); 6] = [
    ("ItemsPath", Slot::ReferencePath),
    ("MaxConcurrencyPath", Slot::ReferencePath),
    ("ToleratedFailureCountPath", Slot::ReferencePath),
    ("ToleratedFailurePercentagePath", Slot::ReferencePath),
    ("ItemSelector", Slot::Template),
    ("Parameters", Slot::Template),
];

/// The expressions of a state, whose object is `node`, in no particular order; not those of the
/// states inside it.
#[must_use]
pub fn sites<'t>(state: &State, node: Node<'t>) -> Vec<Site<'t>> {
    let Some(kind) = state.kind() else {
        return Vec::new();
    };
    let mut sites = Sites {
        found: Vec::new(),
        part: Part::State,
    };
    match state.language {
        QueryLanguage::JsonPath => sites.json_path(kind, Fields::of(node)),
        QueryLanguage::Jsonata => sites.jsonata(kind, Fields::of(node)),
    }
    sites.found
}

/// What `Output` and `Assign` of a state see (01-fields §1.7).
#[must_use]
pub fn members(kind: Option<StateKind>) -> Members {
    match kind {
        Some(StateKind::Task | StateKind::Parallel | StateKind::Map) => Members::RESULT,
        _ => Members::INPUT,
    }
}

struct Sites<'t> {
    found: Vec<Site<'t>>,
    part: Part,
}

impl<'t> Sites<'t> {
    fn add(&mut self, object: Fields<'t>, fields: &[(&'static str, Slot)]) {
        let part = self.part;
        self.found
            .extend(fields.iter().filter_map(|&(field, slot)| {
                let node = object.get(field)?;
                Some(Site {
                    field,
                    node,
                    slot,
                    part,
                })
            }));
    }

    fn all(&mut self, object: Fields<'t>, fields: &[&'static str], slot: Slot) {
        for field in fields {
            self.add(object, &[(field, slot)]);
        }
    }

    /// The objects in an array, each as a part of its own.
    fn each(
        &mut self,
        array: Option<Node<'t>>,
        part: fn(usize) -> Part,
        mut read: impl FnMut(&mut Self, Fields<'t>),
    ) {
        for (index, item) in array.into_iter().flat_map(Node::items).enumerate() {
            self.part = part(index);
            read(self, Fields::of(item));
        }
        self.part = Part::State;
    }

    fn json_path(&mut self, kind: StateKind, state: Fields<'t>) {
        if kind == StateKind::Fail {
            return self.all(state, &["ErrorPath", "CausePath"], Slot::Argument);
        }
        self.all(state, &["InputPath", "OutputPath"], Slot::Path);
        if kind == StateKind::Succeed {
            return;
        }
        self.all(state, &["Assign"], Slot::Template);
        match kind {
            StateKind::Wait => {
                self.all(
                    state,
                    &["SecondsPath", "TimestampPath"],
                    Slot::ReferencePath,
                );
            }
            StateKind::Choice => {
                let rules = state.get("Choices");
                self.each(rules, Part::Rule, |sites, rule| {
                    sites.all(rule, &["Assign"], Slot::Template);
                    sites.condition(rule.node());
                });
            }
            _ => self.work(kind, state),
        }
    }

    /// Task, Pass, Parallel and Map.
    fn work(&mut self, kind: StateKind, state: Fields<'t>) {
        self.all(state, &["ResultPath"], Slot::ResultPath);
        if kind == StateKind::Map {
            self.add(state, &REFERENCES);
            self.distributed(state);
        } else {
            self.all(state, &["Parameters"], Slot::Template);
        }
        if kind == StateKind::Pass {
            return;
        }
        if kind == StateKind::Task {
            let paths = ["TimeoutSecondsPath", "HeartbeatSecondsPath"];
            self.all(state, &paths, Slot::ReferencePath);
            self.all(state, &["Credentials"], Slot::Template);
        }
        self.all(state, &["ResultSelector"], Slot::Template);
        self.each(state.get("Catch"), Part::Catcher, |sites, catcher| {
            sites.all(catcher, &["ResultPath"], Slot::ResultPath);
            sites.all(catcher, &["Assign"], Slot::Template);
        });
    }

    fn distributed(&mut self, map: Fields<'t>) {
        if let Some(reader) = map.get("ItemReader") {
            self.all(Fields::of(reader), &["Parameters"], Slot::Template);
            if let Some(config) = reader.get("ReaderConfig") {
                self.all(Fields::of(config), &["MaxItemsPath"], Slot::ReferencePath);
            }
        }
        if let Some(batcher) = map.get("ItemBatcher") {
            self.all(Fields::of(batcher), &["BatchInput"], Slot::Template);
            let paths = ["MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath"];
            self.all(Fields::of(batcher), &paths, Slot::ReferencePath);
        }
        if let Some(writer) = map.get("ResultWriter") {
            self.all(Fields::of(writer), &["Parameters"], Slot::Template);
        }
    }

    /// The paths of a rule and of the rules in it; bounded by the depth of a tree.
    fn condition(&mut self, rule: Node<'t>) {
        self.all(Fields::of(rule), &["Variable"], Slot::Path);
        for entry in rule.entries() {
            let value = rule.tree().node(entry.value);
            match &*entry.key {
                "And" | "Or" => {
                    for inner in value.items() {
                        self.condition(inner);
                    }
                }
                "Not" => self.condition(value),
                key => self.operand(key, value),
            }
        }
    }

    fn operand(&mut self, key: &str, node: Node<'t>) {
        let Some(field) = OPERANDS.iter().find(|known| **known == key) else {
            return;
        };
        self.found.push(Site {
            field,
            node,
            slot: Slot::ReferencePath,
            part: self.part,
        });
    }

    fn jsonata(&mut self, kind: StateKind, state: Fields<'t>) {
        let input = Slot::Jsonata(Members::INPUT);
        if kind == StateKind::Fail {
            return self.all(state, &["Error", "Cause"], input);
        }
        let result = Slot::Jsonata(members(Some(kind)));
        self.all(state, &["Output"], result);
        if kind == StateKind::Succeed {
            return;
        }
        self.all(state, &["Assign"], result);
        match kind {
            StateKind::Wait => self.all(state, &["Seconds", "Timestamp"], input),
            StateKind::Choice => self.each(state.get("Choices"), Part::Rule, |sites, rule| {
                sites.all(rule, &["Condition", "Assign", "Output"], input);
            }),
            StateKind::Task => {
                let fields = ["Arguments", "TimeoutSeconds", "HeartbeatSeconds"];
                self.all(state, &fields, input);
                self.all(state, &["Credentials"], input);
            }
            StateKind::Parallel => self.all(state, &["Arguments"], input),
            StateKind::Map => self.jsonata_map(state, input),
            StateKind::Pass | StateKind::Succeed | StateKind::Fail => {}
        }
        if matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map) {
            let sees = Slot::Jsonata(Members::ERROR_OUTPUT);
            self.each(state.get("Catch"), Part::Catcher, |sites, catcher| {
                sites.all(catcher, &["Output", "Assign"], sees);
            });
        }
    }

    fn jsonata_map(&mut self, map: Fields<'t>, slot: Slot) {
        let fields = [
            "Items",
            "ItemSelector",
            "MaxConcurrency",
            "ToleratedFailureCount",
            "ToleratedFailurePercentage",
        ];
        self.all(map, &fields, slot);
        if let Some(reader) = map.get("ItemReader") {
            self.all(Fields::of(reader), &["Arguments"], slot);
            if let Some(config) = reader.get("ReaderConfig") {
                self.all(Fields::of(config), &["MaxItems"], slot);
            }
        }
        if let Some(batcher) = map.get("ItemBatcher") {
            let fields = ["BatchInput", "MaxItemsPerBatch", "MaxInputBytesPerBatch"];
            self.all(Fields::of(batcher), &fields, slot);
        }
        if let Some(writer) = map.get("ResultWriter") {
            self.all(Fields::of(writer), &["Arguments"], slot);
        }
    }
}

/// The operators whose operand is a path.
const OPERANDS: [&str; 16] = [
    "StringEqualsPath",
    "StringLessThanPath",
    "StringGreaterThanPath",
    "StringLessThanEqualsPath",
    "StringGreaterThanEqualsPath",
    "NumericEqualsPath",
    "NumericLessThanPath",
    "NumericGreaterThanPath",
    "NumericLessThanEqualsPath",
    "NumericGreaterThanEqualsPath",
    "BooleanEqualsPath",
    "TimestampEqualsPath",
    "TimestampLessThanPath",
    "TimestampGreaterThanPath",
    "TimestampLessThanEqualsPath",
    "TimestampGreaterThanEqualsPath",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language;
    use crate::syntax::{Format, Source, read};

    fn fields(state: &str) -> Vec<String> {
        let text = format!(r#"{{"StartAt": "A", "States": {{"A": {state}}}}}"#);
        let (tree, _) = read(&Source::new("t.json", text), Format::Json);
        let (machine, _) = language::read(&tree);
        let state = &machine.flow.states[0];
        let found = sites(state, tree.node(state.node));
        let told = |site: &Site<'_>| match site.part {
            Part::State => site.field.to_owned(),
            part => format!("{part:?}.{}", site.field),
        };
        found.iter().map(told).collect()
    }

    #[test]
    fn fields_of_the_other_language_or_type_are_left_out() {
        let state = r#"{"Type": "Pass", "InputPath": "$", "Output": 1, "ItemsPath": "$.a"}"#;
        assert_eq!(fields(state), ["InputPath"]);
        let state = r#"{"Type": "Pass", "QueryLanguage": "JSONata", "InputPath": "$",
            "Output": 1, "Arguments": 2}"#;
        assert_eq!(fields(state), ["Output"]);
    }

    #[test]
    fn rules_and_catchers_are_parts_of_their_own() {
        let state = r#"{"Type": "Choice", "Choices": [
            {"Variable": "$.a", "IsNull": true, "Assign": {}},
            {"Not": {"And": [{"Variable": "$.b", "StringEqualsPath": "$.c"}]}}]}"#;
        let expected = [
            "Rule(0).Assign",
            "Rule(0).Variable",
            "Rule(1).Variable",
            "Rule(1).StringEqualsPath",
        ];
        assert_eq!(fields(state), expected);
        let state = r#"{"Type": "Task", "QueryLanguage": "JSONata", "Catch": [{}, {"Output": 1}]}"#;
        assert_eq!(fields(state), ["Catcher(1).Output"]);
    }

    #[test]
    fn every_operator_with_a_path_is_known() {
        use crate::language::states::Operator;
        let all = Operator::all()
            .into_iter()
            .map(|operator| operator.to_string());
        let with_path: Vec<String> = all.filter(|name| name.ends_with("Path")).collect();
        assert_eq!(with_path, OPERANDS);
    }
}
