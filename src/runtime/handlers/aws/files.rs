//! What is handed to the AWS CLI, and what it hands back, by files: parameters, and bytes that are
//! no JSON. They are nobody else's, and go when the call ends.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use tempfile::TempDir;

use super::call::{Blob, Call};
use super::names::kebab;
use crate::data::{Json, Object, StatesError};
use crate::language::Resource;
use crate::runtime::handlers::answer;

/// The files of one call.
pub(super) struct Files {
    folder: TempDir,
    /// The arguments that name them.
    arguments: Vec<String>,
    receives: bool,
}

const PARAMETERS: &str = "parameters.json";
const SENT: &str = "sent";
const RECEIVED: &str = "received";

impl Files {
    /// Writes the parameters of a call.
    pub(super) fn of(call: &Call, parameters: &Json) -> io::Result<Self> {
        let mut files = Self {
            folder: TempDir::with_prefix("asl-")?,
            arguments: Vec::new(),
            receives: call.streams(),
        };
        let taken = call.blob().and_then(|blob| {
            let (value, others) = take(parameters, blob.member)?;
            Some((blob, value, others))
        });
        let mut others = parameters.clone();
        if let Some((blob, value, rest)) = taken {
            files.send(blob, &value)?;
            others = rest;
        }
        if files.receives {
            // The CLI takes no JSON where it wants a file for the answer.
            files.write_each(&others)?;
            File::create(files.path(RECEIVED))?;
            let received = files.path(RECEIVED).to_string_lossy().into_owned();
            files.arguments.push(received);
        } else {
            files.write(PARAMETERS, &others.text())?;
            let url = files.url("file", PARAMETERS);
            files.arguments.extend(["--cli-input-json".to_owned(), url]);
        }
        Ok(files)
    }

    fn send(&mut self, blob: &Blob, value: &Json) -> io::Result<()> {
        self.write(SENT, &text(value))?;
        let file = if blob.is_stream {
            self.path(SENT).to_string_lossy().into_owned()
        } else {
            self.url("fileb", SENT)
        };
        let option = format!("--{}", kebab(blob.member));
        self.arguments.extend([option, file]);
        Ok(())
    }

    /// Writes each parameter to a file of its own.
    fn write_each(&mut self, parameters: &Json) -> io::Result<()> {
        let fields = parameters.as_object().into_iter();
        for (at, (name, value)) in fields.flat_map(Object::iter).enumerate() {
            let option = kebab(name);
            if let Some(flag) = value.as_bool() {
                let no = if flag { "" } else { "no-" };
                self.arguments.push(format!("--{no}{option}"));
                continue;
            }
            let file = format!("{at}.txt");
            self.write(&file, &text(value))?;
            let url = self.url("file", &file);
            self.arguments.extend([format!("--{option}"), url]);
        }
        Ok(())
    }

    /// The arguments that name the files.
    pub(super) fn arguments(&self) -> Vec<String> {
        self.arguments.clone()
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        fs::write(self.path(name), text)
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

/// A string as it is, anything else as JSON.
fn text(value: &Json) -> Cow<'_, str> {
    match value.as_str() {
        Some(text) => text.into(),
        None => value.text(),
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
