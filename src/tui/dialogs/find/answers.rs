//! What all campaigns answered about a recipient, and a sentence to say aloud.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::across::{AcrossAnswer, AcrossLine};
use super::sentence::{is_part, sentence};
use crate::delivery::{Message, Recipient, RecipientQuery, Status, grouped};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, fit, width, wrap};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::recipient;
use crate::tui::widgets::table;
use crate::tui::widgets::words::{besides, in_a_line};
use crate::tui::{Role, role_of, sign};

/// The widest that a campaign's name gets.
const NAME: usize = 24;

/// Draws what was asked, the answers, and the sentence. The line above them is the find line.
pub(super) fn draw(shared: &Shared, buffer: &mut Buffer, heads: Rect, area: Rect) {
    let style = |role| shared.look.style(role);
    if let Some(why) = shared.campaign().and_then(|campaign| campaign.find.refusal) {
        put(buffer, area, &format!("This cannot be searched for: {why}."), style(Role::Warning));
        return;
    }
    let Some(asked_at) = shared.across.asked_at else {
        let campaigns = grouped(shared.campaigns.len());
        let text = format!("Enter asks all {campaigns} campaigns on the server, one call each. Tab searches this campaign only.");
        put(buffer, area, &text, style(Role::Muted));
        return;
    };
    let (answered, missing, waiting) = shared.across.counts();
    let mut left = vec![Piece::new(
        format!("{} of {} campaigns asked, whole history", grouped(answered), grouped(shared.across.answers.len())),
        style(Role::Strong),
        0,
    )];
    if waiting > 0 {
        left.push(Piece::new(format!("{} being asked", grouped(waiting)), style(Role::Moving), 1));
    }
    if missing > 0 {
        left.push(Piece::new(format!("{} NOT ASKED", grouped(missing)), style(Role::Failed), 0));
    }
    let age = format!("asked {}", shared.look.happened(asked_at, shared.now));
    pieces::draw(buffer, heads, left, vec![Piece::new(age, style(Role::Muted), 2)]);
    let said = if waiting == 0 { wrap(&sentence(shared), usize::from(area.width).saturating_sub(9).min(90)) } else { Vec::new() };
    let said_rows = u16::try_from(said.len()).unwrap_or(0).min(area.height.saturating_sub(1));
    let lines = shared.across_lines();
    let room = Rect { height: area.height.saturating_sub(said_rows + u16::from(said_rows > 0)), ..area };
    let names = lines.iter().map(|line| shared.campaigns.get(line.campaign).map_or(0, |campaign| width(&campaign.settings.name)));
    let name = names.max().unwrap_or(0).min(NAME).min(usize::from(area.width) / 4);
    table::draw(shared, buffer, room, lines.len(), shared.across.cursor.min(lines.len().saturating_sub(1)), |index, style| {
        lines.get(index).map(|line| row(shared, line, name, style)).unwrap_or_default()
    });
    let below = area.y + u16::try_from(lines.len()).unwrap_or(u16::MAX).min(room.height) + 1;
    for (y, (index, text)) in (below..area.bottom()).zip(said.iter().enumerate()) {
        let label = if index == 0 { "SAY  " } else { "     " };
        buffer.set_stringn(area.x + 3, y, label, 5, style(Role::Accent));
        buffer.set_stringn(area.x + 8, y, text, usize::from(area.width.saturating_sub(8)), style(Role::Strong));
    }
}

fn put(buffer: &mut Buffer, area: Rect, text: &str, style: Style) {
    let room = usize::from(area.width).saturating_sub(6);
    for (y, line) in (area.y..area.bottom()).zip(wrap(text, room.min(90))) {
        buffer.set_stringn(area.x + 3, y, line, room, style);
    }
}

fn row(shared: &Shared, line: &AcrossLine, name_width: usize, selected: Option<Style>) -> Line<'static> {
    let ascii = shared.look.ascii;
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let Some(campaign) = shared.campaigns.get(line.campaign) else { return Line::default() };
    let answer = shared.across.answers.get(line.campaign);
    let found = line.message.as_ref().and_then(|message| Some(campaign.store.message(campaign.store.row(message)?)));
    let (mark, mark_role, words, role) = match (&found, answer) {
        (Some(message), _) => {
            let status = message.status.clone().unwrap_or(Status::Created);
            let more = match shared.across.left_out_behind(line) {
                Some((0, _)) => "  and more".to_owned(),
                Some((left_out, more)) => format!("  and {}{} more", grouped(left_out), if more { "+" } else { "" }),
                None => String::new(),
            };
            (sign(&status, ascii), role_of(&status), reported(shared, campaign, message) + &more, Role::Text)
        }
        (None, Some(AcrossAnswer::NotAsked(why))) => ("!", Role::Failed, format!("NOT ASKED: {}", in_a_line(why)), Role::Failed),
        (None, Some(AcrossAnswer::Waiting)) => ("·", Role::Moving, "being asked".to_owned(), Role::Moving),
        (None, _) if line.message.is_some() => ("·", Role::Muted, "no longer there".to_owned(), Role::Muted),
        (None, Some(AcrossAnswer::Found { more, beside, .. })) if !beside.proves_none(*more) => {
            ("?", Role::Warning, format!("unknown: {}", besides(beside, *more)), Role::Warning)
        }
        (None, _) => (
            "·",
            Role::Muted,
            (if is_part(shared) { "no message to a number with these digits" } else { "no message to this number" }).to_owned(),
            Role::Muted,
        ),
    };
    Line::from(vec![
        Span::styled(format!("{mark} "), style(mark_role)),
        Span::styled(format!("{}  ", fit(&campaign.settings.name, name_width, Align::Left)), style(Role::Strong)),
        Span::styled(words, style(role)),
    ])
}

/// A message in a line: when, whom, and its outcome.
fn reported(shared: &Shared, campaign: &Campaign, message: &Message) -> String {
    let time = |at| shared.look.time(at, shared.now);
    let whom =
        message.recipient.as_ref().map(|text| recipient::shown(&Recipient::new(text.as_str()), campaign.masked, &campaign_query(shared)));
    let newest = message.attempts.as_ref().and_then(|attempts| attempts.first());
    let status = message.status.as_ref().map_or("status not given", Status::word).to_owned();
    let at = match message.status {
        Some(Status::Success) => newest.and_then(|attempt| attempt.delivered_at).map(|at| format!(" {}", time(at))),
        Some(Status::Failure) => message.error().filter(|error| !error.code.is_empty()).map(|error| format!(" {}", error.code)),
        _ => None,
    };
    let tries = message.attempts.as_ref().map(Vec::len).filter(|tries| *tries > 1).map(|tries| format!("attempt {tries}"));
    let parts = [message.created_at.map(time), whom, Some(format!("{status}{}", at.unwrap_or_default())), tries, message.language.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn campaign_query(shared: &Shared) -> RecipientQuery {
    shared.campaign().map(|campaign| campaign.open_digits().clone()).unwrap_or_default()
}
