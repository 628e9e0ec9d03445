//! Where executions run elsewhere: `aws`, `aws:PROFILE`, or a URL.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A service that runs state machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// AWS Step Functions.
    Aws {
        /// The profile whose credentials and region are taken.
        profile: Option<String>,
    },
    /// What speaks its API.
    Url {
        /// As it was written.
        url: String,
        /// Whether it is on this machine.
        is_loopback: bool,
    },
}

const HELP: &str = "use aws, aws:PROFILE, or a URL such as http://127.0.0.1:8083";

impl Target {
    /// Whether it is on this machine: nobody asks for a role or for credentials there.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        matches!(self, Self::Url { is_loopback, .. } if *is_loopback)
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("aws") {
            Some("") => return Ok(Self::Aws { profile: None }),
            Some(":") => return Err("the name of the profile is missing behind aws:".to_owned()),
            Some(rest) if rest.starts_with(':') => {
                let profile = Some(rest[1..].to_owned());
                return Ok(Self::Aws { profile });
            }
            _ => {}
        }
        let rest = ["http://", "https://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .ok_or(HELP)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let host = host(authority)?;
        Ok(Self::Url {
            url: text.to_owned(),
            is_loopback: is_loopback(host),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws { profile: None } => write!(f, "aws"),
            Self::Aws {
                profile: Some(profile),
            } => write!(f, "aws:{profile}"),
            Self::Url { url, .. } => write!(f, "{url}"),
        }
    }
}

/// The host of an authority: `localhost:8083`, `[::1]:8083`.
fn host(authority: &str) -> Result<&str, String> {
    let is_foreign = |c: char| !(c.is_ascii_alphanumeric() || "-._:[]".contains(c));
    if authority.contains(is_foreign) {
        return Err(format!("write only a host and a port in the URL: {HELP}"));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err("the port of the URL is no number from 0 to 65535".to_owned());
    }
    let inside = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let host = inside.unwrap_or(host);
    if host.is_empty() || (inside.is_none() && host.contains([':', '[', ']'])) {
        return Err(format!("the URL has no host: {HELP}"));
    }
    Ok(host)
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    let named = host == "localhost" || host.ends_with(".localhost");
    named || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_written() {
        let check = |text: &str, is_loopback| {
            let target: Target = text.parse().expect("a target");
            assert_eq!(target.is_loopback(), is_loopback, "{text}");
            assert_eq!(target.to_string(), text);
        };
        check("aws", false);
        check("aws:production", false);
        check("aws:a:b", false);
        check("http://127.0.0.1:8083", true);
        check("http://127.8.0.1", true);
        check("http://localhost:4566/", true);
        check("http://sfn.localhost:4566", true);
        check("http://[::1]:8083", true);
        check("https://states.eu-central-1.amazonaws.com", false);
        check("http://10.0.0.7:8083", false);
        check("http://localhost.example.com", false);
    }

    #[test]
    fn what_is_no_target_is_told() {
        let check = |text: &str, expected: &str| {
            let told = text.parse::<Target>().expect_err("no target");
            assert!(told.contains(expected), "{text}: {told}");
        };
        check("", "use aws");
        check("awsome", "use aws");
        check("aws:", "the name of the profile");
        check("127.0.0.1:8083", "use aws");
        check("ftp://127.0.0.1", "use aws");
        check("http://", "has no host");
        check("http://:80", "has no host");
        check("http://a:b", "no number from 0 to 65535");
        check("http://a:99999", "no number from 0 to 65535");
        check("http://a/b", "only a host and a port");
        check("http://user:secret@a", "only a host and a port");
        check("http://a\nb", "only a host and a port");
        check("http://::1", "has no host");
    }
}
