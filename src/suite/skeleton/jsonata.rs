//! What can be told of a JSONata expression from its text alone: the places that it reads, and how
//! a plain comparison comes out true.

use super::solve::{Demand, Want, made_up, moved};
use crate::data::Json;

/// The operators of a comparison; longer ones first.
const OPERATORS: [&str; 6] = [">=", "<=", "!=", "=", ">", "<"];

/// The expression in `{% %}`.
pub(super) fn inside(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("{%")?.strip_suffix("%}")?;
    Some(inside.trim())
}

/// What makes a condition true or false; none when it is more than comparisons of a path with a
/// value.
pub(super) fn solve(text: &str, truth: bool) -> Option<Vec<Demand>> {
    expression(inside(text)?, truth)
}

fn expression(text: &str, truth: bool) -> Option<Vec<Demand>> {
    let text = text.trim();
    if let Some(inner) = text
        .strip_prefix("$not(")
        .and_then(|it| it.strip_suffix(')'))
    {
        return expression(inner, !truth);
    }
    for (word, needs_all) in [(" or ", !truth), (" and ", truth)] {
        let parts: Vec<&str> = text.split(word).collect();
        if parts.len() > 1 && parts.iter().all(|part| is_whole(part)) {
            let mut parts = parts.into_iter();
            if !needs_all {
                return parts.find_map(|part| expression(part, truth));
            }
            let all: Option<Vec<_>> = parts.map(|part| expression(part, truth)).collect();
            return Some(all?.into_iter().flatten().collect());
        }
    }
    if let Some(inner) = text
        .strip_prefix("$exists(")
        .and_then(|it| it.strip_suffix(')'))
    {
        let path = path(inner)?;
        let name = path.rsplit('.').next().unwrap_or_default();
        let want = if truth {
            Want::Present(made_up(name))
        } else {
            Want::Absent
        };
        return Some(vec![(path, want)]);
    }
    if let Some(path) = path(text) {
        return Some(vec![(path, Want::Value(truth.into()))]);
    }
    comparison(text, truth)
}

/// Whether a part of an expression is one, as far as its brackets tell.
fn is_whole(text: &str) -> bool {
    let count = |sign: char| text.matches(sign).count();
    count('(') == count(')') && count('[') == count(']')
}

fn comparison(text: &str, truth: bool) -> Option<Vec<Demand>> {
    if let Some((left, list)) = text.split_once(" in [") {
        let (path, first) = (path(left)?, literal(list.split([',', ']']).next()?.trim())?);
        let value = if truth { first } else { other(&first)? };
        return Some(vec![(path, Want::Value(value))]);
    }
    let found = OPERATORS.iter().find_map(|operator| {
        let (left, right) = text.split_once(operator)?;
        Some((left.trim(), *operator, right.trim()))
    });
    let (left, operator, right) = found?;
    let (path, value) = (path(left)?, literal(right)?);
    let value = match (operator, truth) {
        ("=" | ">=" | "<=", true) | ("!=" | ">" | "<", false) => value,
        ("!=", true) | ("=", false) => other(&value)?,
        (">", true) | ("<=", false) => moved(&value, 1)?,
        _ => moved(&value, -1)?,
    };
    Some(vec![(path, Want::Value(value))])
}

/// Another value of the same kind.
fn other(value: &Json) -> Option<Json> {
    match value {
        Json::String(text) => Some(format!("not {text}").into()),
        Json::Bool(value) => Some((!value).into()),
        number => moved(number, 1),
    }
}

/// A value as it is written.
fn literal(text: &str) -> Option<Json> {
    let single = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    match single {
        Some(inside) if !inside.contains(['\'', '\\']) => Some(inside.into()),
        _ => Json::parse(text).ok().filter(|value| value.depth() == 0),
    }
}

/// A path in our own writing: `$states.input.a` is `$.a`, `$states.result.a` is `$result.a`.
pub(super) fn path(text: &str) -> Option<String> {
    let text = text.trim();
    let is_path = text.starts_with('$')
        && text[1..]
            .chars()
            .all(|c| c.is_alphanumeric() || "_.[]".contains(c));
    if !is_path {
        return None;
    }
    if let Some(rest) = text.strip_prefix("$states.input") {
        return Some(format!("${rest}"));
    }
    if let Some(rest) = text.strip_prefix("$states.result") {
        return Some(format!("$result{rest}"));
    }
    if let Some(rest) = text.strip_prefix("$states.context.Map.Item.Value") {
        return Some(format!("$item{rest}"));
    }
    let is_known = text.starts_with("$states") || text.contains("[$");
    (!is_known).then(|| text.to_owned())
}

/// The places that an expression reads.
pub(super) fn reads(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        rest = &rest[at..];
        let end = rest[1..]
            .find(|c: char| !(c.is_alphanumeric() || "_.".contains(c)))
            .map_or(rest.len(), |end| end + 1);
        let (word, after) = rest.split_at(end);
        // A name before a bracket is a function's.
        let is_block = word.ends_with('.') && after.starts_with('(');
        if word.len() > 1 && (is_block || !after.starts_with('(')) {
            let path = path(word.trim_end_matches('.'));
            let block = if is_block { after } else { "" };
            for member in members(block) {
                found.extend(path.as_ref().map(|path| format!("{path}.{member}")));
            }
            found.extend(path);
        }
        rest = after;
    }
    found
}

/// What a block reads of each item: `(price * quantity)`.
fn members(block: &str) -> Vec<&str> {
    let end = block.find(')').unwrap_or(block.len());
    let words = block[..end].split(|c: char| !(c.is_alphanumeric() || "_$'".contains(c)));
    let is_name = |word: &&str| word.starts_with(|c: char| c.is_alphabetic());
    words.filter(is_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_comparisons_are_solved() {
        let check = |text: &str, truth: bool, expected: Option<&str>| {
            let text = format!("{{% {text} %}}");
            let found = solve(&text, truth).map(|demands| {
                let told = demands.into_iter().map(|(path, want)| match want {
                    Want::Value(value) => format!("{path}={}", value.text()),
                    Want::Present(_) => path,
                    Want::Absent => format!("!{path}"),
                });
                told.collect::<Vec<_>>().join(" ")
            });
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("$states.input.a = 'x'", true, Some("$.a=\"x\""));
        check("$states.input.a = \"x\"", false, Some("$.a=\"not x\""));
        check("$states.input.n.m >= 5", false, Some("$.n.m=4"));
        check(
            "$total > 5 and $states.input.ok",
            true,
            Some("$total=6 $.ok=true"),
        );
        check(
            "$exists($states.input.a) or $x",
            false,
            Some("!$.a $x=false"),
        );
        check("$states.input.a in ['x', 'y']", true, Some("$.a=\"x\""));
        check("$not($states.input.ok)", true, Some("$.ok=false"));
        check("$count($states.input.a) > 1", true, None);
        check("$states.context.a = 1", true, None);
    }

    #[test]
    fn reads_are_found() {
        let found = reads("$sum($states.input.items.price) & $name & $states.result.x");
        assert_eq!(found, ["$.items.price", "$name", "$result.x"]);
        let found = reads("$sum($states.input.items.(price * 2))");
        assert_eq!(found, ["$.items.price", "$.items"]);
    }
}
