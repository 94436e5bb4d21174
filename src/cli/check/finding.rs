//! One line of the check: what was checked, the result, what to do.

use std::io::{self, Write};

use serde::Serialize;

use super::super::records::write_records;
use super::super::table::Tint;
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

/// Writes the findings.
pub(super) fn write(findings: &[Finding], format: Format, colour: bool, out: &mut impl Write) -> io::Result<()> {
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
