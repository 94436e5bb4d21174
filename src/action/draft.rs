//! A message to be sent: what a person or a script typed, checked against everything that is known without asking the
//! API.

mod filled;
mod remark;

#[cfg(test)]
mod tests;

use std::fmt;

use super::charges::{SegmentSum, Segments};
use super::value::{faults, is_name};
use crate::delivery::{KnownText, KnownTexts, LANGUAGES, NotAPhoneNumber, Recipient, RecipientKind, TextSize, phone_number};
use filled::Filled;
pub use remark::{DraftField, Remark, RemarkWeight};
use remark::{advice, mistake};

/// A message to be sent: complete, and free of the mistakes that can be seen without asking the API.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// The recipient's number: digits with country code.
    pub recipient: String,
    /// The language, in the API's word.
    pub language: String,
    /// Every variable of the template with its value.
    pub values: Vec<(String, String)>,
}

/// The same as typed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TypedDraft {
    /// The recipient's number.
    pub to: String,
    /// The language.
    pub language: String,
    /// Names and values, as far as there are any. A pair without both is none.
    pub values: Vec<(String, String)>,
}

/// What can be said about a typed message.
#[derive(Clone, PartialEq, Eq)]
pub struct DraftCheck {
    /// The message; `None` while there is a mistake.
    pub draft: Option<Draft>,
    /// What is wrong or should be known, in the order of the fields.
    pub remarks: Vec<Remark>,
    /// Where the number is: `Singapore, mobile`, `Malaysia`.
    pub number: Option<String>,
    /// The digits of the number with 65 in front, where the country code is missing: offered, never assumed.
    pub completed: Option<String>,
    /// The text as it will arrive, as far as it is known, with the `{{variables}}` that have no value yet; `None` where
    /// the template is not known.
    pub text: Option<String>,
    /// Whether `text` has every value, and the API's header and footer, so that its size is what will be sent.
    pub is_whole: bool,
    /// The size of `text`; `None` while a value is missing.
    pub size: Option<TextSize>,
    /// What it may cost; not known unless `is_whole`.
    pub segments: SegmentSum,
}

/// A variable with what was typed for it.
#[derive(Clone, Copy)]
struct Variable<'a> {
    name: &'a str,
    value: Option<&'a str>,
}

impl TypedDraft {
    /// Checks every field. `known` is what the loaded messages tell of the campaign.
    pub fn check(&self, known: &KnownTexts) -> DraftCheck {
        let (recipient, mut remarks) = self.recipient();
        let (recipient, completed) = match recipient {
            Ok(recipient) => (Some(recipient), None),
            Err(completed) => (None, completed.map(|completed| completed.as_str().to_owned())),
        };
        let language = self.language.trim().to_lowercase();
        remarks.extend(language_remark(&language, known));
        let text = known.of(&language);
        let variables = self.variables(text);
        let filled = text.map(|text| Filled::new(text, &variables));
        remarks.extend(self.about_values(&variables, &language, known, filled.as_ref()));
        remarks.extend(filled.as_ref().and_then(Filled::about_length));
        let is_right = remarks.iter().all(|remark| remark.weight != RemarkWeight::Mistake);
        let values: Option<Vec<(String, String)>> =
            variables.iter().map(|variable| Some((variable.name.to_owned(), variable.value?.to_owned()))).collect();
        let draft = recipient.as_ref().zip(values).filter(|_| is_right).map(|(recipient, values)| Draft {
            recipient: recipient.as_str().to_owned(),
            language,
            values,
        });
        let is_whole = filled.as_ref().is_some_and(Filled::is_whole);
        let size = filled.as_ref().and_then(Filled::size);
        let is_abroad = |recipient: &Recipient| recipient.kind() == RecipientKind::Abroad;
        let segments = size.filter(|_| is_whole).zip(recipient.as_ref().map(is_abroad));
        DraftCheck {
            draft,
            remarks,
            number: recipient.map(|recipient| recipient.place()),
            completed,
            text: filled.as_ref().map(Filled::shown),
            is_whole,
            size,
            segments: [segments.map(|(size, is_abroad)| Segments::of_text(size, is_abroad))].into_iter().collect(),
        }
    }

    /// The number, or the one with 65 in front, where only that is missing.
    fn recipient(&self) -> (Result<Recipient, Option<Recipient>>, Vec<Remark>) {
        let recipient = match phone_number(&self.to) {
            Ok(recipient) => recipient,
            Err(error) => {
                let remark = mistake(DraftField::To, error.to_string());
                let completed = if let NotAPhoneNumber::CountryCodeMissing { completed } = error { Some(completed) } else { None };
                return (Err(completed), vec![remark]);
            }
        };
        let mut remarks = Vec::new();
        if !recipient.is_usual() {
            remarks.push(advice(DraftField::To, "unusual: numbers in Singapore are 65 and 8 digits that begin with 3, 6, 8 or 9"));
        }
        if recipient.kind() == RecipientKind::Abroad {
            remarks.push(advice(DraftField::To, "abroad: its last status is \"with telco\", and it is charged at the price for abroad"));
        }
        (Ok(recipient), remarks)
    }

    /// Every variable of the template, then the others that were given; each once.
    fn variables<'a>(&'a self, text: Option<&'a KnownText>) -> Vec<Variable<'a>> {
        let of_template = text.into_iter().flat_map(KnownText::variables);
        let given = self.values.iter().filter(|(name, value)| !(name.is_empty() && value.is_empty())).map(|(name, _)| name.as_str());
        let mut variables: Vec<Variable<'a>> = Vec::new();
        for name in of_template.chain(given) {
            if !variables.iter().any(|known| known.name == name) {
                let value = self.values.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
                variables.push(Variable { name, value });
            }
        }
        variables
    }

    fn about_values(&self, variables: &[Variable<'_>], language: &str, known: &KnownTexts, filled: Option<&Filled<'_>>) -> Vec<Remark> {
        let expected = known.variables(language);
        let mut remarks = Vec::new();
        for variable in variables {
            let Variable { name, value } = *variable;
            let field = || DraftField::Value(name.to_owned());
            if self.values.iter().filter(|(given, _)| given == name).count() > 1 {
                remarks.push(mistake(field(), "given more than once"));
            }
            let is_expected = expected.iter().any(|other| other == name);
            if !is_expected && filled.is_some() {
                remarks.push(advice(field(), "the template has no such variable"));
            } else if !is_expected && !is_name(name) {
                remarks.push(mistake(field(), "names have lower-case letters, digits and _, and begin with a letter"));
            }
            let is_english = language == "english";
            remarks.extend(faults(value.unwrap_or_default(), is_english).into_iter().map(|fault| {
                let is_advice = !is_english && fault.is_allowed_beyond_english();
                if is_advice { advice(field(), fault.words()) } else { mistake(field(), fault.words()) }
            }));
            let ucs2 = filled.filter(|_| is_expected).and_then(|filled| filled.makes_ucs2(value?));
            remarks.extend(ucs2.map(|words| advice(field(), words)));
        }
        // What other languages have this one has, too, most likely.
        let is_missing = |name: &&String| !variables.iter().any(|variable| variable.name == name.as_str());
        let missing = expected.iter().filter(is_missing);
        remarks.extend(missing.map(|name| advice(DraftField::Value(name.clone()), "missing: the texts in other languages have it")));
        remarks
    }
}

fn language_remark(language: &str, known: &KnownTexts) -> Option<Remark> {
    let used: Vec<&str> = known.languages().collect();
    if used.contains(&language) {
        return None;
    }
    let of_the_api = LANGUAGES.join(", ");
    Some(match language {
        "" => mistake(DraftField::Language, format!("choose a language: {of_the_api}")),
        _ if !LANGUAGES.contains(&language) => mistake(DraftField::Language, format!("not one of {of_the_api}")),
        _ if used.is_empty() => return None,
        _ => advice(DraftField::Language, format!("not seen in this campaign, only {}: the API decides", used.join(", "))),
    })
}

impl fmt::Debug for Draft {
    /// Without number and text: those never reach a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Draft({}, {} values)", self.language, self.values.len())
    }
}

impl fmt::Debug for TypedDraft {
    /// Without what was typed.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TypedDraft({} values)", self.values.len())
    }
}

impl fmt::Debug for DraftCheck {
    /// Without number and text.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "DraftCheck({:?}, {:?}, {:?})", self.draft, self.remarks, self.size)
    }
}
