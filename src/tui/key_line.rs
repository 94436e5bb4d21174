//! A line of keys, each with what it does: as many as have room, and none of them cut.

use ratatui::style::Style;
use ratatui::text::Span;

use super::Role;
use super::text::width;

/// The blanks between two keys.
const GAP: usize = 2;

/// A key, and what it does in a word or two.
#[derive(Debug, Clone)]
pub(super) struct KeyWord {
    key: String,
    word: String,
    rank: u8,
}

impl KeyWord {
    pub fn new(key: impl Into<String>, word: impl Into<String>) -> Self {
        Self { key: key.into(), word: word.into(), rank: 0 }
    }

    /// Where room is short, the highest rank is left out first, of equal ones the last.
    pub fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }

    fn width(&self) -> usize {
        width(&self.key) + 1 + width(&self.word)
    }
}

/// The keys that have room in so many columns, by index, and the columns of each.
pub(super) fn placed(keys: &[KeyWord], room: usize) -> Vec<(usize, std::ops::Range<usize>)> {
    let mut by_rank: Vec<usize> = (0..keys.len()).collect();
    by_rank.sort_by_key(|index| keys[*index].rank);
    let mut left = room + GAP;
    by_rank.retain(|index| {
        let rest = left.checked_sub(keys[*index].width() + GAP);
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    by_rank.sort_unstable();
    let mut x = 0;
    let place = |index: usize| {
        let from = x;
        x += keys[index].width() + GAP;
        (index, from..x - GAP)
    };
    by_rank.into_iter().map(place).collect()
}

/// The same, drawn.
pub(super) fn spans(keys: &[KeyWord], room: usize, style: impl Fn(Role) -> Style) -> Vec<Span<'static>> {
    let drawn = placed(keys, room).into_iter().flat_map(|(index, columns)| {
        let gap = if columns.start == 0 { 0 } else { GAP };
        let KeyWord { key, word, .. } = &keys[index];
        [Span::raw(" ".repeat(gap)), Span::styled(key.clone(), style(Role::Accent)), Span::styled(format!(" {word}"), style(Role::Muted))]
    });
    drawn.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_left_out_by_rank_and_never_cut() {
        let keys = [KeyWord::new("Esc", "cancel"), KeyWord::new("Tab", "list all").rank(1), KeyWord::new("x", "export")];
        let shown = |room| {
            let spans = spans(&keys, room, |_| Style::new());
            spans.iter().map(|span| span.content.as_ref()).collect::<String>()
        };
        assert_eq!(shown(34), "Esc cancel  Tab list all  x export");
        assert_eq!(shown(33), "Esc cancel  x export");
        assert_eq!((shown(19).as_str(), shown(9).as_str(), shown(8).as_str()), ("Esc cancel", "x export", "x export"));
        assert_eq!(shown(7), "");
        assert_eq!(placed(&keys, 20), [(0, 0..10), (2, 12..20)]);
    }
}
