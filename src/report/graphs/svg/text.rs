//! Text and numbers in XML.

use std::fmt;

use crate::report::graphs::wrap::readable;

/// A coordinate: one decimal is more than anybody sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() / 10.0;
        // Not -0.
        write!(f, "{}", tenths + 0.0)
    }
}

/// Text that is shown as it is, in an element or an attribute. Line breaks stay in text of ours;
/// what no XML can hold is left out.
#[must_use]
pub fn escaped(text: &str) -> Escaped<'_> {
    Escaped(text)
}

/// Text as XML writes it.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for (index, line) in self.0.split('\n').enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            for character in readable(line) {
                match character {
                    '&' => f.write_str("&amp;")?,
                    '<' => f.write_str("&lt;")?,
                    '>' => f.write_str("&gt;")?,
                    '"' => f.write_str("&quot;")?,
                    '\'' => f.write_str("&#39;")?,
                    other => f.write_char(other)?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_its_place() {
        let told = escaped("</text><script>\"a\" & 'b'\u{0}\u{202e}").to_string();
        assert_eq!(
            told,
            "&lt;/text&gt;&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;"
        );
    }

    #[test]
    fn coordinates_are_short() {
        let shown = [1.0, 1.26, -0.04, 100.05].map(|number| Number(number).to_string());
        assert_eq!(shown, ["1", "1.3", "0", "100.1"]);
    }
}
