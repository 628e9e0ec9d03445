//! Result files in a folder of the test's own.

use super::*;
use crate::data::Timestamp;
use crate::engine::Identity;
use crate::engine::map_run::{ChildResult, Transformation};

fn child(outcome: Outcome) -> ChildResult {
    ChildResult {
        identity: Arc::new(Identity {
            execution_arn: "arn:aws:states:us-east-1:123456789012:execution:m/L:c-1".into(),
            name: "c-1".into(),
            state_machine_arn: "arn:aws:states:us-east-1:123456789012:stateMachine:m/L".into(),
            state_machine_name: "m/L".into(),
            role_arn: "arn".into(),
            region: "us-east-1".into(),
            express: false,
        }),
        items: 1,
        input: Json::parse(r#"{"a":"x"}"#).expect("JSON"),
        outcome,
        started: Timestamp(0),
        stopped: Timestamp(1_500),
        transitions: 3,
    }
}

fn succeeded(output: &str) -> ChildResult {
    child(Outcome::Succeeded(Json::parse(output).expect("JSON")))
}

fn writer(output_type: OutputType, transformation: Transformation) -> ResultWriter {
    ResultWriter {
        destination: Some(Destination {
            bucket: "b".into(),
            prefix: "jobs/".into(),
        }),
        output_type,
        transformation,
    }
}

#[track_caller]
fn check(children: &[ChildResult], writer: &ResultWriter, expected: &str) {
    let mut out = String::new();
    for child in children {
        entries(child, writer, &mut out);
    }
    assert_eq!(out, expected);
}

#[test]
fn none_tells_the_whole_execution() {
    check(
        &[succeeded("[1]")],
        &writer(OutputType::Json, Transformation::None),
        r#"{"ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:m/L:c-1","Input":"{\"a\":\"x\"}","InputDetails":{"Included":true},"Name":"c-1","Output":"[1]","OutputDetails":{"Included":true},"RedriveCount":0,"RedriveStatus":"NOT_REDRIVABLE","RedriveStatusReason":"Execution is SUCCEEDED and cannot be redriven","StartDate":"1970-01-01T00:00:00.000Z","StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m/L","Status":"SUCCEEDED","StopDate":"1970-01-01T00:00:01.500Z"}"#,
    );
}

#[test]
fn a_failed_child_is_told_whole_by_every_transformation() {
    let failed = child(Outcome::Failed(StatesError::new("Bad", "a \"cause\"")));
    let expected = r#"{"Cause":"a \"cause\"","Error":"Bad","ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:m/L:c-1","Input":"{\"a\":\"x\"}","InputDetails":{"Included":true},"Name":"c-1","RedriveCount":0,"RedriveStatus":"REDRIVABLE_BY_MAP_RUN","StartDate":"1970-01-01T00:00:00.000Z","StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m/L","Status":"FAILED","StopDate":"1970-01-01T00:00:01.500Z"}"#;
    for transformation in [
        Transformation::None,
        Transformation::Compact,
        Transformation::Flatten,
    ] {
        check(
            std::slice::from_ref(&failed),
            &writer(OutputType::Json, transformation),
            expected,
        );
    }
    for (outcome, status) in [
        (Outcome::TimedOut, "\"TIMED_OUT\""),
        (Outcome::Aborted(StatesError::default()), "\"ABORTED\""),
    ] {
        let mut out = String::new();
        assert_eq!(ResultStatus::of(&outcome), ResultStatus::Failed);
        entries(
            &child(outcome),
            &writer(OutputType::Json, Transformation::None),
            &mut out,
        );
        assert!(out.contains(status), "{out}");
        assert!(out.starts_with("{\"ExecutionArn\""), "{out}");
    }
}

#[test]
fn outputs_are_joined_by_the_output_type() {
    let children = ["[1,[2]]", "[]", "{\"a\":\n [3]}"].map(succeeded);
    let check = |output_type, transformation, expected| {
        check(&children, &writer(output_type, transformation), expected);
    };
    check(
        OutputType::Json,
        Transformation::Compact,
        "[1,[2]],[],{\"a\":\n [3]}",
    );
    check(
        OutputType::Json,
        Transformation::Flatten,
        "1,[2],{\"a\":\n [3]}",
    );
    check(
        OutputType::JsonLines,
        Transformation::Compact,
        "[1,[2]]\n[]\n{\"a\":  [3]}",
    );
    check(
        OutputType::JsonLines,
        Transformation::Flatten,
        "1\n[2]\n{\"a\":  [3]}",
    );
}

struct Bucket {
    folder: tempfile::TempDir,
    buckets: Buckets,
}

impl Bucket {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut buckets = Buckets::default();
        buckets.insert("b", folder.path().to_owned());
        Self { folder, buckets }
    }

    fn create(&self, output_type: OutputType) -> Result<ResultFiles, StatesError> {
        let writer = writer(output_type, Transformation::Compact);
        let destination = writer.destination.as_ref().expect("exports");
        ResultFiles::create(&writer, destination, &self.buckets, "arn:run", "uuid-1")
    }

    fn text(&self, key: &str) -> String {
        fs::read_to_string(self.folder.path().join(key)).expect("a file")
    }
}

#[test]
fn files_are_laid_out_as_aws_does() {
    let bucket = Bucket::new();
    let mut files = bucket.create(OutputType::Json).expect("a folder");
    for (status, entries) in [
        (ResultStatus::Succeeded, "1,2"),
        (ResultStatus::Failed, "{}"),
        (ResultStatus::Succeeded, ""),
        (ResultStatus::Succeeded, "3"),
    ] {
        files.add(status, entries).expect("written");
    }
    let location = files.finish().expect("written");
    assert_eq!(
        (&*location.bucket, &*location.key),
        ("b", "jobs/uuid-1/manifest.json")
    );
    assert_eq!(bucket.text("jobs/uuid-1/SUCCEEDED_0.json"), "[1,2,3]");
    assert_eq!(bucket.text("jobs/uuid-1/FAILED_0.json"), "[{}]");
    assert_eq!(
        bucket.text(&location.key),
        r#"{"DestinationBucket":"b","MapRunArn":"arn:run","ResultFiles":{"FAILED":[{"Key":"jobs/uuid-1/FAILED_0.json","Size":4}],"PENDING":[],"SUCCEEDED":[{"Key":"jobs/uuid-1/SUCCEEDED_0.json","Size":7}]}}"#
    );
}

#[test]
fn a_full_file_is_followed_by_another() {
    let bucket = Bucket::new();
    let mut files = bucket.create(OutputType::JsonLines).expect("a folder");
    files.max_file = 6;
    for entries in ["11", "22", "33", "4444444444", "5"] {
        files
            .add(ResultStatus::Succeeded, entries)
            .expect("written");
    }
    let manifest = bucket.text(&files.finish().expect("written").key);
    for (number, expected) in ["11\n22\n", "33\n", "4444444444\n", "5\n"]
        .iter()
        .enumerate()
    {
        assert_eq!(
            bucket.text(&format!("jobs/uuid-1/SUCCEEDED_{number}.json")),
            *expected
        );
    }
    assert!(
        manifest.contains(r#"SUCCEEDED_2.json","Size":11}"#),
        "{manifest}"
    );
}

#[track_caller]
fn check_failed(result: Result<impl Sized, StatesError>, cause: &str) {
    let Err(error) = result else {
        panic!("written")
    };
    assert_eq!(error.name(), "States.ResultWriterFailed");
    assert!(error.to_string().contains(cause), "{error}");
}

#[test]
fn what_cannot_be_written_is_told() {
    let bucket = Bucket::new();
    fs::write(bucket.folder.path().join("jobs"), "").expect("a file");
    check_failed(bucket.create(OutputType::Json), "cannot write ");
    let bucket = Bucket::new();
    let mut files = bucket.create(OutputType::Json).expect("a folder");
    fs::create_dir(bucket.folder.path().join("jobs/uuid-1/FAILED_0.json")).expect("a folder");
    check_failed(
        files.add(ResultStatus::Failed, "1"),
        "something that is not a file",
    );
    let nowhere = Bucket {
        buckets: Buckets::default(),
        ..bucket
    };
    check_failed(nowhere.create(OutputType::Json), "--bucket b=DIR");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_of_the_writer() {
    let mut open = Open {
        path: "/dev/full".into(),
        out: BufWriter::new(
            File::options()
                .write(true)
                .open("/dev/full")
                .expect("a device"),
        ),
        size: 0,
    };
    open.write("1").expect("held back");
    check_failed(open.close(OutputType::Json), "/dev/full: No space left");
}
