//! Whether there is a proxy between this machine and a host.

use super::super::Exit;
use super::finding::Finding;
use crate::postman::{BaseUrl, HostKind, Proxy};

/// What the environment says about proxies for this host.
pub(super) fn finding(base: &BaseUrl, env: impl Fn(&str) -> Option<String>) -> Finding {
    if base.kind() == HostKind::Loopback {
        return Finding::ok("proxy", "None: this machine is never reached through a proxy.");
    }
    let host = base.host();
    match Proxy::to_api(base, env) {
        Proxy::None => Finding::ok("proxy", "No proxy is set."),
        Proxy::Excepted { variable } => Finding::ok("proxy", format!("{variable} is set; NO_PROXY excludes {host}.")),
        Proxy::Through { variable, address } => {
            let text = format!("{host} is reached through {address} ({variable}).");
            Finding::ok("proxy", format!("{text} Postman sees the proxy's address, so that one must be on the allow list."))
        }
        Proxy::Unusable { variable, address } => {
            let text = format!("{variable} holds `{address}`, which is not a usable proxy: nothing is sent.");
            Finding::fail("proxy", text, "Fix it, or remove it from the environment.", Exit::Usage)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::Environment;
    use rstest::rstest;

    #[rstest]
    #[case("", "", "No proxy is set")]
    #[case("http://user:secret@proxy:3128", "", "http://proxy:3128 (HTTPS_PROXY)")]
    #[case("http://proxy:3128", "localhost, .gov.sg", "excludes test.postman.gov.sg")]
    #[case("http://proxy:3128", "gov.sg", "excludes test.postman.gov.sg")]
    #[case("http://proxy:3128", "*", "excludes test.postman.gov.sg")]
    #[case("http://proxy:3128", "man.gov.sg", "through")]
    #[case("ftp://user:secret@proxy", "", "not a usable proxy")]
    fn the_environment_decides(#[case] https: &str, #[case] no: &str, #[case] expected: &str) {
        let env = |name: &str| match name {
            "https_proxy" => Some(https.to_owned()),
            "NO_PROXY" => Some(no.to_owned()),
            _ => None,
        };
        let finding = finding(&Environment::Test.base_url(), env);
        assert!(finding.text.contains(expected) && !finding.text.contains("secret"), "{}", finding.text);
    }

    #[test]
    fn this_machine_needs_none() {
        let base = BaseUrl::parse("http://127.0.0.1:1/api/v2").unwrap();
        assert!(finding(&base, |_| Some("http://proxy:3128".to_owned())).text.contains("never"));
    }
}
