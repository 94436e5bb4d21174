//! What is known of the texts of a campaign: there is no call that reads a template, so it is learnt from messages.

use std::fmt;

use super::{TemplatePart, parts};

/// The languages of the API, in its words.
pub const LANGUAGES: [&str; 4] = ["english", "chinese", "malay", "tamil"];

/// The texts of a campaign, one for each language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownTexts {
    /// The languages of its messages, most used first; not every one has a known text.
    languages: Vec<String>,
    /// The language of the newest message first.
    texts: Vec<KnownText>,
}

/// The text of one language, as its newest message has it.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownText {
    /// The language, in the API's word.
    pub language: String,
    /// The template's text with its `{{variables}}`.
    pub body: String,
    /// What the API puts around it; `None` where no message shows that.
    pub frame: Option<TextFrame>,
    /// For each variable the values that several recipients had, most used first.
    pub usual: Vec<(String, Vec<String>)>,
}

/// The header and footer that the API puts around the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFrame {
    /// The header.
    pub before: String,
    /// The footer.
    pub after: String,
}

impl KnownTexts {
    /// The languages, most used first, and the texts, newest first.
    pub fn new(languages: Vec<String>, texts: Vec<KnownText>) -> Self {
        Self { languages, texts }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.languages.is_empty()
    }

    /// The text of a language.
    pub fn of(&self, language: &str) -> Option<&KnownText> {
        self.texts.iter().find(|text| text.language == language)
    }

    /// The texts, the language of the newest message first.
    pub fn texts(&self) -> impl Iterator<Item = &KnownText> {
        self.texts.iter()
    }

    /// The languages of the messages, most used first.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.iter().map(String::as_str)
    }

    /// The variables of a language's text, or, where that is not known, of the newest text: most campaigns have the
    /// same in each language.
    pub fn variables(&self, language: &str) -> Vec<String> {
        let known = self.of(language).or(self.texts.first());
        known.map(|text| text.variables().map(str::to_owned).collect()).unwrap_or_default()
    }
}

impl KnownText {
    /// The variables, each once, as they come in the text.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let mut seen = Vec::new();
        parts(&self.body).filter_map(move |part| match part {
            TemplatePart::Variable(name) if !seen.contains(&name) => {
                seen.push(name);
                Some(name)
            }
            _ => None,
        })
    }
}

impl fmt::Debug for KnownText {
    /// Without any text: values are what was said to people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "KnownText({}, {} variables)", self.language, self.variables().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(language: &str, body: &str) -> KnownText {
        KnownText { language: language.to_owned(), body: body.to_owned(), frame: None, usual: Vec::new() }
    }

    #[test]
    fn a_language_without_a_text_has_the_variables_of_the_newest() {
        let texts = vec![text("malay", "{{nama}}: {{tempat}} {{nama}}"), text("english", "{{name}}")];
        let known = KnownTexts::new(["english", "malay", "tamil"].map(str::to_owned).to_vec(), texts);
        assert_eq!(
            (known.variables("malay"), known.variables("english")),
            (vec!["nama".to_owned(), "tempat".to_owned()], vec!["name".to_owned()])
        );
        assert_eq!(known.variables("tamil"), known.variables("malay"));
        assert_eq!(known.of("tamil"), None);
        assert_eq!(KnownTexts::default().variables("english"), Vec::<String>::new());
    }
}
