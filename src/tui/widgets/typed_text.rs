//! A text for typing that can have several lines. It is a [`TypedLine`] with line breaks in it: the same keys, limit and
//! wiping; where its lines end on the screen is decided here.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

use super::typed_line::TypedLine;
use crate::delivery::clean;
use crate::tui::text::width;

/// The longest text, in characters: more than any message has, so that what is too long can be said.
const LONGEST: usize = 2_000;

/// What is typed may be personal, so `Debug` shows its length alone.
#[derive(Debug, Clone)]
pub(in crate::tui) struct TypedText {
    line: TypedLine,
}

impl Default for TypedText {
    fn default() -> Self {
        Self { line: TypedLine::with_limit(LONGEST) }
    }
}

/// A line of it on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ScreenRow {
    /// The character that it begins with.
    start: usize,
    text: String,
    /// How many characters it has.
    characters: usize,
}

/// The lines of it that are on the screen.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tui) struct ShownText {
    pub lines: Vec<String>,
    /// Column and line of the cursor.
    pub cursor: (usize, usize),
}

impl TypedText {
    pub fn value(&self) -> &str {
        self.line.value()
    }

    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// Whether there is a line break in it.
    pub fn has_lines(&self) -> bool {
        self.value().contains('\n')
    }

    /// Whether the cursor is behind the text.
    pub fn is_at_end(&self) -> bool {
        self.line.is_at_end()
    }

    /// A key that is text, or that moves within it. False where it does nothing.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let is_plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            KeyCode::Home if is_plain => self.line.set_cursor(self.line_start()),
            KeyCode::End if is_plain => self.line.set_cursor(self.line_end()),
            _ => return self.line.key(key),
        }
        true
    }

    /// Begins a new line at the cursor. False where there is no room.
    pub fn break_line(&mut self) -> bool {
        self.line.insert("\n")
    }

    /// Pasted text, with its lines. False where not all of it fitted.
    pub fn paste(&mut self, text: &str) -> bool {
        self.line.insert(&clean(text.trim()))
    }

    /// Puts a text in place of what is there.
    pub fn replace(&mut self, text: &str) {
        self.line.replace(text);
    }

    /// Overwrites the text in memory.
    pub fn wipe(&mut self) {
        self.line.wipe();
    }

    /// Moves the cursor a line up or down on a screen with so many columns. False where there is none.
    pub fn step(&mut self, down: bool, room: usize) -> bool {
        let rows = self.rows(room);
        let (index, column) = self.place(&rows);
        let target = if down { index.checked_add(1) } else { index.checked_sub(1) };
        let Some(row) = target.and_then(|target| rows.get(target)) else { return false };
        let mut left = column;
        let fits = row.text.graphemes(true).take_while(|grapheme| {
            let columns = width(grapheme);
            let fits = columns <= left;
            left = left.saturating_sub(columns);
            fits
        });
        let characters: usize = fits.map(|grapheme| grapheme.chars().count()).sum();
        self.line.set_cursor(row.start + characters);
        true
    }

    /// As many of its lines as have room, with the cursor's among them; with `hidden`, that sign in place of each
    /// character.
    pub fn shown(&self, room: usize, height: usize, hidden: Option<&str>) -> ShownText {
        let mut rows = self.rows(room);
        let (index, mut column) = self.place(&rows);
        if let Some(sign) = hidden {
            column = rows.get(index).map_or(0, |row| self.line.cursor().saturating_sub(row.start)).min(room.saturating_sub(1));
            for row in &mut rows {
                row.text = sign.repeat(row.characters.min(room));
            }
        }
        let top = (index + 1).saturating_sub(height.max(1));
        let lines = rows.into_iter().skip(top).take(height.max(1)).map(|row| row.text).collect();
        ShownText { lines, cursor: (column, index - top) }
    }

    /// Which row the cursor is on, and its column there.
    fn place(&self, rows: &[ScreenRow]) -> (usize, usize) {
        let cursor = self.line.cursor();
        let index = rows.iter().rposition(|row| row.start <= cursor).unwrap_or(0);
        let before = rows.get(index).map(|row| row.text.chars().take(cursor - row.start.min(cursor)).collect::<String>());
        (index, before.map_or(0, |before| width(&before)))
    }

    /// The rows on a screen with so many columns, of which the last stays free for the cursor.
    fn rows(&self, room: usize) -> Vec<ScreenRow> {
        let room = room.saturating_sub(1).max(2);
        let mut rows = Vec::new();
        let mut start = 0;
        for line in self.value().split('\n') {
            let mut row = ScreenRow { start, ..ScreenRow::default() };
            let mut taken = 0;
            for grapheme in line.graphemes(true) {
                let columns = width(grapheme);
                if taken + columns > room && !row.text.is_empty() {
                    let next = ScreenRow { start: row.start + row.characters, ..ScreenRow::default() };
                    rows.push(std::mem::replace(&mut row, next));
                    taken = 0;
                }
                row.text.push_str(grapheme);
                row.characters += grapheme.chars().count();
                taken += columns;
            }
            start = row.start + row.characters + 1;
            rows.push(row);
        }
        rows
    }

    /// Where the line with the cursor begins.
    fn line_start(&self) -> usize {
        let before = self.value().chars().take(self.line.cursor());
        before.enumerate().filter(|(_, letter)| *letter == '\n').last().map_or(0, |(index, _)| index + 1)
    }

    /// Where it ends.
    fn line_end(&self) -> usize {
        let cursor = self.line.cursor();
        let after = self.value().chars().enumerate().skip(cursor).find(|(_, letter)| *letter == '\n');
        after.map_or(usize::MAX, |(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn typed(text: &str) -> TypedText {
        let mut typed = TypedText::default();
        assert!(typed.paste(text));
        typed
    }

    #[rstest]
    #[case("Tan", 10, &["Tan"], (3, 0))]
    #[case("Dear Tan\nsee you", 20, &["Dear Tan", "see you"], (7, 1))]
    #[case("abcdefgh", 5, &["abcd", "efgh"], (4, 1))]
    #[case("李欣怡", 5, &["李欣", "怡"], (2, 1))]
    #[case("முருகன்", 20, &["முருகன்"], (width("முருகன்"), 0))]
    fn lines_end_where_they_must(#[case] text: &str, #[case] room: usize, #[case] lines: &[&str], #[case] cursor: (usize, usize)) {
        let shown = typed(text).shown(room, 4, None);
        assert_eq!((shown.lines.iter().map(String::as_str).collect::<Vec<_>>(), shown.cursor), (lines.to_vec(), cursor));
    }

    #[test]
    fn the_cursor_goes_from_line_to_line_and_stays_in_view() {
        let mut typed = typed("one\ntwo and more\nthree");
        assert_eq!(typed.shown(30, 2, None), ShownText { lines: vec!["two and more".to_owned(), "three".to_owned()], cursor: (5, 1) });
        assert!(typed.step(false, 30) && typed.step(false, 30) && !typed.step(false, 30));
        assert_eq!(typed.shown(30, 2, None).cursor, (3, 0));
        typed.key(KeyEvent::new(KeyCode::Home, KeyModifiers::NONE));
        assert_eq!(typed.shown(30, 2, None).cursor, (0, 0));
        typed.key(KeyEvent::new(KeyCode::End, KeyModifiers::NONE));
        typed.key(KeyEvent::new(KeyCode::Char('!'), KeyModifiers::NONE));
        assert!(typed.break_line());
        assert_eq!(typed.value(), "one!\n\ntwo and more\nthree");
    }

    #[test]
    fn a_hidden_text_shows_its_length_alone() {
        let shown = typed("4711\n李").shown(20, 4, Some("∙"));
        assert_eq!(shown, ShownText { lines: vec!["∙∙∙∙".to_owned(), "∙".to_owned()], cursor: (1, 1) });
    }

    #[test]
    fn it_never_leaves_its_place_and_says_what_did_not_fit() {
        let mut typed = TypedText::default();
        let place = typed.value().as_ptr();
        assert!(!typed.paste(&"\u{10ffff}".repeat(LONGEST + 1)));
        assert_eq!((typed.value().chars().count(), typed.value().as_ptr()), (LONGEST, place), "what moves leaves an unwiped copy");
        typed.replace("short");
        assert_eq!((typed.value(), typed.value().as_ptr(), typed.is_at_end()), ("short", place, true));
    }

    proptest! {
        #[test]
        fn every_character_is_on_one_row_and_the_cursor_on_a_row(text in "[a-z 李ு\n]{0,60}", room in 1usize..30, steps in proptest::collection::vec(any::<bool>(), 0..8)) {
            let mut typed = typed(&text);
            let all: usize = typed.rows(room).iter().map(|row| row.characters).sum();
            prop_assert_eq!(all, typed.value().chars().filter(|letter| *letter != '\n').count());
            for down in steps {
                typed.step(down, room);
                let shown = typed.shown(room, 3, None);
                prop_assert!(shown.cursor.1 < shown.lines.len().max(1));
            }
        }
    }
}
