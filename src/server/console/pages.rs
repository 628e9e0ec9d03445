//! The pages of a machine and of an execution: the picture of the definition; the script asks for
//! everything else.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rusqlite::{Connection, OptionalExtension};

use super::query;
use crate::graph::Graph;
use crate::history::Recording;
use crate::language::{self, StateMachine};
use crate::report::graphs::svg::escaped;
use crate::report::graphs::{Options, Picture, Theme};
use crate::report::page::{self, Drawn, Frame, History, Page};
use crate::server::protocol::ApiError;
use crate::server::service::Service;
use crate::syntax::{self, Format, Source, Tree};

/// A definition that was read.
pub(super) struct Definition {
    pub(super) source: Source,
    pub(super) tree: Tree,
    pub(super) machine: StateMachine,
}

impl Definition {
    pub(super) fn read(text: &str) -> Self {
        let source = Source::new("definition", text);
        let (tree, _) = syntax::read(&source, Format::Json);
        let (machine, _) = language::read(&tree);
        Self {
            source,
            tree,
            machine,
        }
    }
}

/// An execution as the database has it.
pub(super) struct Run {
    pub(super) id: i64,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) machine_arn: String,
    pub(super) machine: String,
    pub(super) definition: String,
    /// The name and the ARN of the execution whose Map Run began it.
    pub(super) parent: Option<(String, String)>,
}

impl Run {
    /// The execution with this ARN, if there is one.
    pub(super) fn find(connection: &Connection, arn: &str) -> Result<Option<Self>, ApiError> {
        let mut select = connection.prepare_cached(
            "SELECT e.id, e.arn, e.name, r.machine_arn, r.name, r.definition, p.name, p.arn \
             FROM executions e JOIN revisions r ON r.id = e.revision \
             LEFT JOIN map_runs m ON m.id = e.map_run LEFT JOIN executions p ON p.id = m.execution \
             WHERE e.arn = ?1",
        )?;
        let found = select.query_row([arn], |row| {
            Ok(Self {
                id: row.get(0)?,
                arn: row.get(1)?,
                name: row.get(2)?,
                machine_arn: row.get(3)?,
                machine: row.get(4)?,
                definition: row.get(5)?,
                parent: row.get::<_, Option<_>>(6)?.zip(row.get(7)?),
            })
        });
        Ok(found.optional()?)
    }

    /// The way back to its machine, and of a child to its execution.
    fn crumbs(&self) -> String {
        let machine = ("machine", &*self.machine, &*self.machine_arn);
        let parent = self.parent.as_ref();
        let parent = parent.map(|(name, arn)| ("execution", &**name, &**arn));
        crumbs([machine].into_iter().chain(parent))
    }
}

/// `GET /console/machine?arn=…`
pub(super) async fn machine(State(service): State<Arc<Service>>, uri: Uri) -> Response {
    let Some(arn) = query(&uri, "arn") else {
        return missing(&service, "state machine");
    };
    let found = service.store.read(move |connection| {
        let mut select = connection.prepare_cached(
            "SELECT m.name, r.definition FROM machines m JOIN revisions r ON r.id = m.revision \
             WHERE m.arn = ?1",
        )?;
        let found = select.query_row([arn], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        });
        Ok(found.optional()?)
    });
    match found.await {
        Ok(Some((name, definition))) => shown(&View {
            title: &name,
            definition: &definition,
            ran: false,
            crumbs: &crumbs([]),
        }),
        Ok(None) => missing(&service, "state machine"),
        Err(error) => failed(error),
    }
}

/// `GET /console/execution?arn=…`
pub(super) async fn execution(State(service): State<Arc<Service>>, uri: Uri) -> Response {
    let Some(arn) = query(&uri, "arn") else {
        return missing(&service, "execution");
    };
    let found = service
        .store
        .read(move |connection| Run::find(connection, &arn));
    match found.await {
        Ok(Some(run)) => shown(&View {
            title: &run.name,
            definition: &run.definition,
            ran: true,
            crumbs: &run.crumbs(),
        }),
        Ok(None) => missing(&service, "execution"),
        Err(error) => failed(error),
    }
}

/// What a page is made of.
struct View<'v> {
    title: &'v str,
    definition: &'v str,
    /// Whether it is that of an execution: its events come later.
    ran: bool,
    crumbs: &'v str,
}

fn shown(view: &View<'_>) -> Response {
    let Definition { tree, machine, .. } = Definition::read(view.definition);
    let (graph, options) = (Graph::new(&machine), Options::default());
    let recording = Recording::default();
    let page = Page {
        title: view.title,
        drawn: Some(Drawn {
            picture: Picture::new(&graph, &options),
            tree: &tree,
            older: None,
            link: None,
        }),
        history: view.ran.then_some(History {
            recording: &recording,
            catcher: None,
        }),
        theme: Theme::Auto,
    };
    let frame = Frame {
        styles: &["/console/page.css", "/console/console.css"],
        script: "/console/page.js",
        above: view.crumbs,
        beside: if view.ran { "" } else { RUNS },
    };
    let mut text = String::new();
    page::render_framed(&page, &frame, &mut text).expect("a string takes all");
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}

/// Where the executions of a machine are listed.
const RUNS: &str = "<section id=\"runs\" aria-label=\"Executions\"></section>\n";

/// The way back to where a page belongs.
fn crumbs<'c>(pages: impl IntoIterator<Item = (&'c str, &'c str, &'c str)>) -> String {
    let mut text =
        String::from("\n<nav aria-label=\"Breadcrumbs\"><a href=\"/\">State machines</a>");
    for (page, name, arn) in pages {
        let arn = percent_encoding::utf8_percent_encode(arn, percent_encoding::NON_ALPHANUMERIC);
        text.push_str(" <span aria-hidden=\"true\">›</span> <a href=\"/console/");
        text.push_str(page);
        text.push_str("?arn=");
        text.push_str(&arn.to_string());
        text.push_str("\">");
        text.push_str(&escaped(name).to_string());
        text.push_str("</a>");
    }
    text.push_str("</nav>");
    text
}

/// A page for what is not there.
fn missing(service: &Service, what: &str) -> Response {
    let why = if service.store.is_in_memory() {
        "It may have been deleted, or the server was started again since: it keeps nothing without --db."
    } else {
        "It may have been deleted, or belong to another server."
    };
    let text = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Not found</title><link rel=\"icon\" href=\"data:,\">\
         <link rel=\"stylesheet\" href=\"/console/page.css\">\
         <link rel=\"stylesheet\" href=\"/console/console.css\"></head><body class=\"console\">\
         <nav aria-label=\"Breadcrumbs\"><a href=\"/\">State machines</a></nav>\
         <header><div class=\"who\"><h1>There is no such {what} here</h1>\
         <p class=\"dim\">{why}</p></div></header></body></html>"
    );
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::NOT_FOUND, kind, text).into_response()
}

fn failed(error: ApiError) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (error.status, kind, error.message).into_response()
}
