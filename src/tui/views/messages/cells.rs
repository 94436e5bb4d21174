//! The cells of a row of the list.

use ratatui::style::Style;
use ratatui::text::Span;

use super::result;
use super::widths::SHORTEST_TEXT;
use crate::delivery::{BatchId, Recipient, Status, text_body};
use crate::store::{Cells, RowNumber};
use crate::tui::shared::{Campaign, Column, Shared, Sortable as _};
use crate::tui::text::{Align, cut, cut_middle, fit, width as text_width};
use crate::tui::widgets::recipient;
use crate::tui::{Role, role_of, sign};

/// Where the text begins in the column of results if it has none of its own: most results are short, `for 3 h 10 min`.
pub(in crate::tui) const BESIDE_RESULT: usize = 16;

/// How a row looks as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct RowLook {
    /// The style of the selected row, which wins over the colours of its cells.
    pub selected: Option<Style>,
    /// The filter no longer shows it.
    pub left: bool,
    /// The text is wanted, and has no room for a column of its own.
    pub lacks_text: bool,
}

/// One cell, at most as wide as its column: what it leaves blank is drawn already.
pub(in crate::tui) fn cell(
    state: &Shared,
    campaign: &Campaign,
    row: RowNumber,
    cells: &Cells<'_>,
    (column, width): (Column, usize),
    look: RowLook,
) -> Vec<Span<'static>> {
    let style = |role| look.selected.unwrap_or_else(|| state.look.style(if look.left { Role::Muted } else { role }));
    let ascii = state.look.ascii;
    let plain = |text: &str, role| {
        let text = if is_number(column) { fit(text, width, Align::Right) } else { cut(text, width).into_owned() };
        vec![Span::styled(text, style(role))]
    };
    match column {
        Column::Status => {
            let Some(status) = cells.status else { return plain("? not given", Role::Unknown) };
            // Most rows are delivered and need nothing: only their sign has the colour.
            let word_role = if *status == Status::Success { Role::Muted } else { role_of(status) };
            let word = cut(status.word(), width.saturating_sub(2)).into_owned();
            let mut spans =
                vec![Span::styled(format!("{} ", sign(status, ascii)), style(role_of(status))), Span::styled(word, style(word_role))];
            if campaign.marks.is_changed(row) {
                for span in &mut spans {
                    span.style = span.style.patch(state.look.style(Role::Changed));
                }
            }
            spans
        }
        Column::Created => plain(&cells.created_at.map(|at| state.look.time(at, state.now)).unwrap_or_default(), Role::Text),
        Column::Updated => plain(&cells.updated_at.map_or_else(nothing, |at| state.look.time(at, state.now)), Role::Text),
        Column::Recipient => {
            let Some(text) = cells.recipient else { return plain("not given", Role::Unknown) };
            let (known, masked) = (Recipient::new(text), campaign.is_masked(row));
            let query = campaign.open_digits();
            let spans = recipient::spans(&known, masked, query, style(Role::Text), found(state, look));
            let taken: usize = spans.iter().map(|span| text_width(&span.content)).sum();
            if taken > width { plain(&recipient::shown(&known, masked, query), Role::Text) } else { spans }
        }
        Column::Result if look.lacks_text && cells.status != Some(&Status::Failure) && width >= BESIDE_RESULT + SHORTEST_TEXT => {
            let mut spans =
                result::spans(campaign, row, cells, (BESIDE_RESULT, campaign.known_until(state.time_of_day(), state.now)), style);
            let room = width - BESIDE_RESULT;
            spans.push(Span::styled(cut(&told_apart(campaign, row, cells, room), room).into_owned(), style(Role::Muted)));
            spans
        }
        Column::Result => result::spans(campaign, row, cells, (width, campaign.known_until(state.time_of_day(), state.now)), style),
        Column::Attempts => plain(&cells.tried.map(|tried| tried.to_string()).unwrap_or_default(), Role::Text),
        Column::Batch => plain(&cells.batch.map_or_else(nothing, |id| BatchId::new(id).short(false)), Role::Muted),
        Column::Language => plain(&cells.language.map_or_else(nothing, str::to_owned), Role::Text),
        Column::Template => {
            let id = cells.template.map_or_else(nothing, str::to_owned);
            vec![Span::styled(cut_middle(&id, width).into_owned(), style(Role::Muted))]
        }
        Column::Text => plain(&told_apart(campaign, row, cells, width), Role::Muted),
    }
}

/// Whether a column holds numbers, which are aligned right.
pub(in crate::tui) fn is_number(column: Column) -> bool {
    column == Column::Attempts
}

/// The head of a column.
pub(in crate::tui) fn head(campaign: &Campaign, column: Column) -> &'static str {
    if column == Column::Text && hides_texts(campaign) { "file" } else { column.label() }
}

/// Whether what tells messages apart is not shown: then all texts would be the same.
fn hides_texts(campaign: &Campaign) -> bool {
    campaign.masked || campaign.settings.one_time_password
}

/// What tells messages apart: the values, or the text without what the API puts around it. Where that is hidden, the name
/// of the batch's file and the language.
fn told_apart(campaign: &Campaign, row: RowNumber, cells: &Cells<'_>, width: usize) -> String {
    // More would be cut: no letter takes so many bytes a column.
    let most = width.saturating_mul(16);
    let mut told = String::new();
    if campaign.is_masked(row) || campaign.settings.one_time_password {
        let file = cells.file_name.map(|file| campaign.shown_name(file));
        file.into_iter().for_each(|file| add(&mut told, file, most));
        // Part of a language says nothing.
        let has_room = |language: &&str| told.is_empty() || text_width(&told) + 3 + text_width(language) <= width;
        if let Some(language) = cells.language.filter(has_room) {
            add(&mut told, language, most);
        }
    } else {
        cells.values().for_each(|value| add(&mut told, value, most));
        if told.is_empty() {
            add(&mut told, text_body(&cells.text(false)), most);
        }
    }
    if told.is_empty() { nothing() } else { told }
}

/// Adds a text, on one line, to what was told before it.
fn add(told: &mut String, text: &str, most: usize) {
    let mut between = if told.is_empty() { "" } else { " · " };
    for word in text.split_whitespace() {
        if told.len() > most {
            return;
        }
        told.push_str(between);
        told.push_str(word);
        between = " ";
    }
}

/// Shown where nothing was reported.
fn nothing() -> String {
    "–".to_owned()
}

/// How matching digits look: the accent, or in a selected row its own colours underlined.
fn found(state: &Shared, look: RowLook) -> Style {
    match look.selected {
        Some(_) => Style::new().underlined(),
        None => state.look.style(Role::Accent).underlined(),
    }
}

/// The headers of a list of messages.
pub(in crate::tui) fn message_heads() -> Vec<String> {
    ["id", "recipient", "latestStatus", "createdAt", "errorCode", "tried", "batchId", "text"].map(str::to_owned).to_vec()
}

/// A message of such a list.
pub(in crate::tui) fn message_cells(state: &Shared, campaign: &Campaign, row: RowNumber, masked: bool) -> Vec<String> {
    let (message, cells) = (campaign.store.id(row), campaign.store.cells(row));
    let recipient = cells.recipient.map(|text| recipient::shown(&Recipient::new(text), masked, campaign.open_digits()));
    vec![
        message.as_str().to_owned(),
        recipient.unwrap_or_default(),
        cells.status.map(|status| status.api_word().to_owned()).unwrap_or_default(),
        cells.created_at.map(|at| state.look.exact(at)).unwrap_or_default(),
        cells.error.map(|error| error.code.to_string()).unwrap_or_default(),
        cells.tried.map(|tried| tried.to_string()).unwrap_or_default(),
        cells.batch.unwrap_or_default().to_owned(),
        cells.text(masked || campaign.settings.one_time_password),
    ]
}

/// The recipient of the message under the cursor, as the list shows it.
pub(in crate::tui) fn number(state: &Shared) -> Option<String> {
    let campaign = state.campaign()?;
    let row = campaign.subject()?;
    let known = Recipient::new(campaign.store.cells(row).recipient?);
    Some(recipient::shown(&known, campaign.is_masked(row), campaign.open_digits()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{BatchFields, MessageId, Reported, RowFields, RowsBuilder};
    use crate::store::AnswerKind;
    use rstest::rstest;

    /// A campaign with one message, of a batch.
    fn campaign(values: Vec<(&str, &str)>, text: &str) -> Campaign {
        let mut campaign = crate::tui::campaign::tests::campaign();
        campaign.masked = false;
        let mut rows = RowsBuilder::default();
        rows.push(&RowFields {
            id: "message_1",
            language: Reported::Value("english"),
            batch: Reported::Value(BatchFields { id: "batch_1", file_name: Reported::Value("clinic-nov.csv"), ..BatchFields::default() }),
            values: Reported::Value(values),
            full_text: Reported::Value(text),
            ..RowFields::default()
        });
        campaign.merge(&rows.finish(), &AnswerKind::List, campaign.now);
        campaign
    }

    fn told(campaign: &Campaign, width: usize) -> String {
        let row = campaign.store.row(&MessageId::new("message_1")).unwrap();
        told_apart(campaign, row, &campaign.store.cells(row), width)
    }

    const SENT: &str = "This is a test message.\n\nClinic\n\n---\n\nDear Tan,\nsee you.\n\n---\n\nDo not reply.";

    #[rstest]
    #[case(vec![("name", "Tan Wei Ming"), ("place", "Bedok\nPolyclinic"), ("note", " ")], SENT, "Tan Wei Ming · Bedok Polyclinic")]
    #[case(vec![], SENT, "Dear Tan, see you.")]
    #[case(vec![("name", "")], "Your ride is here.", "Your ride is here.")]
    #[case(vec![], "", "–")]
    fn messages_are_told_apart_by_values_or_body(#[case] values: Vec<(&str, &str)>, #[case] text: &str, #[case] expected: &str) {
        let campaign = campaign(values, text);
        assert_eq!(told(&campaign, 40), expected);
        assert_eq!(head(&campaign, Column::Text), "text");
    }

    #[test]
    fn masked_they_are_told_apart_by_file_and_language() {
        let mut campaign = campaign(vec![("name", "Tan Wei Ming")], SENT);
        campaign.settings.one_time_password = true;
        assert_eq!((told(&campaign, 40).as_str(), head(&campaign, Column::Text)), ("clinic-nov.csv · english", "file"));
        campaign.settings.one_time_password = false;
        campaign.masked = true;
        assert_eq!((told(&campaign, 40).as_str(), head(&campaign, Column::Text)), ("clinic-nov.csv · english", "file"));
        campaign.presenting = Some(true);
        assert_eq!(told(&campaign, 40), "(hidden) · english");
    }

    #[rstest]
    #[case(24, "clinic-nov.csv · english")]
    #[case(23, "clinic-nov.csv")]
    fn a_language_is_whole_or_not_there(#[case] width: usize, #[case] expected: &str) {
        let mut campaign = campaign(vec![], SENT);
        campaign.masked = true;
        assert_eq!(told(&campaign, width), expected);
    }

    #[test]
    fn no_more_is_made_of_a_long_text_than_can_be_seen() {
        let long = "word ".repeat(10_000);
        let told = told(&campaign(vec![("body", &long)], ""), 20);
        assert!(told.len() < 400 && text_width(&told) > 20, "{}", told.len());
    }
}
