//! What would be sent, in sentences.

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted, grouped};
use crate::action::{CheckedFile, FileSample};
use crate::delivery::{Mask, clean, clean_line, full_stop};

/// How many lines of a text are shown.
const MOST_LINES: usize = 12;

/// Environment, campaign, rows, languages, size, cost, the first rows as they will arrive, and what should be known.
pub(super) fn announcement(checked: &CheckedFile, campaign: &ConfiguredCampaign, context: &CommandContext) -> String {
    let settings = &campaign.settings;
    let rows = checked.rows() as usize;
    let mut lines = vec![format!(
        "{} · {}: send {} from {} ({:.1} MB).",
        settings.host_kind.word().to_uppercase(),
        settings.name,
        counted(rows, "message"),
        checked.shown_name(),
        checked.bytes() as f64 / 1e6
    )];
    for sample in checked.samples() {
        lines.extend(sample_lines(sample, settings.masked && !context.common.reveal, settings.one_time_password));
    }
    let languages: Vec<String> = checked.languages().iter().map(|(name, rows)| format!("{name} {}", grouped(*rows as usize))).collect();
    lines.push(format!("{}.", languages.join(", ")));
    let mut sizes: Vec<String> = checked
        .segments()
        .map(|(segments, rows)| format!("{}: {}", counted(segments as usize, "segment"), grouped(rows as usize)))
        .collect();
    if checked.rows_of_unknown_size() > 0 {
        sizes.push(format!("of unknown size: {}", grouped(checked.rows_of_unknown_size() as usize)));
    }
    lines.push(format!("{}.", sizes.join(", ")));
    let charges = settings.charges;
    lines.extend(charges.map(|charges| charges.words(checked.cost())));
    lines.extend(charges.and_then(|charges| charges.source(checked.cost())));
    lines.extend(checked.advice().iter().map(|advice| {
        let column = advice.column.as_ref().map(|column| format!("{column}: ")).unwrap_or_default();
        full_stop(&format!("Note: {column}{}", advice.words)).into_owned()
    }));
    lines.push("Postman prepares the rows for about a minute; its queue can take 3 to 5 minutes or more.".to_owned());
    lines.join("\n")
}

/// A row as it will arrive, or its values where no template is known; masked, only to whom it goes.
fn sample_lines(sample: &FileSample, masked: bool, hides: bool) -> Vec<String> {
    let number = sample.recipient.shown(if masked { Mask::On } else { Mask::Off });
    let longest = if sample.is_longest { ", the longest" } else { "" };
    let size = sample.size.map(|size| format!(", {}", size.words())).unwrap_or_default();
    let mut lines = vec![format!("Row {}{longest}, to {number}, {}{size}:", grouped(sample.row as usize), sample.language)];
    let shown: Vec<String> = match &sample.text {
        _ if hides => vec!["(hidden: one-time passwords)".to_owned()],
        _ if masked => vec!["(hidden; `--reveal` shows it)".to_owned()],
        Some(text) => clean(text).lines().map(str::to_owned).collect(),
        None => {
            let values = sample.values.iter().map(|(name, value)| format!("{}: {}", clean_line(name), clean_line(value)));
            std::iter::once("(its template is not known; these are its values)".to_owned()).chain(values).collect()
        }
    };
    lines.extend(shown.iter().take(MOST_LINES).map(|line| format!("  {line}").trim_end().to_owned()));
    if shown.len() > MOST_LINES {
        lines.push("  …".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::delivery::Recipient;

    #[rstest]
    #[case::text(Some("Dear Tan,\n\u{1b}[2Jsee you"), false, "  Dear Tan,|  ␛[2Jsee you")]
    #[case::values(None, false, "  (its template is not known; these are its values)|  name: Tan|  place: Bedok ␛[2J")]
    #[case::masked(None, true, "  (hidden; `--reveal` shows it)")]
    #[case::masked_text(Some("Dear Tan"), true, "  (hidden; `--reveal` shows it)")]
    fn a_row_is_shown_as_far_as_it_is_known_and_may_be(#[case] text: Option<&str>, #[case] masked: bool, #[case] shown: &str) {
        let values = [("name", "Tan"), ("place", "Bedok \u{1b}[2J")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let sample = FileSample {
            row: 1_002,
            recipient: Recipient::new("6580001234"),
            language: "english",
            is_longest: false,
            values: values.into(),
            text: text.map(str::to_owned),
            size: None,
        };
        let lines = sample_lines(&sample, masked, false);
        assert_eq!(lines.get(1..).unwrap_or_default().join("|"), shown);
        let number = if masked { "65∙∙∙∙1234" } else { "65 8000 1234" };
        assert_eq!(lines[0], format!("Row 1,002, to {number}, english:"));
    }
}
