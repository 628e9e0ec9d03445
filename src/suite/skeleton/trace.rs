//! Following a way through a machine without running it: which part of the input or of an answer
//! each state reads, and what has to stand there for the way to be taken.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::route::{Exit, Goal, Routes, Step};
use super::solve::{Demand, Want, made_up, solve};
use super::symbol::{Key, Symbol, has, keys, put};
use super::{Answer, Draft, Mocked, jsonata};
use crate::data::{Json, Object};
use crate::language::states::{Choice, Map};
use crate::language::{Body, Flow, State, StateMachine};
use crate::query::QueryLanguage;
use crate::suite::Part;
use crate::syntax::Tree;

/// The number of the source that the input is.
const INPUT: usize = 0;

/// A draft for a way.
pub(super) fn draft(
    machine: &StateMachine,
    tree: &Tree,
    routes: &Routes,
    goal: Option<&Goal<'_>>,
) -> Draft {
    let mut tracer = Tracer {
        tree,
        routes,
        demands: HashMap::new(),
        sources: 1,
        calls: Vec::new(),
        variables: HashMap::new(),
        failing: None,
        has_failed: false,
    };
    tracer.flow(&machine.flow, Symbol::From(INPUT, Vec::new()));
    let (name, wanted) = words(goal);
    Draft {
        name,
        goal: goal.map(Goal::key),
        input: tracer.document(INPUT),
        mocks: tracer.mocks(),
        ends_well: routes.ends_well(machine),
        wanted,
    }
}

/// What a draft is called, and what its input and mocks have to do.
fn words(goal: Option<&Goal<'_>>) -> (String, String) {
    let Some(goal) = goal else {
        let wanted = "an input and mocks with which the execution ends well";
        return ("happy path".to_owned(), wanted.to_owned());
    };
    let state = &goal.state.name;
    let error = error_name;
    let name = match goal.part {
        Part::Entered => format!("{state} is entered"),
        Part::Rule(rule) => format!("{state} takes rule {}", rule + 1),
        Part::Default => format!("{state} takes Default"),
        Part::Catcher(at) => {
            format!(
                "{state} fails with {}",
                error(&goal.state.catch[at].error_equals)
            )
        }
        Part::Retrier(at) => {
            let error = error(&goal.state.retry[at].error_equals);
            format!("{state} is tried again after {error}")
        }
    };
    let wanted = format!("an input and mocks with which {name}");
    (name, wanted)
}

/// What a Task does when it is called.
enum Call {
    /// It answers; the number of the source.
    Answer(usize),
    /// It fails.
    Throw(Arc<str>),
}

struct Tracer<'r> {
    tree: &'r Tree,
    routes: &'r Routes,
    /// What shall be where, by source.
    demands: HashMap<usize, Vec<(Vec<Key>, Want)>>,
    sources: usize,
    calls: Vec<(Arc<str>, Call)>,
    variables: HashMap<String, Symbol>,
    /// The error that the next Task shall fail with, so that a state around it does.
    failing: Option<Arc<str>>,
    /// Whether it did: what would follow is not come to.
    has_failed: bool,
}

/// The documents that expressions of a state read.
struct Scope {
    input: Symbol,
    result: Symbol,
    /// An item of a Map.
    item: Symbol,
}

impl Scope {
    fn of(input: Symbol) -> Self {
        Self {
            input,
            result: Symbol::Unknown,
            item: Symbol::Unknown,
        }
    }
}

impl Tracer<'_> {
    /// Follows the way through a scope; recursion is bounded by how deep scopes nest.
    fn flow(&mut self, flow: &Flow, input: Symbol) -> Symbol {
        let mut document = input;
        for step in self.routes.of(flow) {
            if self.has_failed {
                break;
            }
            document = self.state(&flow.states[step.state], *step, document);
        }
        document
    }

    fn state(&mut self, state: &State, step: Step, input: Symbol) -> Symbol {
        let scope = Scope::of(self.effective(state, &input));
        let arguments = state.io.parameters.as_ref().or(state.io.arguments.as_ref());
        let given = match arguments {
            Some(arguments) => self.template(&arguments.json(self.tree), &scope, state.language),
            None => scope.input.clone(),
        };
        if let Exit::Catch(catcher) = step.exit {
            self.fail(state, catcher, &given);
            return caught(state, catcher, input);
        }
        let result = match &state.body {
            Body::Task(_) => self.task(state, step),
            Body::Choice(choice) => {
                self.choice(choice, step.exit, &scope);
                scope.input.clone()
            }
            Body::Wait(wait) => {
                let second: Json = 1.into();
                let time: Json = "2026-01-01T00:00:00Z".into();
                self.demand_path(
                    wait.seconds_path.as_ref().map(|it| &*it.value),
                    second,
                    &scope,
                );
                self.demand_path(
                    wait.timestamp_path.as_ref().map(|it| &*it.value),
                    time,
                    &scope,
                );
                scope.input.clone()
            }
            Body::Pass(pass) => match pass.result {
                Some(_) => Symbol::Unknown,
                None => given,
            },
            Body::Parallel(parallel) => {
                let branches = parallel.branches.iter().enumerate();
                let results = branches
                    .map(|(at, branch)| (Key::Index(at), self.flow(branch, given.clone())))
                    .collect();
                Symbol::made(Symbol::Unknown, results)
            }
            Body::Map(map) => self.map(map, state, &scope),
            Body::Fail(fail) => {
                let texts = [&fail.error, &fail.error_path, &fail.cause, &fail.cause_path];
                for field in texts.into_iter().flatten() {
                    self.text(&field.value, &scope);
                }
                scope.input.clone()
            }
            Body::Succeed(_) | Body::Unknown => scope.input.clone(),
        };
        self.output(state, input, scope, result)
    }

    /// What `InputPath` leaves.
    fn effective(&mut self, state: &State, input: &Symbol) -> Symbol {
        match state.io.input_path.as_ref().map(|path| &path.value) {
            None => input.clone(),
            Some(None) => Symbol::Unknown,
            Some(Some(path)) => {
                let scope = Scope::of(input.clone());
                self.read(path, &scope, None)
            }
        }
    }

    fn task(&mut self, state: &State, step: Step) -> Symbol {
        if let Some(error) = self.failing.take() {
            self.has_failed = true;
            self.calls
                .push((Arc::clone(&state.name), Call::Throw(error)));
            return Symbol::Unknown;
        }
        if let Some(retrier) = step.retrier {
            let error = error_name(&state.retry[retrier].error_equals);
            self.calls
                .push((Arc::clone(&state.name), Call::Throw(error)));
        }
        let source = self.sources;
        self.sources += 1;
        self.calls
            .push((Arc::clone(&state.name), Call::Answer(source)));
        Symbol::From(source, Vec::new())
    }

    /// Lets a state fail so that a catcher takes it.
    fn fail(&mut self, state: &State, catcher: usize, given: &Symbol) {
        let error = error_name(&state.catch[catcher].error_equals);
        if matches!(state.body, Body::Task(_)) {
            self.calls
                .push((Arc::clone(&state.name), Call::Throw(error)));
            return;
        }
        self.failing = Some(error);
        match &state.body {
            Body::Map(map) => {
                self.map(map, state, &Scope::of(given.clone()));
            }
            _ => {
                // The other branches begin too.
                for branch in state.flows() {
                    self.flow(branch, given.clone());
                    self.has_failed = false;
                }
            }
        }
        self.failing = None;
        self.has_failed = false;
    }

    fn map(&mut self, map: &Map, state: &State, scope: &Scope) -> Symbol {
        let items = match (&map.items_path, &map.items) {
            (Some(path), _) => self.lookup(&path.value, scope),
            (None, Some(items)) => {
                let text = items.value.as_str().and_then(jsonata::inside);
                let path = text.and_then(jsonata::path);
                path.map_or(Symbol::Unknown, |path| self.lookup(&path, scope))
            }
            (None, None) if map.item_reader.is_some() => Symbol::Unknown,
            (None, None) => scope.input.clone(),
        };
        let item = items.get(&[Key::Index(0)]);
        let selected = Scope {
            input: scope.input.clone(),
            result: Symbol::Unknown,
            item: item.clone(),
        };
        let given = match &map.item_selector {
            Some(selector) => self.template(&selector.json(self.tree), &selected, state.language),
            None => match &state.io.parameters {
                Some(old) => self.template(&old.json(self.tree), &selected, state.language),
                None => item.clone(),
            },
        };
        let flow = map.processor.as_ref().map(|processor| &processor.flow);
        let result = flow.map_or(Symbol::Unknown, |flow| self.flow(flow, given));
        self.want(item, Want::Present(Json::empty_object()));
        Symbol::made(Symbol::Unknown, vec![(Key::Index(0), result)])
    }

    /// The rule that is taken holds, and those before it do not.
    fn choice(&mut self, choice: &Choice, exit: Exit, scope: &Scope) {
        let taken = match exit {
            Exit::Rule(rule) => rule,
            _ => choice.rules.len(),
        };
        for rule in &choice.rules[..taken] {
            self.demand_all(solve(&rule.condition, false), scope);
        }
        if let Some(rule) = choice.rules.get(taken) {
            self.demand_all(solve(&rule.condition, true), scope);
        }
    }

    fn demand_all(&mut self, demands: Option<Vec<Demand>>, scope: &Scope) {
        for (path, want) in demands.unwrap_or_default() {
            let symbol = self.lookup(&path, scope);
            self.want(symbol, want);
        }
    }

    fn demand_path(&mut self, path: Option<&str>, value: Json, scope: &Scope) {
        if let Some(path) = path {
            self.read(path, scope, Some(value));
        }
    }

    /// What goes on to the next state.
    fn output(&mut self, state: &State, input: Symbol, mut scope: Scope, result: Symbol) -> Symbol {
        let has_result = matches!(state.body, Body::Task(_) | Body::Map(_) | Body::Parallel(_));
        scope.result = result.clone();
        if state.language == QueryLanguage::Jsonata {
            self.assign(state, &scope);
            return match &state.io.output {
                Some(output) => self.template(&output.json(self.tree), &scope, state.language),
                None => result,
            };
        }
        let selected = match &state.io.result_selector {
            Some(selector) => {
                let of_result = Scope::of(result);
                self.template(&selector.json(self.tree), &of_result, state.language)
            }
            None => result,
        };
        let assigned = Scope::of(selected.clone());
        self.assign(state, &assigned);
        let is_placed = has_result || matches!(state.body, Body::Pass(_));
        let whole = match state.io.result_path.as_ref().map(|path| &path.value) {
            _ if !is_placed => selected,
            None => selected,
            Some(None) => input,
            Some(Some(path)) => match path.strip_prefix('$').and_then(keys) {
                Some(path) => input.with(&path, selected),
                None => Symbol::Unknown,
            },
        };
        match state.io.output_path.as_ref().map(|path| &path.value) {
            None => whole,
            Some(None) => Symbol::Unknown,
            Some(Some(path)) => {
                let scope = Scope::of(whole);
                self.read(path, &scope, None)
            }
        }
    }

    fn assign(&mut self, state: &State, scope: &Scope) {
        let Some(assign) = &state.io.assign else {
            return;
        };
        let assign = assign.json(self.tree);
        let made = self.template(&assign, scope, state.language);
        for (key, _) in assign.as_object().into_iter().flat_map(Object::iter) {
            let name = key.trim_end_matches(".$");
            let value = made.get(&[Key::Name(name.into())]);
            self.variables.insert(name.to_owned(), value);
        }
    }

    /// What a template makes, wanting what it reads. Recursion is bounded by how deep it nests.
    fn template(&mut self, value: &Json, scope: &Scope, language: QueryLanguage) -> Symbol {
        let mut parts = Vec::new();
        if let Some(object) = value.as_object() {
            for (key, value) in object.iter() {
                let is_path = language == QueryLanguage::JsonPath && key.ends_with(".$");
                let part = match value.as_str().filter(|_| is_path) {
                    Some(text) => self.path_or_function(text, scope),
                    None => self.template(value, scope, language),
                };
                let name = if is_path {
                    key.trim_end_matches(".$")
                } else {
                    key
                };
                parts.push((Key::Name(name.into()), part));
            }
        } else if let Some(items) = value.as_array() {
            for (at, item) in items.iter().enumerate() {
                parts.push((Key::Index(at), self.template(item, scope, language)));
            }
        } else if let Some(text) = value.as_str().and_then(jsonata::inside)
            && language == QueryLanguage::Jsonata
        {
            if let Some(path) = jsonata::path(text) {
                return self.read(&path, scope, None);
            }
            for path in jsonata::reads(text) {
                self.read(&path, scope, None);
            }
        }
        if parts.is_empty() {
            return Symbol::Unknown;
        }
        Symbol::made(Symbol::Unknown, parts)
    }

    /// A field that may be a path, a function or an expression for a text.
    fn text(&mut self, text: &str, scope: &Scope) {
        match jsonata::inside(text) {
            Some(expression) => {
                for path in jsonata::reads(expression) {
                    self.read(&path, scope, None);
                }
            }
            None if text.starts_with(['$', 'S']) => {
                self.path_or_function(text, scope);
            }
            None => {}
        }
    }

    fn path_or_function(&mut self, text: &str, scope: &Scope) -> Symbol {
        if text.starts_with('$') {
            return self.read(text, scope, None);
        }
        let name = text.split('(').next().unwrap_or_default();
        let sample: Option<Json> = match name.trim_start_matches("States.") {
            "ArrayLength" | "ArrayContains" | "ArrayGetItem" | "ArrayPartition" | "ArrayUnique" => {
                Some([Json::from("item")].into_iter().collect())
            }
            "MathAdd" | "MathRandom" | "ArrayRange" => Some(1.into()),
            "StringToJson" => Some("{}".into()),
            "Base64Decode" => Some("YQ==".into()),
            _ => None,
        };
        for word in text.split(['(', ')', ',', ' ']) {
            if word.starts_with('$') {
                self.read(word, scope, sample.clone());
            }
        }
        Symbol::Unknown
    }

    /// What a path leads to; something must be there.
    fn read(&mut self, path: &str, scope: &Scope, sample: Option<Json>) -> Symbol {
        let symbol = self.lookup(path, scope);
        let name = path.rsplit(['.', '[']).next().unwrap_or_default();
        let is_root = matches!(path, "$" | "$result" | "$item");
        if !is_root {
            let sample = sample.unwrap_or_else(|| made_up(name.trim_end_matches([']', '\'', '"'])));
            self.want(symbol.clone(), Want::Present(sample));
        }
        symbol
    }

    fn lookup(&self, path: &str, scope: &Scope) -> Symbol {
        if let Some(rest) = path.strip_prefix("$$.Map.Item.Value") {
            return keys(rest).map_or(Symbol::Unknown, |keys| scope.item.get(&keys));
        }
        let Some(rest) = path.strip_prefix('$') else {
            return Symbol::Unknown;
        };
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let base = match name {
            "" => Some(&scope.input),
            "result" if !self.variables.contains_key(name) => Some(&scope.result),
            "item" if !self.variables.contains_key(name) => Some(&scope.item),
            name => self.variables.get(name),
        };
        match (base, keys(rest)) {
            (Some(base), Some(keys)) => base.get(&keys),
            _ => Symbol::Unknown,
        }
    }

    fn want(&mut self, symbol: Symbol, want: Want) {
        if let Symbol::From(source, keys) = symbol {
            let demands = self.demands.entry(source).or_default();
            demands.push((keys, want));
        }
    }

    /// What a source gives, so that every demand is met; a later one wins.
    fn document(&self, source: usize) -> Json {
        let mut document = Json::empty_object();
        let demands = self.demands.get(&source).map_or(&[][..], Vec::as_slice);
        let mut absent: HashSet<String> = HashSet::new();
        for (keys, want) in demands {
            match want {
                Want::Value(value) => {
                    absent.remove(&format!("{keys:?}"));
                    put(&mut document, keys, value.clone());
                }
                Want::Absent => {
                    absent.insert(format!("{keys:?}"));
                }
                Want::Present(_) => {}
            }
        }
        for (keys, want) in demands {
            if let Want::Present(sample) = want
                && !has(&document, keys)
                && !absent.contains(&format!("{keys:?}"))
            {
                put(&mut document, keys, sample.clone());
            }
        }
        document
    }

    /// The answers of each Task; what is the same at the end is said once.
    fn mocks(&self) -> Vec<Mocked> {
        let mut mocks: Vec<Mocked> = Vec::new();
        let mut places: HashMap<&Arc<str>, usize> = HashMap::new();
        for (state, call) in &self.calls {
            let answer = match call {
                Call::Answer(source) => Answer::Return(self.document(*source)),
                Call::Throw(error) => Answer::Throw(Arc::clone(error)),
            };
            let place = *places.entry(state).or_insert_with(|| {
                mocks.push(Mocked {
                    state: Arc::clone(state),
                    answers: Vec::new(),
                });
                mocks.len() - 1
            });
            mocks[place].answers.push(answer);
        }
        for mocked in &mut mocks {
            while let [.., one, other] = &mocked.answers[..]
                && one == other
            {
                mocked.answers.pop();
            }
        }
        mocks
    }
}

/// What a state that handles an error gets.
fn caught(state: &State, catcher: usize, input: Symbol) -> Symbol {
    let catcher = &state.catch[catcher];
    match catcher.result_path.as_ref().map(|path| &path.value) {
        Some(Some(path)) => match path.strip_prefix('$').and_then(keys) {
            Some(path) => input.with(&path, Symbol::Unknown),
            None => Symbol::Unknown,
        },
        Some(None) => input,
        None => Symbol::Unknown,
    }
}

/// An error that one of these names is for.
fn error_name(names: &[crate::language::Field<Arc<str>>]) -> Arc<str> {
    const ANY: [&str; 2] = ["States.ALL", "States.TaskFailed"];
    let mut names = names.iter().map(|name| &name.value);
    let found = names.find(|name| !ANY.contains(&&***name));
    found.map_or_else(|| "Test.Error".into(), Arc::clone)
}
