//! `postwatch check`: what is right, what is wrong, and what to do about it.

mod campaign;
mod machine;

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::campaigns::{Configured, configured_for, find, under_two_addresses};
use super::context::{counted, format_of, is_coloured, joined, unusable};
use super::records::write_records;
use super::table::Tint;
use super::{Common, EarlyExit, Exit, Format, theme};
use crate::postman::{HttpTransport, Transport};

pub(super) use self::campaign::findings as campaign_findings;

/// What `check` takes.
#[derive(Debug, Clone, Args)]
pub struct CheckArguments {
    /// Only these campaigns, by name or id [default: all in the configuration]
    pub campaign: Vec<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What was checked.
    pub check: &'static str,
    /// The campaign; `None` for the machine.
    pub campaign: Option<String>,
    /// The result.
    #[serde(rename = "result")]
    pub grade: Grade,
    /// What was seen.
    pub text: String,
    /// What to do; `None` if it is right.
    pub next: Option<String>,
    /// What it means for the exit code.
    #[serde(skip)]
    pub exit: Exit,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Grade {
    /// Right.
    Ok,
    /// It works, but the user should know.
    Warn,
    /// Wrong.
    Fail,
}

impl Grade {
    /// Its word, and what a colour adds to it.
    fn shown(self) -> (&'static str, Tint) {
        match self {
            Grade::Ok => ("ok", Tint::Good),
            Grade::Warn => ("warn", Tint::Warn),
            Grade::Fail => ("fail", Tint::Bad),
        }
    }
}

impl Finding {
    /// All is right.
    pub fn ok(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, campaign: None, grade: Grade::Ok, text: text.into(), next: None, exit: Exit::Done }
    }

    /// It works, but the user should know.
    pub fn warn(check: &'static str, text: impl Into<String>, next: impl Into<String>) -> Self {
        Self { grade: Grade::Warn, next: Some(next.into()), ..Self::ok(check, text) }
    }

    /// It is wrong.
    pub fn fail(check: &'static str, text: impl Into<String>, next: impl Into<String>, exit: Exit) -> Self {
        Self { grade: Grade::Fail, next: Some(next.into()), exit, ..Self::ok(check, text) }
    }

    /// The same, of a campaign.
    #[must_use]
    pub fn of(self, campaign: &str) -> Self {
        Self { campaign: Some(campaign.to_owned()), ..self }
    }
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
    write(findings, format_of(common), is_coloured(common), out)?;
    Ok(findings.iter().fold(Exit::Done, |exit, finding| exit.and(finding.exit)))
}

/// Writes the findings.
fn write(findings: &[Finding], format: Format, colour: bool, out: &mut impl Write) -> io::Result<()> {
    if format != Format::Table {
        return write_records(out, format, &["check", "campaign", "result", "text", "next"], findings);
    }
    for finding in findings {
        let (word, tint) = finding.grade.shown();
        let word = if colour { tint } else { Tint::None }.paint(&format!("{word:<4}"));
        let campaign = finding.campaign.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        writeln!(out, "{word}  {:<13}  {campaign}{}", finding.check, finding.text)?;
        if let Some(next) = finding.next.as_ref().filter(|next| !next.is_empty()) {
            writeln!(out, "{:21}{next}", "")?;
        }
    }
    out.flush()
}

fn configuration(configured: &Configured) -> Vec<Finding> {
    let path = configured.path.display();
    let mut findings: Vec<Finding> = configured
        .mistakes
        .iter()
        .map(|mistake| Finding::fail("configuration", format!("{path}: {mistake}"), "Fix this line.", Exit::Usage))
        .collect();
    let (_, of_theme) = theme::chosen(configured);
    findings.extend(of_theme.iter().map(|(path, mistake)| {
        Finding::fail("configuration", format!("{}: {mistake}", path.display()), "Fix this line; what is right in it is used.", Exit::Usage)
    }));
    findings.extend(
        under_two_addresses(configured)
            .into_iter()
            .map(|warning| Finding::warn("configuration", format!("{} {}", warning.what, warning.why), warning.next)),
    );
    match (configured.campaigns.len(), findings.is_empty()) {
        (0, true) => {
            let next = "Add a `[[campaigns]]` section; `postwatch config example` prints an example.";
            findings.push(Finding::fail("configuration", format!("{path} names no campaign."), next, Exit::Usage));
        }
        (count, _) => {
            let text = format!("{path}: {} can be used.", counted(count, "campaign"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_what_to_do_below_what_is_wrong() {
        let findings = [Finding::ok("clock", "Right."), Finding::fail("key", "It is empty.", "Mend it.", Exit::Usage).of("Clinic")];
        let mut out = Vec::new();
        write(&findings, Format::Table, false, &mut out).unwrap();
        let expected = "ok    clock          Right.\nfail  key            Clinic: It is empty.\n                     Mend it.\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn scripts_get_names() {
        let mut out = Vec::new();
        write(&[Finding::warn("proxy", "One.", "Look.").of("Clinic")], Format::Ndjson, false, &mut out).unwrap();
        let expected = "{\"check\":\"proxy\",\"campaign\":\"Clinic\",\"result\":\"warn\",\"text\":\"One.\",\"next\":\"Look.\"}\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
