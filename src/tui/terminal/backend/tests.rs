//! Hostile texts on terminals that count columns in different ways: what follows is in its place,
//! and nothing of an earlier frame is left.

use proptest::prelude::*;
use ratatui::{Terminal, TerminalOptions, Viewport, layout::Rect};
use rstest::rstest;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::tui::text::{Align, fit};

#[rstest]
#[case("a", false)]
#[case("李", false)]
#[case("✓", false)]
#[case("மு", true)]
#[case("ந", true)]
#[case("e\u{301}", true)]
#[case("👩\u{200d}⚕️", true)]
fn which_letters_are_disputed(#[case] symbol: &str, #[case] disputed: bool) {
    assert_eq!(is_disputed(symbol), disputed);
}

/// How a terminal counts columns.
#[derive(Debug, Clone, Copy)]
enum Counts {
    /// Each code point on its own, marks without a column: xterm, tmux.
    CodePoints,
    /// The same, with a column for each mark that is shown beside its letter and for each joiner.
    EveryMark,
    /// Combined letters as one: kitty, foot, Ghostty.
    Graphemes,
    /// Signs with a variation selector, and flags, as narrow as their first code point.
    FirstCodePoint,
}

const ALL: [Counts; 4] = [Counts::CodePoints, Counts::EveryMark, Counts::Graphemes, Counts::FirstCodePoint];

const COLUMNS: usize = 40;
const ROWS: usize = 3;

/// A terminal's screen. A cell holds what is drawn in it; the second half of a wide sign is `None`.
struct Emulator {
    counts: Counts,
    cells: Vec<Vec<Option<String>>>,
    x: usize,
    y: usize,
}

impl Emulator {
    fn new(counts: Counts) -> Self {
        Self { counts, cells: vec![vec![Some(" ".to_owned()); COLUMNS]; ROWS], x: 0, y: 0 }
    }

    fn process(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(sequence) = rest.strip_prefix("\x1b[") {
                let end = sequence.find(|letter: char| letter.is_ascii_alphabetic()).unwrap();
                let count = sequence[..end].parse::<usize>().unwrap_or(1);
                match sequence.as_bytes()[end] {
                    b'H' => {
                        let mut indices = sequence[..end].split(';').map(|index| index.parse::<usize>().unwrap_or(1) - 1);
                        self.y = indices.next().unwrap().min(ROWS - 1);
                        self.x = indices.next().unwrap_or(0).min(COLUMNS - 1);
                    }
                    b'C' => self.x = (self.x + count).min(COLUMNS - 1),
                    b'X' => self.blank(count),
                    b'K' => self.blank(COLUMNS - self.x),
                    _ => {}
                }
                rest = &sequence[end + 1..];
                continue;
            }
            match rest.as_bytes()[0] {
                b'\r' => self.x = 0,
                b'\n' => {
                    self.y += 1;
                    assert!(self.y < ROWS, "nothing scrolls");
                }
                _ => {
                    let end = rest.find(['\x1b', '\r', '\n']).unwrap_or(rest.len());
                    self.print(&rest[..end]);
                    rest = &rest[end..];
                    continue;
                }
            }
            rest = &rest[1..];
        }
    }

    fn print(&mut self, text: &str) {
        for grapheme in text.graphemes(true) {
            match self.counts {
                Counts::Graphemes => self.letter(grapheme, grapheme.width()),
                Counts::FirstCodePoint => {
                    let first = grapheme.chars().next().and_then(unicode_width::UnicodeWidthChar::width).unwrap_or(0);
                    self.letter(grapheme, first.min(if grapheme.contains('\u{fe0f}') { 1 } else { 2 }));
                }
                Counts::CodePoints | Counts::EveryMark => {
                    for letter in grapheme.chars() {
                        let is_beside = matches!(letter, '\u{bbe}'..='\u{bcd}' | '\u{200d}' | '\u{fe0f}');
                        let columns = if matches!(self.counts, Counts::EveryMark) && is_beside { 1 } else { letter.width().unwrap_or(0) };
                        self.letter(letter.encode_utf8(&mut [0; 4]), columns);
                    }
                }
            }
        }
    }

    /// Blanks columns; the cursor stays.
    fn blank(&mut self, count: usize) {
        let at = self.x;
        for x in at..(at + count).min(COLUMNS) {
            self.x = x;
            self.letter(" ", 1);
        }
        self.x = at;
    }

    fn letter(&mut self, letter: &str, columns: usize) {
        let row = &mut self.cells[self.y];
        if columns == 0 {
            if let Some(Some(cell)) = self.x.checked_sub(1).map(|before| &mut row[before]) {
                cell.push_str(letter);
            }
            return;
        }
        // No wrap: at the edge the last column is drawn again and again.
        let from = self.x.min(COLUMNS - columns);
        for x in from..from + columns {
            // Half of a wide sign is never left over.
            if row[x].is_none() {
                row[x - 1] = Some(" ".to_owned());
            }
            if row.get(x + 1).is_some_and(Option::is_none) {
                row[x + 1] = Some(" ".to_owned());
            }
            row[x] = if x == from { Some(letter.to_owned()) } else { None };
        }
        self.x = (from + columns).min(COLUMNS - 1);
    }

    fn at(&self, x: usize, y: usize) -> &str {
        self.cells[y][x].as_deref().unwrap_or("")
    }

    fn row(&self, y: usize) -> String {
        self.cells[y].iter().flatten().map(String::as_str).collect()
    }
}

/// Draws these frames, each three lines of two columns and a bar after each, on a terminal that
/// counts like this.
fn drawn(frames: &[[(String, String); ROWS]], counts: Counts) -> Emulator {
    let frame = FrameBuffer::default();
    let area = Rect::new(0, 0, COLUMNS as u16, ROWS as u16);
    let backend = SureBackend { columns: Shared::new(COLUMNS as u16), ..SureBackend::new(frame.clone()) };
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport: Viewport::Fixed(area) }).unwrap();
    let mut emulator = Emulator::new(counts);
    for lines in frames {
        let text: Vec<String> = lines
            .iter()
            .map(|(left, right)| format!("{}|{}|", fit(left, 18, Align::Left, false), fit(right, 18, Align::Left, false)))
            .collect();
        terminal.draw(|frame| frame.render_widget(ratatui::text::Text::from(text.join("\n")), area)).unwrap();
        let mut bytes = Vec::new();
        frame.write_to(&mut bytes).unwrap();
        emulator.process(&bytes);
    }
    emulator
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("李欣怡"),
        Just("。"),
        Just("முருகன்"),
        Just("கி"),
        Just("க்"),
        Just("க்ஷ"),
        Just("e\u{301}"),
        Just("n\u{303}\u{323}\u{301}"),
        Just("👩‍👩‍👧‍👦"),
        Just("👩\u{200d}⚕\u{fe0f}"),
        Just("🇸🇬"),
        Just("🇸"),
        Just("☎\u{fe0f}"),
        Just("☎\u{fe0e}"),
        Just("👍🏽"),
        Just("1\u{fe0f}\u{20e3}"),
        Just("لا"),
        Just("ｶﾞ"),
        Just("한\u{1100}\u{1161}"),
        Just(" "),
        Just("a"),
        Just("Tan"),
    ];
    proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

fn frames() -> impl Strategy<Value = Vec<[(String, String); ROWS]>> {
    proptest::collection::vec(proptest::array::uniform3((hostile(), hostile())), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_drawn_the_bars_stand_in_their_columns(frames in frames()) {
        for counts in ALL {
            let screen = drawn(&frames, counts);
            for y in 0..ROWS {
                prop_assert_eq!((screen.at(18, y), screen.at(37, y)), ("|", "|"), "{:?}: {}", counts, screen.row(y));
            }
        }
    }

    #[test]
    fn nothing_of_an_earlier_frame_is_left(frames in frames()) {
        for counts in ALL {
            let (screen, alone) = (drawn(&frames, counts), drawn(&frames[frames.len() - 1..], counts));
            for y in 0..ROWS {
                prop_assert_eq!(screen.row(y), alone.row(y), "{:?}", counts);
            }
        }
    }
}

/// The same on vt100's screen, which is not our own.
#[test]
fn what_follows_stands_in_its_place_whatever_the_terminal_counts() {
    let frame = FrameBuffer::default();
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, 30, 1)) };
    let backend = SureBackend { columns: Shared::new(30), ..SureBackend::new(frame.clone()) };
    let mut terminal = Terminal::with_options(backend, options).unwrap();
    let mut screen = vt100::Parser::new(1.try_into().unwrap(), 30.try_into().unwrap(), 0);
    for text in ["Dear Tan Wei Ming, welcome |", "முருகன் செல்வம் |", "👩‍👩‍👧‍👦🇸🇬☎\u{fe0f} |", "李欣怡您好 |"]
    {
        terminal.draw(|frame| frame.render_widget(text, frame.area())).unwrap();
        let mut bytes = Vec::new();
        frame.write_to(&mut bytes).unwrap();
        screen.process(&bytes);
        let bar = u16::try_from(width(text) - 1).unwrap();
        assert_eq!(screen.screen().cell(0, bar).map(|cell| cell.contents().to_owned()).as_deref(), Some("|"), "{text}");
        let row = screen.screen().contents();
        assert!(!row.contains("Tan") || text.contains("Tan"), "{row}");
    }
}
