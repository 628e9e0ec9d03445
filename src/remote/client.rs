//! A connection: whose credentials, which region, over which wire.

use std::error::Error;
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::{
    Credentials, RuntimeComponents, SharedCredentialsProvider, SharedHttpClient,
};
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};

use super::refusal::Refusal;
use super::target::Target;

/// The region of what has none: servers on this machine.
const LOCAL_REGION: &str = "us-east-1";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an answer may take.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// A service that is called with somebody's credentials.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) client: Client,
    pub(super) target: Target,
    /// As messages name it: `AWS Step Functions in eu-central-1`.
    pub(super) place: String,
}

impl Service {
    /// Finds credentials and the region; nothing is called that costs or changes anything.
    ///
    /// # Errors
    /// When there is no region.
    pub async fn connect(target: &Target, region: Option<&str>) -> Result<Self, Refusal> {
        let region = self::region(target, region).await?;
        let http = http(target);
        let credentials = credentials(target, &region, &http).await;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .region(region.clone())
            .credentials_provider(credentials)
            .retry_config(retries(target))
            .timeout_config(timeouts());
        match target {
            Target::Aws { profile } => {
                if let Some(profile) = profile {
                    loader = loader.profile_name(profile);
                }
            }
            Target::Url { url, .. } => loader = loader.endpoint_url(url),
        }
        let config = loader.load().await;
        Ok(Self {
            client: Client::new(&config),
            target: target.clone(),
            place: place(target, &region),
        })
    }

    /// As messages name it.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Why an operation came to nothing.
    pub(super) fn refusal<E>(&self, operation: &'static str, error: &SdkError<E>) -> Refusal
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        Refusal::of(operation, &self.place, error)
    }
}

fn place(target: &Target, region: &Region) -> String {
    match target {
        Target::Aws { profile: None } => format!("AWS Step Functions in {region}"),
        Target::Aws {
            profile: Some(profile),
        } => format!("AWS Step Functions in {region} with the profile {profile}"),
        Target::Url { url, .. } => url.clone(),
    }
}

/// As it was given, else of the environment, else of the profile. The instance metadata service is
/// not asked: where there is none that takes seconds, before every command.
async fn region(target: &Target, given: Option<&str>) -> Result<Region, Refusal> {
    let mut profile = ProfileFileRegionProvider::builder();
    if let Target::Aws {
        profile: Some(name),
    } = target
    {
        profile = profile.profile_name(name);
    }
    let given = given.map(|name| Region::new(name.to_owned()));
    let chain = RegionProviderChain::first_try(given)
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile.build())
        .or_else(
            target
                .is_loopback()
                .then(|| Region::from_static(LOCAL_REGION)),
        );
    chain.region().await.ok_or_else(|| {
        Refusal::other("no region: name one by --region, AWS_REGION, or in the profile".to_owned())
    })
}

/// A profile that was named is taken before the environment, as by `aws --profile`.
async fn credentials(
    target: &Target,
    region: &Region,
    http: &SharedHttpClient,
) -> SharedCredentialsProvider {
    let config = ProviderConfig::without_region()
        .with_http_client(http.clone())
        .with_region(Some(region.clone()));
    match target {
        Target::Aws {
            profile: Some(profile),
        } => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .profile_name(profile)
                .configure(&config)
                .build(),
        ),
        // Servers on this machine take anything; real credentials are not shown to them unasked.
        Target::Url {
            is_loopback: true, ..
        } if std::env::var_os("AWS_ACCESS_KEY_ID").is_none() => {
            SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "none"))
        }
        Target::Aws { profile: None } | Target::Url { .. } => {
            let metadata = aws_config::imds::Client::builder()
                .configure(&config)
                .max_attempts(2)
                .build();
            let chain = DefaultCredentialsChain::builder()
                .configure(config)
                .region(region.clone())
                .imds_client(metadata);
            SharedCredentialsProvider::new(chain.build().await)
        }
    }
}

/// Throttling is waited out. Who has mistyped the port of a local server need not wait.
fn retries(target: &Target) -> RetryConfig {
    let attempts = if target.is_loopback() { 2 } else { 6 };
    RetryConfig::standard().with_max_attempts(attempts)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .build()
}

/// With the proxies of the environment, but for this machine.
fn http(target: &Target) -> SharedHttpClient {
    let tls = || Provider::Rustls(CryptoMode::Ring);
    if target.is_loopback() {
        // Reading the system's certificates takes time.
        return match target {
            Target::Url { url, .. } if url.starts_with("http:") => Builder::new().build_http(),
            _ => Builder::new().tls_provider(tls()).build_https(),
        };
    }
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
        if let Some(settings) = settings {
            builder = builder.connector_settings(settings.clone());
        }
        builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        builder.tls_provider(tls()).build()
    })
}
