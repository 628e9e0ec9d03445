//! What an expression reads and calls, as plain data.

use std::sync::Arc;

/// What an expression reads and calls, in order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The variables it reads; `$states`, and names that it binds itself, are not among them.
    pub reads: Vec<Read>,
    /// The functions it calls by name; those that it defines itself are not among them.
    pub calls: Vec<Call>,
}

/// A variable that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The name without `$`.
    pub name: Arc<str>,
    /// Bytes from the start of the expression.
    pub offset: usize,
    /// Its bytes.
    pub len: usize,
}

/// A function that is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The name without `$`.
    pub name: Arc<str>,
    /// Bytes of the name from the start of the expression.
    pub offset: usize,
    /// Its bytes.
    pub len: usize,
    /// Whether JSONata or Step Functions has a function of this name.
    pub is_known: bool,
    /// How many arguments it is called with.
    pub arguments: usize,
    /// How many it takes, when that is limited.
    pub most: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::super::Reading;

    fn check(source: &str, reads: &str, calls: &str) {
        let reading = Reading::of(source).expect("parses");
        let usage = reading.usage();
        let place = |offset: usize, len: usize| &source[offset..offset + len];
        let found = usage.reads.iter().map(|read| {
            assert_eq!(place(read.offset, read.len), format!("${}", read.name));
            read.name.to_string()
        });
        assert_eq!(found.collect::<Vec<_>>().join(" "), reads, "{source}");
        let found = usage.calls.iter().map(|call| {
            assert_eq!(place(call.offset, call.len), format!("${}", call.name));
            let known = if call.is_known { "" } else { "?" };
            format!("{}{known}/{}", call.name, call.arguments)
        });
        assert_eq!(found.collect::<Vec<_>>().join(" "), calls, "{source}");
    }

    #[test]
    fn free_variables_and_calls_are_told_with_their_places() {
        check("$x.a + $y[$i = 1]", "x y i", "");
        check("$states.input.a & $sum($x)", "x", "sum/1");
        check("$foo(1, $z)", "z", "foo?/2");
        check("($f := function($n) { $n + $k }; $f(1))", "k", "");
        check("$map($xs, function($v, $i) { $v * $i })", "xs", "map/2");
        check(
            "$x ~> $trim() ~> $substring(1, 2)",
            "x",
            "trim/1 substring/3",
        );
        check("$x ~> $uppercase", "x", "uppercase/1");
        check("$states.input.items@$i.{'a': $i.b, 'c': $c}", "c", "");
        check("items#$p[$p < $limit]", "limit", "");
        check("$eval('1')", "", "eval/1");
    }

    #[test]
    fn the_most_arguments_are_known() {
        let most = |source: &str| {
            let reading = Reading::of(source).expect("parses");
            let usage = reading.usage();
            usage.calls[0].most
        };
        assert_eq!(most("$substring('a', 1, 2)"), Some(3));
        assert_eq!(most("$map([], $f)"), Some(2));
        assert_eq!(most("$now()"), Some(2));
        assert_eq!(most("$uuid()"), Some(0));
        assert_eq!(most("$hash('a', 'MD5')"), Some(2));
        assert_eq!(most("$append([], 1)"), Some(2));
    }

    #[test]
    fn nothing_comes_of_a_variable_without_a_value() {
        let gives_nothing = |source: &str| {
            let expression = Reading::of(source).expect("parses");
            expression.gives_nothing(&|name| name == "x")
        };
        for source in [
            "$x", "$x.a.b", "$x[0]", "$x + 1", "1 + $x", "-$x", "($x * 2)",
        ] {
            assert!(gives_nothing(source), "{source}");
        }
        for source in [
            "$y",
            "$x & 'a'",
            "$exists($x)",
            "[$x]",
            "$x = 1",
            "$x ? 1 : 2",
            "($x := 1; $x)",
        ] {
            assert!(!gives_nothing(source), "{source}");
        }
    }
}
