//! The title of a message: a rule with whom it is for, its batch, and its place in the list.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::delivery::{RecipientKind, grouped};
use crate::store::RowNumber;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{age, width};
use crate::tui::widgets::recipient;
use crate::tui::{Action, Role};

/// A piece of the title.
struct Piece {
    spans: Vec<Span<'static>>,
    /// Its rank: 0 stays, the highest is left out first.
    rank: u8,
    /// At the right end of the rule.
    is_right: bool,
    /// It belongs to the piece before: no rule is between them.
    is_joined: bool,
}

impl Piece {
    fn width(&self) -> usize {
        self.spans.iter().map(|span| width(&span.content)).sum()
    }
}

/// The columns of a rule between two pieces, with a blank at each end.
const BETWEEN: usize = 4;

/// Draws it. What has no room is left out, the least important first.
pub(super) fn draw(shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let rule = shared.look.style(Role::Rule);
    let room = usize::from(area.width);
    buffer.set_stringn(area.x, area.y, "─".repeat(room), room, rule);
    let Some(campaign) = shared.campaign() else { return };
    // Over the answers of all campaigns nothing of a message is shown.
    let Some(row) = campaign.subject().filter(|_| !shared.across.on) else { return };
    let mut pieces = pieces(shared, campaign, row);
    // Three columns of rule at the left, two at the right.
    let taken = |pieces: &[Piece]| BETWEEN + 1 + pieces.iter().map(|piece| piece.width() + BETWEEN).sum::<usize>();
    while taken(&pieces) > room {
        let worst = pieces.iter().enumerate().max_by_key(|(index, piece)| (piece.rank, *index)).map(|(index, piece)| (index, piece.rank));
        match worst {
            Some((index, rank)) if rank > 0 => {
                pieces.remove(index);
            }
            _ => break,
        }
    }
    let (right, left): (Vec<Piece>, Vec<Piece>) = pieces.into_iter().partition(|piece| piece.is_right);
    let mut x = area.x + 2;
    for piece in left {
        let at = if piece.is_joined { x.saturating_sub(3) } else { x };
        x = put(buffer, area, at, piece) + 2;
    }
    let ends: usize = right.iter().map(|piece| piece.width() + BETWEEN).sum();
    let mut x = area.right().saturating_sub(u16::try_from(ends).unwrap_or(u16::MAX));
    for piece in right {
        x = put(buffer, area, x, piece) + 2;
    }
}

/// Puts a piece with a blank at each end on the rule. Returns where the rule goes on.
fn put(buffer: &mut Buffer, area: Rect, x: u16, piece: Piece) -> u16 {
    let spans = [vec![Span::raw(" ")], piece.spans, vec![Span::raw(" ")]].concat();
    let room = area.right().saturating_sub(x);
    // The rule's colour is not theirs.
    buffer.set_line(x, area.y, &Line::from(spans).style(Style::reset()), room).0
}

fn pieces(shared: &Shared, campaign: &Campaign, row: RowNumber) -> Vec<Piece> {
    let style = |role| shared.look.style(role);
    let has_focus = campaign.opened.is_some() && shared.is_view_in_focus();
    let (message, masked) = (campaign.store.message(row), campaign.is_masked(row));
    let mut pieces = Vec::new();
    let mut add = |text: Option<String>, role: Role, rank: u8, is_right: bool| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            pieces.push(Piece { spans: vec![Span::styled(text, style(role))], rank, is_right, is_joined: false });
        }
    };
    // What is not of Singapore is worth a word.
    let country = message.recipient.as_ref().and_then(|known| match known.kind() {
        RecipientKind::Abroad => Some(known.country().unwrap_or("abroad").to_owned()),
        RecipientKind::Nric => Some("NRIC".to_owned()),
        RecipientKind::Singapore | RecipientKind::Other => None,
    });
    let revealed = campaign.marks.revealed_until().filter(|_| campaign.masked && !masked).map(|until| {
        let rest = until.duration_since(shared.now).max(SignedDuration::ZERO);
        format!("shown for {} more", age(rest))
    });
    let batch = message.batch.as_ref();
    let file = batch.and_then(|batch| batch.file_name.as_deref()).map(|file| campaign.shown_name(file).to_owned());
    let has_file = file.as_ref().is_some_and(|file| !file.is_empty());
    let place =
        campaign.list.position(&campaign.store, row).map(|index| format!("{} of {}", grouped(index + 1), grouped(campaign.list.len())));
    add(country, Role::Muted, 4, false);
    add(revealed, Role::Warning, 1, false);
    add(message.language.clone(), Role::Muted, 5, false);
    add(batch.map(|batch| batch.id.short(false)), Role::Muted, 3, false);
    add(file, Role::Muted, 6, false);
    add(place, Role::Muted, 2, true);
    add(
        (campaign.opened.is_none() && shared.is_view_in_focus()).then(|| format!("{} opens it", shared.key_for(Action::Enter))),
        Role::Muted,
        7,
        true,
    );
    if let Some(piece) = pieces.iter_mut().find(|piece| has_file && piece.rank == 6) {
        piece.is_joined = true;
    }
    pieces.insert(0, Piece { spans: recipient(shared, campaign, &message, masked, has_focus), rank: 0, is_right: false, is_joined: false });
    pieces
}

/// Whom it is for: in the accent where the pane has the focus.
fn recipient(
    shared: &Shared,
    campaign: &Campaign,
    message: &crate::delivery::Message,
    masked: bool,
    has_focus: bool,
) -> Vec<Span<'static>> {
    let base: Style = if has_focus { shared.look.style(Role::Accent).bold() } else { shared.look.style(Role::Strong) };
    match &message.recipient {
        Some(known) => recipient::spans(known, masked, campaign.open_digits(), base, shared.look.style(Role::Accent).underlined()),
        None => vec![Span::styled("recipient not given", shared.look.style(Role::Unknown))],
    }
}
