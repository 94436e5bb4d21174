//! Columns for people.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

/// A small table; from column `numbers` on, cells that look like figures are aligned as such.
pub(super) fn columns(heading: &[&str], numbers: usize, rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(heading.to_vec());
    let is_number = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit());
    let right: Vec<usize> = (numbers..heading.len()).filter(|column| rows.iter().all(|row| is_number(&row[*column]))).collect();
    table.add_rows(rows);
    for column in right {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
