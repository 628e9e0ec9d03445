//! The front door: bytes into text, text into a tree, whatever the format.

use super::findings::SYNTAX;
use super::{Diagnostic, Source, Span, Tree, json, toml, yaml};

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON, RFC 8259.
    Json,
    /// TOML 1.0: handlers files and configuration, never definitions.
    Toml,
    /// YAML 1.2.
    Yaml,
}

impl Format {
    /// The format of a text: by the extension of its name, else by how it begins.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Self {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("json") => Self::Json,
            Some("toml") => Self::Toml,
            Some("yaml" | "yml") => Self::Yaml,
            _ => Self::sniff(text),
        }
    }

    fn sniff(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        // An empty text is no YAML in particular, and comments of two slashes are JSON's cousins'.
        if text.is_empty() || text.starts_with(['{', '[']) || text.starts_with("//") {
            Self::Json
        } else {
            Self::Yaml
        }
    }
}

/// Reads a source into a tree. There always is one: what could not be read is `null` or missing
/// in it, and the diagnostics say so.
#[must_use]
pub fn read(source: &Source, format: Format) -> (Tree, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let tree = match format {
        Format::Json => json::read(&source.text, &mut findings),
        Format::Toml => toml::read(&source.text, &mut findings),
        Format::Yaml => yaml::read(&source.text, &mut findings),
    };
    (tree, findings)
}

/// The text of a file.
///
/// # Errors
/// When the bytes are not UTF-8. The diagnostic's place is the offending byte; its message names
/// the line and the byte, because there is no text to show.
pub fn decode(bytes: &[u8]) -> Result<&str, Box<Diagnostic>> {
    if u32::try_from(bytes.len()).is_err() {
        let error = Diagnostic::error(SYNTAX, "the file is larger than 4 GiB");
        return Err(Box::new(error.help("AWS takes definitions up to 1 MB")));
    }
    // NUL bytes are valid UTF-8, so UTF-16 must be recognised first.
    if let Some(encoding) = utf16(bytes) {
        let error = Diagnostic::error(SYNTAX, format!("the file is in {encoding}, not UTF-8"))
            .label(Span::new(0, 0), "the first bytes tell")
            .help("save it as UTF-8");
        return Err(Box::new(error));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => Err(Box::new(invalid_byte(bytes, error.valid_up_to()))),
    }
}

fn utf16(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0, ..] => Some("UTF-16 (little endian)"),
        [0xfe, 0xff, ..] | [0, 1..=255, 0, 1..=255, ..] => Some("UTF-16 (big endian)"),
        _ => None,
    }
}

fn invalid_byte(bytes: &[u8], at: usize) -> Diagnostic {
    let before = &bytes[..at];
    let line = before.split(|byte| *byte == b'\n').count();
    let start = before.iter().rposition(|byte| *byte == b'\n');
    let column = at - start.map_or(0, |newline| newline + 1) + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    let latin = char::from(byte);
    let message = format!("byte {column} of line {line}, 0x{byte:02X}, is not UTF-8");
    let help = if latin.is_alphabetic() {
        format!("save the file as UTF-8; in Latin-1 this byte is \"{latin}\"")
    } else {
        "save the file as UTF-8".to_owned()
    };
    Diagnostic::error(SYNTAX, message)
        .label(Span::new(at, at), "not a character")
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> (String, u32) {
        let error = decode(bytes).expect_err("not UTF-8");
        (error.message.clone(), error.span().start)
    }

    #[test]
    fn the_format_is_known_by_name_or_by_the_first_character() {
        for (name, text, format) in [
            ("a.asl.json", "StartAt: A", Format::Json),
            ("a.ASL.YML", "{}", Format::Yaml),
            ("a.yaml", "", Format::Yaml),
            ("a.asl", "\u{feff}\n { }", Format::Json),
            ("a.asl", "StartAt: A", Format::Yaml),
            ("<stdin>", " [1]", Format::Json),
            ("<stdin>", "---\na: 1", Format::Yaml),
            ("<stdin>", "// a comment\n{}", Format::Json),
            ("dir.json/machine", "a: 1", Format::Yaml),
            ("<stdin>", "", Format::Json),
        ] {
            assert_eq!(Format::of(name, text), format, "{name} {text}");
        }
    }

    #[test]
    fn a_byte_that_is_not_utf_8_has_a_line_and_a_place() {
        assert_eq!(decode("{\"é\": 1}".as_bytes()), Ok("{\"é\": 1}"));
        let (message, at) = refused(b"{\n  \"caf\xe9\": 1\n}");
        assert_eq!(message, "byte 7 of line 2, 0xE9, is not UTF-8");
        assert_eq!(at, 8);
        let error = decode(b"\"caf\xe9\"").expect_err("not UTF-8");
        assert_eq!(
            error.help.as_deref(),
            Some("save the file as UTF-8; in Latin-1 this byte is \"é\"")
        );
        assert_eq!(
            refused(b"\"\xe2\x82").0,
            "byte 2 of line 1, 0xE2, is not UTF-8"
        );
    }

    #[test]
    fn utf_16_is_named() {
        let expected = "the file is in UTF-16 (little endian), not UTF-8";
        assert_eq!(refused(b"\xff\xfe{\0").0, expected);
        assert_eq!(refused(b"{\0}\0").0, expected);
        assert_eq!(
            refused(b"\xfe\xff\0{").0,
            "the file is in UTF-16 (big endian), not UTF-8"
        );
    }
}
