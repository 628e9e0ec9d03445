//! Documents as people write them in YAML: short ones on a line, long ones in a block.

use crate::data::{Json, write_escaped};

/// What fits on a line after its key.
const MAX_LINE: usize = 72;

/// Words that YAML of one version or another takes for something else than text.
const RESERVED: [&str; 12] = [
    "true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan", "infinity",
];

/// A text as a key or a value, in quotes where it needs them.
pub(super) fn text(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '?' || c == '.')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " _-./?".contains(c))
        && !text.contains(" -")
        && !RESERVED.contains(&&*text.to_ascii_lowercase());
    if is_plain {
        return text.to_owned();
    }
    quoted(text)
}

fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    write_escaped(text, &mut quoted);
    quoted.push('"');
    quoted
}

/// A document on one line.
pub(super) fn line(value: &Json) -> String {
    match value {
        Json::String(string) => text(string),
        Json::Array(array) => {
            let items: Vec<String> = array.items().iter().map(flow_item).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(object) => {
            let members = object.iter();
            let members: Vec<String> = members
                .map(|(key, value)| format!("{}: {}", flow_text(key), flow_item(value)))
                .collect();
            match &members[..] {
                [] => "{}".to_owned(),
                members => format!("{{ {} }}", members.join(", ")),
            }
        }
        _ => value.text().into_owned(),
    }
}

fn flow_item(value: &Json) -> String {
    match value {
        Json::String(string) => flow_text(string),
        _ => line(value),
    }
}

/// In brackets a question mark at the end could begin something else.
fn flow_text(string: &str) -> String {
    if string.ends_with('?') {
        quoted(string)
    } else {
        text(string)
    }
}

/// A document after its key and colon, whose key stands in column `indent`: with the blank or the
/// line break before it.
pub(super) fn after_key(value: &Json, indent: usize) -> String {
    let short = line(value);
    let is_empty = matches!(&*short, "{}" | "[]");
    let is_scalar = value.as_object().is_none() && value.as_array().is_none();
    if is_scalar || is_empty || short.len() + indent <= MAX_LINE {
        return format!(" {short}");
    }
    format!("\n{}", block(value, indent + 2))
}

/// A document as a block whose lines begin in column `indent`, without the last line's end.
/// Recursion is bounded by how deep a document may nest.
pub(super) fn block(value: &Json, indent: usize) -> String {
    let lead = " ".repeat(indent);
    let lines: Vec<String> = match value {
        Json::Object(object) if !object.is_empty() => object
            .iter()
            .map(|(key, value)| format!("{lead}{}:{}", text(key), after_key(value, indent)))
            .collect(),
        Json::Array(array) if !array.items().is_empty() => array
            .items()
            .iter()
            .map(|item| format!("{lead}-{}", after_dash(item, indent)))
            .collect(),
        _ => vec![format!("{lead}{}", line(value))],
    };
    lines.join("\n")
}

fn after_dash(item: &Json, indent: usize) -> String {
    let short = line(item);
    let is_scalar = item.as_object().is_none() && item.as_array().is_none();
    if is_scalar || short.len() + indent <= MAX_LINE || short.len() <= 2 {
        return format!(" {short}");
    }
    // The first line of the block stands behind the dash.
    format!(" {}", block(item, indent + 2).trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Format, Source, read};

    #[test]
    fn what_is_written_is_read_again() {
        let long = "x".repeat(80);
        let texts = [
            "{}",
            "[]",
            r#"{"a":[1,{"b":"c"}],"on":"no","x: y":" # ","1":"2026-01-01","Is it valid?":"a?"}"#,
            r#""tab\tquote\" \\ {% $x %}""#,
            r#"["-","- a","a - b","*x","&y","{","null","~","","e é 日本"]"#,
            &format!(r#"{{"a":"{long}","b":[["{long}",1],{{"c":"{long}","d":[]}}]}}"#),
        ];
        for json in texts {
            let value = Json::parse(json).expect("JSON");
            for written in [
                format!("k:{}\n", after_key(&value, 0)),
                format!("k: {}\n", line(&value)),
                format!("k:\n{}\n", block(&value, 2)),
            ] {
                let source = Source::new("x.yaml", &*written);
                let (tree, findings) = read(&source, Format::Yaml);
                assert_eq!(findings, [], "{written}");
                let again = tree.root().get("k").expect("it is there").to_json();
                assert_eq!(again, value, "{written}");
            }
        }
    }
}
