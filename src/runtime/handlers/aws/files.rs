//! What is handed to the AWS CLI, and what it hands back, by files: parameters, and bytes that are
//! no JSON. They are nobody else's, and go when the call ends.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use tempfile::TempDir;

use super::call::Call;
use crate::data::{Json, StatesError};
use crate::language::Resource;
use crate::runtime::handlers::answer;

/// The files of one call.
pub(super) struct Files {
    folder: TempDir,
    /// Whether there is a file of bytes that are sent.
    sends: bool,
    receives: bool,
}

const PARAMETERS: &str = "parameters.json";
const SENT: &str = "sent";
const RECEIVED: &str = "received";

impl Files {
    /// Writes the parameters of a call.
    pub(super) fn of(call: &Call, parameters: &Json) -> io::Result<Self> {
        let folder = TempDir::with_prefix("asl-")?;
        let taken = call.blob().and_then(|blob| take(parameters, blob.member));
        let (sent, parameters) = match taken {
            Some((value, others)) => (Some(value), others),
            None => (None, parameters.clone()),
        };
        fs::write(folder.path().join(PARAMETERS), &*parameters.text())?;
        if let Some(value) = &sent {
            let text = match value.as_str() {
                Some(text) => text.into(),
                None => value.text(),
            };
            fs::write(folder.path().join(SENT), &*text)?;
        }
        let receives = call.streams();
        if receives {
            File::create(folder.path().join(RECEIVED))?;
        }
        Ok(Self {
            folder,
            sends: sent.is_some(),
            receives,
        })
    }

    /// The arguments that name the files.
    pub(super) fn arguments(&self, call: &Call) -> Vec<String> {
        let mut arguments = vec!["--cli-input-json".to_owned(), self.url("file", PARAMETERS)];
        if let Some(blob) = call.blob().filter(|_| self.sends) {
            let file = if blob.is_stream {
                self.path(SENT).to_string_lossy().into_owned()
            } else {
                self.url("fileb", SENT)
            };
            arguments.extend([format!("--{}", blob.member.to_ascii_lowercase()), file]);
        }
        if self.receives {
            arguments.push(self.path(RECEIVED).to_string_lossy().into_owned());
        }
        arguments
    }

    /// The bytes that came back, as text.
    pub(super) fn body(&self, resource: &Resource) -> Result<Option<String>, StatesError> {
        if !self.receives {
            return Ok(None);
        }
        let path = self.path(RECEIVED);
        let size = fs::metadata(&path).map_or(0, |file| file.len());
        if size > answer::MAX_ANSWER as u64 {
            return Err(StatesError::data_limit(resource.called()));
        }
        let bytes = fs::read(path).map_err(|error| {
            answer::unnamed(resource, format!("cannot read what aws received: {error}"))
        })?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn url(&self, scheme: &str, name: &str) -> String {
        format!("{scheme}://{}", self.path(name).display())
    }
}

/// A member apart from the others. Which letters of it are capitals depends on the service.
fn take(parameters: &Json, member: &str) -> Option<(Json, Json)> {
    let fields = parameters.as_object()?;
    let is_it = |name: &str| name.eq_ignore_ascii_case(member);
    let (_, value) = fields.iter().find(|(name, _)| is_it(name))?;
    let others = fields.iter().filter(|(name, _)| !is_it(name));
    let others = others.map(|(name, value)| (name.clone(), value.clone()));
    Some((value.clone(), others.collect()))
}
