//! The words of paths, templates and expressions within a string.

use lsp_types::CompletionItemKind;

use super::{Asked, Offer, Text, literal};
use crate::lsp::{expression, words};
use crate::query::QueryLanguage;
use crate::syntax::Span;

/// Fields whose strings are never expressions.
const PLAIN_FIELDS: [&str; 12] = [
    "Comment",
    "Default",
    "ErrorEquals",
    "Label",
    "Mode",
    "Next",
    "QueryLanguage",
    "Resource",
    "StartAt",
    "Type",
    "Version",
    "JitterStrategy",
];

/// What the text in the slot may hold.
enum Kind {
    /// `{% … %}` around the cursor.
    Jsonata,
    /// A string that may become an expression.
    MaybeJsonata,
    /// A path.
    Path,
    /// A path or an intrinsic function.
    Template,
}

pub(super) fn offers(asked: &Asked<'_, '_>) -> Vec<Offer> {
    let Some(kind) = kind(asked) else {
        return Vec::new();
    };
    let word = Word::of(asked);
    match kind {
        Kind::MaybeJsonata => vec![delimiters(asked)],
        Kind::Jsonata => word.jsonata(),
        Kind::Path => word.paths(),
        Kind::Template => {
            let mut offers = word.intrinsics();
            offers.extend(word.paths());
            offers
        }
    }
}

fn kind(asked: &Asked<'_, '_>) -> Option<Kind> {
    let text = asked.cursor.node().as_str()?;
    let (first, last) = (asked.around.below.first()?, asked.around.below.last()?);
    if PLAIN_FIELDS.contains(first) {
        return None;
    }
    match asked.around.language() {
        QueryLanguage::Jsonata if text.starts_with("{%") => Some(Kind::Jsonata),
        QueryLanguage::Jsonata => {
            let nothing_yet = asked.text.get(asked.slot.replaces.range()) == Some("");
            nothing_yet.then_some(Kind::MaybeJsonata)
        }
        QueryLanguage::JsonPath if last.ends_with(".$") => Some(Kind::Template),
        QueryLanguage::JsonPath if matches!(*last, "ErrorPath" | "CausePath") => {
            Some(Kind::Template)
        }
        QueryLanguage::JsonPath if last.ends_with("Path") || *last == "Variable" => {
            Some(Kind::Path)
        }
        QueryLanguage::JsonPath => None,
    }
}

/// What makes a string an expression.
fn delimiters(asked: &Asked<'_, '_>) -> Offer {
    let written = |inner: &str| match asked.slot.quote {
        Some(_) => format!("{{% {inner} %}}"),
        None => format!("\"{{% {inner} %}}\""),
    };
    let text = Text::Snippet {
        snippet: literal(&written("CURSOR")).replace("CURSOR", "$1"),
        plain: written(""),
    };
    let offer = asked.offer("{% %}", CompletionItemKind::SNIPPET, text);
    offer.detail("a JSONata expression")
}

/// The word before the cursor, within the string.
struct Word<'a> {
    asked: &'a Asked<'a, 'a>,
    text: &'a str,
    span: Span,
}

impl<'a> Word<'a> {
    fn of<'t>(asked: &'a Asked<'a, 't>) -> Word<'a>
    where
        't: 'a,
    {
        let start = expression::start_of_token(asked.text, asked.offset).unwrap_or(asked.offset);
        let start = start
            .max(asked.slot.replaces.start as usize)
            .min(asked.offset);
        Word {
            asked,
            text: &asked.text[start..asked.offset],
            span: Span::new(start, asked.offset),
        }
    }

    /// An offer that takes the place of the word, in quotes where the string has none yet.
    fn offer(&self, label: &str, kind: CompletionItemKind, snippet: Option<String>) -> Offer {
        let text = match snippet {
            Some(snippet) => Text::Snippet {
                plain: snippet.replace("$1", "").replace('\\', ""),
                snippet,
            },
            None => Text::Plain(label.to_owned()),
        };
        let text = match text {
            Text::Plain(text) if self.needs_quotes() => Text::Plain(format!("\"{text}\"")),
            Text::Snippet { snippet, plain } if self.needs_quotes() => Text::Snippet {
                snippet: format!("\"{snippet}\""),
                plain: format!("\"{plain}\""),
            },
            text => text,
        };
        Offer {
            replaces: self.span,
            ..self.asked.offer(label, kind, text)
        }
    }

    fn needs_quotes(&self) -> bool {
        self.asked.is_json() && self.asked.slot.quote.is_none()
    }

    fn jsonata(&self) -> Vec<Offer> {
        let around = self.asked.around;
        if self.text.starts_with("$states.context.") {
            return self.context("$states.context.");
        }
        let members = around.members().names();
        let members = members.map(|name| format!("$states.{name}"));
        let mut offers: Vec<Offer> = members
            .map(|label| self.offer(&label, CompletionItemKind::VARIABLE, None))
            .collect();
        if self.text.starts_with("$states.") {
            return offers;
        }
        offers.extend(self.variables());
        for function in words::jsonata() {
            let snippet = format!("\\${}($1)", function.name);
            let label = format!("${}", function.name);
            let offer = self.offer(&label, CompletionItemKind::FUNCTION, Some(snippet));
            let offer = offer.detail(&*function.call);
            offers.push(offer.words(Some(format!("{}.", function.summary))));
        }
        offers
    }

    fn intrinsics(&self) -> Vec<Offer> {
        let is_path = self.text.starts_with('$');
        let functions = words::intrinsics().iter().filter(|_| !is_path);
        let offer = |function: &words::Intrinsic| {
            let label = format!("States.{}", function.name);
            let snippet = match function.parameters {
                "" => format!("{label}()"),
                _ => format!("{label}($1)"),
            };
            let offer = self.offer(&label, CompletionItemKind::FUNCTION, Some(snippet));
            let offer = offer.detail(function.call());
            offer.words(Some(function.words()))
        };
        functions.map(offer).collect()
    }

    fn paths(&self) -> Vec<Offer> {
        if self.text.starts_with("$$") {
            return self.context("$$.");
        }
        if self.text.starts_with("States.") {
            return Vec::new();
        }
        let root = self.offer("$", CompletionItemKind::VARIABLE, None);
        let mut offers = vec![root.words(Some("The input."))];
        offers.extend(self.variables());
        offers.extend(self.context("$$."));
        offers
    }

    fn variables(&self) -> Vec<Offer> {
        let variables = self.asked.around.variables().into_iter();
        let offer = |name: &str| {
            let offer = self.offer(&format!("${name}"), CompletionItemKind::VARIABLE, None);
            offer.detail("a variable")
        };
        variables.map(offer).collect()
    }

    fn context(&self, before: &str) -> Vec<Offer> {
        let in_map = self.asked.around.is_in_map();
        let there = words::CONTEXT
            .iter()
            .filter(|(path, _)| in_map || !path.starts_with("Map"));
        let offer = |(path, about): &(&str, &str)| {
            let label = format!("{before}{path}");
            let offer = self.offer(&label, CompletionItemKind::PROPERTY, None);
            offer.words(Some(*about))
        };
        there.map(offer).collect()
    }
}
