//! Fields that an object may have and does not have yet.

use lsp_types::CompletionItemKind;

use super::slot::Right;
use super::{Asked, Offer, Text, literal};
use crate::lint::{AllowedField, Shape};
use crate::lsp::words;
use crate::syntax::Node;

/// The fields of the object that the word is a key of; required ones come first.
pub(super) fn fields(asked: &Asked<'_, '_>) -> Vec<Offer> {
    let word = asked.cursor.key.map(|entry| entry.key_span);
    let object = asked.cursor.node();
    let others = object
        .entries()
        .iter()
        .filter(|entry| Some(entry.key_span) != word);
    let present: Vec<&str> = others.map(|entry| &*entry.key).collect();
    offers(asked, asked.around.shape, &present)
}

/// The fields of an object that begins with the word.
pub(super) fn first(asked: &Asked<'_, '_>) -> Vec<Offer> {
    let shape = asked.around.shape_of_items();
    shape
        .map(|shape| offers(asked, shape, &[]))
        .unwrap_or_default()
}

fn offers(asked: &Asked<'_, '_>, shape: Shape, present: &[&str]) -> Vec<Offer> {
    let language = asked.around.language();
    let has = |name: &str| present.contains(&name);
    let mut fields: Vec<AllowedField> = shape
        .fields()
        .into_iter()
        .filter(|field| !has(&field.name) && !field.excludes.iter().any(|other| has(other)))
        .filter(|field| words::language_of(&field.name).is_none_or(|only| only == language))
        .filter(|field| !is_needless(&field.name, present))
        .collect();
    // One of the two transitions is needed as well.
    let is_transition = |field: &AllowedField| ["Next", "End"].contains(&&*field.name);
    fields.sort_by_key(|field| (!field.is_required, !is_transition(field)));
    fields.iter().map(|field| offer(asked, field)).collect()
}

/// Whether something is there already that excludes the field, which the schemas do not say.
fn is_needless(name: &str, present: &[&str]) -> bool {
    match name {
        "Next" => present.contains(&"End"),
        "End" => present.contains(&"Next"),
        // The older spelling of another field.
        "Iterator" => true,
        _ => words::is_condition(name) && present.iter().any(|other| words::is_condition(other)),
    }
}

fn offer(asked: &Asked<'_, '_>, field: &AllowedField) -> Offer {
    let text = match (asked.is_json(), asked.slot.right) {
        (true, Right::Colon) => Text::Plain(format!("\"{}\"", field.name)),
        (false, Right::Colon) => Text::Plain(field.name.clone()),
        // What stands in quotes of YAML cannot bring its colon.
        (false, Right::Nothing) if asked.slot.quote.is_some() => Text::Plain(field.name.clone()),
        (true, Right::Nothing) => in_json(field),
        (false, Right::Nothing) => in_yaml(field),
    };
    let is_required = if field.is_required { "required" } else { "" };
    asked
        .offer(&field.name, CompletionItemKind::PROPERTY, text)
        .detail([is_required, &field.types.join(" or ")].join(" ").trim())
        .words(words::field(&field.name))
}

/// The field with what its value begins with.
fn in_json(field: &AllowedField) -> Text {
    let (before, after) = match field.types.first().map(String::as_str) {
        _ if !field.values.is_empty() => ("\"", "\""),
        Some("string") => ("\"", "\""),
        Some("object") => ("{", "}"),
        Some("array") => ("[", "]"),
        Some("boolean") => ("true", ""),
        _ => ("", ""),
    };
    let name = &field.name;
    Text::Snippet {
        snippet: format!(
            "\"{}\": {}$1{}",
            literal(name),
            literal(before),
            literal(after)
        ),
        plain: format!("\"{name}\": {before}{after}"),
    }
}

fn in_yaml(field: &AllowedField) -> Text {
    match field.types.first().map(String::as_str) {
        Some("object" | "array") => Text::Plain(format!("{}:", field.name)),
        Some("boolean") => Text::Plain(format!("{}: true", field.name)),
        _ => Text::Plain(format!("{}: ", field.name)),
    }
}

/// The values that a field of an object may have, if they are few.
pub(super) fn values_of(shape: Shape, object: Node<'_>, name: &str) -> Option<AllowedField> {
    object.entry(name)?;
    shape.fields().into_iter().find(|field| field.name == name)
}
