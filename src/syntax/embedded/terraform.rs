//! The JSON of `terraform show -json`, of a state or of a plan.

use super::{Embedded, Finder, Place, is_express};
use crate::syntax::Node;

pub(super) fn find(finder: &mut Finder<'_>, root: Node<'_>) {
    let values = root.get("planned_values").or_else(|| root.get("values"));
    let mut pending: Vec<Node<'_>> = values
        .and_then(|values| values.get("root_module"))
        .into_iter()
        .collect();
    while let Some(module) = pending.pop() {
        for resource in module.get("resources").into_iter().flat_map(Node::items) {
            let machine = machine(finder, resource);
            finder.machines.extend(machine);
        }
        let children = module.get("child_modules").into_iter();
        let inner: Vec<Node<'_>> = children.flat_map(Node::items).collect();
        pending.extend(inner.into_iter().rev());
    }
}

fn machine(finder: &mut Finder<'_>, resource: Node<'_>) -> Option<Embedded> {
    let kind = resource.get("type").and_then(Node::as_str)?;
    if &**kind != "aws_sfn_state_machine" {
        return None;
    }
    let address = resource.get("address").or_else(|| resource.get("name"))?;
    let values = resource.get("values")?;
    let place = match values.get("definition") {
        Some(definition) if definition.as_str().is_some() => finder.value(definition),
        _ => Place::Elsewhere("it is known only after `terraform apply`"),
    };
    Some(Embedded {
        name: address.as_str()?.clone(),
        name_span: address.span(),
        place,
        is_express: is_express(values.get("type")),
        substitutions: None,
    })
}
