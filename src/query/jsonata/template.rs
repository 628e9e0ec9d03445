//! A JSON value with expressions at any depth: `Arguments`, `Output`, `ItemSelector`, `Items`…

use std::fmt::Write as _;
use std::sync::Arc;

use super::{
    Evaluated, EvaluationFailure, Expression, Members, Reference, Scope, SyntaxError,
    strip_delimiters,
};
use crate::data::{Json, Keyed, Number, Object, limits};

/// A compiled template.
#[derive(Debug)]
pub struct Template(Node);

#[derive(Debug)]
enum Node {
    /// A value without expressions.
    Literal(Json),
    Expression(Box<Expression>),
    Array(Vec<Node>),
    Object(Vec<(Arc<str>, Node)>),
}

/// The type that a field must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Any value.
    Any,
    /// An array.
    Array,
    /// An array or an object.
    ArrayOrObject,
    /// `true` or `false`.
    Boolean,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// An object.
    Object,
    /// A string.
    String,
}

impl Expected {
    /// Whether a value is of this type.
    #[must_use]
    pub fn admits(self, value: &Json) -> bool {
        match self {
            Self::Any => true,
            Self::Array => value.as_array().is_some(),
            Self::ArrayOrObject => value.as_array().is_some() || value.as_object().is_some(),
            Self::Boolean => value.as_bool().is_some(),
            Self::Integer => whole(value).is_some(),
            Self::Number => value.as_number().is_some(),
            Self::Object => value.as_object().is_some(),
            Self::String => value.as_str().is_some(),
        }
    }

    /// The name in messages. Only `array` is recorded.
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Array | Self::ArrayOrObject => "array",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Object => "object",
            Self::String => "string",
        }
    }
}

/// The number as an integer, whatever form it is written in.
fn whole(value: &Json) -> Option<i64> {
    let number = value.as_number()?;
    number
        .as_i64()
        .or_else(|| Number::from_result(number.as_f64())?.as_i64())
}

impl Template {
    /// Compiles every expression in the value.
    ///
    /// # Errors
    /// Each expression that does not parse, with its location below the field: empty for the
    /// field itself, `/a/b[0]` for a part of it.
    pub fn compile(value: &Json) -> Result<Self, Vec<(String, SyntaxError)>> {
        let mut compiler = Compiler {
            location: Location(String::new()),
            errors: Vec::new(),
        };
        let node = compiler.node(value);
        if compiler.errors.is_empty() {
            Ok(Self(node))
        } else {
            Err(compiler.errors)
        }
    }

    /// The value, when there is no expression in it.
    #[must_use]
    pub fn as_literal(&self) -> Option<&Json> {
        match &self.0 {
            Node::Literal(value) => Some(value),
            Node::Expression(_) | Node::Array(_) | Node::Object(_) => None,
        }
    }

    /// Calls `visit` with every expression, in order.
    pub fn for_each_expression<'t>(&'t self, visit: &mut dyn FnMut(&'t Expression)) {
        self.0.for_each_expression(visit);
    }

    /// The references that a field which sees these members may not hold, each with its location
    /// below the field, as [`Template::compile`] tells it.
    #[must_use]
    pub fn unsupported(&self, members: Members) -> Vec<(String, &Reference)> {
        let mut search = Search {
            location: Location(String::new()),
            members,
            found: Vec::new(),
        };
        search.node(&self.0);
        search.found
    }

    /// Evaluates the template of a field, such as `Output` or `Assign/x`.
    ///
    /// # Errors
    /// The first expression, in order, that throws, gives nothing or gives a function.
    pub fn evaluate(
        &self,
        field: &str,
        scope: &Scope<'_>,
        random: &mut Keyed,
    ) -> Result<Json, EvaluationFailure> {
        let mut evaluation = Evaluation {
            location: Location(field.to_owned()),
            scope,
            random,
        };
        let value = evaluation.node(&self.0)?;
        if value.depth() > limits::MAX_DEPTH {
            let limit = limits::MAX_DEPTH;
            let what = format!("nests deeper than {limit} levels.");
            return Err(EvaluationFailure::of_field(field, &what));
        }
        Ok(value)
    }

    /// Evaluates the template of a field that must be of a type. An integer comes in the form of
    /// one, however the expression wrote it.
    ///
    /// # Errors
    /// As [`Template::evaluate`], and when the value is of another type.
    pub fn evaluate_typed(
        &self,
        field: &str,
        expected: Expected,
        scope: &Scope<'_>,
        random: &mut Keyed,
    ) -> Result<Json, EvaluationFailure> {
        let value = self.evaluate(field, scope, random)?;
        if expected.admits(&value) {
            return Ok(match whole(&value) {
                Some(whole) if expected == Expected::Integer => Json::from(whole),
                _ => value,
            });
        }
        let name = expected.name();
        Err(match &self.0 {
            Node::Expression(expression) => {
                EvaluationFailure::unexpected(field, expression.reading().source(), name, &value)
            }
            Node::Literal(_) | Node::Array(_) | Node::Object(_) => {
                let found = value.type_name();
                let what = format!("has an unexpected type. Expected '{name}', but was '{found}'");
                EvaluationFailure::of_field(field, &what)
            }
        })
    }
}

impl Node {
    fn is_made_of_literals(&self) -> bool {
        let is_literal = |node: &Self| matches!(node, Self::Literal(_));
        match self {
            Self::Literal(_) => true,
            Self::Expression(_) => false,
            Self::Array(items) => items.iter().all(is_literal),
            Self::Object(fields) => fields.iter().all(|(_, value)| is_literal(value)),
        }
    }

    fn for_each_expression<'t>(&'t self, visit: &mut dyn FnMut(&'t Expression)) {
        match self {
            Self::Literal(_) => {}
            Self::Expression(expression) => visit(expression),
            Self::Array(items) => items
                .iter()
                .for_each(|item| item.for_each_expression(visit)),
            Self::Object(fields) => {
                for (_, value) in fields {
                    value.for_each_expression(visit);
                }
            }
        }
    }
}

/// A place in a field: `Output/a/b[0]`, the grammar of reference section 2.6.
struct Location(String);

impl Location {
    /// Steps to a field, and gives what [`Location::leave`] takes to step back.
    fn field(&mut self, key: &str) -> usize {
        let before = self.0.len();
        self.0.push('/');
        self.0.push_str(key);
        before
    }

    /// Steps to an item.
    fn item(&mut self, index: usize) -> usize {
        let before = self.0.len();
        write!(self.0, "[{index}]").expect("a string takes all");
        before
    }

    fn leave(&mut self, before: usize) {
        self.0.truncate(before);
    }
}

/// The walk over the definition's value. Its depth is bounded: documents have a deepest level.
struct Compiler {
    location: Location,
    errors: Vec<(String, SyntaxError)>,
}

impl Compiler {
    fn node(&mut self, value: &Json) -> Node {
        let node = match value {
            Json::String(text) => self.expression(text),
            Json::Array(array) => Some(Node::Array(self.items(array.items()))),
            Json::Object(object) => Some(Node::Object(self.fields(object))),
            Json::Null | Json::Bool(_) | Json::Number(_) => None,
        };
        match node {
            Some(node) if !node.is_made_of_literals() => node,
            _ => Node::Literal(value.compacted()),
        }
    }

    fn expression(&mut self, text: &str) -> Option<Node> {
        match Expression::compile(strip_delimiters(text)?) {
            Ok(expression) => Some(Node::Expression(Box::new(expression))),
            Err(error) => {
                self.errors.push((self.location.0.clone(), error));
                None
            }
        }
    }

    fn items(&mut self, items: &[Json]) -> Vec<Node> {
        let items = items.iter().enumerate();
        items
            .map(|(index, item)| {
                let before = self.location.item(index);
                let node = self.node(item);
                self.location.leave(before);
                node
            })
            .collect()
    }

    fn fields(&mut self, object: &Object) -> Vec<(Arc<str>, Node)> {
        object
            .iter()
            .map(|(key, value)| {
                let before = self.location.field(key);
                let node = self.node(value);
                self.location.leave(before);
                (key.clone(), node)
            })
            .collect()
    }
}

/// The walk over the template for what its field may not hold.
struct Search<'t> {
    location: Location,
    members: Members,
    found: Vec<(String, &'t Reference)>,
}

impl<'t> Search<'t> {
    fn node(&mut self, node: &'t Node) {
        match node {
            Node::Literal(_) => {}
            Node::Expression(expression) => {
                let unsupported = expression.reading().unsupported(self.members);
                let location = &self.location.0;
                self.found
                    .extend(unsupported.map(|reference| (location.clone(), reference)));
            }
            Node::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let before = self.location.item(index);
                    self.node(item);
                    self.location.leave(before);
                }
            }
            Node::Object(fields) => {
                for (key, node) in fields {
                    let before = self.location.field(key);
                    self.node(node);
                    self.location.leave(before);
                }
            }
        }
    }
}

/// The walk over the template.
struct Evaluation<'e, 's> {
    location: Location,
    scope: &'e Scope<'s>,
    random: &'e mut Keyed,
}

impl Evaluation<'_, '_> {
    fn node(&mut self, node: &Node) -> Result<Json, EvaluationFailure> {
        match node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Expression(expression) => self.expression(expression),
            Node::Array(items) => self.items(items),
            Node::Object(fields) => self.fields(fields),
        }
    }

    fn expression(&mut self, expression: &Expression) -> Result<Json, EvaluationFailure> {
        let (location, source) = (&self.location.0, expression.reading().source());
        match expression.evaluate(self.scope, self.random) {
            Ok(Evaluated::Value(value)) => Ok(value),
            Ok(Evaluated::Nothing) => Err(EvaluationFailure::nothing(location, source)),
            Ok(Evaluated::Function) => Err(EvaluationFailure::function(location, source)),
            Err(error) => Err(EvaluationFailure::thrown(location, source, &error)),
        }
    }

    fn items(&mut self, items: &[Node]) -> Result<Json, EvaluationFailure> {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let before = self.location.item(index);
            values.push(self.node(item)?);
            self.location.leave(before);
        }
        Ok(Json::array(values))
    }

    fn fields(&mut self, fields: &[(Arc<str>, Node)]) -> Result<Json, EvaluationFailure> {
        let mut object = Object::with_capacity(fields.len());
        for (key, node) in fields {
            let before = self.location.field(key);
            object.insert(key.clone(), self.node(node)?);
            self.location.leave(before);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::StatesView;
    use super::*;
    use crate::data::{EventId, Nature, Seed, StatesError, Timestamp};

    fn json(text: &str) -> Json {
        Json::parse(text).expect("valid JSON")
    }

    /// Evaluates a template as the field `Output` over an input, expecting a text or a failure.
    fn check_typed(template: &str, expected: Expected, found: &str) {
        let input = json(r#"{"a": {"b": 1}, "list": [1, 2], "id": 9007199254740993}"#);
        let scope = Scope {
            states: StatesView {
                input: &input,
                context: &Json::empty_object,
                result: None,
                error_output: None,
            },
            variables: &super::super::NoVariables,
            now: Timestamp(0),
        };
        let template = Template::compile(&json(template)).expect("parses");
        let mut random = Seed(0).at(EventId(1));
        let text = match template.evaluate_typed("Output", expected, &scope, &mut random) {
            Ok(value) => value.text().into_owned(),
            Err(failure) => {
                let location = failure.location.clone().unwrap_or_default();
                let error = StatesError::from(failure);
                assert_eq!(error.nature, Nature::Evaluation);
                assert_eq!(error.name(), "States.QueryEvaluationError");
                format!("{location}: {}", error.cause.unwrap_or_default())
            }
        };
        assert_eq!(text, found);
    }

    fn check(template: &str, found: &str) {
        check_typed(template, Expected::Any, found);
    }

    #[test]
    fn values_and_expressions_mix_at_any_depth_in_the_order_written() {
        check(
            r#"{"z": [1, {"y": "{% $states.input.a %}"}], "a": "{% 1 + 1 %}", "b": "text"}"#,
            r#"{"z":[1,{"y":{"b":1}}],"a":2,"b":"text"}"#,
        );
        check(r#"[1, "{% $number('2') %}", 3]"#, "[1,2,3]");
        check(
            r#""{% $states.input %}""#,
            &json(r#"{"a":{"b":1},"list":[1,2],"id":9007199254740993}"#).text(),
        );
    }

    #[test]
    fn a_template_without_expressions_is_one_shared_handle() {
        let template = Template::compile(&json(r#"{"a": [1, {"b": " {% $x %}"}]}"#));
        let template = template.expect("parses");
        let literal = template.as_literal().expect("no expression");
        assert_eq!(literal.text(), r#"{"a":[1,{"b":" {% $x %}"}]}"#);
    }

    #[test]
    fn failures_have_the_words_of_aws() {
        check(
            r#"{"result": "{% $doesNotExist %}"}"#,
            "Output/result: The JSONata expression '$doesNotExist' specified for the field \
             'Output/result' returned nothing (undefined).",
        );
        check(
            r#"{"a": {"b": ["{%  $randomSeeded($states.input.a)  %}"]}}"#,
            "Output/a/b[0]: The JSONata expression '$randomSeeded($states.input.a)' specified for \
             the field 'Output/a/b[0]' threw an error during evaluation. T1006: Attempted to \
             invoke a non-function",
        );
        check(
            r#""{% $fn := function($x){$x} %}""#,
            "Output: The JSONata expression '$fn := function($x){$x}' specified for the field \
             'Output' returned an unsupported result type.",
        );
    }

    #[test]
    fn a_result_of_the_wrong_type_is_printed() {
        let text = |expression: &str, found: &str| {
            format!(
                "Output: The JSONata expression '{expression}' specified for the field 'Output' \
                 returned an unexpected result type. Expected 'array', but was {found}"
            )
        };
        for (expression, found) in [
            ("1", "'number' for value: 1"),
            ("null", "'null' for value: null"),
            ("'x'", "'string' for value: \"x\""),
            ("{'foo': 'bar'}", "'object' for value: {\"foo\":\"bar\"}"),
            ("1 = 1", "'boolean' for value: true"),
        ] {
            let template = format!("\"{{% {expression} %}}\"");
            check_typed(&template, Expected::Array, &text(expression, found));
        }
        check_typed(
            r#""{% 1.5 %}""#,
            Expected::Integer,
            "Output: The JSONata expression '1.5' specified for the field 'Output' returned an \
             unexpected result type. Expected 'integer', but was 'number' for value: 1.5",
        );
        check_typed(
            "[1]",
            Expected::Object,
            "Output: The value specified for the field 'Output' has an unexpected type. \
             Expected 'object', but was 'array'",
        );
    }

    #[test]
    fn a_result_of_the_right_type_passes() {
        for (expected, expression, found) in [
            (Expected::Array, "[1]", "[1]"),
            (Expected::ArrayOrObject, "{}", "{}"),
            (Expected::Boolean, "1 = 2", "false"),
            (Expected::Integer, "4 / 2", "2"),
            (Expected::Number, "0.5", "0.5"),
            (Expected::Object, "$states.input.a", "{\"b\":1}"),
            (Expected::String, "'x' & 1", "\"x1\""),
        ] {
            let template = format!("\"{{% {expression} %}}\"");
            check_typed(&template, expected, found);
        }
        check_typed("2.0", Expected::Integer, "2");
    }

    #[test]
    fn every_expression_that_does_not_parse_is_told_with_its_place() {
        let template = json(r#"{"a": "{% 1 + %}", "b": [0, "{% $x %}", "{% a ?? b %}"]}"#);
        let errors = Template::compile(&template).expect_err("two errors");
        let errors: Vec<_> = errors
            .iter()
            .map(|(location, error)| format!("{location} {} {}", error.offset, error.code))
            .collect();
        assert_eq!(errors, ["/a 3 S0207", "/b[2] 3 S0211"]);
    }
}
