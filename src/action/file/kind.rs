//! What can be wrong with a file of messages, and the sentence about each.

use crate::action::length::{LengthFault, limits};
use crate::action::value::{MOST_NAMED, ValueFault};
use crate::delivery::{LANGUAGES, PHONE_DIGITS, agreeing, counted, is_invisible, named};

/// A kind of mistake. Any of them keeps the file from being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MistakeKind {
    /// It is something else than a CSV: an Excel workbook, a web page, any other data.
    NotCsv,
    /// It has no bytes, or only blank lines.
    Empty,
    /// Its name does not end in `.csv`.
    FileName,
    /// It has more bytes than the API takes.
    TooLarge,
    /// It is in an encoding that is not recognised for certain.
    UnknownEncoding,
    /// It is in UTF-16 or Windows-1252, not in UTF-8.
    Encoding,
    /// It begins with a byte order mark.
    ByteOrderMark,
    /// Its cells are separated by something else than commas, or its first line says by what.
    Separator,
    /// Its lines end, or those in a cell are broken, by a carriage return.
    LineEnds,
    /// It has a header and no rows.
    NoRows,
    /// It has more rows than this environment takes.
    TooManyRows,
    /// There is no header.
    NoHeader,
    /// The first two columns are not `recipient` and `language`.
    FirstColumns,
    /// A name of the header that no variable can have.
    ColumnName,
    /// A name of the header is right but for its capital letters.
    ColumnCase,
    /// A name of the header appears twice.
    ColumnTwice,
    /// The template has no such variable.
    ColumnUnknown,
    /// A variable of the template has no column.
    ColumnMissing,
    /// A quoted cell is never closed.
    QuoteNotClosed,
    /// There is something behind the quote that closes a cell.
    TextAfterQuote,
    /// There is a quote in a cell that does not begin with one.
    QuoteInside,
    /// The row is longer than any message: a quote is not closed, most likely.
    RowTooLong,
    /// All cells of the row are empty.
    EmptyRow,
    /// It has fewer cells than the header.
    TooFewCells,
    /// It has more cells than the header.
    TooManyCells,
    /// Its bytes are not in the encoding of the file.
    NotUtf8,
    /// A formula that is a spreadsheet's way to keep a text.
    Formula,
    /// There are spaces at an end of the cell.
    Space,
    /// There is no value.
    EmptyCell,
    /// `+`, blanks and hyphens in a number.
    NumberSigns,
    /// A number that was written with decimals: `6580001234.0`.
    NumberDecimals,
    /// A number that a spreadsheet rounded: `6.59E+09`.
    NumberRounded,
    /// A number of Singapore without `65`.
    NumberCountry,
    /// A number that begins with 0.
    NumberZero,
    /// Characters that no number has.
    NumberCharacter,
    /// More than one number.
    NumberSeveral,
    /// A number of a length that none has.
    NumberLength,
    /// A language that the API does not have.
    Language,
    /// A character that cannot be sent.
    Character,
    /// A `{{variable}}`, which is not filled in inside a value.
    Placeholder,
    /// A character that is not allowed in English texts.
    NotInEnglish,
    /// The body is longer than what is sent.
    BodyTooLong,
    /// The text with header and footer is longer than what is sent.
    TextTooLong,
    /// The text takes more segments than are sent.
    TooManySegments,
}

/// What is particular about one mistake, as far as its sentence says it. It holds no text of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Nothing.
    None,
    /// These characters.
    Letters(Letters),
    /// The characters at the beginning and the end.
    Ends(Option<char>, Option<char>),
    /// So many: characters, cells, digits, segments.
    Number(u32),
    /// Different things in different rows.
    Various,
}

/// Some characters, and how many more there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letters {
    named: [char; MOST_NAMED],
    count: u32,
}

impl Letters {
    /// These characters, each once; those that cannot be seen are left out, if there are others.
    pub fn of(letters: &[char]) -> Self {
        let mut found = Self { named: ['\0'; MOST_NAMED], count: 0 };
        let is_visible = letters.iter().any(|letter| !is_invisible(*letter));
        for letter in letters.iter().filter(|letter| !is_visible || !is_invisible(**letter)) {
            if let Some(free) = found.named.get_mut(found.count as usize) {
                *free = *letter;
            }
            found.count += 1;
        }
        found
    }

    /// Their names in a sentence.
    pub fn words(&self) -> String {
        let names: Vec<String> = self.named.iter().take(self.count as usize).map(|letter| named(*letter)).collect();
        match names.as_slice() {
            _ if self.count as usize > MOST_NAMED => format!("{} and {} more", names.join(", "), self.count as usize - MOST_NAMED),
            [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
            _ => names.concat(),
        }
    }

    fn agreeing<'a>(&self, one: &'a str, several: &'a str) -> &'a str {
        agreeing(self.count as usize, one, several)
    }
}

impl MistakeKind {
    /// The word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            MistakeKind::NotCsv => "not-csv",
            MistakeKind::Empty => "empty-file",
            MistakeKind::FileName => "file-name",
            MistakeKind::TooLarge => "too-large",
            MistakeKind::UnknownEncoding => "unknown-encoding",
            MistakeKind::Encoding => "encoding",
            MistakeKind::ByteOrderMark => "byte-order-mark",
            MistakeKind::Separator => "separator",
            MistakeKind::LineEnds => "line-ends",
            MistakeKind::NoRows => "no-rows",
            MistakeKind::TooManyRows => "too-many-rows",
            MistakeKind::NoHeader => "no-header",
            MistakeKind::FirstColumns => "first-columns",
            MistakeKind::ColumnName => "column-name",
            MistakeKind::ColumnCase => "column-case",
            MistakeKind::ColumnTwice => "column-twice",
            MistakeKind::ColumnUnknown => "column-unknown",
            MistakeKind::ColumnMissing => "column-missing",
            MistakeKind::QuoteNotClosed => "quote-not-closed",
            MistakeKind::TextAfterQuote => "text-after-quote",
            MistakeKind::QuoteInside => "quote-inside",
            MistakeKind::RowTooLong => "row-too-long",
            MistakeKind::EmptyRow => "empty-row",
            MistakeKind::TooFewCells => "too-few-cells",
            MistakeKind::TooManyCells => "too-many-cells",
            MistakeKind::NotUtf8 => "not-utf-8",
            MistakeKind::Formula => "formula",
            MistakeKind::Space => "space",
            MistakeKind::EmptyCell => "empty-cell",
            MistakeKind::NumberSigns => "number-signs",
            MistakeKind::NumberDecimals => "number-decimals",
            MistakeKind::NumberRounded => "number-rounded",
            MistakeKind::NumberCountry => "number-country",
            MistakeKind::NumberZero => "number-zero",
            MistakeKind::NumberCharacter => "number-character",
            MistakeKind::NumberSeveral => "number-several",
            MistakeKind::NumberLength => "number-length",
            MistakeKind::Language => "language",
            MistakeKind::Character => "character",
            MistakeKind::Placeholder => "placeholder",
            MistakeKind::NotInEnglish => "not-in-english",
            MistakeKind::BodyTooLong => "body-too-long",
            MistakeKind::TextTooLong => "text-too-long",
            MistakeKind::TooManySegments => "too-many-segments",
        }
    }

    /// What was done about it in a corrected copy: `removed empty rows`; `None` for one that cannot be corrected.
    pub fn corrected_words(self) -> Option<&'static str> {
        match self {
            MistakeKind::Encoding => Some("wrote it in UTF-8"),
            MistakeKind::ByteOrderMark => Some("removed the byte order mark"),
            MistakeKind::Separator => Some("put commas between the cells"),
            MistakeKind::LineEnds => Some("replaced carriage returns by line feeds"),
            MistakeKind::ColumnCase => Some("wrote the name in lower-case letters"),
            MistakeKind::EmptyRow => Some("removed empty rows"),
            MistakeKind::Formula => Some("replaced formulas by the text in their quotes"),
            MistakeKind::Space => Some("removed spaces at the ends"),
            MistakeKind::NumberSigns => Some("left only the digits of numbers"),
            MistakeKind::NumberDecimals => Some("removed the decimals of numbers"),
            _ => None,
        }
    }

    /// Whether a corrected copy can be without it, and nothing has to be guessed for that.
    pub fn is_correctable(self) -> bool {
        self.corrected_words().is_some()
    }

    /// The kind of a fault of a value, and what is particular about it.
    pub(super) fn of_value(fault: &ValueFault) -> (Self, Detail) {
        match fault {
            ValueFault::Empty => (MistakeKind::EmptyCell, Detail::None),
            ValueFault::OnlySpaces => (MistakeKind::EmptyCell, Detail::Ends(Some(' '), Some(' '))),
            ValueFault::Spaces { first, last } => (MistakeKind::Space, Detail::Ends(*first, *last)),
            ValueFault::Unsendable(letter) => (MistakeKind::Character, Detail::Letters(Letters::of(&[*letter]))),
            ValueFault::Placeholder(_) => (MistakeKind::Placeholder, Detail::None),
            ValueFault::Forbidden(letters) => (MistakeKind::NotInEnglish, Detail::Letters(Letters::of(letters))),
        }
    }

    /// The kind of a fault of a length that is not only advice.
    pub(super) fn of_length(fault: LengthFault) -> Option<(Self, Detail)> {
        let number = |number: usize| Detail::Number(u32::try_from(number).unwrap_or(u32::MAX));
        match fault {
            LengthFault::Body(body) => Some((MistakeKind::BodyTooLong, number(body))),
            LengthFault::Text(text) => Some((MistakeKind::TextTooLong, number(text))),
            LengthFault::Segments(segments) => Some((MistakeKind::TooManySegments, Detail::Number(segments))),
            LengthFault::NotAdvised(_) => None,
        }
    }

    /// The sentence about a mistake in a row.
    pub(super) fn words(self, detail: Detail) -> String {
        let fixed = match (self, detail) {
            (MistakeKind::Formula, _) => "a spreadsheet formula (=\"…\"): only what is inside the quotes is needed",
            (MistakeKind::QuoteNotClosed, _) => "a quote is opened and never closed: the rest of the file is read as part of this cell",
            (MistakeKind::TextAfterQuote, _) => "text after the closing quote: inside a quoted cell, each quote is written twice",
            (MistakeKind::QuoteInside, Detail::Ends(..)) => "a space before the opening quote: remove the space",
            (MistakeKind::QuoteInside, _) => "a quote in a cell that is not in quotes: put the cell in quotes, and write that quote twice",
            (MistakeKind::RowTooLong, _) => "longer than any message: was a quote opened and not closed?",
            (MistakeKind::EmptyRow, _) => "an empty row: remove it",
            (MistakeKind::NotUtf8, _) => "some of its bytes are not UTF-8, as the rest of the file is: write the text again",
            (MistakeKind::LineEnds, _) => "a line break with a carriage return in it: a line feed alone is enough",
            (MistakeKind::EmptyCell, Detail::Ends(..)) => "only spaces: every cell needs a value",
            (MistakeKind::EmptyCell, _) => "empty",
            (MistakeKind::NumberDecimals, _) => "ends with decimals (.0): a phone number has none",
            (MistakeKind::NumberRounded, _) => {
                "a spreadsheet turned it into a number like 6.59E+09: its digits are lost, get it from its source again"
            }
            (MistakeKind::NumberCountry, _) => "the country code is missing",
            (MistakeKind::NumberZero, _) => "begins with 0: begin with the country code, as in 6580001234",
            (MistakeKind::NumberSeveral, _) => "more than one number: give each a row of its own",
            (MistakeKind::Placeholder, _) => "a {{variable}} is not filled in inside a value: write the text itself",
            _ => return self.particular(detail),
        };
        fixed.to_owned()
    }

    /// The sentences that name characters or figures.
    fn particular(self, detail: Detail) -> String {
        match (self, detail) {
            (MistakeKind::Space, Detail::Ends(first, last)) => match (first, last) {
                (Some(first), Some(_)) => format!("begins and ends with {}", named(first)),
                (Some(first), None) => format!("begins with {}", named(first)),
                (None, last) => format!("ends with {}", last.map_or_else(String::new, named)),
            },
            (MistakeKind::Space, _) => "begins or ends with a space".to_owned(),
            (MistakeKind::NumberSigns | MistakeKind::NumberCharacter, Detail::Letters(letters)) => {
                format!("digits only: {} cannot be in a number", letters.words())
            }
            (MistakeKind::NumberSigns, _) => "digits only: \"+\", spaces, hyphens and the like cannot be in a number".to_owned(),
            (MistakeKind::NumberCharacter, _) => "digits only: other characters cannot be in a number".to_owned(),
            (MistakeKind::NumberLength, _) => {
                let (shortest, longest) = (PHONE_DIGITS.start(), PHONE_DIGITS.end());
                let is = match detail {
                    Detail::Number(digits) => counted(digits as usize, "digit"),
                    _ => "too few or too many digits".to_owned(),
                };
                format!("{is}: numbers in Singapore have 8 after 65, others {shortest} to {longest} in all; were some lost?")
            }
            (MistakeKind::Language, _) => format!("not one of {}", LANGUAGES.join(", ")),
            (MistakeKind::Character, Detail::Letters(letters)) if letters.named[0] == '\u{fffd}' => {
                "\"\u{fffd}\" is in the place of a character that was lost: write the right one".to_owned()
            }
            (MistakeKind::Character, Detail::Letters(letters)) => format!("{} cannot be sent: remove it", letters.words()),
            (MistakeKind::Character, _) => "control characters and the like cannot be sent: remove them".to_owned(),
            (MistakeKind::NotInEnglish, Detail::Letters(letters)) => {
                format!("{} {} not allowed in English texts", letters.words(), letters.agreeing("is", "are"))
            }
            (MistakeKind::NotInEnglish, _) => "emoji and | ^ € { } [ ] ~ \\ ` are not allowed in English texts".to_owned(),
            (MistakeKind::TooFewCells | MistakeKind::TooManyCells, Detail::Number(cells)) => counted(cells as usize, "cell"),
            (MistakeKind::TooFewCells, _) => "too few cells".to_owned(),
            (MistakeKind::TooManyCells, _) => "too many cells: is a text with commas not in quotes?".to_owned(),
            (MistakeKind::BodyTooLong, Detail::Number(body)) => LengthFault::Body(body as usize).words(),
            (MistakeKind::TextTooLong, Detail::Number(text)) => LengthFault::Text(text as usize).words(),
            (MistakeKind::TooManySegments, Detail::Number(segments)) => LengthFault::Segments(segments).words(),
            (MistakeKind::BodyTooLong | MistakeKind::TextTooLong | MistakeKind::TooManySegments, _) => {
                format!("too long: {}", limits())
            }
            // The sentences about the whole file and its header are made where they are found.
            _ => self.word().replace('-', " "),
        }
    }
}
