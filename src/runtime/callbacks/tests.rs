//! Tasks that wait, and those who answer them.

use std::future::Future;

use super::*;
use crate::engine::Input;
use crate::runtime::inbox::Heard;

const TOKEN: &str = "00000000-0000-4000-8000-00000000000";

fn token(number: u8) -> Arc<str> {
    format!("{TOKEN}{number}").into()
}

/// Callbacks of a machine with the activity `act`, a task's answers, and what is heard of it.
fn set_up() -> (Arc<Callbacks>, Answers, mpsc::UnboundedReceiver<Heard>) {
    let (callbacks, _) = Callbacks::new([Arc::from("act")]);
    let (answers, heard) = Answers::heard(EventId(3));
    (Arc::new(callbacks), answers, heard)
}

fn end(
    callbacks: &Callbacks,
    token: &str,
    result: Result<Json, StatesError>,
) -> Result<(), TokenError> {
    callbacks.end(token, result).map(drop)
}

fn beat(callbacks: &Callbacks, token: &str) -> Result<(), TokenError> {
    callbacks.heartbeat(token).map(drop)
}

#[track_caller]
fn check(heard: &mut mpsc::UnboundedReceiver<Heard>, expected: &[&str]) {
    let mut told = Vec::new();
    while let Ok(Heard::Now(input) | Heard::Kept(input, _)) = heard.try_recv() {
        told.push(match input {
            Input::TaskStarted { worker, .. } => format!("started by {worker:?}"),
            Input::TaskSubmitted { output, .. } => format!("submitted {}", output.text()),
            Input::Heartbeat { .. } => "heartbeat".to_owned(),
            Input::TaskEnded { result, .. } => match result {
                Ok(output) => format!("ended {}", output.text()),
                Err(error) => format!("failed {error}"),
            },
            other => format!("{other:?}"),
        });
    }
    assert_eq!(told, expected);
}

#[test]
fn a_task_is_answered_once() {
    let (callbacks, answers, mut heard) = set_up();
    let _ticket = callbacks.open(token(1), answers);
    assert_eq!(beat(&callbacks, &token(1)), Ok(()));
    assert_eq!(end(&callbacks, &token(1), Ok(Json::from(7))), Ok(()));
    let closed = Err(TokenError::Closed);
    assert_eq!(end(&callbacks, &token(1), Ok(Json::from(8))), closed);
    assert_eq!(beat(&callbacks, &token(1)), closed);
    check(&mut heard, &["heartbeat", "ended 7"]);
}

#[test]
fn tokens_of_other_runs_are_unknown_and_other_texts_invalid() {
    let (callbacks, ..) = set_up();
    let unknown = Err(TokenError::Unknown);
    assert_eq!(end(&callbacks, &token(1), Ok(Json::from(7))), unknown);
    for text in [
        "",
        "NoSuchTaskToken",
        TOKEN,
        "é0000000-0000-4000-8000-0000000000",
    ] {
        assert_eq!(beat(&callbacks, text), Err(TokenError::Invalid), "{text}");
    }
}

#[test]
fn an_answer_to_a_task_that_was_given_up_is_late() {
    let (callbacks, answers, mut heard) = set_up();
    drop(callbacks.open(token(1), answers));
    assert_eq!(
        end(&callbacks, &token(1), Ok(Json::from(7))),
        Err(TokenError::Closed)
    );
    check(&mut heard, &[]);
}

#[test]
fn old_tasks_are_forgotten() {
    let (callbacks, answers, _heard) = set_up();
    for number in 0..=MOST_CLOSED {
        let token = format!("00000000-0000-4000-8000-{number:012}");
        drop(callbacks.open(token.into(), answers.clone()));
    }
    assert_eq!(beat(&callbacks, &token(0)), Err(TokenError::Unknown));
    assert_eq!(beat(&callbacks, &token(1)), Err(TokenError::Closed));
    assert_eq!(callbacks.lock().known_closed.len(), MOST_CLOSED);
}

#[test]
fn a_callback_that_is_quicker_than_the_service_waits_for_it() {
    let (callbacks, answers, mut heard) = set_up();
    let _ticket = callbacks.ask(token(1), answers);
    assert_eq!(end(&callbacks, &token(1), Ok(Json::from(7))), Ok(()));
    assert_eq!(
        end(&callbacks, &token(1), Ok(Json::from(8))),
        Err(TokenError::Closed)
    );
    check(&mut heard, &[]);
    callbacks.submitted(&token(1), Json::empty_object());
    check(&mut heard, &["submitted {}", "ended 7"]);
    assert_eq!(
        end(&callbacks, &token(1), Ok(Json::from(8))),
        Err(TokenError::Closed)
    );
}

#[test]
fn a_result_that_was_kept_meets_its_task_when_it_is_taken_up() {
    for submitted in [false, true] {
        let (callbacks, answers, mut heard) = set_up();
        callbacks.remember(token(1), Ok(Json::from(7)));
        let _ticket = if submitted {
            callbacks.open(token(1), answers)
        } else {
            callbacks.ask(token(1), answers)
        };
        let again = end(&callbacks, &token(1), Ok(Json::from(8)));
        assert_eq!(again, Err(TokenError::Closed));
        if submitted {
            check(&mut heard, &["ended 7"]);
        } else {
            check(&mut heard, &[]);
            callbacks.submitted(&token(1), Json::empty_object());
            check(&mut heard, &["submitted {}", "ended 7"]);
        }
    }
}

#[test]
fn only_so_many_workers_wait_for_an_activity() {
    let (callbacks, ..) = set_up();
    let places: Vec<_> = (0..MOST_WORKERS).map(|_| callbacks.place("act")).collect();
    assert!(places.iter().all(Option::is_some));
    assert!(callbacks.place("act").is_none());
    drop(places);
    assert!(callbacks.place("act").is_some());
}

#[test]
fn a_service_may_be_quicker_than_the_callback() {
    let (callbacks, answers, mut heard) = set_up();
    let _ticket = callbacks.ask(token(1), answers);
    callbacks.submitted(&token(1), Json::empty_object());
    check(&mut heard, &["submitted {}"]);
    assert_eq!(end(&callbacks, &token(1), Ok(Json::from(7))), Ok(()));
    check(&mut heard, &["ended 7"]);
}

/// Lets a worker ask for a task while there is none.
async fn begin(worker: &mut (impl Future<Output = Option<ActivityTask>> + Unpin)) {
    tokio::select! {
        biased;
        task = worker => panic!("there is no task yet: {task:?}"),
        () = std::future::ready(()) => {}
    }
}

#[tokio::test]
async fn the_worker_who_asked_first_gets_the_task() {
    let (callbacks, answers, mut heard) = set_up();
    let mut first = Box::pin(callbacks.poll("act", Some("first")));
    let mut second = Box::pin(callbacks.poll("act", Some("second")));
    begin(&mut first).await;
    begin(&mut second).await;
    let _ticket = callbacks.queue("act", token(1), Json::from(5), answers);
    let task = tokio::select! {
        biased;
        _ = second => panic!("the second was served first"),
        task = first => task.expect("there is one"),
    };
    assert_eq!((task.token, task.input), (token(1), Json::from(5)));
    check(&mut heard, &["started by Some(\"first\")"]);
}

#[tokio::test]
async fn a_worker_who_went_away_takes_no_task_with_him() {
    let (callbacks, answers, mut heard) = set_up();
    let mut gone = Box::pin(callbacks.poll("act", Some("gone")));
    begin(&mut gone).await;
    let _ticket = callbacks.queue("act", token(1), Json::Null, answers);
    drop(gone);
    let task = callbacks.poll("act", None).await;
    assert_eq!(task.expect("it is still there").token, token(1));
    check(&mut heard, &["started by None"]);
}

#[tokio::test]
async fn nobody_gets_a_task_that_was_given_up() {
    let (callbacks, answers, _heard) = set_up();
    let given_up = callbacks.queue("act", token(1), Json::Null, answers.clone());
    let _ticket = callbacks.queue("act", token(2), Json::Null, answers);
    drop(given_up);
    let task = callbacks.poll("act", None).await.expect("there is one");
    assert_eq!(task.token, token(2));
}

#[tokio::test]
async fn workers_are_sent_away_at_the_end() {
    let (callbacks, ..) = set_up();
    let (task, ()) = tokio::join!(callbacks.poll("act", None), async { callbacks.close() });
    assert!(task.is_none());
    assert!(callbacks.poll("other", None).await.is_none());
}

#[tokio::test]
async fn tasks_wait_for_an_activity_that_was_deleted() {
    let (callbacks, answers, _heard) = set_up();
    let input = || Json::from(7);
    let _first = callbacks.queue("act", token(1), input(), answers.clone());
    drop(callbacks.queue("act", token(2), input(), answers.clone()));
    callbacks.remove_activity("act");
    let _third = callbacks.queue("act", token(3), input(), answers);
    assert!(callbacks.poll("act", None).await.is_none());
    callbacks.add_activity("act".into());
    for expected in [token(1), token(3)] {
        let task = callbacks.poll("act", None).await.expect("a task");
        assert_eq!(task.token, expected);
    }
    let none = callbacks.queues.read().expect("nobody panicked")["act"].clone();
    assert_eq!(none.tasks.available_permits(), 0);
}
