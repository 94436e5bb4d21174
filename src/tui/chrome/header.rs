//! The first line: the campaign, and how old the data is. Production takes the whole line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::monitor::{AWAY_CALLS_PER_SECOND, Connection, Meter};
use crate::tui::Role;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::words::{bytes, environment, purpose, rate, until};

/// Below this many columns words are shortened.
const NARROW: u16 = 100;

/// From this many columns on it shows how many bytes were received.
const ROOMY: u16 = 140;

/// Draws the header.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let look = &state.look;
    let Some(campaign) = state.campaign() else {
        buffer.set_style(area, look.style(Role::Header));
        let name = Piece::new("Postwatch", look.style(Role::Header), 0);
        return pieces::draw(buffer, area, vec![name], vec![Piece::new("no campaign", look.style(Role::Header), 0)]);
    };
    let base = look.style(if campaign.settings.host_kind.is_production() { Role::Production } else { Role::Header });
    buffer.set_style(area, base);
    let strong = base.add_modifier(Modifier::BOLD);
    let mut left = vec![Piece::new(environment(&state.look, campaign), strong, 0)];
    match campaign.unlocked_until {
        Some(until) if campaign.settings.read_only && until > state.now => {
            let minutes = (until.duration_since(state.now).as_secs() + 59) / 60;
            left.push(Piece::new(format!("UNLOCKED {minutes} min"), warn(state, campaign, base), 0));
        }
        _ if campaign.settings.read_only => left.push(Piece::new("READ-ONLY", base, 3)),
        _ => {}
    }
    if state.is_presenting() {
        left.push(Piece::new("PRESENTING", warn(state, campaign, base), 0));
    }
    if let Some(until) = campaign.revealed_until {
        let minutes = (until.duration_since(state.now).as_secs() + 59) / 60;
        left.push(Piece::new(format!("UNMASKED {minutes} min"), warn(state, campaign, base), 0));
    }
    left.push(Piece::new(campaign.settings.name.clone(), strong, 1));
    pieces::draw(buffer, area, left, right(state, campaign, base, area.width));
}

fn right(state: &Shared, campaign: &Campaign, base: Style, columns: u16) -> Vec<Piece> {
    let warning = warn(state, campaign, base);
    let is_narrow = columns < NARROW;
    let as_of = as_of(state, campaign);
    if let Some(why) = &campaign.settings.broken {
        return vec![Piece::new(format!("NOT LOADED: {}", why.what), warning, 0)];
    }
    let mut line = Vec::new();
    match (&campaign.connection, campaign.pause_asked) {
        (_, Some(true)) => line.push(Piece::new("pausing", warning, 0)),
        (_, Some(false)) => line.push(Piece::new("resuming", base, 0)),
        (Connection::Connecting, _) => line.push(Piece::new("connecting", base, 0)),
        (Connection::Paused, _) => line.push(Piece::new("PAUSED", warning, 0)),
        (Connection::Waiting { until: at, met, .. } | Connection::Refused { until: at, met, .. }, _) => {
            line.push(Piece::new(format!("{}, again {}", met.to_string().to_uppercase(), until(*at, state.now)), warning, 0));
        }
        (Connection::Live, _) if campaign.is_stale(state.now, true) => {
            line.push(Piece::new("STALE", warning, 0));
            if let Some(what) = campaign.meter.as_ref().and_then(|meter| meter.under_way) {
                line.push(Piece::new(format!("no answer yet: {}", purpose(what)), warning, 3));
            }
        }
        (Connection::Live, _) => {}
    }
    let is_calm = line.is_empty();
    if let Some(as_of) = as_of {
        let style = if is_calm || campaign.connection == Connection::Paused { base } else { warning };
        line.push(Piece::new(as_of, style, u8::from(!is_calm)));
    }
    if let Some(meter) = &campaign.meter {
        let gap = if is_narrow { 2 } else { 4 };
        if let (Some((at, what)), Connection::Live) = (&meter.next, &campaign.connection)
            && *at > state.now
        {
            line.push(Piece::new(format!("{} {}", purpose(*what), until(*at, state.now)), base, 6).gap(gap));
        }
        line.push(budget(meter, base, warning, is_narrow));
        if columns >= ROOMY && meter.bytes > 0 {
            line.push(Piece::new(format!("{} received", bytes(meter.bytes)), base, 7).gap(gap));
        }
    }
    line
}

/// Time and age of the newest messages: `as of 14:03:07 SGT, 3 s`.
fn as_of(state: &Shared, campaign: &Campaign) -> Option<String> {
    let (at, age) = (campaign.head_at?, campaign.age(state.now)?);
    Some(format!("as of {} {}, {}", state.look.own_time(at, state.now), state.look.zone_name, text::age(age)))
}

fn budget(meter: &Meter, base: Style, warning: Style, is_narrow: bool) -> Piece {
    let gap = if is_narrow { 2 } else { 4 };
    if meter.away {
        let slow = rate(AWAY_CALLS_PER_SECOND);
        let words = if is_narrow { format!("SLOW {slow}/s until a key") } else { format!("SLOW until a key is pressed: {slow} calls/s") };
        return Piece::new(words, warning, 2).gap(gap);
    }
    if meter.slowed_at.is_some() && meter.rate < meter.ceiling {
        return Piece::new(format!("429: slowed to {}/s", rate(meter.rate)), warning, 2).gap(gap);
    }
    let unit = if is_narrow { "/s" } else { " calls/s" };
    Piece::new(format!("{:.1} of {}{unit}", meter.used, rate(meter.ceiling)), base, 4).gap(gap)
}

/// A warning in this line: on the production colour only its weight can change.
fn warn(state: &Shared, campaign: &Campaign, base: Style) -> Style {
    if campaign.settings.host_kind.is_production() { base.add_modifier(Modifier::BOLD) } else { state.look.style(Role::HeaderWarning) }
}
