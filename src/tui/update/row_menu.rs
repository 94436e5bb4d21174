//! The menu of what can be done with a row.

use crossterm::event::KeyEvent;

use super::super::Action;
use super::super::state::{FilterChoice, MenuKind, OldDialog, OpenedFrom, RowAction, RowMenu, Shared, TimeWindow, ViewKind};
use crate::delivery::{BatchId, Status};
use crate::monitor::NoticeWeight;

impl Shared {
    /// Opens the menu on the first line that can be run.
    pub(in crate::tui) fn open_row_menu(&mut self) {
        if let Some(campaign) = self.campaign_mut() {
            // The row must not move away under the menu.
            campaign.list.hold(&campaign.store);
        }
        let lines = self.row_lines();
        let first = lines.iter().find(|line| line.refusal.is_none()).or(lines.first());
        if let Some(first) = first {
            self.dialog = OldDialog::Row(RowMenu { kind: MenuKind::Actions, cursor: first.action });
        }
    }

    pub(in crate::tui) fn row_menu_key(&mut self, action: Action) {
        if let Some(steps) = self.menu_steps(action) {
            return self.go_row_menu(steps);
        }
        match action {
            Action::Enter => self.enter_row_menu(),
            Action::Back | Action::Quit => self.close_dialog(),
            Action::Help => self.open_help(),
            _ => {}
        }
    }

    /// A key shown beside a line runs it, so that the menu teaches what makes it superfluous. False for
    /// any other key.
    pub(in crate::tui) fn row_menu_letter(&mut self, key: KeyEvent) -> bool {
        let OldDialog::Row(RowMenu { kind, .. }) = self.dialog else { return false };
        let Some(action) = self.keymap.lookup(self.pane(), key) else { return false };
        if action == Action::Actions {
            self.dialog = OldDialog::None;
            return true;
        }
        if kind == MenuKind::Copy {
            if action == Action::Copy {
                self.copy_first();
            }
            return action == Action::Copy;
        }
        let is_listed = |line: &crate::tui::state::RowLine| line.action == RowAction::Key(action) && !line.key.is_empty();
        if action.is_step() || action == Action::Enter || !self.row_lines().iter().any(is_listed) {
            return false;
        }
        self.dialog = OldDialog::Row(RowMenu { kind, cursor: RowAction::Key(action) });
        self.enter_row_menu();
        true
    }

    fn go_row_menu(&mut self, steps: isize) {
        let OldDialog::Row(RowMenu { kind, .. }) = self.dialog else { return };
        let lines = self.menu_lines(kind);
        let OldDialog::Row(menu) = &mut self.dialog else { return };
        let index = lines.iter().position(|line| line.action == menu.cursor).unwrap_or(0);
        let index = index.saturating_add_signed(steps).min(lines.len().saturating_sub(1));
        if let Some(line) = lines.get(index) {
            menu.cursor = line.action;
        }
    }

    fn enter_row_menu(&mut self) {
        let OldDialog::Row(menu) = &self.dialog else { return };
        let Some(line) = self.menu_lines(menu.kind).into_iter().find(|line| line.action == menu.cursor) else { return };
        if let Some(why) = &line.refusal {
            // The menu stays: it shows what can be done instead.
            let why = why.clone();
            self.tell(NoticeWeight::Info, &format!("not now: {}", line.label), &why, "");
            return;
        }
        self.dialog = OldDialog::None;
        let subject = self.subject();
        match line.action {
            RowAction::Key(action) => self.do_action(action),
            RowAction::Copy(what) => self.copy(what),
            RowAction::CopyMenu => self.open_copy_menu(),
            RowAction::OnlyError => {
                let errors = subject.error.into_iter().collect();
                let window = self.campaign().map(|campaign| campaign.choice.window).unwrap_or_default();
                self.drill(FilterChoice { statuses: vec![Status::Failure], errors, window, ..FilterChoice::default() });
            }
            RowAction::OnlyBatch => {
                self.drill(FilterChoice { batches: subject.batch.into_iter().collect(), ..FilterChoice::default() });
            }
            RowAction::ShowBatch => {
                if let Some(campaign) = self.campaign_mut() {
                    let is_shown = |id: &BatchId| campaign.batches_in_window().iter().any(|summary| summary.batch.id == *id);
                    if !subject.batch.as_ref().is_some_and(is_shown) {
                        // It was uploaded outside the time window.
                        campaign.choice.window = TimeWindow::default();
                        campaign.narrow();
                    }
                    if let Some(batch) = subject.batch {
                        campaign.batch_view.select(batch);
                    }
                }
                let from = self.origin();
                self.show_view(ViewKind::Batches);
                self.came_from = Some(from).filter(|from| *from != OpenedFrom::Pane(ViewKind::Batches));
            }
        }
    }
}
