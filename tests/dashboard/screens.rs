//! Every view, dialog and state, as the tests that look at all of them need it.

use jiff::SignedDuration;
use postwatch::monitor::{Connection, News, NoticeWeight};
use postwatch::postman::{CallProblem, HostKind};
use postwatch::tui::{Setup, ThemeChoice};

use crate::desk::{Desk, Sms, card, explanation, setup, sms};
use crate::looks::world;

/// How things are shown.
#[derive(Debug, Clone)]
pub struct Look {
    pub theme: ThemeChoice,
    pub depth: postwatch::tui::ColourDepth,
    pub ascii: bool,
    pub columns: u16,
    pub rows: u16,
}

impl Look {
    pub fn of_size(columns: u16, rows: u16) -> Self {
        Self { theme: ThemeChoice::None, depth: postwatch::tui::ColourDepth::True, ascii: false, columns, rows }
    }

    fn setup(&self, hosts: &[HostKind]) -> Setup {
        let names = ["Clinic reminders", "One-time codes", "Flood alerts"];
        let cards = hosts.iter().zip(names).map(|(host, name)| card(name, *host)).collect();
        Setup { theme: self.theme.clone(), depth: self.depth, ascii: self.ascii, ..setup(cards) }
    }

    fn desk(&self, hosts: &[HostKind]) -> Desk {
        Desk::new(self.setup(hosts), self.columns, self.rows)
    }

    /// Three campaigns, of which the first is at production and in trouble, and the last is refused.
    fn busy(&self) -> Desk {
        let mut setup = self.setup(&[HostKind::Production, HostKind::Test, HostKind::Test]);
        setup.campaigns[0].read_only = true;
        let mut desk = Desk::new(setup, self.columns, self.rows);
        desk.live(0).live(1).live(2);
        desk.head(1, &[sms(1, "success", 30), sms(2, "failure", 50)], true).head(0, &world(), false);
        desk.news(
            2,
            News::Connection(Connection::Refused {
                until: desk.now + SignedDuration::from_secs(25),
                met: CallProblem::Refused,
                why: explanation("the key is refused (401)"),
            }),
        );
        desk.notice(NoticeWeight::Warning, "too many calls (429): slowed to 1.4/s");
        desk.wait(3_000);
        desk
    }

    /// One campaign that can be written to.
    fn open(&self) -> Desk {
        let mut desk = self.desk(&[HostKind::Test]);
        desk.live(0).head(0, &world(), false).wait(3_000);
        desk
    }

    /// One campaign with these messages and nothing else.
    fn with(&self, messages: &[Sms], complete: bool) -> Desk {
        let mut desk = self.desk(&[HostKind::Gateway]);
        desk.live(0).head(0, messages, complete).wait(1_000);
        desk
    }
}

/// Keys after which something is shown, of a campaign in trouble.
const OF_BUSY: [(&str, &str); 28] = [
    ("list", "j j"),
    ("list_far", "G"),
    ("detail", "j j Enter"),
    ("question_locked", "j j r"),
    ("filter", "f j j j Space"),
    ("order", "o j Space"),
    ("ordered", "o j j Enter Esc"),
    ("filtered", "f j Enter"),
    ("filter_below", "f G k Space"),
    ("filter_named", "f j Space G Enter l a t e Enter f"),
    ("filter_naming", "f j Space G Enter l a t e"),
    ("filter_combined", "t g j j Enter f g j Enter"),
    ("times", "t g j"),
    ("times_typed", "t G Enter s o o n Enter"),
    ("failures_in_window", "3 t g j Enter"),
    ("batches_in_window", "2 t g j Enter"),
    ("find", "/ 0 0 1 3"),
    ("find_nothing", "/ 9 9 9 9 9 9"),
    ("help", "?"),
    ("notices", "!"),
    ("commands", ":"),
    ("unlock", ": u n l o c k Enter"),
    ("export", "x"),
    ("failures", "3 j"),
    ("trends_rising", "4 t j Enter"),
    ("trends_earlier", "4 Left Left"),
    ("marked", "j j Space j Space"),
    ("refused", "]"),
];

/// The same, where actions can be taken.
const OF_OPEN: [(&str, &str); 14] = [
    ("question", "j j r"),
    ("plan", "3 G r"),
    ("plan_list", "3 G r Tab"),
    ("batches", "2"),
    ("batch_question", "2 r"),
    ("trends", "4"),
    ("activity_empty", "5"),
    ("paused", "p"),
    ("revealed", "j j v"),
    ("copy_menu", "j j Enter c"),
    ("copied", "j j c c"),
    ("reveal_question", ": r e v e a l Enter"),
    ("presenting", ": p r e s e n t Enter"),
    ("history", ": h i s t o r y Enter"),
];

/// Every view, dialog and state by its name.
pub fn every_screen(look: &Look) -> Vec<(&'static str, Desk)> {
    let mut screens = Vec::new();
    for (name, keys) in OF_BUSY {
        let mut desk = look.busy();
        desk.keys(keys);
        screens.push((name, desk));
    }
    for (name, keys) in OF_OPEN {
        let mut desk = look.open();
        desk.keys(keys);
        screens.push((name, desk));
    }
    screens.push(("connecting", look.desk(&[HostKind::Test, HostKind::Test])));
    let mut waiting = look.open();
    let until = waiting.now + SignedDuration::from_secs(9);
    waiting.news(0, News::Connection(Connection::Waiting { until, met: CallProblem::NoAnswer, why: explanation("too many calls (429)") }));
    screens.push(("waiting", waiting));
    let mut stale = look.open();
    stale.wait(240_000);
    screens.push(("stale", stale));
    let mut refused = look.desk(&[HostKind::Test]);
    let until = refused.now + SignedDuration::from_secs(9);
    refused
        .news(0, News::Connection(Connection::Refused { until, met: CallProblem::Refused, why: explanation("the key is refused (401)") }));
    screens.push(("refused_from_the_start", refused));
    for (name, keys) in [("nothing", "j"), ("nothing_failed", "3"), ("no_trends", "4"), ("no_batches", "2"), ("no_activity", "5")] {
        let mut desk = look.with(&[], true);
        desk.keys(keys);
        screens.push((name, desk));
    }
    let foreign: Vec<Sms> = ["14155550123", "447700900123", "60123456789", "861381234567890"]
        .into_iter()
        .enumerate()
        .map(|(place, number)| Sms { recipient: number.to_owned(), ..sms(place as u32, "sent_to_telco", 40 + place as i64) })
        .collect();
    screens.push(("abroad", look.with(&foreign, true)));
    screens.push(("no_campaign", look.desk(&[])));
    let running = || {
        let mut desk = look.desk(&[HostKind::Test]);
        desk.live(0).head(0, &crate::running::failures(), false);
        crate::running::start(&mut desk);
        desk
    };
    screens.push(("run", running()));
    let mut ended = running();
    crate::running::ended(&mut ended);
    screens.push(("results", ended));
    let mut ended = running();
    crate::running::ended(&mut ended);
    ended.keys("Esc 5");
    screens.push(("activity", ended));
    screens
}
