//! What many calls cost: inputs through `--inputs`, an endpoint that answers at once, commands
//! against the same commands started bare. `cargo bench --bench many`.

mod measure;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::post;
use axum::serve::ListenerExt;
use measure::{RUNS, cpu, median};
use nix::sys::resource::{UsageWho, getrusage};

/// Five states, two of them Tasks.
const ORDER: &str = r#"{"StartAt":"Count","States":{
    "Count":{"Type":"Pass","Parameters":{"id.$":"$.id","n.$":"States.MathAdd($.id, 1)"},"Next":"Charge"},
    "Charge":{"Type":"Task","Resource":"charge","ResultPath":"$.charge","Next":"Big"},
    "Big":{"Type":"Choice","Choices":[{"Variable":"$.id","NumericLessThan":0,"Next":"Done"}],"Default":"Ship"},
    "Ship":{"Type":"Task","Resource":"ship","ResultPath":"$.ship","Next":"Done"},
    "Done":{"Type":"Succeed"}}}"#;

const MOCKS: &str = r#"{"charge":{"return":{"ok":true}},"ship":{"return":{"MessageId":"m"}}}"#;

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("many");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    inputs(&folder);
    requests(&folder);
    commands(&folder);
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("writable");
    path
}

fn asl(definition: &Path, input: &str, path: &Path) -> Command {
    let mut command = measure::asl();
    command.arg("run").arg("-q").arg(definition);
    command.arg(input).arg(path).args(["--max-events", "0"]);
    command.stdout(Stdio::null());
    command
}

fn succeeds(mut command: Command) {
    let status = command.status().expect("the command starts");
    assert!(status.success(), "{command:?} failed");
}

fn wall(run: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

/// The cost must grow with the number of inputs, and the memory must not.
fn inputs(folder: &Path) {
    let definition = file(folder, "order.json", ORDER);
    let mocks = file(folder, "mocks.json", MOCKS);
    println!("inputs, 5 states mocked         CPU     each    largest");
    for count in [1_000, 10_000, 100_000] {
        let lines = (0..count).fold(String::new(), |lines, id| {
            lines + "{\"id\":" + &id.to_string() + "}\n"
        });
        let lines = file(folder, "inputs.jsonl", &lines);
        let run = || {
            let mut command = asl(&definition, "--inputs", &lines);
            command.arg("--mock").arg(&mocks).args(["--time", "skip"]);
            cpu(|| succeeds(command))
        };
        let cpu = median(run);
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
        let largest = usage.max_rss();
        println!(
            "{count:>23} {:>8.0} ms {:>5.1} µs {:>6.1} MiB",
            cpu.as_secs_f64() * 1e3,
            cpu.as_secs_f64() * 1e6 / f64::from(count),
            Duration::from_secs(u64::try_from(largest).expect("positive")).as_secs_f64() / 1024.0
        );
    }
}

/// A Map over so many numbers, each of them one call.
fn map(mode: &str, most: usize) -> String {
    format!(
        r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","MaxConcurrency":{most},"ResultPath":null,"End":true,
        "ItemProcessor":{{"ProcessorConfig":{{"Mode":"{mode}","ExecutionType":"EXPRESS"}},"StartAt":"Call","States":{{
          "Call":{{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true}}}}}}}}}}}}"#
    )
    .replace(r#""Mode":"INLINE","ExecutionType":"EXPRESS""#, r#""Mode":"INLINE""#)
}

fn numbers(count: usize) -> String {
    let numbers: Vec<String> = (0..count).map(|n| n.to_string()).collect();
    format!("[{}]", numbers.join(","))
}

/// Serves until the process ends; tells its address, and counts its connections.
fn serve(connections: Arc<AtomicUsize>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            let listener = listener.tap_io(move |_| {
                connections.fetch_add(1, Ordering::Relaxed);
            });
            let app = Router::new().route("/", post(async || "1"));
            axum::serve(listener, app).await
        })
    });
    format!("*=http://{address}/")
}

fn requests(folder: &Path) {
    const CALLS: usize = 10_000;
    let connections = Arc::new(AtomicUsize::new(0));
    let task = serve(Arc::clone(&connections));
    let input = file(folder, "numbers.json", &numbers(CALLS));
    println!("\n{CALLS} calls of an endpoint      wall   calls/s  connections");
    for (mode, most) in [("DISTRIBUTED", 100), ("INLINE", 40)] {
        let definition = file(folder, "map.json", &map(mode, most));
        let before = connections.load(Ordering::Relaxed);
        let time = median(|| {
            let mut command = asl(&definition, "--input-file", &input);
            command.arg("--task").arg(&task);
            wall(|| succeeds(command))
        });
        let opened = (connections.load(Ordering::Relaxed) - before) / (RUNS + 1);
        println!(
            "{mode:>17}, {most:>3} at once {:>6.0} ms {:>8.0} {opened:>8} a run",
            time.as_secs_f64() * 1e3,
            10_000.0 / time.as_secs_f64(),
        );
    }
}

/// The same command, started by the handler and bare, one after the other.
fn commands(folder: &Path) {
    const CALLS: u32 = 500;
    let definition = file(folder, "map.json", &map("INLINE", 1));
    let run = |count: usize| {
        let input = file(folder, "numbers.json", &numbers(count));
        median(|| {
            let mut command = asl(&definition, "--input-file", &input);
            command.args(["--task", "*=cmd:echo 1"]);
            wall(|| succeeds(command))
        })
    };
    let handled = run(CALLS as usize).saturating_sub(run(0)) / CALLS;
    let bare = median(|| {
        wall(|| {
            for _ in 0..CALLS {
                let child = Command::new("echo")
                    .arg("1")
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn();
                let output = child.expect("it starts").wait_with_output();
                assert_eq!(output.expect("it ends").stdout, b"1\n");
            }
        })
    }) / CALLS;
    println!("\na command                handled      bare   ratio");
    println!(
        "{:>17} {:>9.0} µs {:>6.0} µs {:>6.2}×",
        "echo 1",
        handled.as_secs_f64() * 1e6,
        bare.as_secs_f64() * 1e6,
        handled.as_secs_f64() / bare.as_secs_f64()
    );
}
