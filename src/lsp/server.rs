//! The conversation: who may ask what when, and which part of the room answers.

use std::collections::BTreeMap;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument,
    DidOpenTextDocument, DidSaveTextDocument, Exit, Notification as Told, PublishDiagnostics,
};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentHighlightRequest, DocumentSymbolRequest, GotoDefinition,
    HoverRequest, Initialize, PrepareRenameRequest, References, Rename, Request as Asked, Shutdown,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CompletionList, CompletionOptions, CompletionResponse,
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    GotoDefinitionResponse, InitializeParams, InitializeResult, OneOf, Position,
    PublishDiagnosticsParams, RenameOptions, ServerCapabilities, ServerInfo,
    TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, Uri,
};
use serde::de::DeserializeOwned;

use super::client::{Client, FIX_ALL};
use super::document::Document;
use super::inbox::{Inbox, Next};
use super::{
    Ended, Options, Refusal, actions, completion, diagnostics, hover, names, rename, symbols,
};
use crate::syntax::Diagnostic;

/// How far the conversation is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing but `initialize` may be asked.
    New,
    Running,
    /// Nothing but `exit` may be told.
    ShutDown,
}

/// One conversation.
pub(super) struct Server<'o> {
    connection: Connection,
    options: &'o Options<'o>,
    client: Client,
    phase: Phase,
    /// By their URI.
    documents: BTreeMap<String, Document>,
    /// Whose text changed since it was judged, the last one changed at the end.
    unjudged: Vec<String>,
}

impl<'o> Server<'o> {
    pub(super) fn new(connection: Connection, options: &'o Options<'o>) -> Self {
        Self {
            connection,
            options,
            client: Client::default(),
            phase: Phase::New,
            documents: BTreeMap::new(),
            unjudged: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Ended {
        let mut inbox = Inbox::default();
        loop {
            match inbox.next(&self.connection, !self.unjudged.is_empty()) {
                Next::Message(Message::Request(request)) => {
                    let answer = self.answer(request);
                    self.send(answer.into());
                }
                Next::Message(Message::Notification(told)) if told.method == Exit::METHOD => break,
                Next::Message(Message::Notification(told)) => self.hear(told),
                // Nothing is ever asked of the client.
                Next::Message(Message::Response(_)) => {}
                Next::Quiet => self.judge(),
                Next::Gone => break,
            }
        }
        match self.phase {
            Phase::ShutDown => Ended::InOrder,
            Phase::New | Phase::Running => Ended::Abruptly,
        }
    }

    /// Says something; a client that is gone will be noticed by its silence.
    fn send(&self, message: Message) {
        let _ = self.connection.sender.send(message);
    }

    fn answer(&mut self, request: Request) -> Response {
        let id = request.id.clone();
        let refused = match (self.phase, &*request.method) {
            (Phase::New, Initialize::METHOD) => return reply(request, |p| Ok(self.initialize(&p))),
            (Phase::New, _) => Refusal::new(
                ErrorCode::ServerNotInitialized,
                "the first request must be `initialize`",
            ),
            (Phase::Running, Initialize::METHOD) => {
                Refusal::new(ErrorCode::InvalidRequest, "`initialize` is requested once")
            }
            (Phase::Running, Shutdown::METHOD) => {
                self.phase = Phase::ShutDown;
                return Response::new_ok(id, serde_json::Value::Null);
            }
            (Phase::Running, _) => return self.answer_about_documents(request),
            (Phase::ShutDown, _) => Refusal::new(
                ErrorCode::InvalidRequest,
                "the server was shut down: nothing but `exit` is expected",
            ),
        };
        refusal(id, refused)
    }

    fn initialize(&mut self, params: &InitializeParams) -> InitializeResult {
        self.client = Client::of(params);
        self.phase = Phase::Running;
        InitializeResult {
            capabilities: capabilities(self.client),
            server_info: Some(ServerInfo {
                name: "asl".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        }
    }

    fn answer_about_documents(&self, request: Request) -> Response {
        match &*request.method {
            CodeActionRequest::METHOD => reply(request, |p| self.code_actions(&p)),
            Completion::METHOD => reply(request, |p| self.completion(&p)),
            DocumentHighlightRequest::METHOD => reply(request, |p| self.highlights(&p)),
            DocumentSymbolRequest::METHOD => reply(request, |p| self.symbols(&p)),
            GotoDefinition::METHOD => reply(request, |p| self.definition(&p)),
            HoverRequest::METHOD => reply(request, |p| self.hover(&p)),
            PrepareRenameRequest::METHOD => reply(request, |p| self.prepare_rename(&p)),
            References::METHOD => reply(request, |p| self.references(&p)),
            Rename::METHOD => reply(request, |p| self.rename(&p)),
            method => {
                let message = format!("there is no method {method:?} here");
                refusal(request.id, Refusal::new(ErrorCode::MethodNotFound, message))
            }
        }
    }

    fn document(&self, uri: &Uri) -> Result<&Document, Refusal> {
        self.documents.get(uri.as_str()).ok_or_else(|| {
            let message = format!("{} is not open", uri.as_str());
            Refusal::new(ErrorCode::InvalidParams, message)
        })
    }

    /// The document and the byte at a position in it.
    fn place(&self, place: &TextDocumentPositionParams) -> Result<(&Document, usize), Refusal> {
        let document = self.document(&place.text_document.uri)?;
        Ok((document, self.offset(document, place.position)))
    }

    fn offset(&self, document: &Document, position: Position) -> usize {
        self.client
            .encoding
            .offset(&document.reading().lines, position)
    }

    fn findings<'d>(&self, document: &'d Document) -> &'d [Diagnostic] {
        document.findings(|document| (self.options.lint)(document.path().as_deref()))
    }

    /// Tells the findings of one document whose text is new.
    fn judge(&mut self) {
        let Some(uri) = self.unjudged.pop() else {
            return;
        };
        if let Some(document) = self.documents.get(&uri) {
            let findings = self.findings(document);
            self.publish(diagnostics::publication(document, findings, self.client));
        }
    }

    fn publish(&self, params: PublishDiagnosticsParams) {
        let method = PublishDiagnostics::METHOD.to_owned();
        self.send(Notification::new(method, params).into());
    }

    /// Takes what the client tells; what is malformed or about no open document is passed over,
    /// because nobody waits for an answer.
    fn hear(&mut self, told: Notification) {
        if self.phase != Phase::Running {
            return;
        }
        match &*told.method {
            DidOpenTextDocument::METHOD => {
                if let Some(params) = heard::<DidOpenTextDocumentParams>(told) {
                    self.open(params);
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(params) = heard::<DidChangeTextDocumentParams>(told) {
                    self.change(params);
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(params) = heard::<DidCloseTextDocumentParams>(told) {
                    self.close(params);
                }
            }
            // How files are judged may have changed: a configuration lies beside them.
            DidSaveTextDocument::METHOD
            | DidChangeConfiguration::METHOD
            | DidChangeWatchedFiles::METHOD => self.judge_all_again(),
            _ => {}
        }
    }

    fn judge_all_again(&mut self) {
        for document in self.documents.values_mut() {
            document.forget_findings();
        }
        self.unjudged = self.documents.keys().cloned().collect();
    }

    fn open(&mut self, params: DidOpenTextDocumentParams) {
        let uri = params.text_document.uri.as_str().to_owned();
        let document = Document::new(params.text_document);
        self.documents.insert(uri.clone(), document);
        self.judge_later(uri);
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let identity = params.text_document;
        let uri = identity.uri.as_str();
        if let Some(document) = self.documents.get_mut(uri) {
            let encoding = self.client.encoding;
            document.change(identity.version, params.content_changes, encoding);
            self.judge_later(uri.to_owned());
        }
    }

    fn close(&mut self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        if self.documents.remove(uri.as_str()).is_some() {
            self.unjudged.retain(|unjudged| unjudged != uri.as_str());
            // Else the client goes on to show what was found.
            self.publish(PublishDiagnosticsParams::new(uri, Vec::new(), None));
        }
    }

    /// The document that was changed last is judged first.
    fn judge_later(&mut self, uri: String) {
        self.unjudged.retain(|unjudged| *unjudged != uri);
        self.unjudged.push(uri);
    }

    fn code_actions(&self, params: &Params<CodeActionRequest>) -> Answer<CodeActionRequest> {
        let document = self.document(&params.text_document.uri)?;
        let findings = self.findings(document);
        let (range, context) = (params.range, &params.context);
        let client = self.client;
        Ok(Some(actions::actions(
            document, findings, range, context, client,
        )))
    }

    fn completion(&self, params: &Params<Completion>) -> Answer<Completion> {
        let (document, offset) = self.place(&params.text_document_position)?;
        let items = completion::complete(document, offset, self.client);
        Ok(Some(CompletionResponse::List(CompletionList {
            is_incomplete: false,
            items,
        })))
    }

    fn highlights(
        &self,
        params: &Params<DocumentHighlightRequest>,
    ) -> Answer<DocumentHighlightRequest> {
        let (document, offset) = self.place(&params.text_document_position_params)?;
        Ok(Some(names::highlights(document, offset, self.client)))
    }

    fn symbols(&self, params: &Params<DocumentSymbolRequest>) -> Answer<DocumentSymbolRequest> {
        let document = self.document(&params.text_document.uri)?;
        Ok(Some(symbols::symbols(document, self.client)))
    }

    fn definition(&self, params: &Params<GotoDefinition>) -> Answer<GotoDefinition> {
        let (document, offset) = self.place(&params.text_document_position_params)?;
        let found = names::definition(document, offset, self.client);
        Ok(Some(GotoDefinitionResponse::Array(found)))
    }

    fn hover(&self, params: &Params<HoverRequest>) -> Answer<HoverRequest> {
        let (document, offset) = self.place(&params.text_document_position_params)?;
        Ok(hover::hover(
            document,
            self.findings(document),
            offset,
            self.client,
        ))
    }

    fn prepare_rename(&self, place: &Params<PrepareRenameRequest>) -> Answer<PrepareRenameRequest> {
        let (document, offset) = self.place(place)?;
        Ok(rename::prepare(document, offset, self.client))
    }

    fn references(&self, params: &Params<References>) -> Answer<References> {
        let (document, offset) = self.place(&params.text_document_position)?;
        let with_key = params.context.include_declaration;
        Ok(Some(names::references(
            document,
            offset,
            with_key,
            self.client,
        )))
    }

    fn rename(&self, params: &Params<Rename>) -> Answer<Rename> {
        let (document, offset) = self.place(&params.text_document_position)?;
        rename::rename(document, offset, &params.new_name, self.client).map(Some)
    }
}

type Params<R> = <R as Asked>::Params;
type Answer<R> = Result<<R as Asked>::Result, Refusal>;

/// Reads a request's parameters and answers it.
fn reply<P: DeserializeOwned, R: serde::Serialize>(
    request: Request,
    answer: impl FnOnce(P) -> Result<R, Refusal>,
) -> Response {
    let Request { id, method, params } = request;
    let params = serde_json::from_value(params).map_err(|error| {
        let message = format!("the parameters of {method:?} cannot be read: {error}");
        Refusal::new(ErrorCode::InvalidParams, message)
    });
    match params.and_then(answer) {
        Ok(result) => Response::new_ok(id, result),
        Err(refused) => refusal(id, refused),
    }
}

fn refusal(id: RequestId, refused: Refusal) -> Response {
    Response::new_err(id, refused.code as i32, refused.message)
}

fn heard<P: DeserializeOwned>(told: Notification) -> Option<P> {
    serde_json::from_value(told.params).ok()
}

fn capabilities(client: Client) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::Supported(true)),
                ..TextDocumentSyncOptions::default()
            },
        )),
        code_action_provider: Some(
            CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, FIX_ALL]),
                ..CodeActionOptions::default()
            }
            .into(),
        ),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(completion::TRIGGERS.map(str::to_owned).into()),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        hover_provider: Some(true.into()),
        references_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: lsp_types::WorkDoneProgressOptions::default(),
        })),
        ..ServerCapabilities::default()
    }
}
