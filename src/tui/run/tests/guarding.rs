//! The rule by which a key agrees, over any schedule of bytes: they go through the real keyboard reader, the
//! loop and the guard, on a line and a clock of the test's own. The expected result comes from an oracle,
//! which knows only what was read when, and what was on the screen.

use std::cell::Cell;

use crossterm::event::MouseEventKind;
use proptest::prelude::*;

use super::*;
use crate::tui::Keyboard;
use crate::tui::terminal::{ByteSource, Bytes};

mod typing;

/// Something that happens at the other end of the line.
#[derive(Debug, Clone)]
enum Sent {
    Bytes(Vec<u8>),
    /// The window now has this many columns.
    Columns(u16),
}

/// What is noted while the loop runs.
#[derive(Debug, Clone, PartialEq)]
enum Note {
    /// Something was read: when its first byte came, and whether it was half a key that was given up later.
    Came(Duration, TerminalEvent, bool),
    /// Something that started then was not complete yet.
    Half(Duration),
    Frame(Option<QuestionId>),
    /// What was on the screen has to be seen again.
    Again,
    Agreed,
    TooSoon,
}

type Notes = Rc<RefCell<Vec<(Duration, Note)>>>;
type Time = Rc<Cell<Duration>>;

/// The loop's end of the line.
struct Wire {
    time: Time,
    sent: VecDeque<(u64, Sent)>,
    end: Duration,
    columns: Rc<Cell<u16>>,
    requests: Requests,
    /// Whether the loop was woken since it last waited.
    is_woken: bool,
}

impl Wire {
    fn happen(&mut self) {
        while let Some((at, Sent::Columns(columns))) = self.sent.front() {
            if ms(*at) > self.time.get() {
                return;
            }
            self.columns.set(*columns);
            self.requests.resized();
            self.is_woken = true;
            self.sent.pop_front();
        }
    }
}

impl ByteSource for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<Bytes> {
        self.happen();
        match self.sent.front_mut() {
            Some((at, Sent::Bytes(bytes))) if ms(*at) <= self.time.get() => {
                let number = bytes.len().min(into.len());
                into[..number].copy_from_slice(&bytes[..number]);
                bytes.drain(..number);
                if bytes.is_empty() {
                    self.sent.pop_front();
                }
                Ok(Bytes::Some(number))
            }
            None if self.time.get() >= self.end => Ok(Bytes::Ended),
            _ => Ok(Bytes::None),
        }
    }

    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        if std::mem::take(&mut self.is_woken) {
            return Ok(());
        }
        let now = self.time.get();
        let next = self.sent.front().map_or(self.end, |(at, _)| ms(*at)).max(now);
        self.time.set(at_most.map_or(next, |time| (now + time).min(next)));
        self.happen();
        Ok(())
    }

    fn elapsed(&self) -> Duration {
        self.time.get()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap() + SignedDuration::try_from(self.time.get()).unwrap()
    }
}

/// The real reader, and notes of what it reads.
struct Watched(Keyboard<Wire>, Notes);

impl Input for Watched {
    fn read(&mut self) -> io::Result<Reading> {
        let reading = self.0.read()?;
        match &reading {
            Reading::Came(came) => {
                let is_late = self.0.elapsed() > came.last + ms(20);
                self.1.borrow_mut().push((came.last, Note::Came(came.first, came.event.clone(), is_late)));
            }
            _ => self.1.borrow_mut().extend(self.0.begun().map(|first| (self.0.elapsed(), Note::Half(first)))),
        }
        Ok(reading)
    }

    fn begun(&self) -> Option<Duration> {
        self.0.begun()
    }

    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        self.0.wait(at_most)
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

struct Window {
    terminal: Terminal<TestBackend>,
    columns: Rc<Cell<u16>>,
    notes: Notes,
    time: Time,
}

impl Screen for Window {
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(|frame| draw(frame)).map(|_| ()).map_err(io::Error::other)
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        Ok((self.columns.get(), 2))
    }

    fn forget(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn call(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<bool> {
        self.notes.borrow_mut().push((self.time.get(), Note::Again));
        Ok(true)
    }
}

/// A question that `y` agrees to, again and again, or Enter after a count; `m` changes it, `x` closes it,
/// `r` opens it, `z` suspends the program.
struct Board {
    question: Option<QuestionId>,
    asks_count: bool,
    notes: Notes,
    time: Time,
}

impl Board {
    fn note(&self, note: Note) {
        self.notes.borrow_mut().push((self.time.get(), note));
    }
}

impl Dashboard for Board {
    fn update(&mut self, event: Event, _: Timestamp) -> Vec<Effect> {
        match event {
            Event::Agreed(key) => {
                let agrees = if self.asks_count { KeyCode::Enter } else { KeyCode::Char('y') };
                assert_eq!((key.code, self.question.is_some()), (agrees, true));
                self.note(Note::Agreed);
            }
            Event::TooSoon(_) => self.note(Note::TooSoon),
            Event::Resize { .. } => self.note(Note::Again),
            Event::Key(KeyEvent { code: KeyCode::Char(letter), modifiers: KeyModifiers::NONE, .. }) => match letter {
                'y' => assert!(self.question.is_none(), "a yes that was not asked for passes as a key"),
                'm' => self.question = self.question.map(|before| QuestionId(before.0 + 1)),
                'x' => self.question = None,
                'r' => self.question = self.question.or(Some(QuestionId(1_000))),
                'z' => return vec![Effect::Suspend],
                _ => {}
            },
            _ => {}
        }
        Vec::new()
    }

    fn draw(&self, _: &mut Frame<'_>) {
        self.note(Note::Frame(self.question));
    }

    fn question(&self) -> Option<QuestionId> {
        self.question
    }

    fn role(&self, key: KeyEvent) -> KeyRole {
        match key.code {
            _ if self.question.is_none() || !key.modifiers.is_empty() => KeyRole::Key,
            KeyCode::Char('0'..='9') if self.asks_count => KeyRole::Answer,
            KeyCode::Enter if self.asks_count => KeyRole::AgreesToTyped,
            KeyCode::Char('y') if !self.asks_count => KeyRole::Agrees,
            _ => KeyRole::Key,
        }
    }

    fn takes_text(&self) -> bool {
        false
    }

    fn needs_tick(&self) -> bool {
        false
    }

    fn next_wake(&self) -> Option<Timestamp> {
        None
    }
}

/// Runs a board through what is sent; everything that was noted.
fn watched(sent: Vec<(u64, Sent)>) -> Vec<(Duration, Note)> {
    watched_by(sent, false)
}

/// The same, where the question may ask for a count.
fn watched_by(sent: Vec<(u64, Sent)>, asks_count: bool) -> Vec<(Duration, Note)> {
    let (waker, _end) = wake_pair().unwrap();
    let (_, receiver) = updates(waker.clone());
    let requests = Requests::new(waker);
    let (notes, time, columns) = (Notes::default(), Time::default(), Rc::new(Cell::new(20)));
    let end = ms(sent.last().map_or(0, |(at, _)| *at) + 5_000);
    let wire =
        Wire { time: Rc::clone(&time), sent: sent.into(), end, columns: Rc::clone(&columns), requests: requests.clone(), is_woken: false };
    let mut input = Watched(Keyboard::of(wire), Rc::clone(&notes));
    let terminal = Terminal::new(TestBackend::new(20, 2)).unwrap();
    let mut screen = Window { terminal, columns, notes: Rc::clone(&notes), time: Rc::clone(&time) };
    let mut board = Board { question: Some(QuestionId(1)), asks_count, notes: Rc::clone(&notes), time };
    let mut workers = Workers(Log::default());
    EventLoop::new(&mut board, &mut screen, &mut input, &mut workers, receiver, requests).run().unwrap();
    notes.take()
}

/// Which presses of `y` agree, by the rule and by nothing else.
fn oracle(notes: &[(Duration, Note)]) -> Vec<Duration> {
    // What a person did: from its first to its last byte, and whether it was a paste.
    let done: Vec<(Duration, Duration, &TerminalEvent)> = notes
        .iter()
        .filter_map(|(last, note)| match note {
            Note::Came(first, event, _) if is_done(event) => Some((*first, *last, event)),
            _ => None,
        })
        .collect();
    // From when to when each content of a question was on the screen.
    let mut seen: Vec<(QuestionId, Duration, Duration)> = Vec::new();
    let mut is_same = false;
    for (at, note) in notes {
        match note {
            Note::Frame(question) => {
                match (seen.last_mut(), question) {
                    (Some((id, _, until)), Some(now)) if is_same && id == now => *until = Duration::MAX,
                    (_, Some(now)) => seen.push((*now, *at, Duration::MAX)),
                    (_, None) => {}
                }
                is_same = question.is_some();
                let number = seen.len() - usize::from(is_same);
                seen[..number].iter_mut().for_each(|(_, _, until)| *until = (*until).min(*at));
            }
            Note::Again => {
                is_same = false;
                seen.iter_mut().for_each(|(_, _, until)| *until = (*until).min(*at));
            }
            _ => {}
        }
    }
    // When a press is settled: not while half a sequence is closely behind it.
    let settled = |at: Duration| {
        let halves = notes.windows(2).filter(|pair| matches!(pair[0].1, Note::Half(first) if first >= at && first <= at + ms(20)));
        halves.map(|pair| pair[1].0).max().unwrap_or(at).max(at + ms(20))
    };
    let bursts = bursts(notes);
    let presses = done.iter().enumerate().filter(|(index, (_, at, event))| {
        let at = *at;
        let is_yes = event.as_key_event().is_some_and(|key| key.code == KeyCode::Char('y') && key.modifiers.is_empty());
        let is_seen = || seen.iter().any(|(_, from, until)| *from + ms(400) <= at && settled(at) < *until);
        let is_alone = || {
            done.iter().enumerate().all(|(other, (first, last, event))| {
                let rest = if matches!(event, TerminalEvent::Paste(_)) { 2_000 } else { 400 };
                other == *index || *last + ms(rest) <= at || *first > at + ms(20)
            })
        };
        // What else may have started too close behind it was not unknown for too long.
        let is_sure = || !notes.iter().any(|(now, note)| matches!(note, Note::Half(first) if *first <= at + ms(20) && *now > at + ms(400)));
        is_yes && is_seen() && is_alone() && is_sure() && bursts.iter().all(|burst| *burst > at || *burst + ms(2_000) <= at)
    });
    presses.map(|(_, (_, at, _))| *at).collect()
}

/// What counts.
fn is_done(event: &TerminalEvent) -> bool {
    match event {
        TerminalEvent::Key(key) => matches!(key.kind, KeyEventKind::Press | KeyEventKind::Repeat),
        TerminalEvent::Mouse(mouse) => matches!(
            mouse.kind,
            MouseEventKind::Down(_)
                | MouseEventKind::Up(_)
                | MouseEventKind::ScrollUp
                | MouseEventKind::ScrollDown
                | MouseEventKind::ScrollLeft
                | MouseEventKind::ScrollRight
        ),
        TerminalEvent::Paste(_) => true,
        _ => false,
    }
}

/// When the keys of bursts came: three different letters within 20 ms, and what follows as closely.
fn bursts(notes: &[(Duration, Note)]) -> Vec<Duration> {
    let done = notes.iter().filter_map(|(at, note)| match note {
        Note::Came(_, TerminalEvent::Key(key), false) if key.kind != KeyEventKind::Release => Some((*at, *key)),
        _ => None,
    });
    let typed = done.filter(|(_, key)| (key.modifiers - KeyModifiers::SHIFT).is_empty()).filter_map(|(at, key)| match key.code {
        KeyCode::Char(letter) => Some((at, Some(letter))),
        KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace => Some((at, None)),
        _ => None,
    });
    let typed: Vec<(Duration, Option<char>)> = typed.collect();
    let mut bursts: Vec<Duration> = Vec::new();
    for (at, letter) in &typed {
        let near = typed.iter().filter(|(other, _)| *other <= *at && *other + ms(20) >= *at);
        let different: std::collections::BTreeSet<char> = near.filter_map(|(_, letter)| *letter).collect();
        if (letter.is_some() && different.len() >= 3) || bursts.last().is_some_and(|last| *last + ms(20) >= *at) {
            bursts.push(*at);
        }
    }
    bursts
}

/// Compares a schedule with the oracle; how many keys agreed.
fn holds(sent: &[(u64, Sent)]) -> Result<usize, TestCaseError> {
    let notes = watched(sent.to_vec());
    let agreed: Vec<Duration> = notes.iter().filter(|(_, note)| *note == Note::Agreed).map(|(at, _)| *at).collect();
    let meant = oracle(&notes);
    // A key agrees when nothing can follow it closely any more; half a sequence is waited for.
    let fits = |(agreed, meant): (&Duration, &Duration)| *agreed > *meant + ms(20) && *agreed <= *meant + ms(400);
    let fit = agreed.len() == meant.len() && agreed.iter().zip(&meant).all(fits);
    prop_assert!(fit, "agreed {agreed:?}, meant {meant:?}\n{sent:?}\n{notes:#?}");
    Ok(agreed.len())
}

/// What a person, a terminal or a paste sends.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let keys =
        ["a", "b", "e", "s", "m", "x", "r", "z", "\r", "\t", "\x7f", "\0", "\x1b[A", "\x1bOP", "\x1b[15~", "\x1b[1;5C", "\x1b", "\x1by"];
    let pastes =
        ["\x1b[200~y\x1b[201~", "\x1b[200~ry\r\x1b[201~y", "\x1b[201~", "\x1b[200~a\x1b[201~ry\x1b[201~", "yes\r", "y\r", "yy", "ry"];
    let mouse = ["\x1b[<0;3;2M", "\x1b[<0;3;2m", "\x1b[<64;3;2M", "\x1b[<35;3;2M", "\x1b[<32;3;2M"];
    let reported =
        ["\x1b[I", "\x1b[O", "\x1b]11;rgb:0/0/0\x07", "\x1b[?62;22c", "\x1b[121;1:3u", "\x1b[121;1:2u", "\x1b[99~", "\x1b[", "\x1b[<0;1"];
    let all = [keys.as_slice(), &pastes, &mouse, &reported].concat();
    prop_oneof![
        8 => Just(b"y".to_vec()),
        6 => prop::sample::select(all).prop_map(|text| text.as_bytes().to_vec()),
        // Without the beginnings of letters of several bytes: where such a letter never ends, the guard takes the key behind
        // it for a part of it and does not agree, which the oracle does not know.
        1 => prop::collection::vec(any::<u8>().prop_filter("begins a letter", |byte| !(0xC2..=0xF4).contains(byte)), 1..4),
    ]
}

/// The time between two things: around the limits of the rule, or any.
fn gap() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => prop::sample::select(vec![0, 1, 19, 20, 21, 22, 25, 26, 100, 101, 399, 400, 401, 419, 420, 421, 1_000, 1_999, 2_000, 2_001, 2_021]),
        2 => 0..60u64,
        2 => 380..440u64,
        1 => 0..2_600u64,
    ]
}

/// A schedule, and where its pieces are cut.
fn schedule() -> impl Strategy<Value = Vec<(u64, Sent)>> {
    let sent = prop_oneof![
        20 => (piece(), prop::collection::vec((1..6usize, prop_oneof![3 => Just(0u64), 2 => 0..24u64, 1 => 0..2_500u64]), 1..5))
            .prop_map(|(bytes, cuts)| {
                let mut pieces = Vec::new();
                let mut left = bytes.as_slice();
                for (length, gap) in cuts.iter().cycle() {
                    if left.is_empty() || pieces.len() > 20 {
                        break;
                    }
                    let (head, rest) = left.split_at((*length).min(left.len()));
                    pieces.push((if pieces.is_empty() { 0 } else { *gap }, Sent::Bytes(head.to_vec())));
                    left = rest;
                }
                pieces
            }),
        1 => (10..40u16).prop_map(|columns| vec![(0, Sent::Columns(columns))]),
    ];
    prop::collection::vec((gap(), sent), 1..14).prop_map(|all| {
        let mut at = 0;
        let mut schedule = Vec::new();
        for (gap, pieces) in all {
            at += gap;
            for (gap, sent) in pieces {
                at += gap;
                schedule.push((at, sent));
            }
        }
        schedule
    })
}

proptest! {
    /// Every key that agrees was meant, and every key that was meant agrees.
    #[test]
    fn what_agrees_is_what_was_meant(sent in schedule()) {
        holds(&sent)?;
    }
}

/// Both the oracle and the guard do agree to something.
#[test]
fn a_lone_yes_agrees_and_the_oracle_knows() {
    let bytes = |at: u64, text: &str| (at, Sent::Bytes(text.as_bytes().to_vec()));
    let agrees = |sent: Vec<(u64, Sent)>| holds(&sent).unwrap();
    assert_eq!(agrees(vec![bytes(400, "y")]), 1);
    assert_eq!(agrees(vec![bytes(399, "y"), bytes(799, "y")]), 1);
    assert_eq!(agrees(vec![bytes(400, "y"), bytes(800, "\x1b[I"), bytes(900, "y")]), 2);
    assert_eq!(agrees(vec![bytes(400, "y"), bytes(420, "\x1b["), bytes(430, "I")]), 1);
    assert_eq!(agrees(vec![bytes(400, "y"), bytes(420, "\x1b["), bytes(430, "A")]), 0);
    assert_eq!(agrees(vec![(500, Sent::Columns(30)), bytes(899, "y"), bytes(1_299, "y")]), 1);
    // The window changes while the last byte is read that the yes waited for.
    let answer = [bytes(400, "y"), bytes(410, "\x1b]11;rgb:0/0/0"), bytes(428, "\x07")];
    assert_eq!(agrees([&answer[..], &[(428, Sent::Columns(10))]].concat()), 0);
    assert_eq!(agrees(answer.to_vec()), 1);
}

/// Once found to agree although it was not meant.
#[test]
fn what_was_pasted_or_typed_ahead_agrees_to_nothing() {
    let bytes = |at: u64, text: &str| (at, Sent::Bytes(text.as_bytes().to_vec()));
    let filler = "abc ".repeat(75_000);
    for (name, sent) in [
        ("a lone y behind the end of a paste", vec![bytes(1_000, "\x1b[200~please\x1b[201~"), bytes(2_999, "y")]),
        ("a y in the same read as the end of a paste", vec![bytes(1_000, "\x1b[200~please\x1b[201~y")]),
        ("an end of a paste in a paste", vec![bytes(1_000, &format!("\x1b[200~a\x1b[201~r{filler}y\x1b[201~"))]),
        ("the same, with a long filler of one letter", vec![bytes(1_000, &format!("\x1b[200~a\x1b[201~r{}y", "a".repeat(300_000)))]),
        ("y ahead of a resumption", vec![bytes(1_000, "z"), bytes(1_000, "y")]),
        ("y twice", vec![bytes(1_000, "yy")]),
        ("y with NUL", vec![bytes(1_000, "y\0")]),
        ("NUL with y", vec![bytes(1_000, "\0y")]),
        ("y with a function key", vec![bytes(1_000, "y\x1b[15~")]),
        ("y with a key with Alt", vec![bytes(1_000, "y\x1bj")]),
        ("Alt with y", vec![bytes(1_000, "\x1by")]),
        ("r, and y held down", (0..50).map(|number| bytes(1_000 + number * 30, if number == 0 { "m" } else { "y" })).collect()),
        ("a paste that is never ended", vec![bytes(1_000, "\x1b[200~please"), bytes(2_900, "y")]),
    ] {
        let notes = watched(sent);
        assert!(!notes.iter().any(|(_, note)| *note == Note::Agreed), "{name}");
    }
}
