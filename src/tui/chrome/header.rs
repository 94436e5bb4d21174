//! The first line: which campaign this is, how it may be used, how fresh its figures are, and which other campaign needs a
//! person.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::postman::HostKind;
use crate::tui::Role;
use crate::tui::keys::Action;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{cut, cut_middle, width};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::words::{environment, minutes_left, until};

/// The shortest piece of another campaign's name that still says something.
const SHORTEST_NAME: usize = 4;

/// The shortest piece of the campaign's own name, cut in the middle.
const SHORTEST_OWN_NAME: usize = 10;

/// Draws the line. Unless the line of classes `says_checked`, how old the status of a message on the way may be is said
/// here: the newest messages may be live while others are not.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect, says_checked: bool) {
    let look = &state.look;
    let Some(campaign) = state.campaign() else {
        let name = Piece::new("Postwatch", look.style(Role::Strong), 0);
        return pieces::draw(buffer, area, vec![name], vec![Piece::new("no campaign", look.style(Role::Muted), 0)]);
    };
    // Only while its messages can be sent again does production take the whole line.
    let is_alarming = campaign.settings.host_kind.is_production() && campaign.unlocked_until.is_some_and(|until| until > state.now);
    let base = look.style(if is_alarming { Role::Production } else { Role::Text });
    buffer.set_style(area, base);
    let style = |role| if is_alarming { base.add_modifier(Modifier::BOLD) } else { look.style(role) };
    let (words, role) = match &campaign.settings.broken {
        Some(why) => (format!("not loaded: {}", why.what), Role::Failed),
        None => match (campaign.freshness(state.now, true), campaign.checked_words(state.now)) {
            ((_, Role::Fine), Some((old, role))) if !says_checked => (format!("{old} old"), role),
            (fresh, _) => fresh,
        },
    };
    let name = &campaign.settings.name;
    let room = usize::from(area.width).saturating_sub(2);
    // Where even the shortest name has no room, the details of what is never left out are.
    let form = |terse: Terse| (fixed(state, campaign, terse, &style), Piece::new(terse.freshness(&words), style(role), 0));
    let has_room = |(fixed, fresh): &(Vec<Piece>, Piece)| {
        let own = width(name).min(SHORTEST_OWN_NAME);
        pieces::total(fixed) + 2 + own + 2 + width(&fresh.text) <= room
    };
    let (fixed, fresh) = Terse::ALL.into_iter().map(form).find(has_room).unwrap_or_else(|| form(Terse::Since));
    let again = campaign.next_try().filter(|_| campaign.pause_asked.is_none()).map(|at| format!("again {}", until(at, state.now)));
    let again = Piece::new(again.unwrap_or_default(), style(Role::Muted), 0);
    let line = |place: &str, own: usize, other: Vec<Piece>| {
        let mut left = fixed.clone();
        left.push(Piece::new(cut_middle(name, own), style(Role::Strong).add_modifier(Modifier::BOLD), 0));
        left.push(Piece::new(place, style(Role::Muted), 0));
        left.retain(|piece| !piece.text.is_empty());
        (left, std::iter::once(fresh.clone()).chain(other).collect::<Vec<_>>())
    };
    let long =
        if state.campaigns.len() > 1 { format!("{} of {}", state.campaigns.current() + 1, state.campaigns.len()) } else { String::new() };
    let short = long.replacen(" of ", "/", 1);
    let taken = |(left, right): &(Vec<Piece>, Vec<Piece>)| pieces::total(left) + 2 + pieces::total(right);
    let other = |how: &OtherShown| other(state, how, &style);
    // What is said of another campaign goes first, then its name, then the place; last, the own name is shortened.
    let own = width(name);
    let mut chosen = None;
    // First of all goes when it is tried again.
    let mut whole = line(&long, own, other(&OtherShown::Whole));
    whole.1.insert(1, again);
    whole.1.retain(|piece| !piece.text.is_empty());
    if taken(&whole) <= room {
        return pieces::draw(buffer, area, whole.0, whole.1);
    }
    for (place, how) in [
        (&long, OtherShown::Whole),
        (&long, OtherShown::Name(usize::MAX)),
        (&long, OtherShown::Name(SHORTEST_NAME)),
        (&short, OtherShown::Name(SHORTEST_NAME)),
        (&long, OtherShown::Sign),
        (&short, OtherShown::Sign),
        (&String::new(), OtherShown::Sign),
    ] {
        let candidate = line(place, own, other(&how));
        if let Some(rest) = room.checked_sub(taken(&candidate)) {
            // What is left goes to the other's name.
            let more = OtherShown::Name(SHORTEST_NAME + rest);
            let fuller = matches!(how, OtherShown::Name(SHORTEST_NAME)).then(|| line(place, own, other(&more)));
            chosen = Some(fuller.unwrap_or(candidate));
            break;
        }
    }
    let (left, right) = chosen.unwrap_or_else(|| {
        let other = other(&OtherShown::Sign);
        let rest = room.saturating_sub(taken(&line("", 0, other.clone())) + 2);
        let alone = room.saturating_sub(taken(&line("", 0, Vec::new())) + 2);
        if rest >= SHORTEST_OWN_NAME { line("", rest, other) } else { line("", alone, Vec::new()) }
    });
    pieces::draw(buffer, area, left, right);
}

/// How much is left out of what is never left out as a whole. Each leaves out what those before it do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Terse {
    No,
    /// When a call is made again, or why none is.
    Again,
    /// The name of a gateway's host.
    Host,
    /// For how many minutes it is unlocked, or numbers are shown.
    Minutes,
    /// For how long there was no answer.
    Since,
}

impl Terse {
    const ALL: [Terse; 5] = [Terse::No, Terse::Again, Terse::Host, Terse::Minutes, Terse::Since];

    /// The words of freshness.
    fn freshness(self, words: &str) -> &str {
        let marks: &[&str] = match self {
            Terse::No => &[],
            Terse::Again | Terse::Host | Terse::Minutes => &[", ", ": "],
            Terse::Since => &[", ", ": ", " for "],
        };
        let end = marks.iter().filter_map(|mark| words.find(mark)).min();
        end.and_then(|end| words.get(..end)).unwrap_or(words)
    }

    /// `UNLOCKED 14 min`, or the word alone.
    fn until(self, word: &str, until: Timestamp, now: Timestamp) -> String {
        if self >= Terse::Minutes { word.to_owned() } else { format!("{word} {} min", minutes_left(until, now)) }
    }
}

/// What is never left out: the environment, whether it is locked, and whether numbers are shown.
fn fixed(state: &Shared, campaign: &Campaign, terse: Terse, style: &impl Fn(Role) -> Style) -> Vec<Piece> {
    let badge = if campaign.settings.host_kind.is_production() { Role::Production } else { Role::Header };
    let is_short = terse >= Terse::Host && campaign.settings.host_kind == HostKind::Gateway;
    let environment = if is_short { HostKind::Gateway.word().to_uppercase() } else { environment(&state.look, campaign) };
    let mut left = vec![Piece::new(format!(" {environment} "), state.look.style(badge), 0)];
    match campaign.unlocked_until {
        Some(until) if campaign.settings.read_only && until > state.now => {
            left.push(Piece::new(terse.until("UNLOCKED", until, state.now), style(Role::Warning), 0));
        }
        _ if campaign.settings.read_only => left.push(Piece::new("READ-ONLY", style(Role::Muted), 0)),
        _ => {}
    }
    if state.is_presenting() {
        left.push(Piece::new("PRESENTING", style(Role::Warning), 0));
    }
    if let Some(until) = campaign.revealed_until {
        left.push(Piece::new(terse.until("UNMASKED", until, state.now), style(Role::Warning), 0));
    }
    left
}

/// How much is said of the other campaign that needs a person.
enum OtherShown {
    /// Its name, and what is wrong.
    Whole,
    /// Its name in so many columns.
    Name(usize),
    /// Only that there is one.
    Sign,
}

/// `w ! Flood alerts: 38 of 212 failed`: the next campaign that needs a person, and the key that leads to it.
fn other(state: &Shared, how: &OtherShown, style: &impl Fn(Role) -> Style) -> Vec<Piece> {
    let Some(campaign) = state.campaigns.next_in_need().and_then(|index| state.campaigns.get(index)) else { return Vec::new() };
    let key = state.keymap.name(state.pane(), Action::NextInNeed);
    let mut line = vec![Piece::new(key, style(Role::Accent), 0).gap(4), Piece::new("!", style(Role::Failed), 0).gap(1)];
    let name = &campaign.settings.name;
    match how {
        OtherShown::Whole => {
            line.push(Piece::new(format!("{name}:"), style(Role::Strong), 0).gap(1));
            line.push(Piece::new(state.in_need(campaign), style(Role::Failed), 0).gap(1));
        }
        OtherShown::Name(columns) => {
            // Where it begins like this campaign's own name, only its end tells them apart.
            let shown = cut(name, *columns);
            let is_alike = state.campaign().is_some_and(|own| own.settings.name.starts_with(shown.trim_end_matches('…')));
            let shown = if is_alike { cut_middle(name, *columns) } else { shown };
            line.push(Piece::new(shown, style(Role::Strong), 0).gap(1));
        }
        OtherShown::Sign => {}
    }
    line
}
