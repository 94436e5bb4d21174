//! A line made of pieces; the less important ones are left out where room is short.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::text::{cut, width};

/// A piece of a line.
#[derive(Debug, Clone)]
pub(in crate::tui) struct Piece {
    pub text: String,
    /// How it looks.
    pub style: Style,
    /// Its rank: 0 stays longest.
    pub rank: u8,
    /// How many blank columns come before it, unless it is the first.
    pub gap: usize,
}

impl Piece {
    /// A piece with two blank columns before it.
    pub fn new(text: impl Into<String>, style: Style, rank: u8) -> Self {
        Self { text: text.into(), style, rank, gap: 2 }
    }

    /// The same piece with another gap before it.
    #[must_use]
    pub fn gap(self, gap: usize) -> Self {
        Self { gap, ..self }
    }
}

/// How many columns the pieces take.
pub(in crate::tui) fn total<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> usize {
    pieces.into_iter().enumerate().map(|(index, piece)| width(&piece.text) + if index == 0 { 0 } else { piece.gap }).sum()
}

/// Leaves out pieces, the highest rank first and the last of equals first, until both sides fit
/// into `room` with two blank columns between them.
fn drop_to_fit(left: &mut Vec<Piece>, right: &mut Vec<Piece>, room: usize) {
    loop {
        let between = if left.is_empty() || right.is_empty() { 0 } else { 2 };
        if total(&*left) + between + total(&*right) <= room {
            return;
        }
        let worst = |pieces: &[Piece]| pieces.iter().enumerate().map(|(index, piece)| (piece.rank, index)).max();
        let (of_left, of_right) = (worst(left), worst(right));
        match (of_left, of_right) {
            (Some((rank, index)), other) if rank > 0 && other.is_none_or(|(other, _)| other <= rank) => {
                left.remove(index);
            }
            (_, Some((rank, index))) if rank > 0 => {
                right.remove(index);
            }
            _ => return,
        }
    }
}

/// Draws pieces from the left and from the right of a line, with one blank column at each end.
pub(in crate::tui) fn draw(buffer: &mut Buffer, area: Rect, mut left: Vec<Piece>, mut right: Vec<Piece>) {
    if area.height == 0 || area.width < 3 {
        return;
    }
    left.retain(|piece| !piece.text.is_empty());
    right.retain(|piece| !piece.text.is_empty());
    let room = usize::from(area.width) - 2;
    drop_to_fit(&mut left, &mut right, room);
    let for_right = total(&right).min(room);
    let between = if left.is_empty() || right.is_empty() { 0 } else { 2 };
    let for_left = (room - for_right).saturating_sub(between);
    put(buffer, area, area.x + 1, &left, for_left);
    put(buffer, area, area.x + 1 + u16::try_from(room - for_right).unwrap_or(u16::MAX), &right, for_right);
}

/// Where the pieces of the left side are: from which column to which, and their text.
pub(in crate::tui) fn placed(area: Rect, mut left: Vec<Piece>, mut right: Vec<Piece>) -> Vec<(u16, u16, String)> {
    left.retain(|piece| !piece.text.is_empty());
    right.retain(|piece| !piece.text.is_empty());
    drop_to_fit(&mut left, &mut right, usize::from(area.width).saturating_sub(2));
    let mut x = area.x + 1;
    let index = |(at, piece): (usize, Piece)| {
        x += if at == 0 { 0 } else { u16::try_from(piece.gap).unwrap_or(u16::MAX) };
        let from = x;
        x += u16::try_from(width(&piece.text)).unwrap_or(u16::MAX);
        (from, x, piece.text)
    };
    left.into_iter().enumerate().map(index).collect()
}

fn put(buffer: &mut Buffer, area: Rect, from: u16, pieces: &[Piece], mut room: usize) {
    let mut x = from;
    for (index, piece) in pieces.iter().enumerate() {
        let gap = if index == 0 { 0 } else { piece.gap };
        if gap >= room {
            return;
        }
        let text = cut(&piece.text, room - gap);
        x += u16::try_from(gap).unwrap_or(u16::MAX);
        buffer.set_stringn(x, area.y, &text, room - gap, piece.style);
        let taken = width(&text);
        x += u16::try_from(taken).unwrap_or(u16::MAX);
        room -= gap + taken;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(columns: u16, left: &[(&str, u8)], right: &[(&str, u8)]) -> String {
        let area = Rect::new(0, 0, columns, 1);
        let mut buffer = Buffer::empty(area);
        let pieces = |of: &[(&str, u8)]| of.iter().map(|(text, rank)| Piece::new(*text, Style::default(), *rank)).collect();
        draw(&mut buffer, area, pieces(left), pieces(right));
        buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn the_less_important_pieces_go_first() {
        let (left, right) = ([("one", 0), ("two", 3)], [("three", 1), ("four", 2)]);
        assert_eq!(drawn(30, &left, &right), " one  two         three  four");
        assert_eq!(drawn(21, &left, &right), " one     three  four");
        assert_eq!(drawn(13, &left, &right), " one   three");
        assert_eq!(drawn(9, &left, &right), " one");
        assert_eq!(drawn(4, &left, &right), " o…");
        assert_eq!(drawn(1, &left, &right), "");
    }
}
