//! A graph of columns, one for each figure, of block elements. The library's own shows one among thousands as nothing.

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
pub(in crate::tui) const UNKNOWN: &str = "▒";

/// How high a column is, in eighths of a row: nothing for 0, and for more at least one.
fn height(value: usize, most: usize, rows: usize) -> usize {
    let eighths = HEIGHTS.len() * rows;
    if value == 0 { 0 } else { (value * eighths).div_ceil(most.max(value)).clamp(1, eighths) }
}

/// The sign of a column of one row: nothing for 0, and for more at least the lowest.
pub(in crate::tui) fn sign(value: usize, most: usize) -> &'static str {
    height(value, most, 1).checked_sub(1).map_or(" ", |eighths| HEIGHTS[eighths])
}

/// Draws the columns from the left, `most` being as high as the area. A sign is at the top of its column.
pub(in crate::tui) fn draw(buffer: &mut Buffer, area: Rect, columns: &[Bin], most: usize) {
    for (x, column) in (area.left()..area.right()).zip(columns) {
        let height = column.value.map(|value| height(value, most, usize::from(area.height)));
        for (row, y) in (area.top()..area.bottom()).rev().enumerate() {
            let is_top = height.is_some_and(|height| height.saturating_sub(1) / HEIGHTS.len() == row);
            let sign = match (column.sign, height) {
                (_, None) => UNKNOWN,
                (Some(sign), Some(_)) if is_top => sign,
                (_, Some(height)) => match height.saturating_sub(row * HEIGHTS.len()).min(HEIGHTS.len()) {
                    0 => " ",
                    eighths => HEIGHTS[eighths - 1],
                },
            };
            buffer[(x, y)].set_symbol(sign).set_style(column.style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: &[Option<usize>], most: usize) -> String {
        drawn_high(values, most, 1, None)
    }

    fn drawn_high(values: &[Option<usize>], most: usize, rows: u16, sign: Option<&'static str>) -> String {
        let area = Rect::new(0, 0, values.len() as u16, rows);
        let mut buffer = Buffer::empty(area);
        let columns: Vec<Bin> = values.iter().map(|value| Bin { value: *value, style: Style::default(), sign, is_loud: false }).collect();
        draw(&mut buffer, area, &columns, most);
        buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn nothing_is_blank_and_one_of_many_is_seen() {
        assert_eq!(drawn(&[Some(0), Some(1), Some(500), Some(1_000), None], 1_000), " ▁▄█▒");
        assert_eq!(drawn(&[Some(0), Some(0)], 0), "  ");
        assert_eq!(drawn(&[Some(1)], 1), "█");
    }
    #[test]
    fn several_rows_have_more_steps() {
        assert_eq!(drawn_high(&[Some(0), Some(1), Some(8), Some(12), Some(16), None], 16, 2, None), "   ▄█▒ ▁███▒");
        assert_eq!(drawn_high(&[Some(1), Some(8), Some(9), Some(16)], 16, 2, Some("✗")), "  ✗✗✗✗██");
    }
}
