//! Whether a proxy stands between this machine and a host.

use super::finding::Finding;
use crate::postman::{BaseUrl, HostKind};

/// What the environment says of proxies for this host.
pub(super) fn finding(base: &BaseUrl, env: impl Fn(&str) -> Option<String>) -> Finding {
    if base.kind() == HostKind::Loopback {
        return Finding::ok("proxy", "None: this machine is never asked by way of a proxy.");
    }
    let told = |name: &str| env(name).or_else(|| env(&name.to_lowercase())).filter(|value| !value.is_empty());
    let Some((variable, proxy)) = ["HTTPS_PROXY", "ALL_PROXY"].into_iter().find_map(|name| Some((name, told(name)?))) else {
        return Finding::ok("proxy", "None is set.");
    };
    if told("NO_PROXY").is_some_and(|list| excepted(&list, base.host())) {
        return Finding::ok("proxy", format!("{variable} is set; NO_PROXY leaves {} out.", base.host()));
    }
    let text = format!("{} is asked by way of {} ({variable}).", base.host(), without_credentials(&proxy));
    Finding::ok("proxy", format!("{text} The address that Postman sees, and must have on its list, is the proxy's."))
}

/// Whether `NO_PROXY` names the host: itself, a domain above it, or everything.
fn excepted(list: &str, host: &str) -> bool {
    list.split(',').map(|entry| entry.trim().trim_start_matches("*.").trim_start_matches('.')).any(|entry| {
        entry == "*"
            || host.eq_ignore_ascii_case(entry)
            || (!entry.is_empty() && host.to_ascii_lowercase().ends_with(&format!(".{}", entry.to_ascii_lowercase())))
    })
}

/// A proxy's address may hold a password before the `@`.
fn without_credentials(proxy: &str) -> String {
    let (scheme, rest) = proxy.split_once("://").unwrap_or(("http", proxy));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    crate::delivery::clean_line(&format!("{scheme}://{host}")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::Environment;
    use rstest::rstest;

    #[rstest]
    #[case("", "", "None is set")]
    #[case("http://user:secret@proxy:3128", "", "http://proxy:3128 (HTTPS_PROXY)")]
    #[case("http://proxy:3128", "localhost, .gov.sg", "leaves test.postman.gov.sg out")]
    #[case("http://proxy:3128", "gov.sg", "leaves test.postman.gov.sg out")]
    #[case("http://proxy:3128", "*", "leaves test.postman.gov.sg out")]
    #[case("http://proxy:3128", "man.gov.sg", "by way of")]
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
