//! Hostile texts on terminals that count columns in different ways: what follows is in its place,
//! and nothing of an earlier frame is left.

use proptest::prelude::*;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use rstest::rstest;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::*;
use crate::tui::text::{Align, fit, width};
use crate::tui::{ColourDepth, Role, Theme, ThemeChoice};

/// A terminal of its own size that remembers each write.
struct Recorder(Terminal<FrameBackend<Writes>>);

#[derive(Debug, Default)]
struct Writes(Vec<Vec<u8>>);

impl Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Recorder {
    fn new(columns: u16, rows: u16) -> Self {
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, columns, rows)) };
        Self(Terminal::with_options(FrameBackend::new(Writes::default()), options).unwrap())
    }

    /// Draws a frame and gives its bytes, which leave in one write.
    fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> Vec<u8> {
        self.0
            .draw(|frame| {
                draw(frame);
                mark_disputed(frame.buffer_mut());
            })
            .unwrap();
        let mut writes = std::mem::take(&mut self.0.backend_mut().out.0);
        assert_eq!(writes.len(), 1);
        writes.remove(0)
    }
}

#[test]
fn a_frame_is_shown_whole() {
    let bytes = Recorder::new(10, 2).draw(|frame| frame.render_widget("text", frame.area()));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("\x1b[?2026h") && text.contains("text") && text.ends_with("\x1b[?2026l"), "{text:?}");
}

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
                if sequence.as_bytes()[end] == b'H' {
                    let mut indices = sequence[..end].split(';').map(|index| index.parse::<usize>().unwrap() - 1);
                    self.y = indices.next().unwrap().min(ROWS - 1);
                    self.x = indices.next().unwrap().min(COLUMNS - 1);
                }
                rest = &sequence[end + 1..];
                continue;
            }
            let end = rest.find('\x1b').unwrap_or(rest.len());
            self.print(&rest[..end]);
            rest = &rest[end..];
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
    let mut terminal = Recorder::new(COLUMNS as u16, ROWS as u16);
    let mut emulator = Emulator::new(counts);
    for lines in frames {
        let text: Vec<String> =
            lines.iter().map(|(left, right)| format!("{}|{}|", fit(left, 18, Align::Left), fit(right, 18, Align::Left))).collect();
        emulator.process(&terminal.draw(|frame| frame.render_widget(Text::from(text.join("\n")), frame.area())));
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
    let mut terminal = Recorder::new(30, 1);
    let mut screen = vt100::Parser::new(1.try_into().unwrap(), 30.try_into().unwrap(), 0);
    for text in ["Dear Tan Wei Ming, welcome |", "முருகன் செல்வம் |", "👩‍👩‍👧‍👦🇸🇬☎\u{fe0f} |", "李欣怡您好 |"]
    {
        screen.process(&terminal.draw(|frame| frame.render_widget(text, frame.area())));
        let bar = u16::try_from(width(text) - 1).unwrap();
        assert_eq!(screen.screen().cell(0, bar).map(|cell| cell.contents().to_owned()).as_deref(), Some("|"), "{text}");
        let row = screen.screen().contents();
        assert!(!row.contains("Tan") || text.contains("Tan"), "{row}");
    }
}

#[rstest]
#[case(Modifier::empty(), "")]
#[case(Modifier::REVERSED, "\x1b[7m")]
fn a_disputed_letter_stands_on_blanks_and_nothing_follows_it_unplaced(#[case] modifier: Modifier, #[case] styled: &str) {
    let text = Span::styled("aமு.", Style::new().add_modifier(modifier));
    let bytes = Recorder::new(8, 1).draw(|frame| frame.render_widget(text, frame.area()));
    let (bytes, columns) = (String::from_utf8(bytes).unwrap(), width("மு"));
    let (blanks, behind) = (" ".repeat(columns), 2 + columns);
    assert!(bytes.contains(&format!("{styled}a{blanks}\x1b[1;2Hமு")), "{bytes:?}");
    assert!(bytes.contains(&format!("\x1b[1;{behind}H{styled}.")), "{bytes:?}");
}

/// The rest of a row with such letters leaves again only with what changes in it or after its letters went.
#[test]
fn a_row_that_is_on_the_screen_is_not_drawn_again() {
    let mut terminal = Recorder::new(20, 2);
    let mut sent = |text: &str| String::from_utf8(terminal.draw(|frame| frame.render_widget(text, frame.area()))).unwrap();
    assert!(sent("1 கி |").contains("கி"));
    assert!(!sent("1 கி |").contains("கி"));
    let before = sent("2 கி |");
    assert!(before.contains('2') && !before.contains("கி"), "{before:?}");
    assert!(sent("2 கி !").contains("கி"));
    assert!(sent("2 ab !").contains("ab"));
    assert!(sent("2 கி !").contains("கி"));
}

/// What a terminal shows of each cell: its sign, colours and attributes.
fn shown(screen: &vt100::Screen, x: u16, y: u16) -> String {
    let cell = screen.cell(y, x).unwrap();
    let sign = if cell.contents().is_empty() { " " } else { cell.contents() };
    let attributes = (cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse());
    format!("{sign} {:?} {:?} {attributes:?}", cell.fgcolor(), cell.bgcolor())
}

proptest! {
    /// A terminal that receives the changes shows the same as one that receives everything again.
    #[test]
    fn changes_lead_to_the_same_screen(frames in prop::collection::vec(prop::collection::vec((0..40_u16, 0..4_u16, 0..8_usize, "[a-cநé ]{1,14}"), 0..6), 1..5)) {
        // The screen here has one strength of a letter, bold or dim; with both of them the order in which they came counts.
        let bold = |style: Style| style.add_modifier(Modifier::BOLD).remove_modifier(Modifier::DIM);
        let dim = |style: Style| style.add_modifier(Modifier::DIM).remove_modifier(Modifier::BOLD);
        let styles = [
            Style::new(),
            Style::new().fg(Color::Red),
            bold(Style::new()),
            Style::new().add_modifier(Modifier::REVERSED),
            Style::new().fg(Color::LightBlue).bg(Color::Indexed(200)),
            dim(Style::new().add_modifier(Modifier::ITALIC)),
            bold(Style::new().fg(Color::Rgb(1, 2, 3)).add_modifier(Modifier::UNDERLINED)),
            Style::new().bg(Color::Gray),
        ];
        let parser = || vt100::Parser::new(4.try_into().unwrap(), 40.try_into().unwrap(), 0);
        let (mut changes, mut terminal) = (parser(), Recorder::new(40, 4));
        for texts in frames {
            let draw = |frame: &mut Frame<'_>| {
                for (x, y, style, text) in &texts {
                    frame.buffer_mut().set_stringn(*x, *y, text, usize::from(40 - x), styles[*style]);
                }
            };
            changes.process(&terminal.draw(draw));
            let mut anew = parser();
            anew.process(&Recorder::new(40, 4).draw(draw));
            for (x, y) in (0..40).flat_map(|x| (0..4).map(move |y| (x, y))) {
                prop_assert_eq!(shown(changes.screen(), x, y), shown(anew.screen(), x, y));
            }
        }
    }
}

/// A list like the dashboard's: coloured status and error, the rest plain, the selected row in
/// one style from edge to edge.
fn list(frame: &mut Frame<'_>, theme: &Theme, selected: usize) {
    let rows = frame.area().rows().collect::<Vec<_>>();
    for (index, row) in rows.into_iter().enumerate() {
        let cells = [
            ("   ", Role::Text),
            ("✗ failed  ", Role::Failed),
            ("14:02:11  65∙∙∙∙4018  ", Role::Text),
            ("recipient_unavailable  ", Role::Failed),
            ("yes        1  a41f…22   Dear {{name}}, your next appointment at {{clinic}}", Role::Text),
        ];
        let line = Line::from_iter(cells.map(|(text, role)| Span::styled(text, theme.style(role))));
        frame.render_widget(line, row);
        if index == selected {
            frame.buffer_mut().set_style(row, theme.style(Role::Selected));
            frame.set_cursor_position((0, row.y));
        }
    }
}

/// Far below what a step of the cursor may take in the whole dashboard.
#[test]
fn a_step_of_the_cursor_takes_few_bytes() {
    crossterm::style::force_color_output(true);
    for (choice, depth) in [
        (ThemeChoice::Auto, ColourDepth::Sixteen),
        (ThemeChoice::None, ColourDepth::None),
        (ThemeChoice::Dark, ColourDepth::Palette),
        (ThemeChoice::Dark, ColourDepth::True),
    ] {
        let (theme, mut terminal) = (Theme::new(choice.clone(), depth), Recorder::new(120, 20));
        terminal.draw(|frame| list(frame, &theme, 3));
        let bytes = terminal.draw(|frame| list(frame, &theme, 4)).len();
        assert!(bytes <= 800, "{choice:?} {depth:?}: {bytes}");
    }
}
