//! API keys: secrets that are never shown in full, and what their prefix says.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::{BaseUrl, Environment, HostKind};

/// The prefixes that have been seen, and the environments whose keys have them. The prefix of load-test keys is
/// unknown.
const PREFIXES: [(&str, Environment); 3] =
    [("key_live_", Environment::Production), ("key_prod_", Environment::Production), ("key_test_", Environment::Test)];

/// A campaign's API key. A key belongs to one campaign and does not expire.
#[derive(Clone)]
pub struct ApiKey(SecretString);

/// Why a text cannot be a key. (The text is not repeated: it may be most of one.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// Only blanks.
    #[error("the key is empty")]
    Empty,
    /// It contains a blank, a line break or a letter outside ASCII, which no header can carry.
    #[error("the key contains a character that no key has (a blank, a line break or a letter that is not ASCII)")]
    Unsendable,
}

/// Whether a key belongs where it is about to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFit {
    /// No objection.
    Fits,
    /// Its prefix is unknown: worth a warning, never a refusal.
    UnknownPrefix,
    /// It is a key for this other environment, and is refused before any request.
    Another(Environment),
}

impl ApiKey {
    /// A key from its text; blanks and line breaks around it (files end with one) are dropped.
    ///
    /// # Errors
    /// If nothing is left, or a header could not carry it.
    pub fn new(text: &SecretString) -> Result<ApiKey, ApiKeyError> {
        let text = text.expose_secret().trim();
        if text.is_empty() {
            return Err(ApiKeyError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ApiKeyError::Unsendable);
        }
        Ok(ApiKey(SecretString::from(text)))
    }

    /// A short form that tells two keys apart and cannot be used: `key_test_…3f9a`. If fewer than 16 characters
    /// follow the prefix, only the prefix is shown.
    pub fn shown(&self) -> String {
        let text = self.0.expose_secret();
        let (prefix, own) =
            PREFIXES.iter().find_map(|(prefix, _)| text.strip_prefix(prefix).map(|own| (*prefix, own))).unwrap_or(("", text));
        let tail = if own.len() < 16 { "" } else { &own[own.len() - 4..] };
        format!("{prefix}…{tail}")
    }

    /// The environment, by its prefix.
    pub fn environment(&self) -> Option<Environment> {
        let text = self.0.expose_secret();
        PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix)).map(|(_, environment)| *environment)
    }

    /// Whether it may be sent to this base URL. A simulator takes any key. Only the configuration can say what is
    /// behind a gateway; if it does not, any known prefix will do.
    pub fn fits(&self, base: &BaseUrl, said: Option<Environment>) -> KeyFit {
        match (self.environment(), base.kind().environment().or(said)) {
            _ if base.kind() == HostKind::Loopback => KeyFit::Fits,
            (None, _) => KeyFit::UnknownPrefix,
            (Some(own), Some(there)) if own != there => KeyFit::Another(own),
            (Some(_), _) => KeyFit::Fits,
        }
    }

    /// The key itself: for the `Authorization` header, and for deriving the journal's HMAC.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ApiKey({})", self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn key(text: &str) -> ApiKey {
        ApiKey::new(&SecretString::from(text)).unwrap()
    }

    #[rstest]
    #[case("key_live_0123456789abcdef", Environment::Production, KeyFit::Fits)]
    #[case("key_prod_0123456789abcdef", Environment::Production, KeyFit::Fits)]
    #[case("key_test_0123456789abcdef", Environment::Test, KeyFit::Fits)]
    #[case("key_test_0123456789abcdef", Environment::Production, KeyFit::Another(Environment::Test))]
    #[case("key_live_0123456789abcdef", Environment::Test, KeyFit::Another(Environment::Production))]
    #[case("key_live_0123456789abcdef", Environment::Loadtest, KeyFit::Another(Environment::Production))]
    #[case("key_moon_0123456789abcdef", Environment::Loadtest, KeyFit::UnknownPrefix)]
    #[case("0123456789abcdef", Environment::Production, KeyFit::UnknownPrefix)]
    fn keys_and_environments(#[case] text: &str, #[case] environment: Environment, #[case] fit: KeyFit) {
        assert_eq!(key(text).fits(&environment.base_url(), None), fit);
    }

    #[test]
    fn a_simulator_takes_any_key_and_a_gateway_any_known_one() {
        let simulator = BaseUrl::parse("http://127.0.0.1:1/api/v2").unwrap();
        let gateway = BaseUrl::parse("https://sms.agency.example/v2").unwrap();
        assert_eq!(key("anything").fits(&simulator, None), KeyFit::Fits);
        assert_eq!(key("key_test_x").fits(&gateway, None), KeyFit::Fits);
        assert_eq!(key("anything").fits(&gateway, None), KeyFit::UnknownPrefix);
        assert_eq!(key("key_live_x").fits(&gateway, Some(Environment::Test)), KeyFit::Another(Environment::Production));
        assert_eq!(key("key_test_x").fits(&gateway, Some(Environment::Test)), KeyFit::Fits);
        assert_eq!(key("key_live_x").fits(&simulator, Some(Environment::Test)), KeyFit::Fits);
    }

    #[rstest]
    #[case("key_test_0123456789abcdef3f9a", "key_test_…3f9a")]
    #[case("key_test_short", "key_test_…")]
    #[case("0123456789abcdef3f9a", "…3f9a")]
    #[case("  key_live_0123456789abcdef3f9a\n", "key_live_…3f9a")]
    fn a_key_is_never_shown_whole(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(key(text).shown(), shown);
        assert_eq!(format!("{:?}", key(text)), format!("ApiKey({shown})"));
    }

    #[test]
    fn texts_that_no_header_can_carry() {
        let refused = |text: &str| ApiKey::new(&SecretString::from(text)).unwrap_err();
        assert_eq!(refused(" \n"), ApiKeyError::Empty);
        assert_eq!(refused("key_test_a\nb"), ApiKeyError::Unsendable);
        assert_eq!(refused("key_test_é"), ApiKeyError::Unsendable);
    }
}
