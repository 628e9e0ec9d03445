//! A document that the client has open: its newest text, and what was read of it.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::path::PathBuf;

use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::places::Encoding;
use super::text::Text;
use crate::language::{self, DEFINITION_ENDINGS, StateMachine};
use crate::lint;
use crate::syntax::{self, Diagnostic, Format, LineIndex, Severity, Source, Span, Tree};

/// The languages that editors call definitions.
const LANGUAGES: [&str; 4] = ["asl", "asl-json", "asl-yaml", "asl-yml"];

/// An open document.
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) version: i32,
    language: String,
    text: Text,
    reading: OnceCell<Reading>,
    findings: OnceCell<Vec<Diagnostic>>,
    /// What was found in the last text that could be read as a whole, by rule and message.
    known: HashSet<(&'static str, String)>,
}

/// What a text says.
pub(super) struct Reading {
    pub(super) source: Source,
    pub(super) format: Format,
    pub(super) lines: LineIndex,
    pub(super) tree: Tree,
    pub(super) machine: StateMachine,
    /// What the text's reader found.
    syntax: Vec<Diagnostic>,
    /// What the language's reader found.
    model: Vec<Diagnostic>,
}

impl Document {
    pub(super) fn new(opened: TextDocumentItem) -> Self {
        Self {
            uri: opened.uri,
            version: opened.version,
            language: opened.language_id,
            text: Text::new(opened.text),
            reading: OnceCell::new(),
            findings: OnceCell::new(),
            known: HashSet::new(),
        }
    }

    /// Takes changes of the text, in their order.
    pub(super) fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        self.version = version;
        self.keep_what_is_known();
        self.reading.take();
        for change in changes {
            match change.range {
                Some(range) => self.text.replace(range, &change.text, encoding),
                None => self.text = Text::new(change.text),
            }
        }
    }

    /// A broken text tells little that is certain: see [`Document::findings`].
    fn keep_what_is_known(&mut self) {
        let findings = self.findings.take();
        let is_whole = self.reading.get().is_some_and(Reading::is_whole);
        if let Some(findings) = findings.filter(|_| is_whole) {
            self.known = findings.into_iter().map(|f| (f.rule, f.message)).collect();
        }
    }

    /// Has the text judged again.
    pub(super) fn forget_findings(&mut self) {
        self.keep_what_is_known();
    }

    /// What the newest text says.
    pub(super) fn reading(&self) -> &Reading {
        self.reading.get_or_init(|| {
            let name = self.name();
            let source = Source::new(name, self.text.as_str());
            let format = self.format(&source);
            Reading::of(source, format)
        })
    }

    /// As the name says, else the client, else the text.
    fn format(&self, source: &Source) -> Format {
        let name = source.name.to_ascii_lowercase();
        let is_named = [".json", ".yaml", ".yml"]
            .iter()
            .any(|end| name.ends_with(end));
        match &*self.language {
            "json" | "jsonc" | "asl-json" if !is_named => Format::Json,
            "yaml" | "asl-yaml" | "asl-yml" if !is_named => Format::Yaml,
            _ => match Format::of(&source.name, &source.text) {
                // A definition is never written in TOML.
                Format::Toml => Format::of("", &source.text),
                format => format,
            },
        }
    }

    /// Whether the document is a definition: by its name, its language or its fields. An editor
    /// may send us any JSON or YAML.
    pub(super) fn is_definition(&self) -> bool {
        let name = self.name().to_ascii_lowercase();
        let by_name = DEFINITION_ENDINGS
            .iter()
            .any(|ending| name.ends_with(ending));
        let root = self.reading().tree.root();
        let has = |field| root.entry(field).is_some();
        by_name || LANGUAGES.contains(&&*self.language) || has("StartAt") || has("States")
    }

    /// What is wrong with the newest text.
    ///
    /// Of a text that was only half read much would be guesswork: a bracket that is missing makes
    /// fields of states. Only what was true of the last whole text, and still seems to be, is
    /// reported beside the errors of syntax.
    pub(super) fn findings(&self, options: impl FnOnce(&Self) -> lint::Options) -> &[Diagnostic] {
        self.findings.get_or_init(|| {
            if !self.is_definition() {
                return Vec::new();
            }
            let options = options(self);
            let reading = self.reading();
            let definition = lint::Definition {
                source: &reading.source,
                tree: &reading.tree,
                machine: &reading.machine,
            };
            let mut linted = lint::check(definition, reading.model.clone(), &options);
            if !reading.is_whole() {
                linted.retain(|found| self.known.contains(&(found.rule, found.message.clone())));
            }
            let mut findings = reading.syntax.clone();
            findings.extend(linted);
            lint::silence(
                &reading.source,
                &reading.tree,
                &options.levels,
                &mut findings,
            );
            options.levels.apply(&mut findings);
            findings
        })
    }

    /// The file, when the document is one.
    pub(super) fn path(&self) -> Option<PathBuf> {
        let scheme = self.uri.scheme()?;
        let path = self.uri.path().as_estr().decode();
        let path = path.into_string_lossy();
        // file:///C:/x is the path C:/x.
        let is_drive = cfg!(windows) && path.as_bytes().get(2) == Some(&b':');
        let path = if is_drive { &path[1..] } else { &path[..] };
        scheme
            .as_str()
            .eq_ignore_ascii_case("file")
            .then(|| path.into())
    }

    fn name(&self) -> String {
        let path = self.uri.path().as_estr().decode();
        path.into_string_lossy().into_owned()
    }
}

impl Reading {
    pub(super) fn of(source: Source, format: Format) -> Self {
        let (tree, syntax) = syntax::read(&source, format);
        let (machine, model) = language::read(&tree);
        Self {
            lines: LineIndex::new(source.text.clone()),
            source,
            format,
            tree,
            machine,
            syntax,
            model,
        }
    }

    /// Whether the tree is what the text says: there are no errors of syntax, or the reader knows
    /// how to mend each of them.
    fn is_whole(&self) -> bool {
        let certain = |found: &Diagnostic| {
            found.rule != "syntax" || found.severity != Severity::Error || found.fix.is_some()
        };
        self.syntax.iter().all(certain)
    }

    /// What is written at a place.
    pub(super) fn written(&self, span: Span) -> &str {
        self.source.text.get(span.range()).unwrap_or_default()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use lsp_types::{Position, Range};

    use super::*;

    pub(in crate::lsp) fn open(name: &str, text: &str) -> Document {
        let uri = format!("file:///{name}").parse().expect("a URI");
        Document::new(TextDocumentItem::new(
            uri,
            "plaintext".into(),
            1,
            text.into(),
        ))
    }

    fn at(line: u32, character: u32) -> Position {
        Position::new(line, character)
    }

    fn edit(start: Position, end: Position, text: &str) -> TextDocumentContentChangeEvent {
        TextDocumentContentChangeEvent {
            range: Some(Range::new(start, end)),
            range_length: None,
            text: text.to_owned(),
        }
    }

    /// The rules that find something, of the few that these tests are about.
    fn rules(document: &Document) -> Vec<&'static str> {
        let few = [
            "syntax",
            "unknown-target",
            "unreachable-state",
            "missing-field",
        ];
        let mut options = lint::Options::default();
        for rule in lint::RULES.iter().filter(|rule| !few.contains(&rule.name)) {
            options.levels.set(rule.name, None);
        }
        let findings = document.findings(|_| options);
        findings.iter().map(|found| found.rule).collect()
    }

    #[test]
    fn the_whole_text_may_change_as_well() {
        let mut document = open("a.asl.json", "{}");
        let whole = TextDocumentContentChangeEvent {
            range: None,
            range_length: None,
            text: "ab".to_owned(),
        };
        let changes = vec![whole, edit(at(0, 2), at(0, 1), "c")];
        document.change(3, changes, Encoding::Utf8);
        assert_eq!((document.text.as_str(), document.version), ("ac", 3));
    }

    #[test]
    fn documents_that_are_no_definitions_have_no_findings() {
        assert!(rules(&open("package.json", r#"{"name": 1,}"#)).is_empty());
        assert!(!rules(&open("x.json", r#"{"StartAt": 1}"#)).is_empty());
        assert!(!rules(&open("x.asl.json", "{}")).is_empty());
    }

    const WHOLE: &str = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "Gone"},
        "B": {"Type": "Succeed"}
    }}"#;

    #[test]
    fn an_error_that_the_reader_can_mend_hides_nothing() {
        let broken = WHOLE.replace("\"Gone\"}", "\"Gone\",}");
        assert_eq!(
            rules(&open("a.asl.json", &broken)),
            ["syntax", "unknown-target", "unreachable-state"]
        );
    }

    #[test]
    fn while_a_text_is_broken_what_was_known_stays_and_nothing_is_guessed() {
        let mut document = open("a.asl.json", WHOLE);
        assert_eq!(rules(&document), ["unknown-target", "unreachable-state"]);
        // The bracket that closes "A" goes: "B" becomes a field of it.
        let cut = vec![edit(at(1, 44), at(1, 45), "")];
        document.change(2, cut, Encoding::Utf16);
        assert_eq!(rules(&document), ["syntax", "unknown-target"]);
        let back = vec![edit(at(1, 44), at(1, 44), "}")];
        document.change(3, back, Encoding::Utf16);
        assert_eq!(rules(&document), ["unknown-target", "unreachable-state"]);
    }

    #[test]
    fn a_uri_names_a_path() {
        let document = open("a%20b/%C3%A9.asl", "StartAt: A");
        assert_eq!(document.path(), Some(PathBuf::from("/a b/é.asl")));
        assert_eq!(document.reading().format, Format::Yaml);
        let uri = "untitled:Untitled-1".parse().expect("a URI");
        let item = TextDocumentItem::new(uri, "asl-yaml".into(), 1, String::new());
        let document = Document::new(item);
        assert_eq!(document.path(), None);
        assert_eq!(document.reading().format, Format::Yaml);
        assert!(document.is_definition());
    }
}
