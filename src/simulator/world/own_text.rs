//! A template as a person gives it: the name of a built-in one, or a text of one's own.

use thiserror::Error;

use super::letters::not_in_english;
use super::texts::Texts;

/// Why a text cannot be a template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateExpected {
    /// One word: most likely a name with a slip of the pen.
    #[error("no built-in template is named `{name}`: there are {}; a text of your own has a space or a `{{{{variable}}}}` in it", known.join(", "))]
    Name {
        /// The word.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A variable that the API does not take.
    #[error("`{0}` cannot be a variable: expected lower-case letters, digits and `_`, beginning with a letter, as in `{{{{first_name}}}}`")]
    Variable(String),
    /// A letter that no English message can have.
    #[error("`{0}` cannot be in an English text")]
    Letter(char),
    /// An empty text, or one with spaces at its ends.
    #[error("expected a text that neither begins nor ends with a space")]
    Space,
}

/// A template for [`CampaignOptions`](crate::simulator::CampaignOptions): a built-in one's name, or a text with
/// `{{variables}}` for all languages.
///
/// # Errors
/// An unknown name, or a text that the API would not take.
pub fn template_text(text: &str) -> Result<String, TemplateExpected> {
    let texts = Texts::new();
    if texts.names().contains(&text) {
        return Ok(text.to_owned());
    }
    if text.trim() != text || text.is_empty() {
        return Err(TemplateExpected::Space);
    }
    if !text.contains("{{") && !text.contains(char::is_whitespace) {
        let known = texts.names().into_iter().map(str::to_owned).collect();
        return Err(TemplateExpected::Name { name: text.to_owned(), known });
    }
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        check_letters(before)?;
        let (name, after) = after.split_once("}}").ok_or_else(|| TemplateExpected::Variable(after.to_owned()))?;
        let is_name = name.starts_with(|letter: char| letter.is_ascii_lowercase())
            && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        if !is_name {
            return Err(TemplateExpected::Variable(name.to_owned()));
        }
        rest = after;
    }
    check_letters(rest)?;
    Ok(text.to_owned())
}

fn check_letters(text: &str) -> Result<(), TemplateExpected> {
    not_in_english(text).map_or(Ok(()), |letter| Err(TemplateExpected::Letter(letter)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("body")]
    #[case("clinic_reminder")]
    #[case("{{body}}")]
    #[case("Your code is {{code}}.")]
    #[case("Please call us")]
    fn names_and_texts_are_taken(#[case] text: &str) {
        assert_eq!(template_text(text).as_deref(), Ok(text));
    }

    #[rstest]
    #[case(
        "clinic_remindr",
        "no built-in template is named `clinic_remindr`: there are clinic_reminder, one_time_code, flood_alert, tax_reminder, library_notice, body; a text of your own has a space or a `{{variable}}` in it"
    )]
    #[case(
        "Hi {{Name}}",
        "`Name` cannot be a variable: expected lower-case letters, digits and `_`, beginning with a letter, as in `{{first_name}}`"
    )]
    #[case(
        "Hi {{name",
        "`name` cannot be a variable: expected lower-case letters, digits and `_`, beginning with a letter, as in `{{first_name}}`"
    )]
    #[case("Hi {name}", "`{` cannot be in an English text")]
    #[case("Hi 😀 you", "`😀` cannot be in an English text")]
    #[case(" Hi you", "expected a text that neither begins nor ends with a space")]
    #[case("", "expected a text that neither begins nor ends with a space")]
    fn others_are_explained(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(template_text(text).unwrap_err().to_string(), expected);
    }
}
