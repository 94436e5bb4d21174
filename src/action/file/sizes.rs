//! How long the text of a row will be, without making the text: what is the same in all rows is counted once.

use crate::delivery::{KnownText, TemplatePart, TextSize, TextSum, clean, parts};

/// A known text, with its values in columns of the file.
pub(super) struct MeasuredText {
    pieces: Vec<Piece>,
    /// What all texts have, and what it is in the body.
    fixed: TextSum,
    fixed_body: TextSum,
    /// The column of each variable, as often as it is in the text.
    columns: Vec<usize>,
    is_whole: bool,
}

enum Piece {
    Text(String),
    /// What is in this column.
    Value(usize),
}

impl MeasuredText {
    /// A text, where the file has a column for each of its variables.
    pub fn new(known: &KnownText, column: impl Fn(&str) -> Option<usize>) -> Option<Self> {
        let body: Option<Vec<Piece>> = parts(&known.body)
            .map(|part| match part {
                TemplatePart::Text(text) => Some(Piece::Text(text.to_owned())),
                TemplatePart::Variable(name) => Some(Piece::Value(column(name)?)),
            })
            .collect();
        let body = body?;
        let sum = |pieces: &[Piece]| {
            let mut sum = TextSum::default();
            for piece in pieces {
                if let Piece::Text(text) = piece {
                    sum += TextSum::of(text);
                }
            }
            sum
        };
        let fixed_body = sum(&body);
        let columns = body.iter().filter_map(|piece| if let Piece::Value(column) = piece { Some(*column) } else { None }).collect();
        let frame = known.frame.as_ref();
        let piece = |text: &str| Piece::Text(text.to_owned());
        let mut pieces: Vec<Piece> = frame.map(|frame| piece(&frame.before)).into_iter().collect();
        pieces.extend(body);
        pieces.extend(frame.map(|frame| piece(&frame.after)));
        Some(Self { fixed: sum(&pieces), pieces, fixed_body, columns, is_whole: frame.is_some() })
    }

    /// Whether the text has the API's header and footer, so that its size is what will be sent.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether every character that is the same in all texts is in the GSM alphabet.
    pub fn fixed(&self) -> TextSum {
        self.fixed
    }

    /// The size of the text with these values, and how many characters its body has. `sums` has what each column's value
    /// takes.
    pub fn size<'a>(&'a self, sums: &[TextSum], value: impl Fn(usize) -> &'a str + Copy) -> (TextSize, usize) {
        let mut values = TextSum::default();
        for column in &self.columns {
            values += sums.get(*column).copied().unwrap_or_default();
        }
        let mut whole = self.fixed;
        whole += values;
        let letters = self.pieces.iter().flat_map(move |piece| piece.text(value).chars());
        (whole.size(letters), self.fixed_body.characters + values.characters)
    }

    /// The text with these values, as it will arrive.
    pub fn text<'a>(&'a self, value: impl Fn(usize) -> &'a str + Copy) -> String {
        let text: String = self.pieces.iter().map(|piece| piece.text(value)).collect();
        clean(&text).into_owned()
    }
}

impl Piece {
    fn text<'a>(&'a self, value: impl Fn(usize) -> &'a str) -> &'a str {
        match self {
            Piece::Text(text) => text,
            Piece::Value(column) => value(*column),
        }
    }
}
