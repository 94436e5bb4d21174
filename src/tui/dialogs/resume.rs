//! The question before a run that paused itself continues.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Can, Changed, Dialog, Next, Press};
use crate::delivery::counted;
use crate::monitor::{Command, NoticeWeight, RunPhase};
use crate::postman::Explanation;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::widgets::question::{self, Asked, Reply, Takes};
use crate::tui::widgets::sentences::Sentence;
use crate::tui::widgets::words::in_a_line;
use crate::tui::{Action, Context, Role};

pub(in crate::tui) struct ResumeQuestion {
    asked: Asked,
    /// How many messages are still to go.
    to_go: usize,
    /// Why the run paused itself.
    why: Explanation,
}

impl ResumeQuestion {
    /// `:resume` asks first. Where no run has paused itself it says so.
    pub fn open(shared: &mut Shared) {
        let asked = Asked::new(shared);
        match shared.campaign().and_then(paused) {
            Some((to_go, why)) => shared.open(Self { asked, to_go, why }),
            None => shared.tell(NoticeWeight::Info, "no run is paused", "", ""),
        }
    }
}

/// How much the campaign's paused run has to go, and why it paused; `None` where none has paused itself.
fn paused(campaign: &Campaign) -> Option<(usize, Explanation)> {
    let news = campaign.run.as_ref()?.news.as_ref()?;
    let RunPhase::Paused(why) = &news.phase else { return None };
    Some((news.to_go, why.clone()))
}

impl Dialog for ResumeQuestion {
    fn context(&self) -> Context {
        Context::Question
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Agree => Can::Do("continue"),
            Action::Enter | Action::Back | Action::Help => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match self.asked.reply(press, Takes::Yes, shared) {
            Reply::Yes => {
                let now = shared.now;
                if let Some(campaign) = shared.campaign_mut() {
                    campaign.acted(now);
                    shared.send(Command::ResumeRun { agreed_at: now });
                }
                Next::Close
            }
            Reply::Cancel => Next::Back,
            Reply::Done | Reply::Other(_) => Next::Stay,
        }
    }

    fn refresh(&mut self, _changed: &Changed, shared: &mut Shared) -> Next {
        let Some((to_go, why)) = shared.campaign().and_then(paused) else {
            shared.tell(NoticeWeight::Info, "the run is no longer paused", "", "");
            return Next::Close;
        };
        if (self.to_go, &self.why) != (to_go, &why) {
            (self.to_go, self.why) = (to_go, why);
            self.asked.again();
        }
        Next::Stay
    }

    fn asks(&self) -> Option<(&Asked, Takes)> {
        Some((&self.asked, Takes::Yes))
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let (title, name) = question::title(shared, campaign, "Continue the run", area);
        let mut said = Vec::from_iter(name);
        said.extend([
            Sentence::new(format!("Continue with {}?", counted(self.to_go, "message")), Role::Strong, 0),
            Sentence::new(format!("The run paused itself: {}", in_a_line(&self.why)), Role::Warning, 1),
        ]);
        if campaign.settings.charges.is_some() {
            said.push(Sentence::new("Each attempt may be charged, even if it fails.", Role::Text, 2));
        }
        question::draw_yes_or_no(self, shared, buffer, area, &title, said)
    }
}
