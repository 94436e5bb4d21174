//! A graph one row high: a column for each figure.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A column of the graph.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Bin {
    /// `None` where it is not known.
    pub value: Option<usize>,
    pub style: Style,
    /// Another sign in the column's place, where colours do not tell it apart.
    pub sign: Option<&'static str>,
    /// Whether it stands out from the others.
    pub is_loud: bool,
}

/// The heights from the lowest to the highest.
const HEIGHTS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// What is not known.
const UNKNOWN: &str = "▒";

/// The sign of a value: nothing for 0, and for more at least the lowest.
pub(in crate::tui) fn height(value: usize, most: usize) -> &'static str {
    if value == 0 {
        return " ";
    }
    let step = (value * HEIGHTS.len()).div_ceil(most.max(value)).clamp(1, HEIGHTS.len());
    HEIGHTS[step - 1]
}

/// Draws the columns from the left, `most` being the highest.
pub(in crate::tui) fn draw(buffer: &mut Buffer, area: Rect, columns: &[Bin], most: usize) {
    for (x, column) in (area.left()..area.right()).zip(columns) {
        let sign = match (column.sign, column.value) {
            (_, None) => UNKNOWN,
            (Some(sign), Some(_)) => sign,
            (None, Some(value)) => height(value, most),
        };
        buffer[(x, area.y)].set_symbol(sign).set_style(column.style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: &[Option<usize>], most: usize) -> String {
        let area = Rect::new(0, 0, values.len() as u16, 1);
        let mut buffer = Buffer::empty(area);
        let columns: Vec<Bin> =
            values.iter().map(|value| Bin { value: *value, style: Style::default(), sign: None, is_loud: false }).collect();
        draw(&mut buffer, area, &columns, most);
        buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn nothing_is_blank_and_one_of_many_is_seen() {
        assert_eq!(drawn(&[Some(0), Some(1), Some(500), Some(1_000), None], 1_000), " ▁▄█▒");
        assert_eq!(drawn(&[Some(0), Some(0)], 0), "  ");
        assert_eq!(drawn(&[Some(1)], 1), "█");
    }
}
