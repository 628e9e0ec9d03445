//! Files of items: CSV, JSON Lines, JSON. Whatever stands in them, there are items or an error that
//! names the file, and rows have the columns of their table.

use std::fs;

use super::mutate::Corpus;
use super::runner::{Reader, fuzz};
use aslkit::data::Json;
use aslkit::engine::map_run::{CsvDelimiter, InputType, ItemReader, ItemSource, ReaderConfig};
use aslkit::runtime::{Buckets, items};

const CORPUS: Corpus = Corpus {
    seeds: &[
        "a,b,c\n1,2,3\n\"x,y\",\"z\"\"z\",\r\n,,\n",
        "id;name\n1;two\n3;\"four\nfive\"\n",
        "{\"a\":1}\n[1,2,{\"b\":null}]\n\n\"text\"\n",
        "[1,{\"a\":[2,3]},\"four\",null,-5.5e3]",
        "{\"deep\":{\"items\":[1,2,3]},\"more\":[]}",
        "\u{feff}h\n\u{e9}\u{1F600}\n",
    ],
    tokens: &[
        ",", ";", "\t", "|", "\"", "\"\"", "\n", "\r\n", "\r", "{", "}", "[", "]", ":", "\\",
        "\\u0000", "\\ud800", "null", "0", "-1", "1e999", "\u{0}", "\u{feff}", " ", "a",
    ],
    pairs: &[("\"", "\""), ("[", "]"), ("{\"a\":", "}"), (",", ",")],
};

#[test]
fn any_file_has_items_or_is_refused() {
    fuzz(Reader {
        name: "items",
        cases: 500,
        corpus: CORPUS,
        found: &[],
        check: read,
    });
}

fn read(text: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("file"), text).expect("a file");
    let mut buckets = Buckets::default();
    buckets.insert("b", folder.path().to_owned());
    let delimiters = [CsvDelimiter::Comma, CsvDelimiter::Semicolon];
    for delimiter in delimiters {
        check(&buckets, InputType::Csv, delimiter);
    }
    check(&buckets, InputType::Json, CsvDelimiter::Comma);
    check(&buckets, InputType::JsonLines, CsvDelimiter::Comma);
}

fn check(buckets: &Buckets, input_type: InputType, csv_delimiter: CsvDelimiter) {
    let reader = ItemReader {
        source: ItemSource::Object {
            bucket: "b".into(),
            key: "file".into(),
        },
        config: ReaderConfig {
            input_type: Some(input_type),
            csv_delimiter,
            ..ReaderConfig::default()
        },
        max_items: None,
    };
    let Ok(found) = items::open(&reader, buckets) else {
        return;
    };
    let mut columns = None;
    for item in found {
        let Ok(item) = item.and_then(items::SourceItem::read) else {
            return;
        };
        if input_type == InputType::Csv {
            let count = item.as_object().expect("a row is an object").len();
            assert_eq!(*columns.get_or_insert(count), count, "{}", item.text());
        }
        // What was read can be written and read again.
        assert_eq!(Json::parse(&item.text()).expect("JSON"), item);
    }
}
