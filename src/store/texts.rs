//! What the loaded messages tell about the texts of their campaign.

use hashbrown::HashMap;

use super::columns::TextHeld;
use super::{RowNumber, Store};
use crate::delivery::{KnownText, KnownTexts, TextFrame};

/// How many of the newest messages are looked at: enough for each language and its usual values, and done at once.
const NEWEST: usize = 10_000;

/// How many recipients must have had a value before it is a usual one: one that fewer had can be about them.
const RECIPIENTS: usize = 3;

/// How many usual values a variable has.
const MOST_USUAL: usize = 5;

/// What the messages of a language tell.
#[derive(Default)]
struct Language<'a> {
    name: &'a str,
    messages: usize,
    /// Of the newest message that has one.
    body: Option<&'a str>,
    frame: Option<TextFrame>,
    values: HashMap<&'a str, HashMap<&'a str, Uses<'a>>>,
}

/// How often a value was used.
struct Uses<'a> {
    times: usize,
    /// The messages are looked at newest first.
    first: usize,
    recipients: [Option<&'a str>; RECIPIENTS],
}

impl Store {
    /// The same store for one-time passwords: a value of one is never proposed for another message.
    #[must_use]
    pub fn of_one_time_passwords(self) -> Self {
        Self { holds_passwords: true, ..self }
    }

    /// The languages and texts of the newest messages. It looks at thousands of them: the result is to be kept.
    pub fn known_texts(&self) -> KnownTexts {
        let mut languages: Vec<Language<'_>> = Vec::new();
        // Newest first by their first text.
        let mut with_text: Vec<usize> = Vec::new();
        for row in self.order.iter().take(NEWEST) {
            let Some(name) = self.language_of(row) else { continue };
            let index = languages.iter().position(|known| known.name.eq_ignore_ascii_case(name)).unwrap_or_else(|| {
                languages.push(Language { name, ..Language::default() });
                languages.len() - 1
            });
            let language = &mut languages[index];
            language.messages += 1;
            let body = self.columns.template_of(row.index()).and_then(|known| known.template.body.as_deref());
            if language.body.is_none() && body.is_some() {
                language.body = body;
                with_text.push(index);
            }
            if body.is_some() && body == language.body {
                if language.frame.is_none() {
                    language.frame = self.frame_around(row);
                }
                if !self.holds_passwords {
                    self.count_values(row, language);
                }
            }
        }
        let texts = with_text.iter().filter_map(|index| languages[*index].text()).collect();
        languages.sort_by_key(|language| std::cmp::Reverse(language.messages));
        KnownTexts::new(languages.iter().map(|language| language.name.to_ascii_lowercase()).collect(), texts)
    }

    fn language_of(&self, row: RowNumber) -> Option<&str> {
        let at = row.index();
        let given = self.columns.names.origin_of(self.columns.origin[at]).and_then(|origin| origin.language.as_deref());
        given.or_else(|| self.columns.template_of(at)?.template.language.as_deref()).filter(|name| !name.is_empty())
    }

    /// What is around the filled template in a message's text. Where the header or the footer contains the same words,
    /// it is not certain which of them is the body, and another message must tell.
    fn frame_around(&self, row: RowNumber) -> Option<TextFrame> {
        let at = row.index();
        let (held, values) = self.columns.content_parts(row.index());
        let frame = match held {
            TextHeld::Rebuilt => return Some(TextFrame { before: String::new(), after: String::new() }),
            TextHeld::Framed(number) => self.columns.names.frame_of(number)?,
            TextHeld::NotReported | TextHeld::Kept(_) => return None,
        };
        let value = |name: &str| super::values::value_of(values, &self.columns.names, name);
        let filled = self.columns.names.template_of(self.columns.template[at])?.filled(value)?;
        let is_certain = !frame.before.contains(&filled) && !frame.after.contains(&filled);
        is_certain.then(|| TextFrame { before: frame.before.clone(), after: frame.after.clone() })
    }

    fn count_values<'a>(&'a self, row: RowNumber, language: &mut Language<'a>) {
        let Some(recipient) = self.columns.recipients.get(row.index()) else { return };
        let first = language.messages;
        for (name, value) in self.columns.values_of(row.index()).into_iter().flatten() {
            let uses =
                language.values.entry(name).or_default().entry(value).or_insert(Uses { times: 0, first, recipients: [None; RECIPIENTS] });
            uses.times += 1;
            if !uses.recipients.contains(&Some(recipient))
                && let Some(free) = uses.recipients.iter_mut().find(|known| known.is_none())
            {
                *free = Some(recipient);
            }
        }
    }
}

impl Language<'_> {
    fn text(&self) -> Option<KnownText> {
        let body = self.body?.to_owned();
        let mut text = KnownText { language: self.name.to_ascii_lowercase(), body, frame: self.frame.clone(), usual: Vec::new() };
        text.usual = text.variables().map(|name| (name.to_owned(), self.usual(name))).filter(|(_, values)| !values.is_empty()).collect();
        Some(text)
    }

    fn usual(&self, name: &str) -> Vec<String> {
        let is_usual = |uses: &Uses<'_>| uses.recipients.iter().all(Option::is_some);
        let mut usual: Vec<_> =
            self.values.get(name).into_iter().flatten().filter(|(value, uses)| !value.is_empty() && is_usual(uses)).collect();
        usual.sort_unstable_by_key(|(_, uses)| (std::cmp::Reverse(uses.times), uses.first));
        usual.truncate(MOST_USUAL);
        usual.into_iter().map(|(value, _)| (*value).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Reported, RowFields, TemplateFields};
    use crate::store::AnswerKind;
    use crate::store::tests::model::{NOW, at, rows};

    const HEADER: &str = "This is a test message.\n\nClinic\n\n---\n\n";
    const FOOTER: &str = "\n\n---\n\nDo not reply.";

    /// A message: its language, template, values, full text, and recipient.
    #[derive(Clone)]
    struct Sent<'a> {
        language: &'a str,
        body: &'a str,
        values: Vec<(&'a str, &'a str)>,
        text: String,
        recipient: &'a str,
    }

    fn sent<'a>(language: &'a str, body: &'a str, name: &'a str, recipient: &'a str) -> Sent<'a> {
        let text = format!("{HEADER}{}{FOOTER}", body.replace("{{name}}", name));
        Sent { language, body, values: vec![("name", name)], text, recipient }
    }

    /// A store of these messages, the newest first.
    fn store(messages: &[Sent<'_>]) -> Store {
        let mut store = Store::new();
        merge(&mut store, messages);
        store
    }

    fn merge(store: &mut Store, messages: &[Sent<'_>]) {
        let ids: Vec<String> = (0..messages.len()).map(|index| format!("message_{index}")).collect();
        let fields = messages.iter().zip(&ids).zip(0_i64..).map(|((message, id), seconds)| RowFields {
            id,
            recipient: Reported::Value(message.recipient),
            created_at: Reported::Value(at(NOW - seconds * 1000)),
            language: Reported::Value(message.language),
            values: Reported::Value(message.values.clone()),
            full_text: Reported::Value(&message.text),
            template: Reported::Value(TemplateFields { body: Reported::Value(message.body), ..TemplateFields::default() }),
            ..RowFields::default()
        });
        store.merge(&rows(&fields.collect::<Vec<_>>()), &AnswerKind::List, at(NOW));
    }

    fn frame(before: &str, after: &str) -> Option<TextFrame> {
        Some(TextFrame { before: before.to_owned(), after: after.to_owned() })
    }

    #[test]
    fn the_newest_message_of_each_language_tells_its_text() {
        let english = |name| sent("english", "Dear {{name}}.", name, "6580001234");
        let malay = sent("Malay", "{{name}}:", "Tan", "6580001234");
        let known = store(&[malay, english("Tan"), sent("english", "Hi {{name}}", "Lim", "6580001235"), english("Lim")]).known_texts();
        assert_eq!(known.languages().collect::<Vec<_>>(), ["english", "malay"], "most used first");
        let text = known.of("english").unwrap();
        assert_eq!((text.body.as_str(), &text.frame), ("Dear {{name}}.", &frame(HEADER, FOOTER)));
        assert_eq!(known.of("malay").unwrap().body, "{{name}}:");
        assert_eq!(known.variables("tamil"), ["name"]);
        assert!(store(&[]).known_texts().is_empty());
    }

    #[test]
    fn a_text_that_was_not_given_leaves_its_frame_to_an_older_message() {
        let whole = sent("english", "Dear {{name}}.", "Tan", "6580001234");
        let other = Sent { text: "Something else".to_owned(), ..whole.clone() };
        let bare = Sent { text: "Dear Tan.".to_owned(), ..whole.clone() };
        let framed = |messages: &[Sent<'_>]| store(messages).known_texts().of("english").unwrap().frame.clone();
        assert_eq!(framed(&[other.clone(), whole.clone()]), frame(HEADER, FOOTER));
        assert_eq!(framed(&[bare, whole]), frame("", ""));
        assert_eq!(framed(&[other]), None);
    }

    #[test]
    fn words_of_the_header_are_not_taken_for_the_body() {
        let test = sent("english", "{{name}}", "test", "6580001234");
        let hello = sent("english", "{{name}}", "Hello", "6580001234");
        let framed = |messages: &[Sent<'_>]| store(messages).known_texts().of("english").unwrap().frame.clone();
        assert_eq!(framed(&[test.clone(), hello]), frame(HEADER, FOOTER));
        assert_eq!(framed(&[test]), None, "it could be either");
    }

    #[test]
    fn a_language_without_a_template_is_only_named() {
        let mut store = Store::new();
        let row = RowFields { id: "message_1", language: Reported::Value("tamil"), ..RowFields::default() };
        store.merge(&rows(&[row]), &AnswerKind::List, at(NOW));
        let known = store.known_texts();
        assert_eq!((known.languages().collect::<Vec<_>>(), known.of("tamil"), known.is_empty()), (vec!["tamil"], None, false));
    }

    /// Messages with a value: so many of them, to so many recipients.
    fn many<'a>(value: &'a str, messages: usize, recipients: usize) -> Vec<Sent<'a>> {
        let numbers = ["6580001231", "6580001232", "6580001233", "6580001234"];
        (0..messages).map(|index| sent("english", "See you at {{name}}", value, numbers[index % recipients])).collect()
    }

    #[test]
    fn usual_values_are_those_of_several_people() {
        let messages = [many("Bedok", 3, 3), many("Yishun", 5, 4), many("Tan Wei Ming", 9, 2), many("Clementi", 3, 3)].concat();
        let known = store(&messages).known_texts();
        let usual = ("name".to_owned(), ["Yishun", "Bedok", "Clementi"].map(str::to_owned).to_vec());
        assert_eq!(known.of("english").unwrap().usual, [usual]);
        let names: Vec<String> = (0..9).map(|number| format!("Place {number}")).collect();
        let messages: Vec<Sent<'_>> = names.iter().flat_map(|name| many(name, 3, 3)).collect();
        assert_eq!(store(&messages).known_texts().of("english").unwrap().usual[0].1.len(), MOST_USUAL);
    }

    #[test]
    fn one_time_passwords_are_never_usual() {
        let mut store = Store::new().of_one_time_passwords();
        merge(&mut store, &many("482913", 9, 4));
        let known = store.known_texts();
        let text = known.of("english").unwrap();
        assert_eq!((text.usual.as_slice(), text.body.as_str(), text.frame.is_some()), (&[][..], "See you at {{name}}", true));
    }
}
