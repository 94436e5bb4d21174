//! The line for a time window that no menu has.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Can, Dialog, Next, Press};
use crate::tui::Role;
use crate::tui::keys::{Action, Context};
use crate::tui::shared::{Shared, TimeWindow};
use crate::tui::widgets::line_box::{self, LineBox};
use crate::tui::widgets::sentences::Sentence;

#[derive(Debug)]
pub(in crate::tui) struct TypedWindow {
    line: LineBox,
}

impl TypedWindow {
    /// The window on the screen is proposed.
    pub fn new(shared: &Shared) -> Self {
        let shown = shared.campaign().map(|campaign| campaign.choice.window.typed()).unwrap_or_default();
        Self { line: LineBox::proposed(&shown) }
    }
}

impl Dialog for TypedWindow {
    fn context(&self) -> Context {
        line_box::CONTEXT
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        LineBox::can(action, "show it")
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        self.line.key(press, |typed| {
            let window = TimeWindow::parse(typed, &shared.look.zone, shared.now)?;
            shared.set_window(window);
            Ok(Next::Close)
        })
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.line.paste(text);
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let zone = &shared.look.zone_name;
        let examples = format!("2h · 3d to 1d · 2026-11-20 to 2026-11-22 · 2026-11-24T09:00 to today. Days are in {zone}.");
        let above = vec![
            Sentence::new("A start; or a start and an end, with \"to\" between.", Role::Text, 0),
            Sentence::new(examples, Role::Muted, 1),
        ];
        Some(self.line.draw(self, shared, buffer, area, "Show a time window", above))
    }
}
