//! From the tolerant model to a program, or to what keeps the definition from being executed.
//!
//! Only that: findings about deployment, such as a placeholder where an ARN belongs, are the
//! linter's and no obstacle to a dry run.

use std::collections::HashMap;
use std::sync::Arc;

use super::{
    Body, Catcher, Fail, Flow, FlowId, Next, Program, Retrier, Scalar, State, StateId, Task,
    Template, Wait,
};
use crate::data::{Json, Timestamp};
use crate::language::{
    self, Field, InTree, Resource, StateKind, StateMachine, Target, expressions,
};
use crate::query::jsonata::{self, Members};
use crate::query::{Argument, Path, PayloadTemplate, QueryLanguage, SyntaxError};
use crate::syntax::{Diagnostic, Node, NodeId, Source, Span, Tree};

impl Program {
    /// Compiles a definition.
    ///
    /// # Errors
    /// With everything that keeps it from being executed.
    pub fn compile(
        machine: &StateMachine,
        tree: &Tree,
        source: &Source,
    ) -> Result<Self, Vec<Diagnostic>> {
        let flows = machine.flows();
        let mut bases = HashMap::new();
        let mut count = 0;
        for (index, flow) in flows.iter().enumerate() {
            bases.insert(flow.node, (index, count));
            count += flow.states.len();
        }
        let mut compiler = Compiler {
            tree,
            source,
            bases,
            diagnostics: Vec::new(),
        };
        let mut states = Vec::with_capacity(count);
        let mut starts = Vec::with_capacity(flows.len());
        for flow in flows {
            let scope = Scope {
                flow,
                base: compiler.bases[&flow.node].1,
            };
            let start = compiler.start(&scope);
            starts.push(Flow {
                start: start.unwrap_or(StateId(0)),
                first: StateId(id(scope.base)),
            });
            for state in &flow.states {
                states.extend(compiler.state(&scope, state));
            }
        }
        compiler.variables(machine);
        if !compiler.diagnostics.is_empty() {
            return Err(compiler.diagnostics);
        }
        let timeout_seconds = machine.timeout_seconds.as_ref().map(|field| field.value);
        Ok(Self {
            states: states.into(),
            flows: starts.into(),
            timeout_seconds,
        })
    }
}

/// One scope while it is compiled.
pub(super) struct Scope<'m> {
    flow: &'m language::Flow,
    base: usize,
}

pub(super) struct Compiler<'m> {
    pub(super) tree: &'m Tree,
    pub(super) source: &'m Source,
    /// Index and first state of each scope, by its object.
    bases: HashMap<NodeId, (usize, usize)>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

fn id(index: usize) -> u32 {
    u32::try_from(index).expect("sources are under 4 GiB")
}

impl Compiler<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn missing(&mut self, what: &str, span: Span) {
        let diagnostic = Diagnostic::error("missing-field", format!("{what} is missing"));
        self.report(diagnostic.label(span, "needed here to run the machine"));
    }

    fn start(&mut self, scope: &Scope<'_>) -> Option<StateId> {
        if let Some(start_at) = &scope.flow.start_at {
            return self.target(scope, start_at);
        }
        self.missing("`StartAt`", scope.flow.span);
        None
    }

    pub(super) fn target(&mut self, scope: &Scope<'_>, target: &Target) -> Option<StateId> {
        if let Some(index) = scope.flow.index(&target.name) {
            return Some(StateId(id(scope.base + index)));
        }
        let message = format!(
            "`{}` points at a state that does not exist: \"{}\"",
            target.field, target.name
        );
        let label = "no state with this name in the same `States`";
        self.report(Diagnostic::error("unknown-target", message).label(target.span, label));
        None
    }

    pub(super) fn flow_id(&self, flow: &language::Flow) -> FlowId {
        FlowId(id(self.bases[&flow.node].0))
    }

    /// A state that cannot be executed is `None`, and why is reported.
    fn state(&mut self, scope: &Scope<'_>, state: &language::State) -> Option<State> {
        let before = self.diagnostics.len();
        let io = self.io(state);
        let assign = self.template(
            state.language,
            expressions::members(state.kind()),
            state.io.assign.as_ref(),
        );
        let (retriers, catchers) = handlers(state);
        let retry = retriers.iter().map(retrier).collect();
        let catch: Vec<_> = catchers
            .iter()
            .filter_map(|c| self.catcher(scope, state, c))
            .collect();
        let next = self.next(scope, state);
        let body = self.body(scope, state);
        if self.diagnostics.len() > before {
            return None;
        }
        let (name, catch) = (state.name.clone(), catch.into());
        Some(State {
            name,
            io,
            assign,
            retry,
            catch,
            next: next?,
            body: body?,
        })
    }

    fn next(&mut self, scope: &Scope<'_>, state: &language::State) -> Option<Next> {
        let has_transition = state.kind().is_some_and(StateKind::has_transition);
        if !has_transition || state.transition.ends() {
            return Some(Next::End);
        }
        if let Some(next) = &state.transition.next {
            return self.target(scope, next).map(Next::State);
        }
        let message = format!("state \"{}\" has neither `Next` nor `End`", state.name);
        let diagnostic = Diagnostic::error("missing-transition", message);
        self.report(diagnostic.label(state.name_span, "this state ends nowhere"));
        None
    }

    fn catcher(
        &mut self,
        scope: &Scope<'_>,
        state: &language::State,
        catcher: &language::Catcher,
    ) -> Option<Catcher> {
        let Some(next) = &catcher.next else {
            self.missing("`Next` of this catcher", catcher.span);
            return None;
        };
        Some(Catcher {
            error_equals: names(&catcher.error_equals),
            next: self.target(scope, next)?,
            result_path: self.result_path(catcher.result_path.as_ref()),
            output: self.jsonata(
                state.language,
                Members::ERROR_OUTPUT,
                catcher.output.as_ref(),
            ),
            assign: self.template(
                state.language,
                Members::ERROR_OUTPUT,
                catcher.assign.as_ref(),
            ),
        })
    }

    /// A template in the state's query language, and what it may see of `$states`.
    pub(super) fn template(
        &mut self,
        language: QueryLanguage,
        sees: Members,
        field: Option<&Field<InTree>>,
    ) -> Option<Template> {
        let field = field?;
        match language {
            QueryLanguage::JsonPath => self.payload_template(field).map(Template::JsonPath),
            QueryLanguage::Jsonata => self
                .jsonata(language, sees, Some(field))
                .map(Template::Jsonata),
        }
    }

    fn body(&mut self, scope: &Scope<'_>, state: &language::State) -> Option<Body> {
        match &state.body {
            language::Body::Task(task) => self.task(state, task),
            language::Body::Pass(pass) => Some(Body::Pass(
                pass.result.as_ref().map(|field| field.json(self.tree)),
            )),
            language::Body::Choice(choice) => Some(Body::Choice(self.choice(scope, state, choice))),
            language::Body::Wait(wait) => self.wait(state, wait).map(Body::Wait),
            language::Body::Succeed(_) => Some(Body::Succeed),
            language::Body::Fail(fail) => Some(Body::Fail(Fail {
                error: self.text(
                    state.language,
                    fail.error.as_ref(),
                    fail.error_path.as_ref(),
                ),
                cause: self.text(
                    state.language,
                    fail.cause.as_ref(),
                    fail.cause_path.as_ref(),
                ),
            })),
            language::Body::Parallel(parallel) => {
                let branches = parallel
                    .branches
                    .iter()
                    .map(|flow| self.flow_id(flow))
                    .collect();
                Some(Body::Parallel(branches))
            }
            language::Body::Map(map) => self.map(state, map).map(|map| Body::Map(Box::new(map))),
            language::Body::Unknown => {
                self.unknown_type(state);
                None
            }
        }
    }

    fn unknown_type(&mut self, state: &language::State) {
        match &state.type_name {
            Some(name) => {
                let message = format!("\"{}\" is no type of state", name.value);
                self.report(Diagnostic::error("invalid-value", message).label(name.span, ""));
            }
            None => self.missing(
                &format!("`Type` of state \"{}\"", state.name),
                state.name_span,
            ),
        }
    }

    fn task(&mut self, state: &language::State, task: &language::states::Task) -> Option<Body> {
        let Some(resource) = &task.resource else {
            self.missing(
                &format!("`Resource` of Task \"{}\"", state.name),
                state.name_span,
            );
            return None;
        };
        let timeout_path = task.timeout_seconds_path.as_ref();
        let heartbeat_path = task.heartbeat_seconds_path.as_ref();
        Some(Body::Task(Box::new(Task {
            resource: resource.value.clone(),
            timeout: self.amount(state.language, task.timeout_seconds.as_ref(), timeout_path),
            heartbeat: self.amount(
                state.language,
                task.heartbeat_seconds.as_ref(),
                heartbeat_path,
            ),
            role_arn: self.role_arn(state.language, task.credentials.as_ref()),
        })))
    }

    fn role_arn(&mut self, language: QueryLanguage, field: Option<&Field<Json>>) -> Option<Scalar> {
        let field = field?;
        let node = self.tree.node(field.node);
        if let Some(entry) = node.entry("RoleArn.$") {
            let value = self.tree.node(entry.value);
            let text = value.as_str()?;
            return self.argument(text, value.span()).map(Scalar::Argument);
        }
        let value = field.value.get("RoleArn")?.clone();
        let span = node.get("RoleArn").map_or(field.span, Node::span);
        self.literal_or_expression(language, value, span)
    }

    fn wait(&mut self, state: &language::State, wait: &language::states::Wait) -> Option<Wait> {
        let language = state.language;
        let given = [
            wait.seconds.is_some(),
            wait.seconds_path.is_some(),
            wait.timestamp.is_some(),
            wait.timestamp_path.is_some(),
        ];
        if given.into_iter().filter(|given| *given).count() != 1 {
            let message = format!(
                "Wait \"{}\" must have exactly one of `Seconds`, `SecondsPath`, `Timestamp` and \
                 `TimestampPath`",
                state.name
            );
            self.report(Diagnostic::error("missing-field", message).label(state.name_span, ""));
            return None;
        }
        if wait.seconds.is_some() || wait.seconds_path.is_some() {
            let path = wait.seconds_path.as_ref();
            return self
                .amount(language, wait.seconds.as_ref(), path)
                .map(Wait::Seconds);
        }
        let timestamp = wait.timestamp.clone().map(|field| field.map(Json::String));
        let path = wait.timestamp_path.as_ref();
        let scalar = self.amount(language, timestamp.as_ref(), path)?;
        if let (Scalar::Literal(Json::String(text)), Some(field)) = (&scalar, &timestamp)
            && Timestamp::parse(text).is_none()
        {
            let message = format!("\"{text}\" is no RFC 3339 timestamp");
            let help = "write it like 2026-01-31T08:30:00Z, with an upper-case `T` and `Z`";
            let diagnostic = Diagnostic::error("invalid-timestamp", message).help(help);
            self.report(diagnostic.label(field.span, ""));
        }
        Some(Wait::Timestamp(scalar))
    }

    /// A number in the definition, behind a path, or made by an expression.
    pub(super) fn amount(
        &mut self,
        language: QueryLanguage,
        value: Option<&Field<Json>>,
        path: Option<&Field<Arc<str>>>,
    ) -> Option<Scalar> {
        if let Some(path) = path {
            return self.path(&path.value, path.span).map(Scalar::Path);
        }
        let field = value?;
        self.literal_or_expression(language, field.value.clone(), field.span)
    }

    /// A text in the definition, behind a path or an intrinsic, or made by an expression.
    fn text(
        &mut self,
        language: QueryLanguage,
        value: Option<&Field<Arc<str>>>,
        path: Option<&Field<Arc<str>>>,
    ) -> Option<Scalar> {
        if let Some(path) = path {
            return self.argument(&path.value, path.span).map(Scalar::Argument);
        }
        let field = value?;
        self.literal_or_expression(language, Json::String(field.value.clone()), field.span)
    }

    pub(super) fn literal_or_expression(
        &mut self,
        language: QueryLanguage,
        value: Json,
        span: Span,
    ) -> Option<Scalar> {
        if language == QueryLanguage::Jsonata
            && value
                .as_str()
                .is_some_and(|text| jsonata::strip_delimiters(text).is_some())
        {
            return match jsonata::Template::compile(&value) {
                Ok(template) => {
                    for (_, reference) in template.unsupported(Members::INPUT) {
                        let text = value.as_str().unwrap_or_default();
                        self.unsupported(reference, Members::INPUT, text, span);
                    }
                    Some(Scalar::Expression(template))
                }
                Err(errors) => {
                    for (_, error) in errors {
                        self.jsonata_error(&error, value.as_str().unwrap_or_default(), span);
                    }
                    None
                }
            };
        }
        Some(Scalar::Literal(value))
    }

    pub(super) fn path(&mut self, text: &str, span: Span) -> Option<Path> {
        Path::parse(text)
            .map_err(|error| self.syntax_error("invalid-jsonpath", "JSONPath", &error, span))
            .ok()
    }

    fn argument(&mut self, text: &str, span: Span) -> Option<Argument> {
        Argument::parse(text)
            .map_err(|error| self.argument_error(text, &error, span))
            .ok()
    }

    fn argument_error(&mut self, text: &str, error: &SyntaxError, span: Span) {
        if text.starts_with("States.") {
            self.syntax_error("invalid-intrinsic", "intrinsic function", error, span);
        } else {
            self.syntax_error("invalid-jsonpath", "JSONPath", error, span);
        }
    }

    /// `span` is the whole string's; the error's offset counts within its text.
    pub(super) fn syntax_error(
        &mut self,
        rule: &'static str,
        what: &str,
        error: &SyntaxError,
        span: Span,
    ) {
        let place = self.source.within(span, error.offset, error.len);
        let mut diagnostic =
            Diagnostic::error(rule, format!("invalid {what}: {}", error.message)).label(place, "");
        diagnostic.help.clone_from(&error.help);
        self.report(diagnostic);
    }

    pub(super) fn payload_template(&mut self, value: &Field<InTree>) -> Option<PayloadTemplate> {
        match PayloadTemplate::compile(&value.json(self.tree)) {
            Ok(template) => Some(template),
            Err(errors) => {
                for error in errors {
                    let node = self.below(value.node, &error.pointer);
                    let text = node.as_str().cloned().unwrap_or_default();
                    self.argument_error(&text, &error.error, node.span());
                }
                None
            }
        }
    }

    /// The node that a pointer from another node leads to; that one when it leads nowhere.
    pub(super) fn below(&self, node: NodeId, pointer: &str) -> Node<'_> {
        let node = self.tree.node(node);
        self.tree
            .resolve(&format!("{}{pointer}", node.pointer()))
            .unwrap_or(node)
    }
}

fn names(names: &[Field<Arc<str>>]) -> Box<[Arc<str>]> {
    names.iter().map(|name| name.value.clone()).collect()
}

/// Retry and Catch of the types that have them; elsewhere they have no effect (01 §1.2).
fn handlers(state: &language::State) -> (&[language::Retrier], &[language::Catcher]) {
    match state.kind() {
        Some(StateKind::Task | StateKind::Parallel | StateKind::Map) => {
            (&state.retry, &state.catch)
        }
        _ => (&[], &[]),
    }
}

/// With the defaults of the specification (05 §5.1).
#[expect(clippy::cast_precision_loss, reason = "seconds are under 10^8")]
fn retrier(retrier: &language::Retrier) -> Retrier {
    let seconds = |field: Option<&Field<i64>>, default: f64| {
        field.map_or(default, |field| field.value as f64)
    };
    Retrier {
        error_equals: names(&retrier.error_equals),
        interval_seconds: seconds(retrier.interval_seconds.as_ref(), 1.0),
        max_attempts: retrier.max_attempts.as_ref().map_or(3, |field| field.value),
        backoff_rate: retrier
            .backoff_rate
            .as_ref()
            .map_or(2.0, |field| field.value),
        max_delay_seconds: seconds(retrier.max_delay_seconds.as_ref(), f64::INFINITY),
        jitter: retrier
            .jitter_strategy
            .as_ref()
            .is_some_and(|field| &*field.value == "FULL"),
    }
}

/// What stands where a resource belongs, for messages.
impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}
