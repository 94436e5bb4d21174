//! What a key can mean.

use super::table;
use crate::tui::views::ViewKind;

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// Half a page up.
    HalfPageUp,
    /// Half a page down.
    HalfPageDown,
    /// To the newest row, or the first of a list.
    First,
    /// To the oldest loaded row, or the last of a list.
    Last,
    /// Scroll columns or text left.
    Left,
    /// Scroll columns or text right.
    Right,
    /// The next pane or field; in the find line, this campaign or all.
    NextPane,
    /// The previous pane or field.
    PreviousPane,
    /// Open what is selected; in a dialog, the focused answer.
    Enter,
    /// One step back; never quits, clears or agrees.
    Back,
    /// The previous campaign of the list.
    PreviousCampaign,
    /// The next campaign that needs a person.
    NextInNeed,
    /// The next campaign of the list.
    NextCampaign,
    /// The list of campaigns.
    ShowCampaigns,
    /// A view of the campaign.
    Show(ViewKind),
    /// Find a recipient by part of the number.
    Find,
    /// Filter by status, error, batch and time.
    Filter,
    /// Choose a time window.
    TimeWindow,
    /// Order and columns of the table.
    Order,
    /// To the next hit of the find.
    NextHit,
    /// To the previous hit of the find.
    PreviousHit,
    /// Delete a saved filter; in a form, the value.
    Delete,
    /// Begin a new line in what is typed.
    LineBreak,
    /// Bring back what was deleted.
    Undo,
    /// Clear filter and find.
    Clear,
    /// Show this row's recipient and text, for a while.
    RevealRow,
    /// Mask everything again, or as configured.
    Mask,
    /// Pause, or continue.
    Pause,
    /// Read now.
    ReadNow,
    /// Open a plan to retry; writes nothing.
    PlanRetry,
    /// Carry out the plan that is open.
    Agree,
    /// Include a line in the plan or exclude it; mark or unmark a row.
    Toggle,
    /// Mark everything from the last marked row to this one.
    MarkRange,
    /// Mark all that the list shows.
    MarkAll,
    /// Mark the unmarked rows of the list and unmark the others.
    InvertMarks,
    /// Remove all marks.
    Unmark,
    /// Copy what is shown.
    Copy,
    /// Write what is shown to a file.
    Export,
    /// Write a copy of a file without the mistakes that can be corrected.
    Correct,
    /// What can be done with the row under the cursor.
    Actions,
    /// All commands, found by typing.
    CommandLine,
    /// The notices so far.
    Notices,
    /// Help for here and now.
    Help,
    /// Back; at the root, quit.
    Quit,
    /// Quit when pressed twice.
    Interrupt,
    /// Suspend the program.
    Suspend,
    /// Redraw the screen.
    Redraw,
}

impl Action {
    /// All of them, in the order of the help.
    pub fn all() -> Vec<Action> {
        let mut all = Vec::new();
        for binding in table::bindings() {
            if !all.contains(&binding.action) {
                all.push(binding.action);
            }
        }
        all
    }

    /// Its name in the configuration and among the commands: `plan_retry`.
    pub fn name(self) -> String {
        if let Action::Show(view) = self {
            return format!("show_{}", view.about().name);
        }
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }

    /// The action with this name.
    pub fn named(name: &str) -> Option<Action> {
        Self::all().into_iter().find(|action| action.name() == name)
    }

    /// Whether it can lead to a write: such an action is never bound to a capital letter.
    pub fn may_write(self) -> bool {
        matches!(self, Action::Agree | Action::Enter | Action::PlanRetry | Action::Export | Action::Correct)
    }

    /// How many lines it moves a cursor, by pages of so many; `None` for what does not.
    pub(in crate::tui) fn steps(self, page: isize) -> Option<isize> {
        Some(match self {
            Action::Up => -1,
            Action::Down => 1,
            Action::PageUp => -page,
            Action::PageDown => page,
            Action::HalfPageUp => -(page + 1) / 2,
            Action::HalfPageDown => (page + 1) / 2,
            Action::First => isize::MIN,
            Action::Last => isize::MAX,
            _ => return None,
        })
    }

    /// Whether it only moves within the screen, so that it makes no sense in a list of commands.
    pub fn is_step(self) -> bool {
        self.steps(1).is_some() || matches!(self, Action::Left | Action::Right | Action::NextPane | Action::PreviousPane | Action::Back)
    }
}
