//! Tables for people: one line per row, as wide as it must be, or cut to the terminal's width.

use crate::tui::text::{Align, cut, width};

/// The separator of two columns.
const BETWEEN: &str = "  ";
/// No column is made narrower than this, unless its content is.
const NARROWEST: usize = 8;

/// Rows under headings.
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<TableRow>,
}

struct Column {
    heading: String,
    align: Align,
}

struct TableRow {
    cells: Vec<String>,
    /// The colour of its first cell.
    tint: Tint,
}

/// What a colour adds to the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tint {
    None,
    Good,
    Warn,
    Bad,
}

impl Tint {
    /// The text with the terminal's sequences for the colour.
    pub fn paint(self, text: &str) -> String {
        match self {
            Tint::None => text.to_owned(),
            Tint::Good => format!("\u{1b}[32m{text}\u{1b}[0m"),
            Tint::Warn => format!("\u{1b}[33m{text}\u{1b}[0m"),
            Tint::Bad => format!("\u{1b}[31;1m{text}\u{1b}[0m"),
        }
    }
}

/// A table without colours, as wide as it must be and set in by a space; from column `numbers` on, cells that look like
/// figures are aligned as such.
pub(super) fn columns(headings: &[&str], numbers: usize, rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new(headings.iter().copied());
    for cells in rows {
        table.row(cells, Tint::None);
    }
    for column in numbers..headings.len() {
        if table.cells(column).all(|cell| cell.starts_with(|letter: char| letter.is_ascii_digit())) {
            table.columns[column].align = Align::Right;
        }
    }
    let lines: Vec<String> = table.lines(None, false).iter().map(|line| format!(" {line}").trim_end().to_owned()).collect();
    lines.join("\n")
}

impl Table {
    /// An empty table with these headings.
    pub fn new(headings: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let columns = headings.into_iter().map(|heading| Column { heading: heading.into(), align: Align::Left });
        Self { columns: columns.collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>, tint: Tint) {
        self.rows.push(TableRow { cells, tint });
    }

    /// The headings and the rows as lines, at most `room` columns wide if given and if possible.
    pub fn lines(&self, room: Option<usize>, colour: bool) -> Vec<String> {
        let headings: Vec<String> = self.columns.iter().map(|column| column.heading.clone()).collect();
        let natural = |(column, heading): (usize, &String)| self.cells(column).chain([heading.as_str()]).map(width).max().unwrap_or(0);
        let mut widths: Vec<usize> = headings.iter().enumerate().map(natural).collect();
        if let Some(room) = room {
            let between = BETWEEN.len() * widths.len().saturating_sub(1);
            narrow(&mut widths, room.saturating_sub(between));
        }
        let rows = self.rows.iter().map(|row| self.line(&row.cells, if colour { row.tint } else { Tint::None }, &widths));
        std::iter::once(self.line(&headings, Tint::None, &widths)).chain(rows).collect()
    }

    fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.cells.get(column)).map(String::as_str)
    }

    fn line(&self, cells: &[String], tint: Tint, widths: &[usize]) -> String {
        let cells = self.columns.iter().zip(cells).zip(widths).enumerate().map(|(index, ((column, cell), room))| {
            let text = cut(cell, *room);
            let space = " ".repeat(room.saturating_sub(width(&text)));
            let text = if index == 0 { tint.paint(&text) } else { text.into_owned() };
            match column.align {
                Align::Left => text + &space,
                Align::Right => space + &text,
            }
        });
        cells.collect::<Vec<String>>().join(BETWEEN).trim_end().to_owned()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[&[&str]]) -> Vec<TableRow> {
        cells.iter().map(|cells| TableRow { cells: cells.iter().map(|cell| (*cell).to_owned()).collect(), tint: Tint::Bad }).collect()
    }

    fn heading(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn lines(heading: &[String], rows: &[TableRow], room: Option<usize>, colour: bool) -> Vec<String> {
        let mut table = Table::new(heading);
        rows.iter().for_each(|row| table.row(row.cells.clone(), row.tint));
        table.lines(room, colour)
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
