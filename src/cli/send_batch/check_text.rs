//! What the check of a file found: a line for each mistake for scripts, the kinds of them for people.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted, grouped, joined};
use super::super::file::{self, FIELDS, MistakeRecord, Unread};
use super::super::progress::ProgressLine;
use super::super::records::RecordWriter;
use super::super::table::columns;
use super::super::{EarlyExit, Exit, Failure, Format};
use super::plan_text;
use super::prepare::Prepared;
use crate::action::{CheckedFile, FileCorrector, MistakeGroup};
use crate::delivery::agreeing;

/// How many rows of a kind are named for people.
const FIRST_ROWS: usize = 5;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckSummary<'a> {
    file: &'a str,
    sha256: &'a str,
    bytes: u64,
    rows: u32,
    mistakes: u64,
    rows_with_mistakes: u32,
    correctable: u64,
    languages: Vec<LanguageCount<'a>>,
    segments: Vec<SegmentCount>,
    rows_of_unknown_size: u32,
    /// The most that it can cost, in production.
    charge: Option<String>,
    /// Whether its columns and texts were compared with those of the campaign's messages.
    template_known: bool,
    advice: Vec<AdvicePart<'a>>,
}

#[derive(Serialize)]
struct LanguageCount<'a> {
    language: &'a str,
    rows: u32,
}

#[derive(Serialize)]
struct SegmentCount {
    segments: u32,
    rows: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AdvicePart<'a> {
    kind: &'static str,
    column: Option<&'a str>,
    /// How many rows it is about; of the same numbers, how many numbers.
    count: u32,
    /// In how many rows it is.
    row_count: u32,
    /// The first of these rows, as a spreadsheet counts.
    first_rows: &'a [u32],
    message: &'a str,
}

/// Writes what was found: every mistake, then the summary; for people the kinds, or what would be sent.
pub(super) fn write(
    checked: &CheckedFile,
    template_known: bool,
    campaign: &ConfiguredCampaign,
    context: &CommandContext,
    out: &mut impl Write,
) -> Result<(), EarlyExit> {
    if context.format() == Format::Table {
        let is_good = checked.mistakes().is_empty();
        writeln!(out, "{}", if is_good { plan_text::announcement(checked, campaign, context) } else { by_kind(checked) })?;
        if is_good {
            let found = match template_known {
                true => "It has no mistakes.",
                false => "No mistake was found, but the campaign's template is not known: columns and lengths were not compared with it.",
            };
            writeln!(out, "{found} Nothing was sent.")?;
        }
        out.flush()?;
        return Ok(());
    }
    let mut records = RecordWriter::new(io::BufWriter::new(out), context.format(), FIELDS);
    for mistake in checked.mistakes().by_row() {
        records.record(&MistakeRecord::from(mistake))?;
    }
    records.summary(&summary(checked, template_known, campaign))?;
    records.finish()?;
    Ok(())
}

fn summary<'a>(checked: &'a CheckedFile, template_known: bool, campaign: &ConfiguredCampaign) -> CheckSummary<'a> {
    CheckSummary {
        file: checked.name(),
        sha256: checked.sha256().as_str(),
        bytes: checked.bytes(),
        rows: checked.rows(),
        mistakes: checked.mistakes().len(),
        rows_with_mistakes: checked.mistakes().rows(),
        correctable: correctable(checked).map(|group| u64::from(group.count())).sum(),
        languages: checked.languages().iter().map(|(language, rows)| LanguageCount { language, rows: *rows }).collect(),
        segments: checked.segments().map(|(segments, rows)| SegmentCount { segments, rows }).collect(),
        rows_of_unknown_size: checked.rows_of_unknown_size(),
        charge: campaign.settings.charges.map(|charges| charges.words(checked.cost())),
        template_known,
        advice: checked
            .advice()
            .iter()
            .map(|advice| AdvicePart {
                kind: advice.kind.word(),
                column: advice.column.as_deref(),
                count: advice.count,
                row_count: advice.row_count,
                first_rows: &advice.rows,
                message: &advice.words,
            })
            .collect(),
    }
}

fn correctable(checked: &CheckedFile) -> impl Iterator<Item = &MistakeGroup> {
    checked.mistakes().groups().iter().filter(|group| group.kind().is_correctable())
}

/// The mistakes by kind, with their count and first rows, and what should be known besides.
pub(super) fn by_kind(checked: &CheckedFile) -> String {
    let mut lines = vec![format!(
        "{}: {}, {:.1} MB, checked whole.",
        checked.shown_name(),
        counted(checked.rows() as usize, "row"),
        checked.bytes() as f64 / 1e6
    )];
    if !checked.mistakes().is_empty() {
        let rows = checked.mistakes().groups().iter().map(group_row).collect();
        lines.push(columns(&["count", "column", "what is wrong", "rows"], 4, rows));
    }
    lines.extend(checked.advice().iter().map(|advice| format!("Note: {}.", with_column(advice.column.as_deref(), &advice.words))));
    lines.join("\n")
}

fn group_row(group: &MistakeGroup) -> Vec<String> {
    row_of(group, group.words())
}

fn corrected_row(group: &MistakeGroup) -> Vec<String> {
    row_of(group, group.kind().corrected_words().unwrap_or_default().to_owned())
}

fn row_of(group: &MistakeGroup, words: String) -> Vec<String> {
    vec![grouped(group.count() as usize), group.column().unwrap_or_default().to_owned(), words, first_rows(group)]
}

/// `17, 204, 9,311 and 38 more`.
fn first_rows(group: &MistakeGroup) -> String {
    let first: Vec<String> = group.rows().take(FIRST_ROWS).map(|row| grouped(row as usize)).collect();
    let more = (group.count() as usize).saturating_sub(FIRST_ROWS);
    match (first.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => first.join(", "),
        (false, more) => format!("{} and {} more", first.join(", "), grouped(more)),
    }
}

fn with_column(column: Option<&str>, words: &str) -> String {
    column.map_or_else(|| words.to_owned(), |column| format!("{column}: {words}"))
}

/// Why a file with mistakes is not sent.
pub(super) fn mistakes(checked: &CheckedFile) -> Failure {
    let mistakes = checked.mistakes();
    let what = match mistakes.rows() as usize {
        0 => format!("Nothing was sent: {} in the file.", counted(usize::try_from(mistakes.len()).unwrap_or(usize::MAX), "mistake")),
        rows => format!("Nothing was sent: {} {} mistakes.", counted(rows, "row"), agreeing(rows, "has", "have")),
    };
    let why = "One bad row makes Postman refuse the whole file.";
    let next = if FileCorrector::of(checked).is_some() {
        "`--check --format csv` lists every mistake. `--correct FILE.csv` writes a copy without those that need no guess."
    } else {
        "`--check --format csv` lists every mistake. Correct the file and run the command again."
    };
    Failure::new(Exit::Usage, what, why, next)
}

/// Writes the corrected copy and lists what was corrected.
///
/// # Errors
/// There is nothing to correct, or the copy cannot be written.
pub(super) async fn correct(
    prepared: Prepared,
    to: &Path,
    campaign: &ConfiguredCampaign,
    context: &CommandContext,
) -> Result<Exit, EarlyExit> {
    let Prepared { read, rules } = prepared;
    if FileCorrector::of(&read.checked).is_none() {
        let (what, next) = match read.checked.mistakes().is_empty() {
            true => ("No copy was written: the file has no mistakes.", "Send the file itself."),
            false => ("No copy was written: nothing can be corrected without a guess.", "`--check --format csv` lists its mistakes."),
        };
        return Err(Failure::usage(what, next).into());
    }
    let (path, template_known) = (to.to_owned(), !rules.known.is_empty());
    let progress = ProgressLine::start(context.common.quiet, false);
    let written = tokio::task::spawn_blocking(move || {
        let copy = file::write_corrected(&read, rules, &path, |bytes, total| {
            progress.tell(|| format!("writing the copy, {} %", bytes * 100 / total.unwrap_or(bytes).max(1)));
            true
        });
        (read, copy)
    });
    let (read, copy) = match joined(written.await) {
        Some((read, Ok(copy))) => (read, copy),
        Some((_, Err(Unread::Failed(failure)))) => return Err(failure.into()),
        Some((_, Err(Unread::Cancelled))) | None => {
            return Err(Failure::new(Exit::Failed, "No copy was written.", "", "Run the command again.").into());
        }
    };
    let mut out = io::stdout().lock();
    if context.format() == Format::Table {
        let rows = correctable(&read.checked).map(corrected_row).collect();
        writeln!(out, "{}", columns(&["count", "column", "what was corrected", "rows"], 4, rows))?;
        out.flush()?;
    } else {
        let mut records = RecordWriter::new(io::BufWriter::new(&mut out), context.format(), FIELDS);
        for mistake in read.checked.mistakes().by_row().filter(|mistake| mistake.kind.is_correctable()) {
            records.record(&MistakeRecord::corrected(mistake))?;
        }
        records.summary(&summary(&copy.checked, template_known, campaign))?;
        records.finish()?;
    }
    let left = copy.checked.mistakes();
    context.notice(&match left.len() {
        0 => format!("{} has no mistakes.", copy.checked.shown_name()),
        number => format!("{} has {} left.", copy.checked.shown_name(), counted(usize::try_from(number).unwrap_or(usize::MAX), "mistake")),
    });
    Ok(if left.is_empty() { Exit::Done } else { Exit::Usage })
}
