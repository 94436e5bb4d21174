//! A known text with the typed values in it: what will arrive, and how long it is.

use super::Variable;
use super::remark::{DraftField, Remark, advice, mistake};
use crate::action::length::LengthFault;
use crate::action::value::{distinct, listed};
use crate::delivery::{Coding, KnownText, TemplatePart, TextSize, agreeing, beyond_gsm, clean, counted, named, parts};

/// The text with its values.
pub(super) struct Filled<'a> {
    known: &'a KnownText,
    values: Vec<Variable<'a>>,
    /// The body; nothing is in it where a value is missing.
    body: String,
    is_complete: bool,
}

impl<'a> Filled<'a> {
    pub fn new(known: &'a KnownText, variables: &[Variable<'a>]) -> Self {
        let values: Vec<Variable<'a>> = variables.iter().filter(|it| it.value.is_some_and(|value| !value.is_empty())).copied().collect();
        let is_complete = known.variables().all(|name| values.iter().any(|variable| variable.name == name));
        let mut filled = Self { known, values, body: String::new(), is_complete };
        filled.body = filled.body_with(|_| String::new());
        filled
    }

    fn body_with(&self, missing: impl Fn(&str) -> String) -> String {
        let value = |name: &str| self.values.iter().find(|variable| variable.name == name).and_then(|variable| variable.value);
        let part = |part| match part {
            TemplatePart::Text(text) => text.to_owned(),
            TemplatePart::Variable(name) => value(name).map_or_else(|| missing(name), str::to_owned),
        };
        parts(&self.known.body).map(part).collect()
    }

    /// The body with header and footer, as far as they are known.
    fn framed(&self, body: &str) -> String {
        let frame = self.known.frame.as_ref();
        format!("{}{body}{}", frame.map_or("", |frame| &frame.before), frame.map_or("", |frame| &frame.after))
    }

    /// The text as it will arrive, with the variables that have no value yet.
    pub fn shown(&self) -> String {
        clean(&self.framed(&self.body_with(|name| format!("{{{{{name}}}}}")))).into_owned()
    }

    /// Whether nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.is_complete && self.known.frame.is_some()
    }

    /// The size, once every value is there.
    pub fn size(&self) -> Option<TextSize> {
        self.is_complete.then(|| TextSize::of(&self.framed(&self.body)))
    }

    /// That it is too long, or longer than is good.
    pub fn about_length(&self) -> Option<Remark> {
        let fault = LengthFault::of(self.body.chars().count(), TextSize::of(&self.framed(&self.body)))?;
        Some(if fault.is_advice() { advice(DraftField::Text, fault.words()) } else { mistake(DraftField::Text, fault.words()) })
    }

    /// That characters of this value alone make the text UCS-2, of which less goes into a segment.
    pub fn makes_ucs2(&self, value: &str) -> Option<String> {
        let beyond = distinct(beyond_gsm(value));
        let texts = parts(&self.known.body).filter_map(|part| if let TemplatePart::Text(text) = part { Some(text) } else { None });
        if beyond.is_empty() || TextSize::of(&self.framed(&texts.collect::<String>())).coding == Coding::Ucs2 {
            return None;
        }
        let (what, number) = listed(&beyond, |letter| named(letter).trim_matches('"').to_owned());
        let text = self.framed(&self.body);
        let is_beyond = |letter: char| beyond_gsm(letter.encode_utf8(&mut [0; 4])).next().is_some();
        let plain: String = text.chars().map(|letter| if is_beyond(letter) { '?' } else { letter }).collect();
        let (with, without) = (TextSize::of(&text).segments, TextSize::of(&plain).segments);
        let cost = format!(": {} instead of {without}", counted(with as usize, "segment"));
        let cost = if with != without && self.is_whole() { cost.as_str() } else { "" };
        Some(format!("{what} {} it UCS-2{cost}", agreeing(number, "makes", "make")))
    }
}
