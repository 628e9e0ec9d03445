//! A file with every definition in it: the one that it is, or those that a template holds.

use super::{StateMachine, StateMachineType, read, read_at};
use crate::syntax::embedded::{self, Embedded, EmbeddedText, Place, TemplateKind, Use};
use crate::syntax::{self, Diagnostic, Format, Source, Span, Tree};

/// A file, read as far as it goes.
#[derive(Clone, Debug)]
pub struct File {
    /// Its text.
    pub source: Source,
    /// What was read of it.
    pub tree: Tree,
    /// What its reader found.
    pub syntax: Vec<Diagnostic>,
    /// What kind of template it is; `None` for a definition.
    pub template: Option<TemplateKind>,
    /// The definitions that stand in it.
    pub machines: Vec<Machine>,
    /// The machines of the template whose definitions stand elsewhere.
    pub elsewhere: Vec<Embedded>,
}

/// A definition of a file.
#[derive(Clone, Debug)]
pub struct Machine {
    /// What the template says about it; `None` when the file is the definition.
    pub embedded: Option<Embedded>,
    /// The definition.
    pub machine: StateMachine,
    /// What the language's reader found, in the places of [`Machine::inner`] or else of the file.
    pub model: Vec<Diagnostic>,
    /// The text of the definition, when the template holds it as a string.
    pub inner: Option<Inner>,
    /// What `DefinitionSubstitutions` fill in, with the places in the file.
    pub uses: Vec<Use>,
}

/// A definition in a string, as a source of its own.
#[derive(Clone, Debug)]
pub struct Inner {
    /// The decoded text.
    pub source: Source,
    /// What was read of it.
    pub tree: Tree,
    /// What its reader found, in the places of this source.
    pub syntax: Vec<Diagnostic>,
}

/// Whether findings keep a text from being read to its end: what else is said of it is guesswork.
#[must_use]
pub fn is_broken(syntax: &[Diagnostic]) -> bool {
    let is_syntax_error = |finding: &Diagnostic| {
        finding.rule == "syntax" && finding.severity == syntax::Severity::Error
    };
    syntax.iter().any(is_syntax_error)
}

impl File {
    /// Reads a source, whatever it is: the format is known by its name or text, and a template by
    /// what is in it.
    #[must_use]
    pub fn read(source: Source) -> Self {
        Self::read_with(source, true)
    }

    /// Reads a source as a definition, also when it looks like a template.
    #[must_use]
    pub fn read_definition(source: Source) -> Self {
        Self::read_with(source, false)
    }

    fn read_with(source: Source, may_be_template: bool) -> Self {
        let (tree, syntax) = syntax::read(&source, Format::of(&source.name, &source.text));
        let template = if may_be_template && !is_broken(&syntax) {
            embedded::find(&source, &tree)
        } else {
            None
        };
        let mut file = Self {
            source,
            tree,
            syntax,
            template: template.as_ref().map(|template| template.kind),
            machines: Vec::new(),
            elsewhere: Vec::new(),
        };
        match template {
            Some(template) => {
                for embedded in template.machines {
                    file.add(embedded);
                }
            }
            None => file.add_definition(),
        }
        file
    }

    /// The machine of a template that has this name, wherever its definition stands.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// The names of a template's machines, in order of the text.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let here = self
            .machines
            .iter()
            .filter_map(|machine| machine.embedded.as_ref());
        let mut all: Vec<&Embedded> = here.chain(&self.elsewhere).collect();
        all.sort_by_key(|embedded| embedded.name_span);
        all.into_iter().map(|embedded| &*embedded.name)
    }

    /// Forgets every machine of a template but one.
    pub fn keep_only(&mut self, name: &str) {
        self.machines.retain(|machine| {
            let embedded = machine.embedded.as_ref();
            embedded.is_none_or(|embedded| &*embedded.name == name)
        });
        self.elsewhere.retain(|embedded| &*embedded.name == name);
    }

    /// The file is the definition.
    fn add_definition(&mut self) {
        let root = self.tree.root().id();
        embedded::settle_tags(&self.source, &mut self.tree, root);
        let (machine, model) = read(&self.tree);
        self.machines.push(Machine {
            embedded: None,
            machine,
            model,
            inner: None,
            uses: Vec::new(),
        });
    }

    fn add(&mut self, embedded: Embedded) {
        let machine = match &embedded.place {
            Place::File { .. } | Place::Elsewhere(_) => return self.elsewhere.push(embedded),
            Place::Node(id) => {
                let id = *id;
                let uses = embedded::uses(&self.source, self.tree.node(id));
                embedded::settle(&mut self.tree, id);
                let (machine, model) = read_at(self.tree.node(id));
                Machine {
                    embedded: Some(embedded),
                    machine,
                    model,
                    inner: None,
                    uses,
                }
            }
            Place::Text(text) => {
                let uses = text.uses().to_vec();
                let source = text.source(&self.source);
                let (tree, mut syntax) = syntax::read(&source, Format::of("", &source.text));
                if source.text.trim().is_empty() {
                    let place = Span::new(0, source.text.len());
                    let empty = Diagnostic::error("syntax", "the definition is empty");
                    syntax = vec![empty.label(place, "a definition is expected here")];
                }
                let (machine, model) = read(&tree);
                Machine {
                    embedded: Some(embedded),
                    machine,
                    model,
                    inner: Some(Inner {
                        source,
                        tree,
                        syntax,
                    }),
                    uses,
                }
            }
        };
        self.machines.push(machine);
    }
}

impl Machine {
    /// What the template calls it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.embedded.as_ref().map(|embedded| &*embedded.name)
    }

    /// The type that the template gives it, when that can be told.
    #[must_use]
    pub fn machine_type(&self) -> Option<StateMachineType> {
        self.embedded.as_ref().and_then(machine_type)
    }

    /// The source and the tree that the definition's places are in.
    #[must_use]
    pub fn text<'a>(&'a self, file: &'a File) -> (&'a Source, &'a Tree) {
        match &self.inner {
            Some(inner) => (&inner.source, &inner.tree),
            None => (&file.source, &file.tree),
        }
    }

    /// Where a place of the definition is in the file.
    #[must_use]
    pub fn outer(&self, span: Span) -> Span {
        self.embedded_text().map_or(span, |text| text.outer(span))
    }

    /// A finding about the definition as a finding about the file.
    #[must_use]
    pub fn outer_finding(&self, finding: Diagnostic) -> Diagnostic {
        match self.embedded_text() {
            Some(text) => text.outer_finding(finding),
            None => finding,
        }
    }

    fn embedded_text(&self) -> Option<&EmbeddedText> {
        match &self.embedded.as_ref()?.place {
            Place::Text(text) => Some(text),
            Place::Node(_) | Place::File { .. } | Place::Elsewhere(_) => None,
        }
    }
}

/// The type that a template gives a machine, when that can be told.
#[must_use]
pub fn machine_type(embedded: &Embedded) -> Option<StateMachineType> {
    embedded.is_express.map(|is_express| {
        if is_express {
            StateMachineType::Express
        } else {
            StateMachineType::Standard
        }
    })
}
