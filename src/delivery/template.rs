//! A template's text and the values that fill it.

/// A template as a message carries it: the text with its `{{variables}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The id of this text.
    pub id: Option<String>,
    /// The id of the template that the text belongs to, the same in all languages.
    pub template_id: Option<String>,
    /// The text's language.
    pub language: Option<String>,
    /// The text, with its `{{variables}}`.
    pub body: Option<String>,
}

/// A piece of a template's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplatePart<'a> {
    /// Text that is the same in every message.
    Text(&'a str),
    /// The name of a variable, without its braces and the spaces around it.
    Variable(&'a str),
}

/// The pieces of a template's text. Unclosed braces, or braces without a name, are text.
pub fn parts(body: &str) -> impl Iterator<Item = TemplatePart<'_>> {
    let mut rest = body;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = leading_variable(rest) {
            rest = after;
            return Some(TemplatePart::Variable(name));
        }
        // The text up to the next variable; the first character never starts one, so this makes progress.
        let step = rest.chars().next().map_or(1, char::len_utf8);
        let end = (step..rest.len())
            .filter(|&at| rest.is_char_boundary(at))
            .find(|&at| rest[at..].starts_with("{{") && leading_variable(&rest[at..]).is_some())
            .unwrap_or(rest.len());
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(TemplatePart::Text(text))
    })
}

fn leading_variable(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix("{{")?.split_once("}}")?;
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    is_name.then_some((name, after))
}

/// The text with every variable filled in; `None` when a value is missing.
pub fn fill<'a>(body: &str, value: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let mut out = String::with_capacity(body.len() + 32);
    for part in parts(body) {
        match part {
            TemplatePart::Text(text) => out.push_str(text),
            TemplatePart::Variable(name) => out.push_str(value(name)?),
        }
    }
    Some(out)
}

/// The part of a text as sent that differs from template to template: without the header (in test, a sentence that says
/// so; the agency's name) and the footer, which the API sets off by lines of `---`. A text without both is returned whole.
pub fn text_body(text: &str) -> &str {
    const LINE: &str = "\n---\n";
    match (text.find(LINE), text.rfind(LINE)) {
        (Some(header), Some(footer)) if header < footer => text[header + LINE.len()..footer].trim(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_template_falls_into_text_and_variables() {
        use TemplatePart::{Text, Variable};
        let found: Vec<_> = parts("Dear {{name}}, see you at {{ place }}.").collect();
        assert_eq!(found, [Text("Dear "), Variable("name"), Text(", see you at "), Variable("place"), Text(".")]);
        assert_eq!(parts("{{open and {{x}}").collect::<Vec<_>>(), [Text("{{open and "), Variable("x")]);
        assert_eq!(parts("{{}} {{a b}}").collect::<Vec<_>>(), [Text("{{}} {{a b}}")]);
    }

    #[test]
    fn a_body_has_neither_header_nor_footer() {
        let text = "This is a test message.\n\nClinic\n\n---\n\nDear Tan,\n---- see you\n\n---\n\nDo not reply.";
        assert_eq!(text_body(text), "Dear Tan,\n---- see you");
        assert_eq!(text_body("Dear Tan\n---\nsee you"), "Dear Tan\n---\nsee you", "one line alone is the author's");
        assert_eq!(text_body("a\n---\nb\n---\nc\n---\nd"), "b\n---\nc");
        assert_eq!(text_body(""), "");
    }

    #[test]
    fn filling_needs_every_value() {
        let values = |name: &str| (name == "name").then_some("Tan Wei Ming");
        assert_eq!(fill("Dear {{name}}!", values).as_deref(), Some("Dear Tan Wei Ming!"));
        assert_eq!(fill("Dear {{nobody}}!", values), None);
    }

    proptest! {
        #[test]
        fn no_letter_is_lost(body in "[a{}é 您]{0,30}") {
            let whole: String = parts(&body).map(|part| match part {
                TemplatePart::Text(text) => text.to_owned(),
                TemplatePart::Variable(name) => name.to_owned(),
            }).collect();
            let without = |text: &str| text.replace(['{', '}', ' '], "");
            prop_assert_eq!(without(&whole), without(&body));
        }
    }
}
