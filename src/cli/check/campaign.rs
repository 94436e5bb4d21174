//! The checks of a campaign: its key, the proxy and the connection to the API, the clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::env;
use super::super::{Exit, Failure};
use super::Finding;
use crate::postman::{BaseUrl, Call, HostKind, KeyFit, PageAnswer, PageRequest, Proxy, Transport};

/// The difference of clocks from which the ages on the screen mislead. A header has whole seconds
/// and an answer takes time, so less means nothing.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(30);

/// Checks a campaign, with one call that reads one message.
pub(in crate::cli) async fn findings(campaign: &ConfiguredCampaign, transport: &Arc<dyn Transport>) -> Vec<Finding> {
    let name = &campaign.settings.name;
    let mut findings = vec![server(campaign), key(campaign)];
    findings.push(proxy(&campaign.base, env));
    if let Ok(api) = campaign.api(transport) {
        let start = Instant::now();
        match api.page(&Call::List { page: PageRequest::head(1) }).await {
            Ok(answer) => {
                findings.push(answered(&answer, start.elapsed()));
                findings.extend(clock(&answer));
            }
            Err(error) => {
                let Failure { text, exit } = Failure::from(error);
                let reported = text.reason();
                let trace = text.trace_id.map(|trace| format!(" Trace id: {trace}.")).unwrap_or_default();
                findings.push(Finding::fail("api", format!("{reported}{trace}"), text.next, exit));
            }
        }
    }
    findings.into_iter().map(|finding| finding.of(name)).collect()
}

fn server(campaign: &ConfiguredCampaign) -> Finding {
    let kind = campaign.settings.host_kind;
    let yes = |is: bool, word: &'static str, other: &'static str| if is { word } else { other };
    let text = format!(
        "{} at {}, {}, {}, {} {} a second at most.",
        kind.word(),
        campaign.base,
        yes(campaign.settings.read_only, "read-only", "retries allowed"),
        yes(campaign.settings.masked, "masked", "unmasked"),
        campaign.settings.calls_per_second,
        yes((campaign.settings.calls_per_second - 1.0).abs() < f64::EPSILON, "call", "calls")
    );
    if kind == HostKind::Gateway {
        return Finding::warn(
            "campaign",
            text,
            "This host is not one of Postman's, so it is treated as production. Make sure that it is yours.",
        );
    }
    if campaign.base.kind() == HostKind::Loopback && kind.is_production() && campaign.config.environment.is_none() {
        let next = "It has a production key, so this address is treated as production. If it is a simulator, put `environment = \"test\"` beside `base_url`.";
        return Finding::warn("campaign", text, next);
    }
    Finding::ok("campaign", text)
}

fn key(campaign: &ConfiguredCampaign) -> Finding {
    let from = campaign.config.key.source_name();
    match &campaign.key {
        Ok(key) => match (&campaign.key_warning, key.fits(&campaign.base, None)) {
            (Some(warning), _) => Finding::warn("key", warning.clone(), "Nothing, if the campaign can be read."),
            (None, KeyFit::Fits) => Finding::ok("key", format!("{} from {from}.", key.shown())),
            (None, _) => Finding::ok("key", format!("{} from {from}; its prefix names no environment.", key.shown())),
        },
        Err(why) => Finding::fail("key", why.reason(), why.next.clone(), Exit::Usage),
    }
}

/// What the environment says about proxies for this host.
fn proxy(base: &BaseUrl, env: impl Fn(&str) -> Option<String>) -> Finding {
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

fn answered(answer: &PageAnswer, time: Duration) -> Finding {
    let milliseconds = time.as_millis();
    if let Some(bad) = answer.rows.bad().first() {
        let text = format!("Answered in {milliseconds} ms, but the newest message could not be read: {}.", bad.reason);
        return Finding::warn("api", text, "Others may be readable. If not, a newer version of Postwatch may be needed.");
    }
    let newest = answer.rows.get(0).and_then(|row| row.created_at().value());
    let newest = match newest {
        Some(created) => format!("the newest message was created {} ago", age(Timestamp::now().duration_since(created))),
        None if answer.rows.is_empty() => "it has no messages yet".to_owned(),
        None => "it has messages".to_owned(),
    };
    Finding::ok("api", format!("The key, the allow list and the connection are fine: answered in {milliseconds} ms, {newest}."))
}

fn clock(answer: &PageAnswer) -> Option<Finding> {
    let server = answer.server_date?;
    let apart = server.duration_since(answer.asked_at);
    if apart.abs() <= CLOCKS_APART {
        return Some(Finding::ok("clock", "This machine's clock agrees with the server's."));
    }
    let side = if apart.is_positive() { "behind" } else { "ahead of" };
    let text = format!("This machine's clock is {} {side} the server's.", age(apart.abs()));
    Some(Finding::warn("clock", text, "Set it right, ideally by NTP: the times of actions come from it."))
}

/// A duration in its largest unit.
fn age(age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::Grade;
    use super::*;
    use crate::delivery::Rows;
    use crate::postman::{Environment, PageData};

    #[rstest]
    #[case(0, Grade::Ok, "agrees")]
    #[case(-29, Grade::Ok, "agrees")]
    #[case(90, Grade::Warn, "90 s behind")]
    #[case(-7300, Grade::Warn, "2 h ahead")]
    fn clocks(#[case] server_ahead: i64, #[case] grade: Grade, #[case] text: &str) {
        let asked_at = Timestamp::from_second(1_900_000_000).unwrap();
        let server_date = Some(asked_at + SignedDuration::from_secs(server_ahead));
        let answer =
            PageAnswer { asked_at, rows: Rows::default(), beside: Default::default(), page: PageData::default(), bytes: 0, server_date };
        let finding = clock(&answer).unwrap();
        assert_eq!(finding.grade, grade);
        assert!(finding.text.contains(text), "{}", finding.text);
    }

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
        let finding = proxy(&Environment::Test.base_url(), env);
        assert!(finding.text.contains(expected) && !finding.text.contains("secret"), "{}", finding.text);
    }

    #[test]
    fn this_machine_needs_none() {
        let base = BaseUrl::parse("http://127.0.0.1:1/api/v2").unwrap();
        assert!(proxy(&base, |_| Some("http://proxy:3128".to_owned())).text.contains("never"));
    }
}
