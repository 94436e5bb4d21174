//! Where the API is, and what its host means for the user.

use std::fmt;
use std::net::IpAddr;

use url::{Host, ParseError, Url};

use super::ApiKey;
use crate::config::Expected;

/// One of the three environments that Postman runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Real messages to the public.
    Production,
    /// Real messages to your own phone.
    Test,
    /// Booked load tests; messages stop at the aggregator and never become `success`.
    Loadtest,
}

impl Environment {
    /// All three, production first.
    pub const ALL: [Environment; 3] = [Environment::Production, Environment::Test, Environment::Loadtest];

    /// The environment from its name.
    ///
    /// # Errors
    /// For any other name, with the nearest valid one.
    pub fn parse(name: &str) -> Result<Environment, Expected> {
        Environment::ALL
            .into_iter()
            .find(|known| known.word() == name.trim())
            .ok_or_else(|| Expected::one_of(name, &Environment::ALL.map(Environment::word)))
    }

    /// Its name, as in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Environment::Production => "production",
            Environment::Test => "test",
            Environment::Loadtest => "loadtest",
        }
    }

    /// The base URL that the API's reference gives for it.
    pub fn base_url(self) -> BaseUrl {
        let host = self.host();
        BaseUrl { text: format!("https://{host}/api/v2"), host: host.to_owned(), kind: self.host_kind() }
    }

    fn host(self) -> &'static str {
        match self {
            Environment::Production => "postman.gov.sg",
            Environment::Test => "test.postman.gov.sg",
            Environment::Loadtest => "loadtest.postman.gov.sg",
        }
    }

    fn host_kind(self) -> HostKind {
        match self {
            Environment::Production => HostKind::Production,
            Environment::Test => HostKind::Test,
            Environment::Loadtest => HostKind::Loadtest,
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// What a host is, or what is behind it. The host decides, never the name that a configuration gives it; only for
/// this machine, where what is behind it is invisible, do the key and the configuration count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostKind {
    /// Postman's production host.
    Production,
    /// Postman's test host.
    Test,
    /// Postman's load-test host.
    Loadtest,
    /// This machine: a simulator.
    Loopback,
    /// Any other host: a private gateway, behind which production must be assumed.
    Gateway,
}

impl HostKind {
    /// Whether it is treated, coloured and locked as production: everything but the two known
    /// test hosts and loopback.
    pub fn is_production(self) -> bool {
        matches!(self, HostKind::Production | HostKind::Gateway)
    }

    /// What is behind a host of this kind, by the key and by the person's statement. A production key on this machine
    /// goes through a tunnel or a sidecar, unless the person says otherwise.
    pub fn behind(self, said: Option<Environment>, key: Option<&ApiKey>) -> HostKind {
        match (self, said) {
            (HostKind::Loopback, Some(said)) => said.host_kind(),
            (HostKind::Loopback, None) if key.and_then(ApiKey::environment) == Some(Environment::Production) => HostKind::Production,
            (own, _) => own,
        }
    }

    /// The environment behind it, if the host alone decides.
    pub fn environment(self) -> Option<Environment> {
        match self {
            HostKind::Production => Some(Environment::Production),
            HostKind::Test => Some(Environment::Test),
            HostKind::Loadtest => Some(Environment::Loadtest),
            HostKind::Loopback | HostKind::Gateway => None,
        }
    }

    /// The word for a header: `production`, `test`, `loadtest`, `simulator`, `gateway`.
    pub fn word(self) -> &'static str {
        match self {
            HostKind::Production => "production",
            HostKind::Test => "test",
            HostKind::Loadtest => "loadtest",
            HostKind::Loopback => "simulator",
            HostKind::Gateway => "gateway",
        }
    }
}

/// A base URL that may be called: `https://`, or `http://` on this machine; without name and password, without query;
/// the path ends without a slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    text: String,
    host: String,
    kind: HostKind,
}

/// Why an address cannot be a base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// It is not an address.
    #[error("`{given}` is not an address: {reason}")]
    NotAnAddress {
        /// What was given.
        given: String,
        /// The parser's words.
        reason: String,
    },
    /// Another scheme than http and https.
    #[error("`{scheme}://` is not supported; use `https://`")]
    Scheme {
        /// The scheme given.
        scheme: String,
    },
    /// Keys and numbers would cross a network unencrypted.
    #[error(
        "`http://` to `{host}` would send the key and the phone numbers unencrypted; use `https://` (`http://` is only for this machine)"
    )]
    NotEncrypted {
        /// The host given.
        host: String,
    },
    /// It contains a name or a password. (The address is not repeated: it contains a secret.)
    #[error("an address with a name or password in it is not accepted; the API key goes under `key`")]
    Credentials,
    /// It contains a query or a fragment.
    #[error("an address with `?` or `#` in it cannot be a base URL")]
    Query,
}

impl BaseUrl {
    /// Parses a base URL; a slash at the end is dropped.
    ///
    /// # Errors
    /// If it is not an address, not encrypted (except on this machine), or has parts that a base URL cannot have.
    pub fn parse(text: &str) -> Result<BaseUrl, BaseUrlError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|error| {
            // The parser's message means nothing to a user who typed a name or an id.
            let reason = match error {
                ParseError::RelativeUrlWithoutBase => "it begins with neither `https://` nor `http://`".to_owned(),
                error => error.to_string(),
            };
            BaseUrlError::NotAnAddress { given: without_credentials(text).to_owned(), reason }
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BaseUrlError::Scheme { scheme: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Query);
        }
        let Some(host) = url.host() else {
            return Err(BaseUrlError::NotAnAddress { given: text.to_owned(), reason: "it names no host".to_owned() });
        };
        let kind = kind_of(&host);
        let host = host.to_string();
        if url.scheme() == "http" && kind != HostKind::Loopback {
            return Err(BaseUrlError::NotEncrypted { host });
        }
        Ok(BaseUrl { text: url.as_str().trim_end_matches('/').to_owned(), host, kind })
    }

    /// The address, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Only the host, as shown in the screen's header.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What the host is.
    pub fn kind(&self) -> HostKind {
        self.kind
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Whether an address leads to this machine, by its form alone: no name is looked up, because a look-up can be
/// spoofed.
pub(super) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => IpAddr::from(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(*address).is_loopback(),
    }
}

fn kind_of(host: &Host<&str>) -> HostKind {
    if is_loopback(host) {
        return HostKind::Loopback;
    }
    // With a dot at the end it is the same host.
    let name = host.to_string();
    let name = name.trim_end_matches('.');
    let known = Environment::ALL.into_iter().find(|known| known.host().eq_ignore_ascii_case(name));
    known.map_or(HostKind::Gateway, Environment::host_kind)
}

/// An address for display: the part before an `@` could be a password.
fn without_credentials(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://postman.gov.sg/api/v2", HostKind::Production, true)]
    #[case("https://POSTMAN.gov.sg./api/v2", HostKind::Production, true)]
    #[case("https://test.postman.gov.sg/api/v2/", HostKind::Test, false)]
    #[case("https://loadtest.postman.gov.sg/api/v2", HostKind::Loadtest, false)]
    #[case("http://127.0.0.1:8025/api/v2", HostKind::Loopback, false)]
    #[case("http://127.8.9.1/api/v2", HostKind::Loopback, false)]
    #[case("http://[::1]:8025/api/v2", HostKind::Loopback, false)]
    #[case("http://LOCALHOST:8025", HostKind::Loopback, false)]
    #[case("https://sms.agency.example/postman", HostKind::Gateway, true)]
    #[case("https://test.postman.gov.sg.evil.example/api/v2", HostKind::Gateway, true)]
    #[case("https://localhost.evil.example/api/v2", HostKind::Gateway, true)]
    fn the_host_decides(#[case] text: &str, #[case] kind: HostKind, #[case] is_production: bool) {
        let base = BaseUrl::parse(text).unwrap();
        assert_eq!((base.kind(), base.kind().is_production()), (kind, is_production));
        assert!(!base.as_str().ends_with('/'));
    }

    #[rstest]
    #[case(HostKind::Loopback, None, "key_live_0123456789abcdef", HostKind::Production)]
    #[case(HostKind::Loopback, None, " key_prod_0123456789abcdef\n", HostKind::Production)]
    #[case(HostKind::Loopback, None, "key_test_0123456789abcdef", HostKind::Loopback)]
    #[case(HostKind::Loopback, None, "a_key_live_0123456789", HostKind::Loopback)]
    #[case(HostKind::Loopback, None, "anything", HostKind::Loopback)]
    #[case(HostKind::Loopback, Some(Environment::Production), "key_test_0123456789abcdef", HostKind::Production)]
    #[case(HostKind::Loopback, Some(Environment::Test), "key_live_0123456789abcdef", HostKind::Test)]
    #[case(HostKind::Loopback, Some(Environment::Loadtest), "anything", HostKind::Loadtest)]
    #[case(HostKind::Gateway, Some(Environment::Test), "key_test_0123456789abcdef", HostKind::Gateway)]
    #[case(HostKind::Test, None, "anything", HostKind::Test)]
    #[case(HostKind::Production, Some(Environment::Test), "key_test_0123456789abcdef", HostKind::Production)]
    fn what_is_behind_a_host(#[case] host: HostKind, #[case] said: Option<Environment>, #[case] key: &str, #[case] behind: HostKind) {
        assert_eq!(host.behind(said, Some(&ApiKey::new(&key.into()).unwrap())), behind);
    }

    #[rstest]
    #[case("http://postman.gov.sg/api/v2", "unencrypted")]
    #[case("http://192.168.1.7/api/v2", "unencrypted")]
    #[case("http://localhost.evil.example/api/v2", "unencrypted")]
    #[case("http://[::2]/api/v2", "unencrypted")]
    #[case("ftp://127.0.0.1/", "is not supported")]
    #[case("https://me:geheim@postman.gov.sg/api/v2", "name or password")]
    #[case("https://postman.gov.sg/api/v2?key=1", "cannot be a base URL")]
    #[case("postman.gov.sg/api/v2", "is not an address: it begins with neither `https://`")]
    #[case("", "not an address")]
    fn what_cannot_be_a_base_url(#[case] text: &str, #[case] reported: &str) {
        let error = BaseUrl::parse(text).unwrap_err().to_string();
        assert!(error.contains(reported), "{error}");
        assert!(!error.contains("geheim"));
    }

    #[test]
    fn environments_know_their_address() {
        for environment in Environment::ALL {
            let base = environment.base_url();
            assert_eq!(BaseUrl::parse(base.as_str()), Ok(base.clone()));
            assert_eq!(base.kind().environment(), Some(environment));
            assert_eq!(Environment::parse(environment.word()), Ok(environment));
        }
        assert_eq!(Environment::parse("prodution").unwrap_err().nearest.as_deref(), Some("production"));
    }
}
