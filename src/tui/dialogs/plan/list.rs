//! The whole list of a plan: those messages that are retried first, then those left out and why.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::action::Plan;
use crate::delivery::{MessageId, code_or_none, counted, grouped};
use crate::tui::chrome::keys;
use crate::tui::key_line::KeyWord;
use crate::tui::shared::Shared;
use crate::tui::text::{Align, fit};
use crate::tui::widgets::recipient;
use crate::tui::widgets::{frame, question};
use crate::tui::{Action, Context, Role};

/// How far the list is scrolled.
#[derive(Default)]
pub(super) struct PlanList {
    scroll: usize,
}

pub(super) fn len(plan: &Plan) -> usize {
    plan.items.len() + plan.left_out.len()
}

fn room(area: Rect) -> usize {
    question::room(area).max(1)
}

impl PlanList {
    pub(super) fn scroll(&mut self, action: Action, len: usize, shared: &Shared) {
        let last = len.saturating_sub(room(shared.layout().body));
        if let Some(steps) = shared.steps(action) {
            self.scroll = self.scroll.min(last).saturating_add_signed(steps).min(last);
        }
    }

    pub(super) fn draw(&self, shared: &Shared, plan: &Plan, title: &str, buffer: &mut Buffer, area: Rect) -> Position {
        let width = frame::width(area, frame::WIDEST);
        let (room, all, style) = (room(area), len(plan), |role| shared.look.style(role));
        let scroll = self.scroll.min(all.saturating_sub(room));
        let mut lines: Vec<Line<'static>> = Vec::new();
        for index in (scroll..all).take(room) {
            let (text, role) = entry(shared, plan, index);
            lines.push(Line::from(Span::styled(fit(&text, width, Align::Left), style(role))));
        }
        let last = (scroll + room).min(all);
        let shown = format!("{} to {} of {}", grouped((scroll + 1).min(all)), grouped(last), grouped(all));
        lines.push(Line::from(Span::styled(shown, style(Role::Muted))));
        let key = |action| shared.keymap.key(Context::Plan, action);
        let mut named = vec![KeyWord::new(key(Action::NextPane).unwrap_or_else(|| "Esc".to_owned()), "back")];
        named.extend(key(Action::Up).zip(key(Action::Down)).map(|(up, down)| KeyWord::new(format!("{up} {down}"), "scroll")));
        named.extend(keys::bound(shared, Context::Plan, [(Action::Export, "export")]));
        lines.push(keys::line(shared, &named, width));
        frame::draw(shared, buffer, area, title, frame::WIDEST, &lines, (0, 0))
    }
}

/// A line of the list.
fn entry(shared: &Shared, plan: &Plan, index: usize) -> (String, Role) {
    let Some(campaign) = shared.campaign() else { return (String::new(), Role::Text) };
    let column = |text: &str, width| fit(text, width, Align::Left);
    if let Some(item) = plan.items.get(index) {
        let error = code_or_none(item.error.as_ref().map_or("", |error| &error.code));
        let created = item.created_at.map(|at| shared.look.time(at, shared.now)).unwrap_or_default();
        let tried = item.attempts.map(|tried| counted(tried as usize, "attempt")).unwrap_or_default();
        let who = column(&recipient::who(campaign, &item.message), 13);
        return (format!("{who} {} {} {tried}", column(error, 23), column(&created, 13)), Role::Text);
    }
    let Some(left) = plan.left_out.get(index.saturating_sub(plan.items.len())) else { return (String::new(), Role::Text) };
    (format!("{} left out: {}", column(&recipient::who(campaign, &left.message), 13), left.reason), Role::Muted)
}

/// The list as rows to copy or export: every message once, with what happens to it.
pub(super) fn rows(plan: &Plan, shared: &Shared) -> Vec<Vec<String>> {
    let mut rows = vec![["id", "recipient", "plan", "reason"].map(str::to_owned).to_vec()];
    let Some(campaign) = shared.campaign() else { return rows };
    let mut push = |message: &MessageId, what: &str, reason: String| {
        rows.push(vec![message.as_str().to_owned(), recipient::who(campaign, message), what.to_owned(), reason]);
    };
    for item in &plan.items {
        push(&item.message, "retry", item.error.as_ref().map(|error| error.code.to_string()).unwrap_or_default());
    }
    for left in &plan.left_out {
        push(&left.message, "left out", left.reason.to_string());
    }
    rows
}
