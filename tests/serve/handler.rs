//! Who does the work of Tasks in these tests: it remembers every call.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// An endpoint that answers every Task with its input.
pub(crate) struct Handler {
    pub(crate) url: String,
    pub(crate) calls: Receiver<Call>,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call {
    /// When its connection came, in milliseconds since 1970.
    pub(crate) opened: u128,
    /// When it came.
    pub(crate) at: u128,
    pub(crate) body: Value,
}

impl Handler {
    pub(crate) fn start() -> Self {
        Self::start_slow(0)
    }

    /// The same, but who calls first is not answered: so many calls.
    pub(crate) fn start_slow(calls_unanswered: usize) -> Self {
        let unanswered = Arc::new(AtomicUsize::new(calls_unanswered));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (sender, calls) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (sender, unanswered) = (sender.clone(), Arc::clone(&unanswered));
                // Who calls may be killed at any moment.
                thread::spawn(move || {
                    let _ = serve(stream, |call| {
                        let _ = sender.send(call);
                        let less = |left: usize| left.checked_sub(1);
                        unanswered
                            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
                            .is_err()
                    });
                });
            }
        });
        let url = format!("http://{address}/");
        Self { url, calls }
    }
}

/// Serves a connection; who hears a call says whether it is answered.
fn serve(stream: TcpStream, hear: impl Fn(Call) -> bool) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let opened = now();
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.trim_end().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let at = now();
        let body = serde_json::from_slice(&body)?;
        if !hear(Call { opened, at, body }) {
            continue;
        }
        let answer = "{\"ok\":true}";
        let ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length:";
        write!(reader.get_mut(), "{ok} {}\r\n\r\n{answer}", answer.len())?;
    }
}

fn now() -> u128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a time after 1970").as_millis()
}
