//! The files that were sent and whose rows do not show yet, a line each: `reminders-dec.csv: uploaded 40 s ago, Postman is
//! preparing it`. They are no batches yet, so the cursor passes them.

use jiff::{SignedDuration, Timestamp};
use ratatui::text::{Line, Span};

use crate::delivery::{clean_line, counted};
use crate::tui::Role;
use crate::tui::shared::{Campaign, Shared, WaitingFile, WaitingState};
use crate::tui::text::{age, cut, cut_middle, width};
use crate::tui::widgets::table;
use crate::tui::widgets::words::until;

/// After how long without a row it is said that this is unusual: a minute is usual, and the queue can take some more.
const UNUSUAL: SignedDuration = SignedDuration::from_mins(15);

/// How many of them are shown at most; the others are counted.
const MOST: usize = 3;

/// How many lines of an area they take.
pub(super) fn rows(lines: usize, height: u16) -> u16 {
    u16::try_from(lines).unwrap_or(u16::MAX).min(height / 2)
}

/// Their lines.
pub(super) fn lines(shared: &Shared, campaign: &Campaign, columns: usize) -> Vec<Line<'static>> {
    let waiting = campaign.waiting_files();
    let shown = if waiting.len() > MOST { MOST - 1 } else { waiting.len() };
    let more = waiting.len() - shown;
    let line = |(words, role): (String, Role)| {
        let words = format!("{}{}", " ".repeat(table::MARGIN), cut(&words, columns.saturating_sub(table::MARGIN + 1)));
        Line::from(Span::styled(words, shared.look.style(role)))
    };
    let more = (more > 0).then(|| line((format!("and {}", counted(more, "more file")), Role::Muted)));
    waiting.iter().take(shown).map(|waiting| line(words(shared, campaign, waiting, columns))).chain(more).collect()
}

/// How many there are.
pub(super) fn count(campaign: &Campaign) -> usize {
    campaign.waiting_files().len().min(MOST)
}

/// What is said of a file, as far as it has room: of several ways the longest.
fn words(shared: &Shared, campaign: &Campaign, waiting: &WaitingFile<'_>, columns: usize) -> (String, Role) {
    let name = clean_line(&waiting.file.name).into_owned();
    let name = cut_middle(campaign.shown_name(&name), columns / 3).into_owned();
    let rows = counted(waiting.file.rows as usize, "message");
    let (ways, role) = match &waiting.state {
        WaitingState::Prepared(since) => {
            let waited = shared.now.duration_since(*since);
            let ago = age(waited);
            match waited < UNUSUAL {
                true => (
                    vec![
                        format!("uploaded {ago} ago, Postman is preparing it ({rows})"),
                        format!("uploaded {ago} ago, Postman is preparing it"),
                        "Postman is preparing it".to_owned(),
                    ],
                    Role::Moving,
                ),
                false => (
                    vec![
                        format!("uploaded {ago} ago and no row shows yet: ask Postman, if it goes on"),
                        format!("uploaded {ago} ago, no row shows yet: ask Postman"),
                        format!("{ago} and no row yet"),
                    ],
                    Role::Warning,
                ),
            }
        }
        WaitingState::Left(open) if open.elsewhere => (vec!["another process is sending it".to_owned()], Role::Moving),
        WaitingState::Unknown(look_up_at) => unknown(shared, *look_up_at),
        WaitingState::Left(open) => unknown(shared, open.look_up_at),
    };
    let mut all = ways.iter().map(|way| format!("{name}: {way}"));
    let fitting = all.clone().find(|words| width(words) + table::MARGIN < columns);
    (fitting.or_else(|| all.next_back()).unwrap_or_default(), role)
}

/// Whether Postman has it is not known.
fn unknown(shared: &Shared, look_up_at: Option<Timestamp>) -> (Vec<String>, Role) {
    let what = "not known yet whether Postman has it";
    match look_up_at {
        Some(at) => {
            let at = until(at, shared.now);
            let ways =
                vec![format!("{what}, looked up again {at}"), format!("not known yet, looked up again {at}"), "not known yet".to_owned()];
            (ways, Role::Unknown)
        }
        None => {
            let resolve = shared.command_for("resolve");
            (vec![format!("{what}: a person must decide, {resolve}"), format!("a person must decide, {resolve}")], Role::Failed)
        }
    }
}
