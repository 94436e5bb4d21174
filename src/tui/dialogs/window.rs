//! The line for a time window that no menu has.

use super::Next;
use crate::tui::Role;
use crate::tui::shared::{Shared, TimeWindow};
use crate::tui::widgets::line_box::{AsksLine, LineBox, LineDialog};
use crate::tui::widgets::sentences::Sentence;

pub(super) struct TypedWindow;

impl TypedWindow {
    /// Proposes the window on the screen.
    pub fn open(shared: &mut Shared) {
        let shown = shared.campaign().map(|campaign| campaign.choice.window.typed()).unwrap_or_default();
        shared.open(LineDialog { asks: Self, line: LineBox::proposed(&shown) });
    }
}

impl AsksLine for TypedWindow {
    const ENTER: &'static str = "show it";

    fn says(&self, shared: &Shared) -> Option<(String, Vec<Sentence>)> {
        let zone = &shared.look.zone_name;
        let examples = format!("2h · 3d to 1d · 2026-11-20 to 2026-11-22 · 2026-11-24T09:00 to today. Days are in {zone}.");
        let above = vec![
            Sentence::new("A start; or a start and an end, with \"to\" between.", Role::Text, 0),
            Sentence::new(examples, Role::Muted, 1),
        ];
        Some(("Show a time window".to_owned(), above))
    }

    fn enter(&mut self, typed: &str, shared: &mut Shared) -> Result<Next, String> {
        shared.set_window(TimeWindow::parse(typed, &shared.look.zone, shared.now)?);
        Ok(Next::Close)
    }
}
