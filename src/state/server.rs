//! Which server an address leads to, as far as budgets and claims are concerned.

use std::fmt;

use url::{Host, Url};

/// A server, under whichever of its names or addresses it was configured: its campaigns have one
/// budget and one set of claims.
///
/// Every name and address of this machine is one server for each port. All other hosts together are
/// one: a campaign's id is unique, so two hosts that know it lead to the same campaign.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Server(String);

/// What every host but this machine is.
const REMOTE: &str = "remote";

impl Server {
    /// The server behind a base URL. Decided once, when a campaign is opened.
    pub fn of(base_url: &str) -> Server {
        let local = Url::parse(base_url).ok().filter(|url| url.host().is_some_and(|host| is_this_machine(&host)));
        let port = local.and_then(|url| url.port_or_known_default());
        Self(port.map_or_else(|| REMOTE.to_owned(), |port| format!("loopback:{port}")))
    }

    /// From the journal.
    pub(super) fn from_text(text: String) -> Server {
        Self(text)
    }

    /// The server's text: `loopback:PORT` or `remote`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback() || address.is_unspecified(),
        Host::Ipv6(address) => address.is_loopback() || address.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("http://127.0.0.1:8025/api/v2", "loopback:8025")]
    #[case("http://localhost:8025/api/v2", "loopback:8025")]
    #[case("http://LOCALHOST.:8025", "loopback:8025")]
    #[case("http://127.8.9.1:8025/another/path", "loopback:8025")]
    #[case("http://[::1]:8025/api/v2", "loopback:8025")]
    #[case("http://0.0.0.0:8025/api/v2", "loopback:8025")]
    #[case("http://[::]:8025/api/v2", "loopback:8025")]
    #[case("http://127.0.0.1:8026/api/v2", "loopback:8026")]
    #[case("http://localhost/api/v2", "loopback:80")]
    #[case("https://localhost/api/v2", "loopback:443")]
    #[case("https://postman.gov.sg/api/v2", "remote")]
    #[case("https://test.postman.gov.sg/api/v2", "remote")]
    #[case("https://sms.agency.example:8443/postman", "remote")]
    #[case("https://localhost.agency.example/api/v2", "remote")]
    #[case("no address", "remote")]
    fn all_names_of_one_server_are_one(#[case] base_url: &str, #[case] server: &str) {
        assert_eq!(Server::of(base_url).as_str(), server);
    }
}
