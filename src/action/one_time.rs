//! Whether messages look like one-time passwords, which are not worth retrying once they are old.

use std::collections::HashMap;

use crate::delivery::Message;

/// How many digits a one-time password has.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=8;

/// The words that appear near one, in lower case.
const WORDS: [&str; 7] = ["otp", "code", "codes", "passcode", "password", "kod", "验证码"];

/// How many words may come between the word and the number: "your code for Clinic Reminders is 123456".
const REACH: usize = 6;

/// Whether most templates of these messages contain a number of four to eight digits near "code", "OTP" or
/// "password". A hint, not proof: where the values are known, the number must be one of them, because a number in the
/// template itself is a phone number or a postal code.
pub fn one_time_hint<'a>(messages: impl IntoIterator<Item = &'a Message>) -> bool {
    let mut templates: HashMap<&str, (usize, usize)> = HashMap::new();
    for message in messages {
        let Some(text) = message.text() else { continue };
        let template = message.template.as_ref();
        let key = template.and_then(|template| template.id.as_deref().or(template.body.as_deref()));
        // Without a template, each message counts as a template of its own.
        let (hits, total) = templates.entry(key.unwrap_or(message.id.as_str())).or_default();
        *total += 1;
        *hits += usize::from(holds_one(&text, message.values.as_deref()));
    }
    let one_time = templates.values().filter(|(hits, total)| hits * 2 > *total).count();
    one_time * 2 > templates.len()
}

/// Whether a text contains such a number.
fn holds_one(text: &str, values: Option<&[(String, String)]>) -> bool {
    let words: Vec<&str> = words(text).collect();
    let is_number = |word: &&str| {
        let digits = word.len();
        LENGTHS.contains(&digits)
            && word.bytes().all(|byte| byte.is_ascii_digit())
            && values.is_none_or(|values| values.iter().any(|(_, value)| value.trim() == *word))
    };
    let numbers = words.iter().enumerate().filter(|(_, word)| is_number(word)).map(|(index, _)| index);
    let is_beside = |index: usize| {
        let near = words.get(index.saturating_sub(REACH)..(index + REACH + 1).min(words.len())).unwrap_or_default();
        near.iter().any(|word| {
            let word = word.to_lowercase();
            WORDS.iter().any(|known| if known.is_ascii() { word == *known } else { word.contains(known) })
        })
    };
    numbers.into_iter().any(is_beside)
}

/// Runs of letters and digits; a digit next to a letter of another script begins a new word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).flat_map(|run| {
        let mut rest = run;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let digits = first.is_ascii_digit();
            let end = rest.find(|letter: char| letter.is_ascii_digit() != digits).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            Some(word)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{MessageId, Template};
    use rstest::rstest;

    #[rstest]
    #[case("Your OTP is 482913. Do not share it.", true)]
    #[case("482913 is your one-time password for the portal", true)]
    #[case("Your code for Clinic Reminders is 4821", true)]
    #[case("您的验证码是482913，请勿告诉他人", true)]
    #[case("Your appointment is on 12 Dec 2026 at 10:30", false)]
    #[case("Dear Tan Wei Ming, call 61234567 to cancel", false)]
    #[case("Dress code applies. See you at the hall of the community club in Bedok, Block 4821", false)]
    #[case("Your code is 123", false)]
    #[case("Your code is 123456789", false)]
    #[case("", false)]
    fn a_number_beside_a_word(#[case] text: &str, #[case] holds: bool) {
        assert_eq!(holds_one(text, None), holds);
    }

    #[test]
    fn a_number_of_the_template_itself_is_none() {
        let values = |value: &str| vec![("v".to_owned(), value.to_owned())];
        let text = "Quote code 4821 when you call, Mr Tan";
        assert!(!holds_one(text, Some(&values("Mr Tan"))));
        assert!(holds_one(text, Some(&values("4821"))));
    }

    fn message(id: &str, template: &str, text: &str) -> Message {
        let template = Template { id: Some(template.to_owned()), template_id: None, language: None, body: None };
        Message { template: Some(template), full_text: Some(text.to_owned()), ..Message::new(MessageId::new(id)) }
    }

    #[test]
    fn most_templates_decide_not_most_messages() {
        let otp = message("1", "a", "Your OTP is 482913");
        let reminders: Vec<Message> = (0..5).map(|number| message(&number.to_string(), "b", "Your appointment is tomorrow")).collect();
        assert!(one_time_hint([&otp]));
        assert!(!one_time_hint(reminders.iter().chain([&otp])), "one of two is not most");
        let second = message("9", "c", "Password: 1234");
        assert!(one_time_hint(reminders.iter().chain([&otp, &second])));
        assert!(!one_time_hint([]));
    }
}
