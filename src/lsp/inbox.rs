//! Messages that have come and are not dealt with yet.

use std::collections::VecDeque;
use std::time::Duration;

use lsp_server::{Connection, ErrorCode, Message, RequestId, Response};
use lsp_types::notification::{Cancel, Notification};
use lsp_types::{CancelParams, NumberOrString};

/// How long a person must pause before a text is judged: shorter than anybody notices, longer
/// than it takes a client to send the messages of one change.
const PAUSE: Duration = Duration::from_millis(20);

/// What is next.
pub(super) enum Next {
    Message(Message),
    /// Nothing came for a while.
    Quiet,
    /// The client is gone.
    Gone,
}

/// The queue of messages, in which requests are cancelled before they are looked at.
#[derive(Default)]
pub(super) struct Inbox {
    waiting: VecDeque<Message>,
}

impl Inbox {
    /// The next message; [`Next::Quiet`] only when there is something to do meanwhile.
    pub(super) fn next(&mut self, connection: &Connection, has_work: bool) -> Next {
        for message in connection.receiver.try_iter() {
            self.put(message, connection);
        }
        if let Some(message) = self.waiting.pop_front() {
            return Next::Message(message);
        }
        if !has_work {
            return connection.receiver.recv().map_or(Next::Gone, Next::Message);
        }
        match connection.receiver.recv_timeout(PAUSE) {
            Ok(message) => Next::Message(message),
            Err(error) if error.is_timeout() => Next::Quiet,
            Err(_) => Next::Gone,
        }
    }

    fn put(&mut self, message: Message, connection: &Connection) {
        let cancelled = match &message {
            Message::Notification(told) if told.method == Cancel::METHOD => id_of(&told.params),
            _ => None,
        };
        let Some(id) = cancelled else {
            self.waiting.push_back(message);
            return;
        };
        let is_it =
            |message: &Message| matches!(message, Message::Request(asked) if asked.id == id);
        if let Some(at) = self.waiting.iter().position(is_it) {
            self.waiting.remove(at);
            let code = ErrorCode::RequestCanceled as i32;
            let answer = Response::new_err(id, code, "cancelled by the client".to_owned());
            // A client that is gone waits for no answer.
            let _ = connection.sender.send(answer.into());
        }
    }
}

fn id_of(params: &serde_json::Value) -> Option<RequestId> {
    let params: CancelParams = serde_json::from_value(params.clone()).ok()?;
    Some(match params.id {
        NumberOrString::Number(id) => id.into(),
        NumberOrString::String(id) => id.into(),
    })
}
