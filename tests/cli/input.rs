//! The execution's input: from arguments, files and stdin; wrong ones are told with their place.

use crate::asl::Asl;

const ECHO: &str = r#"{"StartAt": "Echo", "States": {"Echo": {"Type": "Pass", "End": true}}}"#;

fn echo(options: &str) -> Asl {
    Asl::new("run echo.asl.json")
        .args(options.split_whitespace())
        .file("echo.asl.json", ECHO)
}

#[test]
fn the_input_comes_from_an_argument_a_file_or_stdin() {
    let input = r#"{ "id": 7 }"#;
    let expected = "{\"id\":7}\n";
    echo("--input").args([input]).code(0).stdout(expected);
    echo("--input -").stdin(input).code(0).stdout(expected);
    echo("--input-file -").stdin(input).code(0).stdout(expected);
    echo("--input-file i.json")
        .file("i.json", input)
        .code(0)
        .stdout(expected);
    echo("--input-file i.json")
        .file("i.json", format!("\u{feff}{input}\r\n"))
        .code(0)
        .stdout(expected);
    echo("").code(0).stdout("{}\n");
}

#[test]
fn the_definition_may_come_from_stdin() {
    Asl::new("run - --input 7")
        .stdin(ECHO)
        .code(0)
        .stdout("7\n");
    let yaml = "StartAt: Echo\nStates:\n  Echo:\n    Type: Pass\n    End: true\n";
    Asl::new("run - --input 7")
        .stdin(yaml)
        .code(0)
        .stdout("7\n");
}

#[test]
fn stdin_is_read_once() {
    Asl::new("run - --input -").stdin(ECHO).code(2).stderr(
        "error: stdin cannot be both the definition and the input: put one of them in a file\n",
    );
    echo("--input-file - --handlers -")
        .stdin("{}")
        .code(2)
        .stderr_contains("stdin cannot be");
}

#[test]
fn an_input_that_is_no_json_is_told_with_its_place() {
    echo("--input")
        .args([r#"{"a": [1,}"#])
        .code(2)
        .stdout("")
        .stderr_contains("--input:1:10")
        .stderr_contains("this bracket is not closed")
        .stderr_contains("error: the input in --input is no JSON")
        // It is no definition: nobody can validate it.
        .stderr_lacks("asl validate");
    echo("--input-file i.json")
        .file("i.json", "{\n  'a': 1\n}")
        .code(2)
        .stderr_contains("i.json:2:3")
        .stderr_contains("double quotes");
    echo("--input -")
        .stdin("{\"a\":")
        .code(2)
        .stderr_contains("the input in <stdin> is no JSON");
}

#[test]
fn an_empty_input_is_told() {
    let told = "is empty: an input is JSON, such as {}\n";
    echo("--input")
        .args([""])
        .code(2)
        .stderr(&format!("error: the input in --input {told}"));
    echo("--input -")
        .code(2)
        .stderr(&format!("error: the input in <stdin> {told}"));
    echo("--input-file i.json")
        .file("i.json", " \n")
        .code(2)
        .stderr_contains(told);
}

#[test]
fn an_input_that_cannot_be_read_is_told() {
    echo("--input-file i.json")
        .code(2)
        .stderr("error: cannot read i.json: No such file or directory\n");
    echo("--input-file .")
        .code(2)
        .stderr_contains("cannot read .: Is a directory");
    let latin = b"{\n  \"name\": \"caf\xe9\"\n}";
    let expected = "byte 15 of line 2, 0xE9, is not UTF-8";
    echo("--input-file i.json")
        .file("i.json", latin)
        .code(2)
        .stderr_contains(expected);
    echo("--input -")
        .stdin(latin)
        .code(2)
        .stderr_contains(expected);
}

#[test]
fn an_input_that_is_too_large_or_too_deep_is_refused() {
    let large = format!("\"{}\"", "x".repeat(300_000));
    echo("--input-file i.json")
        .file("i.json", &large)
        .code(2)
        .stderr_contains(
            "the input in i.json is too large: 300002 bytes, and AWS takes up to 262144",
        );
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    echo("--input-file i.json")
        .file("i.json", deep)
        .code(2)
        .stderr_contains("nested deeper than 500 levels");
}

#[test]
fn two_inputs_are_one_too_many() {
    echo("--input {} --input-file i.json")
        .code(2)
        .stderr_contains("cannot be used with");
}
