//! Which server an address leads to, as far as budgets and claims are concerned.

use std::fmt;
use std::net::{IpAddr, UdpSocket};

use url::{Host, Url};

/// A server, whichever of its names or addresses is configured: its campaigns have one budget and one set of claims.
///
/// All names and addresses of this machine count as one server per port. All other hosts together count as one: a
/// campaign's id is unique, so two hosts that know it lead to the same campaign.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Server(String);

/// The text for every host but this machine.
const REMOTE: &str = "remote";

impl Server {
    /// The server behind a base URL. Determined once, when a campaign is opened.
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
        Host::Domain(name) => is_own_name(name.trim_end_matches('.'), &own_name(), &std::fs::read_to_string(HOSTS).unwrap_or_default()),
        Host::Ipv4(address) => is_own((*address).into()),
        Host::Ipv6(address) => is_own((*address).into()),
    }
}

/// Where this machine keeps its own host names. No name server is asked: it would take time, and two processes could
/// get two answers.
const HOSTS: &str = if cfg!(windows) { r"C:\Windows\System32\drivers\etc\hosts" } else { "/etc/hosts" };

fn is_own_name(name: &str, own: &str, hosts: &str) -> bool {
    let same = |other: &str| other.eq_ignore_ascii_case(name);
    let listed = || {
        hosts.lines().any(|line| {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let address = words.next().and_then(|address| address.parse().ok());
            address.is_some_and(|address| words.any(same) && is_own(address))
        })
    };
    same("localhost") || name.to_ascii_lowercase().ends_with(".localhost") || (!own.is_empty() && same(own)) || listed()
}

/// Whether an address belongs to this machine: only those can be bound. Nothing is sent.
fn is_own(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified() || UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(unix)]
fn own_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn own_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
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

    #[rstest]
    #[case::own("desk-7", true)]
    #[case::in_other_letters("DESK-7", true)]
    #[case::listed("gateway.test", true)]
    #[case::listed_further_right("sms", true)]
    #[case::of_another_machine("postman.test", false)]
    #[case::in_a_remark("remark", false)]
    #[case::longer("desk-7.example", false)]
    #[case::below_localhost("api.localhost", true)]
    fn a_name_of_this_machine_is_known_without_asking_anybody(#[case] name: &str, #[case] own: bool) {
        let hosts = "# 127.0.0.1 remark\n127.0.0.1 localhost\n127.0.1.1\tgateway.test sms # remark\n192.0.2.1 postman.test\nnonsense\n";
        assert_eq!(is_own_name(name, "desk-7", hosts), own);
        assert!(!is_own_name("", "", ""));
    }
}
