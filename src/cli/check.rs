//! `postwatch check`: what is right, what is wrong, and what to do about it.

mod campaign;
mod finding;
mod machine;
mod proxy;

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;

pub(super) use self::campaign::findings as campaign_findings;
pub(super) use self::finding::{Finding, Grade};

use super::campaigns::{Configured, configured_for, find};
use super::context::{format_of, is_coloured, joined, unusable};
use super::{Common, EarlyExit, Exit};
use crate::postman::{HttpTransport, Transport};

/// What `check` takes.
#[derive(Debug, Clone, Args)]
pub struct CheckArguments {
    /// Only these campaigns, by name or id [default: all in the configuration]
    pub campaign: Vec<String>,
}

/// Checks everything, whatever is wrong elsewhere.
///
/// # Errors
/// The output cannot be written.
pub(super) async fn run(arguments: &CheckArguments, common: &Common) -> Result<Exit, EarlyExit> {
    let mut findings = Vec::new();
    let wanted = (!arguments.campaign.is_empty()).then_some(arguments.campaign.as_slice());
    match configured_for(common, wanted) {
        Ok(configured) => {
            findings.extend(configuration(&configured));
            findings.extend(campaigns(&configured, arguments).await);
        }
        Err(error) => {
            let failure = unusable(&error);
            let text = failure.text.reason();
            findings.push(Finding::fail("configuration", text, failure.text.next, Exit::Usage));
        }
    }
    findings.extend(machine::findings(common));
    Ok(reported(&findings, common, &mut io::stdout().lock())?)
}

/// Checks only the configuration.
///
/// # Errors
/// The output cannot be written.
pub(super) fn file_alone(configured: &Configured, common: &Common, out: &mut impl Write) -> io::Result<Exit> {
    reported(&configuration(configured), common, out)
}

fn reported(findings: &[Finding], common: &Common, out: &mut impl Write) -> io::Result<Exit> {
    finding::write(findings, format_of(common), is_coloured(common), out)?;
    Ok(findings.iter().fold(Exit::Done, |exit, finding| exit.and(finding.exit)))
}

fn configuration(configured: &Configured) -> Vec<Finding> {
    let path = configured.path.display();
    let mut findings: Vec<Finding> = configured
        .mistakes
        .iter()
        .map(|mistake| Finding::fail("configuration", format!("{path}: {mistake}"), "Fix this line.", Exit::Usage))
        .collect();
    let (_, of_theme) = super::theme::chosen(configured);
    findings.extend(of_theme.iter().map(|(path, mistake)| {
        Finding::fail("configuration", format!("{}: {mistake}", path.display()), "Fix this line; what is right in it is used.", Exit::Usage)
    }));
    findings.extend(
        super::campaigns::under_two_addresses(configured)
            .into_iter()
            .map(|warning| Finding::warn("configuration", format!("{} {}", warning.what, warning.why), warning.next)),
    );
    match (configured.campaigns.len(), findings.is_empty()) {
        (0, true) => {
            let next = "Add a `[[campaigns]]` section; `postwatch config example` prints an example.";
            findings.push(Finding::fail("configuration", format!("{path} names no campaign."), next, Exit::Usage));
        }
        (count, _) => {
            let text = format!("{path}: {} can be used.", super::context::counted(count, "campaign"));
            let found = match count {
                0 => Finding::fail("configuration", text, "Fix the mistakes below.", Exit::Usage),
                _ => Finding::ok("configuration", text),
            };
            findings.insert(0, found);
        }
    }
    findings
}

/// The named campaigns, or all; asked at the same time, reported in order.
async fn campaigns(configured: &Configured, arguments: &CheckArguments) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut chosen = Vec::new();
    for named in &arguments.campaign {
        match find(configured, named) {
            Ok(campaign) => chosen.push(campaign),
            Err(failure) => {
                let text = failure.text.reason();
                findings.push(Finding::fail("campaign", text.trim(), failure.text.next, failure.exit).of(named));
            }
        }
    }
    if arguments.campaign.is_empty() {
        chosen = configured.campaigns.iter().collect();
    }
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new());
    let asked: Vec<_> = chosen
        .into_iter()
        .map(|campaign| {
            let (campaign, transport) = (campaign.clone(), Arc::clone(&transport));
            tokio::spawn(async move { campaign::findings(&campaign, &transport).await })
        })
        .collect();
    for campaign in asked {
        findings.extend(joined(campaign.await).unwrap_or_default());
    }
    findings
}
