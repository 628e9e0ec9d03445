//! What is at work right now, in a few lines that are drawn again and again while an execution
//! runs. The time comes in, so that the same moment always looks the same.

use super::layout::{Piece, Row, WIDE, write_rows};
use super::{delay, duration, error_name, kind, mark, short_name};
use crate::data::Timestamp;
use crate::history::outline::{Outline, StateType, Status, Thread, Visit};
use crate::report::style::{Role, Style, columns, printable};

/// How many lines there are at most, with the headline.
pub const MAX_LINES: usize = 8;

/// How many iterations of one Map are shown: the others are counted.
const MAX_ITERATIONS: usize = 4;

/// What has not lasted so long is not shown, in milliseconds: it would only flash.
pub const YOUNG: i64 = 100;

/// How many cells the bar of a Map has.
const CELLS: u64 = 10;

/// Below this width a Map has no bar.
const NARROW: usize = 60;

/// Turns ten times a second.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// An execution at an instant.
#[derive(Clone, Copy)]
pub struct Live<'a> {
    /// What happened so far.
    pub outline: &'a Outline,
    /// The state machine's name.
    pub machine: &'a str,
    /// The time in the execution.
    pub now: Timestamp,
    /// Milliseconds since the run began, outside.
    pub millis: i64,
    /// What a state waits for.
    pub due: &'a dyn Fn(&Visit<'_>) -> Option<Due>,
    /// How far the Map Run of a state is.
    pub map_run: &'a dyn Fn(&str) -> Option<Gauge>,
}

/// When a state goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// A Wait is over.
    Wait {
        /// When.
        until: Timestamp,
    },
    /// It is tried again.
    Retry {
        /// When.
        until: Timestamp,
        /// Which retry it will be, from 1.
        number: u32,
        /// How many there may be.
        most: i64,
    },
}

/// How far a Map is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauge {
    /// How many items are done.
    pub done: u64,
    /// How many of these failed.
    pub failed: u64,
    /// How many are at work, if that is known.
    pub running: Option<u64>,
    /// How many there are.
    pub total: u64,
    /// Whether more may be found.
    pub is_growing: bool,
}

/// What is at work, a line each.
///
/// # Panics
/// Never: a string takes all.
#[must_use]
pub fn lines(live: &Live<'_>, style: &Style) -> String {
    let mut text = headline(live, style);
    let mut picture = Picture {
        live,
        width: style.width,
        rows: Vec::new(),
    };
    picture.thread(live.outline.thread(), "", None);
    let mut rows = picture.rows;
    if rows.len() >= MAX_LINES {
        rows.truncate(MAX_LINES - 2);
        rows.push(Row::note(String::from("  "), String::from("more at work")));
    }
    if !rows.is_empty() {
        text.push('\n');
        write_rows(&rows, style, &mut text).expect("a string takes all");
    }
    text.truncate(text.trim_end_matches('\n').len());
    text
}

/// `⠹ order-saga   12 s   41 events`
fn headline(live: &Live<'_>, style: &Style) -> String {
    let turn = usize::try_from(live.millis.max(0) / 100).unwrap_or(0) % SPINNER.len();
    let name = short_name(&simple(live.machine), style.width / 2);
    let mut used = 2 + columns(&name);
    let spinner = style.paint(Role::Busy, SPINNER[turn]);
    let mut text = format!("{spinner} {}", style.bold(&name));
    let summary = live.outline.summary();
    let inside = summary.started.map_or(0, |began| live.now.since(began));
    let mut pieces = vec![passed(live.millis)];
    if inside > live.millis + 1000 {
        pieces.push(format!("{} of virtual time", duration(inside)));
    }
    let plural = if summary.events == 1 { "" } else { "s" };
    pieces.push(format!("{} event{plural}", summary.events));
    for piece in pieces {
        used += 3 + columns(&piece);
        if used <= style.width {
            text.push_str("   ");
            text.push_str(&piece);
        }
    }
    text
}

struct Picture<'a> {
    live: &'a Live<'a>,
    width: usize,
    rows: Vec<Row>,
}

impl Picture<'_> {
    /// The state a thread is at, and what that is made of. Recursion is bounded by the rows.
    fn thread(&mut self, thread: Thread<'_>, lead: &str, label: Option<String>) {
        let open = thread
            .last()
            .filter(|visit| visit.status() == Status::Running);
        let Some(visit) = open.filter(|visit| self.is_shown(visit)) else {
            return;
        };
        self.visit(&visit, lead, label);
        let inner = format!("{lead}  ");
        let is_map = visit.state_type() == StateType::Map;
        let threads = if is_map {
            visit.running(MAX_ITERATIONS)
        } else {
            visit.threads()
        };
        for thread in threads {
            let number = thread.number();
            let label = if is_map {
                format!("[{number}]")
            } else {
                number.to_string()
            };
            self.thread(thread, &inner, Some(label));
        }
    }

    fn is_shown(&self, visit: &Visit<'_>) -> bool {
        self.rows.len() < MAX_LINES && self.live.now.since(visit.entered()) >= YOUNG
    }

    fn visit(&mut self, visit: &Visit<'_>, lead: &str, label: Option<String>) {
        let due = (self.live.due)(visit).filter(|due| due.until() > self.live.now);
        let name = simple(visit.name());
        self.rows.push(Row {
            lead: format!("  {lead}"),
            mark: match due {
                Some(Due::Retry { .. }) => ("↻", Role::Warn),
                Some(Due::Wait { .. }) | None => mark(Status::Running),
            },
            name: (
                Role::Plain,
                label.map_or_else(|| name.clone(), |label| format!("{label} {name}")),
            ),
            kind: kind(visit, self.width < WIDE),
            detail: self.detail(visit, due),
            time: passed(self.live.now.since(visit.entered())),
            ..Row::default()
        });
    }

    fn detail(&self, visit: &Visit<'_>, due: Option<Due>) -> Vec<Piece> {
        let now = self.live.now;
        match due {
            Some(Due::Wait { until }) => {
                return vec![(Role::Plain, format!("{} left", left(until.since(now))))];
            }
            Some(Due::Retry {
                until,
                number,
                most,
            }) => {
                let when = left(until.since(now));
                let told = match self.width {
                    ..NARROW => format!("{number}/{most} in {when}"),
                    _ => format!("retry {number} of {most} in {when}"),
                };
                let mut pieces = vec![(Role::Warn, told)];
                if let Some(error) = error_name(visit) {
                    pieces.push((Role::Dim, format!("   {error}")));
                }
                return pieces;
            }
            None => {}
        }
        if visit.state_type() == StateType::Map
            && let Some(gauge) = self.gauge(visit)
        {
            return self.bar(&gauge);
        }
        match visit.tries().len() {
            0 | 1 => Vec::new(),
            tries => vec![(Role::Plain, format!("try {tries}"))],
        }
    }

    fn gauge(&self, visit: &Visit<'_>) -> Option<Gauge> {
        let items = visit.items();
        if items.distributed {
            let gauge = (self.live.map_run)(visit.name())?;
            // Items that are not read from elsewhere are counted when it starts.
            return Some(match items.length {
                Some(total @ 1..) => Gauge {
                    total,
                    is_growing: false,
                    ..gauge
                },
                _ => gauge,
            });
        }
        let tally = items.tally;
        Some(Gauge {
            done: tally.succeeded + tally.caught + tally.failed + tally.aborted,
            failed: tally.failed,
            running: Some(items.running as u64),
            total: items.length?,
            is_growing: false,
        })
    }

    /// `████░░░░░░ 12/40   1 ✖   3 ●`
    fn bar(&self, gauge: &Gauge) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if self.width >= NARROW && gauge.total > 0 && !gauge.is_growing {
            let full = gauge.done.min(gauge.total).saturating_mul(CELLS) / gauge.total;
            let cells = |count: u64, cell: &str| cell.repeat(usize::try_from(count).unwrap_or(0));
            pieces.push((Role::Busy, cells(full, "█")));
            pieces.push((Role::Dim, format!("{} ", cells(CELLS - full, "░"))));
        }
        let more = if gauge.is_growing { "+" } else { "" };
        let done = format!("{}/{}{more}", gauge.done, gauge.total);
        pieces.push((Role::Plain, done));
        let counts = [
            (Status::Failed, gauge.failed),
            (Status::Running, gauge.running.unwrap_or(0)),
        ];
        for (status, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            let (sign, role) = mark(status);
            pieces.push((Role::Plain, String::from("  ")));
            pieces.push((role, format!("{count} {sign}")));
        }
        pieces
    }
}

impl Due {
    /// When it goes on.
    #[must_use]
    pub fn until(self) -> Timestamp {
        match self {
            Self::Wait { until } | Self::Retry { until, .. } => until,
        }
    }
}

/// A name without what joins characters: how wide joined ones are is another thing to each
/// terminal, and a picture is drawn over itself only where its width is known.
fn simple(name: &str) -> String {
    let joins = |c: &char| matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    printable(name).chars().filter(|c| !joins(c)).collect()
}

/// Coarse enough to be read while it changes: `0.3 s`, `12 s`, `2 min 3 s`.
fn passed(millis: i64) -> String {
    let millis = millis.max(0);
    if millis < 10_000 {
        return format!("{}.{} s", millis / 1000, millis % 1000 / 100);
    }
    delay(millis - millis % 1000)
}

/// What is left, in seconds that have begun.
fn left(millis: i64) -> String {
    delay(millis.saturating_add(999) / 1000 * 1000)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::history::outline::sample::{Script, chained};

    const TASK: &str = r#""resourceType":"lambda","resource":"invoke""#;

    /// A Parallel of a Task that failed, a Wait and a Map of 40 items, twelve of them at work.
    fn busy() -> Script {
        let mut script = chained(
            r#"
            +0 ParallelStateEntered "name":"Fulfil","input":"{}"
            +0 ParallelStateStarted"#,
        );
        let scheduled = format!(r#"{TASK},"region":"","parameters":"{{}}""#);
        let (last, now) = script.chain(
            3,
            0,
            &format!(
                r#"
                +0 TaskStateEntered "name":"Book carrier","input":"{{}}"
                +0 TaskScheduled {scheduled}
                +0 TaskStarted {TASK}
                +100 TaskFailed {TASK},"error":"Carrier.Busy""#
            ),
        );
        assert_eq!((last, now), (7, 100));
        script.chain(
            3,
            200,
            r#"+0 WaitStateEntered "name":"Cool down","input":"{}""#,
        );
        let (map, now) = script.chain(
            3,
            200,
            r#"
            +0 MapStateEntered "name":"Price","input":"{}"
            +0 MapStateStarted "length":40"#,
        );
        let mut last = map;
        for index in 0..14 {
            let iteration = format!(r#""name":"Price","index":{index}"#);
            let begun = script.add(last, now, "MapIterationStarted", &iteration);
            let entered = r#""name":"Look up","input":"{}""#;
            last = script.add(begun, now + 10, "TaskStateEntered", entered);
            if index < 2 {
                let left = script.add(last, now + 20, "TaskStateExited", r#""name":"Look up""#);
                last = script.add(left, now + 20, "MapIterationSucceeded", &iteration);
            } else {
                last = map;
            }
        }
        script
    }

    /// The picture so many milliseconds after the start.
    fn picture(script: &Script, millis: i64, style: Style) -> String {
        let outline = script.outline();
        let began = outline.summary().started.expect("it has begun");
        let due = |visit: &Visit<'_>| match visit.name() {
            "Book carrier" => Some(Due::Retry {
                until: began.plus_millis(4_050),
                number: 2,
                most: 3,
            }),
            "Cool down" => Some(Due::Wait {
                until: began.plus_seconds(7200),
            }),
            _ => None,
        };
        let live = Live {
            outline: &outline,
            machine: "order-workflow",
            now: began.plus_millis(millis),
            millis,
            due: &due,
            map_run: &|state| {
                (state == "Import").then_some(Gauge {
                    done: 200,
                    failed: 3,
                    running: Some(8),
                    total: 1000,
                    is_growing: true,
                })
            },
        };
        lines(&live, &style)
    }

    #[track_caller]
    fn check(script: &Script, millis: i64, width: usize, expected: &Expect) {
        let text = picture(script, millis, Style::new(false, width));
        assert!(text.lines().count() <= MAX_LINES, "{text}");
        let mut shown = String::new();
        for line in text.lines() {
            assert!(columns(line) <= width, "{line}");
            writeln!(shown, "{line}").expect("a string takes all");
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn what_is_at_work_is_told_with_what_it_waits_for() {
        check(
            &busy(),
            1200,
            80,
            &expect![[r#"
            ⠹ order-workflow   1.2 s   42 events
              ● Fulfil             Parallel 3                                          1.2 s
                ↻ 0 Book carrier   Task        retry 2 of 3 in 3 s   Carrier.Busy      1.2 s
                ● 1 Cool down      Wait        1 h 59 min left                         1.0 s
                ● 2 Price          Map 40      ░░░░░░░░░░ 2/40  12 ●                   1.0 s
                  ● [2] Look up    Task                                                0.9 s
                  ● [3] Look up    Task                                                0.9 s
              … more at work
        "#]],
        );
        check(
            &busy(),
            1200,
            120,
            &expect![[r#"
            ⠹ order-workflow   1.2 s   42 events
              ● Fulfil                   Parallel 3 branches                                                                   1.2 s
                ↻ 0 Book carrier         Task lambda:invoke         retry 2 of 3 in 3 s   Carrier.Busy                         1.2 s
                ● 1 Cool down            Wait                       1 h 59 min left                                            1.0 s
                ● 2 Price                Map 40 items               ░░░░░░░░░░ 2/40  12 ●                                      1.0 s
                  ● [2] Look up          Task                                                                                  0.9 s
                  ● [3] Look up          Task                                                                                  0.9 s
              … more at work
        "#]],
        );
    }

    #[test]
    fn forty_columns_are_enough() {
        check(
            &busy(),
            1200,
            40,
            &expect![[r#"
            ⠹ order-workflow   1.2 s   42 events
              ● Fulfil                         1.2 s
                ↻ 0 Book carri… 2/3 in 3 s…    1.2 s
                ● 1 Cool down   1 h 59 min…    1.0 s
                ● 2 Price       2/40  12 ●     1.0 s
                  ● [2] Look up                0.9 s
                  ● [3] Look up                0.9 s
              … more at work
        "#]],
        );
    }

    #[test]
    fn a_retry_that_is_due_is_not_waited_for() {
        check(
            &busy(),
            15_000,
            80,
            &expect![[r#"
            ⠋ order-workflow   15 s   42 events
              ● Fulfil             Parallel 3                                           15 s
                ● 0 Book carrier   Task                                                 15 s
                ● 1 Cool down      Wait        1 h 59 min left                          14 s
                ● 2 Price          Map 40      ░░░░░░░░░░ 2/40  12 ●                    14 s
                  ● [2] Look up    Task                                                 14 s
                  ● [3] Look up    Task                                                 14 s
              … more at work
        "#]],
        );
    }

    #[test]
    fn what_has_only_begun_is_not_drawn() {
        check(
            &busy(),
            150,
            80,
            &expect![[r#"
            ⠙ order-workflow   0.1 s   42 events
              ● Fulfil             Parallel 3                                          0.1 s
                ↻ 0 Book carrier   Task        retry 2 of 3 in 4 s   Carrier.Busy      0.1 s
        "#]],
        );
        check(
            &busy(),
            50,
            80,
            &expect![[r#"
            ⠋ order-workflow   0.0 s   42 events
        "#]],
        );
    }

    #[test]
    fn a_map_run_tells_how_far_it_is() {
        let script = chained(
            r#"
            +0 MapStateEntered "name":"Import","input":"{}"
            +0 MapStateStarted "length":0
            +0 MapRunStarted "mapRunArn":"arn""#,
        );
        check(
            &script,
            65_000,
            80,
            &expect![[r#"
            ⠋ order-workflow   1 min 5 s   4 events
              ● Import             Map        200/1000+  3 ✖  8 ●                  1 min 5 s
        "#]],
        );
        let script = chained(
            r#"
            +0 MapStateEntered "name":"Import","input":"{}"
            +0 MapStateStarted "length":2000
            +0 MapRunStarted "mapRunArn":"arn""#,
        );
        check(
            &script,
            65_000,
            80,
            &expect![[r#"
            ⠋ order-workflow   1 min 5 s   4 events
              ● Import             Map 2000   █░░░░░░░░░ 200/2000  3 ✖  8 ●        1 min 5 s
        "#]],
        );
    }

    #[test]
    fn names_are_as_wide_as_their_characters() {
        let script = chained(r#"+0 WaitStateEntered "name":"日本 👩‍💻 ❤️ \u001b[2J","input":"{}""#);
        check(
            &script,
            3_000,
            60,
            &expect![[r#"
            ⠋ order-workflow   3.0 s   2 events
              ● 日本 👩💻 ❤ \u001b… Wait                           3.0 s
        "#]],
        );
    }

    #[test]
    fn colours_take_no_room() {
        let plain = picture(&busy(), 1200, Style::new(false, 80));
        let painted = picture(&busy(), 1200, Style::new(true, 80));
        let mut bare = String::new();
        for part in painted.split('\u{1b}') {
            let code = part.strip_prefix('[').and_then(|it| it.split_once('m'));
            bare.push_str(code.map_or(part, |(_, text)| text));
        }
        assert_eq!(bare, plain);
    }
}
