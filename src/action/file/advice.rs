//! What should be known before a file is sent, and does not keep it back.

use hashbrown::HashMap;

use super::kind::Letters;
use crate::action::length::longer_than_advised;
use crate::delivery::{agreeing, counted};

/// How many rows are named.
const MOST_ROWS: usize = 8;

/// How many characters are gathered for one sentence.
const MOST_LETTERS: usize = 64;

/// A kind of advice, in the order of its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AdviceKind {
    /// The same number is in several rows.
    SameNumber,
    /// The number had a message already.
    HadMessage,
    /// The number ends with so many zeros that a spreadsheet may have rounded it.
    ManyZeros,
    /// The number does not have the form of its country's numbers.
    UnusualNumber,
    /// The number is abroad.
    Abroad,
    /// The language was not seen in this campaign.
    LanguageNotSeen,
    /// Some language's text has no such variable.
    ColumnUnknown,
    /// A variable of some language's text has no column.
    ColumnMissing,
    /// A value of question marks: its characters may be lost.
    QuestionMarks,
    /// A value that says that there is none: `NULL`, `#N/A`.
    NoValue,
    /// `\n` as two characters.
    LiteralLineBreak,
    /// A `{{variable}}`, which is not filled in inside a value.
    Placeholder,
    /// Characters of the values make a text UCS-2, of which less goes into a segment.
    Ucs2,
    /// The body is longer than what is advised.
    LongBody,
}

/// One piece of advice, about one column or the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAdvice {
    /// What it is.
    pub kind: AdviceKind,
    /// The name of the column.
    pub column: Option<String>,
    /// How many rows it is about; of the same numbers, how many numbers.
    pub count: u32,
    /// In how many rows it is: of the same numbers, in how many they are.
    pub row_count: u32,
    /// The first of these rows, as a spreadsheet counts.
    pub rows: Vec<u32>,
    /// The sentence about it. It has no text of a cell in it.
    pub words: String,
}

impl AdviceKind {
    /// The word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            AdviceKind::SameNumber => "same-number",
            AdviceKind::HadMessage => "had-message",
            AdviceKind::ManyZeros => "many-zeros",
            AdviceKind::UnusualNumber => "unusual-number",
            AdviceKind::Abroad => "abroad",
            AdviceKind::LanguageNotSeen => "language-not-seen",
            AdviceKind::ColumnUnknown => "column-unknown",
            AdviceKind::ColumnMissing => "column-missing",
            AdviceKind::QuestionMarks => "question-marks",
            AdviceKind::NoValue => "no-value",
            AdviceKind::LiteralLineBreak => "literal-line-break",
            AdviceKind::Placeholder => "placeholder",
            AdviceKind::Ucs2 => "ucs-2",
            AdviceKind::LongBody => "long-body",
        }
    }
}

/// Counts while the rows are read.
#[derive(Default)]
pub(super) struct AdviceCounts {
    counts: HashMap<(AdviceKind, usize), Counted>,
}

/// What is counted of one kind in one column.
#[derive(Default)]
pub(super) struct Counted {
    pub count: u32,
    pub rows: Vec<u32>,
    pub letters: Vec<char>,
    /// Of the same numbers, in how many rows they are.
    pub repeated: u32,
}

/// Instead of a column's number.
const NO_COLUMN: usize = usize::MAX;

impl AdviceCounts {
    /// Counts a row.
    pub fn add(&mut self, kind: AdviceKind, column: Option<usize>, row: u32) -> &mut Counted {
        let counted = self.counts.entry((kind, column.unwrap_or(NO_COLUMN))).or_default();
        counted.count += 1;
        if counted.rows.len() < MOST_ROWS {
            counted.rows.push(row);
        }
        counted
    }

    /// What was counted, in order.
    pub fn into_sorted(self) -> Vec<(AdviceKind, Option<usize>, Counted)> {
        let mut sorted: Vec<_> = self.counts.into_iter().map(|((kind, column), counted)| (kind, column, counted)).collect();
        sorted.sort_by_key(|(kind, column, _)| (*kind, *column));
        sorted.into_iter().map(|(kind, column, counted)| (kind, Some(column).filter(|column| *column != NO_COLUMN), counted)).collect()
    }
}

impl Counted {
    /// In how many rows it is.
    pub fn row_count(&self) -> u32 {
        self.count.max(self.repeated)
    }

    /// Gathers the characters of a row.
    pub fn gather(&mut self, letters: impl Iterator<Item = char>) {
        for letter in letters {
            if self.letters.len() >= MOST_LETTERS {
                return;
            }
            if !self.letters.contains(&letter) {
                self.letters.push(letter);
            }
        }
    }

    /// The sentence about what was counted. `seen`: the languages of the campaign, for one that is not among them.
    pub fn words(&self, kind: AdviceKind, is_whole: bool, seen: &str) -> String {
        let number = self.count as usize;
        let numbers = counted(number, "number");
        let rows = counted(number, "row");
        let (has, goes) = (agreeing(number, "has", "have"), agreeing(number, "goes", "go"));
        match kind {
            AdviceKind::SameNumber if self.repeated as usize == number * 2 => {
                format!("{numbers} {} twice", agreeing(number, "appears", "appear"))
            }
            AdviceKind::SameNumber => {
                let in_rows = counted(self.repeated as usize, "row");
                format!("{numbers} {} more than once, in {in_rows}", agreeing(number, "appears", "appear"))
            }
            AdviceKind::HadMessage => {
                let among = if is_whole { "" } else { ", as far as the loaded messages show" };
                format!("{rows} {goes} to a number that had a message today{among}")
            }
            AdviceKind::ManyZeros => format!("{rows} {has} a number that ends with many zeros: did a spreadsheet round it?"),
            AdviceKind::UnusualNumber => {
                format!("{rows} {has} an unusual number: numbers in Singapore begin with 3, 6, 8 or 9 after 65")
            }
            AdviceKind::Abroad => {
                format!("{rows} {goes} abroad: the last status there is \"with telco\", and the price is that for abroad")
            }
            AdviceKind::LanguageNotSeen => {
                format!("{rows} {has} a new language: this campaign has only used {seen}, and Postman may refuse another")
            }
            AdviceKind::QuestionMarks => {
                format!("runs of question marks in {rows}: were letters lost when it was saved as CSV instead of CSV UTF-8?")
            }
            AdviceKind::NoValue => format!("NULL, #N/A or the like in {rows}: is the value missing?"),
            AdviceKind::LiteralLineBreak => format!("\\n in {rows}: it is sent as these two characters, not as a line break"),
            AdviceKind::Placeholder => format!("a {{{{variable}}}} in {rows}: it is not filled in inside a value"),
            AdviceKind::Ucs2 => {
                let letters = Letters::of(&self.letters);
                let make = agreeing(self.letters.len(), "makes", "make");
                format!("{} {make} {rows} UCS-2, of which less goes into a segment", letters.words())
            }
            AdviceKind::LongBody => longer_than_advised(&rows),
            AdviceKind::ColumnUnknown | AdviceKind::ColumnMissing => "no known text of the campaign has such a variable".to_owned(),
        }
    }
}
