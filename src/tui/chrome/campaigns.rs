//! The campaigns, in a line or in a pane: those that need a person first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::delivery::{Status, grouped};
use crate::monitor::Connection;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, age, fit};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::words::{figure, percent};
use crate::tui::{Role, sign};

/// Draws the campaigns in one line; the one on the screen is never left out.
pub(in crate::tui) fn draw_line(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let order = state.campaigns.order();
    let style = |role| state.look.style(role);
    let mut shown: Vec<(usize, Vec<Piece>)> = Vec::new();
    for index in order {
        let campaign = &state.campaigns[*index];
        let is_shown = *index == state.campaigns.current();
        let name = Piece::new(campaign.settings.name.clone(), style(if is_shown { Role::Accent } else { Role::Text }), 0);
        let (words, role) = condition(state, campaign, is_shown);
        let words = Piece::new(words, style(role), 0).gap(1);
        let pieces = if campaign.needs_person() {
            vec![Piece::new("!", style(Role::Failed), 0).gap(3), name.gap(1), words]
        } else {
            vec![name.gap(3), words]
        };
        shown.push((*index, pieces));
    }
    let index = state.campaigns.position(state.campaigns.current());
    let right = vec![
        Piece::new("[ ]", style(Role::Accent), 1),
        Piece::new(format!("{} of {}", index + 1, order.len()), style(Role::Muted), 0).gap(1),
    ];
    // A campaign is shown whole or left out, from the end; never the one on the screen.
    let room = usize::from(area.width).saturating_sub(4 + pieces::total(&right));
    let all = |shown: &[(usize, Vec<Piece>)]| shown.iter().flat_map(|(_, pieces)| pieces.clone()).collect::<Vec<_>>();
    while pieces::total(&all(&shown)) > room {
        let Some(last) = shown.iter().rposition(|(index, _)| *index != state.campaigns.current()) else { break };
        shown.remove(last);
    }
    pieces::draw(buffer, area, all(&shown), right);
}

/// The state of a campaign in a few words: what is wrong, otherwise its failures.
fn condition(state: &Shared, campaign: &Campaign, is_shown: bool) -> (String, Role) {
    match &campaign.connection {
        _ if campaign.settings.broken.is_some() => return ("not loaded".to_owned(), Role::Failed),
        Connection::Refused { met, .. } => return (met.to_string().to_uppercase(), Role::Failed),
        Connection::Paused => return ("paused".to_owned(), Role::Warning),
        Connection::Connecting if campaign.is_unread() => return ("connecting".to_owned(), Role::Muted),
        Connection::Live if campaign.is_unread() => return ("loading".to_owned(), Role::Muted),
        Connection::Waiting { met, .. } => return (met.to_string(), Role::Warning),
        _ => {}
    }
    if campaign.is_stale(state.now, is_shown) {
        let old = campaign.age(state.now).map(age).unwrap_or_default();
        return (format!("STALE {old}"), Role::Warning);
    }
    let failed = campaign.store.counts().of(&Status::Failure);
    let mark = sign(&Status::Failure, state.look.ascii);
    // A share of none says nothing while others are still to come.
    let share = share(campaign).filter(|_| failed > 0 || !campaign.is_loading());
    let share = share.map(|share| format!(", {}", percent(share))).unwrap_or_default();
    (
        format!("{mark} {}{share}", figure(failed, !campaign.is_loading())),
        if campaign.fails_too_often() { Role::Failed } else { Role::Muted },
    )
}

/// The share of failures among the loaded messages that finished.
fn share(campaign: &Campaign) -> Option<f64> {
    let counts = campaign.store.counts();
    let (delivered, failed) = (counts.of(&Status::Success), counts.of(&Status::Failure));
    (delivered + failed > 0).then(|| failed as f64 / (delivered + failed) as f64)
}

/// How wide the share of failures and the count of messages on the way are.
const FIGURES: [usize; 2] = [8, 7];

/// How wide the age is, where the pane has room for it.
const AGE: usize = 8;

/// From this width on there is.
const ROOM_FOR_AGE: u16 = 40;

/// Draws the campaigns below each other: name, share of failures now, messages on the way, age.
pub(in crate::tui) fn draw_pane(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let order = state.campaigns.order();
    let look = &state.look;
    let width = usize::from(area.width);
    let age_room = if area.width >= ROOM_FOR_AGE { AGE } else { 0 };
    let figures = FIGURES.iter().sum::<usize>() + age_room;
    let name_room = width.saturating_sub(3 + figures + 1);
    let number = |text: &str, width| fit(text, width, Align::Right);
    let heads = [sign(&Status::Failure, look.ascii), "on way", "age"];
    let head = format!(
        "   {}{}{}{}",
        fit("campaign", name_room, Align::Left),
        number(heads[0], FIGURES[0]),
        number(heads[1], FIGURES[1]),
        number(heads[2], age_room),
    );
    // The heads line up with those of the list.
    if area.height > 1 {
        buffer.set_stringn(area.x, area.y + 1, head, width, look.style(Role::Heading));
    }
    let (skipped, shown) = window(state, area);
    for (y, index) in (area.y + 2..area.bottom()).zip(order.iter().skip(skipped).take(shown)) {
        let campaign = &state.campaigns[*index];
        let is_shown = *index == state.campaigns.current();
        let own = |role: Role| look.style(if is_shown { Role::SelectedElsewhere } else { role });
        if is_shown {
            buffer.set_style(Rect { y, height: 1, ..area }, own(Role::Text));
        }
        let mark = if campaign.needs_person() { "!" } else { " " };
        let cursor = if is_shown { "›" } else { " " };
        let (words, role) = pane_condition(state, campaign, is_shown, age_room);
        let cells: [(String, usize, Style); 3] = [
            (format!("{mark}{cursor} "), 3, if campaign.needs_person() { look.style(Role::Failed) } else { own(Role::Text) }),
            (fit(&campaign.settings.name, name_room, Align::Left), name_room, own(Role::Text)),
            (number(&words, figures), figures, own(role)),
        ];
        let mut x = area.x;
        for (text, taken, style) in cells {
            buffer.set_stringn(x, y, text, taken, style);
            x += u16::try_from(taken).unwrap_or(0);
        }
    }
    // The last line: the first campaign that needs a person and has no line here, otherwise the
    // keys to the others.
    let hidden = order.iter().enumerate().filter(|(line, _)| *line < skipped || *line >= skipped + shown).map(|(_, index)| *index);
    let mut in_need = hidden.filter(|index| state.campaigns[*index].needs_person());
    let keys = Rect { y: area.bottom().saturating_sub(1), height: 1.min(area.height), ..area };
    let left = match in_need.next() {
        Some(first) => {
            let more = in_need.count();
            let more = if more > 0 { format!("+{}", grouped(more)) } else { String::new() };
            vec![
                Piece::new("!", look.style(Role::Failed), 0),
                Piece::new(state.campaigns[first].settings.name.clone(), look.style(Role::Text), 0).gap(1),
                Piece::new(more, look.style(Role::Failed), 0).gap(1),
            ]
        }
        None => {
            let words = format!("previous, next of {}", grouped(order.len()));
            vec![
                Piece::new("[ ]", look.style(Role::Accent), 0),
                Piece::new(words, look.style(Role::Muted), 0).gap(1),
                Piece::new("Shift-Tab", look.style(Role::Accent), 1),
                Piece::new("all", look.style(Role::Muted), 1).gap(1),
            ]
        }
    };
    pieces::draw(buffer, keys, left, Vec::new());
}

/// How many campaigns are scrolled away above, and how many have a line.
fn window(state: &Shared, area: Rect) -> (usize, usize) {
    let shown = usize::from(area.height.saturating_sub(3)).max(1);
    let at = state.campaigns.position(state.campaigns.current());
    ((at + 1).saturating_sub(shown), shown)
}

/// The campaign in a line of the screen.
pub(in crate::tui) fn index_at(state: &Shared, area: Rect, row: u16) -> Option<usize> {
    let (skipped, shown) = window(state, area);
    let line = usize::from(row.checked_sub(area.y + 2)?);
    state.campaigns.order().get(skipped + line).copied().filter(|_| line < shown && row + 1 < area.bottom())
}

/// The right half of a line of the pane: what is wrong, otherwise share of failures, messages on
/// the way, age.
fn pane_condition(state: &Shared, campaign: &Campaign, is_shown: bool, age_room: usize) -> (String, Role) {
    let (words, role) = condition(state, campaign, is_shown);
    if !words.starts_with(sign(&Status::Failure, state.look.ascii)) {
        return (words, role);
    }
    let nothing = "–".to_owned();
    let now = campaign.recent.share().or_else(|| share(campaign)).filter(|share| *share > 0.0 || !campaign.is_loading());
    let now = now.map_or(nothing, percent);
    let old = campaign.age(state.now).map(age).filter(|_| age_room > 0).unwrap_or_default();
    let open = figure(campaign.open.iter().sum(), !campaign.is_loading());
    (format!("{now:>0$}{open:>1$}{old:>age_room$}", FIGURES[0], FIGURES[1]), role)
}
