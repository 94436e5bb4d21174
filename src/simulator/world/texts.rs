//! The templates and the values that fill them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::dice::{Dice, For};
use super::wire::{civil, write_escaped};
use crate::simulator::options::SimulatedLanguage;

const TEXTS: &str = include_str!("../../../assets/simulator/texts.toml");

/// The file as it is written.
#[derive(Deserialize)]
struct File {
    templates: Vec<Entry>,
    pools: BTreeMap<String, ByLanguage<Vec<String>>>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
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
}

/// A variable of a template.
pub(super) struct Variable {
    pub(super) name: String,
    source: Source,
}

/// A stretch of a body.
enum Segment {
    /// Fixed text, escaped for JSON.
    Text(Vec<u8>),
    /// The value of a variable, by its index in the template.
    Value(usize),
}

/// A template in one language.
pub(super) struct Body {
    /// As a person wrote it, with its `{{variables}}`.
    pub(super) text: String,
    segments: Vec<Segment>,
    fixed_chars: usize,
}

impl Body {
    /// Appends the filled text, escaped for JSON.
    pub(super) fn write(&self, out: &mut Vec<u8>, values: &[Cow<'_, str>]) {
        for segment in &self.segments {
            match segment {
                Segment::Text(text) => out.extend_from_slice(text),
                Segment::Value(at) => {
                    if let Some(value) = values.get(*at) {
                        write_escaped(out, value);
                    }
                }
            }
        }
    }

    /// Length of the filled text in characters.
    pub(super) fn chars<S: AsRef<str>>(&self, values: &[S]) -> usize {
        let filled = self.segments.iter().map(|segment| match segment {
            Segment::Text(_) => 0,
            Segment::Value(at) => values.get(*at).map_or(0, |value| value.as_ref().chars().count()),
        });
        self.fixed_chars + filled.sum::<usize>()
    }
}

/// What a campaign sends: one text in up to four languages.
pub(super) struct Template {
    pub(super) name: String,
    pub(super) variables: Vec<Variable>,
    bodies: [Body; 4],
}

impl Template {
    pub(super) fn body(&self, language: SimulatedLanguage) -> &Body {
        &self.bodies[language as usize]
    }

    /// The invented values of a message: about the person if the variable is, else about the message.
    pub(super) fn invent(&self, language: SimulatedLanguage, message: Dice, person: Dice, created: i64) -> Vec<Cow<'_, str>> {
        let invented = self.variables.iter().enumerate().map(|(at, variable)| {
            let at = at as u64;
            let pick = |end: u64| message.below(For::Value, at, end);
            match &variable.source {
                Source::Pool(pool) => {
                    let pool = pool.get(language);
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
            }
        });
        invented.collect()
    }
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
    let mut fixed_chars = 0;
    let mut rest = text;
    let mut fixed = |segments: &mut Vec<Segment>, text: &str| {
        if !text.is_empty() {
            let mut escaped = Vec::with_capacity(text.len());
            write_escaped(&mut escaped, text);
            fixed_chars += text.chars().count();
            segments.push(Segment::Text(escaped));
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
    Body { text: text.to_owned(), segments, fixed_chars }
}

/// The built-in templates, in the order of the file.
pub(super) fn templates() -> Vec<Arc<Template>> {
    #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
    let file: File = toml::from_str(TEXTS).expect("the compiled-in texts are valid TOML");
    let File { templates, pools } = file;
    let build = |entry: Entry| {
        let mut names = Vec::new();
        let bodies = SimulatedLanguage::ALL.map(|language| parse(entry.bodies.get(language), &mut names));
        let variables = names.into_iter().map(|name| {
            let source = match name.as_str() {
                "code" => Source::Code,
                "date" => Source::Date,
                "time" => Source::Time,
                "today" => Source::Today,
                "now" => Source::Now,
                "amount" => Source::Amount,
                "reference" => Source::Reference,
                other => pools.get(other).cloned().map_or(Source::Reference, Source::Pool),
            };
            Variable { name, source }
        });
        Arc::new(Template { name: entry.name, variables: variables.collect(), bodies })
    };
    templates.into_iter().map(build).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_fills_in_every_language() {
        let templates = templates();
        assert!(templates.len() >= 5);
        for template in &templates {
            for language in SimulatedLanguage::ALL {
                for n in 0..50 {
                    let dice = Dice::new(n);
                    let values = template.invent(language, dice, dice, 1_781_578_800_000);
                    for value in &values {
                        assert!(!value.is_empty() && value.trim() == value, "{value:?}");
                    }
                    let mut text = Vec::new();
                    template.body(language).write(&mut text, &values);
                    let text = String::from_utf8(text).unwrap();
                    assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
                    // The limits of the API: 1000 characters, fewer than 7 segments (of 67 in UCS-2).
                    let chars = text.replace("\\\"", "\"").chars().count();
                    assert_eq!(template.body(language).chars(&values), chars);
                    let limit = if text.is_ascii() { 6 * 153 } else { 6 * 67 };
                    assert!(chars <= limit, "{} {language:?}: {chars}", template.name);
                }
            }
        }
    }

    #[test]
    fn every_variable_has_a_source_of_its_own() {
        for template in templates() {
            for variable in &template.variables {
                let fits = match variable.source {
                    Source::Reference => variable.name == "reference",
                    _ => true,
                };
                assert!(fits, "no pool for `{}`", variable.name);
            }
        }
    }

    #[test]
    fn english_bodies_hold_only_allowed_characters() {
        for template in templates() {
            let body = &template.body(SimulatedLanguage::English).text;
            let fixed = body.replace("{{", "").replace("}}", "");
            assert!(fixed.is_ascii() && !fixed.contains(['|', '^', '{', '}', '[', ']', '~', '\\', '`']));
        }
    }
}
