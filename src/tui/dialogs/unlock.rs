//! The question that unlocks the campaign on the screen for actions: its name must be typed.

use super::{Next, Press};
use crate::monitor::NoticeWeight;
use crate::tui::keys::{Action, Chord};
use crate::tui::shared::{OpenQuestion, Shared};
use crate::tui::widgets::line_box::{AsksLine, LineBox, LineDialog};
use crate::tui::widgets::question::NOT_THE_NAME;
use crate::tui::widgets::sentences::Sentence;
use crate::tui::widgets::words::environment;
use crate::tui::{KeyRole, Role};

struct Unlock {
    asked: OpenQuestion,
}

impl AsksLine for Unlock {
    const ENTER: &'static str = "unlock it";

    fn says(&self, shared: &Shared) -> Option<(String, Vec<Sentence>)> {
        let campaign = shared.campaign()?;
        let name = &campaign.settings.name;
        let above = vec![
            Sentence::new("Allows actions. Locks again after 15 minutes without one. Noted in the journal.", Role::Text, 2),
            Sentence::new(format!("Type its name to unlock it: {name}"), Role::Strong, 0),
        ];
        Some((format!("Unlock for actions, {}, {name}", environment(&shared.look, campaign)), above))
    }

    fn enter(&mut self, typed: &str, shared: &mut Shared) -> Result<Next, String> {
        if shared.is_agreed() && shared.unlock(typed) {
            return Ok(Next::Close);
        }
        Err(if typed.is_empty() { "type the name, or Esc" } else { NOT_THE_NAME }.to_owned())
    }

    fn asked(&self) -> Option<OpenQuestion> {
        Some(self.asked)
    }

    fn role(&self, press: Press, typed: &str, shared: &Shared) -> Option<KeyRole> {
        if press.action == Some(Action::Enter) {
            let is_name = shared.campaign().is_some_and(|campaign| campaign.settings.name == typed);
            return is_name.then_some(KeyRole::AgreesToTyped);
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
        let asked = self.next_question();
        self.open(LineDialog { asks: Unlock { asked }, line: LineBox::default() });
    }
}
