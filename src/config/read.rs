//! From the file's text to values: the first mistake of its syntax, and every mistake of meaning.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::campaign::{CampaignReader, KeyRules};
use super::fields::FieldReader;
use super::mistake::shown;
use super::{BrokenCampaign, Config, Display, Expected, KeyBinding, Mistake, Notify, SegmentPrices, nearest};

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

/// Reads a configuration's text: the valid part, and the mistakes in the order of the file. A campaign with a
/// mistake is left out and listed as broken; a display option with a mistake keeps its default. From the section of a
/// syntax mistake on, nothing is read.
pub fn read(text: &str) -> (Config, Vec<Mistake>) {
    read_with(text, InlineKeys::Allowed)
}

pub(super) fn read_with(text: &str, inline: InlineKeys<'_>) -> (Config, Vec<Mistake>) {
    let Sections { text, table, unread } = sections(text);
    let table = &table;
    let mut fields = FieldReader::new(text);
    let mut config = Config::default();
    fields.only(table, &["campaigns", "display", "notify", "charges", "keys"], "a table of the configuration");
    if let Some(campaigns) = fields.tables(table, "campaigns", "[[campaigns]]") {
        let rules = KeyRules { inline };
        (config.campaigns, config.broken) = CampaignReader::new(&rules).read(&mut fields, campaigns);
    }
    if let Some(display) = fields.table(table, "display") {
        config.display = read_display(&mut fields, display);
    }
    if let Some(notify) = fields.table(table, "notify") {
        fields.only(notify, &["bell"], "an option");
        config.notify = Notify { bell: fields.boolean(notify, "bell").unwrap_or(Notify::default().bell) };
    }
    if let Some(table) = fields.table(table, "charges") {
        let charges = read_charges(&mut fields, table);
        for campaign in &mut config.campaigns {
            campaign.charges = charges;
        }
    }
    if let Some(keys) = fields.table(table, "keys") {
        config.keys = read_keys(&mut fields, keys);
    }
    if let Some(unread) = unread {
        config.broken.extend(unread_campaigns(text, unread.line));
        fields.keep::<()>(Err(unread.mistake));
    }
    (config, fields.into_mistakes())
}

/// What can be read of a text.
pub(super) struct Sections<'t> {
    /// The text, without the byte order mark that editors on Windows often put in front.
    pub text: &'t str,
    /// Its sections down to the first syntax mistake.
    pub table: DeTable<'t>,
    /// What could not be read.
    pub unread: Option<Unread>,
}

/// The sections that a syntax mistake keeps from being read.
pub(super) struct Unread {
    /// The first line of them, from 1.
    pub line: usize,
    pub mistake: Mistake,
}

/// Reads TOML. With a syntax mistake, the sections above its own are certain: after it, the parser guesses.
pub(super) fn sections(text: &str) -> Sections<'_> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let place = |error: &toml::de::Error| error.span().map_or(text.len(), |span| span.start);
    // They are not in the order of the file.
    let Some(error) = errors.iter().min_by_key(|error| place(error)) else {
        return Sections { text, table: table.into_inner(), unread: None };
    };
    let at = text.floor_char_boundary(place(error));
    let above = section_start(&text[..at]);
    // Where that begins is not certain: a list that is left open above takes a header for a value.
    let (table, end) = DeTable::parse(&text[..above]).map_or((DeTable::new(), 0), |table| (table.into_inner(), above));
    let (line, _) = position_at_end(&text[..end]);
    Sections { text, table, unread: Some(Unread { line, mistake: syntax_mistake(&text[..at], error.message(), line) }) }
}

/// Where the last section of a text begins. `[campaigns.key]` belongs to the campaign above it.
fn section_start(text: &str) -> usize {
    let start = text.split_inclusive('\n').scan(0, |next, line| Some((std::mem::replace(next, *next + line.len()), line)));
    start.filter(|(_, line)| is_section(line)).last().map_or(0, |(start, _)| start)
}

fn is_section(line: &str) -> bool {
    line.trim_start().starts_with('[') && !line.contains('.')
}

fn syntax_mistake(before: &str, message: &str, unread: usize) -> Mistake {
    let (line, column) = position_at_end(before);
    // The parser's message has both parts in one sentence.
    let (what, expected) = match message.split_once(", expected ").unwrap_or((message, "")) {
        ("duplicate key", _) => ("this name was used before", "each name once"),
        ("", expected) => ("this is not TOML", expected),
        (what, "nothing") => (what, "nothing more on this line"),
        both => both,
    };
    let unread = if unread == 1 { "the file is not read".to_owned() } else { format!("nothing is read from line {unread} on") };
    let what = format!("{what}, so {unread}");
    Mistake { line, column, what, expected: expected.to_owned(), nearest: None }
}

/// Campaigns from this line on; nothing else is known of them.
fn unread_campaigns(text: &str, line: usize) -> impl Iterator<Item = BrokenCampaign> {
    let headers = (1..).zip(text.lines()).skip(line - 1).filter(|(_, text)| is_section(text) && text.contains("campaign"));
    headers.map(|(line, _)| BrokenCampaign { name: format!("campaign at line {line}"), line, ..BrokenCampaign::default() })
}

fn read_display(fields: &mut FieldReader<'_>, table: &DeTable<'_>) -> Display {
    fields.only(table, &["theme", "time_zone", "ascii", "mouse", "title"], "an option");
    let usual = Display::default();
    let theme = fields.string(table, "theme", "a theme's name or file in quotes");
    let time_zone = fields.string(table, "time_zone", "a time zone in quotes, such as \"Asia/Singapore\"");
    let time_zone = time_zone.and_then(|zone| fields.keep(zone.parse(parse_time_zone))).unwrap_or(usual.time_zone);
    Display {
        theme,
        time_zone,
        ascii: fields.boolean(table, "ascii").unwrap_or(usual.ascii),
        mouse: fields.boolean(table, "mouse").unwrap_or(usual.mouse),
        title: fields.boolean(table, "title").unwrap_or(usual.title),
    }
}

fn read_charges(fields: &mut FieldReader<'_>, table: &DeTable<'_>) -> SegmentPrices {
    /// In dollars: more is a price in cents.
    const DEAREST: f64 = 10.0;
    fields.only(table, &["singapore", "abroad"], "an option");
    let mut price = |name| fields.number(table, name, 0.0..=DEAREST);
    SegmentPrices { singapore: price("singapore"), abroad: price("abroad") }
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
