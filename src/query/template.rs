//! Payload templates: documents in which the keys that end in `.$` hold paths and calls
//! (reference 02 §2.3).

use std::fmt;
use std::sync::Arc;

use crate::data::limits::MAX_DEPTH;
use crate::data::{Json, Keyed, Object, StatesError};

use super::{Argument, Path, Scope, SyntaxError, java};

/// What ends a key whose value is evaluated.
const SUFFIX: &str = ".$";

/// A compiled template.
///
/// ```
/// use aslkit::data::{EventId, Json, Seed};
/// use aslkit::query::{DocumentScope, PayloadTemplate};
///
/// let template = Json::parse(r#"{"next.$": "States.MathAdd($.n, 1)", "n": "$.n"}"#).unwrap();
/// let template = PayloadTemplate::compile(&template).unwrap();
/// let scope = DocumentScope(Json::parse(r#"{"n": 1}"#).unwrap());
/// let made = template.evaluate(&scope, &mut Seed(1).at(EventId(2))).unwrap();
/// assert_eq!(made.text(), r#"{"n":"$.n","next":2}"#);
/// ```
#[derive(Clone, Debug)]
pub struct PayloadTemplate {
    root: Node,
}

/// A fault of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Where the value stands in the template, as a JSON Pointer: `/a/0/b.$`.
    pub pointer: String,
    /// What is wrong, with offsets into the value's text.
    pub error: SyntaxError,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.error, self.pointer)
    }
}

impl std::error::Error for TemplateError {}

/// A part of a template.
#[derive(Clone, Debug)]
enum Node {
    /// Nothing below it is evaluated: one handle, shared by all results.
    Literal(Json),
    Array(Box<[Node]>),
    Object {
        /// Keys without the suffix, in the order of the definition.
        plain: Box<[(Arc<str>, Node)]>,
        /// Keys with it, in the order of the result.
        dynamic: Box<[Dynamic]>,
    },
}

/// A key that ends in `.$`.
#[derive(Clone, Debug)]
struct Dynamic {
    /// As written, which is what messages name.
    field: Arc<str>,
    /// Without the suffix.
    key: Arc<str>,
    argument: Argument,
}

impl PayloadTemplate {
    /// Compiles a template.
    ///
    /// # Errors
    /// Every fault that it has.
    pub fn compile(template: &Json) -> Result<Self, Vec<TemplateError>> {
        let mut compiler = Compiler::default();
        let root = compiler.node(template);
        if compiler.errors.is_empty() {
            return Ok(Self { root });
        }
        Err(compiler.errors)
    }

    /// The document that the template makes.
    ///
    /// # Errors
    /// `States.Runtime` when a path misses, a function fails, or the result nests too deep.
    pub fn evaluate(&self, scope: &dyn Scope, random: &mut Keyed) -> Result<Json, StatesError> {
        let value = self.root.evaluate(scope, random)?;
        if value.depth() > MAX_DEPTH {
            let cause = format!("The result nests deeper than {MAX_DEPTH} levels.");
            return Err(StatesError::runtime(cause));
        }
        Ok(value)
    }

    /// Whether nothing in the template is evaluated.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        matches!(self.root, Node::Literal(_))
    }

    /// All paths that the template reads, those of calls included.
    #[must_use]
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.root.collect_paths(&mut paths);
        paths
    }
}

// Documents nest within `MAX_DEPTH`, and so do the nodes made of them.
impl Node {
    fn evaluate(&self, scope: &dyn Scope, random: &mut Keyed) -> Result<Json, StatesError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Array(nodes) => nodes
                .iter()
                .map(|node| node.evaluate(scope, random))
                .collect(),
            Self::Object { plain, dynamic } => {
                let mut object = Object::with_capacity(plain.len() + dynamic.len());
                for (key, node) in plain {
                    object.insert(key.clone(), node.evaluate(scope, random)?);
                }
                for Dynamic {
                    field,
                    key,
                    argument,
                } in dynamic
                {
                    object.insert(key.clone(), argument.evaluate(field, scope, random)?);
                }
                Ok(Json::from(object))
            }
        }
    }

    fn collect_paths<'n>(&'n self, paths: &mut Vec<&'n Path>) {
        match self {
            Self::Literal(_) => {}
            Self::Array(nodes) => nodes.iter().for_each(|node| node.collect_paths(paths)),
            Self::Object { plain, dynamic } => {
                for (_, node) in plain {
                    node.collect_paths(paths);
                }
                for dynamic in dynamic {
                    paths.extend(dynamic.argument.paths());
                }
            }
        }
    }
}

/// Compiles a document part by part and remembers where it is.
#[derive(Default)]
struct Compiler {
    pointer: String,
    errors: Vec<TemplateError>,
}

impl Compiler {
    fn node(&mut self, value: &Json) -> Node {
        let node = match value {
            Json::Array(array) => self.array(array.items()),
            Json::Object(object) => self.object(object),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
        };
        node.unwrap_or_else(|| Node::Literal(value.compacted()))
    }

    /// `None` when nothing below is evaluated.
    fn array(&mut self, items: &[Json]) -> Option<Node> {
        let nodes: Box<[Node]> = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.below(&index.to_string(), |compiler| compiler.node(item)))
            .collect();
        let literal = nodes.iter().all(|node| matches!(node, Node::Literal(_)));
        (!literal).then_some(Node::Array(nodes))
    }

    fn object(&mut self, object: &Object) -> Option<Node> {
        let (mut plain, mut dynamic) = (Vec::new(), Vec::new());
        for (field, value) in object.iter() {
            let Some(key) = field.strip_suffix(SUFFIX) else {
                let node = self.below(field, |compiler| compiler.node(value));
                plain.push((field.clone(), node));
                continue;
            };
            let twice = object.contains_key(key);
            let argument = self.below(field, |compiler| compiler.argument(key, twice, value));
            dynamic.extend(argument.map(|argument| Dynamic {
                field: field.clone(),
                key: key.into(),
                argument,
            }));
        }
        let literal = |(_, node): &(Arc<str>, Node)| matches!(node, Node::Literal(_));
        if dynamic.is_empty() && plain.iter().all(literal) {
            return None;
        }
        java::hash_order(&mut dynamic, |dynamic| &dynamic.key);
        Some(Node::Object {
            plain: plain.into(),
            dynamic: dynamic.into(),
        })
    }

    fn argument(&mut self, key: &str, twice: bool, value: &Json) -> Option<Argument> {
        let parsed = match value {
            _ if twice => Err(SyntaxError::new(
                0,
                0,
                format!("`{key}` is given both with and without `{SUFFIX}`"),
            )),
            Json::String(text) => Argument::parse(text),
            _ => Err(SyntaxError::new(
                0,
                0,
                format!("the value of `{key}{SUFFIX}` must be a string"),
            )
            .help("write a path or a call there, or a key without `.$`")),
        };
        let pointer = &self.pointer;
        let failed = |error| TemplateError {
            pointer: pointer.clone(),
            error,
        };
        match parsed {
            Ok(argument) => Some(argument),
            Err(error) => {
                let error = failed(error);
                self.errors.push(error);
                None
            }
        }
    }

    /// Does something one step further down.
    fn below<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer
            .push_str(&step.replace('~', "~0").replace('/', "~1"));
        let result = work(self);
        self.pointer.truncate(length);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{EventId, Seed};
    use crate::query::DocumentScope;

    fn json(text: &str) -> Json {
        Json::parse(text).expect("valid JSON")
    }

    fn evaluate(template: &str, input: &str) -> Result<Json, StatesError> {
        let template = PayloadTemplate::compile(&json(template)).expect("well formed");
        let scope = DocumentScope(json(input));
        template.evaluate(&scope, &mut Seed(1).at(EventId(1)))
    }

    fn check(template: &str, input: &str, expected: &str) {
        let found = evaluate(template, input);
        let found = found.map(|value| value.text().into_owned());
        assert_eq!(found.unwrap_or_else(|error| error.to_string()), expected);
    }

    #[test]
    fn keys_with_the_suffix_are_evaluated() {
        let input = r#"{ "n": 1, "a": [ 1, 2 ] }"#;
        check(r#"{"m.$": "States.MathAdd($.n, 1)"}"#, input, r#"{"m":2}"#);
        check(r#"{"all.$": "$"}"#, input, r#"{"all":{"n":1,"a":[1,2]}}"#);
        check(
            r#"[{"x.$": "$.a[1:]"}, "$.n"]"#,
            input,
            r#"[{"x":[2]},"$.n"]"#,
        );
    }

    #[test]
    fn plain_keys_come_first_and_the_others_in_the_order_of_java() {
        check(
            r#"{"StateMachineArn.$": "$.n", "z": {"b.$": "$.n", "y": 1}, "Input.$": "$.n", "Name.$": "$.n", "a": 2}"#,
            r#"{"n": 0}"#,
            r#"{"z":{"y":1,"b":0},"a":2,"Input":0,"StateMachineArn":0,"Name":0}"#,
        );
    }

    #[test]
    fn a_literal_template_gives_one_shared_handle() {
        let template = json(r#"{ "a": [ 1, {"b": "$.c"} ] }"#);
        let template = PayloadTemplate::compile(&template).expect("well formed");
        assert!(template.is_literal());
        let mut random = Seed(1).at(EventId(1));
        let mut one = || template.evaluate(&DocumentScope::default(), &mut random);
        match (one(), one()) {
            (Ok(Json::Object(first)), Ok(Json::Object(second))) => {
                assert!(Arc::ptr_eq(&first, &second));
            }
            _ => panic!("both are objects"),
        }
    }

    #[test]
    fn failures_name_the_field_and_the_input() {
        check(
            r#"{"a": {"value.$": "$.no_such_jsonpath"}}"#,
            r#"{ "b": 1 }"#,
            "States.Runtime: The JSONPath '$.no_such_jsonpath' specified for the field 'value.$' \
             could not be found in the input '{\"b\":1}'",
        );
        check(
            r#"{"value.$": "$$.Execution.Input.x"}"#,
            "{}",
            "States.Runtime: The JSONPath '$$.Execution.Input.x' specified for the field \
             'value.$' could not be found in the input '{}'",
        );
    }

    #[test]
    fn every_fault_is_found_with_its_place() {
        let template = json(
            r#"{"a": [{"b/c.$": "$.x[0"}, {"d.$": 1}], "e.$": "States.Nope()", "f": 1, "f.$": "$"}"#,
        );
        let errors = PayloadTemplate::compile(&template).expect_err("four faults");
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                "this `[` is never closed at /a/0/b~1c.$",
                "the value of `d.$` must be a string at /a/1/d.$",
                "`States.Nope` is no intrinsic function at /e.$",
                "`f` is given both with and without `.$` at /f.$",
            ]
        );
    }

    #[test]
    fn a_result_cannot_nest_too_deep() {
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        check(
            r#"{"a.$": "$"}"#,
            &deep,
            "States.Runtime: The result nests deeper than 500 levels.",
        );
    }
}
