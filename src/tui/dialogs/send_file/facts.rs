//! What a file is checked against, and what several screens say of it.

use std::sync::Arc;

use crate::action::{CheckedFile, FileRules, MistakeGroup};
use crate::delivery::{agreeing, clean_line, counted, grouped};
use crate::postman::HostKind;
use crate::tui::Role;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::widgets::sentences::Sentence;
use crate::tui::widgets::words::{bytes, place};

/// How many rows Postman takes in a test environment.
const MOST_ROWS_IN_TEST: u32 = 20;

/// What is known of a campaign that a file of messages must agree with.
pub(super) fn rules(shared: &Shared, campaign: &Campaign) -> FileRules {
    let now = shared.time_of_day().to_zoned_datetime(shared.look.zone.clone());
    let midnight = now.start_of_day().map_or_else(|_| shared.time_of_day(), |start| start.timestamp());
    FileRules {
        known: campaign.store.known_texts(),
        most_rows: (campaign.settings.host_kind == HostKind::Test).then_some(MOST_ROWS_IN_TEST),
        had_message: campaign.store.numbers_since(midnight),
    }
}

/// The first rows of a list in words: `row 2`, `rows 2, 3, 7 and 809 more`.
pub(super) fn rows_words(rows: impl Iterator<Item = u32>, count: u32) -> String {
    let first: Vec<String> = rows.take(FIRST_ROWS).map(|row| grouped(row as usize)).collect();
    let more = (count as usize).saturating_sub(first.len());
    let list = first.join(", ");
    match (first.len(), more) {
        (0, _) => String::new(),
        (1, 0) => format!("row {list}"),
        (_, 0) => format!("rows {list}"),
        (_, more) => format!("rows {list} and {} more", grouped(more)),
    }
}

/// How many rows are named.
const FIRST_ROWS: usize = 5;

/// What was corrected in a copy: `clinic-corrected.csv is a new copy of clinic.csv. Corrected: put commas between the cells;
/// recipient: left only the digits of numbers (812 rows)`.
pub(super) fn changes(copy: &CheckedFile, of: &Option<Arc<CheckedFile>>) -> Option<Sentence> {
    let original = of.as_ref()?;
    let change = |group: &MistakeGroup| {
        let words = group.kind().corrected_words()?;
        let column = group.column().map(|column| format!("{}: ", clean_line(column))).unwrap_or_default();
        let rows = group.rows().next().map(|_| format!(" ({})", counted(group.count() as usize, "row"))).unwrap_or_default();
        Some(format!("{column}{words}{rows}"))
    };
    let changes: Vec<String> = original.mistakes().groups().iter().filter_map(change).collect();
    let what = format!("{} is a new copy of {}", copy.shown_name(), original.shown_name());
    Some(Sentence::new(format!("{what}. Corrected: {}.", changes.join("; ")), Role::Fine, 2))
}

/// How many rows and bytes: `20,000 messages, 38.4 MB`.
pub(super) fn size_words(file: &CheckedFile) -> String {
    format!("{}, {}", counted(file.rows() as usize, "message"), bytes(file.bytes()))
}

/// How many in which language: `english 18,200 · tamil 700`.
pub(super) fn languages_words(file: &CheckedFile, dot: &str) -> String {
    let words: Vec<String> = file.languages().iter().map(|(language, rows)| format!("{language} {}", grouped(*rows as usize))).collect();
    words.join(&format!("{dot} "))
}

/// How many segments: `23,410 segments: 16,590 rows take 1, 3,410 take 2`; the size of some rows may not be known.
pub(super) fn segments_words(file: &CheckedFile) -> String {
    let all: Vec<(u32, u32)> = file.segments().collect();
    let sum: usize = all.iter().map(|(segments, rows)| *segments as usize * *rows as usize).sum();
    let unknown = file.rows_of_unknown_size() as usize;
    let each = match all.as_slice() {
        [] => return "How long its texts are is not known: no template is loaded.".to_owned(),
        [(segments, _)] if unknown == 0 => format!(", {segments} each"),
        several => {
            let take = |(index, (segments, rows)): (usize, &(u32, u32))| {
                let rows = *rows as usize;
                let word = if index == 0 { format!(" {}", agreeing(rows, "row", "rows")) } else { String::new() };
                format!("{}{word} {} {segments}", grouped(rows), agreeing(rows, "takes", "take"))
            };
            format!(": {}", several.iter().enumerate().map(take).collect::<Vec<_>>().join(", "))
        }
    };
    let unknown = if unknown > 0 { format!("; how long {} are is not known", counted(unknown, "other row")) } else { String::new() };
    format!("{}{each}{unknown}.", counted(sum, "segment"))
}

/// What it costs at most, and where the prices come from.
pub(super) fn cost_words(campaign: &Campaign, file: &CheckedFile) -> (String, Option<String>) {
    match campaign.settings.charges {
        Some(charges) => (charges.words(file.cost()), charges.source(file.cost())),
        None => (format!("Free in {}.", place(campaign.settings.host_kind)), None),
    }
}

/// How long Postman may take.
pub(super) const QUEUE: &str =
    "Once it is uploaded, Postman prepares its rows for about a minute; then its queue can take 3 to 5 minutes or more.";
