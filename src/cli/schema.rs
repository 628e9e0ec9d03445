//! `asl schema`: what editors complete and check by.

use super::args::{SchemaArgs, SchemaKind};
use super::output::{Failure, Terminal, print};
use super::{Exit, config};
use crate::runtime::handlers::{file, mocks};
use crate::{lint, suite};

pub(super) fn run(args: &SchemaArgs, _: &Terminal) -> Result<Exit, Failure> {
    let schema = match args.kind {
        SchemaKind::Config => config::schema(),
        SchemaKind::Definition => lint::definition_schema(),
        SchemaKind::Handlers => file::schema(),
        SchemaKind::Test => suite::schema(),
        SchemaKind::Mocks => mocks::schema(),
    };
    print(&format!("{schema:#}\n"))?;
    Ok(Exit::Success)
}
