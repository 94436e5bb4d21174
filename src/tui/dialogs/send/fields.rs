//! What is typed into the form: its fields, the one with the focus, and the message that they make.

use crate::action::{DraftField, TypedDraft};
use crate::delivery::{KnownText, KnownTexts, LANGUAGES, TemplatePart, parts};
use crate::tui::widgets::typed_line::TypedLine;
use crate::tui::widgets::typed_text::TypedText;

/// A part of the form that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SendField {
    To,
    Language,
    /// The name of a value, by its index: only where the template is not known.
    Name(usize),
    /// A value, by its index.
    Value(usize),
    /// One more value.
    Add,
    Review,
}

/// A value, and which of the template's variables it fills.
#[derive(Debug, Default)]
pub(super) struct ValueRow {
    pub name: TypedLine,
    pub value: TypedText,
    /// Whether it fills a whole line of the template, so that it can be a text of its own.
    pub is_text: bool,
    /// Whether its mistakes are shown: not before it was left for the first time.
    pub is_judged: bool,
}

impl ValueRow {
    fn named(name: &str) -> Self {
        let mut row = Self::default();
        row.name.replace(name);
        row
    }

    /// The same in memory of its own, with as much room.
    fn copy(&self) -> Self {
        let mut copy = Self { is_text: self.is_text, is_judged: self.is_judged, ..Self::named(self.name.value()) };
        copy.value.replace(self.value.value());
        copy
    }

    fn is_blank(&self) -> bool {
        self.name.is_empty() && self.value.is_empty()
    }

    /// Whether Enter begins a new line in it.
    pub fn has_lines(&self) -> bool {
        self.is_text || self.value.has_lines()
    }
}

/// Everything that was typed: kept while the form is closed, until the message was sent; wiped at the end.
#[derive(Debug)]
pub(in crate::tui) struct SendDraft {
    pub(super) to: TypedLine,
    pub(super) is_to_judged: bool,
    pub(super) language: String,
    pub(super) rows: Vec<ValueRow>,
    /// Values of another language's template, which this one does not have.
    parked: Vec<ValueRow>,
    /// Whether the names are typed as well: no template is known.
    pub(super) is_free: bool,
    pub(super) focus: SendField,
}

impl Drop for SendDraft {
    fn drop(&mut self) {
        self.to.wipe();
        for row in self.rows.iter_mut().chain(&mut self.parked) {
            row.name.wipe();
            row.value.wipe();
        }
    }
}

impl SendDraft {
    /// An empty one, in the language that is used most.
    pub(super) fn new(known: &KnownTexts) -> Self {
        let language = known.languages().next().unwrap_or(LANGUAGES[0]).to_owned();
        let mut draft = Self {
            to: TypedLine::default(),
            is_to_judged: false,
            language,
            rows: Vec::new(),
            parked: Vec::new(),
            is_free: true,
            focus: SendField::To,
        };
        draft.arrange(known);
        draft
    }

    /// The same in memory of its own.
    pub(super) fn copy(&self) -> Self {
        let mut to = TypedLine::default();
        to.replace(self.to.value());
        let copy = |rows: &[ValueRow]| rows.iter().map(ValueRow::copy).collect();
        let Self { is_to_judged, is_free, focus, .. } = *self;
        Self { to, is_to_judged, language: self.language.clone(), rows: copy(&self.rows), parked: copy(&self.parked), is_free, focus }
    }

    /// Has a field for each variable of the template. What was typed stays with its name.
    pub(super) fn arrange(&mut self, known: &KnownTexts) {
        let names = known.variables(&self.language);
        let template = known.of(&self.language);
        let mut all: Vec<ValueRow> = std::mem::take(&mut self.rows).into_iter().chain(std::mem::take(&mut self.parked)).collect();
        self.is_free = names.is_empty() && template.is_none();
        if self.is_free {
            all.retain(|row| !row.value.is_empty());
            self.rows = all;
            if self.rows.is_empty() {
                self.rows.push(ValueRow::default());
            }
        } else {
            for name in names {
                let typed = all.iter().position(|row| row.name.value().trim() == name);
                let mut row = typed.map_or_else(|| ValueRow::named(&name), |index| all.remove(index));
                row.is_text = template.is_some_and(|template| is_line_of_its_own(template, &name));
                self.rows.push(row);
            }
            all.retain(|row| !row.value.is_empty());
            self.parked = all;
        }
        if !self.spots().contains(&self.focus) {
            self.focus = SendField::Language;
        }
    }

    /// The parts of the form, in their order.
    pub(super) fn spots(&self) -> Vec<SendField> {
        let values = (0..self.rows.len()).flat_map(|index| match self.is_free {
            true => vec![SendField::Name(index), SendField::Value(index)],
            false => vec![SendField::Value(index)],
        });
        let add = self.is_free.then_some(SendField::Add);
        [SendField::To, SendField::Language].into_iter().chain(values).chain(add).chain([SendField::Review]).collect()
    }

    /// To the next part, or the one before; the ends join.
    pub(super) fn step(&mut self, steps: isize) {
        let spots = self.spots();
        let at = spots.iter().position(|spot| *spot == self.focus).unwrap_or_default();
        let to = at.checked_add_signed(steps).unwrap_or(spots.len() - 1) % spots.len();
        self.go(spots.get(to).copied().unwrap_or(SendField::To));
    }

    pub(super) fn go(&mut self, spot: SendField) {
        if spot == self.focus {
            return;
        }
        match self.focus {
            SendField::To => self.is_to_judged = true,
            SendField::Value(index) => {
                if let Some(row) = self.rows.get_mut(index) {
                    row.is_judged = true;
                }
            }
            _ => {}
        }
        self.focus = spot;
    }

    /// Shows every mistake.
    pub(super) fn judge(&mut self) {
        self.is_to_judged = true;
        for row in &mut self.rows {
            row.is_judged = true;
        }
    }

    /// Another language: of those that are used here, then of all.
    pub(super) fn turn_language(&mut self, steps: isize, known: &KnownTexts) {
        let languages = languages(known);
        let at = languages.iter().position(|language| *language == self.language).unwrap_or_default();
        let to = at.checked_add_signed(steps).unwrap_or(languages.len() - 1) % languages.len();
        if let Some(language) = languages.get(to) {
            self.language.clone_from(language);
            self.arrange(known);
            self.focus = SendField::Language;
        }
    }

    /// One more value, with a name of its own.
    pub(super) fn add(&mut self) {
        let blank = self.rows.iter().position(ValueRow::is_blank);
        let index = blank.unwrap_or_else(|| {
            self.rows.push(ValueRow::default());
            self.rows.len() - 1
        });
        self.go(SendField::Name(index));
    }

    /// Removes the value with the focus, where its name is typed. Whether it did.
    pub(super) fn remove(&mut self) -> bool {
        let (SendField::Name(index) | SendField::Value(index)) = self.focus else { return false };
        if !self.is_free || index >= self.rows.len() {
            return false;
        }
        let mut row = self.rows.remove(index);
        row.name.wipe();
        row.value.wipe();
        if self.rows.is_empty() {
            self.rows.push(ValueRow::default());
        }
        self.focus = SendField::Name(index.min(self.rows.len() - 1));
        true
    }

    /// The value with the focus.
    pub(super) fn value(&self) -> Option<&ValueRow> {
        match self.focus {
            SendField::Value(index) => self.rows.get(index),
            _ => None,
        }
    }

    pub(super) fn value_mut(&mut self) -> Option<&mut ValueRow> {
        match self.focus {
            SendField::Value(index) => self.rows.get_mut(index),
            _ => None,
        }
    }

    /// The line with the focus, where it is one.
    pub(super) fn line_mut(&mut self) -> Option<&mut TypedLine> {
        match self.focus {
            SendField::To => Some(&mut self.to),
            SendField::Name(index) => self.rows.get_mut(index).map(|row| &mut row.name),
            _ => None,
        }
    }

    /// Whether anything was typed besides the number.
    pub(super) fn has_values(&self) -> bool {
        self.rows.iter().chain(&self.parked).any(|row| !row.value.is_empty())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.to.is_empty() && !self.has_values()
    }

    /// The message as it was typed. A value without name and text is none.
    pub(super) fn typed(&self) -> TypedDraft {
        let rows = self.rows.iter().filter(|row| !self.is_free || !row.is_blank());
        TypedDraft {
            to: self.to.value().to_owned(),
            language: self.language.clone(),
            values: rows.map(|row| (row.name.value().trim().to_owned(), row.value.value().to_owned())).collect(),
        }
    }

    /// Where a remark belongs; `None` for what is about the whole text.
    pub(super) fn spot_of(&self, field: &DraftField) -> Option<SendField> {
        match field {
            DraftField::To => Some(SendField::To),
            DraftField::Language => Some(SendField::Language),
            DraftField::Value(name) => self.rows.iter().position(|row| row.name.value().trim() == name).map(SendField::Value),
            DraftField::Text => None,
        }
    }

    /// Whether mistakes of a part are shown: what is still being typed for the first time is not finished.
    pub(super) fn is_judged(&self, spot: SendField) -> bool {
        match spot {
            SendField::To => self.is_to_judged,
            SendField::Value(index) => self.rows.get(index).is_some_and(|row| row.is_judged),
            _ => true,
        }
    }
}

/// The languages to choose from: those that are used here, the most used first, then the API's others.
pub(super) fn languages(known: &KnownTexts) -> Vec<String> {
    let mut all: Vec<String> = known.languages().map(str::to_owned).collect();
    let others: Vec<String> = LANGUAGES.iter().map(|language| (*language).to_owned()).filter(|language| !all.contains(language)).collect();
    all.extend(others);
    all
}

/// Whether a variable is alone on a line of the template.
fn is_line_of_its_own(template: &KnownText, name: &str) -> bool {
    template.body.lines().any(|line| {
        let mut parts = parts(line.trim());
        matches!((parts.next(), parts.next()), (Some(TemplatePart::Variable(variable)), None) if variable == name)
    })
}
