//! The menu of what can be done with the row under the cursor, for users who know no keys: the key of each line is
//! beside it. And the menu of what can be copied of the row.

use std::borrow::Cow;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Can, Click, Dialog, Next, Press};
use crate::delivery::{BatchId, Status, grouped};
use crate::monitor::NoticeWeight;
use crate::tui::chrome::keys;
use crate::tui::shared::{Campaign, CopyFormat, CopyWhat, FilterChoice, OpenedFrom, Shared, TimeWindow};
use crate::tui::text::{Align, fit, width};
use crate::tui::views::{self, RowSubject, ViewKind};
use crate::tui::widgets::frame;
use crate::tui::widgets::menu::Menu;
use crate::tui::{Action, Context, Role};

/// How wide the box is.
const COLUMNS: u16 = 64;

/// One of the two menus while it is open. Its cursor belongs to an action, not to a line number.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct RowMenu {
    kind: MenuKind,
    cursor: RowAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MenuKind {
    /// What can be done with the row.
    Actions,
    /// What can be copied of it.
    Copy,
}

/// Something that can be done with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum RowAction {
    /// The same as a key.
    Key(Action),
    Copy(CopyWhat),
    /// Ask what to copy.
    CopyMenu,
    /// List only messages that failed with the same error.
    OnlyError,
    /// List only messages of the same batch.
    OnlyBatch,
    /// Show the batch among the others.
    ShowBatch,
    /// Find all messages to the same number.
    SameNumber,
    /// Tell when the message ends, or no longer.
    Follow,
}

/// A line of the menu.
struct RowLine {
    action: RowAction,
    /// What it does.
    label: Cow<'static, str>,
    /// Its key; empty without one.
    key: String,
    /// Why it cannot be done.
    refusal: Option<String>,
}

impl RowMenu {
    /// What can be done with the row.
    pub fn actions(shared: &mut Shared) -> Option<Self> {
        Self::new(MenuKind::Actions, shared)
    }

    /// What can be copied of the row.
    pub fn copy(shared: &mut Shared) -> Option<Self> {
        Self::new(MenuKind::Copy, shared)
    }

    /// The menu on the first line that can be run.
    fn new(kind: MenuKind, shared: &mut Shared) -> Option<Self> {
        if let Some(campaign) = shared.campaign_mut() {
            // The row must not move away under the menu.
            campaign.list.hold(&campaign.store);
        }
        let lines = kind.lines(shared);
        let first = lines.iter().find(|line| line.refusal.is_none()).or(lines.first())?;
        Some(Self { kind, cursor: first.action })
    }

    fn index(&self, lines: &[RowLine]) -> usize {
        lines.iter().position(|line| line.action == self.cursor).unwrap_or(0)
    }

    fn go(&mut self, action: Action, shared: &Shared) {
        let lines = self.kind.lines(shared);
        if let Some(line) = lines.get(self.menu(&lines).after(action, shared)) {
            self.cursor = line.action;
        }
    }

    /// A key shown beside a line runs it, so that the menu teaches what makes it superfluous. `None` for any other key.
    fn letter(&mut self, key: KeyEvent, shared: &mut Shared) -> Option<Next> {
        let action = shared.keymap.lookup(shared.pane(), key)?;
        if action == Action::Actions {
            return Some(Next::Close);
        }
        if self.kind == MenuKind::Copy {
            return (action == Action::Copy).then(|| self.copy_first(shared));
        }
        let is_listed = |line: &RowLine| line.action == RowAction::Key(action) && !line.key.is_empty();
        if action.is_step() || action == Action::Enter || !self.kind.lines(shared).iter().any(is_listed) {
            return None;
        }
        self.cursor = RowAction::Key(action);
        Some(self.enter(shared))
    }

    /// The key that opened the menu runs its first line.
    fn copy_first(&self, shared: &mut Shared) -> Next {
        let first = self.kind.lines(shared).into_iter().next().filter(|line| line.refusal.is_none());
        match first.map(|line| line.action) {
            Some(action @ RowAction::Copy(_)) => run(action, shared),
            _ => Next::Stay,
        }
    }

    /// Runs the line under the cursor.
    fn enter(&self, shared: &mut Shared) -> Next {
        let Some(line) = self.kind.lines(shared).into_iter().find(|line| line.action == self.cursor) else { return Next::Stay };
        if let Some(why) = &line.refusal {
            // The menu stays: it shows what can be done instead.
            shared.tell(NoticeWeight::Info, &format!("not now: {}", line.label), why, "");
            return Next::Stay;
        }
        run(line.action, shared)
    }

    fn menu(&self, lines: &[RowLine]) -> Menu {
        Menu { columns: COLUMNS, count: lines.len(), cursor: self.index(lines), heads: 0, keys: 1 }
    }

    /// What the menu is about.
    fn title(&self, shared: &Shared) -> String {
        let row = views::title(shared);
        if self.kind == MenuKind::Copy { format!("Copy of: {row}") } else { row }
    }
}

/// Does something with the row in the view, as if no menu was open.
fn run(action: RowAction, shared: &mut Shared) -> Next {
    if let RowAction::Key(action) = action {
        return Next::Do(action);
    }
    shared.opens(|shared| {
        let subject = views::subject(shared);
        match action {
            RowAction::Key(action) => shared.do_action(action),
            RowAction::Copy(what) => shared.copy(what),
            RowAction::CopyMenu => shared.open_copy_menu(),
            RowAction::OnlyError => only_error(subject, shared),
            RowAction::OnlyBatch => {
                shared.drill(FilterChoice { batches: subject.batch.into_iter().collect(), ..FilterChoice::default() });
            }
            RowAction::ShowBatch => show_batch(subject, shared),
            RowAction::SameNumber => shared.find_same_number(),
            RowAction::Follow => follow(subject, shared),
        }
    });
    Next::Close
}

fn only_error(subject: RowSubject, shared: &mut Shared) {
    let errors = subject.error.into_iter().collect();
    let window = shared.campaign().map(|campaign| campaign.choice.window).unwrap_or_default();
    shared.drill(FilterChoice { statuses: vec![Status::Failure], errors, window, ..FilterChoice::default() });
}

fn follow(subject: RowSubject, shared: &mut Shared) {
    let Some((message, campaign)) = subject.message.zip(shared.campaign_mut()) else { return };
    if campaign.follows.remove(&message) {
        return shared.tell(NoticeWeight::Info, "no longer followed", "", "");
    }
    campaign.follows.add(message.clone());
    let what = format!("following {}", campaign.masked_recipient(&message));
    shared.tell(NoticeWeight::Info, &what, "", "a line and the bell say when it is delivered or has failed");
}

/// Why a message cannot be followed: it has ended, or nothing reads it again by itself.
fn why_not_followed(subject: &RowSubject, campaign: Option<&Campaign>) -> Option<String> {
    let row = subject.message.as_ref().zip(campaign).and_then(|(message, campaign)| Some((campaign.store.row(message)?, campaign)));
    let Some((row, campaign)) = row else { return Some("no message".to_owned()) };
    let cells = campaign.store.cells(row);
    match cells.status {
        Some(status) if status.is_final() => {
            Some(format!("it has {} already", if *status == Status::Success { "arrived" } else { "failed" }))
        }
        _ if !cells.covered => Some("outside of what is loaded: keep it open".to_owned()),
        _ => None,
    }
}

fn show_batch(subject: RowSubject, shared: &mut Shared) {
    if let Some(campaign) = shared.campaign_mut() {
        let is_shown = |id: &BatchId| campaign.batches_in_window().iter().any(|summary| summary.batch.id == *id);
        if !subject.batch.as_ref().is_some_and(is_shown) {
            // None of its messages is in the time window.
            campaign.choose_window(TimeWindow::default());
            campaign.narrow();
        }
        if let Some(batch) = subject.batch {
            campaign.batch_view.select(batch);
        }
    }
    let from = shared.origin();
    shared.show_view(ViewKind::Batches);
    shared.came_from = Some(from).filter(|from| *from != OpenedFrom::Pane(ViewKind::Batches));
}

impl MenuKind {
    /// The lines in the view on the screen: always the same, so that each is found where it was before.
    fn lines(self, shared: &Shared) -> Vec<RowLine> {
        match self {
            MenuKind::Actions => shared.view.about().actions.iter().filter_map(|action| action.line(shared)).collect(),
            MenuKind::Copy => copy_lines(shared),
        }
    }
}

impl RowAction {
    /// Its line; `None` for an action that this view does not have.
    fn line(self, shared: &Shared) -> Option<RowLine> {
        let subject = views::subject(shared);
        let missing = |is_there: bool, why: &str| (!is_there).then(|| why.to_owned());
        let (label, refusal) = match self {
            RowAction::Key(action) => return key_line(action, shared),
            RowAction::Copy(what) => return Some(copy_line(what, "copy ", shared)),
            RowAction::CopyMenu => ("copy something else", None),
            RowAction::OnlyError => ("list only this error", missing(subject.error.is_some(), "it has not failed")),
            RowAction::OnlyBatch => ("list only this batch", missing(subject.batch.is_some(), "not in a batch")),
            RowAction::ShowBatch => ("show its batch", missing(subject.batch.is_some(), "not in a batch")),
            RowAction::SameNumber => ("find all to this number", shared.why_no_number().map(str::to_owned)),
            RowAction::Follow => match subject.message.as_ref().zip(shared.campaign()) {
                Some((message, campaign)) if campaign.follows.holds(message) => ("stop following it", None),
                _ => ("follow it until it ends", why_not_followed(&subject, shared.campaign())),
            },
        };
        Some(RowLine { action: self, label: label.into(), key: String::new(), refusal })
    }
}

fn key_line(action: Action, shared: &Shared) -> Option<RowLine> {
    let pane = shared.pane();
    let here = |context| shared.keymap.help(context).into_iter().find(|line| line.binding.action == action);
    let (key, label) = match here(pane) {
        Some(line) => (line.key(pane), line.binding.label),
        // The list behind an open message can be exported, too; the key for that belongs to the list.
        None if pane == Context::Detail && action == Action::Export => (String::new(), here(Context::MESSAGES)?.binding.label),
        None => return None,
    };
    let label = key_label(action, shared).unwrap_or(label);
    Some(RowLine { action: RowAction::Key(action), label: label.into(), key, refusal: shared.why_not(action) })
}

/// What a key does with the row, where its label in the line of keys says too little.
fn key_label(action: Action, shared: &Shared) -> Option<&'static str> {
    views::label(action, shared).or(match action {
        Action::Copy => Some("copy the row"),
        Action::Export => Some("export the list to a file"),
        Action::Order => Some("order of the list"),
        Action::Clear => Some("show all messages again"),
        _ => None,
    })
}

fn copy_lines(shared: &Shared) -> Vec<RowLine> {
    let has_marks = shared.view == ViewKind::Messages && shared.campaign().is_some_and(|campaign| !campaign.marked.is_empty());
    let mut all: Vec<CopyWhat> = if has_marks { CopyFormat::ALL.map(CopyWhat::Marked).to_vec() } else { Vec::new() };
    all.extend(CopyFormat::ALL.map(CopyWhat::Row));
    if shared.view == ViewKind::Messages {
        all.extend([CopyWhat::Number, CopyWhat::Text, CopyWhat::Sentence, CopyWhat::Attempts, CopyWhat::MessageId]);
    }
    all.extend([CopyWhat::BatchId, CopyWhat::CampaignId, CopyWhat::TemplateId, CopyWhat::ErrorCode, CopyWhat::TraceId, CopyWhat::Shown]);
    let mut lines: Vec<RowLine> = all.into_iter().map(|what| copy_line(what, "", shared)).collect();
    // The key that opened the menu runs its first line: pressing it twice copies the row.
    if let Some(first) = lines.first_mut() {
        first.key = shared.key_for(Action::Copy);
    }
    lines
}

/// A line that copies something.
fn copy_line(what: CopyWhat, before: &str, shared: &Shared) -> RowLine {
    let words = match what {
        CopyWhat::Marked(form) => {
            let marked = shared.campaign().map_or(0, |campaign| campaign.marked.len());
            format!("the {} marked {}", grouped(marked), form.word())
        }
        what => what.words(),
    };
    let refusal = shared.why_no_copy(what).map(str::to_owned);
    RowLine { action: RowAction::Copy(what), label: format!("{before}{words}").into(), key: String::new(), refusal }
}

fn draw_line(shared: &Shared, line: &RowLine, is_chosen: bool, (columns, reasons_at): (usize, usize)) -> Line<'static> {
    let mark = if is_chosen { "› " } else { "  " };
    let room = columns.saturating_sub(2 + 1 + width(&line.key));
    let words = match &line.refusal {
        Some(why) => Cow::Owned(format!("{}{why}", fit(&line.label, reasons_at.min(room), Align::Left))),
        None => line.label.clone(),
    };
    let words = fit(&words, room, Align::Left);
    let (of_words, of_key) = match (is_chosen, &line.refusal) {
        (true, _) => (Role::Selected, Role::Selected),
        (false, Some(_)) => (Role::Muted, Role::Muted),
        (false, None) => (Role::Text, Role::Accent),
    };
    Line::from(vec![
        Span::styled(format!("{mark}{words} "), shared.look.style(of_words)),
        Span::styled(line.key.clone(), shared.look.style(of_key)),
    ])
}

impl Dialog for RowMenu {
    fn context(&self) -> Context {
        Context::Menu
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Enter => Can::Do("do it"),
            Action::Back | Action::Quit | Action::Help => Can::Yes,
            _ if Menu::moves(action) => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        // A key that a line shows belongs to that line, whatever it means in other menus.
        if let Some(outcome) = self.letter(press.key, shared) {
            return outcome;
        }
        match press.action {
            Some(Action::Enter) => return self.enter(shared),
            Some(Action::Back | Action::Quit) => return Next::Back,
            Some(action) => self.go(action, shared),
            None => {}
        }
        Next::Stay
    }

    fn hit(&self, at: Position, shared: &Shared) -> Option<usize> {
        self.menu(&self.kind.lines(shared)).line_at(shared.layout().body, at)
    }

    fn click(&mut self, click: Click, shared: &mut Shared) -> Next {
        let lines = self.kind.lines(shared);
        let Some(line) = lines.get(click.hit) else { return Next::Stay };
        let is_chosen = std::mem::replace(&mut self.cursor, line.action) == line.action;
        if click.is_double && is_chosen { self.enter(shared) } else { Next::Stay }
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let columns = frame::width(area, COLUMNS);
        let lines = self.kind.lines(shared);
        let menu = self.menu(&lines);
        // Reasons are aligned below each other.
        let reasons_at = lines.iter().filter(|line| line.refusal.is_some()).map(|line| width(&line.label) + 2).max().unwrap_or(0);
        let row = |index: usize| draw_line(shared, &lines[index], index == menu.cursor, (columns, reasons_at));
        let mut shown: Vec<_> = menu.shown(area).map(row).collect();
        shown.push(keys::line(shared, &keys::of_dialog(self, shared, [Action::Enter, Action::Back]), columns));
        Some(frame::draw(shared, buffer, area, &self.title(shared), COLUMNS, &shown, (0, menu.cursor_line(area))))
    }
}
