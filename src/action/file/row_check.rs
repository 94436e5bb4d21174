//! The check of one row after another, and what is counted on the way.

use memchr::{memchr, memchr2};

use super::FileRules;
use super::advice::{AdviceCounts, AdviceKind};
use super::cells::{RowReader, RowTexts};
use super::decoding::Encoding;
use super::header::{Expected, Header, Role, cells_words};
use super::kind::{Detail, MistakeKind};
use super::mistakes::Mistakes;
use super::number::{NumberCell, ends_with_many_zeros};
use super::rows::{CellForm, Row, RowEnd, formula};
use super::samples::{GoodRow, Samples};
use super::sizes::MeasuredText;
use crate::action::charges::{SegmentSum, Segments};
use crate::action::length::{LONGEST_BODY, LengthFault};
use crate::action::value::faults;
use crate::delivery::{Coding, LANGUAGES, RecipientKind, TextSize, TextSum, beyond_gsm, is_usual_number};

/// Checks rows.
pub(super) struct RowCheck {
    pub header: Header,
    pub mistakes: Mistakes,
    pub advice: AdviceCounts,
    pub samples: Samples,
    /// The rows with something in them.
    pub rows: u32,
    /// How many rows each language has.
    pub languages: [u32; LANGUAGES.len()],
    /// How many rows take 1, 2, … segments.
    pub segments: Vec<u32>,
    pub cost: SegmentSum,
    /// The numbers that are right, and their rows.
    pub numbers: Vec<u64>,
    pub number_rows: Vec<u32>,
    /// Whether Chinese or Tamil values have bytes that were decoded as Windows-1252, which has no such letters.
    pub has_foreign_letters: bool,
    texts: Vec<Option<MeasuredText>>,
    /// What the texts are known from.
    told_by: String,
    /// What the value in each column takes.
    sums: Vec<TextSum>,
}

/// A number that is right.
#[derive(Clone, Copy)]
struct GoodNumber {
    digits: u64,
    is_abroad: bool,
}

/// A cell's text without a formula around it, and whether there is one. One without anything in it is an empty cell.
pub(super) fn plain_text(cell: &str) -> (&str, bool) {
    let inside = formula(cell.trim().as_bytes()).and_then(|inside| std::str::from_utf8(inside).ok());
    inside.map_or((cell, false), |inside| if inside.trim().is_empty() { ("", false) } else { (inside, true) })
}

/// What is wrong with how a cell is written, so that nothing can be said about what is in it.
pub(super) fn form_mistake(cells: &RowTexts<'_>, index: usize) -> Option<(MistakeKind, Detail)> {
    let kind = match cells.form(index) {
        CellForm::Plain | CellForm::Quoted | CellForm::Escaped if cells.is_utf8(index) => return None,
        CellForm::Plain | CellForm::Quoted | CellForm::Escaped => MistakeKind::NotUtf8,
        CellForm::TextAfterQuote => MistakeKind::TextAfterQuote,
        CellForm::Open => MistakeKind::QuoteNotClosed,
        CellForm::QuoteInside => {
            let has_space = cells.raw(index).trim_ascii_start().starts_with(b"\"");
            return Some((MistakeKind::QuoteInside, if has_space { Detail::Ends(Some(' '), None) } else { Detail::None }));
        }
    };
    Some((kind, Detail::None))
}

impl RowCheck {
    /// The check of the rows below a header.
    pub fn new(header: Header, mistakes: Mistakes, rules: &FileRules) -> Self {
        let texts = LANGUAGES.map(|language| {
            let known = rules.known.of(language)?;
            MeasuredText::new(known, |name| header.of_variable(name))
        });
        let expected = Expected::new(&rules.known);
        let mut check = Self {
            told_by: expected.text_told_by(),
            sums: vec![TextSum::default(); header.names.len()],
            header,
            mistakes,
            advice: AdviceCounts::default(),
            samples: Samples::default(),
            rows: 0,
            languages: [0; LANGUAGES.len()],
            segments: Vec::new(),
            cost: SegmentSum::default(),
            numbers: Vec::new(),
            number_rows: Vec::new(),
            has_foreign_letters: false,
            texts: texts.into_iter().collect(),
        };
        check.advise_columns(&expected);
        check
    }

    /// Where the languages have different variables, a file for one of them is right without those of the others.
    fn advise_columns(&mut self, expected: &Expected<'_>) {
        if expected.agree() || expected.names().is_empty() || self.header.is_missing {
            return;
        }
        let names = expected.names();
        for index in 0..self.header.names.len() {
            if self.header.roles[index] == Role::Value && !names.contains(&self.header.names[index].as_str()) {
                self.advice.add(AdviceKind::ColumnUnknown, Some(index), self.header.row);
            }
        }
    }

    /// Checks a row.
    pub fn check(&mut self, number: u32, row: &Row<'_>, separator: u8, reader: &mut RowReader, rules: &FileRules, encoding: Encoding) {
        let before = self.rows;
        self.check_row(number, row, separator, reader, rules, encoding);
        if self.rows > before {
            self.mistakes.end_message(number);
        }
    }

    fn check_row(&mut self, number: u32, row: &Row<'_>, separator: u8, reader: &mut RowReader, rules: &FileRules, encoding: Encoding) {
        let cells = reader.read(row.bytes, separator);
        let columns = self.header.names.len();
        if row.end == RowEnd::OpenQuote {
            let last = self.header.column((cells.len() - 1).min(columns.saturating_sub(1)));
            self.rows += 1;
            return self.mistakes.of_row(number, last, MistakeKind::QuoteNotClosed, Detail::None);
        }
        if row.is_cut {
            self.rows += 1;
            return self.mistakes.of_row(number, None, MistakeKind::RowTooLong, Detail::None);
        }
        if cells.is_empty() {
            return self.mistakes.of_row(number, None, MistakeKind::EmptyRow, Detail::None);
        }
        self.rows += 1;
        let mut is_written_well = true;
        for index in 0..cells.len() {
            if let Some((kind, detail)) = form_mistake(&cells, index) {
                is_written_well = false;
                self.mistakes.of_row(number, self.header.column(index), kind, detail);
            }
        }
        if cells.len() != columns {
            let kind = if cells.len() < columns { MistakeKind::TooFewCells } else { MistakeKind::TooManyCells };
            if is_written_well {
                let detail = Detail::Number(cells.len() as u32);
                self.mistakes.add(Some(number), None, kind, detail, |detail| match detail {
                    Detail::Number(cells) => cells_words(cells as usize, columns),
                    _ => kind.words(detail),
                });
            }
            return self.cost.add(None);
        }
        self.check_cells(number, cells, rules, encoding, is_written_well);
    }

    fn check_cells(&mut self, number: u32, cells: RowTexts<'_>, rules: &FileRules, encoding: Encoding, is_written_well: bool) {
        let language = self.language(number, &cells, rules);
        let mut recipient = None;
        let mut is_complete = is_written_well;
        for index in 0..cells.len() {
            if form_mistake(&cells, index).is_some() {
                continue;
            }
            match self.header.roles[index] {
                Role::Recipient => recipient = self.recipient(number, index, cells.text(index), rules),
                Role::Value => {
                    is_complete &= self.value(number, index, cells.text(index), language);
                    self.has_foreign_letters |=
                        encoding == Encoding::Windows1252 && has_own_letters(language) && !cells.text(index).is_ascii();
                }
                Role::Language | Role::Unnamed => {}
            }
        }
        let known = language.and_then(|language| self.texts[language].as_ref());
        let text = known.filter(|_| is_complete);
        let sized = text.map(|text| text.size(&self.sums, |index| cells.text(index)));
        let is_whole = text.is_some_and(MeasuredText::is_whole);
        let size = sized.map(|(size, _)| size).filter(|_| is_whole);
        match sized.and_then(|(size, body)| LengthFault::of(body, size)).map(MistakeKind::of_length) {
            Some(Some((kind, detail))) => self.mistakes.of_known_text(number, kind, detail, &self.told_by),
            Some(None) => drop(self.advice.add(AdviceKind::LongBody, None, number)),
            None => {}
        }
        self.count(size, recipient);
        if let (Some(language), Some(recipient)) = (language, recipient)
            && self.mistakes.last_row() != Some(number)
        {
            let of_values = || self.sums.iter().map(|sum| sum.characters).sum();
            let characters = sized.map_or_else(of_values, |(size, _)| size.characters);
            let (recipient, text) = (recipient.digits, self.texts[language].as_ref().filter(|_| is_complete));
            self.samples.offer(&GoodRow { row: number, language, recipient, cells, header: &self.header, text, size, characters });
        }
    }

    /// Counts a row of this size to this number.
    fn count(&mut self, size: Option<TextSize>, recipient: Option<GoodNumber>) {
        if let Some(size) = size {
            let segments = size.segments as usize;
            if self.segments.len() < segments {
                self.segments.resize(segments, 0);
            }
            self.segments[segments - 1] += 1;
        }
        self.cost.add(size.zip(recipient).map(|(size, number)| Segments::of_text(size, number.is_abroad)));
    }

    /// The language of a row, by its place in [`LANGUAGES`].
    fn language(&mut self, number: u32, cells: &RowTexts<'_>, rules: &FileRules) -> Option<usize> {
        let index = self.header.roles.iter().position(|role| *role == Role::Language)?;
        if form_mistake(cells, index).is_some() {
            return None;
        }
        let column = self.header.column(index);
        let (text, is_formula) = plain_text(cells.text(index));
        if is_formula {
            self.mistakes.of_row(number, column, MistakeKind::Formula, Detail::None);
        }
        let trimmed = text.trim();
        if trimmed.is_empty() {
            self.mistakes.of_row(number, column, MistakeKind::EmptyCell, Detail::None);
            return None;
        }
        if trimmed != text {
            let is_space = |letter: &char| letter.is_whitespace();
            let ends = Detail::Ends(text.chars().next().filter(is_space), text.chars().next_back().filter(is_space));
            self.mistakes.of_row(number, column, MistakeKind::Space, ends);
        }
        let Some(language) = LANGUAGES.iter().position(|known| known.eq_ignore_ascii_case(trimmed)) else {
            self.mistakes.of_row(number, column, MistakeKind::Language, Detail::None);
            return None;
        };
        self.languages[language] += 1;
        let mut seen = rules.known.languages().peekable();
        if seen.peek().is_some() && !seen.any(|seen| seen == LANGUAGES[language]) {
            self.advice.add(AdviceKind::LanguageNotSeen, Some(index), number);
        }
        Some(language)
    }

    /// The number of a row, where it is right.
    fn recipient(&mut self, number: u32, index: usize, text: &str, rules: &FileRules) -> Option<GoodNumber> {
        let column = self.header.column(index);
        let (text, is_formula) = plain_text(text);
        if is_formula {
            self.mistakes.of_row(number, column, MistakeKind::Formula, Detail::None);
        }
        let (kind, detail) = match NumberCell::of(text) {
            NumberCell::Right(digits) => {
                self.know_number(digits, text, number, index, rules);
                return Some(GoodNumber { digits, is_abroad: RecipientKind::of(text) == RecipientKind::Abroad });
            }
            NumberCell::Correctable(_, kind, detail) | NumberCell::Wrong(kind, detail) => (kind, detail),
        };
        self.mistakes.of_row(number, column, kind, detail);
        None
    }

    fn know_number(&mut self, digits: u64, text: &str, row: u32, index: usize, rules: &FileRules) {
        self.numbers.push(digits);
        self.number_rows.push(row);
        if rules.had_message.contains(digits) {
            self.advice.add(AdviceKind::HadMessage, Some(index), row);
        }
        if ends_with_many_zeros(digits) {
            self.advice.add(AdviceKind::ManyZeros, Some(index), row);
        }
        if RecipientKind::of(text) == RecipientKind::Abroad {
            self.advice.add(AdviceKind::Abroad, Some(index), row);
        } else if !is_usual_number(text) {
            self.advice.add(AdviceKind::UnusualNumber, Some(index), row);
        }
    }

    /// Whether there is a value, so that the text of the row is complete.
    fn value(&mut self, number: u32, index: usize, text: &str, language: Option<usize>) -> bool {
        let column = self.header.column(index);
        let (text, is_formula) = plain_text(text);
        if is_formula {
            self.mistakes.of_row(number, column, MistakeKind::Formula, Detail::None);
        }
        if memchr(b'\r', text.as_bytes()).is_some() {
            self.mistakes.of_row(number, column, MistakeKind::LineEnds, Detail::None);
            return self.value_of_lines(number, index, &line_feeds(text), language);
        }
        self.value_of_lines(number, index, text, language)
    }

    fn value_of_lines(&mut self, number: u32, index: usize, text: &str, language: Option<usize>) -> bool {
        let is_english = is_any_of(language, &["english"]);
        let (mut is_there, mut is_right) = (true, true);
        for fault in faults(text, is_english) {
            let (kind, detail) = MistakeKind::of_value(&fault);
            is_there &= kind != MistakeKind::EmptyCell;
            if fault.is_allowed_beyond_english() && !is_english {
                self.advice.add(AdviceKind::Placeholder, Some(index), number);
            } else {
                is_right = false;
                self.mistakes.of_row(number, self.header.column(index), kind, detail);
            }
        }
        let sum = TextSum::of(text);
        self.sums[index] = sum;
        if sum.characters > LONGEST_BODY {
            let detail = Detail::Number(u32::try_from(sum.characters).unwrap_or(u32::MAX));
            self.mistakes.of_row(number, self.header.column(index), MistakeKind::BodyTooLong, detail);
        }
        if memchr2(b'\\', b'?', text.as_bytes()).is_some() {
            if text.contains("\\n") {
                self.advice.add(AdviceKind::LiteralLineBreak, Some(index), number);
            }
            if text.contains("??") {
                self.advice.add(AdviceKind::QuestionMarks, Some(index), number);
            }
        }
        if is_no_value(text) {
            self.advice.add(AdviceKind::NoValue, Some(index), number);
        }
        if is_right && sum.coding() == Coding::Ucs2 {
            // Chinese and Tamil are UCS-2 by themselves, and so is a text whose own words are.
            let known = language.and_then(|language| self.texts[language].as_ref());
            let is_ucs2 = known.map_or(has_own_letters(language), |text| text.fixed().coding() == Coding::Ucs2);
            if !is_ucs2 {
                self.advice.add(AdviceKind::Ucs2, Some(index), number).gather(beyond_gsm(text));
            }
        }
        is_there
    }
}

/// Whether it is one of these languages.
fn is_any_of(language: Option<usize>, names: &[&str]) -> bool {
    language.is_some_and(|index| names.contains(&LANGUAGES[index]))
}

/// Whether a language has letters that are in no alphabet of the west.
fn has_own_letters(language: Option<usize>) -> bool {
    is_any_of(language, &["chinese", "tamil"])
}

/// Whether a database or a spreadsheet wrote it where it has no value, or a wrong one.
fn is_no_value(text: &str) -> bool {
    const LONGEST: usize = 9;
    const WORDS: [&str; 13] =
        ["null", "(null)", "\\n", "n/a", "#n/a", "#ref!", "#value!", "#name?", "#div/0!", "nan", "none", "undefined", "nil"];
    (2..=LONGEST).contains(&text.len()) && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Text whose line breaks are line feeds.
pub(super) fn line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
