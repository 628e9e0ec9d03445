//! Parallel: branches side by side.

use crate::language::Flow;
use crate::language::field::Reader;
use crate::query::QueryLanguage;
use crate::syntax::Span;

/// What only a Parallel state has.
#[derive(Clone, Debug)]
pub struct Parallel {
    /// `Branches`
    pub branches: Vec<Flow>,
    /// Where the array of branches stands.
    pub branches_span: Option<Span>,
}

impl Parallel {
    pub(in crate::language) fn read(reader: &mut Reader<'_, '_>, language: QueryLanguage) -> Self {
        let field = reader.objects("Branches");
        let branches_span = field.as_ref().map(|field| field.span);
        let nodes = field.map(|field| field.value).unwrap_or_default();
        let read = |node| Flow::read(&mut reader.at(node), language);
        Self {
            branches: nodes.into_iter().map(read).collect(),
            branches_span,
        }
    }
}
