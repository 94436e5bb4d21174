//! No more messages are kept than wanted: the rows of those that are dropped are used again, and nothing that was
//! kept of a message may speak of the one that has its row now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use postwatch::monitor::{ActionStage, News, RunNews, RunPhase};
use postwatch::postman::HostKind;
use postwatch::tui::CampaignSettings;
use proptest::prelude::*;

use crate::copying::copied;
use crate::desk::{Desk, Sms, card, retry_news, setup, sms, start};

/// How many messages are kept.
const KEPT: usize = 40;

/// The newest messages, which alone go on: none of them is old enough to be dropped.
const GOING_ON: u32 = 15;

/// A dashboard that keeps few messages, and what it was told.
struct Told {
    desk: Desk,
    /// The newest word about each message.
    statuses: BTreeMap<u32, &'static str>,
    /// The messages that changed since the activity was left.
    changed: BTreeSet<u32>,
}

impl Told {
    fn new(columns: u16, rows: u16) -> Self {
        let few = CampaignSettings { max_messages: KEPT, ..card("Clinic reminders", HostKind::Test) };
        let mut told = Self { desk: Desk::new(setup(vec![few]), columns, rows), statuses: BTreeMap::new(), changed: BTreeSet::new() };
        told.desk.live(0);
        told.page(&(1..=20).map(|number| (number, "sent")).collect::<Vec<_>>());
        told.changed.clear();
        told
    }

    /// A page of messages; a higher number was recorded later.
    fn page(&mut self, page: &[(u32, &'static str)]) {
        self.desk.now += SignedDuration::from_secs(1);
        let newest = self.newest();
        let messages: Vec<Sms> = page.iter().map(|(number, status)| self.sms(*number, status)).collect();
        for (number, status) in page {
            let before = self.statuses.insert(*number, status);
            let is_new = before.is_none() && *number > newest && ["success", "failure"].contains(status);
            if is_new || before.is_some_and(|before| before != *status) {
                self.changed.insert(*number);
            }
        }
        self.desk.head(0, &messages, false);
    }

    fn sms(&self, number: u32, status: &'static str) -> Sms {
        let recorded: Timestamp = start() - SignedDuration::from_secs(9_000) + SignedDuration::from_secs(i64::from(number));
        sms(number, status, self.desk.now.duration_since(recorded).as_secs())
    }

    fn newest(&self) -> u32 {
        self.statuses.keys().next_back().copied().unwrap_or(0)
    }

    /// So many new messages, the newest few of them with this status. Whatever was on its way is delivered, so that
    /// all that was there can be dropped.
    fn flood(&mut self, count: u32, status: &'static str) {
        let first = self.newest() + 1;
        let open = self.statuses.iter().filter(|(_, status)| ["created", "sent"].contains(status)).map(|(number, _)| (*number, "success"));
        let new = (first..first + count).map(|number| (number, if number + 5 < first + count { "success" } else { status }));
        let page: Vec<_> = open.chain(new).collect();
        self.page(&page);
    }

    /// One of the newest has another status now; what is delivered stays so.
    fn goes_on(&mut self, back: u32, status: &'static str) {
        let number = self.newest() - back.min(GOING_ON - 1);
        if self.statuses[&number] != "success" {
            self.page(&[(number, status)]);
        }
    }

    /// The message of that id.
    fn number(&self, id: &str) -> u32 {
        self.statuses.keys().copied().find(|number| sms(*number, "", 0).id == id).unwrap_or_else(|| panic!("nobody has told of {id}"))
    }

    /// The file that the view on the screen becomes, line by line, without its heads.
    fn exported(&mut self) -> Vec<Vec<String>> {
        self.desk.keys("x Enter");
        let file = self.desk.files.pop().unwrap_or_else(|| panic!("nothing was exported:\n{}", self.desk.keys("!").screen()));
        let lines = file.text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect());
        lines.collect()
    }

    /// The row under the cursor.
    fn row(&mut self) -> String {
        self.desk.effects.clear();
        // Twice the same key would show what was copied.
        self.desk.keys("c ^l");
        copied(&self.desk).pop().unwrap_or_else(|| panic!("nothing was copied:\n{}", self.desk.screen()))
    }

    /// The list, with the cursor so many rows down: on which message. The activity is left for it.
    fn select(&mut self, steps: usize) -> u32 {
        self.desk.keys("1 g");
        self.changed.clear();
        for _ in 0..steps {
            self.desk.keys("j");
        }
        let line = self.desk.cursor_line();
        let digits = line.split("65∙∙∙∙").nth(1).and_then(|rest| rest.get(..4));
        digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("no message is selected:\n{}", self.desk.screen()))
    }

    /// Every change is of the message that changed.
    fn check_changes(&mut self) {
        self.desk.keys("5");
        if self.changed.is_empty() {
            return;
        }
        let lines = self.exported();
        let told: Vec<u32> = lines.iter().map(|line| self.number(&line[2])).collect();
        assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), self.changed, "{lines:?}");
        assert_eq!(told.len(), self.changed.len());
        for (number, line) in told.iter().zip(&lines) {
            let word = match self.statuses[number] {
                "success" => "delivered",
                "failure" => "failed",
                other => other,
            };
            assert!(line[4].ends_with(&format!(" to {word}")), "{number}: {line:?}");
            let is_dropped = line.join(",").contains("no longer loaded");
            let whose = if is_dropped { sms(*number, "", 0).id().short(true) } else { masked(*number) };
            assert_eq!(line[3], whose, "{line:?}");
        }
    }
}

fn masked(number: u32) -> String {
    format!("65∙∙∙∙{number:04}")
}

/// Something that happens.
#[derive(Debug, Clone)]
enum Happening {
    Flood(u32, &'static str),
    GoesOn(u32, &'static str),
    /// The cursor moves so far and marks what it stands on.
    Mark(usize),
    /// The cursor of the activity moves so far.
    Choose(usize),
    /// The message so far down is opened.
    Open(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    let status = || prop::sample::select(vec!["created", "sent", "success", "failure"]);
    prop_oneof![
        4 => (1..45u32, status()).prop_map(|(count, status)| Happening::Flood(count, status)),
        4 => (0..GOING_ON, status()).prop_map(|(back, status)| Happening::GoesOn(back, status)),
        2 => (0..12usize).prop_map(Happening::Mark),
        2 => (0..12usize).prop_map(Happening::Choose),
        2 => (0..12usize).prop_map(Happening::Open),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Whatever comes in and is dropped: changes, the activity's cursor, marks, the selection, the detail and an export
    /// are of the messages that they were of when they were put there.
    #[test]
    fn nothing_speaks_of_another_message(happenings in prop::collection::vec(happening(), 1..16)) {
        let mut told = Told::new(120, 36);
        let mut marked = BTreeSet::new();
        for what in happenings {
            match what {
                Happening::Flood(count, status) => told.flood(count, status),
                Happening::GoesOn(back, status) => told.goes_on(back, status),
                Happening::Mark(steps) => {
                    let number = told.select(steps);
                    told.desk.keys("Space");
                    if !marked.remove(&number) {
                        marked.insert(number);
                    }
                }
                Happening::Choose(steps) => {
                    told.desk.keys("5");
                    for _ in 0..steps {
                        told.desk.keys("j");
                    }
                    if told.changed.is_empty() {
                        continue;
                    }
                    // At the top the cursor follows the newest; on a line it stays with its message, and goes with it into
                    // the line of all that changed alike.
                    told.desk.keys("j");
                    let id = |row: String| row.split('\t').nth(2).map(str::to_owned);
                    let (is_alone, before) = (told.changed.len() == 1, id(told.row()));
                    told.flood(45, "created");
                    told.flood(45, "success");
                    let is_among_alike = told.desk.cursor_line().contains("(Enter lists them)");
                    prop_assert!(is_alone || is_among_alike || id(told.row()) == before, "{}", told.desk.screen());
                }
                Happening::Open(steps) => {
                    let number = told.select(steps);
                    told.desk.keys("Enter v");
                    told.flood(90, "success");
                    let open = format!("65 8000 {number:04}");
                    told.desk.sees(&open);
                    prop_assert_eq!(told.desk.screen().matches("65 8000").count(), told.desk.screen().matches(&open).count());
                    told.desk.keys("Esc");
                }
            }
            told.check_changes();
        }
        told.select(3);
        told.flood(90, "success");
        if !marked.is_empty() {
            let exported: BTreeSet<u32> = told.exported().iter().map(|line| told.number(&line[0])).collect();
            prop_assert_eq!(exported, marked);
        }
    }
}

#[test]
fn a_dropped_message_is_no_longer_loaded_and_nobody_else() {
    let mut told = Told::new(120, 36);
    told.goes_on(14, "failure");
    told.desk.keys("5").sees(&masked(6));
    told.flood(90, "success");
    told.desk.keys("G").misses(&masked(6));
    let line = told.desk.cursor_line();
    assert!(line.contains("failed") && line.ends_with("no longer loaded"), "{line}");
    told.desk.keys("Enter").sees("this message is no longer loaded").sees("max_messages");
    assert!(told.row().contains(&sms(6, "", 0).id), "its id can still be copied");
}

#[test]
fn results_of_dropped_messages_keep_their_ids() {
    let mut told = Told::new(120, 36);
    told.page(&[(6, "failure"), (7, "failure")]);
    told.desk.keys("3 G r").wait(500).keys("y").wait(3_000);
    for number in [6, 7] {
        let news = retry_news(sms(number, "", 0).id(), ActionStage::Accepted, told.desk.now);
        told.desk.news(0, news);
    }
    let began_at = told.desk.now;
    let news = RunNews {
        total: 2,
        accepted: 2,
        refused: 0,
        unknown: 0,
        skipped: 0,
        not_sent: 0,
        to_go: 0,
        phase: RunPhase::Done,
        rate: 1.5,
        began_at,
    };
    told.desk.news(0, News::Run(news));
    told.flood(90, "success");
    told.desk.sees("2 accepted");
    let lines = told.exported();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, number) in lines.iter().zip([7, 6]) {
        let id = sms(number, "", 0).id();
        assert!(line.contains(&id.as_str().to_owned()) && line.contains(&id.short(true)), "{line:?}");
    }
}
