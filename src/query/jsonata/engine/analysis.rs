//! What can be told of an expression without evaluating it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jlens_core::Node;
use jlens_core::ast::{Attrs, BinaryOp, NodeKind};

use super::{BUILT_INS, Compiled, HOST};

/// What an expression reads, and of what form it is.
#[derive(Debug, Default)]
pub(in crate::query::jsonata) struct Analysis {
    /// The free variables, `states` included, in alphabetical order; built-in functions are not
    /// among them.
    pub(in crate::query::jsonata) variables: Vec<Arc<str>>,
    /// The built-in functions named.
    pub(in crate::query::jsonata) built_ins: Vec<Arc<str>>,
    /// The members of `$states` read; `None` when it is read as a whole.
    pub(in crate::query::jsonata) states: Option<BTreeSet<String>>,
    /// The operation, when the expression is one.
    pub(in crate::query::jsonata) arithmetic: Option<Arithmetic>,
}

/// An arithmetic operation on two parts of the source.
#[derive(Clone, Debug)]
pub(in crate::query::jsonata) struct Arithmetic {
    /// Whether the sign of the result depends on both operands.
    pub(in crate::query::jsonata) is_product: bool,
    pub(in crate::query::jsonata) left: Range<usize>,
    pub(in crate::query::jsonata) right: Range<usize>,
    /// The operation, which the engine names when it fails itself.
    pub(in crate::query::jsonata) whole: Range<usize>,
}

impl Compiled {
    /// What the expression reads, found without evaluating it.
    pub(in crate::query::jsonata) fn analyse(&self) -> Analysis {
        let reads = self.expression.reads_with(&HOST);
        let names = reads.bindings().keys();
        let variables =
            names.filter(|name| is_variable(name) && !BUILT_INS.contains(name.as_str()));
        let states = reads.binding("states").map(|read| {
            let fields = read.fields()?;
            Some(fields.keys().cloned().collect())
        });
        Analysis {
            variables: variables.map(|name| name.as_str().into()).collect(),
            built_ins: self.built_ins(),
            states: states.unwrap_or_else(|| Some(BTreeSet::new())),
            arithmetic: self.arithmetic(),
        }
    }

    fn built_ins(&self) -> Vec<Arc<str>> {
        let names: BTreeSet<&str> = names(self.root())
            .filter(|name| BUILT_INS.contains(name))
            .collect();
        names.into_iter().map(Arc::from).collect()
    }

    /// The variable and the fields, when the expression is nothing but `$variable.field.field`.
    pub(in crate::query::jsonata) fn path(&self) -> Option<Vec<Arc<str>>> {
        let root = self.root();
        let steps = match &root.kind {
            NodeKind::Path {
                steps,
                keep_singleton_array: false,
            } => steps.as_slice(),
            NodeKind::Variable { .. } => std::slice::from_ref(root),
            _ => return None,
        };
        if !is_plain(&root.attrs) || !steps.iter().all(|step| is_plain(&step.attrs)) {
            return None;
        }
        let [first, fields @ ..] = steps else {
            return None;
        };
        let variable = match &first.kind {
            NodeKind::Variable { name }
                if is_variable(name) && !BUILT_INS.contains(name.as_str()) =>
            {
                name
            }
            _ => return None,
        };
        let fields = fields.iter().map(|step| match &step.kind {
            NodeKind::Name { name } => Some(name.as_str().into()),
            _ => None,
        });
        std::iter::once(Some(variable.as_str().into()))
            .chain(fields)
            .collect()
    }

    fn arithmetic(&self) -> Option<Arithmetic> {
        let root = self.root();
        let NodeKind::Binary { op, lhs, rhs } = &root.kind else {
            return None;
        };
        let is_product = match op {
            BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod => true,
            BinaryOp::Add | BinaryOp::Sub => false,
            _ => return None,
        };
        Some(Arithmetic {
            is_product,
            left: lhs.span.start..lhs.span.end,
            right: rhs.span.start..rhs.span.end,
            whole: root.span.start..root.span.end,
        })
    }
}

/// All nodes of a tree, without recursion.
pub(super) fn nodes(root: &Node) -> impl Iterator<Item = &Node> {
    let mut pending = vec![root];
    std::iter::from_fn(move || {
        let node = pending.pop()?;
        node.for_each_child(|child| pending.push(child));
        Some(node)
    })
}

/// Every `$name` in a tree.
pub(super) fn names(root: &Node) -> impl Iterator<Item = &str> {
    nodes(root).filter_map(|node| match &node.kind {
        NodeKind::Variable { name } => Some(name.as_str()),
        _ => None,
    })
}

/// Whether a `$name` is a variable, not the context `$` or the root `$$`. A name that cannot
/// stand in backquotes is nobody's either.
fn is_variable(name: &str) -> bool {
    !name.is_empty() && name != "$" && !name.contains('`')
}

/// Whether a step only names a field: no predicate, no `[]`, no grouping, no binding.
fn is_plain(attrs: &Attrs) -> bool {
    let modified = attrs.keep_array
        || attrs.cons_array
        || attrs.tuple
        || attrs.focus.is_some()
        || attrs.index.is_some()
        || attrs.group.is_some()
        || attrs.ancestor.is_some();
    !modified
        && attrs.stages.is_empty()
        && attrs.predicate.is_empty()
        && attrs.seeking_parent.is_empty()
}
