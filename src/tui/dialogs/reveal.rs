//! The question before a whole campaign is shown unmasked.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Can, Dialog, Next, Press};
use crate::tui::shared::Shared;
use crate::tui::widgets::question::{self, Asked, Reply, Takes};
use crate::tui::widgets::sentences::Sentence;
use crate::tui::widgets::words::environment;
use crate::tui::{Action, Context, Role};

pub(in crate::tui) struct RevealQuestion {
    asked: Asked,
}

impl RevealQuestion {
    pub fn open(shared: &mut Shared) {
        let asked = Asked::new(shared);
        shared.open(Self { asked });
    }
}

impl Dialog for RevealQuestion {
    fn context(&self) -> Context {
        Context::Question
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Agree => Can::Do("show it"),
            Action::Enter | Action::Back | Action::Help => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match self.asked.reply(press, Takes::Yes, shared) {
            Reply::Yes => {
                shared.reveal_all();
                Next::Close
            }
            Reply::Cancel => Next::Back,
            Reply::Done | Reply::Other(_) => Next::Stay,
        }
    }

    fn asks(&self) -> Option<(&Asked, Takes)> {
        Some((&self.asked, Takes::Yes))
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let texts = match campaign.settings.one_time_password {
            true => "All recipients are then shown; the texts are one-time passwords and stay hidden.",
            false => "All recipients and texts are then shown on the screen, and in what is copied or exported.",
        };
        let mask = shared.key_for(Action::Mask);
        let said = vec![
            Sentence::new(format!("Show {} unmasked for 5 minutes?", campaign.settings.name), Role::Strong, 0),
            Sentence::new(texts, Role::Warning, 1),
            Sentence::new(format!("{mask} masks it again at any time. Noted in the journal with your name."), Role::Text, 2),
        ];
        let title = format!("Reveal, {}", environment(&shared.look, campaign));
        question::draw_yes_or_no(self, shared, buffer, area, &title, said)
    }
}
