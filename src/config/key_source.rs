//! Reading where a campaign's key comes from.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::FieldReader;
use super::mistake::holds_key;
use super::{Expected, KeySource, Located, nearest};

/// What a key may be, for mistakes.
pub(super) const KEY_SOURCES: &str =
    "`key = { env = \"NAME\" }`, `key = { file = \"PATH\" }` or `key = { command = [\"PROGRAM\", \"ARGUMENT\"] }`";

/// The source that a table names. No mistake about it quotes a possible key.
pub(super) fn key_source(fields: &mut FieldReader<'_>, source: &DeTable<'_>, key: &Spanned<DeValue<'_>>) -> Option<KeySource> {
    let entries = fields.in_order(source);
    let found = fields.found();
    for (name, _) in &entries {
        let written: &str = name.get_ref();
        match written {
            "env" | "file" | "command" => {}
            "keyring" => {
                let what = "`keyring` is not a key source in this version: a command can ask the keyring";
                let expected = "`key = { command = [\"secret-tool\", \"lookup\", \"service\", \"postwatch\"] }`, for instance";
                fields.mistake(name.span(), what, Expected::new(expected));
            }
            _ => {
                let nearest = nearest(written, ["env", "file", "command"]);
                let expected = Expected { expected: KEY_SOURCES.to_owned(), nearest };
                // Not quoted: someone may have written the key here.
                fields.mistake(name.span(), "this is not a key source", expected);
            }
        }
    }
    if fields.found() > found {
        return None;
    }
    if entries.len() != 1 {
        let what = if entries.is_empty() { "`key` names no source" } else { "`key` names more than one source" };
        fields.mistake(key.span(), what, Expected::new(KEY_SOURCES));
        return None;
    }
    if let Some(variable) = fields.string(source, "env", "a variable's name in quotes") {
        return checked_variable(fields, variable).map(KeySource::Env);
    }
    if let Some(command) = super::fields::field(source, "command") {
        return key_command(fields, command).map(KeySource::Command);
    }
    let file = fields.string(source, "file", "a file's path in quotes")?;
    if file.value.is_empty() {
        return fields.keep(Err(file.mistake("`file` is empty", Expected::new("a file's path"))));
    }
    Some(KeySource::File(file.value.into()))
}

/// A program and its arguments. None of its texts is quoted: someone may have written the key there.
fn key_command(fields: &mut FieldReader<'_>, command: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
    const EXPECTED: &str = "a program and its arguments as a list of texts, such as `[\"pass\", \"show\", \"clinic\"]`";
    let DeValue::Array(parts) = command.get_ref() else {
        return fields.unfit("command", command.span(), command.get_ref(), EXPECTED);
    };
    let mut words = Vec::new();
    for part in parts {
        let DeValue::String(word) = part.get_ref() else {
            return fields.unfit("command", part.span(), part.get_ref(), EXPECTED);
        };
        if holds_key(word) {
            fields.mistake(part.span(), "`command` seems to hold the key itself", Expected::new(EXPECTED));
            return None;
        }
        words.push(word.to_string());
    }
    if words.first().is_none_or(|program| program.trim().is_empty()) {
        fields.mistake(command.span(), "`command` names no program", Expected::new(EXPECTED));
        return None;
    }
    if words.iter().any(|word| word.contains('\0')) {
        fields.mistake(command.span(), "`command` contains a NUL character", Expected::new(EXPECTED));
        return None;
    }
    Some(words)
}

fn checked_variable(fields: &mut FieldReader<'_>, variable: Located<String>) -> Option<String> {
    let name = &variable.value;
    if holds_key(name) {
        let expected = "the name of an environment variable that holds the key";
        return fields.keep(Err(variable.mistake("`env` looks like a key itself", Expected::new(expected))));
    }
    let letters = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if name.is_empty() || !name.chars().all(letters) || name.starts_with(|letter: char| letter.is_ascii_digit()) {
        // Not quoted: it may be the key.
        let expected = "a name of letters, digits and `_`, such as \"CLINIC_KEY\"";
        return fields.keep(Err(variable.mistake("`env` is not the name of a variable", Expected::new(expected))));
    }
    Some(variable.value)
}
