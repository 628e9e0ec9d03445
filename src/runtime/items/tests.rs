//! Items out of files that a test writes itself.

use std::fs;
use std::io::Write;

use super::*;
use crate::engine::map_run::{CsvDelimiter, CsvHeaders};
use tempfile::TempDir;

/// A bucket `b` with these files.
fn bucket(files: &[(&str, &[u8])]) -> (TempDir, Buckets) {
    let folder = tempfile::tempdir().expect("a folder");
    for (key, content) in files {
        let path = folder.path().join(key);
        fs::create_dir_all(path.parent().expect("in the folder")).expect("folders");
        fs::write(path, content).expect("a file");
    }
    let mut buckets = Buckets::default();
    buckets.insert("b", folder.path().to_owned());
    (folder, buckets)
}

fn object(key: &str, config: ReaderConfig) -> ItemReader {
    ItemReader {
        source: ItemSource::Object {
            bucket: "b".into(),
            key: key.into(),
        },
        config,
        max_items: None,
    }
}

fn listing(prefix: &str, config: ReaderConfig) -> ItemReader {
    ItemReader {
        source: ItemSource::Listing {
            bucket: "b".into(),
            prefix: prefix.into(),
        },
        ..object("", config)
    }
}

fn of_type(input_type: InputType) -> ReaderConfig {
    ReaderConfig {
        input_type: Some(input_type),
        ..ReaderConfig::default()
    }
}

/// A line for each item: its key if any, and its text; or the cause of the first error.
fn all(reader: &ItemReader, buckets: &Buckets) -> String {
    let mut lines = Vec::new();
    let line = |item: SourceItem| -> Result<String, StatesError> {
        let key = item
            .key
            .as_ref()
            .map_or(String::new(), |key| format!("{key}: "));
        Ok(format!("{key}{}", item.read()?.text()))
    };
    match open(reader, buckets) {
        Ok(items) => lines.extend(items.map(|item| item.and_then(line))),
        Err(error) => lines.push(Err(error)),
    }
    let told = lines.into_iter().map(|line| match line {
        Ok(line) => line,
        Err(error) => {
            assert_eq!(error.name(), "States.ItemReaderFailed");
            format!("! {}", error.cause.expect("a cause"))
        }
    });
    told.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(content: &[u8], config: ReaderConfig, expected: &[&str]) {
    let (_folder, buckets) = bucket(&[("file", content)]);
    assert_eq!(all(&object("file", config), &buckets), expected.join("\n"));
}

#[track_caller]
fn check_json(content: &str, expected: &[&str]) {
    check(content.as_bytes(), of_type(InputType::Json), expected);
}

#[track_caller]
fn check_pointer(content: &str, pointer: &str, expected: &[&str]) {
    let config = ReaderConfig {
        items_pointer: Some(pointer.into()),
        ..of_type(InputType::Json)
    };
    check(content.as_bytes(), config, expected);
}

#[track_caller]
fn check_csv(content: &str, expected: &[&str]) {
    check(content.as_bytes(), of_type(InputType::Csv), expected);
}

#[track_caller]
fn check_given(headers: &[&str], content: &str, expected: &[&str]) {
    let config = ReaderConfig {
        csv_headers: CsvHeaders::Given(headers.iter().map(|name| Arc::from(*name)).collect()),
        ..of_type(InputType::Csv)
    };
    check(content.as_bytes(), config, expected);
}

const NOT_ITERABLE: &str = "! Attempting to map over non-iterable node.";

#[test]
fn an_array_gives_its_items_without_blanks() {
    check_json(
        "\u{feff} [ {\"a\": [1, 2.0, \"],\\\"\"]} , -3,\n\"x\" ,null,[] ]\n",
        &[r#"{"a":[1,2.0,"],\""]}"#, "-3", r#""x""#, "null", "[]"],
    );
    check_json("[]", &[]);
}

#[test]
fn what_has_no_items_is_refused_in_the_recorded_words() {
    for text in [
        r#"{"a": [1]}"#,
        "\"text\"",
        "12",
        "-1",
        "true",
        "false",
        " null",
    ] {
        check_json(text, &[NOT_ITERABLE]);
    }
}

#[test]
fn json_that_is_none_is_told() {
    let not = |why: &str| format!("! cannot read S3://b/file: {why}");
    check_json("", &[&not("it is empty")]);
    check_json("hello", &[&not("not JSON: it begins with no value")]);
    check_json("[1, 2", &["1", &not("not JSON: the file ends too early")]);
    check_json(
        "[1] 2",
        &["1", &not("not JSON: something follows the items")],
    );
    check_json(
        "[1,,x]",
        &[
            "1",
            &not("the item of index 1: not JSON: EOF while parsing a value at line 1 column 0"),
            &not("the item of index 2: not JSON: expected value at line 1 column 1"),
        ],
    );
}

#[test]
fn a_pointer_leads_to_the_items() {
    let text = r#"{"skip":[{"items":0},"}]"],"a/b":{"~":[0,{"items":[1,2]},3]},"o":{"k\u0031":[],"k":{}}}"#;
    check_pointer(text, "/a~1b/~0/1/items", &["1", "2"]);
    check_pointer(text, "/o", &["k1: []", "k: {}"]);
    check_pointer(r#"{"a":1}"#, "", &["a: 1"]);
    check_pointer("[7]", "", &["7"]);
    check_pointer(text, "/a~1b/~0/0", &[NOT_ITERABLE]);
    for pointer in ["/no", "/o/no", "/a~1b/~0/01", "/a~1b/~0/9", "/skip/1/x"] {
        let cause =
            format!("! cannot read S3://b/file: there is nothing at the ItemsPointer {pointer:?}");
        check_pointer(text, pointer, &[&cause]);
    }
    check_pointer(
        text,
        "a",
        &["! cannot read S3://b/file: the ItemsPointer \"a\" must be empty or begin with `/`"],
    );
}

#[test]
fn a_line_is_an_item() {
    check(
        b"\xef\xbb\xbf{\"a\": 1}\r\n\n  \n[1, 2]\n\"last\"",
        of_type(InputType::JsonLines),
        &[r#"{"a":1}"#, "[1,2]", r#""last""#],
    );
}

#[test]
fn a_bad_line_is_told_by_its_number() {
    check(
        b"1\n{\"a\" 1}\n\"\xff\"\n",
        of_type(InputType::JsonLines),
        &[
            "1",
            "! cannot read S3://b/file: line 2: not JSON: expected `:` at line 1 column 6",
            "! cannot read S3://b/file: line 3: not UTF-8 from byte 2 on",
        ],
    );
}

#[test]
fn cells_are_strings_under_the_first_row() {
    check_csv(
        "Id,Name,Note\n1,Ann,\"a \"\"b\"\",\nc\"\r\n2,true,null\n",
        &[
            r#"{"Note":"a \"b\",\nc","Id":"1","Name":"Ann"}"#,
            r#"{"Note":"null","Id":"2","Name":"true"}"#,
        ],
    );
    check_csv("", &[]);
    check_csv("Only,Headers\n", &[]);
}

/// Recorded: cells beyond the headers are dropped, missing ones empty, blanks kept.
#[test]
fn rows_of_odd_lengths_are_items_too() {
    check_given(
        &["A", "B"],
        "1,2,3\n,,,\n4\n   \n\n5,\n",
        &[
            r#"{"A":"1","B":"2"}"#,
            r#"{"A":"","B":""}"#,
            r#"{"A":"4","B":""}"#,
            r#"{"A":"   ","B":""}"#,
            r#"{"A":"5","B":""}"#,
        ],
    );
    check_csv("A,\nx,y,z\n", &[r#"{"":"y","A":"x"}"#]);
}

/// Recorded, with these headers: the keys come as from a `HashMap`.
#[test]
fn headers_that_look_like_values_are_names() {
    check_csv("0,True,{}\na,b,c\n", &[r#"{"0":"a","{}":"c","True":"b"}"#]);
}

#[test]
fn headers_are_checked() {
    let duplicates = "! CSV headers cannot contain duplicates.";
    check_csv("A,B,A\n1,2,3\n", &[duplicates]);
    check_given(&["A", "A"], "1,2\n", &[duplicates]);
    check_csv("A,,\n", &[duplicates]);
    let long = "x".repeat(10_241);
    check_given(
        &[&long],
        "1\n",
        &["! the CSV headers are longer than 10 KiB together"],
    );
    check_given(&[&long[1..]], "", &[]);
}

#[test]
fn every_delimiter_divides() {
    for (delimiter, sign) in [
        (CsvDelimiter::Comma, ","),
        (CsvDelimiter::Pipe, "|"),
        (CsvDelimiter::Semicolon, ";"),
        (CsvDelimiter::Space, " "),
        (CsvDelimiter::Tab, "\t"),
    ] {
        let content = "\u{feff}A_B\n1_\"x_y\"\n".replace('_', sign);
        let config = ReaderConfig {
            csv_delimiter: delimiter,
            ..of_type(InputType::Csv)
        };
        let expected = Json::from_iter([("A", Json::from("1")), ("B", format!("x{sign}y").into())]);
        check(content.as_bytes(), config, &[&expected.text()]);
    }
}

#[test]
fn a_bad_cell_is_told_by_line_and_column() {
    check(
        b"A,B\n1,2\n\"x\ny\",3\n4,a\xffb\n",
        of_type(InputType::Csv),
        &[
            r#"{"A":"1","B":"2"}"#,
            r#"{"A":"x\ny","B":"3"}"#,
            "! cannot read S3://b/file: line 5: column 2: not UTF-8 from byte 2 on",
        ],
    );
    check(
        b"A\xff\n1\n",
        of_type(InputType::Csv),
        &["! cannot read S3://b/file: line 1: not UTF-8 from byte 2 on"],
    );
}

#[test]
fn max_items_ends_the_stream() {
    let (_folder, buckets) = bucket(&[("file", b"[1,2,3,")]);
    let mut reader = object("file", of_type(InputType::Json));
    for (most, expected) in [(0, ""), (1, "1"), (3, "1\n2\n3")] {
        reader.max_items = Some(most);
        assert_eq!(all(&reader, &buckets), expected);
    }
}

#[test]
fn nothing_follows_an_error() {
    let (_folder, buckets) = bucket(&[("file", b"[1 , 2")]);
    let items = open(&object("file", of_type(InputType::Json)), &buckets).expect("opens");
    assert_eq!(items.take(10).count(), 2);
}

#[test]
fn an_item_knows_where_it_is_from() {
    let (_folder, buckets) = bucket(&[("in/file", b"[1]")]);
    let source = |reader: &ItemReader| {
        let mut items = open(reader, &buckets).expect("opens");
        items.next().expect("an item").expect("no error").source
    };
    assert_eq!(
        &*source(&object("in/file", of_type(InputType::Json))),
        "S3://b/in/file"
    );
    assert_eq!(&*source(&listing("", ReaderConfig::default())), "S3://b");
    let flattened = ReaderConfig {
        loads_and_flattens: true,
        ..of_type(InputType::Json)
    };
    assert_eq!(&*source(&listing("in", flattened)), "S3://b/in/file");
}

/// The keys of a listing, in one line.
#[track_caller]
fn check_listing(buckets: &Buckets, prefix: &str, expected: &str) {
    let items = open(&listing(prefix, ReaderConfig::default()), buckets).expect("opens");
    let key = |item: Result<SourceItem, StatesError>| {
        let item = item.and_then(SourceItem::read).expect("an item");
        item.get("Key")
            .and_then(Json::as_str)
            .expect("a key")
            .to_owned()
    };
    assert_eq!(
        items.map(key).collect::<Vec<_>>().join(" "),
        expected,
        "{prefix:?}"
    );
}

#[test]
fn a_listing_is_in_the_order_of_the_keys_bytes() {
    let files = ["a/z", "a.txt", "a-b/x", "a0", "B", "ä", "a/b/c"].map(|key| (key, &b""[..]));
    let (folder, buckets) = bucket(&files);
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    check_listing(&buckets, "", "B a-b/x a.txt a/b/c a/z a0 ä");
    check_listing(&buckets, "a", "a-b/x a.txt a/b/c a/z a0");
    check_listing(&buckets, "a/", "a/b/c a/z");
    check_listing(&buckets, "a/b", "a/b/c");
    check_listing(&buckets, "no/such", "");
}

#[cfg(unix)]
#[test]
fn links_and_devices_are_not_listed() {
    let (folder, buckets) = bucket(&[("a", b"")]);
    for link in ["to-a-file", "to-itself"] {
        let target = if link == "to-itself" { "." } else { "a" };
        std::os::unix::fs::symlink(target, folder.path().join(link)).expect("a link");
    }
    check_listing(&buckets, "", "a");
    let mut devices = Buckets::default();
    devices.insert("b", "/dev".into());
    check_listing(&devices, "nul", "");
}

#[test]
fn a_bucket_without_its_folder_is_told() {
    let mut buckets = Buckets::default();
    buckets.insert("b", "no/such/folder".into());
    let told = all(&listing("", ReaderConfig::default()), &buckets);
    assert!(
        told.starts_with("! cannot read S3://b: no/such/folder: "),
        "{told}"
    );
}

#[test]
fn a_listed_object_is_told_as_s3_tells_it() {
    let (folder, buckets) = bucket(&[("in/a.txt", b"hello")]);
    let file = fs::File::options()
        .append(true)
        .open(folder.path().join("in/a.txt"));
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_668_699_881);
    file.and_then(|file| file.set_modified(time))
        .expect("a time");
    assert_eq!(
        all(&listing("in/", ReaderConfig::default()), &buckets),
        r#"{"Etag":"\"5d41402abc4b2a76b9719d911017c592\"","LastModified":1668699881,"Key":"in/a.txt","Size":5,"StorageClass":"STANDARD"}"#
    );
}

#[test]
fn a_listing_flattened_gives_what_is_in_the_objects() {
    let (_folder, buckets) = bucket(&[("d/2", b"3\n"), ("d/1", b"1\n2\n"), ("e", b"x")]);
    let config = ReaderConfig {
        loads_and_flattens: true,
        ..of_type(InputType::JsonLines)
    };
    assert_eq!(all(&listing("d/", config), &buckets), "1\n2\n3");
}

fn packed(content: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(content).expect("packs");
    out.finish().expect("packs")
}

#[test]
fn an_inventory_gives_the_rows_of_its_files() {
    let manifest = br#"{"fileFormat": "CSV", "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "data/1.csv.gz", "size": 1}, {"key": "data/2.csv"}]}"#;
    let first = packed(b"\"src\",\"x.txt\",\"3\"\n");
    let files = [
        ("manifest.json", &manifest[..]),
        ("data/1.csv.gz", &first),
        ("data/2.csv", b"src,y.txt,4\n"),
        ("orc.json", br#"{"fileFormat": "ORC"}"#),
    ];
    let (_folder, buckets) = bucket(&files);
    let expected = [
        r#"{"Bucket":"src","Size":"3","Key":"x.txt"}"#,
        r#"{"Bucket":"src","Size":"4","Key":"y.txt"}"#,
    ];
    let newer = ReaderConfig {
        manifest_type: Some(ManifestType::S3Inventory),
        ..ReaderConfig::default()
    };
    for config in [newer, of_type(InputType::Manifest)] {
        assert_eq!(
            all(&object("manifest.json", config.clone()), &buckets),
            expected.join("\n")
        );
        let cause = "! cannot read S3://b/orc.json: an S3 inventory is read here when its \
                     `fileFormat` is \"CSV\"";
        assert_eq!(all(&object("orc.json", config), &buckets), cause);
    }
}

#[test]
fn a_manifest_of_athena_lists_data_files() {
    let lines = packed(b"1\n2\n");
    let files = [
        (
            "list.csv",
            &b"s3://b/out/1.gz\n\"s3://b/out/2\"\nhttp://x\n"[..],
        ),
        ("out/1.gz", &lines),
        ("out/2", b"3\n"),
    ];
    let (_folder, buckets) = bucket(&files);
    let config = ReaderConfig {
        manifest_type: Some(ManifestType::AthenaData),
        ..of_type(InputType::JsonLines)
    };
    assert_eq!(
        all(&object("list.csv", config), &buckets),
        "1\n2\n3\n! cannot read S3://b/list.csv: line 3: not `s3://BUCKET/KEY`"
    );
}

#[test]
fn parquet_is_refused_with_what_to_do() {
    check(
        b"PAR1",
        of_type(InputType::Parquet),
        &[
            "! cannot read S3://b/file: Parquet is not read here: convert the file to JSON Lines or \
           CSV for a local run",
        ],
    );
}

#[test]
fn files_that_are_none_are_refused() {
    let (folder, buckets) = bucket(&[("in/file", b"[1]"), ("packed", &packed(b"[1]"))]);
    let cause = |key: &str| all(&object(key, of_type(InputType::Json)), &buckets);
    let path = |key: &str| folder.path().join(key).display().to_string();
    assert!(cause("no").starts_with(&format!("! cannot read S3://b/no: {}: ", path("no"))));
    assert!(cause("in").ends_with("it is a folder"));
    assert!(cause("../x").contains("cannot be the name of a file"));
    assert!(cause("packed").contains("packed by gzip"));
    let elsewhere = ItemReader {
        source: ItemSource::Object {
            bucket: "other".into(),
            key: "k".into(),
        },
        ..object("", of_type(InputType::Json))
    };
    assert_eq!(
        all(&elsewhere, &buckets),
        "! cannot read S3://other/k: no folder stands for the bucket \"other\": name one with \
         --bucket other=DIR"
    );
}

#[cfg(unix)]
#[test]
fn a_device_is_no_object() {
    let mut buckets = Buckets::default();
    buckets.insert("b", "/dev".into());
    let cause = all(&object("null", of_type(InputType::Json)), &buckets);
    assert!(cause.ends_with("it is not a regular file"), "{cause}");
}

/// A text without an end.
fn endless(start: &[u8]) -> Object {
    use std::io::{BufReader, Cursor, Read};
    let input = Cursor::new(start.to_vec()).chain(std::io::repeat(b'x'));
    Object {
        source: "S3://b/endless".into(),
        input: Box::new(BufReader::new(input)),
    }
}

#[test]
fn an_endless_item_is_refused_at_the_limit() {
    for (input_type, start, place) in [
        (InputType::JsonLines, &b"1\n\""[..], "line 2"),
        (InputType::Csv, b"A\n1\n\"", "line 3"),
        (InputType::Json, b"[1,\"", "the item of index 1"),
    ] {
        let rows = rows(endless(start), &of_type(input_type)).expect("opens");
        let left = u64::MAX;
        let last = Items { rows, left }.last().expect("an item");
        let cause = last.expect_err("too long").cause.expect("a cause");
        let expected = format!("cannot read S3://b/endless: {place} is longer than 16 MiB");
        assert_eq!(&*cause, expected, "{input_type:?}");
    }
}
