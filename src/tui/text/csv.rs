//! Rows as CSV that a spreadsheet opens as text and nothing else.

/// The mark by which spreadsheets recognise UTF-8.
pub(in crate::tui) const BOM: char = '\u{feff}';

/// Rows as the text of a CSV file.
pub(in crate::tui) fn csv(rows: &[Vec<String>]) -> String {
    format!("{BOM}{}", csv_lines(rows))
}

/// Rows as lines of CSV, without the mark at the start of a file.
pub(in crate::tui) fn csv_lines(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        for (index, cell) in row.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            put(&mut text, cell);
        }
        text.push_str("\r\n");
    }
    text
}

/// A cell: what a spreadsheet would take for a formula is made text, and what would end the cell is
/// quoted.
fn put(text: &mut String, cell: &str) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guarded = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) {
        text.push('"');
        text.push_str(&guarded.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(&guarded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain", "plain")]
    #[case("a,b", "\"a,b\"")]
    #[case("say \"no\"", "\"say \"\"no\"\"\"")]
    #[case("=SUM(A1)", "'=SUM(A1)")]
    #[case("+6580001234", "'+6580001234")]
    #[case("-1", "'-1")]
    #[case("@x,y", "\"'@x,y\"")]
    #[case("two\nlines", "\"two\nlines\"")]
    fn no_cell_is_a_formula(#[case] cell: &str, #[case] expected: &str) {
        assert_eq!(csv(&[vec![cell.to_owned()]]), format!("\u{feff}{expected}\r\n"));
    }
}
