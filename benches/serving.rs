//! What `asl serve` bears: executions on the disk with fifty clients, answers at once, long lists,
//! a start with many executions that wait. `cargo bench --bench serving`.
//!
//! With `ASL_PYTHON_ENV`, an environment of Python with ministack, and `ASL_MOTO_ENV`, one with
//! moto's server, the same is asked of those, which keep nothing on the disk.

#[expect(dead_code, reason = "a server is asked, not timed as a whole")]
mod measure;
#[path = "../tests/support/server.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod server;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{Client, Server};
use tempfile::TempDir;

const CLIENTS: usize = 50;

const AT_ONCE: fn(usize) = |_| ();

const SMALL: &str = r#"{"StartAt":"A","States":{
    "A":{"Type":"Pass","Parameters":{"id.$":"$.id","twice.$":"States.MathAdd($.id, $.id)"},"Next":"B"},
    "B":{"Type":"Choice","Choices":[{"Variable":"$.id","NumericLessThan":0,"Next":"C"}],"Default":"C"},
    "C":{"Type":"Succeed"}}}"#;

const LONG: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":9000000,"End":true}}}"#;

fn main() {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("the target folder");
    let folder = folder.path();
    fs::write(folder.join("small.asl.json"), SMALL).expect("writable");
    fs::write(folder.join("long.asl.json"), LONG).expect("writable");
    let arguments = ["small.asl.json", "long.asl.json", "--db", "asl.db"];
    let server = Server::run(measure::asl(), folder, &arguments);
    let express = express(&mut server.client());
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:small";
    println!("asl serve, on the disk, {CLIENTS} clients");
    started("  ", &|| server.client(), machine, 20_000, CLIENTS, start);
    paced(&|| server.client(), machine, 2_000);
    in_sync("  ", &|| server.client(), &express, 50_000);
    many(&server, machine);
    server.kill();
    rebuilt(folder, &arguments);
    let programs = |name| std::env::var_os(name).map(|folder| Path::new(&folder).join("bin"));
    if let Some(programs) = programs("ASL_PYTHON_ENV") {
        peer("MiniStack", &programs.join("ministack"), &ministack, |_| ());
    }
    if let Some(programs) = programs("ASL_MOTO_ENV") {
        peer("moto", &programs.join("moto_server"), &moto, executes);
    }
}

fn express(client: &mut Client) -> String {
    let made = client.must(
        "CreateStateMachine",
        &json!({"name": "express", "definition": SMALL, "type": "EXPRESS",
            "roleArn": "arn:aws:iam::123456789012:role/r"}),
    );
    made["stateMachineArn"].as_str().expect("an ARN").to_owned()
}

/// Lets clients call so often in all, each on a connection of its own and after a pause; how long
/// each call took.
fn calls(
    client: &(dyn Fn() -> Client + Sync),
    clients: usize,
    count: usize,
    pause: &(dyn Fn(usize) + Sync),
    call: &(dyn Fn(&mut Client, usize) + Sync),
) -> Vec<Duration> {
    let next = AtomicUsize::new(0);
    let times = thread::scope(|scope| {
        let callers: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(|| {
                    let (mut client, mut times) = (client(), Vec::new());
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            return times;
                        }
                        pause(number);
                        let began = Instant::now();
                        call(&mut client, number);
                        times.push(began.elapsed());
                    }
                })
            })
            .collect();
        let times = callers.into_iter().map(thread::ScopedJoinHandle::join);
        times
            .flat_map(|times| times.expect("no panic"))
            .collect::<Vec<_>>()
    });
    let mut times = times;
    times.sort();
    times
}

/// `StartExecution`, until the last one has ended.
fn started(
    indent: &str,
    client: &(dyn Fn() -> Client + Sync),
    machine: &str,
    count: usize,
    clients: usize,
    start: fn(&mut Client, &str, usize),
) {
    let began = Instant::now();
    let times = calls(client, clients, count, &AT_ONCE, &|client, number| {
        start(client, machine, number);
    });
    let acknowledged = began.elapsed();
    let mut one = client();
    let running = json!({"stateMachineArn": machine, "statusFilter": "RUNNING"});
    while one.must("ListExecutions", &running)["executions"] != json!([]) {}
    let ended = began.elapsed();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    println!(
        "{indent}StartExecution of 3 states, {count}: {:.0}/s acknowledged, {:.0}/s to the end; \
         p50 {:.1?}, p99 {:.1?}",
        rate(count, acknowledged),
        rate(count, ended),
        at(50),
        at(99)
    );
}

/// `StartExecution` by the same clients, so often a second together: how long an answer takes where
/// not every client asks again at once.
fn paced(client: &(dyn Fn() -> Client + Sync), machine: &str, rate: usize) {
    let (began, count) = (Instant::now(), 5 * rate);
    let pause = |number: usize| {
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let due = began + Duration::from_secs_f64(number as f64 / rate as f64);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    };
    let times = calls(client, CLIENTS, count, &pause, &|client, number| {
        start(client, machine, number);
    });
    println!(
        "  StartExecution, {:.0}/s asked for and acknowledged: p50 {:.1?}, p99 {:.1?}",
        self::rate(count, began.elapsed()),
        times[count / 2],
        times[count * 99 / 100]
    );
}

fn start(client: &mut Client, machine: &str, number: usize) {
    client.must("StartExecution", &request(machine, number));
}

/// A start as moto wants it: nameless executions are all one there.
fn start_named(client: &mut Client, machine: &str, number: usize) {
    let mut input = request(machine, number);
    input["name"] = json!(format!("e{number}"));
    client.must("StartExecution", &input);
}

fn request(machine: &str, number: usize) -> Value {
    let input = json!({"id": number}).to_string();
    json!({"stateMachineArn": machine, "input": input})
}

fn in_sync(indent: &str, client: &(dyn Fn() -> Client + Sync), machine: &str, count: usize) {
    let began = Instant::now();
    calls(client, CLIENTS, count, &AT_ONCE, &|client, number| {
        let input = json!({"id": number}).to_string();
        let input = json!({"stateMachineArn": machine, "input": input});
        let ended = client.must("StartSyncExecution", &input);
        assert_eq!(ended["status"], "SUCCEEDED");
    });
    println!(
        "{indent}StartSyncExecution, {count}: {:.0}/s",
        rate(count, began.elapsed())
    );
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// 100 000 executions in the database.
fn many(server: &Server, machine: &str) {
    let before = memory(server);
    started("  ", &|| server.client(), machine, 80_000, CLIENTS, start);
    let mut client = server.client();
    let mut page = |input: &Value| {
        let mut times: Vec<Duration> = (0..21)
            .map(|_| {
                let began = Instant::now();
                client.must("ListExecutions", input);
                began.elapsed()
            })
            .collect();
        times.sort();
        times[times.len() / 2]
    };
    let all = page(&json!({"stateMachineArn": machine}));
    let failed = page(&json!({"stateMachineArn": machine, "statusFilter": "FAILED"}));
    println!(
        "  100 000 executions: a page of ListExecutions {all:.1?}, of those that failed \
         {failed:.1?}; memory {} MiB, {} MiB with 20 000",
        memory(server),
        before
    );
}

/// In MiB, of the server's process.
fn memory(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

/// A start with a thousand executions that wait.
fn rebuilt(folder: &Path, arguments: &[&str]) {
    let server = Server::run(measure::asl(), folder, arguments);
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:long";
    calls(
        &|| server.client(),
        CLIENTS,
        1000,
        &AT_ONCE,
        &|client, _| {
            client.must("StartExecution", &json!({"stateMachineArn": machine}));
        },
    );
    server.kill();
    let began = Instant::now();
    let server = Server::run(measure::asl(), folder, arguments);
    let took = began.elapsed();
    let input = json!({"stateMachineArn": machine, "statusFilter": "RUNNING", "maxResults": 1000});
    let running = server.client().must("ListExecutions", &input);
    let count = running["executions"].as_array().map_or(0, Vec::len);
    println!("  start with {count} executions that wait: {took:.1?}");
}

fn ministack(program: &Path, port: &str) -> Command {
    let mut command = Command::new(program);
    command.env("BIND_HOST", "127.0.0.1");
    command.env("GATEWAY_PORT", port).env("EDGE_PORT", port);
    command
}

fn moto(program: &Path, port: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["-H", "127.0.0.1", "-p", port]);
    command
}

/// Lets moto run what is started; else it only says that it did.
fn executes(address: SocketAddr) {
    let body = r#"{"stepfunctions": {"execute_state_machine": true}}"#;
    let mut stream = TcpStream::connect(address).expect("it serves");
    write!(
        stream,
        "POST /moto-api/config HTTP/1.0\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.contains(" 201 "), "{answer}");
}

/// What else can be had on one computer, asked the same.
fn peer(
    name: &str,
    program: &Path,
    command: &dyn Fn(&Path, &str) -> Command,
    prepare: fn(SocketAddr),
) {
    if !program.exists() {
        println!("{name}: there is no {}", program.display());
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    drop(listener);
    let mut command = command(program, &address.port().to_string());
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _peer = Peer(child.expect("it starts"));
    while TcpStream::connect(address).is_err() {
        thread::yield_now();
    }
    prepare(address);
    let client = || Client::to(&address.to_string());
    let made = client().must(
        "CreateStateMachine",
        &json!({"name": "small", "definition": SMALL,
            "roleArn": "arn:aws:iam::123456789012:role/r"}),
    );
    println!("{name}, in memory, 10 clients");
    let machine = made["stateMachineArn"].as_str().expect("an ARN");
    started("  ", &client, machine, 1000, 10, start_named);
}

struct Peer(Child);

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
