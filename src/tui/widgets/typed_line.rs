//! A line for typing: its text, the keys that edit it, and as much of it as fits on the screen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};
use zeroize::Zeroize as _;

use crate::delivery::clean_line;
use crate::tui::text::{cut, width};

/// The longest line, in characters: far more than any number has, or the path of a file.
const LONGEST: usize = 1_000;

/// What is typed may be a key or a recipient, so `Debug` shows its length alone.
#[derive(Clone)]
pub(in crate::tui) struct TypedLine {
    input: Input,
    longest: usize,
    /// Whether its text is a proposal: the first typed letter replaces it.
    is_proposal: bool,
}

impl Default for TypedLine {
    fn default() -> Self {
        Self::with_limit(LONGEST)
    }
}

impl std::fmt::Debug for TypedLine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "TypedLine({} characters)", self.value().chars().count())
    }
}

impl TypedLine {
    /// An empty line for so many characters.
    pub fn with_limit(longest: usize) -> Self {
        // Room for all of it from the start: a growing string leaves its old memory behind, unwiped.
        Self { input: Input::new(String::with_capacity(longest * char::MAX.len_utf8())), longest, is_proposal: false }
    }

    /// A line with this text in it.
    pub fn with_text(text: &str) -> Self {
        Self { input: Input::new(text.to_owned()), ..Self::default() }
    }

    /// The same line with its text as a proposal.
    pub fn proposed(self) -> Self {
        Self { is_proposal: !self.is_empty(), ..self }
    }

    pub fn value(&self) -> &str {
        self.input.value()
    }

    pub fn is_empty(&self) -> bool {
        self.value().is_empty()
    }

    pub fn is_proposal(&self) -> bool {
        self.is_proposal
    }

    /// A key. False where it does nothing in a line of text.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        request(key).is_some_and(|request| self.edit(request))
    }

    /// Pasted text, all of it in one line. False where not all of it fitted.
    pub fn paste(&mut self, text: &str) -> bool {
        self.insert(&clean_line(text.trim()))
    }

    /// A text at the cursor. False where not all of it fitted.
    pub fn insert(&mut self, text: &str) -> bool {
        text.chars().all(|letter| self.edit(InputRequest::InsertChar(letter)))
    }

    /// The first line of pasted text.
    pub fn paste_first(&mut self, text: &str) {
        let _ = self.paste(text.trim().lines().next().unwrap_or_default());
    }

    fn edit(&mut self, request: InputRequest) -> bool {
        let inserts = matches!(request, InputRequest::InsertChar(_));
        if inserts && self.value().chars().count() >= self.longest {
            return false;
        }
        if std::mem::take(&mut self.is_proposal) && inserts {
            self.input.reset();
        }
        match request {
            // The library keeps a copy of what these delete, which nobody can bring back here, and nobody could wipe.
            InputRequest::DeletePrevWord => self.delete_back_to(InputRequest::GoToPrevWord),
            InputRequest::DeleteFromStart => self.delete_back_to(InputRequest::GoToStart),
            _ => {
                self.input.handle(request);
            }
        }
        true
    }

    /// Deletes from where a movement would lead to up to the cursor.
    fn delete_back_to(&mut self, movement: InputRequest) {
        let end = self.input.cursor();
        self.input.handle(movement);
        let start = self.input.cursor();
        self.input.handle(InputRequest::SetCursor(end));
        while self.input.cursor() > start && self.input.handle(InputRequest::DeletePrevChar).is_some() {}
    }

    /// The cursor, in characters from the start.
    pub fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// Puts the cursor so many characters from the start, or at the end.
    pub fn set_cursor(&mut self, characters: usize) {
        self.input.handle(InputRequest::SetCursor(characters));
    }

    /// Whether the cursor is behind the text.
    pub fn is_at_end(&self) -> bool {
        self.cursor() == self.value().chars().count()
    }

    /// Puts a text in place of what is there.
    pub fn replace(&mut self, text: &str) {
        self.set_cursor(usize::MAX);
        self.edit(InputRequest::DeleteFromStart);
        self.insert(text);
    }

    /// The same with this sign for every character.
    pub fn hidden(&self, sign: &str) -> Self {
        let signs = sign.repeat(self.value().chars().count());
        Self { input: Input::new(signs).with_cursor(self.input.cursor()), ..*self }
    }

    /// The part of the text around the cursor that has room in so many columns, and the cursor's column.
    pub fn shown(&self, room: usize) -> (String, usize) {
        // The cursor needs a column, too.
        let scroll = self.input.visual_scroll(room.saturating_sub(1));
        let mut skipped = 0;
        let shown = self.value().chars().skip_while(|letter| {
            let skips = skipped < scroll;
            skipped += width(letter.encode_utf8(&mut [0; 4]));
            skips
        });
        (cut(&shown.collect::<String>(), room).into_owned(), self.input.visual_cursor().saturating_sub(scroll))
    }

    /// Overwrites the text in memory.
    pub fn wipe(&mut self) {
        String::from(std::mem::take(&mut self.input)).zeroize();
    }
}

/// The edit that a key makes.
fn request(key: KeyEvent) -> Option<InputRequest> {
    let is_plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    Some(match key.code {
        KeyCode::Char(letter) if is_plain => InputRequest::InsertChar(letter),
        KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => InputRequest::DeleteFromStart,
        KeyCode::Char('w') if key.modifiers == KeyModifiers::CONTROL => InputRequest::DeletePrevWord,
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return None,
    })
}
