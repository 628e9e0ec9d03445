//! The last words on an execution: how it ended, how long that took, what it would cost on AWS.

use std::fmt;

use super::prices::{EXPRESS_MB, Prices, dollars};
use super::{duration, mark, status_name};
use crate::history::outline::Outline;
use crate::report::style::{Style, columns, printable, split_at_word};

/// What a history does not say of its end.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// Milliseconds that passed outside, where they are others than in the execution.
    pub outside: Option<i64>,
    /// State transitions in the children of its Map Runs; none when there was no Map Run.
    pub in_map_runs: Option<u64>,
    /// Whether it ran as an Express execution.
    pub express: bool,
    /// What AWS asks for.
    pub prices: &'a Prices,
}

/// Writes a line on the end, and what it would cost.
///
/// # Errors
/// Those of `out`.
pub fn render(
    outline: &Outline,
    closing: &Closing<'_>,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let summary = outline.summary();
    let (sign, role) = mark(summary.status);
    let status = format!("{sign} {}", status_name(summary.status));
    write!(out, "{}", style.paint(role, &status))?;
    let ended = summary.ended.or(summary.last);
    let millis = ended
        .zip(summary.started)
        .map_or(0, |(ended, started)| ended.since(started));
    let time = match closing.outside.filter(|outside| *outside < millis) {
        Some(outside) => format!(
            "{} of virtual time in {}",
            duration(millis),
            duration(outside)
        ),
        None => duration(millis),
    };
    let transitions = summary.transitions + closing.in_map_runs.unwrap_or(0);
    let ending = if transitions == 1 { "" } else { "s" };
    let mut used = columns(&status);
    for piece in [time, format!("{transitions} state transition{ending}")] {
        used += 3 + columns(&piece);
        if used > style.width {
            write!(out, "\n ")?;
            used = 1 + columns(&piece);
        } else {
            write!(out, "  ")?;
        }
        write!(out, " {piece}")?;
    }
    out.write_char('\n')?;
    let cost = cost(closing, transitions, millis);
    let mut rest = cost.as_str();
    while !rest.is_empty() {
        let (head, tail) = split_at_word(rest, style.width - 2);
        writeln!(out, "  {}", style.dim(head.trim_end()))?;
        rest = tail;
    }
    Ok(())
}

/// `≈ $0.000175 as Standard, $0.00000126 as Express of 64 MB (us-east-1, 2025-01)`
fn cost(closing: &Closing<'_>, transitions: u64, millis: i64) -> String {
    let prices = closing.prices;
    let standard = format!("{} as Standard", dollars(prices.standard(transitions)));
    let express = match (closing.in_map_runs, prices.express(millis)) {
        (Some(_), _) => Err("no Express: it has no Map Runs"),
        (None, None) => Err("too long for Express"),
        (None, Some(amount)) => Ok(format!("{} as Express of {EXPRESS_MB} MB", dollars(amount))),
    };
    let (first, second) = match express {
        Ok(express) if closing.express => (express, standard),
        Ok(express) => (standard, express),
        Err(why) => (standard, why.to_owned()),
    };
    let (region, date) = (printable(&prices.region), printable(&prices.date));
    format!("≈ {first}, {second} ({region}, {date})")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::history::outline::sample::{self, Script, chained};

    fn check(script: &Script, closing: &Closing<'_>, width: usize, expected: &Expect) {
        let mut out = String::new();
        let style = Style::new(false, width);
        render(&script.outline(), closing, &style, &mut out).expect("a string takes all");
        for line in out.lines() {
            assert!(columns(line) <= width, "{line}");
        }
        expected.assert_eq(&out);
    }

    fn closing(prices: &Prices) -> Closing<'_> {
        Closing {
            outside: None,
            in_map_runs: None,
            express: false,
            prices,
        }
    }

    #[test]
    fn the_end_and_the_costs_are_told() {
        let prices = Prices::default();
        check(
            &sample::order(),
            &closing(&prices),
            80,
            &expect![[r#"
            ✖ FAILED   14.99 s   53 state transitions
              ≈ $0.00133 as Standard, $0.0000166 as Express of 64 MB (us-east-1, 2025-01)
        "#]],
        );
        check(
            &sample::order(),
            &closing(&prices),
            40,
            &expect![[r#"
            ✖ FAILED   14.99 s
              53 state transitions
              ≈ $0.00133 as Standard, $0.0000166 as
              Express of 64 MB (us-east-1, 2025-01)
        "#]],
        );
    }

    #[test]
    fn the_price_of_what_it_was_comes_first() {
        let prices = Prices::default();
        let express = Closing {
            express: true,
            ..closing(&prices)
        };
        check(
            &sample::order(),
            &express,
            120,
            &expect![[r#"
            ✖ FAILED   14.99 s   53 state transitions
              ≈ $0.0000166 as Express of 64 MB, $0.00133 as Standard (us-east-1, 2025-01)
        "#]],
        );
    }

    #[test]
    fn virtual_time_is_told_where_it_is_longer() {
        let script = chained(
            r#"
            +0 WaitStateEntered "name":"A","input":"{}"
            +187200000 WaitStateExited "name":"A","output":"{}"
            +0 ExecutionSucceeded "output":"{}""#,
        );
        let prices = Prices {
            region: "eu-central-1".to_owned(),
            standard_transitions: 0.03,
            ..Prices::default()
        };
        let skipped = Closing {
            outside: Some(12),
            ..closing(&prices)
        };
        check(
            &script,
            &skipped,
            80,
            &expect![[r#"
            ✔ SUCCEEDED   2 d 4 h of virtual time in 12 ms   1 state transition
              ≈ $0.00003 as Standard, too long for Express (eu-central-1, 2025-01)
        "#]],
        );
        let slow = Closing {
            outside: Some(187_300_000),
            in_map_runs: Some(10),
            ..closing(&prices)
        };
        check(
            &script,
            &slow,
            80,
            &expect![[r#"
            ✔ SUCCEEDED   2 d 4 h   11 state transitions
              ≈ $0.00033 as Standard, no Express: it has no Map Runs (eu-central-1, 2025-01)
        "#]],
        );
    }
}
