//! The question that unlocks the campaign on the screen for actions: its name must be typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Can, Dialog, Next, Press};
use crate::monitor::NoticeWeight;
use crate::tui::keys::{Action, Chord, Context};
use crate::tui::shared::{OpenQuestion, Shared};
use crate::tui::widgets::line_box::{self, LineBox};
use crate::tui::widgets::sentences::Sentence;
use crate::tui::widgets::words::environment;
use crate::tui::{KeyRole, Role};

#[derive(Debug)]
pub(in crate::tui) struct Unlock {
    asked: OpenQuestion,
    line: LineBox,
}

impl Unlock {
    fn is_name(&self, shared: &Shared) -> bool {
        shared.campaign().is_some_and(|campaign| campaign.settings.name == self.line.typed())
    }
}

impl Dialog for Unlock {
    fn context(&self) -> Context {
        line_box::CONTEXT
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        LineBox::can(action, "unlock it")
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        self.line.key(press, |typed| {
            if shared.is_agreed() && shared.unlock(typed) {
                return Ok(Next::Close);
            }
            Err(if typed.is_empty() { "type the name, or Esc" } else { "that is not the campaign's exact name" }.to_owned())
        })
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.line.paste(text);
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let name = &campaign.settings.name;
        let above = vec![
            Sentence::new("Allows retries. Locks again after 15 minutes without one. Noted in the journal.", Role::Text, 2),
            Sentence::new(format!("Type its name to unlock it: {name}"), Role::Strong, 0),
        ];
        let title = format!("Unlock for actions, {}, {name}", environment(&shared.look, campaign));
        Some(self.line.draw(self, shared, buffer, area, &title, above))
    }

    fn asked(&self) -> Option<OpenQuestion> {
        Some(self.asked)
    }

    fn role(&self, press: Press, shared: &Shared) -> Option<KeyRole> {
        if press.action == Some(Action::Enter) {
            return self.is_name(shared).then_some(KeyRole::AgreesToTyped);
        }
        Chord::of(press.key).and_then(Chord::printable).map(|_| KeyRole::Answer)
    }
}

impl Shared {
    /// `:unlock` asks for the name where the campaign is locked.
    pub(super) fn begin_unlock(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        if !campaign.is_locked(self.now) {
            self.tell(NoticeWeight::Info, "this campaign is not locked", "", "");
            return;
        }
        let asked = OpenQuestion::new(self.next_question());
        self.open(Unlock { asked, line: LineBox::default() });
    }
}
