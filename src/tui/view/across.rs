//! What all campaigns answered about a recipient, and a sentence to say aloud.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::pieces::{self, Piece};
use super::words::in_a_line;
use super::{recipient, table};
use crate::delivery::{Beside, Message, Recipient, Status, counted, grouped, recipient_key};
use crate::tui::Role;
use crate::tui::state::{AcrossAnswer, AcrossLine, Campaign, Shared};
use crate::tui::text::{Align, fit, width, wrap};
use crate::tui::{role_of, sign};

/// The widest that a campaign's name gets.
const NAME: usize = 24;

/// Draws what was asked, the answers, and the sentence. The line above them is the find line.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, heads: Rect, area: Rect) -> Option<Position> {
    let style = |role| state.look.style(role);
    if let Some(why) = state.campaign().and_then(|campaign| campaign.find.refusal) {
        put(buffer, area, &format!("This cannot be searched for: {why}."), style(Role::Warning));
        return None;
    }
    let Some(asked_at) = state.across.asked_at else {
        let campaigns = grouped(state.campaigns.len());
        let text = format!("Enter asks all {campaigns} campaigns on the server, one call each. Tab searches this campaign only.");
        put(buffer, area, &text, style(Role::Muted));
        return None;
    };
    let (answered, missing, waiting) = state.across.counts();
    let mut left = vec![Piece::new(
        format!("{} of {} campaigns asked, whole history", grouped(answered), grouped(state.across.answers.len())),
        style(Role::Strong),
        0,
    )];
    if waiting > 0 {
        left.push(Piece::new(format!("{} being asked", grouped(waiting)), style(Role::Moving), 1));
    }
    if missing > 0 {
        left.push(Piece::new(format!("{} NOT ASKED", grouped(missing)), style(Role::Failed), 0));
    }
    let age = format!("asked {}", state.look.happened(asked_at, state.now));
    pieces::draw(buffer, heads, left, vec![Piece::new(age, style(Role::Muted), 2)], state.look.ascii);
    let said = if waiting == 0 { wrap(&sentence(state), usize::from(area.width).saturating_sub(9).min(90)) } else { Vec::new() };
    let said_rows = u16::try_from(said.len()).unwrap_or(0).min(area.height.saturating_sub(1));
    let lines = state.across_lines();
    let room = Rect { height: area.height.saturating_sub(said_rows + u16::from(said_rows > 0)), ..area };
    let names = lines.iter().map(|line| state.campaigns.get(line.campaign).map_or(0, |campaign| width(&campaign.settings.name)));
    let name = names.max().unwrap_or(0).min(NAME).min(usize::from(area.width) / 4);
    let cursor = table::draw(state, buffer, room, lines.len(), state.across.cursor.min(lines.len().saturating_sub(1)), |index, style| {
        lines.get(index).map(|line| row(state, line, name, style)).unwrap_or_default()
    });
    let below = area.y + u16::try_from(lines.len()).unwrap_or(u16::MAX).min(room.height) + 1;
    for (y, (index, text)) in (below..area.bottom()).zip(said.iter().enumerate()) {
        let label = if index == 0 { "SAY  " } else { "     " };
        buffer.set_stringn(area.x + 3, y, label, 5, style(Role::Accent));
        buffer.set_stringn(area.x + 8, y, text, usize::from(area.width.saturating_sub(8)), style(Role::Strong));
    }
    cursor
}

fn put(buffer: &mut Buffer, area: Rect, text: &str, style: Style) {
    let room = usize::from(area.width).saturating_sub(6);
    for (y, line) in (area.y..area.bottom()).zip(wrap(text, room.min(90))) {
        buffer.set_stringn(area.x + 3, y, line, room, style);
    }
}

fn row(state: &Shared, line: &AcrossLine, name_width: usize, selected: Option<Style>) -> Line<'static> {
    let ascii = state.look.ascii;
    let style = |role| selected.unwrap_or_else(|| state.look.style(role));
    let Some(campaign) = state.campaigns.get(line.campaign) else { return Line::default() };
    let answer = state.across.answers.get(line.campaign);
    let found = line.message.as_ref().and_then(|message| Some(campaign.store.message(campaign.store.row(message)?)));
    let (mark, mark_role, words, role) = match (&found, answer) {
        (Some(message), _) => {
            let status = message.status.clone().unwrap_or(Status::Created);
            let more = match state.across.left_out_behind(line) {
                Some((0, _)) => "  and more".to_owned(),
                Some((left_out, more)) => format!("  and {}{} more", grouped(left_out), if more { "+" } else { "" }),
                None => String::new(),
            };
            (sign(&status, ascii), role_of(&status), reported(state, campaign, message) + &more, Role::Text)
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
            (if campaign_is_part(state) { "no message to a number with these digits" } else { "no message to this number" }).to_owned(),
            Role::Muted,
        ),
    };
    Line::from(vec![
        Span::styled(format!("{mark} "), style(mark_role)),
        Span::styled(format!("{}  ", fit(&campaign.settings.name, name_width, Align::Left, ascii)), style(Role::Strong)),
        Span::styled(words, style(role)),
    ])
}

/// A message in a line: when, whom, and its outcome.
fn reported(state: &Shared, campaign: &Campaign, message: &Message) -> String {
    let time = |at| state.look.time(at, state.now);
    let whom =
        message.recipient.as_ref().map(|text| recipient::shown(&Recipient::new(text.as_str()), campaign.masked, &campaign_query(state)));
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

/// Whether the search is for part of a number.
fn campaign_is_part(state: &Shared) -> bool {
    state.campaign().is_some_and(|campaign| campaign.find.query.is_part())
}

fn campaign_query(state: &Shared) -> crate::delivery::RecipientQuery {
    state.campaign().map(|campaign| campaign.open_digits().clone()).unwrap_or_default()
}

/// What a server reported besides the searched number, and why an answer without a message proves
/// nothing.
pub(in crate::tui) fn besides(beside: &Beside, is_empty_of_more: bool) -> String {
    let others = (beside.others > 0).then(|| format!("it did not search, {} left out", counted(beside.others, "other")));
    let rows = (beside.unreadable > 0).then(|| format!("{} could not be read", counted(beside.unreadable, "row")));
    let empty = (is_empty_of_more && beside.is_nothing()).then(|| "the page was empty, but there is more".to_owned());
    others.into_iter().chain(rows).chain(empty).collect::<Vec<_>>().join("; ")
}

/// What can be said on the telephone: without the number, and without the text.
fn sentence(state: &Shared) -> String {
    let (answered, missing, _) = state.across.counts();
    let mut found: Vec<(&Campaign, Message)> = Vec::new();
    let mut numbers: Vec<String> = Vec::new();
    for (index, campaign) in state.campaigns.iter().enumerate() {
        let messages = state.across.listed_of(index);
        for message in messages.iter().filter_map(|message| Some(campaign.store.message(campaign.store.row(message)?))) {
            if let Some(number) = message.recipient.as_ref().map(|recipient| recipient_key(recipient.as_str()))
                && !numbers.contains(&number)
            {
                numbers.push(number);
            }
            found.push((campaign, message));
        }
    }
    let mut open = match missing {
        0 => String::new(),
        1 => " One campaign could not be asked.".to_owned(),
        more => format!(" {more} campaigns could not be asked."),
    };
    let (uncertain, beside) = state.across.uncertain();
    match uncertain {
        0 => {}
        1 => open.push_str(" One campaign gave no clear answer."),
        more => open.push_str(&format!(" {more} campaigns gave no clear answer.")),
    }
    if !beside.is_nothing() && uncertain == 0 {
        open.push_str(" There may be more: a campaign did not search, or some of its rows could not be read.");
    }
    if numbers.len() > 1 {
        return format!("These digits belong to {} numbers: ask for more of them.{open}", numbers.len());
    }
    let number = if campaign_is_part(state) { "a number with these digits" } else { "this number" };
    let newest = found.into_iter().max_by_key(|(_, message)| message.created_at);
    let Some((campaign, message)) = newest else {
        return match answered.saturating_sub(uncertain) {
            0 if uncertain > 0 => format!("It is not known whether there is a message to {number}.{open}"),
            0 => format!("No campaign could be asked, so nothing is known about {number}."),
            1 if uncertain > 0 => format!("There is no message to {number} in the one campaign with a clear answer.{open}"),
            asked if uncertain > 0 => format!("There is no message to {number} in the {asked} campaigns with a clear answer.{open}"),
            1 => format!("There is no message to {number} in the one campaign that was asked.{open}"),
            asked => format!("There is no message to {number} in the {asked} campaigns that were asked.{open}"),
        };
    };
    let when = message.created_at.map_or("at an unknown time".to_owned(), |at| spoken(at, &state.look.zone, state.now));
    format!("The newest message, from “{}”, was created {when}; {}.{open}", campaign.settings.name, became(&message))
}

/// The outcome of a message, as the end of a sentence.
fn became(message: &Message) -> String {
    let newest = message.attempts.as_ref().and_then(|attempts| attempts.first());
    match &message.status {
        Some(Status::Success) => {
            let took = newest.and_then(|attempt| Some(attempt.delivered_at?.duration_since(attempt.sent_at.or(attempt.created_at)?)));
            match took.filter(|took| *took >= SignedDuration::ZERO) {
                Some(took) => format!("the telco confirmed delivery {} later", spoken_length(took)),
                None => "the telco confirmed delivery".to_owned(),
            }
        }
        Some(Status::Failure) => match message.error() {
            Some(error) => format!("it failed: {}", first_sentence(error.known().meaning())),
            None => "it failed, and no reason was given".to_owned(),
        },
        Some(Status::SentToTelco) => "it is with the telco, and delivery is not confirmed yet".to_owned(),
        Some(_) => "it is still on its way".to_owned(),
        None => "its status is unknown".to_owned(),
    }
}

/// `The phone was off. A retry may reach it.` as `the phone was off`.
fn first_sentence(advice: &str) -> String {
    let first = advice.split('.').next().unwrap_or_default();
    let mut letters = first.chars();
    letters.next().map(|letter| letter.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A time in spoken words: `at 2.02 pm today`.
fn spoken(at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
    let (at, now) = (at.to_zoned_datetime(zone.clone()), now.to_zoned_datetime(zone.clone()));
    let clock = at.strftime("%-I.%M %P").to_string();
    let yesterday = now.date().yesterday().ok();
    let day = if at.date() == now.date() {
        "today".to_owned()
    } else if Some(at.date()) == yesterday {
        "yesterday".to_owned()
    } else if at.year() == now.year() {
        format!("on {}", at.strftime("%-d %B"))
    } else {
        format!("on {}", at.strftime("%-d %B %Y"))
    };
    format!("at {clock} {day}")
}

/// A length of time in spoken words: `11 seconds`.
fn spoken_length(length: SignedDuration) -> String {
    let (number, unit) = match length.unsigned_abs().as_secs() as usize {
        seconds @ 0..120 => (seconds, "second"),
        seconds @ 120..7200 => (seconds / 60, "minute"),
        seconds @ 7200..172_800 => (seconds / 3600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    counted(number, unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026-11-24T06:02:11Z", "at 2.02 pm today")]
    #[case("2026-11-23T16:05:00Z", "at 12.05 am today")]
    #[case("2026-11-23T15:59:00Z", "at 11.59 pm yesterday")]
    #[case("2026-11-02T01:30:00Z", "at 9.30 am on 2 November")]
    #[case("2025-12-31T01:30:00Z", "at 9.30 am on 31 December 2025")]
    fn times_as_they_are_said(#[case] at: &str, #[case] expected: &str) {
        let zone = TimeZone::get("Asia/Singapore").unwrap();
        let now = "2026-11-24T08:00:00Z".parse().unwrap();
        assert_eq!(spoken(at.parse().unwrap(), &zone, now), expected);
    }

    #[rstest]
    #[case(1, "1 second")]
    #[case(11, "11 seconds")]
    #[case(125, "2 minutes")]
    #[case(86_400, "24 hours")]
    fn lengths_as_they_are_said(#[case] seconds: i64, #[case] expected: &str) {
        assert_eq!(spoken_length(SignedDuration::from_secs(seconds)), expected);
    }
}
