use std::fmt::Write;

use super::*;
use crate::graph::Graph;
use crate::graph::testing::machine;
use crate::report::graphs::overlay::{Overlay, Paint};
use crate::report::graphs::{Direction, Options, Theme};
use crate::report::junit::is_xml;

const HOSTILE: &str = include_str!("../../../../fixtures/definitions/hostile-names.json");

const ORDER: &str = r#"{"StartAt":"Charge","States":{
    "Charge":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Retry":[{"ErrorEquals":["X"]}],
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Refund"}],"Next":"Paid?"},
    "Paid?":{"Type":"Choice","Choices":[{"Variable":"$.paid","BooleanEquals":true,"Next":"Done"}],"Default":"Gone"},
    "Refund":{"Type":"Pass","Next":"Charge"},"Done":{"Type":"Succeed"}}}"#;

fn draw(text: &str, options: &Options) -> String {
    let machine = machine(text);
    let mut svg = String::new();
    let graph = Graph::new(&machine);
    render(&Picture::new(&graph, options), &Extras::default(), &mut svg)
        .expect("a string takes all");
    svg
}

#[test]
fn the_same_definition_gives_the_same_bytes() {
    let options = Options::default();
    assert_eq!(draw(ORDER, &options), draw(ORDER, &options));
}

#[test]
fn hostile_names_are_text_and_nothing_else() {
    for direction in [Direction::TopToBottom, Direction::LeftToRight] {
        let svg = draw(
            HOSTILE,
            &Options {
                direction,
                ..Options::default()
            },
        );
        assert!(is_xml(&svg), "{svg}");
        assert!(!svg.contains("<script"), "{svg}");
    }
}

#[test]
fn what_a_definition_says_stands_on_the_picture() {
    let svg = draw(ORDER, &Options::default());
    for text in [
        ">Task · lambda:invoke<",
        ">↻3<",
        ">any error<",
        ">$.paid = true<",
        ">default<",
        "data-state=\"Paid?\"",
        "<title>Gone\nmissing</title>",
        "Refund, Pass: goes to Charge.",
    ] {
        assert!(svg.contains(text), "{text} is not in {svg}");
    }
}

#[test]
fn one_file_has_the_colours_of_both_pages() {
    let auto = draw(ORDER, &Options::default());
    assert!(auto.contains("prefers-color-scheme:dark"));
    let dark = draw(
        ORDER,
        &Options {
            theme: Theme::Dark,
            ..Options::default()
        },
    );
    assert!(dark.contains("--page:#0d1117") && !dark.contains("prefers-color-scheme"));
    assert!(!auto.contains("<script") && !auto.contains("http://www.w3.org/1999"));
}

#[test]
fn what_happened_is_a_class_a_sign_and_a_note() {
    let machine = machine(ORDER);
    let graph = Graph::new(&machine);
    let charge = graph.root().vertex("Charge").expect("it has it");
    let mut overlay = Overlay::default();
    let paint = Paint {
        mark: Mark::Failed,
        note: Some("3 tries · <X>".to_owned()),
    };
    overlay.paint(charge, paint);
    let options = Options::default();
    let picture = Picture {
        overlay: Some(&overlay),
        ..Picture::new(&graph, &options)
    };
    let mut svg = String::new();
    render(&picture, &Extras::default(), &mut svg).expect("a string takes all");
    let state = |name: &str| {
        let groups = svg.split("<g ");
        let mut groups = groups.filter(|group| group.contains(&format!("data-state=\"{name}\"")));
        groups.next().expect("it is drawn")
    };
    let charge = state("Charge");
    assert!(
        charge.contains("class=\"s card task painted failed\""),
        "{charge}"
    );
    assert!(
        charge.contains(">✖ Charge<") && charge.contains(">3 tries · &lt;X&gt;<"),
        "{charge}"
    );
    assert!(state("Refund").contains("class=\"s card pass faint\""));
}

#[test]
fn states_lead_to_where_they_can_be_read() {
    let machine = machine(ORDER);
    let graph = Graph::new(&machine);
    let options = Options::default();
    let link = |state: &State| Some(format!("order.json#{}\"&", state.name.len()));
    let extras = Extras {
        title: "a < b",
        link: Some(&link),
    };
    let mut svg = String::new();
    render(&Picture::new(&graph, &options), &extras, &mut svg).expect("a string takes all");
    assert!(is_xml(&svg), "{svg}");
    assert!(
        svg.contains("<a href=\"order.json#6&quot;&amp;\"><g "),
        "{svg}"
    );
    assert!(svg.contains("<title>a &lt; b</title>"), "{svg}");
}

#[test]
fn many_catches_of_one_handler_share_a_line() {
    let mut text = String::from(r#"{"StartAt":"S0","States":{"#);
    for index in 0..400 {
        let next = index + 1;
        write!(
            text,
            r#""S{index}":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Next":"S{next}",
               "Catch":[{{"ErrorEquals":["States.ALL"],"Next":"Handler"}}]}},"#
        )
        .expect("a string takes all");
    }
    text += r#""S400":{"Type":"Succeed"},"Handler":{"Type":"Fail"}}}"#;
    let svg = draw(&text, &Options::default());
    // One line of its own for each would have as many corners as there are states.
    assert!(svg.len() < 400 * 1_500, "{} bytes", svg.len());
    assert_eq!(svg.matches("any error</text>").count(), 400);
}
