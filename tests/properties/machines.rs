//! Small state machines, inputs and answers of tasks, at random: what people write, and what they
//! write by mistake.

use proptest::collection::vec;
use proptest::option::{self, of};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// A `States` object with its `StartAt`.
#[derive(Clone, Debug)]
struct Scope(Vec<State>);

/// A state whose transitions are still numbers: so many states further in its scope.
#[derive(Clone, Debug)]
struct State {
    fields: Map<String, Value>,
    inner: Vec<Scope>,
    next: Option<u8>,
    slip: Option<Slip>,
    stem: &'static str,
}

/// What can be wrong with a state.
#[derive(Clone, Copy, Debug)]
enum Slip {
    UnknownTarget,
    NoTransition,
    NextAndEnd,
    /// The field gets the n-th of some values, few of which it may have.
    Mistyped(&'static str, u8),
    Lost(&'static str),
    NoObject,
}

/// The fields that slips are about.
const FIELDS: &[&str] = &[
    "Assign",
    "Branches",
    "Catch",
    "Choices",
    "Default",
    "ItemProcessor",
    "MaxConcurrency",
    "Next",
    "Parameters",
    "QueryLanguage",
    "Resource",
    "ResultPath",
    "Retry",
    "Seconds",
    "TimeoutSeconds",
    "Type",
];

/// A definition that AWS would take.
pub fn definition() -> impl Strategy<Value = Value> {
    machine(false)
}

/// A definition that is wrong in some places.
pub fn broken_definition() -> impl Strategy<Value = Value> {
    machine(true)
}

/// An input that most of the paths find something in.
pub fn document() -> impl Strategy<Value = Value> {
    let items =
        prop_oneof![3 => vec(usual(Just(json!([])).boxed()), 0..4), 1 => vec(anything(), 0..3)];
    let usual = usual(items.prop_map(Value::from).boxed());
    prop_oneof![4 => usual, 1 => anything()]
}

fn usual(items: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let a = prop_oneof![1 => anything(), 2 => Just(json!({"b": "Ärger"}))];
    let usual = (a, -1..5_i64, items);
    usual
        .prop_map(|(a, n, items)| json!({"a": a, "n": n, "items": items}))
        .boxed()
}

fn anything() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2..5_i64).prop_map(Value::from),
        (-1e3..1e3_f64).prop_map(Value::from),
        select(vec!["", "a", "é \"\\\n", "2020-01-01T00:00:07Z"]).prop_map(Value::from),
    ];
    let nested = leaf.prop_recursive(2, 8, 3, |inner| {
        let members = vec((select(vec!["a", "b", "items", "n"]), inner.clone()), 0..4);
        prop_oneof![
            vec(inner, 0..3).prop_map(Value::from),
            members.prop_map(|members| {
                let members = members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value));
                Value::Object(members.collect())
            }),
        ]
    });
    nested.boxed()
}

/// Names that are met, and patterns that meet them.
fn error_name() -> impl Strategy<Value = &'static str> {
    select(vec![
        "A",
        "B",
        "States.ALL",
        "States.TaskFailed",
        "States.Timeout",
        "States.HeartbeatTimeout",
    ])
}

/// An inner scope assigns no name of an outer one: names tell how deep their scope is.
fn divide_variables(value: &mut Value, depth: usize) {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| divide_variables(item, depth)),
        Value::Object(fields) => {
            let depth = depth + usize::from(fields.contains_key("States"));
            if let Some(Value::Object(assigned)) = fields.get_mut("Assign") {
                let renamed = std::mem::take(assigned).into_iter().map(|(key, value)| {
                    let name = key.trim_end_matches(".$");
                    let suffix = if depth > 1 {
                        depth.to_string()
                    } else {
                        String::new()
                    };
                    (format!("{name}{suffix}{}", &key[name.len()..]), value)
                });
                *assigned = renamed.collect();
            }
            fields
                .iter_mut()
                .for_each(|(_, field)| divide_variables(field, depth));
        }
        _ => {}
    }
}

fn machine(broken: bool) -> BoxedStrategy<Value> {
    let leaf = vec(state(simple(), broken), 1..5).prop_map(Scope).boxed();
    let scope = leaf.prop_recursive(3, 24, 3, move |inner| {
        let body = prop_oneof![5 => simple(), 3 => nested(inner)];
        vec(state(body, broken), 1..5).prop_map(Scope)
    });
    let top = (scope, of(1..200_u16), 0..12_u8);
    top.prop_map(|(scope, timeout, style)| {
        let mut value = scope.render(&mut 0);
        divide_variables(&mut value, 0);
        if let (Value::Object(fields), Some(seconds), 0..2) = (&mut value, timeout, style) {
            fields.insert("TimeoutSeconds".to_owned(), seconds.into());
        }
        value
    })
    .boxed()
}

fn state(body: impl Strategy<Value = Body> + 'static, broken: bool) -> BoxedStrategy<State> {
    let slip = if broken {
        option::weighted(0.15, slip()).boxed()
    } else {
        Just(None).boxed()
    };
    let next = prop_oneof![4 => Just(None), 30 => Just(Some(1)), 1 => (0..6_u8).prop_map(Some)];
    let stem = prop_oneof![
        6 => Just("Pay"),
        1 => select(vec!["<b>\"{x}\" ", "style:", "Größe ", "end", "a\\N$$b", "名前"]),
    ];
    (body, next, slip, stem)
        .prop_map(|((fields, inner), next, slip, stem)| State {
            fields,
            inner,
            next,
            slip,
            stem,
        })
        .boxed()
}

fn slip() -> impl Strategy<Value = Slip> {
    prop_oneof![
        Just(Slip::UnknownTarget),
        Just(Slip::NoTransition),
        Just(Slip::NextAndEnd),
        Just(Slip::NoObject),
        (select(FIELDS), 0..12_u8).prop_map(|(field, value)| Slip::Mistyped(field, value)),
        select(FIELDS).prop_map(Slip::Lost),
    ]
}

/// The fields of a state, and the scopes inside it.
type Body = (Map<String, Value>, Vec<Scope>);

/// Fields, some of which may be there.
type Fields = BoxedStrategy<Map<String, Value>>;

/// All of `always`, each of `sometimes` or not.
fn fields(always: Value, sometimes: Vec<(&'static str, BoxedStrategy<Value>)>) -> Fields {
    let sometimes: Vec<_> = sometimes
        .into_iter()
        .map(|(name, value)| option::weighted(0.3, value.prop_map(move |value| (name, value))))
        .collect();
    sometimes
        .prop_map(move |chosen| {
            let mut fields = always.as_object().cloned().unwrap_or_default();
            let chosen = chosen.into_iter().flatten();
            fields.extend(chosen.map(|(name, value)| (name.to_owned(), value)));
            fields
        })
        .boxed()
}

fn one_of(values: Value) -> BoxedStrategy<Value> {
    let Value::Array(values) = values else {
        return Just(values).boxed();
    };
    select(values).boxed()
}

fn path() -> BoxedStrategy<Value> {
    let seldom = one_of(json!(["$.a", "$.items", "$.a.b", "$.items[0]", null]));
    prop_oneof![2 => Just(json!("$")), 1 => seldom].boxed()
}

fn template() -> BoxedStrategy<Value> {
    let kept = json!([
        {"a.$": "$", "n": 1, "items": [1, 2, 3]},
        {"a.$": "$$.State.Name", "n.$": "States.MathRandom(1, 4)", "items.$": "States.Array($)"},
        {"a": {"b.$": "States.UUID()"}, "n": 2, "items": [{"a": 1}, {"n": 2}]}
    ]);
    let seldom = json!([
        {},
        {"a.$": "$.a", "v.$": "$v"},
        {"items.$": "States.Array($, 1, 'x')", "id.$": "States.UUID()"},
        {"r.$": "States.MathRandom(1, 100)", "all.$": "$..a"},
        {"s.$": "States.Format('{}-{}', $.a, $$.Execution.Name)"}
    ]);
    prop_oneof![4 => one_of(kept), 1 => one_of(seldom)].boxed()
}

fn assign() -> BoxedStrategy<Value> {
    one_of(json!([{"v": 1}, {"v.$": "$"}, {"v": {"a": [1]}, "w.$": "$"}, {"w.$": "$$.State"}]))
}

fn result_path() -> BoxedStrategy<Value> {
    let seldom = one_of(json!(["$", "$.a.b", "$.items[1]"]));
    prop_oneof![4 => one_of(json!(["$.a", "$.r", "$.r.s", null])), 1 => seldom].boxed()
}

fn jsonata() -> BoxedStrategy<Value> {
    one_of(json!([
        "{% $states.input %}",
        "{% $merge([$states.input, {'n': $states.input.n + 1}]) %}",
        {"a": "{% $states.input.a %}", "items": "{% [1..3] %}"},
        "{% $exists($v) %}",
        "{% $string($states.input) & 'x' %}",
        "{% $random() %}",
        "{% $states.context.State.EnteredTime %}"
    ]))
}

fn retry() -> BoxedStrategy<Value> {
    let retrier = fields(
        json!({}),
        vec![
            ("IntervalSeconds", (1..9_u8).prop_map(Value::from).boxed()),
            ("MaxAttempts", (0..4_u8).prop_map(Value::from).boxed()),
            ("BackoffRate", one_of(json!([1, 1.5, 2.0]))),
            ("MaxDelaySeconds", (10..20_u8).prop_map(Value::from).boxed()),
            ("JitterStrategy", one_of(json!(["FULL", "NONE"]))),
        ],
    );
    let retrier = (error_name(), retrier).prop_map(|(error, fields)| with_error(fields, error));
    vec(retrier, 0..3).prop_map(all_last).boxed()
}

fn catch(sometimes: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let catcher = (error_name(), fields(json!({}), sometimes), 1..3_u8);
    let catcher = catcher.prop_map(|(error, mut fields, next)| {
        fields.insert("Next".to_owned(), next.into());
        with_error(fields, error)
    });
    vec(catcher, 0..3).prop_map(all_last).boxed()
}

fn with_error(mut fields: Map<String, Value>, error: &str) -> Value {
    fields.insert("ErrorEquals".to_owned(), json!([error]));
    Value::Object(fields)
}

/// `States.ALL` must be in the last of them.
fn all_last(mut list: Vec<Value>) -> Value {
    let is_all = |value: &Value| value["ErrorEquals"][0] == "States.ALL";
    if let Some(first) = list.iter().position(is_all) {
        list.truncate(first + 1);
    }
    Value::Array(list)
}

fn simple() -> BoxedStrategy<Body> {
    let pass = fields(
        json!({"Type": "Pass"}),
        vec![
            ("InputPath", path()),
            ("Parameters", template()),
            (
                "Result",
                one_of(json!([1, {"a": {"b": 2}}, [{"a": 1}, {"n": 2}], "x"])),
            ),
            ("ResultPath", result_path()),
            ("OutputPath", path()),
            ("Assign", assign()),
        ],
    );
    let task = fields(
        json!({"Type": "Task"}),
        vec![
            ("InputPath", path()),
            ("Parameters", template()),
            ("TimeoutSeconds", (10..30_u8).prop_map(Value::from).boxed()),
            ("HeartbeatSeconds", (1..9_u8).prop_map(Value::from).boxed()),
            ("ResultSelector", template()),
            ("ResultPath", result_path()),
            ("OutputPath", path()),
            ("Assign", assign()),
            ("Retry", retry()),
            (
                "Catch",
                catch(vec![("ResultPath", result_path()), ("Assign", assign())]),
            ),
        ],
    );
    let resource = one_of(json!([
        "arn:aws:lambda:us-east-1:111111111111:function:f",
        "arn:aws:states:us-east-1:111111111111:activity:a",
        "arn:aws:states:::sqs:sendMessage",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:::ecs:runTask.sync"
    ]));
    let task = (task, resource.clone()).prop_map(with_resource);
    let wait = select(vec![
        json!({"Type": "Wait", "Seconds": 3}),
        json!({"Type": "Wait", "SecondsPath": "$.n"}),
        json!({"Type": "Wait", "Timestamp": "2020-01-01T00:00:09Z"}),
        json!({"Type": "Wait", "TimestampPath": "$.a"}),
        json!({"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% $states.input.n %}"}),
    ]);
    let ending = select(vec![
        json!({"Type": "Succeed"}),
        json!({"Type": "Succeed", "OutputPath": "$.a"}),
        json!({"Type": "Fail"}),
        json!({"Type": "Fail", "Error": "A", "Cause": "because"}),
        json!({"Type": "Fail", "ErrorPath": "$.a"}),
        json!({"Type": "Fail", "QueryLanguage": "JSONata", "Error": "{% $states.input.a %}"}),
    ]);
    let jsonata_pass = fields(
        json!({"Type": "Pass", "QueryLanguage": "JSONata"}),
        vec![
            ("Output", jsonata()),
            (
                "Assign",
                one_of(json!([{"v": "{% 1 + 1 %}"}, {"w": "{% $states.input %}"}])),
            ),
        ],
    );
    let jsonata_task = fields(
        json!({"Type": "Task", "QueryLanguage": "JSONata"}),
        vec![
            ("Arguments", jsonata()),
            (
                "TimeoutSeconds",
                one_of(json!([9, "{% 5 %}", "{% $states.input.n %}"])),
            ),
            ("Output", one_of(json!(["{% $states.result %}", {"r": 1}]))),
            ("Retry", retry()),
            ("Catch", catch(vec![("Output", jsonata())])),
        ],
    );
    let jsonata_task = (jsonata_task, resource).prop_map(with_resource);
    let object = |value: Value| value.as_object().cloned().unwrap_or_default();
    prop_oneof![
        4 => pass,
        4 => task,
        2 => choice(),
        1 => wait.prop_map(object),
        1 => ending.prop_map(object),
        1 => jsonata_pass,
        1 => jsonata_task,
    ]
    .prop_map(|fields| (fields, Vec::new()))
    .boxed()
}

fn with_resource((mut fields, resource): (Map<String, Value>, Value)) -> Map<String, Value> {
    fields.insert("Resource".to_owned(), resource);
    // What no service sends back cannot be waited for by its heartbeat.
    if !fields.contains_key("TimeoutSeconds") {
        fields.shift_remove("HeartbeatSeconds");
    }
    fields
}

fn choice() -> Fields {
    let test = one_of(json!([
        {"Variable": "$.a", "IsPresent": true},
        {"Variable": "$.n", "NumericGreaterThan": 0},
        {"Variable": "$.a", "StringMatches": "*a*"},
        {"Variable": "$.a", "NumericEqualsPath": "$.n"},
        {"Variable": "$$.State.Name", "StringLessThan": "Q"},
        {"Not": {"Variable": "$.items", "IsNull": true}},
        {"And": [{"Variable": "$.n", "IsNumeric": true}, {"Variable": "$.n", "NumericLessThan": 3}]},
        {"Or": [{"Variable": "$.a", "IsString": true}, {"Variable": "$v", "IsPresent": true}]}
    ]));
    let condition = one_of(json!([
        {"Condition": "{% $states.input.n > 0 %}"},
        {"Condition": "{% $exists($states.input.a) %}"},
        {"Condition": false}
    ]));
    let rules = |test: BoxedStrategy<Value>| {
        let rule = (test, 1..4_u8).prop_map(|(mut rule, next)| {
            rule["Next"] = next.into();
            rule
        });
        vec(rule, 1..4).prop_map(Value::from).boxed()
    };
    let default = || (1..4_u8).prop_map(Value::from).boxed();
    let paths = fields(json!({"Type": "Choice"}), vec![("Default", default())]);
    let jsonata = json!({"Type": "Choice", "QueryLanguage": "JSONata"});
    let jsonata = fields(jsonata, vec![("Default", default())]);
    prop_oneof![
        3 => (paths, rules(test)),
        1 => (jsonata, rules(condition)),
    ]
    .prop_map(|(mut fields, rules)| {
        fields.insert("Choices".to_owned(), rules);
        fields
    })
    .boxed()
}

fn nested(inner: BoxedStrategy<Scope>) -> BoxedStrategy<Body> {
    let common = || {
        vec![
            ("ResultPath", result_path()),
            ("ResultSelector", template()),
            ("Retry", retry()),
            ("Catch", catch(vec![("ResultPath", result_path())])),
            ("Assign", assign()),
        ]
    };
    let parallel = fields(json!({"Type": "Parallel", "ResultPath": "$.r"}), common());
    let mut own = common();
    own.push(("MaxConcurrency", (0..4_u8).prop_map(Value::from).boxed()));
    own.push((
        "ItemsPath",
        one_of(json!(["$.items", "$.items", "$.items", "$.a"])),
    ));
    own.push((
        "ItemSelector",
        one_of(json!([
            {"a.$": "$$.Map.Item.Value", "n.$": "$$.Map.Item.Index", "items": [1]},
            {"n.$": "$.n", "items.$": "$.items"}
        ])),
    ));
    let always = json!({"Type": "Map", "ResultPath": "$.r", "ItemsPath": "$.items"});
    let map = fields(always, own);
    let own = vec![
        (
            "MaxConcurrency",
            one_of(json!([0, 2, "{% $states.input.n %}"])),
        ),
        ("Output", jsonata()),
        ("Catch", catch(vec![("Output", jsonata())])),
    ];
    let items = json!({"Type": "Map", "QueryLanguage": "JSONata", "Items": "{% [1..3] %}"});
    prop_oneof![
        2 => (parallel, vec(inner.clone(), 1..4)),
        2 => (map, vec(inner.clone(), 1..2)),
        1 => (fields(items, own), vec(inner, 1..2)),
    ]
    .boxed()
}

impl Scope {
    fn render(&self, count: &mut usize) -> Value {
        let mut names: Vec<String> = self.0.iter().map(|state| state.name(count)).collect();
        *count += 1;
        names.push(format!("Done{count:03}"));
        let mut states = Map::new();
        for (at, state) in self.0.iter().enumerate() {
            states.insert(names[at].clone(), state.render(at, &names, count));
        }
        // What always ends well, for transitions that would lead out of the scope.
        states.insert(names[self.0.len()].clone(), json!({"Type": "Succeed"}));
        json!({"StartAt": names[0], "States": states})
    }
}

impl State {
    fn name(&self, count: &mut usize) -> String {
        *count += 1;
        format!("{}{count:03}", self.stem)
    }

    fn render(&self, at: usize, names: &[String], count: &mut usize) -> Value {
        // Few go back: most machines end by themselves.
        let target = |further: u64| {
            let at = at + usize::try_from(further).unwrap_or(0);
            let last = names.len() - 1;
            let wrapped = if further > 3 {
                at % names.len()
            } else {
                at.min(last)
            };
            Value::from(&*names[wrapped])
        };
        let mut fields = self.fields.clone();
        for list in ["Choices", "Catch"] {
            let list = fields.get_mut(list).and_then(Value::as_array_mut);
            for item in list.into_iter().flatten() {
                item["Next"] = target(item["Next"].as_u64().unwrap_or(0));
            }
        }
        if let Some(default) = fields.get_mut("Default") {
            *default = target(default.as_u64().unwrap_or(0));
        }
        let mut inner = self.inner.iter().map(|scope| scope.render(count));
        match fields["Type"].as_str() {
            Some("Parallel") => {
                let branches = inner.collect::<Vec<_>>();
                fields.insert("Branches".to_owned(), branches.into());
            }
            Some("Map") => {
                let processor = inner.next().unwrap_or_default();
                fields.insert("ItemProcessor".to_owned(), processor);
            }
            _ => {}
        }
        let ends = ["Choice", "Succeed", "Fail"].map(|name| fields["Type"] == name);
        if !ends.contains(&true) {
            match self.next {
                Some(next) => fields.insert("Next".to_owned(), target(next.into())),
                None => fields.insert("End".to_owned(), true.into()),
            };
        }
        match self.slip {
            Some(slip) => slip.apply(fields),
            None => Value::Object(fields),
        }
    }
}

impl Slip {
    fn apply(self, mut fields: Map<String, Value>) -> Value {
        let values = json!([
            null,
            true,
            0,
            -1,
            1.5,
            1e300,
            "",
            "$.[",
            "{% ( %}",
            "Pay001",
            [],
            {}
        ]);
        match self {
            Self::UnknownTarget => {
                fields.insert("Next".to_owned(), "Nowhere".into());
            }
            Self::NoTransition => {
                fields.shift_remove("Next");
                fields.shift_remove("End");
            }
            Self::NextAndEnd => {
                fields.insert("Next".to_owned(), "Pay001".into());
                fields.insert("End".to_owned(), true.into());
            }
            Self::Mistyped(field, value) => {
                fields.insert(field.to_owned(), values[usize::from(value)].clone());
            }
            Self::Lost(field) => {
                fields.shift_remove(field);
            }
            Self::NoObject => return json!(7),
        }
        Value::Object(fields)
    }
}
