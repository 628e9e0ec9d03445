//! Just enough of Rust to know which paths a file names: words and signs without comments and
//! literals, without what is there for tests only, and the paths in between.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::PathBuf;

use super::{rust_files, short};

/// A file of the program, as far as tests are left out.
pub struct File {
    /// From the package's root: `src/engine/io.rs`.
    pub name: String,
    /// Every path, such as `crate::data::Json`.
    pub paths: Vec<Path>,
    /// Every macro that is called, and the line.
    pub macros: Vec<(String, usize)>,
}

/// A path, and where it is.
pub struct Path {
    pub segments: Vec<String>,
    pub line: usize,
}

impl Path {
    /// Whether this is `prefix` or something in it.
    pub fn is_in(&self, prefix: &[&str]) -> bool {
        self.segments.len() >= prefix.len() && self.segments.iter().zip(prefix).all(|(a, b)| a == b)
    }
}

impl File {
    /// The room it is in: the first folder or file below `src`.
    pub fn room(&self) -> &str {
        let inside = self.name.strip_prefix("src/").unwrap_or(&self.name);
        let end = inside.find(['/', '.']).unwrap_or(inside.len());
        &inside[..end]
    }

    /// Names of our own modules that the file imports: no crate is meant by them.
    pub fn imported(&self) -> HashSet<&str> {
        let ours = |path: &&Path| ["crate", "self", "super"].contains(&&*path.segments[0]);
        let last = |path: &'_ Path| path.segments.len() - 1;
        let ours = self.paths.iter().filter(ours);
        ours.map(|path| &*path.segments[last(path)]).collect()
    }
}

/// Every file below `src` that is not for tests only.
pub fn program() -> Vec<File> {
    let mut for_tests: BTreeSet<PathBuf> = BTreeSet::new();
    let mut files = Vec::new();
    for path in rust_files("src") {
        let text = fs::read_to_string(&path).expect("a source file is text");
        let (tokens, test_modules) = without_tests(&tokens(&text));
        let stem = path.file_stem().expect("a file has a name");
        let folder = match &*stem.to_string_lossy() {
            "mod" | "lib" | "main" => path.with_file_name(""),
            name => path.with_file_name(name),
        };
        for module in test_modules {
            for_tests.insert(folder.join(format!("{module}.rs")));
            for_tests.insert(folder.join(module));
        }
        files.push((path, tokens));
    }
    files.retain(|(path, _)| !path.ancestors().any(|above| for_tests.contains(above)));
    let file = |(path, tokens): (PathBuf, Vec<Token>)| File {
        name: short(&path),
        paths: paths(&tokens),
        macros: macros(&tokens),
    };
    files.into_iter().map(file).collect()
}

/// A word, `::`, or a sign; literals are the sign `"`.
#[derive(Clone)]
struct Token {
    text: String,
    line: usize,
}

impl Token {
    fn is_word(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, kept) = token(rest, first);
        if let Some(kept) = kept {
            let text = kept.to_owned();
            tokens.push(Token { text, line });
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// The length of what comes first, and the token that it is, if any.
fn token(rest: &str, first: char) -> (usize, Option<&str>) {
    let until = |end: &str| rest.find(end).unwrap_or(rest.len());
    if rest.starts_with("//") {
        return (until("\n"), None);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), None);
    }
    if let Some(length) = string(rest) {
        return (length, Some("\""));
    }
    if first == '\'' {
        return character(rest);
    }
    if first.is_alphanumeric() || first == '_' {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        let length = end.unwrap_or(rest.len());
        return (length, Some(&rest[..length]));
    }
    if rest.starts_with("::") {
        return (2, Some("::"));
    }
    let length = first.len_utf8();
    (length, (!first.is_whitespace()).then(|| &rest[..length]))
}

/// Comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a string literal: `"…"`, `b"…"`, `r#"…"#` and their like.
fn string(rest: &str) -> Option<usize> {
    let prefix = rest.find(|c| !['b', 'c', 'r'].contains(&c))?;
    let raw = rest[..prefix].ends_with('r');
    let hashes = rest[prefix..].bytes().take_while(|b| *b == b'#').count();
    let start = prefix + hashes;
    if prefix > 2 || (hashes > 0 && !raw) || !rest[start..].starts_with('"') {
        return None;
    }
    let body = &rest[start + 1..];
    let length = if raw {
        let end = format!("\"{}", "#".repeat(hashes));
        body.find(&end).map(|at| at + end.len())
    } else {
        let mut escaped = false;
        let end = body.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        end.map(|at| at + 1)
    };
    Some(start + 1 + length.unwrap_or(body.len()))
}

/// `'x'` and `'\n'` are literals, `'x` alone is a lifetime.
fn character(rest: &str) -> (usize, Option<&str>) {
    let mut inside = rest[1..].char_indices();
    let second = inside.next().map(|(_, c)| c);
    if second == Some('\\') {
        let end = rest[3..].find('\'').map_or(rest.len(), |at| at + 4);
        return (end, Some("\""));
    }
    match inside.next() {
        Some((at, '\'')) => (at + 2, Some("\"")),
        _ => (1, None),
    }
}

/// The tokens without the items below `#[cfg(test)]`, and the names of the modules among these
/// that are in files of their own.
fn without_tests(tokens: &[Token]) -> (Vec<Token>, Vec<String>) {
    let mut kept = Vec::new();
    let mut modules = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !is_for_tests(&tokens[at..]) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let end = at + item(&tokens[at..]);
        let words = || tokens[at..end].windows(3);
        let file = words().find(|w| w[0].text == "mod" && w[2].text == ";");
        modules.extend(file.map(|w| w[1].text.clone()));
        at = end;
    }
    (kept, modules)
}

fn is_for_tests(tokens: &[Token]) -> bool {
    let start: Vec<&str> = tokens.iter().take(6).map(|t| &*t.text).collect();
    matches!(start[..], ["#", "[", "cfg", "(", "test", ")"])
        || matches!(start[..], ["#", "[", "cfg", "(", "all", "("]) && tokens[6].text == "test"
}

/// How many tokens an item has, with its attributes: up to its body's end or its semicolon.
fn item(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    let mut attribute = false;
    for (at, token) in tokens.iter().enumerate() {
        match &*token.text {
            "#" if depth == 0 => attribute = true,
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && token.text == "}" {
                    return at + 1;
                }
                attribute &= depth > 0;
            }
            ";" if depth == 0 && !attribute => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

fn macros(tokens: &[Token]) -> Vec<(String, usize)> {
    let calls = tokens
        .windows(2)
        .filter(|pair| pair[0].is_word() && pair[1].text == "!");
    calls
        .map(|pair| (pair[0].text.clone(), pair[0].line))
        .collect()
}

fn paths(tokens: &[Token]) -> Vec<Path> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is_word() {
            at = path(tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads the path, or the tree of paths, that begins at a word; where it ends.
fn path(tokens: &[Token], start: usize, before: &[String], found: &mut Vec<Path>) -> usize {
    let mut segments = before.to_vec();
    let line = tokens[start].line;
    let mut at = start;
    loop {
        segments.push(tokens[at].text.clone());
        at += 1;
        let text = |at: usize| tokens.get(at).map_or("", |token| &*token.text);
        if text(at) != "::" {
            break;
        }
        match text(at + 1) {
            "{" => return group(tokens, at + 2, &segments, found),
            "*" => {
                at += 2;
                break;
            }
            _ if tokens.get(at + 1).is_some_and(Token::is_word) => at += 1,
            _ => break,
        }
    }
    found.push(Path { segments, line });
    at
}

/// The paths between braces.
fn group(tokens: &[Token], start: usize, before: &[String], found: &mut Vec<Path>) -> usize {
    let mut at = start;
    while let Some(token) = tokens.get(at) {
        match &*token.text {
            "}" => return at + 1,
            "*" => {
                let (segments, line) = (before.to_vec(), token.line);
                found.push(Path { segments, line });
                at += 1;
            }
            _ if token.is_word() => at = path(tokens, at, before, found),
            _ => at += 1,
        }
    }
    at
}

#[test]
fn paths_are_found_in_rust() {
    let text = r##"
        //! crate::no::Comment
        use crate::{data::{self, Json}, engine::*};
        fn a<'a>(c: char) -> &'a str { if c == '"' { r#"crate::no::"# } else { "\"crate::no" } }
        #[cfg(test)]
        mod tests { use std::fs; }
        #[cfg(test)] mod suite;
        #[cfg(test)] #[expect(x)] fn b(x: [u8; 3]) { std::thread::sleep(); }
        fn c() { std::time::Instant::now(); println!("x"); }
    "##;
    let (tokens, modules) = without_tests(&tokens(text));
    let found = paths(&tokens);
    let found: Vec<String> = found.iter().map(|path| path.segments.join("::")).collect();
    let long: Vec<&String> = found.iter().filter(|path| path.contains("::")).collect();
    let wanted = [
        "crate::data::self",
        "crate::data::Json",
        "crate::engine",
        "std::time::Instant::now",
    ];
    assert_eq!(long, wanted);
    assert_eq!(modules, ["suite"]);
    let called = macros(&tokens);
    assert!(called.iter().any(|(name, _)| name == "println"));
}
