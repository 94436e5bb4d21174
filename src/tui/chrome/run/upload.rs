//! The progress of an upload: `Sending clinic-nov.csv   ██████▋   12.1 of 38.4 MB   1.2 MB/s   22 s left`.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::BAR;
use crate::action::Subject;
use crate::delivery::clean_line;
use crate::monitor::ActionStage;
use crate::tui::Role;
use crate::tui::shared::{ActionRecord, Campaign, Leaving, Shared};
use crate::tui::text::{Align, age, cut_middle, fit};
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::words::{bytes, bytes_of, in_a_line, until};

/// How much of a line the file's name takes at most: one part of so many.
const NAME: usize = 3;

pub(super) fn draw(state: &Shared, campaign: &Campaign, record: &ActionRecord, buffer: &mut Buffer, area: Rect) {
    let style = |role| state.look.style(role);
    let Subject::Upload(sha256) = &record.subject else { return };
    let name = campaign.uploads.of(sha256).map_or("a file", |file| campaign.shown_name(&file.name));
    let name = cut_middle(&clean_line(name), usize::from(area.width) / NAME).into_owned();
    let stop = Piece::new(format!("{} or Ctrl-c", state.command_for("stop")), style(Role::Accent), 1);
    let (mut left, mut right) = (vec![Piece::new(format!("Sending {name}"), style(Role::Moving), 0)], vec![stop]);
    let said = |words: String, role| Piece::new(words, style(role), 0);
    match (&record.stage, campaign.uploads.leaving(sha256)) {
        (_, Some(leaving)) if leaving.sent >= leaving.total => {
            // From here on nothing can be taken back.
            right.clear();
            left = vec![
                said(format!("{name} has left"), Role::Moving),
                Piece::new(format!(", all {}", bytes(leaving.total)), style(Role::Moving), 3).gap(0),
                said(": waiting for Postman's answer".to_owned(), Role::Moving).gap(0),
            ];
        }
        (Some(ActionStage::GoesAgain { at, why }), _) => {
            left.push(said(format!("again {}: {}", until(*at, state.now), in_a_line(why)), Role::Warning));
        }
        _ if campaign.stop_asked => {
            right.clear();
            left = vec![said(format!("Cutting {name} off: what became of it will be looked up"), Role::Warning)];
        }
        (_, Some(leaving)) => left.extend(progress(state, leaving, area.width)),
        (Some(ActionStage::UnderWay { .. }), None) => left.push(said("connecting".to_owned(), Role::Text)),
        _ => left.push(said("waiting for its turn".to_owned(), Role::Text)),
    }
    pieces::draw(buffer, area, left, right);
}

fn progress(state: &Shared, leaving: &Leaving, columns: u16) -> Vec<Piece> {
    let style = |role| state.look.style(role);
    let Leaving { sent, total, .. } = leaving;
    let room = BAR.min(usize::from(columns) / 13);
    let drawn = fit(&bar(*sent as f64 / (*total).max(1) as f64, room), room, Align::Left);
    let mut pieces = vec![Piece::new(drawn, style(Role::Moving), 3), Piece::new(bytes_of(*sent, *total), style(Role::Strong), 0)];
    if let Some(pace) = leaving.pace() {
        pieces.push(Piece::new(format!("{}/s", bytes(pace as u64)), style(Role::Text), 4));
    }
    if let Some(rest) = leaving.left() {
        pieces.push(Piece::new(format!("{} left", age(rest)), style(Role::Text), 2));
    }
    pieces
}
