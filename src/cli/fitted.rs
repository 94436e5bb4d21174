//! Lines of columns for a terminal: cut to its width, never wrapped.

use crate::tui::text::{cut, width};

/// The separator of two columns.
const BETWEEN: &str = "  ";
/// No column is made narrower than this, unless its content is.
const NARROWEST: usize = 8;

/// A line.
pub(super) struct TableRow {
    pub cells: Vec<String>,
    /// The colour of its first cell.
    pub tint: Tint,
}

/// What a colour adds to the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tint {
    None,
    Good,
    Bad,
}

/// The heading and the rows as lines, at most `room` columns wide if given and if possible.
pub(super) fn lines(heading: &[String], rows: &[TableRow], room: Option<usize>, colour: bool) -> Vec<String> {
    let count = heading.len();
    let natural = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| width(cell));
        cells.chain([width(&heading[column])]).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..count).map(natural).collect();
    if let Some(room) = room {
        narrow(&mut widths, room.saturating_sub(BETWEEN.len() * count.saturating_sub(1)));
    }
    let heading = line(heading, Tint::None, &widths, false);
    std::iter::once(heading).chain(rows.iter().map(|row| line(&row.cells, row.tint, &widths, colour))).collect()
}

/// Shrinks the widest columns until all fit.
fn narrow(widths: &mut [usize], room: usize) {
    let mut over = widths.iter().sum::<usize>().saturating_sub(room);
    while over > 0 {
        let Some(widest) = widths.iter_mut().max_by_key(|width| **width).filter(|width| **width > NARROWEST) else { return };
        *widest -= 1;
        over -= 1;
    }
}

fn line(cells: &[String], tint: Tint, widths: &[usize], colour: bool) -> String {
    let mut out = String::new();
    for (column, (cell, room)) in cells.iter().zip(widths).enumerate() {
        if column > 0 {
            out.push_str(BETWEEN);
        }
        let text = cut(cell, *room, false);
        let begin = match tint {
            _ if column > 0 || !colour => "",
            Tint::None => "",
            Tint::Good => "\u{1b}[32m",
            Tint::Bad => "\u{1b}[31;1m",
        };
        let end = if begin.is_empty() { "" } else { "\u{1b}[0m" };
        out.push_str(begin);
        out.push_str(&text);
        out.push_str(end);
        out.extend(std::iter::repeat_n(' ', room.saturating_sub(width(&text))));
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[&[&str]]) -> Vec<TableRow> {
        cells.iter().map(|cells| TableRow { cells: cells.iter().map(|cell| (*cell).to_owned()).collect(), tint: Tint::Bad }).collect()
    }

    fn heading(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let reported = lines(&heading(&["a", "text"]), &rows(&[&["字字", "x"], &["b", ""]]), None, false);
        assert_eq!(reported, ["a     text", "字字  x", "b"]);
    }

    #[test]
    fn the_widest_gives_way() {
        let reported = lines(&heading(&["status", "text"]), &rows(&[&["failed", "a long text that does not fit"]]), Some(24), false);
        assert_eq!(reported, ["status  text", "failed  a long text tha…"]);
    }

    #[test]
    fn only_the_first_cell_has_a_colour() {
        let reported = lines(&heading(&["s", "t"]), &rows(&[&["x", "y"]]), None, true);
        assert_eq!(reported, ["s  t", "\u{1b}[31;1mx\u{1b}[0m  y"]);
    }
}
