//! The words and templates that rows share, held once: statuses, errors, names of values, templates, origins.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::values::Repeated;
use crate::delivery::{DeliveryError, Status, Template, TemplateFields, TemplatePart, parts};

/// A status as a number: its index in [`Status::KNOWN`], then unknown ones in order of arrival.
pub type StatusCode = u8;

/// The status was not given.
pub const NO_STATUS: StatusCode = u8::MAX;

/// The code of `created`.
pub const CREATED: StatusCode = 0;

/// The code of `failure`.
pub const FAILURE: StatusCode = 6;

/// The code of `success`.
pub const SUCCESS: StatusCode = 5;

/// The code of `sent`.
pub const SENT: StatusCode = 3;

/// The code of `sent_to_telco`.
pub const WITH_TELCO: StatusCode = 4;

/// Where a row comes from; nearly all rows of a campaign share the same few origins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub language: Option<Arc<str>>,
    pub campaign_id: Option<Arc<str>>,
    pub creator: Option<Arc<str>>,
}

/// A template, with its text split up once for all rows.
pub struct TemplateText {
    pub template: Template,
    pieces: Vec<Piece>,
}

/// The header and footer that the API puts around a filled template.
pub struct Frame {
    pub before: String,
    pub after: String,
}

/// How a text is made of a template and its values.
pub enum Framing<'a> {
    /// It is the filled template.
    Bare,
    /// It is that within a frame of this number.
    Known(u32),
    /// It is that between these, which are no known frame.
    New { before: &'a str, after: &'a str },
}

/// A campaign has a frame for each of its languages. Where there are more than these, texts are not made that way.
const MOST_FRAMES: usize = 64;

enum Piece {
    Text(String),
    Variable(String),
}

/// All shared values. In the rows, 0 means none, and other numbers are an index plus one.
#[derive(Default)]
pub struct SharedValues {
    statuses: Vec<Status>,
    errors: Interned<DeliveryError>,
    value_names: Interned<Box<[Box<str>]>>,
    templates: Interned<TemplateText>,
    origins: Interned<Origin>,
    frames: Vec<Frame>,
    /// Values that came more than once.
    pub repeated: Repeated,
    hasher: DefaultHashBuilder,
}

impl SharedValues {
    /// Only the known statuses at first.
    pub fn new() -> Self {
        Self { statuses: Status::KNOWN.to_vec(), ..Self::default() }
    }

    /// The code of a status word.
    pub fn status(&mut self, word: &str) -> StatusCode {
        if let Some(code) = self.find_status(word) {
            return code;
        }
        // More than 247 unknown words are not statuses any more: they all share the last code.
        let code = self.statuses.len().min(usize::from(NO_STATUS) - 1);
        if code == self.statuses.len() {
            self.statuses.push(Status::from_api(word));
        }
        code as StatusCode
    }

    /// The code of a known status word.
    pub fn find_status(&self, word: &str) -> Option<StatusCode> {
        self.statuses.iter().position(|known| known.api_word() == word).map(|code| code as StatusCode)
    }

    /// The status of a code; `None` for [`NO_STATUS`].
    pub fn status_of(&self, code: StatusCode) -> Option<&Status> {
        self.statuses.get(usize::from(code))
    }

    /// The API's word for a code.
    pub fn status_word(&self, code: StatusCode) -> Option<&str> {
        self.status_of(code).map(Status::api_word)
    }

    /// The number of an error; 0 if neither word was given.
    pub fn error(&mut self, kind: &str, code: &str) -> u32 {
        if kind.is_empty() && code.is_empty() {
            return 0;
        }
        let hash = self.hasher.hash_one((kind, code));
        1 + self.errors.find_or_add(hash, |known| *known.kind == *kind && *known.code == *code, || DeliveryError::new(kind, code))
    }

    /// The error of a number.
    pub fn error_of(&self, number: u32) -> Option<&DeliveryError> {
        self.errors.get(number.checked_sub(1)?)
    }

    /// All errors in the order of their numbers; the first has the number 1.
    pub fn errors(&self) -> impl ExactSizeIterator<Item = &DeliveryError> {
        self.errors.iter()
    }

    /// The number of a list of value names.
    pub fn value_names<'a, I: Iterator<Item = &'a str>>(&mut self, names: impl Fn() -> I) -> u32 {
        let hash = names().fold(0, |hash, name| self.hasher.hash_one((hash, name)));
        1 + self.value_names.find_or_add(hash, |known| known.iter().map(|name| &**name).eq(names()), || names().map(Box::from).collect())
    }

    /// The value names of a number.
    pub fn value_names_of(&self, number: u32) -> Option<&[Box<str>]> {
        self.value_names.get(number.checked_sub(1)?).map(|names| &**names)
    }

    /// The number of a template.
    pub fn template(&mut self, reported: &TemplateFields<'_>) -> u32 {
        let fields = template_fields(reported);
        let hash = self.hasher.hash_one(fields);
        1 + self.templates.find_or_add(
            hash,
            |known| known.fields() == fields,
            || {
                let owned = |text: Option<&str>| text.map(str::to_owned);
                TemplateText {
                    template: Template {
                        id: owned(fields[0]),
                        template_id: owned(fields[1]),
                        language: owned(fields[2]),
                        body: owned(fields[3]),
                    },
                    pieces: fields[3].map(taken_apart).unwrap_or_default(),
                }
            },
        )
    }

    /// The template of a number.
    pub fn template_of(&self, number: u32) -> Option<&TemplateText> {
        self.templates.get(number.checked_sub(1)?)
    }

    /// How `text` is made of a template and values; `None` if it is not, or has to be kept whole.
    pub fn framing<'a, 'v>(
        &self,
        template: &TemplateText,
        value: impl Fn(&str) -> Option<&'v str> + Copy,
        text: &'a str,
    ) -> Option<Framing<'a>> {
        if template.gives(value, text) {
            return Some(Framing::Bare);
        }
        let inside = |frame: &Frame| text.strip_prefix(frame.before.as_str())?.strip_suffix(frame.after.as_str());
        if let Some(number) = self.frames.iter().position(|frame| inside(frame).is_some_and(|body| template.gives(value, body))) {
            return Some(Framing::Known(number as u32));
        }
        if self.frames.len() == MOST_FRAMES {
            return None;
        }
        let filled = template.filled(value).filter(|filled| !filled.is_empty())?;
        let (before, after) = text.split_once(filled.as_str())?;
        Some(Framing::New { before, after })
    }

    /// The number of a new frame.
    pub fn add_frame(&mut self, before: &str, after: &str) -> u32 {
        self.frames.push(Frame { before: before.to_owned(), after: after.to_owned() });
        self.frames.len() as u32 - 1
    }

    /// The frame of a number.
    pub fn frame_of(&self, number: u32) -> Option<&Frame> {
        self.frames.get(number as usize)
    }

    /// The number of an origin.
    pub fn origin(&mut self, origin: &Origin) -> u32 {
        let hash = self.hasher.hash_one((origin.language.as_deref(), origin.campaign_id.as_deref(), origin.creator.as_deref()));
        1 + self.origins.find_or_add(hash, |known| known == origin, || origin.clone())
    }

    /// The origin of a number.
    pub fn origin_of(&self, number: u32) -> Option<&Origin> {
        self.origins.get(number.checked_sub(1)?)
    }
}

/// A template's fields in a fixed order; absent and `null` are the same here.
pub fn template_fields<'a>(reported: &TemplateFields<'a>) -> [Option<&'a str>; 4] {
    [reported.id.value(), reported.template_id.value(), reported.language.value(), reported.body.value()]
}

fn taken_apart(body: &str) -> Vec<Piece> {
    parts(body)
        .map(|part| match part {
            TemplatePart::Text(text) => Piece::Text(text.to_owned()),
            TemplatePart::Variable(name) => Piece::Variable(name.to_owned()),
        })
        .collect()
}

impl TemplateText {
    /// The fields in the order of [`template_fields`].
    pub fn fields(&self) -> [Option<&str>; 4] {
        let Template { id, template_id, language, body } = &self.template;
        [id.as_deref(), template_id.as_deref(), language.as_deref(), body.as_deref()]
    }

    /// Whether the template with these values is this text, determined without building it.
    pub fn gives<'a>(&self, value: impl Fn(&str) -> Option<&'a str>, text: &str) -> bool {
        if self.template.body.is_none() {
            return false;
        }
        let mut rest = text;
        for piece in &self.pieces {
            let expected = match piece {
                Piece::Text(text) => Some(text.as_str()),
                Piece::Variable(name) => value(name),
            };
            match expected.and_then(|expected| rest.strip_prefix(expected)) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.is_empty()
    }

    /// The text with every variable filled in; `None` without a text or if a value is missing.
    pub fn filled<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
        let mut out = String::with_capacity(self.template.body.as_ref()?.len() + 32);
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Variable(name) => out.push_str(value(name)?),
            }
        }
        Some(out)
    }
}

/// A list of distinct values: a value is found by its hash and identified by its index.
pub struct Interned<T> {
    items: Vec<T>,
    hashes: Vec<u64>,
    table: HashTable<u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { items: Vec::new(), hashes: Vec::new(), table: HashTable::new() }
    }
}

impl<T> Interned<T> {
    /// The value at an index.
    pub fn get(&self, index: u32) -> Option<&T> {
        self.items.get(index as usize)
    }

    /// The value at an index, to change what is not part of its hash.
    pub fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.items.get_mut(index as usize)
    }

    /// The index of a value.
    pub fn find(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<u32> {
        self.table.find(hash, |index| is_it(&self.items[*index as usize])).copied()
    }

    /// The index of a value, which is added at the end if it is new.
    pub fn find_or_add(&mut self, hash: u64, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> u32 {
        if let Some(index) = self.find(hash, is_it) {
            return index;
        }
        // Each value came with a row, and row numbers have 32 bits.
        let index = self.items.len() as u32;
        self.items.push(make());
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.table.insert_unique(hash, index, |index| hashes[*index as usize]);
        index
    }

    /// All values, in the order of their indices.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.items.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Reported;

    #[test]
    fn statuses_keep_their_words() {
        let mut names = SharedValues::new();
        assert_eq!((names.status("success"), names.status("failure"), names.status("sent_to_telco")), (SUCCESS, FAILURE, WITH_TELCO));
        let parked = names.status("parked");
        assert_eq!((names.status("parked"), names.status_word(parked)), (parked, Some("parked")));
        for number in 0..300 {
            let code = names.status(&format!("word_{number}"));
            assert!(code < NO_STATUS && names.status_of(code).is_some());
        }
    }

    #[test]
    fn a_template_knows_its_text() {
        let mut names = SharedValues::new();
        let reported = TemplateFields { body: Reported::Value("Dear {{name}}, see you at {{place}}."), ..TemplateFields::default() };
        let number = names.template(&reported);
        assert_eq!(names.template(&reported), number);
        let template = names.template_of(number).unwrap();
        let value = |name: &str| match name {
            "name" => Some("Tan"),
            "place" => Some("the clinic"),
            _ => None,
        };
        let text = template.filled(value).unwrap();
        assert_eq!(text, "Dear Tan, see you at the clinic.");
        assert!(template.gives(value, &text));
        assert!(!template.gives(value, "Dear Tan, see you at the clinic. Bye"));
        assert!(!template.gives(value, "Dear Tan, see you at the"));
        assert!(!template.gives(|_| None, &text));
    }
}
