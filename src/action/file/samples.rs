//! Rows of a file that show what will arrive: the first and the longest of each language.

use std::fmt;

use super::cells::RowTexts;
use super::header::{Header, Role};
use super::sizes::MeasuredText;
use crate::delivery::{LANGUAGES, Recipient, TextSize, clean};

/// A row as it will arrive.
#[derive(Clone, PartialEq, Eq)]
pub struct FileSample {
    /// The row, as a spreadsheet counts.
    pub row: u32,
    /// To whom it goes.
    pub recipient: Recipient,
    /// Its language, in the API's word.
    pub language: &'static str,
    /// Whether no row in this language is longer, and an earlier one is shown as well.
    pub is_longest: bool,
    /// The values, by the names of their columns.
    pub values: Vec<(String, String)>,
    /// The text as it will arrive; `None` where the template is not known.
    pub text: Option<String>,
    /// The size of the text; `None` unless it is known with header and footer.
    pub size: Option<TextSize>,
}

impl fmt::Debug for FileSample {
    /// Without number and text.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FileSample(row {}, {}, {:?})", self.row, self.language, self.size)
    }
}

/// The samples found so far.
#[derive(Default)]
pub(super) struct Samples {
    by_language: [OfLanguage; LANGUAGES.len()],
}

#[derive(Default)]
struct OfLanguage {
    first: Option<FileSample>,
    longest: Option<FileSample>,
    /// How many characters the longest has.
    characters: usize,
}

/// A row without a mistake.
pub(super) struct GoodRow<'a> {
    pub row: u32,
    pub language: usize,
    pub recipient: u64,
    pub cells: RowTexts<'a>,
    pub header: &'a Header,
    pub text: Option<&'a MeasuredText>,
    pub size: Option<TextSize>,
    /// How many characters its text has, or, where that is not known, its values.
    pub characters: usize,
}

impl Samples {
    /// Keeps a row that is the first or the longest.
    pub fn offer(&mut self, row: &GoodRow<'_>) {
        let Some(known) = self.by_language.get_mut(row.language) else { return };
        if known.first.is_none() {
            known.first = Some(row.sample(false));
            known.characters = row.characters;
        } else if row.characters > known.characters {
            known.longest = Some(row.sample(true));
            known.characters = row.characters;
        }
    }

    /// All of them, by language and row.
    pub fn into_vec(self) -> Vec<FileSample> {
        self.by_language.into_iter().flat_map(|known| known.first.into_iter().chain(known.longest)).collect()
    }
}

impl GoodRow<'_> {
    fn sample(&self, is_longest: bool) -> FileSample {
        let cells = self.cells;
        let value = |index: usize| cells.text(index);
        let columns = (0..cells.len()).filter(|index| self.header.roles.get(*index) == Some(&Role::Value));
        FileSample {
            row: self.row,
            recipient: Recipient::new(self.recipient.to_string()),
            language: LANGUAGES.get(self.language).copied().unwrap_or_default(),
            is_longest,
            values: columns.map(|index| (self.header.names[index].clone(), clean(value(index)).into_owned())).collect(),
            text: self.text.map(|text| text.text(value)),
            size: self.size,
        }
    }
}
