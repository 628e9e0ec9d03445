//! Definitions inside of templates: where they stand, and how their places are told.
//!
//! A template is known by what is in it, not by its name. What is found is plain data; files that
//! a template points to are named, and read by whoever may.

mod cloudformation;
mod functions;
mod serverless;
mod substitutions;
mod terraform;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

pub(super) use functions::function_of_tag;
pub use functions::{settle, settle_tags};
pub use substitutions::{Substitution, Use, uses};
pub use text::EmbeddedText;

use super::{Entry, Kind, Node, NodeId, Source, Span, Tree};

/// What a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TemplateKind {
    /// `CloudFormation` and SAM, and what the CDK makes.
    CloudFormation,
    /// The Serverless Framework with its plugin for state machines.
    Serverless,
    /// The JSON of `terraform show -json`.
    Terraform,
}

/// A file that holds definitions, or could.
#[derive(Clone, Debug)]
pub struct Template {
    /// What it is for.
    pub kind: TemplateKind,
    /// Its state machines, in order of the text.
    pub machines: Vec<Embedded>,
}

/// A state machine of a template.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// What the template calls it.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// Where its definition is.
    pub place: Place,
    /// Whether it is EXPRESS, when the template says so or says nothing, which is STANDARD.
    pub is_express: Option<bool>,
    /// What fills in its placeholders; `None` when that cannot be told.
    pub substitutions: Option<Vec<Substitution>>,
}

/// Where a definition is.
#[derive(Clone, Debug)]
pub enum Place {
    /// A value of the template.
    Node(NodeId),
    /// A string of it.
    Text(Box<EmbeddedText>),
    /// A file of its own.
    File {
        /// The path, from where the template is.
        path: Arc<str>,
        /// Where the template names it.
        span: Span,
    },
    /// Somewhere that cannot be looked into from here, for this reason.
    Elsewhere(&'static str),
}

impl TemplateKind {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CloudFormation => "CloudFormation template",
            Self::Serverless => "Serverless configuration",
            Self::Terraform => "Terraform state or plan",
        }
    }
}

/// The template that a source is; `None` when it can only be a definition itself.
#[must_use]
pub fn find(source: &Source, tree: &Tree) -> Option<Template> {
    let root = tree.root();
    if root.entry("States").is_some() || root.entry("StartAt").is_some() {
        return None;
    }
    let kind = kind(root)?;
    let mut finder = Finder {
        source,
        budget: functions::MOST_TEXT.max(source.text.len()),
        machines: Vec::new(),
    };
    match kind {
        TemplateKind::CloudFormation => cloudformation::find(&mut finder, root),
        TemplateKind::Serverless => serverless::find(&mut finder, root),
        TemplateKind::Terraform => terraform::find(&mut finder, root),
    }
    Some(Template {
        kind,
        machines: finder.machines,
    })
}

fn kind(root: Node<'_>) -> Option<TemplateKind> {
    let has = |key| root.entry(key).is_some();
    let is_object = |key| {
        root.get(key)
            .is_some_and(|node| matches!(node.kind(), Kind::Object(_)))
    };
    if has("format_version") {
        return Some(TemplateKind::Terraform);
    }
    if has("stepFunctions") || (has("service") && has("provider")) {
        return Some(TemplateKind::Serverless);
    }
    let is_template = is_object("Resources") || has("AWSTemplateFormatVersion");
    is_template.then_some(TemplateKind::CloudFormation)
}

/// What looks through a template.
struct Finder<'s> {
    source: &'s Source,
    /// How much text may still be decoded: aliases can repeat a text very often.
    budget: usize,
    machines: Vec<Embedded>,
}

impl Finder<'_> {
    /// The place of a definition that is an object, or a string made in any way.
    fn value(&mut self, node: Node<'_>) -> Place {
        let call = functions::call(node);
        if let Some((entry, argument)) = call
            && &*entry.key == "Fn::ToJsonString"
        {
            return Place::Node(argument.id());
        }
        if call.is_none() && matches!(node.kind(), Kind::Object(_)) {
            return Place::Node(node.id());
        }
        match EmbeddedText::of(self.source, node, &mut self.budget) {
            Some(text) => Place::Text(Box::new(text)),
            None => Place::Elsewhere("a function of the template makes it"),
        }
    }
}

/// Whether a field says EXPRESS: absent it is STANDARD, and what a function gives is unknown.
fn is_express(field: Option<Node<'_>>) -> Option<bool> {
    match field {
        None => Some(false),
        Some(node) => {
            let name = node.as_str()?;
            match () {
                () if name.eq_ignore_ascii_case("EXPRESS") => Some(true),
                () if name.eq_ignore_ascii_case("STANDARD") => Some(false),
                () => None,
            }
        }
    }
}

/// The entries of an object with their values.
fn fields(node: Node<'_>) -> impl Iterator<Item = (&Entry, Node<'_>)> {
    let tree = node.tree();
    let entries = node.entries().iter();
    entries.map(move |entry| (entry, tree.node(entry.value)))
}
