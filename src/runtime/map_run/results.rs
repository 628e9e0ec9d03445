//! What a Map Run gives: files in a bucket, or the array that is the state's result.

use crate::data::{Json, StatesError};
use crate::engine::map_run::{MapRun, OutputType, ResultWriter, Transformation};
use crate::runtime::buckets::Buckets;
use crate::runtime::result_files::{self, ResultFiles, ResultStatus};

/// Results under way.
pub(super) enum Results {
    /// Exported.
    Files(Box<ResultFiles>),
    /// Put together for the state's result; nothing when that is too large.
    Array(Option<String>),
}

/// More than any state's result may have: what is over it need not be kept to be refused.
pub(super) const ENOUGH: usize = 4 * crate::data::limits::MAX_PAYLOAD;

/// How the results of a run are laid out; without a `ResultWriter` they are the outputs.
pub(super) fn writer(run: &MapRun) -> ResultWriter {
    let own = run.result_writer.clone();
    let writer = own.unwrap_or(ResultWriter {
        destination: None,
        output_type: OutputType::Json,
        transformation: Transformation::Compact,
    });
    match writer.destination {
        Some(_) => writer,
        // The state's result is an array, whatever a file would be.
        None => ResultWriter {
            output_type: OutputType::Json,
            ..writer
        },
    }
}

pub(super) use result_files::entries;

impl Results {
    pub(super) fn open(
        run: &MapRun,
        writer: &ResultWriter,
        buckets: &Buckets,
    ) -> Result<Self, StatesError> {
        let Some(destination) = &writer.destination else {
            return Ok(Self::Array(Some(String::new())));
        };
        let files = ResultFiles::create(writer, destination, buckets, &run.arn, &run.uuid)?;
        Ok(Self::Files(Box::new(files)))
    }

    /// Whether the order of the results is that of the items.
    pub(super) fn are_ordered(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether they go to files.
    pub(super) fn are_exported(&self) -> bool {
        matches!(self, Self::Files(_))
    }

    pub(super) fn add(&mut self, status: ResultStatus, entries: &str) -> Result<(), StatesError> {
        match self {
            Self::Files(files) => files.add(status, entries),
            Self::Array(Some(text)) if text.len() + entries.len() > ENOUGH => {
                self.give_up();
                Ok(())
            }
            Self::Array(Some(text)) => {
                if !entries.is_empty() {
                    let separator = if text.is_empty() { "" } else { "," };
                    text.push_str(separator);
                    text.push_str(entries);
                }
                Ok(())
            }
            Self::Array(None) => Ok(()),
        }
    }

    /// The state's result is too large: nothing of it need be kept to say so.
    pub(super) fn give_up(&mut self) {
        *self = Self::Array(None);
    }

    /// The Map state's result.
    pub(super) fn finish(self, run: &MapRun) -> Result<Json, StatesError> {
        match self {
            Self::Files(files) => {
                let location = files.finish()?;
                let details = [
                    ("Bucket", Json::String(location.bucket)),
                    ("Key", Json::from(location.key)),
                ];
                let result = [
                    ("MapRunArn", Json::String(run.arn.clone())),
                    ("ResultWriterDetails", details.into_iter().collect()),
                ];
                Ok(result.into_iter().collect())
            }
            Self::Array(None) => Err(StatesError::data_limit(&run.name)),
            Self::Array(Some(text)) if text.len() > crate::data::limits::MAX_PAYLOAD => {
                Err(StatesError::data_limit(&run.name))
            }
            Self::Array(Some(text)) => Json::parse(&format!("[{text}]")).map_err(|error| {
                StatesError::runtime(format!("The results cannot be put together: {error}"))
            }),
        }
    }
}
