//! From the file's text to values, with every mistake in it.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::campaign::{Campaigns, KeyRules};
use super::fields::FieldReader;
use super::mistake::shown;
use super::syntax::{SkippedLines, parse};
use super::{BrokenCampaign, Config, Display, Expected, KeyBinding, Mistake, Notify, nearest};

/// Whether a key may be in the file itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum InlineKeys<'a> {
    /// No one else can read it.
    Allowed,
    /// Others can read this file.
    Refused {
        /// The file, for the command that fixes it.
        file: &'a Path,
    },
}

/// Reads a configuration's text: the valid part, and every mistake in the order of the file. A
/// campaign with a mistake is left out and listed as broken; a display option with a mistake keeps its
/// default.
pub fn read(text: &str) -> (Config, Vec<Mistake>) {
    read_with(text, InlineKeys::Allowed)
}

pub(super) fn read_with(text: &str, inline: InlineKeys<'_>) -> (Config, Vec<Mistake>) {
    // Editors on Windows often put a byte order mark in front of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    parse(text, |table, mistakes, holes| {
        let mut fields = FieldReader::new(text, mistakes);
        let mut config = Config::default();
        fields.only(table, &["campaigns", "display", "notify", "keys"], "a table of the configuration");
        config.broken = unreadable_campaigns(text, holes);
        if let Some(campaigns) = fields.tables(table, "campaigns", "[[campaigns]]") {
            let rules = KeyRules { inline };
            let (right, broken) = Campaigns::new(&rules, holes).read(&mut fields, campaigns);
            config.campaigns = right;
            config.broken.extend(broken);
            config.broken.sort_by_key(|campaign| campaign.line);
        }
        if let Some(display) = fields.table(table, "display") {
            config.display = read_display(&mut fields, display);
        }
        if let Some(notify) = fields.table(table, "notify") {
            fields.only(notify, &["bell"], "an option");
            config.notify = Notify { bell: fields.boolean(notify, "bell").unwrap_or(Notify::default().bell) };
        }
        if let Some(keys) = fields.table(table, "keys") {
            config.keys = read_keys(&mut fields, keys);
        }
        (config, fields.into_mistakes())
    })
}

/// Campaigns whose header could not be read; nothing else is known of them.
fn unreadable_campaigns(text: &str, holes: &[SkippedLines]) -> Vec<BrokenCampaign> {
    let header = |hole: &&SkippedLines| hole.is_section && text.lines().nth(hole.first - 1).is_some_and(|line| line.contains("campaign"));
    holes
        .iter()
        .filter(header)
        .map(|hole| BrokenCampaign { name: format!("campaign at line {}", hole.first), line: hole.first, ..BrokenCampaign::default() })
        .collect()
}

fn read_display(fields: &mut FieldReader<'_>, table: &DeTable<'_>) -> Display {
    fields.only(table, &["theme", "time_zone", "ascii", "mouse"], "an option");
    let usual = Display::default();
    let theme = fields.string(table, "theme", "a theme's name or file in quotes");
    let time_zone = fields.string(table, "time_zone", "a time zone in quotes, such as \"Asia/Singapore\"");
    let time_zone = time_zone.and_then(|zone| fields.keep(zone.parse(parse_time_zone))).unwrap_or(usual.time_zone);
    Display {
        theme,
        time_zone,
        ascii: fields.boolean(table, "ascii").unwrap_or(usual.ascii),
        mouse: fields.boolean(table, "mouse").unwrap_or(usual.mouse),
    }
}

fn parse_time_zone(name: &str) -> Result<jiff::tz::TimeZone, Expected> {
    let database = jiff::tz::db();
    database.get(name).map_err(|_| {
        let names: Vec<String> = database.available().map(|zone| zone.to_string()).collect();
        Expected {
            expected: "a time zone of the IANA database, such as `Asia/Singapore` or `UTC`".to_owned(),
            // People write only the town, so that is compared too.
            nearest: nearest(name, names.iter().map(String::as_str)).or_else(|| {
                let towns: Vec<&str> = names.iter().filter_map(|zone| zone.rsplit('/').next()).collect();
                let town = nearest(name, towns)?;
                names.iter().find(|zone| zone.rsplit('/').next() == Some(&town)).cloned()
            }),
        }
    })
}

fn read_keys(fields: &mut FieldReader<'_>, table: &DeTable<'_>) -> Vec<KeyBinding> {
    const KEY: &str = "a key in quotes, such as \"r\" or \"Ctrl-r\", or a list of keys";
    let mut keys = Vec::new();
    for (name, wanted) in fields.in_order(table) {
        let action = fields.located(name.get_ref().to_string(), name.span());
        let found = fields.found();
        let listed = match wanted.get_ref() {
            DeValue::Array(list) => list.iter().collect(),
            _ => vec![wanted],
        };
        let mut chords = Vec::new();
        for chord in listed {
            match chord.get_ref() {
                DeValue::String(text) => chords.push(fields.located(text.to_string(), chord.span())),
                other => {
                    let what = format!("the key for `{}` is {}", shown(&action.value), super::fields::kind(other));
                    fields.mistake(chord.span(), what, Expected::new(KEY));
                }
            }
        }
        // A list with a mistake is ignored: half of it is not what the user asked for.
        if fields.found() == found {
            keys.push(KeyBinding { action, chords });
        }
    }
    keys
}

/// Line and column, from 1, of what would follow this text.
pub(super) fn position_at_end(text: &str) -> (usize, usize) {
    let line = text.matches('\n').count() + 1;
    let column = text.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
