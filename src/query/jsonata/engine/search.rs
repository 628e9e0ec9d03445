//! Whether an expression can only search for long: it looks for items in loops, but what it keeps
//! of them stays small, so that many more steps take time and no memory.

use jlens_core::Node;
use jlens_core::ast::{BinaryOp, NodeKind, Stage};

use super::BUILT_INS;
use super::analysis::{names, nodes};

/// Functions that let a value grow out of itself.
const GROWING: [&str; 5] = ["append", "merge", "reduce", "spread", "zip"];

/// Functions that give no more than one small value, or some of the items they are given.
const SMALL: [&str; 14] = [
    "abs", "average", "boolean", "ceil", "contains", "count", "exists", "filter", "floor", "max",
    "min", "not", "number", "sum",
];

/// How an expression searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// It does more than that.
    No,
    /// By conditions, which many items may meet.
    Items,
    /// By positions alone, of which each gives one item at once.
    Positions,
}

/// How the expression with this root searches.
pub(super) fn search(root: &Node) -> Search {
    let grows = names(root).any(|name| GROWING.contains(&name));
    if grows || nodes(root).any(calls_unknown) {
        return Search::No;
    }
    let lambdas = nodes(root).filter_map(|node| match &node.kind {
        NodeKind::Lambda(lambda) => lambda.params.first().map(String::as_str),
        _ => None,
    });
    let items: Vec<&str> = lambdas.collect();
    // In a loop of a loop, items are come to more than once.
    let mut search = if items.len() > 1 {
        Search::Items
    } else {
        Search::Positions
    };
    let mut pending = vec![(root, 0)];
    while let Some((node, depth)) = pending.pop() {
        if depth > 1 && !is_small(node) {
            return Search::No;
        }
        if depth > 0 && !is_single(node, &items) {
            search = Search::Items;
        }
        match &node.kind {
            NodeKind::Lambda(lambda) => {
                pending.push((&lambda.body, depth + usize::from(!lambda.thunk)));
            }
            NodeKind::Path { steps, .. } => {
                let inner = |step: &Node| usize::from(!matches!(step.kind, NodeKind::Name { .. }));
                let later = steps.iter().skip(1);
                pending.extend(later.map(|step| (step, depth + inner(step))));
                pending.extend(steps.first().map(|step| (step, depth)));
                pending.extend(steps.iter().flat_map(filters).map(|node| (node, depth + 1)));
            }
            _ => {
                let inner = filters(node).count();
                // The predicates of a node are among its children.
                node.for_each_child(|child| pending.push((child, depth + inner.min(1))));
            }
        }
    }
    search
}

fn filters(node: &Node) -> impl Iterator<Item = &Node> {
    let stages = node.attrs.stages.iter().chain(&node.attrs.predicate);
    stages.filter_map(|stage| match stage {
        Stage::Filter { expr, .. } => Some(&**expr),
        Stage::Index { .. } => None,
    })
}

/// Whether a node calls what is not one of the functions there are, or keeps one for later.
fn calls_unknown(node: &Node) -> bool {
    let is_known = |node: &Node| matches!(&node.kind, NodeKind::Variable { name } if BUILT_INS.contains(&**name));
    match &node.kind {
        NodeKind::Function { procedure, .. } => !is_known(procedure),
        NodeKind::Bind { lhs, rhs } => is_known(lhs) || matches!(rhs.kind, NodeKind::Lambda(_)),
        NodeKind::Lambda(lambda) => lambda.params.iter().any(|name| BUILT_INS.contains(&**name)),
        NodeKind::Apply { .. }
        | NodeKind::Partial { .. }
        | NodeKind::Transform(_)
        | NodeKind::Sort { .. }
        | NodeKind::Descendant
        | NodeKind::Wildcard => true,
        _ => node.attrs.group.is_some(),
    }
}

/// Whether a node in a loop of a loop makes nothing that takes up room.
fn is_small(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Function { procedure, .. } => {
            matches!(&procedure.kind, NodeKind::Variable { name } if SMALL.contains(&&**name))
        }
        NodeKind::Binary { op, .. } => !matches!(op, BinaryOp::Concat),
        NodeKind::Array { .. } | NodeKind::Object { .. } | NodeKind::Regex { .. } => false,
        _ => true,
    }
}

/// Whether a node in a loop gives one item of an array by its position, or what it gives is part
/// of the item that the loop is at.
fn is_single(node: &Node, items: &[&str]) -> bool {
    let NodeKind::Path { steps, .. } = &node.kind else {
        return filters(node).all(is_arithmetic);
    };
    let has_position = |index: usize| {
        steps
            .get(index)
            .is_some_and(|step| filters(step).any(is_arithmetic))
    };
    match steps.first().map(|first| &first.kind) {
        Some(NodeKind::Variable { name }) if name == "states" => has_position(2),
        Some(NodeKind::Variable { name }) => items.contains(&&**name) || has_position(0),
        _ => false,
    }
}

fn is_arithmetic(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Number { .. } | NodeKind::Negate { .. } => true,
        NodeKind::Binary { op, .. } => {
            matches!(
                op,
                BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div
            )
        }
        _ => false,
    }
}
