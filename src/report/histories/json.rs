//! Documents in a few lines: what does not fit is summarised, never wrapped beyond its bounds.

use std::fmt::Write;

use crate::data::{Json, Object, write_escaped};
use crate::report::style::{columns, fit, printable, split_at_word};

/// How deep objects are spread over lines; what is deeper stays on one line.
const MAX_SPREAD: usize = 3;

/// How many lines one string may take.
const MAX_STRING_LINES: usize = 6;

/// One member a line.
pub(super) fn spread(value: &Json, width: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    spread_value(value, &Place::default(), width, &mut lines);
    bounded(lines, most)
}

/// As many members on a line as fit.
pub(in crate::report) fn filled(value: &Json, width: usize, most: usize) -> Vec<String> {
    let one_line = on_one_line(value, width);
    match value {
        Json::Object(object) if one_line.is_none() => bounded(fill(object, width), most),
        _ => vec![one_line.unwrap_or_else(|| summary(value, width))],
    }
}

/// No more than so many lines; the last says how many are left out.
pub(super) fn bounded(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        let left_out = lines.len() + 1 - most;
        lines.truncate(most - 1);
        lines.push(format!("… {left_out} more lines"));
    }
    lines
}

/// What stands around a value on its lines.
#[derive(Default)]
struct Place {
    indent: usize,
    depth: usize,
    key: String,
    comma: &'static str,
}

fn spread_value(value: &Json, place: &Place, width: usize, lines: &mut Vec<String>) {
    let lead = format!("{:indent$}{}", "", place.key, indent = place.indent);
    let room = width.saturating_sub(columns(&lead) + place.comma.len());
    let object = value.as_object().filter(|object| !object.is_empty());
    let is_spread =
        place.depth == 0 || place.depth < MAX_SPREAD && on_one_line(value, room).is_none();
    match (object, value) {
        (Some(object), _) if is_spread => {
            lines.push(format!("{lead}{{"));
            spread_members(object, place, width, lines);
            lines.push(format!(
                "{:indent$}}}{}",
                "",
                place.comma,
                indent = place.indent
            ));
        }
        (_, Json::String(text)) => spread_string(text, &lead, place, room, lines),
        _ => lines.push(format!("{lead}{}{}", summary(value, room), place.comma)),
    }
}

fn spread_members(object: &Object, place: &Place, width: usize, lines: &mut Vec<String>) {
    let last = object.len().saturating_sub(1);
    for (at, (key, value)) in object.iter().enumerate() {
        let place = Place {
            indent: place.indent + 2,
            depth: place.depth + 1,
            key: format!("{}: ", fit(&quoted(key), width * 2 / 3)),
            comma: if at == last { "" } else { "," },
        };
        spread_value(value, &place, width, lines);
    }
}

/// A message is what one wants to read: it takes more lines if it must, below its key if that is
/// in the way.
fn spread_string(text: &str, lead: &str, place: &Place, room: usize, lines: &mut Vec<String>) {
    let text = quoted(text);
    let (mut lead, mut room) = (lead.to_owned(), room);
    if columns(&text) > room && room < columns(&lead) * 2 {
        lines.push(lead.trim_end().to_owned());
        lead = " ".repeat(place.indent + 2);
        room += columns(&place.key).saturating_sub(2);
    }
    let (mut rest, mut taken) = (&*text, 1);
    while columns(rest) > room && room > 1 && taken < MAX_STRING_LINES {
        let head;
        (head, rest) = split_at_word(rest, room);
        lines.push(format!("{lead}{}", head.trim_end()));
        lead = " ".repeat(columns(&lead));
        taken += 1;
    }
    lines.push(format!("{lead}{}{}", fit(rest, room), place.comma));
}

fn fill(object: &Object, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, last) = (String::from("{"), object.len().saturating_sub(1));
    for (at, (key, value)) in object.iter().enumerate() {
        let end = if at == last { " }" } else { "," };
        let key = fit(&quoted(key), width / 2).into_owned();
        let room = width.saturating_sub(columns(&key) + 6);
        let member = format!("{key}: {}{end}", summary(value, room));
        if columns(&line) + 1 + columns(&member) > width && line.len() > 1 {
            lines.push(std::mem::replace(&mut line, String::from(" ")));
        }
        line.push(' ');
        line.push_str(&member);
    }
    lines.push(line);
    lines
}

/// The whole value, or as much of it as fits: `[ 1, … 39 more ]`, `[ … 40 items ]`.
fn summary(value: &Json, width: usize) -> String {
    if let Some(line) = on_one_line(value, width) {
        return line;
    }
    match value {
        Json::Array(array) => {
            let items = array.items();
            let first = items.first().filter(|item| !is_container(item));
            let first = first.and_then(|item| {
                let more = format!(", … {} more ]", items.len() - 1);
                let room = width.checked_sub(2 + columns(&more))?;
                Some(format!("[ {}{more}", on_one_line(item, room)?))
            });
            let none = || format!("[ … {} item{} ]", items.len(), plural(items.len()));
            fit(&first.unwrap_or_else(none), width).into_owned()
        }
        Json::Object(object) => {
            let line = format!("{{ … {} member{} }}", object.len(), plural(object.len()));
            fit(&line, width).into_owned()
        }
        Json::String(text) => fit(&quoted(text), width).into_owned(),
        Json::Null | Json::Bool(_) | Json::Number(_) => fit(&value.text(), width).into_owned(),
    }
}

fn is_container(value: &Json) -> bool {
    matches!(value, Json::Array(_) | Json::Object(_))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The whole value, if it fits. Every level takes a column, so the width bounds the recursion.
fn on_one_line(value: &Json, width: usize) -> Option<String> {
    // The text is never much shorter than the line.
    if value.size() > width * 6 {
        return None;
    }
    let mut line = String::new();
    write_line(value, width, &mut line)?;
    (columns(&line) <= width).then_some(line)
}

fn write_line(value: &Json, width: usize, line: &mut String) -> Option<()> {
    if line.len() > width * 6 {
        return None;
    }
    match value {
        Json::Array(array) => {
            line.push('[');
            for (at, item) in array.items().iter().enumerate() {
                line.push_str(if at == 0 { " " } else { ", " });
                write_line(item, width, line)?;
            }
            line.push_str(if array.items().is_empty() { "]" } else { " ]" });
        }
        Json::Object(object) => {
            line.push('{');
            for (at, (key, item)) in object.iter().enumerate() {
                line.push_str(if at == 0 { " " } else { ", " });
                line.push_str(&quoted(key));
                line.push_str(": ");
                write_line(item, width, line)?;
            }
            line.push_str(if object.is_empty() { "}" } else { " }" });
        }
        Json::String(text) => line.push_str(&quoted(text)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {
            write!(line, "{}", value.text()).expect("a string takes all");
        }
    }
    Some(())
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    write_escaped(text, &mut out);
    out.push('"');
    printable(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Json {
        Json::parse(text).expect("a document")
    }

    #[test]
    fn members_fill_lines_and_arrays_are_counted() {
        let items = format!("[{}]", vec!["{\"a\":1}"; 40].join(","));
        let input = format!(
            r#"{{"orderId":"o-991","total":129.9,"currency":"EUR","card":{{"last4":"4242"}},"items":{items}}}"#
        );
        assert_eq!(
            filled(&value(&input), 64, 10),
            [
                r#"{ "orderId": "o-991", "total": 129.9, "currency": "EUR","#,
                r#"  "card": { "last4": "4242" }, "items": [ … 40 items ] }"#,
            ]
        );
        assert_eq!(filled(&value("[1,2,3]"), 64, 10), ["[ 1, 2, 3 ]"]);
        assert_eq!(
            filled(&value("[1000,2000,3000]"), 16, 10),
            ["[ … 3 items ]"]
        );
    }

    #[test]
    fn a_cause_has_a_member_on_each_line() {
        let cause = r#"{"errorMessage":"declined","stackTrace":["charge.py:88 in handler","and one that is rather long","c","d"]}"#;
        assert_eq!(
            spread(&value(cause), 60, 10),
            [
                "{",
                r#"  "errorMessage": "declined","#,
                r#"  "stackTrace": [ "charge.py:88 in handler", … 3 more ]"#,
                "}",
            ]
        );
    }

    #[test]
    fn nothing_is_wider_than_it_may_be() {
        let deep = format!("{}{}", "[".repeat(400), "]".repeat(400));
        let nested = format!("{}1{}", "{\"a\":".repeat(300), "}".repeat(300));
        let long = format!(
            r#"{{"{}":"{}","\u001b":"\u202e"}}"#,
            "k".repeat(500),
            "日".repeat(900)
        );
        for text in [deep, nested, long] {
            for lines in [spread(&value(&text), 30, 12), filled(&value(&text), 30, 12)] {
                assert!(lines.len() <= 12);
                assert!(lines.iter().all(|line| columns(line) <= 30), "{lines:?}");
                assert!(
                    lines
                        .iter()
                        .all(|line| !line.contains(['\u{1b}', '\u{202e}']))
                );
            }
        }
    }
}
