//! What an expression reads and calls, with the place of each: for those who judge it without
//! evaluating it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use jlens_core::Node;
use jlens_core::ast::{BinaryOp, NodeKind, Stage};

use super::analysis::nodes;
use super::{BUILT_INS, Compiled, FUNCTIONS};
use crate::query::jsonata::usage::{Call, Read, Usage};

/// How many arguments each function takes at most.
static MOST: LazyLock<HashMap<&str, usize>> = LazyLock::new(|| {
    let standard = jlens_core::function_catalog().into_iter();
    let standard = standard.map(|function| (function.name, most(&function.signature)));
    let ours = FUNCTIONS.iter();
    standard
        .chain(ours.map(|function| (function.name, most(function.signature))))
        .filter_map(|(name, most)| Some((name, most?)))
        .collect()
});

impl Compiled {
    /// What the expression reads and calls, in order.
    ///
    /// A name that is bound anywhere in the expression counts as bound everywhere: of such a name
    /// nothing is told, rather than something wrong.
    pub(in crate::query::jsonata) fn usage(&self) -> Usage {
        let root = self.root();
        let bound = bound(root);
        let mut called = HashSet::new();
        let mut usage = Usage::default();
        for node in nodes(root) {
            let (procedure, arguments) = match &node.kind {
                NodeKind::Function { procedure, args } | NodeKind::Partial { procedure, args } => {
                    (procedure, args.len())
                }
                NodeKind::Apply { rhs, .. } => match &rhs.kind {
                    NodeKind::Variable { .. } => (rhs, 1),
                    NodeKind::Function { procedure, args } => {
                        called.insert(rhs.id);
                        (procedure, args.len() + 1)
                    }
                    _ => continue,
                },
                _ => continue,
            };
            let NodeKind::Variable { name } = &procedure.kind else {
                continue;
            };
            // What stands behind `~>` was counted with what is before it.
            let is_counted = called.contains(&node.id);
            if bound.contains(name.as_str()) || !is_name(name) || is_counted {
                continue;
            }
            called.insert(procedure.id);
            usage.calls.push(Call {
                name: name.as_str().into(),
                offset: procedure.span.start,
                len: name.len() + 1,
                is_known: BUILT_INS.contains(name.as_str()),
                arguments,
                most: MOST.get(name.as_str()).copied(),
            });
        }
        for node in nodes(root) {
            if let NodeKind::Variable { name } = &node.kind
                && is_name(name)
                && name != "states"
                && !called.contains(&node.id)
                && !bound.contains(name.as_str())
                && !BUILT_INS.contains(name.as_str())
            {
                usage.reads.push(Read {
                    name: name.as_str().into(),
                    offset: node.span.start,
                    len: name.len() + 1,
                });
            }
        }
        usage.reads.sort_by_key(|read| read.offset);
        usage.calls.sort_by_key(|call| call.offset);
        usage
    }

    /// Whether the expression gives nothing for certain, when variables of which `is_nothing` is
    /// true have no value.
    pub(in crate::query::jsonata) fn gives_nothing(
        &self,
        is_nothing: &dyn Fn(&str) -> bool,
    ) -> bool {
        let root = self.root();
        let bound = bound(root);
        // Only the first operands count, so this walks down one line of the tree.
        let mut node = root;
        loop {
            node = match &node.kind {
                NodeKind::Variable { name } => {
                    return is_name(name)
                        && !bound.contains(name.as_str())
                        && !BUILT_INS.contains(name.as_str())
                        && is_nothing(name);
                }
                NodeKind::Path { steps, .. } => match steps.first() {
                    Some(first) => first,
                    None => return false,
                },
                NodeKind::Negate { expr } => expr,
                NodeKind::Binary { op, lhs, rhs } if is_arithmetic(*op) => {
                    match (&lhs.kind, &rhs.kind) {
                        (NodeKind::Number { .. }, _) => rhs,
                        _ => lhs,
                    }
                }
                NodeKind::Block { exprs, .. } if exprs.len() == 1 => &exprs[0],
                _ => return false,
            };
        }
    }
}

/// Every name that the expression binds itself.
fn bound(root: &Node) -> HashSet<&str> {
    let mut names = HashSet::new();
    for node in nodes(root) {
        match &node.kind {
            NodeKind::Lambda(lambda) => names.extend(lambda.params.iter().map(String::as_str)),
            NodeKind::Bind { lhs, .. } => {
                if let NodeKind::Variable { name } = &lhs.kind {
                    names.insert(name);
                }
            }
            _ => {}
        }
        let stages = node.attrs.stages.iter().chain(&node.attrs.predicate);
        names.extend(stages.filter_map(|stage| match stage {
            Stage::Index { var, .. } => Some(var.as_str()),
            Stage::Filter { .. } => None,
        }));
        names.extend(node.attrs.focus.as_deref());
        names.extend(node.attrs.index.as_deref());
    }
    names
}

/// Whether this is a name, not the context `$` or the root `$$`.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name != "$"
}

fn is_arithmetic(op: BinaryOp) -> bool {
    use BinaryOp::{Add, Div, Mod, Mul, Sub};
    matches!(op, Add | Sub | Mul | Div | Mod)
}

/// How many arguments a signature such as `<s-nn?:s>` takes; `None` for any number.
fn most(signature: &str) -> Option<usize> {
    let arguments = signature.trim_start_matches('<').split(':').next()?;
    let (mut count, mut depth) = (0, 0);
    for character in arguments.chars() {
        match character {
            '+' => return None,
            '<' | '(' => {
                count += usize::from(depth == 0 && character == '(');
                depth += 1;
            }
            '>' | ')' => depth -= 1,
            '?' | '-' => {}
            _ => count += usize::from(depth == 0),
        }
    }
    Some(count)
}
