//! Cells as bytes for the terminal, in as few as all terminals understand: over a slow line each byte
//! of a cursor step can be felt.
//!
//! The drawing library itself takes five bytes more for each of the sixteen colours, sends each part
//! of a style on its own, and a full position where the cursor only has to move on. Used here besides:
//! `ESC [ n C` (move on by n columns), `ESC [ n X` (blank n columns, in the terminal's own colours),
//! both as old as the VT220.

use std::io::{self, Write};

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use crate::tui::text::width;

/// From this many blanks on, blanking and moving on take fewer bytes than writing them.
const WORTH_BLANKING: usize = 11;

/// From this many blanks on, blanking the rest of the row takes no more bytes than writing them.
const WORTH_ERASING: usize = 3;

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }
}

/// Writes cells. Between two frames the terminal has its own look.
pub(super) struct CellWriter<'a, W> {
    out: &'a mut W,
    /// How wide the screen is.
    columns: u16,
    look: Look,
    /// Where the cursor is, as far as that is certain.
    cursor: Option<(u16, u16)>,
    /// Blanks that were not written yet: where they start, and how many.
    blanks: Option<(u16, u16, u16)>,
}

impl<'a, W: Write> CellWriter<'a, W> {
    /// Writes to `out`, for a screen this wide and a cursor at this position, if that is certain.
    pub fn new(out: &'a mut W, columns: u16, cursor: Option<(u16, u16)>) -> Self {
        Self { out, columns, look: Look::default(), cursor, blanks: None }
    }

    /// A cell whose width all terminals agree about.
    pub fn cell(&mut self, x: u16, y: u16, cell: &Cell) -> io::Result<()> {
        if is_plain_blank(cell) {
            match &mut self.blanks {
                Some((from, row, count)) if (*from + *count, *row) == (x, y) => *count += 1,
                _ => {
                    self.write_blanks()?;
                    self.blanks = Some((x, y, 1));
                }
            }
            return Ok(());
        }
        self.write_blanks()?;
        self.go(x, y)?;
        self.style(Look::of(cell))?;
        let symbol = cell.symbol();
        self.out.write_all(symbol.as_bytes())?;
        let columns = width(symbol);
        self.cursor = u16::try_from(columns).ok().filter(|columns| *columns > 0).map(|columns| (x + columns, y));
        Ok(())
    }

    /// A letter whose width terminals disagree about: its columns are blanked first, and nothing is
    /// certain afterwards.
    pub fn disputed(&mut self, x: u16, y: u16, cell: &Cell) -> io::Result<()> {
        self.write_blanks()?;
        self.go(x, y)?;
        self.style(Look::of(cell))?;
        let columns = width(cell.symbol()).max(1);
        if cell.bg == Color::Reset && !cell.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED) {
            match columns {
                1 => self.out.write_all(b"\x1b[X")?,
                columns => write!(self.out, "\x1b[{columns}X")?,
            }
        } else {
            // Blanking does not do reversed colours. There is no way back by backspace: after the
            // last column terminals disagree about where it goes.
            self.repeat(b' ', columns)?;
            self.cursor = None;
            self.go(x, y)?;
        }
        self.out.write_all(cell.symbol().as_bytes())?;
        self.cursor = None;
        Ok(())
    }

    /// The end of the frame: restores the terminal's own look. Returns where the cursor is, as far as
    /// that is certain.
    pub fn end(mut self) -> io::Result<()> {
        self.write_blanks()?;
        if self.look != Look::default() {
            self.out.write_all(b"\x1b[m")?;
        }
        Ok(())
    }

    fn write_blanks(&mut self) -> io::Result<()> {
        let Some((x, y, count)) = self.blanks.take() else { return Ok(()) };
        self.go(x, y)?;
        self.style(Look::default())?;
        let end = x.saturating_add(count);
        let count = usize::from(count);
        if end >= self.columns && count >= WORTH_ERASING {
            self.out.write_all(b"\x1b[K")?;
        } else if count < WORTH_BLANKING {
            self.repeat(b' ', count)?;
            self.cursor = Some((end, y));
        } else {
            // The cursor stays at their start.
            write!(self.out, "\x1b[{count}X")?;
        }
        Ok(())
    }

    fn repeat(&mut self, byte: u8, count: usize) -> io::Result<()> {
        for _ in 0..count {
            self.out.write_all(&[byte])?;
        }
        Ok(())
    }

    fn go(&mut self, x: u16, y: u16) -> io::Result<()> {
        let known = self.cursor.replace((x, y));
        if known == Some((x, y)) {
            return Ok(());
        }
        let outright = if x == 0 { format!("\x1b[{}H", y + 1) } else { format!("\x1b[{};{}H", y + 1, x + 1) };
        let step = known.and_then(|known| step(known, (x, y)));
        self.out.write_all(step.filter(|step| step.len() <= outright.len()).unwrap_or(outright).as_bytes())
    }

    /// Changes the look in fewer bytes: only what differs, or everything again.
    fn style(&mut self, look: Look) -> io::Result<()> {
        if look == self.look {
            return Ok(());
        }
        let step = codes(self.look, look);
        let anew = codes(Look::default(), look);
        let anew = if anew.is_empty() { "0".to_owned() } else { format!("0;{anew}") };
        self.look = look;
        match anew.as_str() {
            "0" => self.out.write_all(b"\x1b[m"),
            anew => write!(self.out, "\x1b[{}m", if anew.len() < step.len() { anew } else { &step }),
        }
    }
}

/// The way from one position to another by steps; `None` upwards.
fn step(from: (u16, u16), to: (u16, u16)) -> Option<String> {
    let ((column, row), (x, y)) = (from, to);
    let mut step = String::new();
    // The cursor is never below the start of the target row, so nothing scrolls.
    let down = y.checked_sub(row)?;
    let at = if down > 0 || x < column { 0 } else { column };
    if at == 0 && column > 0 {
        step.push('\r');
    }
    (0..down).for_each(|_| step.push('\n'));
    match x - at {
        0 => {}
        1 => step.push_str("\x1b[C"),
        columns => step.push_str(&format!("\x1b[{columns}C")),
    }
    Some(step)
}

/// A blank in the terminal's own look.
fn is_plain_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && Look::of(cell) == Look::default()
}

/// Each modifier with the codes that set and remove it, in the order in which they must be sent:
/// bold and dim are removed together.
const MODIFIERS: [(Modifier, &str, &str); 9] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::SLOW_BLINK, "5", "25"),
    (Modifier::RAPID_BLINK, "6", "25"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::HIDDEN, "8", "28"),
    (Modifier::CROSSED_OUT, "9", "29"),
];

/// The codes of the step from one look to another.
fn codes(from: Look, to: Look) -> String {
    let mut codes: Vec<String> = Vec::new();
    let mut left = from.modifier;
    for (modifier, _, off) in MODIFIERS {
        if left.contains(modifier) && !to.modifier.contains(modifier) {
            codes.push(off.to_owned());
            // The same code removed its neighbour, too.
            for (other, _, code) in MODIFIERS {
                if code == off {
                    left.remove(other);
                }
            }
        }
    }
    for (modifier, on, _) in MODIFIERS {
        if to.modifier.contains(modifier) && !left.contains(modifier) {
            codes.push(on.to_owned());
        }
    }
    if from.fg != to.fg {
        codes.push(colour(to.fg, 30));
    }
    if from.bg != to.bg {
        codes.push(colour(to.bg, 40));
    }
    codes.join(";")
}

/// A colour's code; `base` is 30 for letters and 40 for the background.
fn colour(colour: Color, base: u8) -> String {
    let (dark, bright) = (|number: u8| (base + number).to_string(), |number: u8| (base + 60 + number).to_string());
    match colour {
        Color::Reset => dark(9),
        Color::Black => dark(0),
        Color::Red => dark(1),
        Color::Green => dark(2),
        Color::Yellow => dark(3),
        Color::Blue => dark(4),
        Color::Magenta => dark(5),
        Color::Cyan => dark(6),
        Color::Gray => dark(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(number) => format!("{};5;{number}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use rstest::rstest;
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    fn look(fg: Color, modifier: Modifier) -> Look {
        Look { fg, modifier, ..Look::default() }
    }

    #[rstest]
    #[case(look(Color::Reset, Modifier::BOLD), look(Color::Red, Modifier::empty()), "22;31")]
    #[case(look(Color::Reset, Modifier::BOLD | Modifier::DIM), look(Color::Reset, Modifier::DIM), "22;2")]
    #[case(look(Color::Red, Modifier::empty()), look(Color::Indexed(7), Modifier::REVERSED), "7;38;5;7")]
    #[case(look(Color::Reset, Modifier::empty()), look(Color::Rgb(1, 2, 3), Modifier::empty()), "38;2;1;2;3")]
    #[case(look(Color::Red, Modifier::empty()), look(Color::DarkGray, Modifier::empty()), "90")]
    fn a_step_says_what_is_different(#[case] from: Look, #[case] to: Look, #[case] expected: &str) {
        assert_eq!(codes(from, to), expected);
    }

    /// Every cell of a buffer that differs, as the drawing library passes them on.
    fn written(before: &Buffer, after: &Buffer) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = CellWriter::new(&mut bytes, after.area.width, None);
        for (x, y, cell) in before.diff(after) {
            writer.cell(x, y, cell).unwrap();
        }
        writer.end().unwrap();
        bytes
    }

    #[test]
    fn long_blanks_and_short_ways_take_few_bytes() {
        let area = Rect::new(0, 0, 60, 2);
        let before = Buffer::with_lines(["x".repeat(60), "y".repeat(60)]);
        let mut after = Buffer::empty(area);
        after.set_string(0, 0, "ab", Style::new());
        after.set_string(50, 0, "cd", Style::new().fg(Color::Red));
        after.set_string(0, 1, "y".repeat(60), Style::new());
        assert_eq!(String::from_utf8_lossy(&written(&before, &after)), "\x1b[1Hab\x1b[48X\x1b[48C\x1b[31mcd\x1b[m\x1b[K");
    }

    #[rstest]
    #[case(None, (0, 3), "\x1b[4H")]
    #[case(Some((7, 3)), (7, 3), "")]
    #[case(Some((7, 3)), (0, 3), "\r")]
    #[case(Some((7, 3)), (0, 4), "\r\n")]
    #[case(Some((0, 3)), (2, 4), "\n\x1b[2C")]
    #[case(Some((20, 3)), (7, 3), "\r\x1b[7C")]
    #[case(Some((7, 3)), (40, 30), "\x1b[31;41H")]
    #[case(Some((7, 3)), (0, 2), "\x1b[3H")]
    fn the_shorter_way_is_gone(#[case] from: Option<(u16, u16)>, #[case] to: (u16, u16), #[case] expected: &str) {
        let mut bytes = Vec::new();
        CellWriter::new(&mut bytes, 80, from).go(to.0, to.1).unwrap();
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }

    #[test]
    fn behind_a_wide_sign_the_cursor_is_known() {
        let area = Rect::new(0, 0, 20, 1);
        let mut after = Buffer::empty(area);
        after.set_string(0, 0, "李欣怡a", Style::new());
        assert_eq!(String::from_utf8_lossy(&written(&Buffer::empty(area), &after)), "\x1b[1H李欣怡a");
    }

    #[rstest]
    #[case(Modifier::empty(), "\x1b[1;3H\x1b[2Xமு\x1b[1;5Hx")]
    #[case(Modifier::REVERSED, "\x1b[1;3H\x1b[7m  \x1b[1;3Hமு\x1b[1;5H\x1b[mx")]
    fn a_disputed_letter_stands_on_blanks_and_nothing_follows_it_unplaced(#[case] modifier: Modifier, #[case] expected: &str) {
        let mut bytes = Vec::new();
        let mut writer = CellWriter::new(&mut bytes, 80, None);
        let mut letter = Cell::default();
        letter.set_symbol("மு").set_style(Style::new().add_modifier(modifier));
        writer.disputed(2, 0, &letter).unwrap();
        let mut next = Cell::default();
        next.set_symbol("x");
        writer.cell(4, 0, &next).unwrap();
        writer.end().unwrap();
        let columns = letter.symbol().width();
        let expected = if columns == 2 { expected.to_owned() } else { expected.replace("[2X", "[X").replace("m  \x1b", "m \x1b") };
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }

    /// What a terminal shows of each cell: its sign, colours and attributes.
    fn shown(screen: &vt100::Screen, x: u16, y: u16) -> String {
        let cell = screen.cell(y, x).unwrap();
        let sign = if cell.contents().is_empty() { " " } else { cell.contents() };
        let attributes = (cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse());
        format!("{sign} {:?} {:?} {attributes:?}", cell.fgcolor(), cell.bgcolor())
    }

    proptest! {
        /// A terminal that receives the steps shows the same as one that receives everything again.
        #[test]
        fn steps_lead_to_the_same_screen(frames in prop::collection::vec(prop::collection::vec((0..40_u16, 0..4_u16, 0..8_usize, "[a-c ]{1,14}"), 0..6), 1..5)) {
            let styles = [
                Style::new(),
                Style::new().fg(Color::Red),
                Style::new().add_modifier(Modifier::BOLD),
                Style::new().add_modifier(Modifier::REVERSED),
                Style::new().fg(Color::LightBlue).bg(Color::Indexed(200)),
                Style::new().add_modifier(Modifier::DIM | Modifier::ITALIC),
                Style::new().fg(Color::Rgb(1, 2, 3)).add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
                Style::new().bg(Color::Gray),
            ];
            let area = Rect::new(0, 0, 40, 4);
            let mut steps = vt100::Parser::new(4.try_into().unwrap(), 40.try_into().unwrap(), 0);
            let mut before = Buffer::empty(area);
            for texts in frames {
                let mut after = Buffer::empty(area);
                for (x, y, style, text) in &texts {
                    after.set_stringn(*x, *y, text, usize::from(40 - x), styles[*style]);
                }
                steps.process(&written(&before, &after));
                let mut anew = vt100::Parser::new(4.try_into().unwrap(), 40.try_into().unwrap(), 0);
                anew.process(&written(&Buffer::empty(area), &after));
                for (x, y) in (0..40).flat_map(|x| (0..4).map(move |y| (x, y))) {
                    prop_assert_eq!(shown(steps.screen(), x, y), shown(anew.screen(), x, y));
                    let sign = after[(x, y)].symbol();
                    prop_assert!(shown(steps.screen(), x, y).starts_with(sign), "{sign} at {x} {y}");
                }
                before = after;
            }
        }
    }
}
