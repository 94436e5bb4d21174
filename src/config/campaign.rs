//! Reading the campaigns.

use std::ops::Range;
use std::time::Duration;

use toml::de::{DeArray, DeTable, DeValue};

use super::fields::{FieldReader, kind};
use super::file::shell_quoted;
use super::key::checked;
use super::key_source::{KEY_SOURCES, key_source};
use super::mistake::shown;
use super::read::InlineKeys;
use super::{BrokenCampaign, CampaignConfig, Expected, KeySource, Located, SegmentPrices};
use crate::delivery::{CampaignId, needs_cleaning};

const OPTIONS: [&str; 14] = [
    "name",
    "id",
    "environment",
    "base_url",
    "key",
    "read_only",
    "calls_per_second",
    "campaign_limit",
    "mask",
    "history",
    "max_messages",
    "one_time_password",
    "valid_for",
    "failure_limit",
];

/// A campaign's allowance in calls per second, unless Postman gave it more.
const DEFAULT_LIMIT: u32 = 10;
/// Enough to watch, little enough to leave the sender its share.
const DEFAULT_CALLS_PER_SECOND: f64 = 2.0;
/// Failures that people still ask about are rarely older.
const DEFAULT_HISTORY: Duration = Duration::from_secs(72 * 3600);
const DEFAULT_MAX_MESSAGES: u32 = 1_000_000;
/// The rows of a campaign are numbered with 32 bits; this many would not fit into a machine's memory.
const MOST_MESSAGES: u32 = 100_000_000;
/// As long as most one-time passwords are valid.
const DEFAULT_VALID_FOR: Duration = Duration::from_secs(5 * 60);
const DEFAULT_FAILURE_LIMIT: f64 = 0.02;

impl CampaignConfig {
    /// A campaign with only the required options.
    pub fn usual(name: &str, id: CampaignId, key: KeySource) -> Self {
        Self {
            name: name.to_owned(),
            id,
            line: 0,
            environment: None,
            base_url: None,
            key,
            read_only: None,
            calls_per_second: DEFAULT_CALLS_PER_SECOND,
            campaign_limit: None,
            mask: None,
            history: DEFAULT_HISTORY,
            max_messages: usize::try_from(DEFAULT_MAX_MESSAGES).unwrap_or(usize::MAX),
            one_time_password: false,
            valid_for: DEFAULT_VALID_FOR,
            failure_limit: DEFAULT_FAILURE_LIMIT,
            charges: SegmentPrices::default(),
        }
    }
}

/// What is allowed for keys.
pub(super) struct KeyRules<'a> {
    pub inline: InlineKeys<'a>,
}

/// Reads all campaigns of a file, and checks what must be unique among them.
pub(super) struct CampaignReader<'a> {
    rules: &'a KeyRules<'a>,
    names: Vec<Located<String>>,
    /// Where each was (environment or address) and its id.
    ids: Vec<(String, Located<String>)>,
}

impl<'a> CampaignReader<'a> {
    pub fn new(rules: &'a KeyRules<'a>) -> Self {
        Self { rules, names: Vec::new(), ids: Vec::new() }
    }

    /// The campaigns without a mistake, and those with one.
    pub fn read(mut self, fields: &mut FieldReader<'_>, array: &DeArray<'_>) -> (Vec<CampaignConfig>, Vec<BrokenCampaign>) {
        let mut right = Vec::new();
        let mut broken = Vec::new();
        for value in array {
            let line = fields.located((), value.span()).line;
            let found = fields.found();
            let DeValue::Table(table) = value.get_ref() else {
                let what = format!("a campaign is {}", kind(value.get_ref()));
                fields.mistake(value.span(), what, Expected::new("a table, `[[campaigns]]`"));
                broken.push(BrokenCampaign { name: format!("campaign at line {line}"), line, ..BrokenCampaign::default() });
                continue;
            };
            let name = fields.string(table, "name", "a name in quotes");
            let environment = fields.string(table, "environment", "`production`, `test` or `loadtest`, in quotes");
            let base_url = fields.string(table, "base_url", "an address in quotes");
            let section = Section { span: value.span(), line };
            let campaign = self.campaign(fields, table, name.clone(), (environment.clone(), base_url.clone()), &section);
            match campaign {
                Some(campaign) if fields.found() == found => right.push(campaign),
                _ => {
                    let name = name.map(|name| shown(name.value.trim())).filter(|name| !name.is_empty());
                    let name = name.unwrap_or_else(|| format!("campaign at line {line}"));
                    broken.push(BrokenCampaign { name, line, environment, base_url });
                }
            }
        }
        (right, broken)
    }

    fn campaign(
        &mut self,
        fields: &mut FieldReader<'_>,
        table: &DeTable<'_>,
        name: Option<Located<String>>,
        (environment, base_url): (Option<Located<String>>, Option<Located<String>>),
        section: &Section,
    ) -> Option<CampaignConfig> {
        fields.only(table, &OPTIONS, "an option of a campaign");
        let name = self.name(fields, table, name, section);
        let id = fields.string(table, "id", "the campaign's id in quotes");
        let id = required(fields, table, "id", id, "`id = \"campaign_…\"`, from the portal", section).and_then(|id| checked_id(fields, id));
        self.server(fields, table, section);
        self.unique_id(fields, id.as_ref(), base_url.as_ref().or(environment.as_ref()));
        let key = self.key(fields, table, section);
        let campaign_limit = fields.integer(table, "campaign_limit", DEFAULT_LIMIT + 1..=1000);
        let most_calls = f64::from(campaign_limit.unwrap_or(DEFAULT_LIMIT));
        Some(CampaignConfig {
            read_only: fields.boolean(table, "read_only"),
            calls_per_second: fields.number(table, "calls_per_second", 0.1..=most_calls).unwrap_or(DEFAULT_CALLS_PER_SECOND),
            campaign_limit,
            mask: fields.boolean(table, "mask"),
            history: fields.duration(table, "history").unwrap_or(DEFAULT_HISTORY),
            max_messages: fields.integer(table, "max_messages", 1..=MOST_MESSAGES).unwrap_or(DEFAULT_MAX_MESSAGES) as usize,
            one_time_password: fields.boolean(table, "one_time_password").unwrap_or(false),
            valid_for: fields.duration(table, "valid_for").unwrap_or(DEFAULT_VALID_FOR),
            failure_limit: fields.percent(table, "failure_limit").unwrap_or(DEFAULT_FAILURE_LIMIT),
            charges: SegmentPrices::default(),
            name: name?.value,
            id: CampaignId::new(id?.value),
            line: section.line,
            environment,
            base_url,
            key: key?,
        })
    }

    fn name(
        &mut self,
        fields: &mut FieldReader<'_>,
        table: &DeTable<'_>,
        name: Option<Located<String>>,
        section: &Section,
    ) -> Option<Located<String>> {
        let name = required(fields, table, "name", name, "`name = \"…\"`, your name for the campaign", section)?;
        let name = name.map(|text| text.trim().to_owned());
        let expected = "a name of one line";
        if name.value.is_empty() {
            return fields.keep(Err(name.mistake("`name` is empty", Expected::new(expected))));
        }
        if needs_cleaning(&name.value) {
            return fields.keep(Err(name.mistake("`name` has control characters inside", Expected::new(expected))));
        }
        if let Some(first) = self.names.iter().find(|other| other.value == name.value) {
            let what = format!("the name `{}` is used on line {}, too", shown(&name.value), first.line);
            return fields.keep(Err(name.mistake(what, Expected::new("a name of its own for each campaign"))));
        }
        self.names.push(name.clone());
        Some(name)
    }

    /// An environment, an address, or an address with what is behind it.
    fn server(&self, fields: &mut FieldReader<'_>, table: &DeTable<'_>, section: &Section) {
        let is_there = |name: &str| super::fields::field(table, name).is_some();
        if !is_there("environment") && !is_there("base_url") {
            let expected = Expected::new("`environment`, or `base_url`, or both");
            fields.mistake(section.span.clone(), "neither `environment` nor `base_url` is given", expected);
        }
    }

    fn unique_id(&mut self, fields: &mut FieldReader<'_>, id: Option<&Located<String>>, server: Option<&Located<String>>) {
        let (Some(id), Some(server)) = (id, server) else { return };
        let server = server.value.trim().trim_end_matches('/').to_lowercase();
        if let Some((_, first)) = self.ids.iter().find(|(other, known)| *other == server && known.value == id.value) {
            let what = format!("this `id` is also on line {}, for the same environment", first.line);
            fields.keep::<()>(Err(id.mistake(what, Expected::new("each campaign once"))));
            return;
        }
        self.ids.push((server, id.clone()));
    }

    fn key(&self, fields: &mut FieldReader<'_>, table: &DeTable<'_>, section: &Section) -> Option<KeySource> {
        let key = super::fields::field(table, "key");
        let key = required(fields, table, "key", key, KEY_SOURCES, section)?;
        match key.get_ref() {
            DeValue::String(text) => self.inline_key(fields, text, key.span()),
            DeValue::Table(source) => key_source(fields, source, key),
            other => fields.unfit("key", key.span(), other, KEY_SOURCES),
        }
    }

    /// A key written in the file. No mistake about it may quote it.
    fn inline_key(&self, fields: &mut FieldReader<'_>, text: &str, span: Range<usize>) -> Option<KeySource> {
        if let InlineKeys::Refused { file } = self.rules.inline {
            let expected = format!("a file that no one else can read (run `chmod 600 {}`), or {KEY_SOURCES}", shell_quoted(file));
            fields.mistake(span, "the key is in a file that others can read", Expected::new(expected));
            return None;
        }
        match checked(text) {
            Ok(key) => Some(KeySource::Inline(key)),
            Err(flaw) => {
                fields.mistake(span, format!("the key {flaw}"), Expected::new(KEY_SOURCES));
                None
            }
        }
    }
}

/// A campaign's lines of the file.
struct Section {
    span: Range<usize>,
    line: usize,
}

/// Notes a missing field.
fn required<T>(
    fields: &mut FieldReader<'_>,
    table: &DeTable<'_>,
    name: &str,
    value: Option<T>,
    expected: &str,
    section: &Section,
) -> Option<T> {
    if value.is_none() && super::fields::field(table, name).is_none() {
        fields.mistake(section.span.clone(), format!("`{name}` is missing"), Expected::new(expected));
    }
    value
}

fn checked_id(fields: &mut FieldReader<'_>, id: Located<String>) -> Option<Located<String>> {
    let id = id.map(|text| text.trim().to_owned());
    let expected = "the id as the portal shows it, such as `campaign_…`";
    if id.value.is_empty() {
        return fields.keep(Err(id.mistake("`id` is empty", Expected::new(expected))));
    }
    if id.value.contains(char::is_whitespace) || needs_cleaning(&id.value) {
        return fields.keep(Err(id.mistake("`id` has white space or control characters inside", Expected::new(expected))));
    }
    Some(id)
}
