//! Whatever is pressed, told and resized, in whatever order: no panic, and the cursor stays on a
//! line of the screen.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::SignedDuration;
use postwatch::delivery::{BatchId, Status};
use postwatch::monitor::{ActionStage, Command, Connection, News, NotStarted, NoticeWeight, RunNews, RunPhase, SearchState};
use postwatch::postman::{CallProblem, HostKind};
use postwatch::store::AnswerKind;
use postwatch::tui::Event;
use proptest::prelude::*;

use crate::desk::{Desk, Sms, batch_retry_news, card, explanation, retry_news, sends, setup, sms};

/// Something that happens.
#[derive(Debug, Clone)]
enum Happening {
    Key(String),
    Mouse(MouseEvent),
    Size(u16, u16),
    Head(Vec<(u32, u8, u16)>, bool),
    Search(Vec<(u32, u8, u16)>, bool),
    Stage(u32, u8),
    Connection(u8),
    Run(u8, u8, u8),
    Batch(u8),
    NotStarted(Vec<u32>),
    StartedOver,
    Notice,
    Wait(u16),
    Paste(String),
}

/// The keys that are no sign; every sign of ASCII is pressed as well, whatever it is bound to.
const NAMED: [&str; 21] = [
    "PgUp",
    "PgDn",
    "Home",
    "End",
    "Up",
    "Down",
    "Left",
    "Right",
    "Tab",
    "BackTab",
    "Enter",
    "Esc",
    "Backspace",
    "Space",
    "F1",
    "F2",
    "F5",
    "^u",
    "^d",
    "^r",
    "^c",
];

/// What most of the keys are: a row down or up, and what opens and closes.
const OFTEN: [&str; 14] = ["j", "k", "g", "G", "Enter", "Esc", "Tab", "Space", "f", "o", "t", "r", "a", ":"];

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(OFTEN.to_vec()).prop_map(str::to_owned),
        2 => prop::sample::select(NAMED.to_vec()).prop_map(str::to_owned),
        3 => (b'!'..=b'~').prop_map(|sign| char::from(sign).to_string()),
    ]
}

fn mouse() -> impl Strategy<Value = MouseEvent> {
    let kinds = vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::Moved,
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollLeft,
    ];
    (prop::sample::select(kinds), 0..240u16, 0..80u16).prop_map(|(kind, column, row)| MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    })
}

/// How many cases: `PROPTEST_CASES` where it is set, for a longer run.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64)
}

fn messages() -> impl Strategy<Value = Vec<(u32, u8, u16)>> {
    prop::collection::vec((0..60u32, 0..8u8, any::<u16>()), 0..25)
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        12 => key().prop_map(Happening::Key),
        1 => mouse().prop_map(Happening::Mouse),
        1 => (1..230u16, 1..70u16).prop_map(|(columns, rows)| Happening::Size(columns, rows)),
        3 => (messages(), any::<bool>()).prop_map(|(messages, complete)| Happening::Head(messages, complete)),
        2 => (messages(), any::<bool>()).prop_map(|(messages, more)| Happening::Search(messages, more)),
        1 => (0..60u32, 0..8u8).prop_map(|(number, stage)| Happening::Stage(number, stage)),
        1 => (0..5u8).prop_map(Happening::Connection),
        1 => (any::<u8>(), any::<u8>(), 0..4u8).prop_map(|(total, to_go, phase)| Happening::Run(total, to_go, phase)),
        1 => (0..8u8).prop_map(Happening::Batch),
        1 => prop::collection::vec(0..60u32, 0..4).prop_map(Happening::NotStarted),
        1 => Just(Happening::StartedOver),
        1 => Just(Happening::Notice),
        2 => any::<u16>().prop_map(Happening::Wait),
        1 => "[0-9+ a-z李]{0,30}".prop_map(Happening::Paste),
    ]
}

fn told(messages: &[(u32, u8, u16)]) -> Vec<Sms> {
    let words = ["created", "enqueued", "sending", "sent", "sent_to_telco", "success", "failure", "parked"];
    messages
        .iter()
        .map(|(number, status, age)| {
            sms(*number, words[usize::from(*status)], i64::from(*age) * 10).batch("batch_a41f0000-0000-4000-8000-000000000022")
        })
        .collect()
}

fn stage(number: u8, desk: &Desk) -> ActionStage {
    let why = explanation("something happened");
    match number {
        0 => ActionStage::NotTaken(why),
        1 => ActionStage::Intended,
        2 => ActionStage::UnderWay { try_number: 2 },
        3 => ActionStage::GoesAgain { at: desk.now, why },
        4 => ActionStage::Accepted,
        5 => ActionStage::Unknown { why, look_up_at: None },
        6 => ActionStage::FoundAccepted,
        _ => ActionStage::Followed { status: Status::Sent },
    }
}

fn happen(desk: &mut Desk, what: &Happening) {
    let until = desk.now + SignedDuration::from_secs(9);
    match what {
        Happening::Key(key) => desk.keys(key),
        Happening::Mouse(mouse) => desk.event(Event::Mouse(*mouse)),
        Happening::Size(columns, rows) => desk.resize(*columns, *rows),
        Happening::Head(messages, complete) => desk.head(0, &told(messages), *complete),
        Happening::Search(messages, more) => {
            let found: Vec<Sms> = told(messages);
            let asked_at = desk.now;
            let state =
                SearchState::Answered { found: found.iter().map(Sms::id).collect(), more: *more, beside: Default::default(), asked_at };
            desk.answer(0, &found, AnswerKind::Search, None, false);
            let generation = postwatch::monitor::Generation(u64::try_from(messages.len()).unwrap_or(0));
            desk.news(0, News::Search { generation, state })
        }
        Happening::Stage(number, at) => {
            let news = retry_news(sms(*number, "failure", 0).id(), stage(*at, desk), desk.now);
            desk.news(0, news)
        }
        Happening::Connection(kind) => {
            let why = explanation("it happened");
            desk.news(
                0,
                News::Connection(match kind {
                    0 => Connection::Connecting,
                    1 => Connection::Live,
                    2 => Connection::Waiting { until, met: CallProblem::NoAnswer, why },
                    3 => Connection::Refused { until, met: CallProblem::Refused, why },
                    _ => Connection::Paused,
                }),
            )
        }
        Happening::Run(total, to_go, phase) => {
            let why = explanation("it happened");
            let phase = match phase {
                0 => RunPhase::Running,
                1 => RunPhase::Paused(why),
                2 => RunPhase::Stopped(why),
                _ => RunPhase::Done,
            };
            let (total, to_go) = (usize::from(*total), usize::from(*to_go));
            let news = RunNews {
                total,
                accepted: 3,
                refused: 1,
                unknown: 1,
                not_sent: 0,
                skipped: 0,
                to_go,
                phase,
                rate: 0.0,
                began_at: desk.now,
            };
            desk.news(0, News::Run(news))
        }
        Happening::Batch(at) => {
            let batch = BatchId::new("batch_a41f0000-0000-4000-8000-000000000022");
            let news = batch_retry_news(batch, stage(*at, desk), desk.now);
            desk.news(0, news)
        }
        Happening::NotStarted(numbers) => {
            let ids = numbers.iter().map(|number| sms(*number, "failure", 0).id()).collect();
            desk.news(0, News::NotStarted(NotStarted { messages: ids, ..NotStarted::default() }))
        }
        Happening::StartedOver => desk.news(0, News::StartedOver),
        Happening::Notice => desk.notice(NoticeWeight::Warning, "something to know"),
        Happening::Wait(milliseconds) => desk.wait(i64::from(*milliseconds)),
        Happening::Paste(text) => desk.event(Event::Paste(text.clone())),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(size in (1..230u16, 1..70u16), happenings in prop::collection::vec(happening(), 1..60), many: bool) {
        let mut cards = vec![card("Clinic reminders", HostKind::Production)];
        if many {
            cards.push(card("Flood alerts 李欣怡您好", HostKind::Test));
        }
        let mut desk = Desk::new(setup(cards), size.0, size.1);
        for what in &happenings {
            happen(&mut desk, what);
        }
    }

    /// Whatever is done, no key but `y`, an answer that was moved to, or a typed count writes.
    #[test]
    fn nothing_is_written_without_a_yes(happenings in prop::collection::vec(happening(), 1..60)) {
        let yes = ["y", "Tab", "BackTab", "Left", "Right", "h", "l", "1", "2", "3"];
        let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Production)]), 100, 40);
        desk.head(0, &told(&[(1, 6, 1), (2, 6, 2), (3, 6, 3)]), true);
        for what in happenings.iter().filter(|what| !matches!(what, Happening::Key(key) if yes.contains(&key.as_str()))) {
            happen(&mut desk, what);
        }
        for command in desk.commands() {
            let writes = sends(&command) || matches!(command, Command::Resolve { .. });
            prop_assert!(!writes, "{:?}", command);
        }
    }

    /// Told in any order and however often, and whatever the list's order, the cursor's message stays under the cursor.
    #[test]
    fn the_selection_belongs_to_a_message(
        first in messages(), rest in prop::collection::vec(messages(), 0..6), steps in 1..20usize,
        orders in prop::collection::vec(prop::sample::select(vec!["o g Enter Esc", "o g j j j Enter Esc", "o g j Enter Esc", "o 0 Esc"]), 0..3),
    ) {
        let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 24);
        desk.head(0, &told(&first), true);
        for keys in &orders {
            desk.keys(keys);
        }
        for _ in 0..steps {
            desk.keys("j");
        }
        let recipient = |line: &str| line.split("65∙∙∙∙").nth(1).map(|rest| rest[..4].to_owned());
        let before = recipient(&desk.cursor_line());
        for messages in &rest {
            // Statuses change, times do not: a message never moves in the list.
            let ages: std::collections::HashMap<u32, u16> = first.iter().map(|(number, _, age)| (*number, *age)).collect();
            let same: Vec<_> = messages.iter().map(|(number, status, age)| (*number, *status, ages.get(number).copied().unwrap_or(*age))).collect();
            desk.head(0, &told(&same), true);
            if before.is_some() {
                prop_assert_eq!(&recipient(&desk.cursor_line()), &before);
            }
        }
    }
}
