//! The query languages.

/// JSONPath or JSONata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QueryLanguage {
    /// Paths, payload templates and intrinsic functions.
    #[default]
    JsonPath,
    /// Expressions in `{% %}`.
    Jsonata,
}
