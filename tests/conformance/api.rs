//! Recorded calls of the API, replayed against a server in memory: scripts of calls, definitions
//! that are refused or validated, and states alone.
//!
//! Every answer is masked as the recorder masked AWS's. Calls that botocore refuses by itself never
//! reached AWS and are left out. What does not come out equal is listed by cause in [`CAUSES`].

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use aslkit::data::{Json, Seed, StatesError, Timestamp};
use aslkit::runtime::handlers::TaskPattern;
use aslkit::runtime::{Answers, Handlers, Invocation, TaskHandler, VirtualClock, Work};
use aslkit::server::{Place, Service, Settings};
use regex::Regex;
use serde_json::{Value, json};

use super::cases;
use super::executions::judge;
use super::recordings::{folder, say};

/// How many cases must come out as on AWS, for each kind of case.
const FLOORS: [(&str, usize); 4] = [
    ("api", 96),
    ("definition-error", 9),
    ("test-state", 117),
    ("validate", 6),
];

/// Why a case does not.
struct Cause {
    why: &'static str,
    covers: fn(&str) -> bool,
}

const CAUSES: [Cause; 6] = [
    Cause {
        why: "CloudFormation made the machine, with calls that were not captured",
        covers: |case| {
            case.starts_with("sfn_api.cloudformation_")
                || case.starts_with("ecs_task_service.")
                || case.starts_with("sfn_scenarios.")
        },
    },
    Cause {
        why: "whether a log group exists is not known here",
        covers: |case| case.starts_with("sfn_api_logs.deleted_log_group"),
    },
    Cause {
        why: "the capture gave every version the number 1, and two of them are meant",
        covers: |case| case.ends_with("base_lifecycle_create_update_describe"),
    },
    Cause {
        why: "AWS holds the mocked result against the model of the service that is called",
        covers: |case| {
            case.starts_with("field_validation_mode.strict_")
                || case.starts_with("field_validation_mode_present.present_")
        },
    },
    Cause {
        why: "the client's library refused the request: AWS never saw it",
        covers: |case| case.ends_with("base_state_name_validation_failures-empty"),
    },
    Cause {
        why: "ItemsPath into a context object that was given keeps the blanks of its text",
        covers: |case| case.ends_with("state_map_context_object-EXECUTION_INPUT_VALUES"),
    },
];

/// A case that differs, and how.
type Difference = (String, String);

#[test]
fn recorded_calls_are_answered_as_on_aws() {
    let Some(folder) = folder() else { return };
    let mut differing: Vec<Difference> = Vec::new();
    let (mut all, mut unmet) = (0, String::new());
    for (kind, floor) in FLOORS {
        let cases = cases::of_kind(&folder, kind);
        let found = match kind {
            "test-state" => states(&folder, &cases),
            _ => scripts(kind, &cases),
        };
        let (count, equal) = (cases.len(), cases.len() - found.len());
        say(&format!(
            "the API, {kind}: {equal} of {count} equal (floor {floor})"
        ));
        if equal < floor {
            writeln!(unmet, "{kind}: {equal} are equal, the floor is {floor}")
                .expect("a string takes all");
        }
        all += count;
        differing.extend(found);
    }
    let equal = all - differing.len();
    say(&format!("the API, all kinds: {equal} of {all} equal"));
    assert_eq!(unexplained(&differing), "", "nobody knows why these differ");
    assert_eq!(unmet, "");
}

/// The differences that no cause covers; the others are counted.
fn unexplained(differing: &[Difference]) -> String {
    for cause in &CAUSES {
        let count = differing
            .iter()
            .filter(|(id, _)| (cause.covers)(id))
            .count();
        say(&format!("{count} differ: {}", cause.why));
    }
    let is_known = |id: &str| CAUSES.iter().any(|cause| (cause.covers)(id));
    let unknown = differing.iter().filter(|(id, _)| !is_known(id));
    let unknown: Vec<String> = unknown.map(|(id, why)| format!("{id}: {why}")).collect();
    unknown.join("\n")
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

fn id(case: &Value) -> String {
    text(&case["id"]).to_owned()
}

fn scripts(kind: &str, cases: &[Value]) -> Vec<Difference> {
    let differing = cases.iter().filter_map(|case| {
        let found = match kind {
            "api" => block_on(calls(case)),
            _ => block_on(definition(case, kind)),
        };
        Some((id(case), found.err()?))
    });
    differing.collect()
}

/// States are compared by the judge that lies beside the recordings.
fn states(folder: &Path, cases: &[Value]) -> Vec<Difference> {
    let mut results = String::new();
    for case in cases {
        let line = json!({"id": case["id"], "actual": block_on(state(case))});
        writeln!(results, "{line}").expect("a string takes all");
    }
    let verdicts = judge(folder, "server-states.jsonl", &results);
    let differing = cases.iter().filter_map(|case| {
        let verdict = verdicts.get(&id(case));
        if verdict.is_some_and(|verdict| verdict["equal"] == true) {
            return None;
        }
        let difference = verdict.map(|verdict| verdict["difference"].to_string());
        Some((id(case), difference.unwrap_or_default()))
    });
    differing.collect()
}

/// Does the work of every Task: a function says hello, and whoever is asked for a callback never
/// calls.
struct Worker;

impl TaskHandler for Worker {
    fn invoke(&self, invocation: Invocation, _: Answers) -> Work {
        let resource = invocation.request.resource.text();
        Work::Done(if resource.ends_with(".waitForTaskToken") {
            Ok(Json::empty_object())
        } else if resource.contains("lambda") {
            Ok(Json::from("HelloWorld!"))
        } else {
            Err(StatesError::new("NoSuchService", resource.clone()))
        })
    }

    fn only_asks(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        "the recorded tests' own".to_owned()
    }
}

async fn server() -> Arc<Service> {
    let mut handlers = Handlers::default();
    handlers.bind(TaskPattern::Resource("*".to_owned()), Arc::new(Worker));
    let settings = Settings {
        place: Place::Memory,
        account: "111111111111".to_owned(),
        region: "us-east-1".to_owned(),
        handlers,
        mocks: None,
        clock: Box::new(|at| {
            let start = Timestamp::parse("2026-11-22T14:03:38Z");
            Box::new(VirtualClock::new(at.or(start)))
        }),
        seed: Seed(1),
        days: 90,
    };
    let (service, _) = Service::open(settings).await.expect("a database");
    service
}

/// An answer: status and document.
type Answer = (u16, Value);

async fn ask(service: &Arc<Service>, operation: &str, body: &Value) -> Answer {
    let (status, text) = service.answer(operation, &body.to_string()).await;
    (
        status,
        serde_json::from_str(&text).expect("an answer is JSON"),
    )
}

/// Lets executions come as far as they do by themselves.
async fn settle(service: &Arc<Service>) {
    for _ in 0..20_000 {
        if service.running() == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// `create_state_machine` is `CreateStateMachine`.
fn operation(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Replays the script of a case; what differs first.
async fn calls(case: &Value) -> Result<(), String> {
    let service = server().await;
    let script = case["calls"].as_array().expect("a script");
    let mut told: Vec<(String, Answer)> = Vec::new();
    let mut names = Names::default();
    for call in script {
        let operation = operation(text(&call["op"]));
        if call["service"] != "stepfunctions" {
            told.push((operation, (0, Value::Null)));
            continue;
        }
        let body = names.body(call);
        let answer = ask(&service, &operation, &body).await;
        names.learn(call, &answer.1);
        told.push((operation, answer));
        settle(&service).await;
    }
    let mut matcher = Matcher::new(case);
    for (key, expected) in case["expected"].as_object().expect("answers") {
        let recorded = &expected["recorded"];
        if is_of_the_client(recorded) {
            continue;
        }
        matcher
            .answer(recorded, expected["call"].as_u64(), &told)
            .map_err(|why| format!("{key}: {why}"))?;
    }
    Ok(())
}

/// botocore refuses some calls by itself: they never reach a server.
fn is_of_the_client(recorded: &Value) -> bool {
    text(recorded).starts_with("Parameter validation failed")
        || recorded["exception_typename"] == "ParamValidationError"
}

/// What the capture called things that a server names.
#[derive(Default)]
struct Names {
    known: Vec<(String, String)>,
    token: Option<Value>,
}

impl Names {
    fn body(&self, call: &Value) -> Value {
        let mut text_of_body = call["kwargs"].to_string();
        for (captured, ours) in &self.known {
            text_of_body = text_of_body.replace(captured, ours);
        }
        let mut body: Value = serde_json::from_str(&text_of_body).expect("JSON");
        let is_capture = |token: &str| token == "tok" || token.starts_with("token-");
        if is_capture(text(&body["nextToken"])) {
            body["nextToken"] = self.token.clone().unwrap_or_default();
        }
        if call["op"] == "start_execution" && body.get("name").is_none() {
            let arn = text(&call["resp_ids"]["executionArn"]);
            body["name"] = arn.rsplit(':').next().unwrap_or_default().into();
        }
        body
    }

    fn learn(&mut self, call: &Value, answer: &Value) {
        if answer["nextToken"].is_string() {
            self.token = Some(answer["nextToken"].clone());
        }
        // The capture gave every version the number 1.
        let (captured, ours) = (
            text(&call["resp_ids"]["stateMachineVersionArn"]),
            text(&answer["stateMachineVersionArn"]),
        );
        if !captured.is_empty() && !ours.is_empty() && captured != ours {
            self.known.retain(|(known, _)| known != captured);
            self.known.push((captured.to_owned(), ours.to_owned()));
        }
    }
}

/// Compares as the recorder masked what it saw.
struct Matcher {
    masks: Vec<(Regex, String)>,
    /// Members whose value is not repeated, and what stands there instead.
    members: HashMap<String, String>,
    /// What tokens such as `<uuid:1>` stand for.
    tokens: HashMap<String, String>,
    /// What a token looks like.
    token: Regex,
}

impl Matcher {
    fn new(case: &Value) -> Self {
        let normalisations = case["normalisations"].as_array();
        let mut masks = Vec::new();
        let mut members = HashMap::new();
        for it in normalisations.into_iter().flatten() {
            let replacement = text(&it["replacement"]).to_owned();
            match text(&it["type"]) {
                "regex" => masks.push((
                    Regex::new(text(&it["pattern"])).expect("a pattern"),
                    replacement.replace('$', "$$"),
                )),
                "jsonpath" if it["reference"] == false => {
                    let member = text(&it["path"]).rsplit('.').next().unwrap_or_default();
                    members.insert(member.to_owned(), replacement);
                }
                _ => {}
            }
        }
        for (token, value) in case["bindings"].as_object().into_iter().flatten() {
            let value = Regex::new(&regex::escape(text(value))).expect("escaped");
            masks.push((value, token.replace('$', "$$")));
        }
        for (mask, token) in [("arn:aws:", "arn:<partition>:"), ("us-east-1", "<region>")] {
            masks.push((Regex::new(mask).expect("a pattern"), token.to_owned()));
        }
        Self {
            masks,
            members,
            tokens: HashMap::new(),
            token: Regex::new(r"<[\w-]+:\d+>").expect("a pattern"),
        }
    }

    /// Looks for a recorded answer where it should be: the capture of one test counts a call too
    /// many, and that of another took a list from several answers.
    fn answer(
        &mut self,
        recorded: &Value,
        call: Option<u64>,
        told: &[(String, Answer)],
    ) -> Result<(), String> {
        let call = call.and_then(|call| usize::try_from(call).ok());
        let candidates: Vec<&(String, Answer)> = match call {
            Some(call) => told[..=call].iter().rev().take(2).collect(),
            None => told.iter().collect(),
        };
        let mut first = None;
        for (operation, answer) in candidates {
            let whole = self.masked(&shaped(recorded, operation, answer), "", false);
            let lists = whole.as_object().into_iter().flat_map(|it| it.values());
            let lists: Vec<Value> = lists.filter(|_| call.is_none()).cloned().collect();
            for actual in [whole.clone()].into_iter().chain(lists) {
                match self.equal(recorded, &actual, "") {
                    Ok(()) => return Ok(()),
                    Err(why) => first = first.or(Some(why)),
                }
            }
        }
        Err(first.unwrap_or_default())
    }

    /// A text in a member that is a JSON object was read once, by the recorder too.
    fn masked(&self, value: &Value, member: &str, is_read: bool) -> Value {
        if let Some(replacement) = self.members.get(member) {
            return replacement.as_str().into();
        }
        if member.ends_with("Date") {
            return "datetime".into();
        }
        // In definitions too.
        if member == "TimestampPath" {
            return "timestamp".into();
        }
        match value {
            Value::String(text) => match serde_json::from_str(text) {
                Ok(object @ Value::Object(_)) if !is_read => self.masked(&object, "", true),
                _ => self.text(text).into(),
            },
            Value::Array(items) => {
                let items = items.iter().map(|item| self.masked(item, "", is_read));
                items.collect()
            }
            Value::Object(fields) => {
                let fields = fields.iter();
                let masked =
                    fields.map(|(name, value)| (name.clone(), self.masked(value, name, is_read)));
                masked.collect()
            }
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        if Timestamp::parse(text).is_some() {
            return "date".to_owned();
        }
        let masks = self.masks.iter();
        masks.fold(text.to_owned(), |text, (mask, token)| {
            mask.replace_all(&text, token).into_owned()
        })
    }

    /// A text with tokens such as `<uuid:1>`, each of which stands for one and the same value.
    fn with_tokens(&mut self, recorded: &str, actual: &str) -> Result<(), String> {
        let literals = self.token.split(recorded).map(regex::escape);
        let pattern = literals.collect::<Vec<_>>().join("(.+?)");
        let pattern = Regex::new(&format!("^{pattern}$")).expect("escaped");
        let differs = || format!("recorded {recorded}, answered {actual}");
        let found = pattern.captures(actual).ok_or_else(differs)?;
        let values = found.iter().skip(1).flatten();
        for (token, value) in self.token.find_iter(recorded).zip(values) {
            let known = self.tokens.entry(token.as_str().to_owned());
            if *known.or_insert(value.as_str().to_owned()) != value.as_str() {
                return Err(differs());
            }
        }
        Ok(())
    }

    fn equal(&mut self, recorded: &Value, actual: &Value, place: &str) -> Result<(), String> {
        match (recorded, actual) {
            (Value::Object(a), Value::Object(b)) => {
                // A member that AWS has told since November 2024 only.
                let is_new = |name: &str| name == "encryptionConfiguration";
                let more = b
                    .keys()
                    .find(|name| !a.contains_key(*name) && !is_new(name));
                if let Some(name) = more {
                    return Err(format!("{place}.{name} is too much: {}", b[name]));
                }
                for (name, value) in a {
                    let place = format!("{place}.{name}");
                    let actual = b.get(name).ok_or_else(|| format!("{place} is missing"))?;
                    self.equal(value, actual, &place)?;
                }
                Ok(())
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                for (index, (a, b)) in a.iter().zip(b).enumerate() {
                    self.equal(a, b, &format!("{place}[{index}]"))?;
                }
                Ok(())
            }
            (Value::String(a), Value::String(b)) if self.token.is_match(a) => self
                .with_tokens(a, b)
                .map_err(|why| format!("{place}: {why}")),
            _ if recorded == actual => Ok(()),
            _ => Err(format!("{place}: recorded {recorded}, answered {actual}")),
        }
    }
}

/// An answer in the form in which the recorder wrote it down.
fn shaped(recorded: &Value, operation: &str, (status, answer): &Answer) -> Value {
    let (code, message) = (&answer["__type"], &answer["message"]);
    if recorded.get("exception_typename").is_some() {
        let told = format!(
            "An error occurred ({}) when calling the {operation} operation: {}",
            text(code),
            text(message)
        );
        return json!({"exception_typename": code, "exception_value": told});
    }
    let metadata = json!({"HTTPHeaders": {}, "HTTPStatusCode": status});
    let mut shaped = if code.is_string() {
        json!({"Error": {"Code": code, "Message": message}, "message": message})
    } else {
        answer.clone()
    };
    if recorded.get("ResponseMetadata").is_some() {
        shaped["ResponseMetadata"] = metadata;
    }
    shaped
}

/// A definition that is refused, or validated.
async fn definition(case: &Value, kind: &str) -> Result<(), String> {
    let service = server().await;
    let definition = case["definition_text"].as_str().map(str::to_owned);
    let definition = definition.unwrap_or_else(|| case["definition"].to_string());
    let operation = match kind {
        "validate" => "ValidateStateMachineDefinition",
        _ => "CreateStateMachine",
    };
    let mut body = match kind {
        "validate" => case["request"].clone(),
        _ => json!({
            "name": "machine",
            "roleArn": "arn:aws:iam::111111111111:role/role",
            "type": case["state_machine_type"],
        }),
    };
    body["definition"] = definition.into();
    let answer = ask(&service, operation, &body).await;
    let expected = &case["expected"];
    match expected.get("error") {
        None => Matcher::new(case).answer(expected, Some(0), &[(operation.to_owned(), answer)]),
        Some(error) if error.get("code").is_some() => {
            let told = json!({"code": answer.1["__type"], "message": answer.1["message"]});
            let mut matcher = Matcher::new(case);
            let told = matcher.masked(&told, "", false);
            matcher.equal(error, &told, "")
        }
        Some(error) => Matcher::new(case).answer(error, Some(0), &[(operation.to_owned(), answer)]),
    }
}

/// A state alone, in the form that the judge knows.
async fn state(case: &Value) -> Value {
    let service = server().await;
    let mut call = case["request"].clone();
    let definition = case["definition_text"].as_str().map(str::to_owned);
    call["definition"] = definition
        .unwrap_or_else(|| case["definition"].to_string())
        .into();
    if let Some(input) = case["input_text"].as_str() {
        call["input"] = input.into();
    }
    let (status, answer) = ask(&service, "TestState", &call).await;
    if status == 200 {
        return answer;
    }
    let recorded = &case["expected"];
    shaped(recorded, "TestState", &(status, answer))
}
