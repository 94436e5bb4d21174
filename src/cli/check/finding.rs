//! One line of the check: what was checked, the result, what to do.

use std::io::{self, Write};

use serde::Serialize;

use super::super::early_exit::of_csv;
use super::super::{Exit, Format};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::cli) struct Finding {
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
pub(in crate::cli) enum Grade {
    /// Right.
    Ok,
    /// It works, but the user should know.
    Warn,
    /// Wrong.
    Fail,
}

impl Grade {
    fn word(self) -> &'static str {
        match self {
            Grade::Ok => "ok",
            Grade::Warn => "warn",
            Grade::Fail => "fail",
        }
    }

    /// The terminal's sequence for its colour.
    fn colour(self) -> &'static str {
        match self {
            Grade::Ok => "\u{1b}[32m",
            Grade::Warn => "\u{1b}[33m",
            Grade::Fail => "\u{1b}[31;1m",
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

/// Writes the findings.
pub(super) fn write(findings: &[Finding], format: Format, colour: bool, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, findings).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Format::Ndjson => {
            for finding in findings {
                serde_json::to_writer(&mut *out, finding).map_err(io::Error::from)?;
                writeln!(out)?;
            }
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(&mut *out);
            let written = std::iter::once(["check", "campaign", "result", "text", "next"])
                .chain(findings.iter().map(|finding| {
                    let (campaign, next) = (finding.campaign.as_deref().unwrap_or_default(), finding.next.as_deref().unwrap_or_default());
                    [finding.check, campaign, finding.grade.word(), finding.text.as_str(), next]
                }))
                .try_for_each(|record| writer.write_record(record));
            written.map_err(of_csv)?;
            writer.flush()?;
        }
        Format::Table => {
            for finding in findings {
                let word = format!("{:<4}", finding.grade.word());
                let word = if colour { format!("{}{word}\u{1b}[0m", finding.grade.colour()) } else { word };
                let campaign = finding.campaign.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
                writeln!(out, "{word}  {:<13}  {campaign}{}", finding.check, finding.text)?;
                if let Some(next) = finding.next.as_ref().filter(|next| !next.is_empty()) {
                    writeln!(out, "{:21}{next}", "")?;
                }
            }
        }
    }
    out.flush()
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
