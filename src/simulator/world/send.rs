//! Sending one message: the checks of the API, then the record.

use serde_json::{Map, Value};

use super::campaign::{Campaign, Content};
use super::recipient::Recipient;
use super::refusal::Refusal;
use crate::simulator::options::SimulatedLanguage;

/// Longest text with header and footer, in characters.
const MAX_CHARS: usize = 1530;

/// The recipient, if it is valid.
pub(super) fn check_recipient(text: &str) -> Result<Recipient, String> {
    Recipient::parse(text).ok_or_else(|| "recipient is not a valid phone number".to_owned())
}

/// The language, if the campaign has it.
pub(super) fn check_language(campaign: &Campaign, word: &str) -> Result<SimulatedLanguage, String> {
    SimulatedLanguage::from_wire(word)
        .filter(|language| campaign.languages.contains(language))
        .ok_or_else(|| format!("language {word} is not configured for this campaign"))
}

/// A value, if it may be sent.
pub(super) fn check_value(name: &str, value: &str) -> Result<String, String> {
    if value.is_empty() {
        return Err(format!("value of {name} must not be empty"));
    }
    if value.trim() != value {
        return Err(format!("value of {name} must not start or end with a space"));
    }
    Ok(value.to_owned())
}

/// The whole text, if it is short enough.
pub(super) fn check_length(campaign: &Campaign, content: &Content) -> Result<(), String> {
    let chars = campaign.template.body(content.language).chars(&content.values);
    if chars > MAX_CHARS {
        return Err(format!("message is longer than {MAX_CHARS} characters"));
    }
    Ok(())
}

/// Reads `{recipient, language, values}`.
fn read(campaign: &Campaign, body: &[u8]) -> Result<Content, String> {
    let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| "body is not a JSON object".to_owned())?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).ok_or_else(|| format!("{name} is missing or no string"));
    let recipient = check_recipient(text("recipient")?)?;
    let language = check_language(campaign, text("language")?)?;
    let empty = Map::new();
    let given = match body.get("values") {
        Some(Value::Object(values)) => values,
        None if campaign.template.variables.is_empty() => &empty,
        _ => return Err("values is missing or no object".to_owned()),
    };
    let values = campaign.template.variables.iter().map(|variable| {
        let name = &variable.name;
        match given.get(name) {
            Some(Value::String(value)) => check_value(name, value),
            Some(_) => Err(format!("value of {name} must be a string")),
            None => Err(format!("value of {name} is missing")),
        }
    });
    let content = Content { recipient, language, values: values.collect::<Result<_, _>>()? };
    check_length(campaign, &content)?;
    Ok(content)
}

/// Records the message of `body`; gives its serial.
pub(super) fn send(campaign: &mut Campaign, body: &[u8], now: i64) -> Result<u32, Refusal> {
    let content = read(campaign, body).map_err(Refusal::parameter)?;
    Ok(campaign.post(content, now))
}
