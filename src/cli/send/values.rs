//! The values of a message, from `--value` and from a JSON object. No message about them repeats what they say.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::super::{Exit, Failure};

/// How many bytes of JSON are read: far more than any message has.
const LONGEST: u64 = 1 << 20;

/// Names and values in the order given.
pub(super) type Pairs = Vec<(String, String)>;

/// The values of `--value NAME=TEXT` over those of a JSON object.
///
/// # Errors
/// One of them has no `=`, or a name is given twice.
pub(super) fn over(object: Pairs, arguments: &[String]) -> Result<Pairs, Failure> {
    let mut given = Pairs::new();
    for (argument, number) in arguments.iter().zip(1_usize..) {
        let Some((name, value)) = argument.split_once('=') else {
            let what = format!("`--value` number {number} has no `=`.");
            return Err(Failure::usage(what, "Write it as `--value NAME=TEXT`."));
        };
        if given.iter().any(|(known, _)| known == name) {
            let what = format!("`--value` gives `{}` more than once.", crate::delivery::clean_line(name));
            return Err(Failure::usage(what, "Give each variable once."));
        }
        given.push((name.to_owned(), value.to_owned()));
    }
    let is_left = |(name, _): &(String, String)| !given.iter().any(|(known, _)| known == name);
    let mut values: Pairs = object.into_iter().filter(is_left).collect();
    values.append(&mut given);
    Ok(values)
}

/// The values of a JSON object in a file, or on standard input for `-`.
///
/// # Errors
/// It cannot be read, or is no object of strings.
pub(super) fn object_in(file: &str) -> Result<Pairs, Failure> {
    let source = if file == "-" { "standard input".to_owned() } else { crate::delivery::clean_line(file).into_owned() };
    let text = if file == "-" { read(io::stdin().lock()) } else { File::open(file).and_then(read) };
    let text = text.map_err(|error| {
        let what = format!("The values cannot be read from {source}.");
        let why = format!("The system says: {error}.");
        Failure::new(Exit::of_file(&error), what, why, "Name a file with a JSON object, or `-` for standard input.")
    })?;
    object(&text).map_err(|why| {
        let what = format!("The values in {source} cannot be used: {why}.");
        Failure::usage(what, "Give one JSON object of strings, as in {\"name\": \"Tan Wei Ming\"}.")
    })
}

fn read(from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    from.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// The names and values of an object of strings, or why it is none.
fn object(text: &str) -> Result<Pairs, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Where the file is one bare text, the library's own words would repeat it.
    if text.trim_start().chars().next().is_some_and(|first| first != '{') {
        return Err("they are no JSON object".to_owned());
    }
    serde_json::from_str::<ObjectOfStrings>(text).map(|object| object.0).map_err(|error| error.to_string())
}

/// An object of strings in which no name comes twice.
struct ObjectOfStrings(Pairs);

impl<'de> Deserialize<'de> for ObjectOfStrings {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = ObjectOfStrings;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ObjectOfStrings, A::Error> {
        let mut pairs = Pairs::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value::<Value>()?;
            let shown = crate::delivery::clean_line(&name).into_owned();
            let kind = match value {
                Value::String(_) if pairs.iter().any(|(known, _)| *known == name) => {
                    return Err(A::Error::custom(format!("`{shown}` comes more than once")));
                }
                Value::String(text) => {
                    pairs.push((name, text));
                    continue;
                }
                Value::Null => "null",
                Value::Bool(_) => "true or false",
                Value::Number(_) => "a number",
                Value::Array(_) => "a list",
                Value::Object(_) => "an object",
            };
            return Err(A::Error::custom(format!("`{shown}` is {kind}, and must be a string in quotes")));
        }
        Ok(ObjectOfStrings(pairs))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn pairs(all: &[(&str, &str)]) -> Pairs {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_object_of_strings_keeps_its_order() {
        let text = "\u{feff} {\"place\": \"Bedok\", \"name\": \"Tan\\nWei Ming\"}\n";
        assert_eq!(object(text), Ok(pairs(&[("place", "Bedok"), ("name", "Tan\nWei Ming")])));
        assert_eq!(object("{}"), Ok(Pairs::new()));
    }

    #[rstest]
    #[case("{\"n\": 482913}", "`n` is a number, and must be a string in quotes at line 1 column 13")]
    #[case("{\n \"n\": null}", "`n` is null, and must be a string in quotes at line 2 column 11")]
    #[case("{\"n\": \"482913\", \"n\": \"2\"}", "`n` comes more than once at line 1 column 25")]
    #[case("{\"n\": \"482913\"", "EOF while parsing an object at line 1 column 14")]
    #[case("", "EOF while parsing a value at line 1 column 0")]
    #[case("\"482913\"", "they are no JSON object")]
    #[case("[\"482913\"]", "they are no JSON object")]
    #[case("{\"n\": \"482913\"} x", "trailing characters at line 1 column 17")]
    fn anything_else_is_explained_without_what_it_says(#[case] text: &str, #[case] why: &str) {
        let explained = object(text).unwrap_err();
        assert_eq!(explained, why);
        assert!(!explained.contains("482913"));
    }

    #[test]
    fn an_argument_wins_over_the_object() {
        let object = pairs(&[("name", "Tan"), ("place", "Bedok")]);
        let arguments = ["name=Lim = Lee".to_owned(), "note=".to_owned()];
        assert_eq!(over(object, &arguments).unwrap(), pairs(&[("place", "Bedok"), ("name", "Lim = Lee"), ("note", "")]));
    }

    #[rstest]
    #[case(&["a=1", "482913"], "`--value` number 2 has no `=`")]
    #[case(&["a=482913", "a=2"], "`--value` gives `a` more than once")]
    fn an_argument_has_a_name_and_each_once(#[case] arguments: &[&str], #[case] what: &str) {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        assert_eq!(over(Pairs::new(), &arguments).unwrap_err().text.what, what);
    }
}
