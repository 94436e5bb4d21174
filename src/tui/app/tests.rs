//! Whatever the line of keys offers does something; whatever is refused says why, and does nothing.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;

use super::*;
use crate::action::{FileChecker, FileSource};
use crate::delivery::{AttemptFields, BatchFields, CampaignId, Reported, RowFields, Rows, RowsBuilder};
use crate::monitor::{CampaignIndex, Connection, News, Update};
use crate::postman::HostKind;
use crate::store::{AnswerKind, Reach};
use crate::tui::dialogs::Can;
use crate::tui::keys::{Chord, Context, KeyMap};
use crate::tui::views;
use crate::tui::{CampaignSettings, ColourDepth, FileAnswer, FileStep, FoundFile, ThemeChoice};

/// Room for every key in the last line.
const SIZE: (u16, u16) = (250, 60);

/// Longer than an answer to a key is shown.
const READ: SignedDuration = SignedDuration::from_secs(20);

fn begun() -> Timestamp {
    "2026-11-24T06:03:07Z".parse().unwrap()
}

fn settings(name: &str) -> CampaignSettings {
    CampaignSettings {
        name: name.to_owned(),
        id: CampaignId::new(format!("campaign_{name}")),
        host_kind: HostKind::Test,
        host: "127.0.0.1".to_owned(),
        read_only: false,
        masked: true,
        one_time_password: false,
        calls_per_second: 2.0,
        history: Duration::from_secs(72 * 3600),
        max_messages: 1_000_000,
        valid_for: Duration::from_secs(300),
        failure_limit: 0.02,
        charges: None,
        broken: None,
    }
}

/// Messages of which every third has failed, and every other one is in a batch.
fn messages(count: usize) -> Rows {
    let mut rows = RowsBuilder::default();
    for number in 0..count {
        let failed = number % 3 == 0;
        let (id, recipient) = (format!("message_{number}"), format!("65800012{number:02}"));
        let created = begun() - SignedDuration::from_secs(60 + number as i64);
        let attempt = AttemptFields {
            status: Reported::Value(if failed { "failure" } else { "success" }),
            created_at: Reported::Value(created),
            error_kind: if failed { Reported::Value("delivery_error") } else { Reported::Null },
            error_code: if failed { Reported::Value("recipient_unavailable") } else { Reported::Null },
            ..AttemptFields::default()
        };
        let batch = BatchFields { id: "batch_1", created_at: Reported::Value(created), ..BatchFields::default() };
        rows.push(&RowFields {
            id: &id,
            recipient: Reported::Value(&recipient),
            status: attempt.status,
            created_at: Reported::Value(created),
            batch: if number % 2 == 0 { Reported::Value(batch) } else { Reported::Null },
            attempts: Reported::Value(vec![attempt]),
            ..RowFields::default()
        });
    }
    rows.finish()
}

/// A dashboard of some campaigns, in which these keys were pressed.
#[derive(Debug, Clone)]
struct Scene {
    campaigns: usize,
    messages: usize,
    keys: Vec<KeyEvent>,
}

impl Scene {
    fn play(&self) -> App {
        let setup = Setup {
            campaigns: ["Clinic", "Codes"][..self.campaigns].iter().map(|name| settings(name)).collect(),
            zone: TimeZone::UTC,
            zone_name: "UTC".to_owned(),
            theme: ThemeChoice::None,
            depth: ColourDepth::True,
            background: None,
            ascii: false,
            copy_limit: None,
            mouse: false,
            title: true,
            bell: false,
            demo: false,
            keys: KeyMap::default(),
            notices: Vec::new(),
            session: None,
            actions_refused: None,
        };
        let mut app = App::new(setup, begun());
        app.update(Event::Resize { columns: SIZE.0, rows: SIZE.1 }, begun());
        for campaign in (0..self.campaigns).map(CampaignIndex) {
            let reach = Some(Reach { complete: true, ..Reach::default() });
            let rows = News::Rows { rows: messages(self.messages), from: AnswerKind::List, asked_at: begun(), reach, head: true };
            for news in [News::Connection(Connection::Live), rows] {
                app.update(Event::Update(Update { campaign, news }), begun());
            }
        }
        for key in &self.keys {
            let effects = app.let_through(*key, begun());
            app.find_files(effects);
        }
        // Whatever answered the last key is read by now; but a countdown would be over.
        let read = if app.shared.is_starting() { SignedDuration::ZERO } else { READ };
        app.update(Event::Tick, begun() + read);
        app
    }
}

/// What is on the screen: the line of notices, and everything else.
#[derive(Debug, PartialEq)]
struct Shown {
    lines: Vec<Vec<Cell>>,
    notice: Vec<Cell>,
}

impl App {
    /// A key as the input guard lets it through, long after the question came up.
    fn let_through(&mut self, key: KeyEvent, at: Timestamp) -> Vec<Effect> {
        let agrees = matches!(self.role(key), KeyRole::Agrees | KeyRole::AgreesToTyped);
        self.update(if agrees { Event::Agreed(key) } else { Event::Key(key) }, at)
    }

    /// What is to be checked is there: with mistakes, where its name begins with `b`.
    fn find_files(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::File { request, step: FileStep::Check { path, rules } } = effect else { continue };
            let row = if path.starts_with('b') { "+65 8000 1201;english;Tan \n" } else { "6580001201,english,Tan\n" };
            let mut checker = FileChecker::new(&path, *rules);
            checker.feed(b"recipient,language,name\n");
            checker.feed(row.as_bytes());
            let source = FileSource::Path(path.clone().into());
            let found = FoundFile { path, checked: Arc::new(checker.finish()), source };
            self.update(Event::File { request, answer: FileAnswer::Checked(found) }, begun());
        }
    }

    fn shown(&self) -> Shown {
        let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
        terminal.draw(|frame| self.draw(frame)).unwrap();
        let mut lines: Vec<Vec<Cell>> = terminal.backend().buffer().content().chunks(usize::from(SIZE.0)).map(<[Cell]>::to_vec).collect();
        let notice = lines.remove(usize::from(SIZE.1) - 2);
        Shown { lines, notice }
    }

    /// What is possible in what is on top.
    fn can(&self, action: Action) -> Can {
        match (self.top(), action) {
            (_, Action::Interrupt | Action::Suspend | Action::Redraw) => Can::Yes,
            (Some(dialog), Action::Help) if !dialog.covers() => Can::Yes,
            // Closing with `q` is what Esc does.
            (Some(dialog), Action::Quit) => dialog.can(Action::Back, &self.shared),
            (Some(dialog), _) => dialog.can(action, &self.shared),
            (None, Action::Back | Action::Quit | Action::CommandLine) if self.shared.is_starting() => Can::Yes,
            (None, _) if self.shared.is_starting() => Can::NotHere,
            (None, _) => views::can(action, &self.shared),
        }
    }
}

/// The key that a chord names.
fn event(chord: Chord) -> KeyEvent {
    let modifiers = if chord.with_ctrl().is_some() { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
    KeyEvent::new(chord.code(), modifiers)
}

fn key() -> impl Strategy<Value = KeyEvent> {
    let codes = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Down,
        KeyCode::Up,
        KeyCode::End,
        KeyCode::Home,
        KeyCode::Delete,
    ];
    let signs: Vec<KeyCode> = "jkfotra123450 un/vxcum!?:Vz8y]".chars().map(KeyCode::Char).collect();
    prop::sample::select([codes.to_vec(), signs].concat()).prop_map(|code| KeyEvent::new(code, KeyModifiers::NONE))
}

/// A yes to several messages: a countdown follows.
fn agreed() -> Vec<KeyEvent> {
    ['3', 'r', 'y'].map(|letter| event(Chord::char(letter))).to_vec()
}

/// A file was named: its mistakes are shown, or what would be sent.
fn checked(name: &str) -> Vec<KeyEvent> {
    let typed = format!(":send-batch {name}.csv");
    let letters = typed.chars().map(|letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
    letters.chain([KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)]).collect()
}

fn scene() -> impl Strategy<Value = Scene> {
    let before = prop::sample::select(vec![Vec::new(), Vec::new(), agreed(), checked("bad"), checked("good")]);
    (1..=2_usize, prop::sample::select(vec![0, 1, 9]), before, prop::collection::vec(key(), 0..9))
        .prop_map(|(campaigns, messages, before, keys)| Scene { campaigns, messages, keys: [before, keys].concat() })
}

#[test]
fn some_scenes_have_a_file() {
    for name in ["bad", "good"] {
        let app = Scene { campaigns: 1, messages: 9, keys: checked(name) }.play();
        assert_eq!(app.shared.context(), Context::File);
    }
}

#[test]
fn some_scenes_end_in_a_countdown() {
    let app = Scene { campaigns: 1, messages: 9, keys: agreed() }.play();
    assert_eq!(app.shared.context(), Context::Starting);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_offered_does_something_and_what_is_refused_says_why(scene in scene()) {
        let app = scene.play();
        let (context, before) = (app.shared.context(), app.shown());
        let offered = chrome::keys::useful(&app.shared, app.top()).0;
        for line in app.shared.keymap.help(context) {
            let action = line.binding.action;
            let Some(key) = line.keys_in(context).next().map(event) else { continue };
            let can = app.can(action);
            let mut after = scene.play();
            let effects = after.let_through(key, app.shared.now);
            let (after, does) = (after.shown(), format!("{action:?} in {context:?}: {can:?}"));
            let changed = after != before || !effects.is_empty();
            // What is so already is offered all the same: the default, the chosen one of several, a complete
            // command, the first or last of a list, and what is wrong with a line is said again.
            let is_idempotent = matches!(
                (context, action),
                (Context::Menu, Action::Clear | Action::Toggle)
                    | (Context::Prompt, Action::NextPane | Action::Enter)
                    | (Context::Campaigns, Action::PreviousCampaign | Action::NextCampaign)
            );
            if offered.contains(&action) && !is_idempotent {
                prop_assert!(changed, "offered, and does nothing: {does}");
            }
            match &can {
                Can::Yes | Can::Do(_) => {}
                Can::Not(why) => {
                    prop_assert!(!why.is_empty(), "{does}");
                    // A refusal may be answered with a notice, which the page of notices lists.
                    let is_answered = after.notice != before.notice;
                    prop_assert!((is_answered || after.lines == before.lines) && effects.is_empty(), "refused, and does something: {does}");
                }
                // In a line for typing the key is text, or edits it; in a menu it may be that of a line.
                Can::NotHere if context.is_text() || context == Context::Menu => {}
                // Enter leaves a plan's whole list as Tab does.
                Can::NotHere if (context, action) == (Context::Plan, Action::Enter) => {}
                Can::NotHere => prop_assert!(!offered.contains(&action) && !changed, "means nothing here, and does something: {does}"),
            }
        }
    }
}
