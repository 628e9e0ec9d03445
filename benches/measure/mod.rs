//! What the benches of whole processes share: which program, how long, the median of several runs.

use std::process::Command;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

/// How many runs count.
pub const RUNS: usize = 5;

/// The program that is measured: `ASL_BENCH_ASL`, else the one that was built for the bench,
/// without the last tenth that a release build adds.
pub fn asl() -> Command {
    let named = std::env::var_os("ASL_BENCH_ASL");
    Command::new(named.unwrap_or_else(|| env!("CARGO_BIN_EXE_asl").into()))
}

/// The median of several runs, after one that does not count.
pub fn median(mut run: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..=RUNS).map(|_| run()).skip(1).collect();
    times.sort();
    times[RUNS / 2]
}

/// User and system CPU of all processes that were waited for meanwhile.
pub fn cpu(run: impl FnOnce()) -> Duration {
    let before = children();
    run();
    children().saturating_sub(before)
}

fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
    let micros = |time: nix::sys::time::TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    let total = micros(usage.user_time()) + micros(usage.system_time());
    Duration::from_micros(u64::try_from(total).expect("time is positive"))
}
