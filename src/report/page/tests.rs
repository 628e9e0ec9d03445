use super::*;
use crate::graph::Graph;
use crate::graph::testing::machine;
use crate::history::outline::sample::{self, Script, chained};
use crate::history::read_history;
use crate::syntax::{Format, Source, read};
use serde_json::Value;

const HOSTILE: &str = "</script><!--<script>&\u{2028}\u{2029}";

/// The parts of a page that the script reads.
struct Told {
    page: String,
    data: Value,
    events: Value,
}

fn told(title: &str, definition: Option<&str>, log: Option<&str>) -> Told {
    let recording = log.map(|text| read_history(text).expect("a history"));
    let history = recording.as_ref().map(|recording| History {
        recording,
        catcher: None,
    });
    let text = definition.unwrap_or("{}");
    let source = Source::new("machine.json", text);
    let (tree, _) = read(&source, Format::Json);
    let machine = machine(text);
    let (graph, options) = (Graph::new(&machine), Options::default());
    let page = Page {
        title,
        drawn: definition.map(|_| Drawn {
            picture: Picture::new(&graph, &options),
            tree: &tree,
            older: None,
            link: None,
        }),
        history,
        theme: Theme::Dark,
    };
    let mut out = String::new();
    render(&page, &mut out).expect("a string takes all");
    let part = |id: &str| {
        let begin = format!("<script type=\"application/json\" id=\"{id}\">");
        let text = out.split_once(&begin).expect("the element is there").1;
        let text = text.split_once("</script>").expect("it ends").0;
        serde_json::from_str(text).expect("is JSON")
    };
    Told {
        data: part("data"),
        events: part("events"),
        page: out,
    }
}

fn of_script(script: Script) -> Told {
    told("x", None, Some(&script.into_text()))
}

/// Each visit as `name status tries`.
fn visits(told: &Told) -> Vec<String> {
    let rows = told.data["visits"].as_array().expect("a list");
    let text = |row: &Value| {
        let tries = row["tries"].as_array().map_or(0, Vec::len);
        let around = row["inside"][0].as_u64();
        let around = around.map_or_else(String::new, |at| {
            format!(" in {}", rows[usize::try_from(at).expect("a row")]["name"])
        });
        format!("{} {} {tries}{around}", row["name"], row["status"]).replace('"', "")
    };
    rows.iter().map(text).collect()
}

#[test]
fn texts_of_users_cannot_end_their_element() {
    let definition =
        serde_json::json!({"StartAt": HOSTILE, "States": {HOSTILE: {"Type": "Succeed"}}});
    let told = told(HOSTILE, Some(&definition.to_string()), None);
    assert_eq!(told.data["title"], HOSTILE);
    assert_eq!(told.data["states"][0]["name"], HOSTILE);
    assert_eq!(told.page.matches("<script").count(), 3);
    assert_eq!(told.page.matches("</script").count(), 3);
    assert!(!told.page.contains("<!--"));
    assert!(!told.page.contains(['\u{2028}', '\u{2029}']));
}

#[test]
fn the_policy_allows_the_script_that_is_there() {
    let page = told("x", None, None).page;
    let (_, script) = page.rsplit_once("<script>").expect("there is a script");
    let (script, _) = script.split_once("</script>").expect("it ends");
    assert!(page.contains(&format!("script-src '{}'", hash(script))));
    assert!(page.contains("default-src 'none'"));
    assert!(page.contains("data-theme=\"dark\""));
}

#[test]
fn every_mark_of_the_skeleton_is_filled() {
    assert!(!told("x", None, None).page.contains("{{"));
}

#[test]
fn a_visit_knows_its_tries_and_what_it_is_inside_of() {
    let told = of_script(sample::order());
    let found = visits(&told);
    assert!(
        found.contains(&"ChargeCard caught 2".to_owned()),
        "{found:#?}"
    );
    assert!(
        found.contains(&"LookUpPrice caught 1 in PriceItems".to_owned()),
        "{found:#?}"
    );
    assert!(
        found.contains(&"BookCarrier succeeded 3 in Fulfil".to_owned()),
        "{found:#?}"
    );
    assert_eq!(
        found.last().map(String::as_str),
        Some("OrderFailed failed 0")
    );
    let about = told.data["about"].as_array().expect("a list");
    assert_eq!(about.len(), told.events.as_array().expect("a list").len());
}

#[test]
fn items_of_a_map_say_how_they_ended() {
    let told = of_script(sample::order());
    let rows = told.data["visits"].as_array().expect("a list");
    let map = rows.iter().find(|row| row["name"] == "PriceItems");
    let items = map.expect("it was visited")["items"]
        .as_array()
        .expect("a list");
    let count = |status: &str| items.iter().filter(|item| item["status"] == status).count();
    assert_eq!(
        (items.len(), count("succeeded"), count("caught")),
        (40, 39, 1)
    );
}

#[test]
fn the_first_cause_comes_first() {
    let told = of_script(sample::order());
    let failure = &told.data["execution"]["failure"];
    assert_eq!(failure["first"], "ChargeCard");
    assert_eq!(
        failure["title"],
        "OrderFailed ended the execution with OrderRejected"
    );
    assert_eq!(told.data["execution"]["status"], "failed");
    let rows = failure["rows"].as_array().expect("a list");
    let row = |label: &str| {
        let row = rows.iter().find(|row| row["label"] == label);
        row.unwrap_or_else(|| panic!("no {label}")).clone()
    };
    assert_eq!(
        row("first cause")["words"],
        "(Task lambda:invoke, try 2 of 2) at +14.90 s"
    );
    assert_eq!(
        row("handled by")["text"],
        "a Catch of ChargeCard → RefundStock"
    );
    assert_eq!(row("ended with")["text"], "payment was refused");
    assert_eq!(row("input")["name"], "ChargeCard");
    assert_eq!(row("state path")["hops"][1]["caught"], true);
}

#[test]
fn an_execution_that_goes_on_has_no_end() {
    let told = of_script(chained(r#"+0 WaitStateEntered "name":"A","input":"{}""#));
    assert_eq!(visits(&told), ["A running 0"]);
    assert!(told.data["visits"][0]["end"].is_null());
    assert!(told.data["execution"]["failure"].is_null());
}

#[test]
fn long_texts_are_cut_and_that_is_said() {
    let long = "ä".repeat(100_000);
    let lines = format!(
        "+0 PassStateEntered \"name\":\"A\",\"input\":\"\\\"{long}\\\"\"\n\
         +0 PassStateExited \"name\":\"A\",\"output\":\"{{}}\""
    );
    let told = of_script(chained(&lines));
    let events = told.events.as_array().expect("a list");
    let entered = events
        .iter()
        .find(|event| event["type"] == "PassStateEntered");
    let entered = entered.expect("it is there");
    let input = entered["stateEnteredEventDetails"]["input"].as_str();
    assert!(input.expect("a text").len() <= 64 << 10);
    assert_eq!(
        told.data["cut"],
        serde_json::json!([[entered["id"], 200_002]])
    );
}

#[test]
fn many_long_texts_stay_within_bounds() {
    let mut lines = String::new();
    let text = "<".repeat(60_000);
    for _ in 0..300 {
        writeln!(
            lines,
            "+0 PassStateEntered \"name\":\"A\",\"input\":\"{text}\"\n\
             +0 PassStateExited \"name\":\"A\",\"output\":\"{{}}\""
        )
        .expect("a string takes all");
    }
    let page = of_script(chained(&lines)).page;
    assert!(page.len() < 8_000_000, "{} bytes", page.len());
}

#[test]
fn a_try_ends_with_the_execution_that_was_stopped() {
    let told = of_script(chained(
        r#"+0 TaskStateEntered "name":"A","input":"{}"
        +0 TaskScheduled "resourceType":"sqs","resource":"sendMessage","region":"","parameters":"{}"
        +70 ExecutionAborted "error":"Stop""#,
    ));
    assert_eq!(visits(&told), ["A aborted 1"]);
    let stopped = &told.data["visits"][0]["tries"][0];
    assert_eq!(
        (&stopped["status"], &stopped["end"]),
        (&"aborted".into(), &70.into())
    );
}
