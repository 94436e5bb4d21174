//! Deciding an action with an unknown outcome: it is looked up again, or a person says that it went, or that it did
//! not. Such a verdict is asked about before it is recorded, because it is recorded for good.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Can, Changed, Dialog, Next, Press};
use crate::action::Fingerprint;
use crate::delivery::{clean_line, counted};
use crate::monitor::{Command, NoticeWeight, OpenActionNews};
use crate::state::{ActionId, ActionKind};
use crate::tui::chrome::keys;
use crate::tui::shared::Shared;
use crate::tui::text::{Align, fit};
use crate::tui::widgets::frame;
use crate::tui::widgets::menu::Menu;
use crate::tui::widgets::question::{self, Asked, Reply, Takes};
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::{Action, Context, Role};

/// A line of the menu.
#[derive(Clone, Copy)]
enum ResolveLine {
    /// Read again what it was about.
    LookUp,
    Verdict {
        went: bool,
    },
}

/// The lines, top to bottom; the harmless one first.
const LINES: [ResolveLine; 3] = [ResolveLine::LookUp, ResolveLine::Verdict { went: true }, ResolveLine::Verdict { went: false }];

pub(in crate::tui) struct Resolve {
    action: ActionId,
    /// What it is, in words, without anything personal.
    about: String,
    /// What was sent, where it is no retry.
    send: Option<SentThing>,
    /// The line with the cursor.
    cursor: usize,
    /// The verdict that a person is about to give.
    verdict: Option<Verdict>,
}

struct Verdict {
    went: bool,
    asked: Asked,
}

/// What was sent: a wrong verdict on one of several has another recipient get it twice.
enum SentThing {
    Message {
        /// To whom, masked. The journal does not keep it, so it is known only of what was sent in this run of the program.
        to: Option<String>,
        /// Empty in an entry of an older journal.
        language: String,
        agreed_at: Timestamp,
    },
    File {
        /// Its name, as it may be shown.
        name: String,
        rows: u32,
        agreed_at: Timestamp,
    },
}

impl SentThing {
    fn of(open: &OpenActionNews, shared: &Shared) -> Option<Self> {
        let (campaign, agreed_at) = (shared.campaign()?, open.planned_at);
        match &open.kind {
            ActionKind::SendMessage { fingerprint, language, .. } => {
                let to = campaign.sent.to(&Fingerprint::new(fingerprint)).map(str::to_owned);
                Some(Self::Message { to, language: language.clone(), agreed_at })
            }
            ActionKind::UploadBatch { file_name, rows, .. } => {
                let name = campaign.shown_name(&clean_line(file_name)).to_owned();
                Some(Self::File { name, rows: *rows, agreed_at })
            }
            ActionKind::RetryMessage { .. } | ActionKind::RetryBatch { .. } => None,
        }
    }

    /// What follows from the verdict that it did not go.
    fn twice(&self) -> &'static str {
        match self {
            Self::Message { .. } => SENT_TWICE,
            Self::File { .. } => FILE_TWICE,
        }
    }

    /// Which one it is. The time is the one in the activity.
    fn says(&self, shared: &Shared) -> Sentence {
        let words = match self {
            Self::Message { to, language, agreed_at } => {
                let at = shared.look.time(*agreed_at, shared.now);
                let language = if language.is_empty() { String::new() } else { format!(", language {language}") };
                match to {
                    Some(to) => format!("It is to {to}{language}, and was agreed to at {at}."),
                    None => format!("It was agreed to at {at}{language}. The journal does not keep the number."),
                }
            }
            Self::File { name, rows, agreed_at } => {
                let at = shared.look.time(*agreed_at, shared.now);
                format!("It is {name} with {}, and was agreed to at {at}.", counted(*rows as usize, "message"))
            }
        };
        Sentence::new(words, Role::Strong, 0)
    }
}

impl Resolve {
    pub fn new(open: &OpenActionNews, shared: &Shared) -> Self {
        let send = SentThing::of(open, shared);
        Self { action: open.action, about: open.kind.about(), send, cursor: 0, verdict: None }
    }

    /// What a line says.
    fn words(&self, line: ResolveLine) -> &'static str {
        match line {
            ResolveLine::LookUp => "look it up again: reads, sends nothing",
            ResolveLine::Verdict { went: true } => "it was sent: count it as accepted",
            ResolveLine::Verdict { went: false } if self.send.is_some() => "it was not sent: it can be sent again",
            ResolveLine::Verdict { went: false } => "it was not sent: allow a retry",
        }
    }

    fn menu_key(&mut self, action: Action, shared: &mut Shared) -> Next {
        match action {
            Action::Back | Action::Quit => return Next::Back,
            Action::Enter => match LINES.get(self.cursor) {
                Some(ResolveLine::Verdict { went }) => {
                    self.verdict = Some(Verdict { went: *went, asked: Asked::new(shared) });
                }
                _ => {
                    shared.send(Command::LookUp(self.action));
                    shared.tell(NoticeWeight::Info, "it is being looked up again", "", "");
                    return Next::Close;
                }
            },
            _ => {
                let menu = Menu { columns: frame::WIDEST, count: LINES.len(), cursor: self.cursor, heads: 1, keys: 1 };
                self.cursor = menu.after(action, shared);
            }
        }
        Next::Stay
    }

    fn draw_menu(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Position {
        let mut said = vec![Sentence::new(format!("The outcome of {} is unknown.", self.about), Role::Text, 0)];
        said.extend(self.send.as_ref().map(|send| send.says(shared)));
        let width = frame::width(area, frame::WIDEST);
        let room = question::room(area).saturating_sub(LINES.len() - 1);
        let mut lines = sentences::lines(shared, said, width, room);
        let first = lines.len();
        for (index, words) in LINES.iter().map(|line| self.words(*line)).enumerate() {
            let is_selected = index == self.cursor;
            let mark = if is_selected { "›" } else { " " };
            let style = shared.look.style(if is_selected { Role::Selected } else { Role::Text });
            lines.push(Line::from(Span::styled(fit(&format!("{mark} {words}"), width, Align::Left), style)));
        }
        let named = keys::bound(shared, Context::Menu, [(Action::Enter, "choose"), (Action::Back, "cancel")]);
        lines.push(keys::line(shared, &named, width));
        frame::draw(shared, buffer, area, TITLE, frame::WIDEST, &lines, (0, first + self.cursor))
    }
}

/// What follows from the verdict that it did not go.
const RETRIED_TWICE: &str = "It can then be retried: if it did go, its recipient gets it twice.";
const SENT_TWICE: &str = "It can then be sent again: if it did go, its recipient gets it twice.";
const FILE_TWICE: &str = "It can then be sent again: if it did go, everyone in it gets the message twice.";

const TITLE: &str = "An unknown outcome";

impl Dialog for Resolve {
    fn context(&self) -> Context {
        if self.verdict.is_some() { Context::Question } else { Context::Menu }
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match (action, &self.verdict) {
            (Action::Agree, Some(Verdict { went: true, .. })) => Can::Do("record that it went"),
            (Action::Agree, Some(Verdict { went: false, .. })) => Can::Do("record that it did not go"),
            (Action::Enter, None) => Can::Do("do it"),
            (Action::Enter | Action::Back | Action::Help, _) => Can::Yes,
            (_, None) if Menu::moves(action) => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let Some(verdict) = &mut self.verdict else {
            return press.action.map_or(Next::Stay, |action| self.menu_key(action, shared));
        };
        match verdict.asked.reply(press, Takes::Yes, shared) {
            Reply::Yes => {
                shared.send(Command::Resolve { action: self.action, went: verdict.went });
                return Next::Close;
            }
            // Every way out goes back to the menu.
            Reply::Cancel => self.verdict = None,
            Reply::Done | Reply::Other(_) => {}
        }
        Next::Stay
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        let is_open = shared.campaign().is_some_and(|campaign| campaign.actions.open().iter().any(|open| open.action == self.action));
        if !is_open {
            shared.tell(NoticeWeight::Info, "its outcome is known by now", "", "");
            return Next::Close;
        }
        if let (true, Some(verdict)) = (changed.was_covered, &mut self.verdict) {
            verdict.asked.again();
        }
        Next::Stay
    }

    fn asks(&self) -> Option<(&Asked, Takes)> {
        self.verdict.as_ref().map(|verdict| (&verdict.asked, Takes::Yes))
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let Some(Verdict { went, .. }) = &self.verdict else { return Some(self.draw_menu(shared, buffer, area)) };
        let (words, then) = if *went {
            ("it went", "It then counts as accepted.")
        } else {
            ("it did not go", self.send.as_ref().map_or(RETRIED_TWICE, SentThing::twice))
        };
        let mut said = vec![Sentence::new(format!("Record of {} that {words}?", self.about), Role::Strong, 0)];
        said.extend(self.send.as_ref().map(|send| send.says(shared)));
        said.push(Sentence::new(then, if *went { Role::Text } else { Role::Warning }, 1));
        said.push(Sentence::new("This is written to the journal with your name, and cannot be undone.", Role::Text, 2));
        question::draw_yes_or_no(self, shared, buffer, area, TITLE, said)
    }
}
