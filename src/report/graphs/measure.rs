//! How wide a text is on a picture, without a font at hand: the advances of Helvetica, which Arial
//! and Liberation Sans share, and a little more for those that are wider.

use super::wrap::column;

/// A weight and size of the font.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) is_bold: bool,
}

/// The fonts that a picture falls back on, all about as wide.
pub(super) const FAMILY: &str =
    "'Helvetica Neue',Helvetica,Arial,'Liberation Sans','Noto Sans',sans-serif";

/// Room for a font that is a little wider than the one measured.
const SAFETY: f64 = 1.06;

// From the space to the tilde, in thousandths of the size.
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];

impl Font {
    /// The width of a line of text, in the unit of the size.
    pub(super) fn width(self, text: &str) -> f64 {
        let thousandths: u32 = text.chars().map(|each| self.advance(each)).sum();
        f64::from(thousandths) / 1000.0 * self.size * SAFETY
    }

    fn advance(self, character: char) -> u32 {
        let table = if self.is_bold { &BOLD } else { &REGULAR };
        let printable = u32::from(character).checked_sub(0x20);
        let known = printable.and_then(|index| table.get(usize::try_from(index).ok()?));
        if let Some(advance) = known {
            return u32::from(*advance);
        }
        match (character, column(character)) {
            ('·', _) => 333,
            (_, 0) => 0,
            (_, 2) => 1150,
            ('\u{2010}'..='\u{27BF}', _) => 1000,
            _ => 720,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, is_bold: bool, expected: f64) {
        let font = Font {
            size: 10.0,
            is_bold,
        };
        let width = font.width(text) / SAFETY;
        assert!((width - expected).abs() < 0.01, "{text} is {width}");
    }

    #[test]
    fn letters_have_the_advances_of_helvetica() {
        check("Hi", false, 9.44);
        check("Hi", true, 10.0);
        check("~ ", false, 8.62);
        check("", false, 0.0);
    }

    #[test]
    fn what_is_not_in_the_table_is_wide_enough() {
        check("注文", false, 23.0);
        check("e\u{301}", false, 5.56);
        check("→é", false, 17.2);
    }
}
