//! The templates and the values that fill them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::dice::{Dice, For};
use super::wire::{civil, write_escaped};
use crate::simulator::options::{SimulatedEnvironment, SimulatedLanguage};

const TEXTS: &str = include_str!("../../../assets/simulator/texts.toml");

/// The file as it is written.
#[derive(Deserialize)]
struct File {
    footers: ByLanguage<String>,
    templates: Vec<Entry>,
    pools: BTreeMap<String, ByLanguage<Vec<String>>>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    agency: String,
    #[serde(flatten)]
    bodies: ByLanguage<String>,
}

/// English is always there and replaces missing languages.
#[derive(Deserialize, Clone)]
struct ByLanguage<T> {
    english: T,
    chinese: Option<T>,
    malay: Option<T>,
    tamil: Option<T>,
}

impl<T> ByLanguage<T> {
    fn get(&self, language: SimulatedLanguage) -> &T {
        match language {
            SimulatedLanguage::English => None,
            SimulatedLanguage::Chinese => self.chinese.as_ref(),
            SimulatedLanguage::Malay => self.malay.as_ref(),
            SimulatedLanguage::Tamil => self.tamil.as_ref(),
        }
        .unwrap_or(&self.english)
    }
}

/// Where the values of a variable come from if the caller gave none.
enum Source {
    Pool(ByLanguage<Vec<String>>),
    Code,
    /// Some day in the next three weeks.
    Date,
    /// Some quarter of an hour in working hours.
    Time,
    /// The day of sending.
    Today,
    /// The minute of sending.
    Now,
    Amount,
    Reference,
    /// A whole text of one of these templates.
    Text(Vec<Arc<Template>>),
}

/// A variable of a template.
pub(super) struct Variable {
    pub(super) name: String,
    source: Source,
}

/// A stretch of a body.
enum Segment {
    /// Fixed text, and the same escaped for JSON.
    Text(String, Vec<u8>),
    /// The value of a variable, by its index in the template.
    Value(usize),
}

/// A template in one language.
pub(super) struct Body {
    /// As a person wrote it, with its `{{variables}}`.
    pub(super) text: String,
    segments: Vec<Segment>,
}

impl Body {
    /// Appends the filled text, escaped for JSON.
    pub(super) fn write(&self, out: &mut Vec<u8>, values: &[Cow<'_, str>]) {
        for segment in &self.segments {
            match segment {
                Segment::Text(_, escaped) => out.extend_from_slice(escaped),
                Segment::Value(at) => {
                    if let Some(value) = values.get(*at) {
                        write_escaped(out, value);
                    }
                }
            }
        }
    }

    /// The filled text.
    pub(super) fn filled<S: AsRef<str>>(&self, values: &[S]) -> String {
        let filled = self.segments.iter().map(|segment| match segment {
            Segment::Text(text, _) => text.as_str(),
            Segment::Value(at) => values.get(*at).map_or("", AsRef::as_ref),
        });
        filled.collect()
    }
}

/// What the API puts around a body.
pub(super) struct Frame {
    pub(super) before: String,
    pub(super) after: String,
}

/// The first line of every text of the test environment.
const TEST_LINE: &str = "This is a test message used for training purposes.";

/// What a campaign sends: one text in up to four languages.
pub(super) struct Template {
    pub(super) name: String,
    agency: String,
    pub(super) variables: Vec<Variable>,
    bodies: [Body; 4],
    footers: [String; 4],
}

impl Template {
    pub(super) fn body(&self, language: SimulatedLanguage) -> &Body {
        &self.bodies[language as usize]
    }

    /// The header and footer that texts of this language get.
    pub(super) fn frame(&self, language: SimulatedLanguage, environment: SimulatedEnvironment) -> Frame {
        let test_line = if environment == SimulatedEnvironment::Test { format!("{TEST_LINE}\n\n") } else { String::new() };
        let footer = &self.footers[language as usize];
        Frame { before: format!("{test_line}{}\n\n---\n\n", self.agency), after: format!("\n\n---\n\n{footer}") }
    }

    /// The invented values of a message: about the person if the variable is, else about the message.
    pub(super) fn invent(&self, language: SimulatedLanguage, about: &About) -> Vec<Cow<'_, str>> {
        let About { dice: message, person, created, is_varied } = *about;
        let invented = self.variables.iter().enumerate().map(|(at, variable)| {
            let at = at as u64;
            let pick = |end: u64| message.below(For::Value, at, end);
            match &variable.source {
                Source::Pool(pool) => {
                    let pool = pool.get(language);
                    if is_varied {
                        let from_pool = pool.get(pick(pool.len() as u64) as usize).map_or("", String::as_str);
                        return Cow::Owned(varied(&variable.name, from_pool, message, at));
                    }
                    let dice = if variable.name == "name" { person } else { message };
                    let index = dice.below(For::Value, at, pool.len() as u64) as usize;
                    Cow::Borrowed(pool.get(index).map_or("", String::as_str))
                }
                Source::Code => Cow::Owned(format!("{:06}", pick(1_000_000))),
                Source::Date => Cow::Owned(day(created + (1 + pick(21) as i64) * 86_400_000)),
                Source::Today => Cow::Owned(day(created)),
                Source::Now => {
                    let minute = civil(created).ms_of_day / 60_000;
                    Cow::Owned(clock(minute as u64 / 60, minute as u64 % 60))
                }
                Source::Time => {
                    let quarter = pick(36);
                    Cow::Owned(clock(8 + quarter / 4, quarter % 4 * 15))
                }
                Source::Amount => {
                    let cents = 2_000 + pick(450_000);
                    Cow::Owned(format!("${}.{:02}", cents / 100, cents % 100))
                }
                Source::Reference => Cow::Owned(format!("R{:08}", pick(100_000_000))),
                Source::Text(templates) => {
                    let template = templates.get(pick(templates.len() as u64) as usize);
                    Cow::Owned(
                        template.map_or_else(String::new, |template| template.body(language).filled(&template.invent(language, about))),
                    )
                }
            }
        });
        invented.collect()
    }
}

/// What the invented values of a message are about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    pub(super) dice: Dice,
    pub(super) person: Dice,
    pub(super) created: i64,
    /// Whether each message has names and places of its own, instead of a few that many share.
    pub(super) is_varied: bool,
}

/// Syllables of family names that nobody has.
const SYLLABLES: [&str; 32] = [
    "ba", "dor", "fen", "gal", "hu", "jor", "ka", "lim", "mo", "nar", "o", "pel", "qui", "ras", "sen", "tu", "ul", "ver", "wan", "xi",
    "yor", "ze", "bri", "cho", "dre", "fla", "gro", "kni", "lo", "mis", "pra", "sto",
];

/// A name or a place that hardly any other message has.
fn varied(variable: &str, from_pool: &str, message: Dice, at: u64) -> String {
    let pick = |n: u64, end: u64| message.below(For::Varied, at * 8 + n, end);
    if variable == "name" {
        let syllables: String = (0..3).filter_map(|n| SYLLABLES.get(pick(n, 32) as usize).copied()).collect();
        let (first, rest) = syllables.split_at(1);
        return format!("{from_pool} {}{rest}", first.to_ascii_uppercase());
    }
    format!("{from_pool}, Blk {} #{:02}-{}", 1 + pick(0, 999), 1 + pick(1, 40), 1 + pick(2, 999))
}

fn day(ms: i64) -> String {
    let day = civil(ms);
    format!("{:02}/{:02}/{}", day.day, day.month, day.year)
}

/// A time of the day as people write it: `2:30pm`.
fn clock(hour: u64, minute: u64) -> String {
    let half = if hour < 12 { "am" } else { "pm" };
    format!("{}:{minute:02}{half}", (hour + 11) % 12 + 1)
}

/// Splits a body at its `{{variables}}`, adding names that are new to `names`.
fn parse(text: &str, names: &mut Vec<String>) -> Body {
    let mut segments = Vec::new();
    let mut rest = text;
    let fixed = |segments: &mut Vec<Segment>, text: &str| {
        if !text.is_empty() {
            let mut escaped = Vec::with_capacity(text.len());
            write_escaped(&mut escaped, text);
            segments.push(Segment::Text(text.to_owned(), escaped));
        }
    };
    while let Some((before, name, after)) =
        rest.split_once("{{").and_then(|(before, rest)| rest.split_once("}}").map(|(name, after)| (before, name, after)))
    {
        fixed(&mut segments, before);
        let at = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        segments.push(Segment::Value(at));
        rest = after;
    }
    fixed(&mut segments, rest);
    Body { text: text.to_owned(), segments }
}

/// The agency of a text that is not built in.
const AGENCY: &str = "Example Agency";
/// The built-in template that is nothing but `{{body}}`: what most users of the API have.
const BODY: &str = "body";

/// The built-in templates, and what others are made of.
pub(super) struct Texts {
    templates: Vec<Arc<Template>>,
    file: File,
}

impl Texts {
    /// Those that are compiled in.
    pub(super) fn new() -> Self {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        let file: File = toml::from_str(TEXTS).expect("the compiled-in texts are valid TOML");
        let mut texts = Self { templates: Vec::new(), file };
        texts.templates = texts.file.templates.iter().map(|entry| texts.built(&entry.name, &entry.agency, &entry.bodies)).collect();
        texts
    }

    /// The names of the built-in templates.
    pub(super) fn names(&self) -> Vec<&str> {
        self.templates.iter().map(|template| template.name.as_str()).chain([BODY]).collect()
    }

    /// The template that `wanted` names, or whose text it is; without one, those of the file in turn.
    pub(super) fn template(&self, wanted: Option<&str>, index: u64) -> Option<Arc<Template>> {
        match wanted {
            None => self.templates.get(index as usize % self.templates.len().max(1)).map(Arc::clone),
            Some(BODY) => Some(self.own(BODY, "{{body}}")),
            Some(wanted) => {
                let built_in = self.templates.iter().find(|template| template.name == wanted).map(Arc::clone);
                Some(built_in.unwrap_or_else(|| self.own("own_text", wanted)))
            }
        }
    }

    /// One text for all languages.
    fn own(&self, name: &str, text: &str) -> Arc<Template> {
        self.built(name, AGENCY, &ByLanguage { english: text.to_owned(), chinese: None, malay: None, tamil: None })
    }

    fn built(&self, name: &str, agency: &str, bodies: &ByLanguage<String>) -> Arc<Template> {
        let mut names = Vec::new();
        let bodies = SimulatedLanguage::ALL.map(|language| parse(bodies.get(language), &mut names));
        let variables = names.into_iter().map(|name| {
            let source = match name.as_str() {
                "code" => Source::Code,
                "date" => Source::Date,
                "time" => Source::Time,
                "today" => Source::Today,
                "now" => Source::Now,
                "amount" => Source::Amount,
                "reference" => Source::Reference,
                "body" => Source::Text(self.templates.clone()),
                other => self.file.pools.get(other).cloned().map_or(Source::Reference, Source::Pool),
            };
            Variable { name, source }
        });
        let footers = SimulatedLanguage::ALL.map(|language| self.file.footers.get(language).clone());
        Arc::new(Template { name: name.to_owned(), agency: agency.to_owned(), variables: variables.collect(), bodies, footers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::world::letters::{not_in_english, segments};

    fn every_template() -> Vec<Arc<Template>> {
        let texts = Texts::new();
        texts.names().into_iter().filter_map(|name| texts.template(Some(name), 0)).collect()
    }

    #[test]
    fn every_template_fills_in_every_language() {
        let templates = every_template();
        assert!(templates.len() >= 6);
        for template in &templates {
            for language in SimulatedLanguage::ALL {
                let frame = template.frame(language, SimulatedEnvironment::Test);
                for n in 0..50 {
                    let dice = Dice::new(n);
                    let about = About { dice, person: dice, created: 1_781_578_800_000, is_varied: n % 2 == 1 };
                    let values = template.invent(language, &about);
                    for value in &values {
                        assert!(!value.is_empty() && value.trim() == value, "{value:?}");
                    }
                    let text = template.body(language).filled(&values);
                    assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
                    let mut written = b"\"".to_vec();
                    template.body(language).write(&mut written, &values);
                    written.push(b'"');
                    assert_eq!(serde_json::from_slice::<String>(&written).unwrap(), text);
                    // What the API would refuse.
                    let whole = format!("{}{text}{}", frame.before, frame.after);
                    assert!(text.chars().count() <= 1000 && segments(&whole) < 7, "{} {language:?}: {whole}", template.name);
                    assert!(language != SimulatedLanguage::English || not_in_english(&whole).is_none(), "{whole}");
                }
            }
        }
    }

    #[test]
    fn a_text_of_ones_own_is_used_in_every_language() {
        let template = Texts::new().template(Some("Hi {{name}}, {{note}}"), 3).unwrap();
        let names: Vec<&str> = template.variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names, ["name", "note"]);
        assert_eq!(template.body(SimulatedLanguage::Tamil).text, "Hi {{name}}, {{note}}");
    }

    #[test]
    fn what_surrounds_a_body_is_the_apis() {
        let template = Texts::new().template(Some("body"), 0).unwrap();
        let english = template.frame(SimulatedLanguage::English, SimulatedEnvironment::Test);
        assert_eq!(english.before, "This is a test message used for training purposes.\n\nExample Agency\n\n---\n\n");
        let footer = english.after.strip_prefix("\n\n---\n\n").unwrap();
        assert_eq!(footer.chars().count(), 62);
        for environment in [SimulatedEnvironment::Production, SimulatedEnvironment::Loadtest] {
            assert_eq!(template.frame(SimulatedLanguage::Malay, environment).before, "Example Agency\n\n---\n\n");
        }
        let footers: std::collections::BTreeSet<_> =
            SimulatedLanguage::ALL.into_iter().map(|language| template.frame(language, SimulatedEnvironment::Test).after).collect();
        assert_eq!(footers.len(), 4);
    }

    #[test]
    fn every_variable_has_a_source_of_its_own() {
        for template in every_template() {
            for variable in &template.variables {
                let fits = match variable.source {
                    Source::Reference => variable.name == "reference",
                    _ => true,
                };
                assert!(fits, "no pool for `{}`", variable.name);
            }
        }
    }
}
