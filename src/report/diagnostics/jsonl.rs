//! Findings as JSON, one a line, each shaped as an item of [`super::json`]: for `jq`, `grep` and
//! readers that do not wait for the end.

use std::fmt;

use super::{FileReport, json};

/// Writes the findings of all files.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    json::each(files, |item| writeln!(out, "{item}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::diagnostics::tests::{clean, hostile, misspelt, rendered};

    #[test]
    fn lines_are_the_items_of_the_json_document() {
        for samples in [misspelt(), hostile(), clean(), Vec::new()] {
            let document = rendered(&samples, json::render);
            let lines = rendered(&samples, render);
            let items = document
                .split_once("\"diagnostics\":[")
                .expect("is there")
                .1;
            assert_eq!(lines.trim_end().replace('\n', ",") + "]}\n", items);
            for line in lines.lines() {
                serde_json::from_str::<serde_json::Value>(line).expect("is JSON");
            }
        }
    }
}
