//! How long a text may be, whether it was typed or is made of a row of a file.

use crate::delivery::{TextSize, counted, grouped};

/// The longest body that the API advises.
const ADVISED_BODY: usize = 320;

/// The longest body that it takes.
pub(super) const LONGEST_BODY: usize = 1_000;

/// The longest text that it takes, with header and footer.
const LONGEST_TEXT: usize = 1_530;

/// The most segments that it sends.
const MOST_SEGMENTS: u32 = 6;

/// What is wrong with the length of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LengthFault {
    /// The body has so many characters.
    Body(usize),
    /// All of it has so many.
    Text(usize),
    /// It takes so many segments.
    Segments(u32),
    /// It can be sent, but the body has so many characters, which is not advised.
    NotAdvised(usize),
}

/// What is sent at most, in words.
pub(super) fn limits() -> String {
    let (body, text) = (grouped(LONGEST_BODY), grouped(LONGEST_TEXT));
    format!("at most {body} characters in the body, {text} in all, and {MOST_SEGMENTS} segments are sent")
}

/// What is advised at most, for so many bodies that are longer.
pub(super) fn longer_than_advised(rows: &str) -> String {
    format!("more than {ADVISED_BODY} characters in the body of {rows}: at most {ADVISED_BODY} are advised")
}

impl LengthFault {
    /// What is wrong with a text of this size whose body has so many characters.
    pub fn of(body: usize, size: TextSize) -> Option<Self> {
        if body > LONGEST_BODY {
            Some(LengthFault::Body(body))
        } else if size.characters > LONGEST_TEXT {
            Some(LengthFault::Text(size.characters))
        } else if size.segments > MOST_SEGMENTS {
            Some(LengthFault::Segments(size.segments))
        } else {
            (body > ADVISED_BODY).then_some(LengthFault::NotAdvised(body))
        }
    }

    /// Whether the API sends it all the same.
    pub fn is_advice(self) -> bool {
        matches!(self, LengthFault::NotAdvised(_))
    }

    /// The sentence about it.
    pub fn words(self) -> String {
        let most = |is: String, most: usize| format!("{is}, and at most {} are sent: shorten a value", grouped(most));
        match self {
            LengthFault::Body(body) => most(format!("{} in the body", counted(body, "character")), LONGEST_BODY),
            LengthFault::Text(text) => most(format!("{} in all", counted(text, "character")), LONGEST_TEXT),
            LengthFault::Segments(segments) => most(counted(segments as usize, "segment"), MOST_SEGMENTS as usize),
            LengthFault::NotAdvised(body) => {
                format!("{} in the body: at most {ADVISED_BODY} are advised", counted(body, "character"))
            }
        }
    }
}
