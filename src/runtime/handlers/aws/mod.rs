//! Services of AWS through the AWS CLI: SDK calls and optimized integrations, whichever service it
//! is, with the credentials, profiles and endpoints that the CLI knows.
//!
//! A call is a process. Nothing of it goes through a shell, and parameters go by a file that only
//! we can read: arguments are seen by everybody on the machine.

mod call;
mod errors;
mod files;
mod names;
mod services;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::command::{self, Ended};
use super::file::Item;
use super::heartbeat::Heart;
use super::process::{self, Program};
use super::{HttpHandler, Invocation, TaskHandler, Work, answer};
use crate::data::{Json, StatesError};
use crate::language::Resource;
use crate::runtime::Answers;
use crate::syntax::{Diagnostic, Kind, Node};
use call::Call;
use files::Files;

/// The program, from the `PATH`.
const AWS: &str = "aws";

/// What `aws` in a handlers file can be a table of.
pub(super) const MEMBERS: [&str; 3] = ["endpoint-url", "profile", "region"];

/// How AWS is reached; what is not said is the CLI's affair.
#[derive(Clone, Debug, Default)]
pub struct AwsOptions {
    /// The profile of the CLI's configuration.
    pub profile: Option<String>,
    /// Where all services are, in place of AWS: a local emulator.
    pub endpoint_url: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// How long one call may take.
    pub timeout: Option<Duration>,
}

/// Calls services of AWS.
pub struct AwsHandler(Arc<Aws>);

struct Aws {
    options: AwsOptions,
    /// The endpoint as messages show it: without credentials.
    endpoint: Option<String>,
    /// Whether the endpoint is on this machine.
    is_local: bool,
    /// The parameters of operations, where the CLI had to be asked for them.
    skeletons: Mutex<HashMap<(String, String), Json>>,
}

impl AwsHandler {
    /// A handler that reaches AWS this way.
    ///
    /// # Errors
    /// When the endpoint is no `http` or `https` URL.
    pub fn new(options: AwsOptions) -> Result<Self, String> {
        let endpoint = options.endpoint_url.as_deref();
        let endpoint = endpoint
            .map(|url| HttpHandler::new(url, None))
            .transpose()?;
        let is_local = endpoint.as_ref().is_some_and(HttpHandler::is_local);
        Ok(Self(Arc::new(Aws {
            options,
            endpoint: endpoint.map(|endpoint| endpoint.shown()),
            is_local,
            skeletons: Mutex::default(),
        })))
    }

    /// The handler that an entry of a handlers file asks for.
    pub(super) fn read<'t>(value: Node<'t>, item: &mut Item<'t, '_>) -> Result<Self, Diagnostic> {
        let help = "for example: aws = true, or aws = { endpoint-url = \"http://127.0.0.1:4566\" }";
        let is_table = matches!(value.kind(), Kind::Object(_));
        if value.as_bool() != Some(true) && !is_table {
            return Err(item.wrong(value, "`aws` is true, or a table").help(help));
        }
        let unknown = |key: &str| !MEMBERS.contains(&key);
        if let Some(entry) = value.entries().iter().find(|it| unknown(&it.key)) {
            let member = value.tree().node(entry.value);
            let message = format!("`aws` has no `{}`", entry.key);
            let help = format!("it has: {}", MEMBERS.join(", "));
            return Err(item.wrong(member, message).help(help));
        }
        let text = |member: &str| {
            let node = value.get(member);
            node.map(|node| item.text(node, member).map(str::to_owned))
                .transpose()
        };
        let options = AwsOptions {
            profile: text("profile")?,
            endpoint_url: text("endpoint-url")?,
            region: text("region")?,
            timeout: item.timeout()?,
        };
        let place = value.get("endpoint-url").unwrap_or(value);
        Self::new(options).map_err(|message| item.wrong(place, message))
    }
}

impl TaskHandler for AwsHandler {
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work {
        let request = &invocation.request;
        let call = match Call::of(&request.resource, &request.input) {
            Ok(call) => call,
            Err(why) => return Work::Done(Err(StatesError::runtime(why))),
        };
        let heart = Heart::of(&invocation.request, answers);
        let aws = Arc::clone(&self.0);
        Work::Running(Box::pin(async move {
            // Waiting for a place is not the service's fault.
            let _place = process::place().await;
            aws.call(&call, &invocation, &heart).await
        }))
    }

    fn only_asks(&self) -> bool {
        true
    }

    fn lacks(&self, resource: &Resource) -> Option<String> {
        if let Err(why) = Call::of(resource, &Json::Null) {
            return Some(why);
        }
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let names: &[&str] = if cfg!(windows) {
            &["aws.exe", "aws.cmd", "aws.bat"]
        } else {
            &[AWS]
        };
        let has = |folder: &Path| names.iter().any(|name| folder.join(name).is_file());
        let is_there = std::env::split_paths(&paths).any(|folder| has(&folder));
        (!is_there).then(|| {
            "the AWS CLI is not installed: there is no program `aws` in the PATH".to_owned()
        })
    }

    fn describe(&self) -> String {
        let AwsOptions {
            profile, region, ..
        } = &self.0.options;
        let profile = profile.as_ref().map(|it| format!("profile {it}"));
        let endpoint = self.0.endpoint.as_ref().map(|it| format!("at {it}"));
        let region = region.as_ref().map(|it| format!("in {it}"));
        let how: Vec<String> = [endpoint, profile, region].into_iter().flatten().collect();
        let how = how.join(", ");
        format!("AWS CLI {how}").trim_end().to_owned()
    }
}

impl Aws {
    async fn call(
        &self,
        call: &Call,
        invocation: &Invocation,
        heart: &Heart,
    ) -> Result<Json, StatesError> {
        let work = self.converse(call, invocation, heart);
        let Some(timeout) = self.options.timeout else {
            return work.await;
        };
        tokio::time::timeout(timeout, work)
            .await
            .unwrap_or_else(|_| {
                let cause = format!("aws {} took longer than {timeout:?}", call.named());
                Err(answer::unnamed(&invocation.request.resource, cause))
            })
    }

    async fn converse(
        &self,
        call: &Call,
        invocation: &Invocation,
        heart: &Heart,
    ) -> Result<Json, StatesError> {
        let mut parameters = self.known(call).map(|it| call.fitted(&it));
        let is_known = parameters.is_some();
        let first = parameters.take();
        let first = first.as_ref().unwrap_or(&call.parameters);
        let (ended, files) = self.ask(call, first, invocation, heart).await?;
        if is_known || ended.status.success() || !errors::names_unknown(&ended.errors) {
            return self.judge(call, invocation, &ended, &files);
        }
        // The names of an API are not always those of Step Functions; the CLI knows them. It
        // refused before it sent anything.
        let Some(skeleton) = self.skeleton(call, invocation, heart).await? else {
            return self.judge(call, invocation, &ended, &files);
        };
        let parameters = call.fitted(&skeleton);
        let (ended, files) = self.ask(call, &parameters, invocation, heart).await?;
        self.judge(call, invocation, &ended, &files)
    }

    /// Runs the CLI for a call with these parameters.
    async fn ask(
        &self,
        call: &Call,
        parameters: &Json,
        invocation: &Invocation,
        heart: &Heart,
    ) -> Result<(Ended, Files), StatesError> {
        let files = Files::of(call, parameters).map_err(|error| {
            let cause = format!(
                "cannot write the parameters of aws {}: {error}",
                call.named()
            );
            answer::unnamed(&invocation.request.resource, cause)
        })?;
        let program = self.program(call, files.arguments(), invocation);
        let ended = command::run(&program, b"", invocation, heart).await?;
        Ok((ended, files))
    }

    fn known(&self, call: &Call) -> Option<Json> {
        let known = self.skeletons.lock();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        known.get(&call.key()).cloned()
    }

    /// What the parameters of an operation are called.
    async fn skeleton(
        &self,
        call: &Call,
        invocation: &Invocation,
        heart: &Heart,
    ) -> Result<Option<Json>, StatesError> {
        let arguments = ["--generate-cli-skeleton", "input"];
        let arguments = arguments.map(str::to_owned).to_vec();
        let program = self.program(call, arguments, invocation);
        let ended = command::run(&program, b"", invocation, heart).await?;
        let skeleton = Json::parse(&String::from_utf8_lossy(&ended.output)).ok();
        if let Some(skeleton) = &skeleton {
            let known = self.skeletons.lock();
            let mut known = known.unwrap_or_else(PoisonError::into_inner);
            known.insert(call.key(), skeleton.clone());
        }
        Ok(skeleton)
    }

    fn program(&self, call: &Call, arguments: Vec<String>, invocation: &Invocation) -> Program {
        let option = |name: &str, value: &Option<String>| {
            let value = value.as_ref();
            value.map(|value| [name.to_owned(), value.clone()])
        };
        let region = self.options.region.clone().or_else(|| {
            // An emulator is in no region; AWS's is the one that the CLI knows.
            let arn = &invocation.identity.state_machine_arn;
            let region = self.is_local.then(|| arn.split(':').nth(3)).flatten();
            region.map(str::to_owned)
        });
        let options = [
            option("--profile", &self.options.profile),
            option("--endpoint-url", &self.options.endpoint_url),
            option("--region", &region),
        ];
        let mut argv = vec![AWS.to_owned()];
        argv.extend(options.into_iter().flatten().flatten());
        argv.extend([call.command.clone(), call.operation.clone()]);
        argv.extend(arguments);
        argv.extend(["--output", "json"].map(str::to_owned));
        Program {
            argv,
            env: self.environment(),
            folder: None,
        }
    }

    fn environment(&self) -> Vec<(String, String)> {
        // No pager and no questions, in both versions of the CLI.
        let mut env = vec![
            ("AWS_PAGER", ""),
            ("AWS_CLI_AUTO_PROMPT", "off"),
            ("AWS_CLI_FILE_ENCODING", "UTF-8"),
        ];
        if self.is_local {
            // A proxy cannot reach what runs on this machine.
            env.push(("NO_PROXY", "localhost,127.0.0.1,::1"));
        }
        let has_credentials = self.options.profile.is_some()
            || ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"].map(std::env::var_os) != [None, None];
        if self.is_local && !has_credentials {
            // Emulators tell services apart by the signature, whoever signs.
            env.push(("AWS_ACCESS_KEY_ID", "test"));
            env.push(("AWS_SECRET_ACCESS_KEY", "test"));
        }
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        env.into_iter().map(owned).collect()
    }

    fn judge(
        &self,
        call: &Call,
        invocation: &Invocation,
        ended: &Ended,
        files: &Files,
    ) -> Result<Json, StatesError> {
        let resource = &invocation.request.resource;
        if !ended.status.success() {
            let endpoint = self.endpoint.as_deref();
            return Err(errors::error(call, resource, ended, endpoint));
        }
        let text = String::from_utf8_lossy(&ended.output);
        let text = if text.trim().is_empty() { "{}" } else { &*text };
        let printed = Json::parse(text).map_err(|error| {
            let cause = format!("aws {} printed no JSON: {error}", call.named());
            answer::unnamed(resource, cause)
        })?;
        let body = files.body(resource)?;
        call.result(resource, printed.compacted(), body)
    }
}
