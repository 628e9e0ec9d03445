//! References that AWS looks at when a state machine is created (01-fields §1.7).

use std::sync::Arc;

use jlens_core::Node;
use jlens_core::ast::{NodeKind, Stage};

use super::Compiled;
use crate::query::jsonata::{Reference, Referenced};

impl Compiled {
    /// What the expression reads of `$states`, and what it reads without any variable, in order.
    pub(in crate::query::jsonata) fn references(&self) -> Box<[Reference]> {
        let mut walk = Walk {
            pending: vec![(self.root(), true)],
            found: Vec::new(),
        };
        while let Some((node, is_top)) = walk.pending.pop() {
            walk.node(node, is_top);
        }
        walk.found.sort_by_key(|reference| reference.offset);
        walk.found.into()
    }
}

/// A walk without recursion. A node is at the top when its context is that of the expression,
/// which in Step Functions is nothing: not behind a step, in a predicate, or in a function, of
/// which it is not known what AWS makes of them.
struct Walk<'n> {
    pending: Vec<(&'n Node, bool)>,
    found: Vec<Reference>,
}

impl<'n> Walk<'n> {
    fn node(&mut self, node: &'n Node, is_top: bool) {
        self.attributes(node);
        match &node.kind {
            NodeKind::Path { steps, .. } => self.path(steps, is_top),
            NodeKind::Name { name } if is_top => self.top(node, name),
            NodeKind::Variable { name } if name.is_empty() && is_top => self.top(node, "$"),
            NodeKind::Variable { name } if name == "$" => self.add(node, Referenced::Root),
            NodeKind::Binary { lhs, rhs, .. }
            | NodeKind::Fallback { lhs, rhs, .. }
            | NodeKind::Apply { lhs, rhs } => self.all([&**lhs, &**rhs], is_top),
            NodeKind::Bind { rhs, .. } => self.all([&**rhs], is_top),
            NodeKind::Negate { expr } => self.all([&**expr], is_top),
            NodeKind::Array { items } => self.all(items, is_top),
            NodeKind::Block { exprs, .. } => self.all(exprs, is_top),
            NodeKind::Object { pairs } => {
                self.all(pairs.iter().flat_map(|(key, value)| [key, value]), is_top);
            }
            NodeKind::Condition {
                condition,
                then,
                otherwise,
            } => {
                self.all([&**condition, &**then], is_top);
                self.all(otherwise.as_deref(), is_top);
            }
            NodeKind::Function { procedure, args } | NodeKind::Partial { procedure, args } => {
                self.all([&**procedure], is_top);
                self.all(args, is_top);
            }
            NodeKind::Lambda(lambda) => self.all([&lambda.body], false),
            NodeKind::Transform(transform) => {
                self.all([&transform.pattern, &transform.update], false);
                self.all(transform.delete.as_ref(), false);
            }
            NodeKind::Sort { terms } => self.all(terms.iter().map(|term| &term.expr), false),
            _ => {}
        }
    }

    fn path(&mut self, steps: &'n [Node], is_top: bool) {
        let Some((first, rest)) = steps.split_first() else {
            return;
        };
        if let (NodeKind::Variable { name: states }, Some(second)) = (&first.kind, rest.first())
            && states == "states"
            && let NodeKind::Name { name } = &second.kind
        {
            let member = Referenced::StatesMember(name.as_str().into());
            self.found.push(Reference {
                offset: first.span.start,
                len: second.span.end.saturating_sub(first.span.start),
                to: member,
            });
        }
        self.all([first], is_top);
        self.all(rest, false);
    }

    /// Predicates and groups, which see what they are about.
    fn attributes(&mut self, node: &'n Node) {
        let stages = node.attrs.stages.iter().chain(&node.attrs.predicate);
        for stage in stages {
            if let Stage::Filter { expr, .. } = stage {
                self.all([&**expr], false);
            }
        }
        if let Some(group) = &node.attrs.group {
            let pairs = group.pairs.iter();
            self.all(pairs.flat_map(|(key, value)| [key, value]), false);
        }
    }

    fn all(&mut self, nodes: impl IntoIterator<Item = &'n Node>, is_top: bool) {
        self.pending
            .extend(nodes.into_iter().map(|node| (node, is_top)));
    }

    fn top(&mut self, node: &Node, name: &str) {
        let name: Arc<str> = name.into();
        self.add(node, Referenced::TopLevel(name));
    }

    fn add(&mut self, node: &Node, to: Referenced) {
        self.found.push(Reference {
            offset: node.span.start,
            len: node.span.end.saturating_sub(node.span.start),
            to,
        });
    }
}
