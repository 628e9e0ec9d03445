//! Values: names of states, the few values that a field may have, error names.

use lsp_types::CompletionItemKind;

use super::fields::values_of;
use super::{Asked, Offer, Text, words as expressions};
use crate::language::StateKind;
use crate::lsp::words;
use crate::syntax::{Entry, Node};

pub(super) fn values(asked: &Asked<'_, '_>) -> Vec<Offer> {
    let around = asked.around;
    match around.below[..] {
        ["StartAt"] => states(asked, around.object.get("States")),
        ["Next" | "Default"] => states(asked, around.scope()),
        ["ErrorEquals"] => errors(asked),
        [field] => {
            let few = few_values(asked, field);
            if few.is_empty() {
                expressions::offers(asked)
            } else {
                few
            }
        }
        _ => expressions::offers(asked),
    }
}

/// The states of a scope in the order of the text, the one that the word is in at last.
fn states(asked: &Asked<'_, '_>, scope: Option<Node<'_>>) -> Vec<Offer> {
    let Some(scope) = scope else {
        return Vec::new();
    };
    let own = asked.around.state().map(Node::id);
    let mut entries: Vec<&Entry> = scope.entries().iter().collect();
    entries.sort_by_key(|entry| Some(entry.value) == own);
    let offer = |entry: &Entry| {
        let text = |field: &str| scope.tree().node(entry.value).get(field)?.as_str().cloned();
        let detail = text("Type").unwrap_or_default();
        let written = Text::Plain(asked.written(&entry.key));
        asked
            .offer(&entry.key, CompletionItemKind::REFERENCE, written)
            .detail(&*detail)
            .words(text("Comment").as_deref())
    };
    entries.into_iter().map(offer).collect()
}

/// Those of the language, then those that the definition names elsewhere.
fn errors(asked: &Asked<'_, '_>) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for (name, about) in words::ERRORS {
        let written = Text::Plain(asked.written(name));
        let offer = asked.offer(name, CompletionItemKind::ENUM_MEMBER, written);
        offers.push(offer.words(Some(*about)));
    }
    let mut own: Vec<&str> = Vec::new();
    for scope in &asked.around.scopes {
        for entry in scope.entries() {
            let state = scope.tree().node(entry.value);
            let lists = ["Retry", "Catch"]
                .into_iter()
                .filter_map(|field| state.get(field));
            let handlers = lists.flat_map(Node::items);
            let names = handlers.filter_map(|handler| handler.get("ErrorEquals"));
            own.extend(
                names
                    .flat_map(Node::items)
                    .filter_map(|name| Some(&**name.as_str()?)),
            );
            own.extend(
                state
                    .get("Error")
                    .and_then(|error| Some(&**error.as_str()?)),
            );
        }
    }
    own.sort_unstable();
    own.dedup();
    let is_known = |name: &str| words::ERRORS.iter().any(|(known, _)| *known == name);
    let word = asked.cursor.node().as_str().map(|text| &**text);
    let own = own
        .into_iter()
        .filter(|name| !is_known(name) && Some(*name) != word && !name.is_empty());
    offers.extend(own.map(|name| {
        let written = Text::Plain(asked.written(name));
        asked.offer(name, CompletionItemKind::ENUM_MEMBER, written)
    }));
    offers
}

/// The values of a field that may have a few only.
fn few_values(asked: &Asked<'_, '_>, field: &str) -> Vec<Offer> {
    let around = asked.around;
    let Some(allowed) = values_of(around.shape, around.object, field) else {
        return Vec::new();
    };
    let is_boolean = allowed.types == ["boolean"] && asked.slot.quote.is_none();
    if is_boolean {
        let offer = |value: &str| {
            asked.offer(
                value,
                CompletionItemKind::VALUE,
                Text::Plain(value.to_owned()),
            )
        };
        return ["true", "false"].map(offer).into();
    }
    let offer = |value: &String| {
        let written = Text::Plain(asked.written(value));
        let offer = asked.offer(value, CompletionItemKind::ENUM_MEMBER, written);
        offer.words((field == "Type").then(|| about_type(value)).flatten())
    };
    allowed.values.iter().map(offer).collect()
}

fn about_type(name: &str) -> Option<&'static str> {
    Some(match name.parse::<StateKind>().ok()? {
        StateKind::Task => "Does work: calls a function, a service or an activity.",
        StateKind::Pass => "Passes its input on, changed.",
        StateKind::Choice => "Chooses what is next.",
        StateKind::Wait => "Waits for some seconds or until a time.",
        StateKind::Succeed => "Ends its scope well.",
        StateKind::Fail => "Ends the execution with an error.",
        StateKind::Parallel => "Runs branches side by side.",
        StateKind::Map => "Runs states for each item.",
    })
}
