//! TOML into the same tree: handlers files are written in it. The `toml` crate reads; this is the
//! only file that knows it.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::findings::Findings;
use super::{Diagnostic, Entry, Kind, NodeId, Span, Tree, TreeBuilder};
use crate::data::Number;
use crate::data::limits::MAX_DEPTH;

/// Reads a TOML document; what could not be read is left out and reported.
pub fn read(text: &str, diagnostics: &mut Vec<Diagnostic>) -> Tree {
    let mut findings = Findings::new(diagnostics);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or_default();
        findings.syntax(
            Diagnostic::error(super::findings::SYNTAX, error.message().trim().to_owned())
                .label(Span::new(span.start, span.end), ""),
        );
    }
    let mut reader = Reader {
        nodes: TreeBuilder::default(),
        findings,
    };
    let whole = Span::new(0, text.len());
    let root = reader.table(table.get_ref(), whole, 1);
    let Reader { nodes, findings } = reader;
    findings.finish();
    nodes.finish(root)
}

struct Reader<'d> {
    nodes: TreeBuilder,
    findings: Findings<'d>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, span: Span, depth: u16) -> NodeId {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let key_span = Span::new(key.span().start, key.span().end);
            let value = self.value(value, depth);
            entries.push(Entry {
                key: key.get_ref().as_ref().into(),
                key_span,
                value,
            });
        }
        self.nodes.add(Kind::Object(entries), span)
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: u16) -> NodeId {
        let span = Span::new(value.span().start, value.span().end);
        if depth >= MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            let error = Diagnostic::error(super::findings::SYNTAX, message);
            self.findings
                .syntax(error.label(span, "deeper than this is not read"));
            return self.nodes.add(Kind::Null, span);
        }
        let kind = match value.get_ref() {
            DeValue::String(text) => Kind::String(text.as_ref().into()),
            DeValue::Boolean(value) => Kind::Bool(*value),
            DeValue::Datetime(time) => Kind::String(time.to_string().into()),
            DeValue::Integer(number) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix());
                return self.number(parsed.ok().map(Number::Int), span);
            }
            DeValue::Float(number) => {
                let parsed: Option<f64> = number.as_str().parse().ok();
                let finite = parsed.filter(|value| value.is_finite());
                return self.number(finite.map(Number::Float), span);
            }
            DeValue::Array(items) => {
                let items = items
                    .iter()
                    .map(|item| self.value(item, depth + 1))
                    .collect();
                Kind::Array(items)
            }
            DeValue::Table(table) => return self.table(table, span, depth + 1),
        };
        self.nodes.add(kind, span)
    }

    fn number(&mut self, number: Option<Number>, span: Span) -> NodeId {
        if let Some(number) = number {
            return self.nodes.add(Kind::Number(number), span);
        }
        let error = Diagnostic::error(super::findings::SYNTAX, "this number has no place in JSON");
        self.findings
            .syntax(error.label(span, "too large, infinite, or no number"));
        self.nodes.add(Kind::Null, span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_places_are_read() {
        let text =
            "[[handler]]\nstate = \"A\"\ntimeout = 1.5\nmock = { z = [1, true], a = 0x10 }\n";
        let mut findings = Vec::new();
        let tree = read(text, &mut findings);
        assert_eq!(findings, []);
        let json = tree.root().to_json();
        assert_eq!(
            json.text(),
            r#"{"handler":[{"state":"A","timeout":1.5,"mock":{"z":[1,true],"a":16}}]}"#
        );
        let handler = tree
            .root()
            .get("handler")
            .and_then(|list| list.items().next());
        let state = handler
            .and_then(|handler| handler.get("state"))
            .expect("is there");
        assert_eq!(&text[state.span().range()], "\"A\"");
    }

    #[test]
    fn what_is_no_toml_is_reported_with_its_place() {
        let mut findings = Vec::new();
        let tree = read("a = 1\nb = = 2\n", &mut findings);
        assert_eq!(
            tree.root()
                .get("a")
                .and_then(super::super::tree::Node::as_number),
            Some(Number::Int(1))
        );
        assert!(findings[0].span().start >= 6, "{findings:?}");
    }
}
