//! Files as any system may write them: the same cells, in any encoding, separator, line ends and quotes.

use proptest::prelude::*;

use super::*;
use crate::action::file::rows::{RowScanner, split};

/// How cells are written.
#[derive(Debug, Clone)]
pub(in crate::action::file) struct Written {
    pub rows: Vec<Vec<String>>,
    pub separator: char,
    pub end: &'static str,
    /// 0 UTF-8, 1 with a mark, 2 UTF-16 LE with a mark, 3 UTF-16 BE without one.
    pub encoding: u8,
    /// Whether every cell is in quotes.
    pub is_quoted: bool,
    pub has_separator_line: bool,
    pub ends_with_row_end: bool,
}

impl Written {
    pub fn bytes(&self) -> Vec<u8> {
        let needs_quotes = |cell: &str| self.is_quoted || cell.contains([self.separator, '"', '\n', '\r']);
        let cell = |cell: &String| if needs_quotes(cell) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() };
        let row = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<_>>().join(&self.separator.to_string());
        let mut text = self.rows.iter().map(row).collect::<Vec<_>>().join(self.end);
        if self.ends_with_row_end {
            text.push_str(self.end);
        }
        if self.has_separator_line {
            text = format!("sep={}{}{text}", self.separator, self.end);
        }
        match self.encoding {
            0 => text.into_bytes(),
            1 => format!("\u{feff}{text}").into_bytes(),
            2 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

fn some_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{1,8}",
        1 => "[a-z ,;|\"\t\r\n]{0,6}",
        1 => "[ \u{a0}]{0,2}[a-zé李]{0,3}[ \u{3000}\n]{0,2}",
        1 => "=\"[a-z ]{0,3}\"",
        1 => ".{0,5}",
    ]
}

fn some_row() -> impl Strategy<Value = Vec<String>> {
    let number = prop_oneof![
        5 => "6580001[0-9]{3}",
        2 => "[ +]{0,2}65[ -]?8000[ -]?1[0-9]{3}[ \u{a0}]?",
        1 => "6580001[0-9]{3}\\.0",
        1 => "=\"6580001[0-9]{3}\"",
        1 => some_cell(),
    ];
    let language = prop_oneof![5 => "(english|CHINESE|malay)", 1 => " ?tamil ?", 1 => some_cell()];
    (number, language, some_cell(), some_cell()).prop_map(|(number, language, name, place)| vec![number, language, name, place])
}

/// Rows below a right header, written in any way.
pub(in crate::action::file) fn some_written() -> impl Strategy<Value = Written> {
    let rows = prop::collection::vec(prop_oneof![8 => some_row(), 1 => prop::collection::vec(some_cell(), 2..6)], 0..6);
    let way = (
        prop_oneof![3 => Just(','), 1 => Just(';'), 1 => Just('\t'), 1 => Just('|')],
        prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        0..4_u8,
    );
    (rows, way, any::<(bool, bool, bool)>()).prop_map(
        |(rows, (separator, end, encoding), (is_quoted, has_separator_line, ends_with_row_end))| {
            let header = HEADER.split(',').map(str::to_owned).collect();
            let rows = std::iter::once(header).chain(rows).collect();
            Written { rows, separator, end, encoding, is_quoted, has_separator_line, ends_with_row_end }
        },
    )
}

/// The cells of a file, as this module cuts them.
pub(super) fn cells(bytes: &[u8], separator: u8) -> Vec<Vec<String>> {
    let (mut scanner, mut reader, mut rows, mut rest) = (RowScanner::default(), RowReader::default(), Vec::new(), bytes);
    let mut read = |row: &[u8]| {
        let texts = reader.read(row, separator);
        rows.push((0..texts.len()).map(|index| texts.text(index).to_owned()).collect());
    };
    while let Some(row) = scanner.next(&mut rest, Some(separator)) {
        read(row.bytes);
    }
    if let Some(row) = scanner.finish() {
        read(row.bytes);
    }
    rows
}

proptest! {
    #[test]
    fn what_is_written_well_is_read_as_the_library_reads_it(written in some_written()) {
        // The library leaves blank lines out.
        let rows = written.rows.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).cloned().collect();
        let written = Written { encoding: 0, has_separator_line: false, rows, ..written };
        let bytes = written.bytes();
        let separator = written.separator as u8;
        let mut library = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(bytes.as_slice());
        let library: Vec<Vec<String>> = library.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(&cells(&bytes, separator), &library);
        prop_assert_eq!(cells(&bytes, separator), written.rows);
    }

    #[test]
    fn the_same_cells_are_the_same_file_however_they_are_written(written in some_written()) {
        let way = |kind: MistakeKind| matches!(kind, MistakeKind::Encoding | MistakeKind::ByteOrderMark | MistakeKind::Separator);
        let of_rows = |file: &CheckedFile| {
            let of_rows = file.mistakes().by_row().filter(|mistake| mistake.row.is_some() || !way(mistake.kind));
            of_rows.filter(|mistake| mistake.kind != MistakeKind::LineEnds).map(|mistake| format!("{mistake:?}")).collect::<Vec<_>>()
        };
        let plain = Written { encoding: 0, separator: ',', end: "\n", has_separator_line: false, ..written.clone() };
        let (plain, other) = (checked(plain.bytes(), rules()), checked(written.bytes(), rules()));
        prop_assert_eq!(of_rows(&plain), of_rows(&other));
        prop_assert_eq!((plain.samples(), plain.languages(), plain.rows()), (other.samples(), other.languages(), other.rows()));
        prop_assert_eq!(plain.segments().collect::<Vec<_>>(), other.segments().collect::<Vec<_>>());
    }

    #[test]
    fn a_row_is_cut_at_its_separators(row in "[a\",;]{0,12}") {
        let mut cells = Vec::new();
        split(row.as_bytes(), b',', &mut cells);
        prop_assert!(cells.iter().all(|cell| cell.start <= cell.end && cell.inside().0 <= cell.inside().1));
        let pieces: Vec<&str> = cells.iter().map(|cell| &row[cell.start..cell.end]).collect();
        prop_assert_eq!(pieces.join(","), row);
    }

    #[test]
    fn the_size_of_a_row_is_that_of_its_text(values in prop::collection::vec(("[a-z €é\n]{1,300}", "[a李😀]{1,90}"), 1..4)) {
        let rows = values.iter().map(|(name, place)| format!("6580001234,chinese,\"a{name}b\",\"{place}\"\n"));
        let file = checked(format!("{HEADER}\n{}", rows.collect::<String>()), rules());
        for sample in file.samples() {
            prop_assert_eq!(sample.size.unwrap(), crate::delivery::TextSize::of(sample.text.as_ref().unwrap()));
        }
    }
}
