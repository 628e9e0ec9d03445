//! An entry of a handlers file: its members are read by the kind of handler that it asks for.

use std::sync::Arc;
use std::time::Duration;

use super::members::{self, KINDS, MEMBERS, listed};
use super::variables::fill;
use super::{RULE, Surroundings, duration, wrong};
use crate::runtime::handlers::function::Function;
use crate::runtime::handlers::process::Program;
use crate::runtime::handlers::{TaskHandler, TaskPattern};
use crate::syntax::{Diagnostic, Kind, Node, Span};

/// An entry of the file, as its kind reads it.
pub(in crate::runtime::handlers) struct Item<'t, 's> {
    node: Node<'t>,
    around: &'s Surroundings<'s>,
    /// What came from the environment.
    pub(super) secrets: Vec<String>,
}

impl<'t, 's> Item<'t, 's> {
    pub(super) fn new(node: Node<'t>, around: &'s Surroundings<'s>) -> Self {
        Self {
            node,
            around,
            secrets: Vec::new(),
        }
    }

    pub(super) fn handler(&mut self) -> Result<(TaskPattern, Arc<dyn TaskHandler>), Diagnostic> {
        let known = |key: &str| MEMBERS.iter().any(|member| member.name == key);
        let names = MEMBERS.iter().map(|member| member.name);
        if let Some(entry) = self.node.entries().iter().find(|it| !known(&it.key)) {
            let message = format!("a handler has no `{}`", entry.key);
            let help = format!("it has: {}", names.collect::<Vec<_>>().join(", "));
            return Err(at(entry.key_span, message).help(help));
        }
        let has = |name: &str| self.node.get(name);
        let mut kinds = KINDS
            .iter()
            .filter_map(|kind| Some((kind, has(kind.name)?)));
        let (Some((kind, value)), None) = (kinds.next(), kinds.next()) else {
            let kinds = listed(KINDS.iter().map(|kind| kind.name));
            return Err(wrong(
                self.node,
                format!("a handler has exactly one of {kinds}"),
            ));
        };
        let pattern = self.pattern()?;
        self.refuse_members_of_others(kind)?;
        Ok((pattern, (kind.read)(value, self)?))
    }

    fn refuse_members_of_others(&self, kind: &members::Kind) -> Result<(), Diagnostic> {
        let own = [kind.name, "state", "resource"];
        let fits = |key: &str| own.contains(&key) || kind.takes.contains(&key);
        let Some(entry) = self.node.entries().iter().find(|it| !fits(&it.key)) else {
            return Ok(());
        };
        let takers = KINDS.iter().filter(|it| it.takes.contains(&&*entry.key));
        let takers = listed(takers.map(|it| it.name));
        let message = format!("`{}` is not for `{}`", entry.key, kind.name);
        Err(at(entry.key_span, message).help(format!("it is for {takers}")))
    }

    fn pattern(&self) -> Result<TaskPattern, Diagnostic> {
        match (self.node.get("state"), self.node.get("resource")) {
            (Some(state), None) => Ok(TaskPattern::State(self.text(state, "state")?.to_owned())),
            (None, Some(glob)) => {
                let glob = self.text(glob, "resource")?;
                Ok(TaskPattern::Resource(glob.to_owned()))
            }
            _ => {
                let message = "a handler is for either a `state` or a `resource`";
                Err(wrong(self.node, message).help("for every Task: resource = \"*\""))
            }
        }
    }

    /// A finding about a value of this entry.
    #[expect(
        clippy::unused_self,
        reason = "whoever reads an entry has been given it"
    )]
    pub(in crate::runtime::handlers) fn wrong(
        &self,
        node: Node<'_>,
        message: impl Into<String>,
    ) -> Diagnostic {
        wrong(node, message)
    }

    /// A member's value as a text.
    pub(in crate::runtime::handlers) fn text(
        &self,
        node: Node<'t>,
        member: &str,
    ) -> Result<&'t str, Diagnostic> {
        let text = node.as_str().filter(|text| !text.is_empty());
        text.map(|text| &**text)
            .ok_or_else(|| self.wrong(node, format!("`{member}` must be a text")))
    }

    /// A member that is a text, if it is there.
    pub(in crate::runtime::handlers) fn optional_text(
        &self,
        member: &str,
    ) -> Result<Option<Node<'t>>, Diagnostic> {
        let node = self.node.get(member);
        node.map(|node| self.text(node, member).map(|_| node))
            .transpose()
    }

    /// Whether a member is true.
    pub(in crate::runtime::handlers) fn flag(&self, member: &str) -> Result<bool, Diagnostic> {
        match self.node.get(member) {
            None => Ok(false),
            Some(node) => node
                .as_bool()
                .ok_or_else(|| self.wrong(node, format!("`{member}` must be true or false"))),
        }
    }

    /// A list of texts of which the first is not empty.
    pub(in crate::runtime::handlers) fn arguments(
        &self,
        node: Node<'_>,
        member: &str,
    ) -> Result<Vec<String>, Diagnostic> {
        let arguments: Option<Vec<String>> = node
            .items()
            .map(|item| item.as_str().map(ToString::to_string))
            .collect();
        arguments
            .filter(|argv| !argv.is_empty() && !argv[0].is_empty())
            .ok_or_else(|| {
                let message = format!("`{member}` must be a list of the program and its arguments");
                let help = format!("for example: {member} = [\"python3\", \"charge.py\"]");
                self.wrong(node, message).help(help)
            })
    }

    /// Texts by their names, with `${NAME}` filled in.
    pub(in crate::runtime::handlers) fn texts(
        &mut self,
        member: &str,
    ) -> Result<Vec<(Span, String, String)>, Diagnostic> {
        let Some(table) = self.node.get(member) else {
            return Ok(Vec::new());
        };
        if !matches!(table.kind(), Kind::Object(_)) {
            let message = format!("`{member}` must be a table of texts");
            let help = format!("for example: {member} = {{ NAME = \"value\" }}");
            return Err(self.wrong(table, message).help(help));
        }
        let mut texts = Vec::new();
        for entry in table.entries() {
            let node = table.tree().node(entry.value);
            let Some(text) = node.as_str() else {
                let message = format!("`{}` in `{member}` must be a text", entry.key);
                return Err(self.wrong(node, message));
            };
            let mut filled = fill(text, self.around.variable)
                .map_err(|why| self.wrong(node, why.message).help(why.help))?;
            self.secrets.append(&mut filled.values);
            texts.push((entry.key_span, entry.key.to_string(), filled.text));
        }
        Ok(texts)
    }

    /// The program of these arguments with the entry's `env` and `cwd`.
    pub(in crate::runtime::handlers) fn program(
        &mut self,
        argv: Vec<String>,
    ) -> Result<Program, Diagnostic> {
        let mut env = Vec::new();
        for (span, name, value) in self.texts("env")? {
            if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
                let message = format!("{name:?} cannot be a variable of the environment");
                return Err(at(span, message).help("leave out `=` and the character NUL"));
            }
            env.push((name, value));
        }
        let folder = self.optional_text("cwd")?;
        let folder = folder.map(|node| {
            let written = self.text(node, "cwd")?;
            let folder = self.around.folder.join(written);
            if folder.is_dir() {
                return Ok(folder);
            }
            let message = format!("there is no folder {written:?}");
            let help = "`cwd` begins at the folder of this file";
            Err(self.wrong(node, message).help(help))
        });
        Ok(Program {
            argv,
            env,
            folder: folder.transpose()?,
        })
    }

    /// A function in a module, with the entry's `env`, `cwd` and `timeout`.
    pub(in crate::runtime::handlers) fn function(
        &mut self,
        node: Node<'t>,
        member: &str,
    ) -> Result<Function, Diagnostic> {
        let handler = self.text(node, member)?.to_owned();
        if !Function::is_handler(&handler) {
            let message = format!("`{member}` names a file and a function in it");
            let help = format!("for example: {member} = \"app.handler\"");
            return Err(self.wrong(node, message).help(help));
        }
        Ok(Function {
            handler,
            program: self.program(Vec::new())?,
            timeout: self.timeout()?,
        })
    }

    /// How long a call may take.
    pub(in crate::runtime::handlers) fn timeout(&self) -> Result<Option<Duration>, Diagnostic> {
        self.node.get("timeout").map(duration).transpose()
    }
}

fn at(span: Span, message: String) -> Diagnostic {
    Diagnostic::error(RULE, message).label(span, "")
}
