//! What the file may say, and the mistakes about the rest.

use proptest::prelude::*;
use rstest::rstest;
use secrecy::ExposeSecret;

use super::*;

/// A valid campaign, to put options into.
const CAMPAIGN: &str = "[[campaigns]]\nname = \"A\"\nid = \"campaign_a\"\nenvironment = \"test\"\nkey = { env = \"A_KEY\" }\n";
const KEY: &str = "key_test_canary0123456789";

fn mistakes(text: &str) -> Vec<String> {
    read(text).1.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn right(text: &str) -> Config {
    let (config, mistakes) = read(text);
    assert_eq!(mistakes, [], "in {text}");
    config
}

#[test]
fn the_example_is_right_and_its_key_is_found() {
    let config = right(example());
    let [campaign] = &config.campaigns[..] else { panic!("one campaign") };
    assert_eq!((campaign.name.as_str(), campaign.line), ("Clinic reminders", 4));
    let key = campaign.key.read(|name| (name == "CLINIC_KEY").then(|| format!(" {KEY}\n"))).unwrap();
    assert_eq!(key.expose_secret(), KEY);
}

#[test]
fn the_examples_options_without_its_comment_signs_are_right_too() {
    // Every option that is commented out, except the two that exclude another.
    let text: String = example()
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|option| option.contains(" = ") && !option.starts_with("base_url")).unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n");
    let config = right(&text);
    assert_eq!(config.campaigns[0].campaign_limit, Some(20));
}

#[test]
fn an_empty_file_is_right_and_has_the_usual_values() {
    let config = right("");
    assert!(config.campaigns.is_empty() && config.broken.is_empty() && config.notify.bell);
    assert_eq!(config.display.time_zone.iana_name(), Some("Asia/Singapore"));
}

#[test]
fn a_short_campaign_has_the_usual_values() {
    let config = right(CAMPAIGN);
    let campaign = &config.campaigns[0];
    assert_eq!((campaign.read_only, campaign.mask, campaign.campaign_limit), (None, None, None));
    assert_eq!((campaign.calls_per_second, campaign.failure_limit, campaign.max_messages), (2.0, 0.02, 1_000_000));
    assert_eq!((campaign.history, campaign.valid_for), (Duration::from_secs(72 * 3600), Duration::from_secs(300)));
}

#[test]
fn a_mark_in_front_and_dos_line_ends_change_nothing() {
    let dos = format!("\u{feff}{}", CAMPAIGN.replace('\n', "\r\n"));
    assert_eq!(right(&dos).campaigns[0].name, "A");
    let wrong = dos.replace("test", "test\"\r\nmask = \"no");
    assert_eq!(mistakes(&wrong), ["line 5, column 8: `mask` is a string; expected `true` or `false`, without quotes"]);
}

#[rstest]
#[case("name_ = 1", "line 6, column 1: `name_` is not an option of a campaign; expected `name`")]
#[case("calls_per_second = 11", "line 6, column 20: `calls_per_second` is 11; expected a number from 0.1 to 10")]
#[case("calls_per_second = 0.05", "line 6, column 20: `calls_per_second` is 0.05; expected a number from 0.1 to 10")]
#[case("calls_per_second = nan", "line 6, column 20: `calls_per_second` is nan; expected a number from 0.1 to 10")]
#[case("calls_per_second = \"2\"", "line 6, column 20: `calls_per_second` is a string; expected a number from 0.1 to 10")]
#[case("campaign_limit = 10", "line 6, column 18: `campaign_limit` is 10; expected a whole number from 11 to 1000")]
#[case("campaign_limit = 20.5", "line 6, column 18: `campaign_limit` is a number; expected a whole number")]
#[case("max_messages = 0", "line 6, column 16: `max_messages` is 0; expected a whole number from 1 to")]
#[case("max_messages = -5", "line 6, column 16: `max_messages` is -5; expected a whole number from 1 to")]
#[case("history = 72", "line 6, column 11: `history` is a whole number; expected a duration in quotes")]
#[case("history = \"72 hours\"", "line 6, column 11: `72 hours` is not valid here; expected a duration in quotes")]
#[case("failure_limit = \"2\"", "line 6, column 17: `2` is not valid here; expected a share in quotes")]
#[case("read_only = \"yes\"", "line 6, column 13: `read_only` is a string; expected `true` or `false`")]
#[case("[display]\ntime_zone = \"Asia/Singapur\"", "line 7, column 13: `Asia/Singapur` is not valid here; expected a time zone")]
#[case(
    "[dislay]\nascii = true",
    "line 6, column 2: `dislay` is not a table of the configuration; expected `campaigns`, `display`, `notify`, `charges` or `keys`"
)]
#[case("[notify]\nbel = true", "line 7, column 1: `bel` is not an option; expected `bell`; did you mean `bell`?")]
#[case(
    "[charges]\nsingapor = 0.05",
    "line 7, column 1: `singapor` is not an option; expected `singapore` or `abroad`; did you mean `singapore`?"
)]
#[case("[charges]\nabroad = 23", "line 7, column 10: `abroad` is 23; expected a number from 0 to 10")]
#[case("[charges]\nabroad = \"0.23\"", "line 7, column 10: `abroad` is a string; expected a number from 0 to 10")]
#[case("[display]\ntitle = 1", "line 7, column 9: `title` is a whole number; expected `true` or `false`, without quotes")]
#[case("[keys]\nquit = 3", "line 7, column 8: the key for `quit` is a whole number; expected a key in quotes")]
#[case("[keys]\nquit = [\"q\", 3]", "line 7, column 14: the key for `quit` is a whole number; expected a key in quotes")]
fn a_mistake_tells_its_place_and_what_was_expected(#[case] line: &str, #[case] begins: &str) {
    let found = mistakes(&format!("{CAMPAIGN}{line}\n"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(begins), "{}", found[0]);
}

#[rstest]
#[case("read_onyl = true", "read_only")]
#[case("call_per_second = 2", "calls_per_second")]
#[case("url = \"\"", "base_url")]
#[case("one_time_passwords = true", "one_time_password")]
#[case("[display]\ntime_zone = \"Asia/Singapur\"", "Asia/Singapore")]
#[case("[display]\ntime_zone = \"Kuala_Lumpur\"", "Asia/Kuala_Lumpur")]
#[case("[[campaign]]", "campaigns")]
fn the_nearest_name_is_told(#[case] line: &str, #[case] nearest: &str) {
    let found = read(&format!("{CAMPAIGN}{line}\n")).1;
    assert_eq!(found[0].nearest.as_deref(), Some(nearest), "{}", found[0]);
}

#[test]
fn a_larger_limit_of_the_campaign_raises_the_ceiling() {
    let config = right(&format!("{CAMPAIGN}campaign_limit = 20\ncalls_per_second = 15\n"));
    assert_eq!(config.campaigns[0].calls_per_second, 15.0);
}

#[test]
fn all_mistakes_of_meaning_are_told_at_once_and_what_is_right_stays() {
    let text = "\
[[campaigns]]
name = \"Unlocked\"
id = \"campaign_u\"
environment = \"test\"
read_only = 0
maks = true

[[campaigns]]
name = \"Right\"
id = \"campaign_r\"
base_url = \"http://127.0.0.1:8025/api/v2\"
key = { file = \"r.key\" }

[[campaigns]]
id = \"campaign_n\"
environment = 3

[display]
thme = \"dark\"
ascii = true
";
    let (config, found) = read(text);
    let places: Vec<(usize, usize)> = found.iter().map(|mistake| (mistake.line, mistake.column)).collect();
    assert_eq!(places, [(1, 1), (5, 13), (6, 1), (14, 1), (14, 1), (16, 15), (19, 1)], "{found:#?}");
    assert_eq!(config.campaigns.iter().map(|campaign| campaign.name.as_str()).collect::<Vec<_>>(), ["Right"]);
    let broken: Vec<_> = config.broken.iter().map(|campaign| (campaign.name.as_str(), campaign.line)).collect();
    assert_eq!(broken, [("Unlocked", 1), ("campaign at line 14", 14)]);
    assert!(config.display.ascii, "an option beside a mistake counts");
}

#[test]
fn from_the_section_of_a_syntax_mistake_on_nothing_is_read_and_what_is_above_stays() {
    let text = "\
[[campaigns]]
name = \"Right\"
id = \"campaign_r\"
environment = \"test\"
[campaigns.key]
env = \"A_KEY\"

[display]
ascii = 1

[[campaigns]]
name = \"Unquoted\"
environment = \"test\"
[campaigns.key]
env = A_KEY

[[campaigns]
name = \"Another mistake\"

[[campaigns]]
environment = 3
";
    let (config, found) = read(text);
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "line 9, column 9: `ascii` is a whole number; expected `true` or `false`, without quotes",
            "line 15, column 7: string values must be quoted, so nothing is read from line 11 on; expected literal string",
        ]
    );
    assert_eq!(config.campaigns.iter().map(|campaign| campaign.name.as_str()).collect::<Vec<_>>(), ["Right"]);
    let broken: Vec<_> = config.broken.iter().map(|campaign| (campaign.name.as_str(), campaign.line)).collect();
    assert_eq!(broken, [("campaign at line 11", 11), ("campaign at line 17", 17), ("campaign at line 20", 20)]);
}

#[rstest]
#[case::a_list_is_open("history = [", "line 7, column 3: string values must be quoted, so the file is not read")]
#[case::a_text_is_open("history = \"\"\"", "line 12, column 1: invalid multi-line basic string, so the file is not read")]
#[case::twice("environment = \"test\"", "line 6, column 1: this name was used before, so the file is not read; expected each name once")]
#[case::no_value("mask", "line 6, column 5: key with no value, so the file is not read; expected `=`")]
fn a_campaign_with_a_syntax_mistake_is_not_used(#[case] line: &str, #[case] begins: &str) {
    let (config, found) = read(&format!("{CAMPAIGN}{line}\n{CAMPAIGN}"));
    assert_eq!((config.campaigns.len(), config.broken.len(), found.len()), (0, 2, 1), "{found:?}");
    assert!(found[0].to_string().starts_with(begins), "{}", found[0]);
}

#[test]
fn what_is_missing_is_told_at_the_campaigns_header() {
    let found = mistakes("\n[[campaigns]]\n");
    let what: Vec<&str> = found.iter().filter_map(|text| text.split_once(';')).map(|(what, _)| what).collect();
    assert_eq!(
        what,
        [
            "line 2, column 1: `name` is missing",
            "line 2, column 1: `id` is missing",
            "line 2, column 1: neither `environment` nor `base_url` is given",
            "line 2, column 1: `key` is missing",
        ]
    );
}

#[test]
fn names_are_unique_and_ids_are_for_each_environment() {
    let another = |name: &str, id: &str, environment: &str| {
        CAMPAIGN.replace("\"A\"", &format!("\"{name}\"")).replace("campaign_a", id).replace("test", environment)
    };
    right(&format!("{CAMPAIGN}{}", another("B", "campaign_a", "production")));
    let same_id = mistakes(&format!("{CAMPAIGN}{}", another("B", "campaign_a", "test")));
    assert_eq!(same_id, ["line 8, column 6: this `id` is also on line 3, for the same environment; expected each campaign once"]);
    let (config, found) = read(&format!("{CAMPAIGN}{}", another("A", "campaign_b", "test")));
    assert_eq!(found[0].to_string(), "line 7, column 8: the name `A` is used on line 2, too; expected a name of its own for each campaign");
    assert_eq!((config.campaigns.len(), config.broken.len()), (1, 1));
}

#[test]
fn campaigns_need_double_brackets() {
    let found = mistakes(&CAMPAIGN.replace("[[campaigns]]", "[campaigns]"));
    assert_eq!(found, ["line 1, column 2: `campaigns` is a table; expected one table for each, `[[campaigns]]`"]);
}

#[rstest]
#[case("{ command = [] }", "`command` names no program")]
#[case("{ command = [\" \"] }", "`command` names no program")]
#[case("{ command = \"pass show clinic\" }", "`command` is a string")]
#[case("{ command = [\"echo\", 1] }", "`command` is a whole number")]
#[case("{ command = [\"echo\", \"key_test_canary0123456789\"] }", "`command` seems to hold the key itself")]
#[case("{ command = [\"pass\"], env = \"A\" }", "`key` names more than one source")]
#[case("{ keyring = \"clinic\" }", "`keyring` is not a key source in this version: a command can ask the keyring")]
#[case("{ env = \"A\", file = \"b\" }", "`key` names more than one source")]
#[case("{}", "`key` names no source")]
#[case("{ evn = \"A\" }", "this is not a key source")]
#[case("{ env = \"\" }", "`env` is not the name of a variable")]
#[case("{ env = \"MY KEY\" }", "`env` is not the name of a variable")]
#[case("{ file = \"\" }", "`file` is empty")]
#[case("\"\"", "the key is empty")]
#[case("\"two words\"", "the key has white space inside: it must be the key alone, on one line")]
#[case("7", "`key` is a whole number")]
#[case("{ env = \"key_test_canary0123456789\" }", "`env` looks like a key itself")]
#[case("{ key_test_canary0123456789 = \"env\" }", "this is not a key source")]
#[case("\"key_test_canary0123456789 \\u00e9\"", "the key has white space inside: it must be the key alone, on one line")]
#[case("[\"key_test_canary0123456789\"]", "`key` is a list")]
#[case("key_test_canary0123456789", "string values must be quoted, so the file is not read")]
fn a_key_source_that_cannot_be_used(#[case] source: &str, #[case] what: &str) {
    let (config, found) = read(&CAMPAIGN.replace("{ env = \"A_KEY\" }", source));
    assert_eq!(found.iter().map(|mistake| mistake.what.as_str()).collect::<Vec<_>>(), [what]);
    assert_eq!(config.broken.len(), 1);
    assert!(!format!("{found:?}{config:?}").contains("canary"), "a mistake never quotes a key");
}

#[rstest]
#[case("name", "\u{7}")]
#[case("environment", "")]
#[case("mask", "")]
#[case("history", "")]
#[case("key_test_canary0123456789", "")]
fn a_key_in_the_wrong_place_is_not_repeated(#[case] option: &str, #[case] suffix: &str) {
    let without = CAMPAIGN.lines().filter(|line| !line.starts_with(option)).collect::<Vec<_>>().join("\n");
    let (config, found) = read(&format!("{without}\n{option} = \"{KEY}{}\"\n", suffix.escape_default()));
    let environment = config.campaigns.first().and_then(|campaign| campaign.environment.clone());
    let reported = environment.and_then(|environment| environment.parse(|_| Err::<(), _>(Expected::new("a word"))).err());
    let reported = format!("{found:?} {:?} {reported:?}", config.broken);
    assert!(!reported.contains("canary"), "{reported}");
    assert!(reported.contains("Mistake"), "{reported}");
}

#[test]
fn an_inline_key_is_kept_and_never_shown() {
    let config = right(&CAMPAIGN.replace("{ env = \"A_KEY\" }", &format!("\" {KEY} \"")));
    assert_eq!(config.campaigns[0].key.read(|_| None).unwrap().expose_secret(), KEY);
    assert!(!format!("{config:?}").contains("canary"));
}

#[test]
fn a_campaign_can_be_set_aside_for_a_mistake_that_another_room_finds() {
    let mut config = right(CAMPAIGN);
    config.set_aside("A");
    assert_eq!((config.campaigns.len(), config.broken[0].name.as_str()), (0, "A"));
}

#[test]
fn a_file_that_is_no_toml_has_one_mistake() {
    assert_eq!(
        mistakes(&"<html>\n".repeat(2000)),
        ["line 1, column 1: invalid unquoted key, so the file is not read; expected letters, numbers, `-`, `_`"]
    );
}

proptest! {
    #[test]
    fn any_text_is_read_and_every_mistake_is_inside_it(text in "([\\[\\]a-c=\"'{}#,\n é]|campaigns|name|key){0,60}") {
        let lines = text.split('\n').count();
        for mistake in read(&text).1 {
            prop_assert!((1..=lines).contains(&mistake.line), "{mistake}");
        }
    }

    #[test]
    fn a_line_of_nonsense_hides_no_campaign_above_unless_it_leaves_something_open(nonsense in "[\\[\\]a-c=\"'{},é ]{1,20}") {
        let (config, _) = read(&format!("{CAMPAIGN}[display]\n{nonsense}\n{CAMPAIGN}"));
        let is_open = nonsense.contains(['[', '{']) || nonsense.contains("'''") || nonsense.contains("\"\"\"");
        prop_assert!(config.campaigns.len() == 1 || (is_open && config.campaigns.is_empty()), "{}", nonsense);
    }
}

/// The options that the schema has for a section, and what the reader says about an unknown one.
#[rstest]
#[case("/$defs/campaign/properties", "[[campaigns]]\nno = 1\n")]
#[case("/properties/display/properties", "[display]\nno = 1\n")]
#[case("/properties/notify/properties", "[notify]\nno = 1\n")]
#[case("/properties", "no = 1\n")]
fn the_schema_has_the_options_that_are_read(#[case] part: &str, #[case] text: &str) {
    let schema: serde_json::Value = serde_json::from_str(schema()).unwrap();
    let mut options: Vec<String> = schema.pointer(part).unwrap().as_object().unwrap().keys().map(|name| format!("`{name}`")).collect();
    options.sort();
    let reported = read(text).1.into_iter().find(|mistake| mistake.what.starts_with("`no` is no")).unwrap().expected;
    let mut read: Vec<String> = reported.split([',', ' ']).filter(|word| word.starts_with('`')).map(str::to_owned).collect();
    read.sort();
    assert_eq!(options, read);
}

#[test]
fn the_schema_has_the_usual_values() {
    let schema: serde_json::Value = serde_json::from_str(schema()).unwrap();
    let option = |name: &str| schema.pointer(&format!("/$defs/campaign/properties/{name}/default")).unwrap().clone();
    let usual = CampaignConfig::usual("A", CampaignId::new("campaign_a"), KeySource::Env(String::new()));
    assert_eq!(option("calls_per_second").as_f64(), Some(usual.calls_per_second));
    assert_eq!(option("max_messages").as_u64(), Some(usual.max_messages as u64));
    assert_eq!(parse_duration(option("history").as_str().unwrap()).ok(), Some(usual.history));
    assert_eq!(parse_duration(option("valid_for").as_str().unwrap()).ok(), Some(usual.valid_for));
    assert_eq!(option("failure_limit"), format!("{}%", usual.failure_limit * 100.0).as_str());
}

#[test]
fn the_charges_are_those_of_every_campaign_and_each_is_left_to_postman_by_itself() {
    let config = read(&format!("{CAMPAIGN}[charges]\nsingapore = 0.05\n")).0;
    assert_eq!(config.campaigns[0].charges, SegmentPrices { singapore: Some(0.05), abroad: None });
    assert_eq!(read(CAMPAIGN).0.campaigns[0].charges, SegmentPrices::default());
}
