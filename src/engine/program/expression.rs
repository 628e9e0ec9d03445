//! Compiling JSONata, and refusing what AWS refuses to create.

use super::compile::Compiler;
use crate::language::{Field, InTree};
use crate::query::QueryLanguage;
use crate::query::jsonata::{self, Members};
use crate::syntax::{Diagnostic, Span};

impl Compiler<'_> {
    /// Fields of JSONata in a state that is not are the linter's affair: they have no effect.
    pub(super) fn jsonata(
        &mut self,
        language: QueryLanguage,
        sees: Members,
        value: Option<&Field<InTree>>,
    ) -> Option<jsonata::Template> {
        let field = value.filter(|_| language == QueryLanguage::Jsonata)?;
        match jsonata::Template::compile(&field.json(self.tree)) {
            Ok(template) => {
                for (location, reference) in template.unsupported(sees) {
                    let node = self.below(field.node, &pointer(&location));
                    let text = node.as_str().cloned().unwrap_or_default();
                    self.unsupported(reference, sees, &text, node.span());
                }
                Some(template)
            }
            Err(errors) => {
                for (location, error) in errors {
                    let node = self.below(field.node, &pointer(&location));
                    let text = node.as_str().cloned().unwrap_or_default();
                    self.jsonata_error(&error, &text, node.span());
                }
                None
            }
        }
    }

    /// AWS refuses the reference when a state machine is created; here it would give nothing.
    pub(super) fn unsupported(
        &mut self,
        reference: &jsonata::Reference,
        sees: Members,
        text: &str,
        span: Span,
    ) {
        let place = self.within_expression(text, span, reference.offset, reference.len);
        let rule = match reference.to {
            jsonata::Referenced::StatesMember(_) => "unknown-states-field",
            jsonata::Referenced::Root | jsonata::Referenced::TopLevel(_) => "unsupported-reference",
        };
        let diagnostic = Diagnostic::error(rule, reference.to_string())
            .label(place, "")
            .help(reference.help(sees))
            .aws("UNSUPPORTED_JSONATA_EXPRESSION");
        self.report(diagnostic);
    }

    /// The place of a part of an expression; `span` is the string's that holds the expression.
    fn within_expression(&self, text: &str, span: Span, offset: usize, len: usize) -> Span {
        let inner = jsonata::strip_delimiters(text).unwrap_or(text);
        let shift = text.find(inner).unwrap_or(0);
        self.source.within(span, shift + offset, len)
    }

    pub(super) fn jsonata_error(&mut self, error: &jsonata::SyntaxError, text: &str, span: Span) {
        let place = self.within_expression(text, span, error.offset, error.len);
        let message = format!("JSONata syntax error {}: {}", error.code, error.message);
        self.report(Diagnostic::error("jsonata-syntax", message).label(place, ""));
    }
}

/// `/a/b[0]`, as JSONata's templates tell a place, as a JSON Pointer.
fn pointer(location: &str) -> String {
    location.replace('[', "/").replace(']', "")
}
