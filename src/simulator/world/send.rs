//! Sending one message: the checks of the API, then the record.

use serde_json::{Map, Value};

use super::campaign::{Campaign, Content};
use super::letters::{not_in_english, segments};
use super::recipient::Recipient;
use super::refusal::Refusal;
use super::texts::Variable;
use crate::simulator::options::SimulatedLanguage;

/// Longest body with its values, in characters.
const MAX_BODY_CHARS: usize = 1000;
/// Longest text with what the API puts around the body.
const MAX_CHARS: usize = 1530;
/// Most segments of a text.
const MAX_SEGMENTS: usize = 6;

/// What the API says of a body, or of values, that are no JSON object.
const NO_OBJECT: &str = "Validation failed (expected type is object)";
/// What the API says of a recipient that it does not take.
const NO_RECIPIENT: &str = "Invalid recipient, ensure it is a valid normalized phone number, eg 6591112222.";

/// The recipient, if it is valid.
pub(super) fn check_recipient(text: &str) -> Result<Recipient, String> {
    Recipient::parse(text).ok_or_else(|| NO_RECIPIENT.to_owned())
}

/// The language, if the campaign has it.
pub(super) fn check_language(campaign: &Campaign, word: &str) -> Result<SimulatedLanguage, String> {
    let language = SimulatedLanguage::from_wire(word).filter(|language| campaign.languages.contains(language));
    language.ok_or_else(|| {
        let available: Vec<&str> = campaign.languages.iter().map(|language| language.as_str()).collect();
        format!("{word} is not supported. available language(s) for this campaign: {}", available.join(", "))
    })
}

/// A value, if it may be sent.
pub(super) fn check_value(variable: &Variable, language: Option<SimulatedLanguage>, value: &str) -> Result<String, String> {
    let name = &variable.name;
    if value.is_empty() {
        return Err(format!("The value of {name} is empty."));
    }
    if value.trim() != value {
        return Err(format!("The value of {name} starts or ends with white space."));
    }
    match not_in_english(value).filter(|_| language == Some(SimulatedLanguage::English)) {
        Some(letter) => Err(format!("The value of {name} has a character that an English message cannot have: {letter}")),
        None => Ok(value.to_owned()),
    }
}

/// The text that would be sent, if it is short enough.
pub(super) fn check_length(campaign: &Campaign, content: &Content) -> Result<(), String> {
    let frame = campaign.frame(content.language);
    let body = campaign.template.body(content.language).filled(&content.values);
    let whole = format!("{}{body}{}", frame.before, frame.after);
    let too_long = |what: &str, is: usize, most: usize| Err(format!("The {what} has {is} characters, and {most} is the most."));
    let (body_chars, chars, segments) = (body.chars().count(), whole.chars().count(), segments(&whole));
    if body_chars > MAX_BODY_CHARS {
        return too_long("body", body_chars, MAX_BODY_CHARS);
    }
    if chars > MAX_CHARS {
        return too_long("message", chars, MAX_CHARS);
    }
    if segments > MAX_SEGMENTS {
        return Err(format!("The message takes {segments} segments, and {MAX_SEGMENTS} is the most."));
    }
    Ok(())
}

/// Reads `{recipient, language, values}`.
fn read_message(campaign: &Campaign, body: &[u8]) -> Result<Content, String> {
    let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| NO_OBJECT.to_owned())?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let recipient = check_recipient(text("recipient").unwrap_or_default())?;
    let language = check_language(campaign, text("language").ok_or("The language is missing, or no string.")?)?;
    let Some(Value::Object(given)) = body.get("values") else { return Err(NO_OBJECT.to_owned()) };
    let values = campaign.template.variables.iter().map(|variable| {
        let name = &variable.name;
        match given.get(name) {
            Some(Value::String(value)) => check_value(variable, Some(language), value),
            Some(_) => Err(format!("The value of {name} is no string.")),
            None => Err(format!("The value of {name} is missing.")),
        }
    });
    let content = Content { recipient, language, values: values.collect::<Result<_, _>>()? };
    check_length(campaign, &content)?;
    Ok(content)
}

/// Records the message of `body`; gives its serial.
pub(super) fn send(campaign: &mut Campaign, content_type: Option<&str>, body: &[u8], now: i64) -> Result<u32, Refusal> {
    // Any other content type, such as the one curl sends by default, is not read as JSON.
    if !content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("json")) {
        return Err(Refusal::parameter(NO_OBJECT));
    }
    let content = read_message(campaign, body).map_err(Refusal::parameter)?;
    Ok(campaign.post(content, now))
}
