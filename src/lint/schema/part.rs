//! The kinds of object that a definition is made of, each with a schema of its own.

use std::collections::{HashMap, HashSet};
use std::sync::{OnceLock, RwLock};

use foldhash::fast::FixedState;
use jsonschema::{Draft, Validator};
use serde_json::Value;

use crate::language::StateKind;

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Machine,
    Branch,
    Processor,
    ProcessorConfig,
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
    UnknownState,
    ChoiceRule,
    NestedRule,
    Retrier,
    Catcher,
    Credentials,
    ItemReader,
    ReaderConfig,
    ItemBatcher,
    ResultWriter,
    WriterConfig,
}

/// What stands in a field that is checked further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    /// An object.
    One(Part),
    /// An array of objects.
    Each(Part),
    /// An object of states by name.
    States,
}

/// A schema that is ready to use.
pub(super) struct Compiled {
    pub(super) validator: Validator,
    /// The fields that the object may have.
    pub(super) fields: Vec<String>,
    /// What counts of each of them.
    known: HashMap<String, Field, FixedState>,
    /// The likenesses of objects that were judged and have no errors.
    sound: RwLock<HashSet<u128, FixedState>>,
}

/// A field that a schema knows.
pub(super) struct Field {
    /// Which of the fields it is.
    pub(super) number: u64,
    /// Whether only its type counts.
    pub(super) is_typed: bool,
}

/// More likenesses are not remembered.
const MOST_REMEMBERED: usize = 10_000;

impl Compiled {
    /// Whether an object of this likeness was judged, and has no errors.
    pub(super) fn is_sound(&self, likeness: u128) -> bool {
        let sound = self.sound.read();
        sound.is_ok_and(|sound| sound.contains(&likeness))
    }

    /// Remembers that objects of this likeness have no errors.
    pub(super) fn found_sound(&self, likeness: u128) {
        if let Ok(mut sound) = self.sound.write()
            && sound.len() < MOST_REMEMBERED
        {
            sound.insert(likeness);
        }
    }

    /// What counts of a field, when the schema knows it.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.known.get(name)
    }
}

/// Whether a schema of a field tells values of one type apart.
fn is_typed(schema: &Value) -> bool {
    match schema {
        Value::Bool(_) => true,
        Value::Object(keywords) => keywords.keys().all(|keyword| keyword == "type"),
        _ => false,
    }
}

const PARTS: usize = Part::WriterConfig as usize + 1;

/// Schemas are compiled when they are first needed: few definitions have all kinds of object.
static COMPILED: [OnceLock<Compiled>; PARTS] = [const { OnceLock::new() }; PARTS];

impl Part {
    /// The kind of object that a state of this type is.
    pub(super) fn state(kind: Option<StateKind>) -> Self {
        match kind {
            Some(StateKind::Task) => Self::Task,
            Some(StateKind::Pass) => Self::Pass,
            Some(StateKind::Choice) => Self::Choice,
            Some(StateKind::Wait) => Self::Wait,
            Some(StateKind::Succeed) => Self::Succeed,
            Some(StateKind::Fail) => Self::Fail,
            Some(StateKind::Parallel) => Self::Parallel,
            Some(StateKind::Map) => Self::Map,
            None => Self::UnknownState,
        }
    }

    /// What stands in a field, when it is checked further.
    pub(super) fn child(self, field: &str) -> Option<Child> {
        match (self, field) {
            (Self::Machine | Self::Branch | Self::Processor, "States") => Some(Child::States),
            (Self::Processor, "ProcessorConfig") => Some(Child::One(Self::ProcessorConfig)),
            (Self::Task | Self::Parallel | Self::Map, "Retry") => Some(Child::Each(Self::Retrier)),
            (Self::Task | Self::Parallel | Self::Map, "Catch") => Some(Child::Each(Self::Catcher)),
            (Self::Task, "Credentials") => Some(Child::One(Self::Credentials)),
            (Self::Choice, "Choices") => Some(Child::Each(Self::ChoiceRule)),
            (Self::ChoiceRule | Self::NestedRule, "And" | "Or") => {
                Some(Child::Each(Self::NestedRule))
            }
            (Self::ChoiceRule | Self::NestedRule, "Not") => Some(Child::One(Self::NestedRule)),
            (Self::Parallel, "Branches") => Some(Child::Each(Self::Branch)),
            (Self::Map, "ItemProcessor" | "Iterator") => Some(Child::One(Self::Processor)),
            (Self::Map, "ItemReader") => Some(Child::One(Self::ItemReader)),
            (Self::Map, "ItemBatcher") => Some(Child::One(Self::ItemBatcher)),
            (Self::Map, "ResultWriter") => Some(Child::One(Self::ResultWriter)),
            (Self::ItemReader, "ReaderConfig") => Some(Child::One(Self::ReaderConfig)),
            (Self::ResultWriter, "WriterConfig") => Some(Child::One(Self::WriterConfig)),
            _ => None,
        }
    }

    /// What messages call any such object: `a retrier`, `ItemReader`.
    pub(super) fn with_article(self) -> String {
        self.with_determiner("a")
    }

    /// What messages call it; a field's name stands alone.
    pub(super) fn with_determiner(self, word: &str) -> String {
        match self.noun() {
            field if field.starts_with('`') => field.to_owned(),
            noun => format!("{word} {noun}"),
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Machine => "state machine",
            Self::Branch => "branch",
            Self::Processor => "processor",
            Self::ProcessorConfig => "`ProcessorConfig`",
            Self::Task => "Task state",
            Self::Pass => "Pass state",
            Self::Choice => "Choice state",
            Self::Wait => "Wait state",
            Self::Succeed => "Succeed state",
            Self::Fail => "Fail state",
            Self::Parallel => "Parallel state",
            Self::Map => "Map state",
            Self::UnknownState => "state",
            Self::ChoiceRule => "choice rule",
            Self::NestedRule => "nested choice rule",
            Self::Retrier => "retrier",
            Self::Catcher => "catcher",
            Self::Credentials => "`Credentials`",
            Self::ItemReader => "`ItemReader`",
            Self::ReaderConfig => "`ReaderConfig`",
            Self::ItemBatcher => "`ItemBatcher`",
            Self::ResultWriter => "`ResultWriter`",
            Self::WriterConfig => "`WriterConfig`",
        }
    }

    /// Whether numbers and booleans may be given by an expression `{% … %}`.
    pub(super) fn takes_expressions(self) -> bool {
        !matches!(self, Self::Machine | Self::Retrier)
    }

    /// Whether the object can have a field.
    pub(super) fn has_field(self, field: &str) -> bool {
        self.compiled().fields.iter().any(|known| known == field)
    }

    pub(super) fn compiled(self) -> &'static Compiled {
        COMPILED[self as usize].get_or_init(|| compile(self.schema()))
    }

    pub(super) fn schema(self) -> &'static str {
        match self {
            Self::Machine => include_str!("machine.json"),
            Self::Branch => include_str!("branch.json"),
            Self::Processor => include_str!("processor.json"),
            Self::ProcessorConfig => include_str!("processor_config.json"),
            Self::Task => include_str!("task.json"),
            Self::Pass => include_str!("pass.json"),
            Self::Choice => include_str!("choice.json"),
            Self::Wait => include_str!("wait.json"),
            Self::Succeed => include_str!("succeed.json"),
            Self::Fail => include_str!("fail.json"),
            Self::Parallel => include_str!("parallel.json"),
            Self::Map => include_str!("map.json"),
            Self::UnknownState => include_str!("unknown_state.json"),
            Self::ChoiceRule => include_str!("choice_rule.json"),
            Self::NestedRule => include_str!("nested_rule.json"),
            Self::Retrier => include_str!("retrier.json"),
            Self::Catcher => include_str!("catcher.json"),
            Self::Credentials => include_str!("credentials.json"),
            Self::ItemReader => include_str!("item_reader.json"),
            Self::ReaderConfig => include_str!("reader_config.json"),
            Self::ItemBatcher => include_str!("item_batcher.json"),
            Self::ResultWriter => include_str!("result_writer.json"),
            Self::WriterConfig => include_str!("writer_config.json"),
        }
    }
}

fn compile(schema: &str) -> Compiled {
    let schema: Value = serde_json::from_str(schema).expect("tested: every schema is JSON");
    let properties = schema["properties"].as_object();
    let fields = properties.map(|fields| fields.keys().cloned().collect());
    let known = (0..).zip(properties.into_iter().flatten());
    let known = known.map(|(number, (name, schema))| {
        let is_typed = is_typed(schema);
        (name.clone(), Field { number, is_typed })
    });
    let known = known.collect();
    let validator = jsonschema::options()
        .with_draft(Draft::Draft7)
        .build(&schema)
        .expect("tested: every schema compiles");
    Compiled {
        validator,
        fields: fields.unwrap_or_default(),
        known,
        sound: RwLock::default(),
    }
}
