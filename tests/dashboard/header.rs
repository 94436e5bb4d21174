//! The header in every state and at every width: nothing but a name is cut, its figures are the list's total, and where
//! one is, whether it is locked and how fresh it is are always there.

use std::sync::LazyLock;

use insta::assert_snapshot;
use jiff::SignedDuration;
use postwatch::monitor::{Connection, News};
use postwatch::postman::{CallProblem, HostKind};
use postwatch::tui::text::width;
use postwatch::tui::{CampaignSettings, Dashboard as _};
use rstest::rstest;

use crate::desk::{Desk, Sms, card, explanation, setup, sms};
use crate::journalling::unlocking;
use crate::telling::lost;

/// Columns and rows. With fewer than 24 rows the header has two lines.
const SIZES: [(u16, u16); 6] = [(60, 15), (60, 24), (80, 24), (100, 30), (120, 36), (200, 60)];

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// A campaign's name that no line has room for, but for its end.
const LONG: &str = "Vaccination reminders of the polyclinics in the north and the north-east, autumn 2026, ";

/// A state of the header, at one size.
struct Drawn {
    state: &'static str,
    columns: u16,
    rows: u16,
    screen: String,
    /// What must be in the first line: environment, lock, freshness.
    first: Vec<&'static str>,
    /// What must be anywhere in the header.
    says: Vec<&'static str>,
    /// The names of all campaigns.
    names: Vec<String>,
}

impl Drawn {
    fn header(&self) -> Vec<&str> {
        self.screen.lines().take(if self.rows < 24 { 2 } else { 4 }).collect()
    }

    /// The line of classes, where there is one.
    fn classes(&self) -> Option<&str> {
        (self.rows >= 24).then(|| self.header()[1])
    }

    fn place(&self) -> String {
        format!("{} at {}x{}:\n{}", self.state, self.columns, self.rows, self.screen)
    }
}

/// All states at all sizes. Each is built once, and only its terminal changes its size.
static ALL: LazyLock<Vec<Drawn>> = LazyLock::new(|| states().into_iter().flat_map(State::at_all_sizes).collect());

/// A state, and what is true of it at any size.
struct State {
    name: &'static str,
    desk: Desk,
    first: Vec<&'static str>,
    says: Vec<&'static str>,
    names: Vec<String>,
}

impl State {
    fn at_all_sizes(mut self) -> Vec<Drawn> {
        let drawn = SIZES.map(|(columns, rows)| Drawn {
            state: self.name,
            columns,
            rows,
            screen: self.desk.resize(columns, rows).screen(),
            first: self.first.clone(),
            says: self.says.clone(),
            names: self.names.clone(),
        });
        drawn.into()
    }
}

/// So many messages of one status, spread evenly between two ages.
fn many(first: u32, count: u32, status: &'static str, youngest: i64, oldest: i64) -> Vec<Sms> {
    let age = |place: u32| youngest + (oldest - youngest) * i64::from(place) / i64::from(count.max(2) - 1);
    (0..count).map(|place| sms(first + place, status, age(place))).collect()
}

/// Messages to another country: no report comes from there.
fn abroad(first: u32, count: u32) -> Vec<Sms> {
    let messages = many(first, count, "sent_to_telco", 2 * HOUR, 9 * HOUR);
    messages.into_iter().map(|message| Sms { recipient: format!("6012{}", &message.recipient[3..]), ..message }).collect()
}

fn desk(campaigns: Vec<CampaignSettings>) -> Desk {
    Desk::new(setup(campaigns), 120, 36)
}

/// A test campaign of which these messages are all.
fn whole(messages: &[Sms]) -> Desk {
    let mut desk = desk(vec![card("Clinic reminders", HostKind::Test)]);
    desk.live(0).head(0, messages, true);
    desk
}

/// A usual day, and these in the last minutes.
fn after_a_day(recent: Vec<Sms>) -> Vec<Sms> {
    let day = many(1_000_000, 1_500, "success", 20 * 60, 23 * HOUR);
    [day, many(2_000_000, 5, "failure", 3 * HOUR, 22 * HOUR), recent].concat()
}

/// Delivered and failed evenly over the last quarter of an hour.
fn lately(delivered: u32, failed: u32) -> Vec<Sms> {
    let failures = many(50_000, failed, "failure", 20, 600).into_iter().map(|message| message.error("routing_error"));
    many(10_000, delivered, "success", 10, 840).into_iter().chain(failures).collect()
}

/// A day on which a sixth failed, as in the last minutes.
fn failing_all_day() -> Vec<Sms> {
    let day = [many(1_000_000, 1_500, "success", 16 * 60, 24 * HOUR), many(2_000_000, 300, "failure", 16 * 60, 24 * HOUR)];
    [day.concat(), many(3_000_000, 5, "success", 30 * HOUR, 40 * HOUR), lately(174, 38)].concat()
}

/// Of every class, with as many digits as a million messages have: the line is as wide, and a fifth of them is enough.
fn as_wide_as_a_million() -> Desk {
    let mut desk = desk(vec![card("Clinic reminders", HostKind::Test)]);
    let day = 20 * HOUR;
    desk.live(0);
    let parts = [
        (1, 100_654, "success", 60, day),
        (2_000_000, 10_001, "failure", 60, day),
        (3_000_000, 100_004, "sending", 5, 500),
        (4_000_000, 9_001, "sending", 2 * HOUR, day),
        (5_000_000, 1_002, "sent_to_telco", 2 * HOUR, day),
        (7_000_000, 99, "parked", 2 * HOUR, day),
    ];
    for (first, count, status, youngest, oldest) in parts {
        desk.head(0, &many(first, count, status, youngest, oldest), true);
    }
    desk.head(0, &abroad(6_000_000, 600), true);
    desk
}

fn production(name: &str) -> CampaignSettings {
    CampaignSettings { read_only: true, ..card(name, HostKind::Production) }
}

fn locked() -> Desk {
    let mut desk = desk(vec![production("Clinic reminders"), card("One-time codes", HostKind::Test)]);
    desk.live(0).live(1).head(1, &after_a_day(lately(174, 38)), true).head(0, &after_a_day(lately(354, 2)), true);
    desk
}

/// Two names that differ at their end alone, the second one in need of a person.
fn alike() -> Desk {
    let mut desk = desk(["first dose", "second dose"].map(|end| production(&format!("{LONG}{end}"))).to_vec());
    desk.live(0).live(1).head(0, &after_a_day(lately(300, 0)), true).head(1, &after_a_day(lately(174, 38)), true);
    desk
}

/// Nothing is left out of the first line, and none of it is short.
fn fullest() -> Desk {
    let gateway = CampaignSettings { read_only: true, ..card(&format!("{LONG}second dose"), HostKind::Gateway) };
    let mut desk = desk(vec![gateway, card("One-time codes", HostKind::Test)]);
    desk.live(0).live(1).head(1, &after_a_day(lately(174, 38)), true).head(0, &after_a_day(lately(354, 2)), true);
    desk.keys(": r e v e a l Enter").wait(500).keys("y");
    let until = desk.now + SignedDuration::from_secs(20);
    let why = explanation("too many calls (429)");
    desk.news(0, News::Connection(Connection::Waiting { until, met: CallProblem::TooManyCalls, why }));
    desk
}

fn states() -> Vec<State> {
    let mut states = Vec::new();
    let mut state = |name, desk: Desk, names: &[&str], first: &[&'static str], says: &[&'static str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        states.push(State { name, desk, first: first.to_vec(), says: says.to_vec(), names });
    };
    let live: &[&str] = &["TEST", "live"];
    let clinic: &[&str] = &["Clinic reminders"];
    let two: &[&str] = &["Clinic reminders", "One-time codes"];

    let ten = [many(1, 9, "success", HOUR, 9 * HOUR), many(20, 1, "failure", 2 * HOUR, 2 * HOUR)].concat();
    state("ten messages", whole(&ten), clinic, live, &["quiet: nothing sent"]);
    state("as wide as a million", as_wide_as_a_million(), clinic, live, &[]);
    let none_failed = [many(1, 1_983, "success", 30, 20 * HOUR), many(5_000, 18, "sending", 5, 300)].concat();
    state("none failed", whole(&none_failed), clinic, live, &[]);
    let all_failed = [many(1, 356, "failure", 30, 840), many(5_000, 12, "sending", 5, 300)].concat();
    state("all failed", whole(&all_failed), clinic, live, &["100"]);
    state("production, locked", locked(), two, &["PRODUCTION", "READ-ONLY", "live"], &[]);
    let mut unlocked = locked();
    unlocking(&mut unlocked);
    unlocked.wait(70_000).live(0).live(1).head(1, &[], true).head(0, &[], true);
    state("production, unlocked", unlocked, two, &["PRODUCTION", "UNLOCKED 14 min", "live"], &[]);

    let mut loading = desk(vec![card("Clinic reminders", HostKind::Test)]);
    let part = [many(1, 1_940, "success", 30, 130 * 60), many(5_000, 3, "failure", 60, HOUR), many(6_000, 55, "sent", 5, 300)].concat();
    loading.live(0).head(0, &part, false);
    state("still loading", loading, clinic, &["TEST", "loading"], &[]);
    let mut begun = desk(vec![card("Clinic reminders", HostKind::Test)]);
    begun.live(0);
    state("not loaded yet", begun, clinic, &["TEST", "loading"], &["not loaded yet"]);
    let mut paused = whole(&after_a_day(lately(354, 2)));
    paused.wait(60_000).news(0, News::Connection(Connection::Paused));
    state("paused", paused, clinic, &["TEST", "paused"], &["as of 14:0"]);
    let mut silent = locked();
    silent.wait(120_000).live(1).head(1, &[], true);
    let no_answer = lost(&silent);
    silent.news(0, no_answer);
    state("no answer", silent, two, &["PRODUCTION", "READ-ONLY", "no answer for 2 min"], &["as of 14:0"]);
    let mut refused = locked();
    let why = explanation("the key is refused (401)");
    refused.wait(60_000).live(1).head(1, &[], true);
    let until = refused.now + SignedDuration::from_secs(25);
    refused.news(0, News::Connection(Connection::Refused { until, met: CallProblem::KeyRefused, why }));
    state("key refused", refused, two, &["PRODUCTION", "READ-ONLY", "key refused"], &["as of 14:0"]);

    let mut open = locked();
    unlocking(&mut open);
    open.keys(": r e v e a l Enter").wait(500).keys("y").wait(120_000).live(1).head(1, &[], true);
    let no_answer = lost(&open);
    open.news(0, no_answer);
    state("unlocked and unmasked, no answer", open, two, &["PRODUCTION", "UNLOCKED", "UNMASKED", "no answer"], &["as of 14:0"]);
    let why = explanation("the key of the campaign is not in the variable CLINIC_KEY, which is empty or not set");
    let broken = desk(vec![CampaignSettings { broken: Some(why), ..production("Clinic reminders") }]);
    state("broken", broken, clinic, &["PRODUCTION", "READ-ONLY", "not loaded"], &[]);

    let stalled = [many(1, 1_500, "success", 13 * 60, 20 * HOUR), many(5_000, 162, "sending", 90, 800)].concat();
    state("nothing finished", whole(&stalled), clinic, live, &["nothing finished since 13:5"]);
    state("quiet", whole(&many(1, 1_500, "success", HOUR, 20 * HOUR)), clinic, live, &["quiet: nothing sent"]);
    let few = [many(1, 500, "success", HOUR, 20 * HOUR), lately(2, 1)].concat();
    state("too few for a share", whole(&few), clinic, live, &["too few for a share"]);
    state("failing since", whole(&after_a_day(lately(174, 38))), clinic, live, &["38 ✗"]);

    state("failing all day", whole(&failing_all_day()), clinic, live, &["17.9 %, limit 2.0 %"]);

    let long = format!("{LONG}second dose");
    let mut named = desk(vec![card(&long, HostKind::Test)]);
    named.live(0).head(0, &after_a_day(lately(354, 2)), true);
    state("a very long name", named, &[&long], live, &[]);
    let names = [format!("{LONG}first dose"), long];
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let production: &[&str] = &["PRODUCTION", "READ-ONLY", "live"];
    state("long names alike, the first", alike(), &names, production, &[]);
    let mut second = alike();
    second.keys("]");
    state("long names alike, the second", second, &names, production, &[]);
    let first: &[&str] = &["GATEWAY", "READ-ONLY", "UNMASKED", "too many calls"];
    state("the fullest first line", fullest(), &[names[1], "One-time codes"], first, &[]);
    states
}

/// The label of the last minutes, and how it looks, while more fails than usual and after the last answer to that.
#[test]
fn without_an_answer_the_last_minutes_are_of_the_last_one_and_call_nobody() {
    for (columns, rows) in SIZES {
        let mut desk = whole(&after_a_day(lately(174, 38)));
        desk.resize(columns, rows);
        let loud = desk.style_of("15 min");
        assert_eq!(loud, desk.style_of("38 ✗"), "{}", desk.screen());
        let no_answer = lost(desk.wait(120_000));
        desk.news(0, no_answer).sees("as of 14:03").sees("38 ✗");
        assert!(!desk.line("as of 14:03").contains("now"), "{}", desk.screen());
        assert_ne!(desk.style_of("as of 14:03"), loud, "{}", desk.screen());
    }
}

/// Where there is room, the ends of the graph say from when to when it is.
#[test]
fn the_graph_says_its_time() {
    let line = |columns, rows| {
        let mut desk = whole(&after_a_day(lately(354, 2)));
        desk.resize(columns, rows).line("356 finished")
    };
    assert!(line(120, 36).starts_with(" last 15 min "), "{}", line(120, 36));
    assert!(line(120, 36).contains(" now  356 finished"), "{}", line(120, 36));
    assert!(line(200, 60).starts_with(" last 15 min  60 min ago "), "{}", line(200, 60));
    assert!(!line(80, 24).contains("now"), "{}", line(80, 24));
}

/// Whichever view is shown, and however wide the counts are.
#[test]
fn the_names_of_the_views_never_touch() {
    for ascii in [false, true] {
        let mut setup = setup(vec![card("Clinic reminders", HostKind::Test)]);
        setup.ascii = ascii;
        let mut desk = Desk::new(setup, 80, 24);
        desk.live(0).head(0, &many(1, 1_300, "sending", HOUR, 20 * HOUR), true);
        desk.wait(1_000).head(0, &many(1, 1_234, "failure", HOUR, 20 * HOUR), true);
        for view in ["1", "2", "3", "4", "5", "d"] {
            desk.keys(view);
            for columns in 60..=120 {
                let screen = desk.resize(columns, 24).screen();
                let line = screen.lines().nth(3).unwrap();
                assert!(line.contains(&format!("[{view} ")), "{view} at {columns}:\n{screen}");
                for word in line.split_whitespace() {
                    let inner = word.strip_prefix('[').unwrap_or(word);
                    let inner = inner.strip_suffix(']').unwrap_or(inner);
                    let is_mixed = inner.contains(char::is_alphabetic) && inner.contains(|letter: char| letter.is_ascii_digit());
                    assert!(!inner.contains(['[', ']']) && !is_mixed, "`{word}` in {view} at {columns}:\n{screen}");
                }
            }
        }
    }
}

/// Whether this is a name that was shortened.
fn is_shortened(words: &str, names: &[String]) -> bool {
    let Some((head, tail)) = words.trim().trim_start_matches("w ! ").split_once('…') else { return false };
    !head.is_empty() && names.iter().any(|name| name.starts_with(head) && name.ends_with(tail))
}

#[test]
fn every_line_fits_and_nothing_but_a_name_is_cut() {
    for drawn in ALL.iter() {
        for (index, line) in drawn.header().into_iter().enumerate() {
            assert!(width(line) < usize::from(drawn.columns) && line.starts_with(' ') != line.is_empty(), "{line}\n{}", drawn.place());
            let mut cut = line.split("  ").filter(|words| words.contains('…'));
            assert!(cut.all(|words| index == 0 && is_shortened(words, &drawn.names)), "{line}\n{}", drawn.place());
        }
    }
}

/// The sum of the figures in the line of classes.
fn sum(line: &str) -> usize {
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
    let kinds = ["✓", "✗", "on", "stuck", "unconfirmed", "sent", "handed", "other", "more"];
    let figures = words.windows(2).filter(|pair| kinds.contains(&pair[1]));
    figures.map(|pair| pair[0].replace(',', "").parse::<usize>().unwrap_or_else(|_| panic!("{line}"))).sum()
}

/// How many messages the list below says there are.
fn listed(screen: &str) -> Option<usize> {
    let line = screen.lines().find(|line| line.contains(" loaded in this window"))?;
    line.split(" loaded in").next()?.split_whitespace().next_back()?.replace(',', "").parse().ok()
}

#[test]
fn the_figures_add_up_to_the_total_of_the_list() {
    let mut summed = 0;
    for drawn in ALL.iter() {
        match (drawn.classes(), listed(&drawn.screen)) {
            (Some(line), Some(total)) => assert_eq!(sum(line), total, "{}", drawn.place()),
            (None, Some(_)) => {}
            (_, None) => assert!(drawn.header().join("").contains("not loaded yet"), "{}", drawn.place()),
        }
        summed += usize::from(drawn.classes().is_some_and(|line| line.contains(" more")));
    }
    assert!(summed > 0, "no line is narrow enough for a sum of the rest");
}

#[test]
fn delivered_and_failed_are_always_there_and_a_share_only_where_it_says_something() {
    for drawn in ALL.iter() {
        let Some(line) = drawn.classes().filter(|line| !line.contains("not loaded yet")) else { continue };
        assert!(line.contains(" ✓") && line.contains(" ✗"), "{}", drawn.place());
        let has_share = line.contains(" %");
        let is_silent = ["ten messages", "none failed", "quiet"].contains(&drawn.state);
        assert!(!(is_silent && has_share), "{}", drawn.place());
        assert!(drawn.state != "all failed" || line.contains("100"), "{}", drawn.place());
    }
}

#[test]
fn where_one_is_and_whether_it_is_locked_and_fresh_is_always_in_the_first_line() {
    for drawn in ALL.iter() {
        let first = drawn.header()[0];
        for words in &drawn.first {
            assert!(first.contains(words), "`{words}`\n{}", drawn.place());
        }
        let header = drawn.header().join("\n");
        for words in &drawn.says {
            assert!(header.contains(words), "`{words}`\n{}", drawn.place());
        }
    }
}

#[test]
fn too_many_failures_are_compared_with_the_usual_and_have_a_beginning() {
    for drawn in ALL.iter().filter(|drawn| drawn.state == "failing since") {
        let line = drawn.header().into_iter().find(|line| line.contains("15 min")).unwrap();
        assert_eq!(line.contains("17.9 %, usually 0.3 %"), drawn.columns > 60, "{}", drawn.place());
        assert!(line.contains(", since 13:53"), "{}", drawn.place());
        assert_eq!(line.contains(", mostly routing_error"), drawn.columns > 100, "{}", drawn.place());
    }
}

#[test]
fn a_day_on_which_as_many_failed_makes_it_neither_usual_nor_well() {
    for drawn in ALL.iter().filter(|drawn| drawn.state == "failing all day") {
        let line = drawn.header().into_iter().find(|line| line.contains("15 min")).unwrap();
        assert!(!line.contains("usual") && !line.contains("since"), "{}", drawn.place());
        assert_eq!(line.contains(", all day"), drawn.columns > 60, "{}", drawn.place());
        assert_eq!(line.contains(", mostly routing_error"), drawn.columns > 80, "{}", drawn.place());
    }
    let mut desk = whole(&failing_all_day());
    desk.sees("Clinic reminders: 17.9 % failed in 15 min · limit 2.0 %, mostly routing_error");
    assert_eq!(desk.state.title().as_deref(), Some("✗ 38 Clinic reminders · postwatch"));
    desk.keys("4").sees("! too many all day");
    let mut two = locked();
    two.head(1, &failing_all_day(), true).sees("w ! One-time codes: 17.9 % failed");
    two.keys("BackTab").sees("Failing all day: routing_error, 38 of 212");
}

#[test]
fn every_view_has_its_key_and_who_did_not_get_it_is_counted() {
    for drawn in ALL.iter().filter(|drawn| drawn.rows >= 24) {
        let line = drawn.header()[3];
        let words: Vec<&str> = line.split([' ', '[', ']']).collect();
        assert!(["1", "2", "3", "4", "5", "d"].iter().all(|key| words.contains(key)), "{}", drawn.place());
        assert!(line.contains("[1 Messages]") && line.contains("d Not delivered"), "{}", drawn.place());
        assert!(!drawn.state.starts_with("failing") || line.contains("d Not delivered ("), "{}", drawn.place());
    }
}

#[test]
fn the_campaigns_name_is_never_dropped_and_two_that_differ_at_the_end_look_different() {
    let name = |drawn: &Drawn| {
        let pieces = drawn.header()[0].split("  ").map(str::trim);
        let mut own = pieces.filter(|piece| !piece.starts_with("w !"));
        let is_name = |piece: &&str| is_shortened(piece, &drawn.names) || drawn.names.iter().any(|name| name == piece);
        own.find(is_name).unwrap_or_else(|| panic!("{}", drawn.place())).to_owned()
    };
    for drawn in ALL.iter() {
        name(drawn);
    }
    let of = |state: &str| ALL.iter().filter(|drawn| drawn.state == state).map(name).collect::<Vec<_>>();
    for (first, second) in of("long names alike, the first").into_iter().zip(of("long names alike, the second")) {
        assert_ne!(first, second);
    }
}

#[rstest]
#[case(60)]
#[case(80)]
#[case(100)]
#[case(120)]
#[case(200)]
fn the_states(#[case] columns: u16) {
    let mut text = String::new();
    for drawn in ALL.iter().filter(|drawn| drawn.columns == columns) {
        text.push_str(&format!("── {}, {} rows\n", drawn.state, drawn.rows));
        drawn.header().into_iter().for_each(|line| text.push_str(&format!("{line}\n")));
    }
    assert_snapshot!(format!("states_{columns}"), text);
}
