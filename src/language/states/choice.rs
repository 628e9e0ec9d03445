//! Choice: rules in order, the first that holds decides.

use std::sync::Arc;

use super::Comparison;
use crate::data::Json;
use crate::language::field::Reader;
use crate::language::{Field, InTree, Target};
use crate::syntax::{NodeId, Span};

/// What only a Choice state has.
#[derive(Clone, Debug)]
pub struct Choice {
    /// `Choices`
    pub rules: Vec<ChoiceRule>,
    /// Where the array of rules stands.
    pub rules_span: Option<Span>,
    /// `Default`
    pub default: Option<Target>,
}

/// A rule of a Choice state.
#[derive(Clone, Debug)]
pub struct ChoiceRule {
    /// When it holds.
    pub condition: Condition,
    /// `Next`
    pub next: Option<Target>,
    /// `Assign`
    pub assign: Option<Field<InTree>>,
    /// `Output` (JSONata)
    pub output: Option<Field<InTree>>,
    /// `Comment`
    pub comment: Option<Field<Arc<str>>>,
    /// Where the rule stands.
    pub span: Span,
    /// The rule's node in the tree.
    pub node: NodeId,
}

/// When a rule holds.
#[derive(Clone, Debug)]
pub enum Condition {
    /// A `Variable` with one operator.
    Comparison(Box<Comparison>),
    /// `And`: all hold; evaluated in order up to the first that does not.
    And(Vec<Condition>),
    /// `Or`: one holds; evaluated in order up to the first that does.
    Or(Vec<Condition>),
    /// `Not`
    Not(Box<Condition>),
    /// `Condition` (JSONata): an expression or a boolean.
    Expression(Field<Json>),
    /// None of these is there, or more than one; where the rule stands.
    Invalid(Span),
}

impl Choice {
    pub(in crate::language) fn read(reader: &mut Reader<'_, '_>) -> Self {
        let field = reader.objects("Choices");
        let rules_span = field.as_ref().map(|field| field.span);
        let nodes = field.map(|field| field.value).unwrap_or_default();
        let rules = nodes
            .into_iter()
            .map(|node| ChoiceRule::read(&mut reader.at(node)))
            .collect();
        Self {
            rules,
            rules_span,
            default: reader.target("Default"),
        }
    }
}

impl ChoiceRule {
    fn read(reader: &mut Reader<'_, '_>) -> Self {
        Self {
            condition: Condition::read(reader),
            next: reader.target("Next"),
            assign: reader.object_in_tree("Assign"),
            output: reader.in_tree("Output"),
            comment: reader.string("Comment"),
            span: reader.node.span(),
            node: reader.node.id(),
        }
    }
}

impl Condition {
    /// Recursion is bounded by the depth of a tree.
    fn read(reader: &mut Reader<'_, '_>) -> Self {
        let span = reader.node.span();
        let present = |key: &str| reader.node.entry(key).is_some();
        let shapes = ["And", "Or", "Not", "Condition"].map(present);
        let compares = Comparison::count(reader.node);
        if shapes.into_iter().filter(|shape| *shape).count() + compares != 1 {
            return Self::Invalid(span);
        }
        let read = match shapes {
            [true, ..] => Self::read_all(reader, "And").map(Self::And),
            [_, true, ..] => Self::read_all(reader, "Or").map(Self::Or),
            [_, _, true, _] => reader
                .object("Not")
                .map(|field| Self::Not(Box::new(Self::read(&mut reader.at(field.value))))),
            [.., true] => reader.json("Condition").map(Self::Expression),
            _ => Comparison::read(reader).map(|compare| Self::Comparison(Box::new(compare))),
        };
        read.unwrap_or(Self::Invalid(span))
    }

    fn read_all(reader: &mut Reader<'_, '_>, key: &str) -> Option<Vec<Self>> {
        let nodes = reader.objects(key)?.value;
        Some(
            nodes
                .into_iter()
                .map(|node| Self::read(&mut reader.at(node)))
                .collect(),
        )
    }
}
