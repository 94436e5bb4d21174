//! The loop with a scripted keyboard and clock: what happens when, and the frames and events that
//! follow.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use ratatui::backend::TestBackend;
use ratatui::{Frame, Terminal};

use super::*;
use crate::monitor::{CampaignIndex, Connection, News, Update, UpdateSender};
use crate::tui::KeyRole;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn key(letter: char) -> TerminalEvent {
    TerminalEvent::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE))
}

fn news() -> Update {
    Update { campaign: CampaignIndex(0), news: News::Connection(Connection::Live) }
}

#[cfg(unix)]
mod guarding;

/// What happened, and when, in milliseconds.
type Log = Rc<RefCell<Vec<(u64, String)>>>;

/// Something that happens to the loop.
enum Step {
    Read(TerminalEvent),
    End,
    News(usize),
    Ask(ExitReason),
    Continue,
    /// The time of day is set this many milliseconds ahead of where it started.
    Set(i64),
}

/// A keyboard, a clock and the workers, all from one script.
struct Script {
    time: Rc<RefCell<Duration>>,
    steps: VecDeque<(u64, Step)>,
    sender: UpdateSender,
    requests: Requests,
    waits: usize,
    ahead: SignedDuration,
    runtime: tokio::runtime::Runtime,
}

impl Script {
    /// Lets everything happen that is due and is not a key.
    fn happen(&mut self) {
        let now = *self.time.borrow();
        while let Some((at, step)) = self.steps.front_mut() {
            match step {
                _ if ms(*at) > now => break,
                Step::Read(_) | Step::End => break,
                Step::News(0) => {}
                Step::News(left) => {
                    *left -= 1;
                    if self.runtime.block_on(async { tokio::time::timeout(Duration::ZERO, self.sender.send(news())).await }).is_err() {
                        *left += 1;
                        break;
                    }
                    continue;
                }
                Step::Ask(end) => self.requests.end(*end),
                Step::Continue => self.requests.continued(),
                Step::Set(ahead) => self.ahead = SignedDuration::from_millis(*ahead),
            }
            self.steps.pop_front();
        }
    }
}

impl Input for Script {
    fn read(&mut self) -> io::Result<Reading> {
        self.happen();
        let now = *self.time.borrow();
        match self.steps.front() {
            Some((at, Step::Read(event))) if ms(*at) <= now => {
                let came = InputEvent { event: event.clone(), first: now, last: now };
                self.steps.pop_front();
                Ok(Reading::Came(came))
            }
            Some((at, Step::End)) if ms(*at) <= now => Ok(Reading::Ended),
            None => Ok(Reading::Ended),
            _ => Ok(Reading::Nothing),
        }
    }

    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        self.waits += 1;
        assert!(self.waits < 10_000, "the loop is never at rest");
        let now = *self.time.borrow();
        let next = self.steps.front().map_or(now, |(at, _)| ms(*at).max(now));
        *self.time.borrow_mut() = at_most.map_or(next, |time| (now + time).min(next));
        self.happen();
        Ok(())
    }

    fn elapsed(&self) -> Duration {
        *self.time.borrow()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap() + SignedDuration::try_from(*self.time.borrow()).unwrap()
    }

    fn ahead(&self) -> SignedDuration {
        self.ahead
    }
}

/// Notes every frame.
struct Frames {
    terminal: Terminal<TestBackend>,
    time: Rc<RefCell<Duration>>,
    log: Log,
    /// From when on it accepts no more output, and the system's error number.
    breaks: Option<(u64, i32)>,
}

impl Frames {
    fn note(&self, what: &str) {
        let at = u64::try_from(self.time.borrow().as_millis()).unwrap();
        self.log.borrow_mut().push((at, what.to_owned()));
    }
}

impl Screen for Frames {
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        if let Some((_, why)) = self.breaks.filter(|(from, _)| ms(*from) <= *self.time.borrow()) {
            return Err(io::Error::from_raw_os_error(why));
        }
        self.note("frame");
        self.terminal.draw(|frame| draw(frame)).map(|_| ()).map_err(io::Error::other)
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        Ok((20, 2))
    }

    fn forget(&mut self) -> io::Result<()> {
        self.note("forget");
        Ok(())
    }

    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn call(&mut self, _: &str) -> io::Result<()> {
        self.note("bell");
        Ok(())
    }

    fn title(&mut self, text: &str) -> io::Result<()> {
        self.note(&format!("title {text}"));
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<bool> {
        self.note("suspend");
        Ok(true)
    }
}

struct Workers(Log);

impl Host for Workers {
    fn started(&mut self) {
        self.0.borrow_mut().push((0, "started".to_owned()));
    }

    fn perform(&mut self, effect: Effect) {
        self.0.borrow_mut().push((0, format!("{effect:?}")));
    }
}

/// `q` quits, `z` suspends, `r` opens a question, `m` changes it, `x` closes it; everything else is only
/// noted.
#[derive(Default)]
struct Dummy {
    log: Log,
    started: Option<Timestamp>,
    question: Option<QuestionId>,
    takes_text: bool,
    ticks: bool,
    wake: Option<Timestamp>,
    title: Option<&'static str>,
}

impl Dashboard for Dummy {
    fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        let start = *self.started.get_or_insert(now);
        let at = u64::try_from(now.duration_since(start).as_millis()).unwrap();
        let what = match &event {
            Event::Key(key) => format!("{}", key.code),
            Event::Agreed(key) => format!("yes {}", key.code),
            Event::TooSoon(key) => format!("no {}", key.code),
            Event::PasteDropped { keys } => format!("dropped {keys:?}"),
            Event::Paste(text) => format!("paste {text}"),
            Event::Update(_) => "news".to_owned(),
            Event::Tick => "tick".to_owned(),
            Event::EndAsked => "end asked".to_owned(),
            Event::ClockSet { ahead } => format!("ahead {ahead}"),
            Event::CopyFailed(_) => "copy failed".to_owned(),
            Event::Suspended => "suspended".to_owned(),
            Event::Resize { columns, rows } => format!("{columns}x{rows}"),
            Event::Mouse(_) => "mouse".to_owned(),
            Event::Tried(_) => "tried".to_owned(),
            Event::Added(_) => "added".to_owned(),
            Event::NotReloaded(_) => "not reloaded".to_owned(),
            Event::Sorted { .. } => "sorted".to_owned(),
            Event::Export { .. } => "export".to_owned(),
            Event::File { .. } => "file".to_owned(),
            Event::Background(background) => format!("{background:?}"),
        };
        self.log.borrow_mut().push((at, what.clone()));
        match what.as_str() {
            "q" => return vec![Effect::Quit],
            "z" => return vec![Effect::Suspend],
            "r" => self.question = Some(QuestionId(1)),
            "x" => self.question = None,
            "t" => self.title = Some("b"),
            "m" => self.question = self.question.map(|before| QuestionId(before.0 + 1)),
            "tick" => self.wake = None,
            _ => {}
        }
        Vec::new()
    }

    fn draw(&self, _: &mut Frame<'_>) {}

    fn question(&self) -> Option<QuestionId> {
        self.question
    }

    fn role(&self, key: KeyEvent) -> KeyRole {
        match (key.code, self.question) {
            (KeyCode::Char('y'), Some(_)) => KeyRole::Agrees,
            _ if self.takes_text => KeyRole::Text,
            _ => KeyRole::Key,
        }
    }

    fn title(&self) -> Option<String> {
        self.title.map(str::to_owned)
    }

    fn takes_text(&self) -> bool {
        self.takes_text
    }

    fn needs_tick(&self) -> bool {
        self.ticks
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.wake
    }
}

/// Runs `dashboard` through `steps`; everything that happened, in order, and the exit reason.
#[must_use]
fn ran(dashboard: Dummy, steps: Vec<(u64, Step)>) -> (Vec<(u64, String)>, ExitReason) {
    let (log, end) = ran_on(None, dashboard, steps);
    (log, end.unwrap())
}

/// The same on a screen that may break.
fn ran_on(breaks: Option<(u64, i32)>, mut dashboard: Dummy, steps: Vec<(u64, Step)>) -> (Vec<(u64, String)>, io::Result<ExitReason>) {
    let log = Log::default();
    dashboard.log = Rc::clone(&log);
    let (waker, _wake_end) = wake_pair().unwrap();
    let (sender, receiver) = updates(waker.clone());
    let requests = Requests::new(waker);
    let time = Rc::new(RefCell::new(Duration::ZERO));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut input = Script {
        time: Rc::clone(&time),
        steps: steps.into(),
        sender,
        requests: requests.clone(),
        waits: 0,
        ahead: SignedDuration::ZERO,
        runtime,
    };
    let mut screen = Frames { terminal: Terminal::new(TestBackend::new(20, 2)).unwrap(), time, log: Rc::clone(&log), breaks };
    let mut workers = Workers(Rc::clone(&log));
    let end = EventLoop::new(&mut dashboard, &mut screen, &mut input, &mut workers, receiver, requests).run();
    let log = log.borrow().clone();
    (log, end)
}

/// The names of what happened.
fn names(log: &[(u64, String)]) -> Vec<&str> {
    log.iter().map(|(_, what)| what.as_str()).collect()
}

#[test]
fn the_first_frame_comes_before_the_workers() {
    let (log, end) = ran(Dummy::default(), vec![(5, Step::Read(key('q')))]);
    assert_eq!((names(&log), end), (vec!["20x2", "frame", "started", "q"], ExitReason::Quit));
}

#[test]
fn a_key_is_shown_at_once_and_nothing_is_drawn_at_rest() {
    let (log, _) = ran(Dummy::default(), vec![(5, Step::Read(key('j'))), (60_000, Step::Read(key('q')))]);
    assert_eq!(log[3..5], [(5, "j".to_owned()), (5, "frame".to_owned())]);
    assert_eq!(names(&log)[5..], ["q"]);
}

#[test]
fn news_are_shown_ten_times_a_second_and_the_last_of_them_always() {
    let mut steps: Vec<_> = (0..500).map(|at| (1_000 + at * 2, Step::News(1))).collect();
    steps.push((10_000, Step::Read(key('q'))));
    let (log, _) = ran(Dummy::default(), steps);
    let frames: Vec<_> = log.iter().filter(|(_, what)| what == "frame").map(|(at, _)| *at).collect();
    assert!((11..=12).contains(&frames.len()), "{frames:?}");
    let last_news = log.iter().rposition(|(_, what)| what == "news").unwrap();
    assert!(names(&log)[last_news..].contains(&"frame"));
}

#[test]
fn a_key_waits_for_one_piece_of_news_at_most() {
    let (log, _) =
        ran(Dummy::default(), vec![(100, Step::News(4)), (100, Step::Read(key('j'))), (100, Step::News(4)), (200, Step::Read(key('q')))]);
    let names = names(&log);
    let at = names.iter().position(|name| *name == "j").unwrap();
    assert!(names[..at].iter().filter(|name| **name == "news").count() <= 1, "{names:?}");
    assert_eq!(names[at + 1], "frame");
    assert_eq!(names.iter().filter(|name| **name == "news").count(), 8);
}

#[test]
fn ages_move_on_once_a_second_only_where_there_are_some() {
    let steps = || vec![(3_500, Step::Read(key('q')))];
    let (log, _) = ran(Dummy { ticks: true, ..Dummy::default() }, steps());
    let ticks: Vec<_> = log.iter().filter(|(_, what)| what == "tick").map(|(at, _)| *at).collect();
    assert_eq!(ticks, [1_000, 2_000, 3_000]);
    let (log, _) = ran(Dummy::default(), steps());
    assert!(!names(&log).contains(&"tick"));
}

#[test]
fn a_wish_for_a_moment_is_met_at_that_moment() {
    let wake = Timestamp::from_second(1_900_000_000).unwrap() + SignedDuration::from_millis(250);
    let (log, _) = ran(Dummy { wake: Some(wake), ..Dummy::default() }, vec![(3_500, Step::Read(key('q')))]);
    assert_eq!(log.iter().filter(|(_, what)| what == "tick").collect::<Vec<_>>(), [&(250, "tick".to_owned())]);
}

#[test]
fn a_paste_is_for_text_fields_only() {
    let steps = || {
        vec![
            (5, Step::Read(TerminalEvent::Paste("6580001234".to_owned()))),
            (100, Step::Read(key('y'))),
            (100, Step::Read(key('e'))),
            (100, Step::Read(key('s'))),
            (200, Step::Read(key('q'))),
        ]
    };
    let (log, _) = ran(Dummy::default(), steps());
    assert_eq!(names(&log)[3..], ["dropped None", "frame", "dropped Some(3)", "frame", "q"]);
    let (log, _) = ran(Dummy { takes_text: true, ..Dummy::default() }, steps());
    assert_eq!(names(&log)[3..], ["paste 6580001234", "frame", "y", "e", "s", "frame", "q"]);
}

#[test]
fn a_question_is_agreed_to_only_after_it_was_seen() {
    let at = |milliseconds, letter| (milliseconds, Step::Read(key(letter)));
    let steps =
        vec![at(100, 'r'), at(100, 'y'), at(300, 'y'), at(700, 'y'), at(800, 'x'), at(900, 'y'), (950, Step::Ask(ExitReason::Terminated))];
    let (log, _) = ran(Dummy::default(), steps);
    assert_eq!(names(&log)[3..], ["r", "no y", "frame", "no y", "frame", "yes y", "frame", "x", "frame", "y", "frame", "end asked"]);
    // Held for twenty milliseconds, in case something follows it.
    assert_eq!(log[8], (720, "yes y".to_owned()));
}

/// What comes after Ctrl-z was typed for the shell, and what is on the screen afterwards must be seen again.
#[test]
fn a_yes_that_was_typed_ahead_of_a_resumption_is_none() {
    let at = |milliseconds, letter| (milliseconds, Step::Read(key(letter)));
    let steps = vec![at(100, 'r'), at(1_000, 'z'), at(1_000, 'y'), at(1_399, 'y'), at(1_800, 'y'), at(1_900, 'q')];
    let (log, _) = ran(Dummy::default(), steps);
    assert_eq!(names(&log)[3..], ["r", "frame", "z", "suspended", "suspend", "forget", "frame", "no y", "frame", "yes y", "frame", "q"]);
}

#[test]
fn a_question_that_changed_must_be_seen_again() {
    let at = |milliseconds, letter| (milliseconds, Step::Read(key(letter)));
    let (log, _) = ran(Dummy::default(), vec![at(100, 'r'), at(1_000, 'm'), at(1_399, 'y'), at(1_799, 'y'), at(1_900, 'q')]);
    assert_eq!(names(&log)[3..], ["r", "frame", "m", "frame", "no y", "frame", "yes y", "frame", "q"]);
}

#[test]
fn keys_that_are_let_go_of_do_nothing() {
    let mut released = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE);
    released.kind = KeyEventKind::Release;
    let (log, _) = ran(Dummy::default(), vec![(5, Step::Read(TerminalEvent::Key(released))), (9, Step::Read(key('q')))]);
    assert_eq!(names(&log)[3..], ["q"]);
}

#[test]
fn the_title_is_set_when_it_changes_and_again_after_a_suspension() {
    let keys = ['j', 't', 'j', 'z'].into_iter().zip(1..).map(|(letter, at)| (at * 100, Step::Read(key(letter))));
    let (log, _) = ran(Dummy { title: Some("a"), ..Dummy::default() }, keys.chain([(900, Step::Read(key('q')))]).collect());
    let shown = ["20x2", "frame", "title a", "started", "j", "frame", "t", "frame", "title b", "j", "frame"];
    assert_eq!(names(&log)[..11], shown);
    assert_eq!(names(&log)[11..], ["z", "suspended", "suspend", "forget", "frame", "title b", "q"]);
}

#[test]
fn a_suspended_program_paints_everything_anew() {
    let (log, _) = ran(Dummy::default(), vec![(5, Step::Read(key('z'))), (9, Step::Read(key('q')))]);
    assert_eq!(names(&log)[3..], ["z", "suspended", "suspend", "forget", "frame", "q"]);
}

/// What was about to start could neither be seen nor taken back meanwhile.
#[test]
fn who_was_stopped_from_outside_is_told_when_it_goes_on() {
    let at = |milliseconds, letter| (milliseconds, Step::Read(key(letter)));
    let steps = vec![at(100, 'r'), (1_000, Step::Continue), at(1_399, 'y'), at(1_800, 'y'), at(1_900, 'q')];
    let (log, _) = ran(Dummy::default(), steps);
    assert_eq!(names(&log)[3..], ["r", "frame", "suspended", "frame", "no y", "frame", "yes y", "frame", "q"]);
}

/// The time of day is set forward, back, and to where it was; the constant corrections of a time service are
/// no news.
#[test]
fn a_clock_that_is_set_is_told_once() {
    let set = |at, ahead| (at, Step::Set(ahead));
    let ten_years = 10 * 365 * 86_400_000;
    let steps = vec![
        set(1_000, 20),
        set(2_000, -20),
        set(3_000, 3_600_000),
        set(4_000, 3_600_020),
        set(5_000, -ten_years),
        set(6_000, 0),
        (9_000, Step::Read(key('q'))),
    ];
    // The loop notices when it has something else to do: at the latest when ages change.
    let (log, _) = ran(Dummy { ticks: true, ..Dummy::default() }, steps);
    let reported: Vec<(u64, &str)> =
        log.iter().filter(|(_, what)| what.starts_with("ahead")).map(|(at, what)| (*at, what.as_str())).collect();
    assert_eq!(reported, [(3_000, "ahead PT1H"), (5_000, "ahead -PT87600H"), (6_000, "ahead PT0S")]);
    let shown = |at| log.iter().any(|(drawn, what)| what == "frame" && (at..at + 200).contains(drawn));
    assert!([3_000, 5_000, 6_000].into_iter().all(shown), "{log:?}");
}

#[test]
fn whoever_asks_for_the_end_gets_it_and_its_exit_code() {
    for (end, code) in [(ExitReason::Terminated, 143), (ExitReason::HungUp, 129), (ExitReason::Interrupted, 130), (ExitReason::Broken, 1)] {
        let (log, ended) = ran(Dummy::default(), vec![(5, Step::Ask(end)), (9, Step::Read(key('q')))]);
        assert_eq!((names(&log)[3..].to_vec(), ended, ended.exit_code()), (vec!["end asked"], end, code));
    }
    let (_, ended) = ran(Dummy::default(), vec![(5, Step::End)]);
    assert_eq!((ended, ended.exit_code()), (ExitReason::InputEnded, 129));
}

/// Its error may reach the loop before the system's signal does.
#[cfg(unix)]
#[test]
fn a_terminal_that_went_away_is_hung_up_before_the_signal_comes() {
    use rustix::io::Errno;
    let steps = || vec![(5, Step::Read(key('j'))), (9, Step::Read(key('q')))];
    let ended = |why: Errno| ran_on(Some((5, why.raw_os_error())), Dummy::default(), steps()).1;
    for gone in [Errno::IO, Errno::NXIO, Errno::PIPE] {
        assert_eq!(ended(gone).unwrap(), ExitReason::HungUp, "{gone}");
    }
    assert_eq!(ended(Errno::NOSPC).unwrap_err().raw_os_error(), Some(Errno::NOSPC.raw_os_error()));
}

#[test]
fn the_first_reason_to_end_stays() {
    let (waker, _end) = wake_pair().unwrap();
    let requests = Requests::new(waker);
    assert_eq!(requests.end_asked(), None);
    requests.end(ExitReason::HungUp);
    requests.end(ExitReason::Terminated);
    assert_eq!(requests.end_asked(), Some(ExitReason::HungUp));
}
