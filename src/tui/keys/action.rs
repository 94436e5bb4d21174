//! What a key can mean, and where it is pressed.

use super::table;

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
    /// The next pane or field; in the find line: this campaign's server or only what is loaded.
    NextPane,
    /// The pane or field before.
    PreviousPane,
    /// Open what is selected; in a dialog the focused answer.
    Enter,
    /// One step back; never quits, clears or agrees.
    Back,
    /// The campaign before in the list.
    PreviousCampaign,
    /// The campaign after in the list.
    NextCampaign,
    /// The list of campaigns.
    ShowCampaigns,
    /// The list of messages.
    ShowMessages,
    /// The batches.
    ShowBatches,
    /// The failures by error.
    ShowFailures,
    /// Actions and their outcomes.
    ShowActivity,
    /// Find a recipient by a part of the number.
    Find,
    /// Filter by status, error, batch and time.
    Filter,
    /// Look at a window of time.
    TimeWindow,
    /// Order and columns of the table.
    Order,
    /// To the next message that was found.
    NextHit,
    /// To the message that was found before.
    PreviousHit,
    /// Delete a filter that has a name.
    Delete,
    /// Bring back what was deleted.
    Undo,
    /// Clear filter and find.
    Clear,
    /// Show this row's recipient and text, for a while.
    RevealRow,
    /// Mask everything again, or as configured.
    Mask,
    /// Pause reading, or go on.
    Pause,
    /// Read now.
    ReadNow,
    /// Open a plan to retry; writes nothing.
    PlanRetry,
    /// Carry out the plan that is open.
    Agree,
    /// Take a line into the plan, or out of it; mark a row, or take its mark away.
    Toggle,
    /// Mark everything from the row that was marked last to this one.
    MarkRange,
    /// Mark all that the list shows.
    MarkAll,
    /// Mark what is not marked of what the list shows, and the other way round.
    InvertMarks,
    /// Take all marks away.
    Unmark,
    /// Copy what is shown.
    Copy,
    /// Write what is shown to a file.
    Export,
    /// What can be done with the row under the cursor.
    Actions,
    /// All commands, found by typing.
    CommandLine,
    /// The notices so far.
    Notices,
    /// Help for here and now.
    Help,
    /// Back, and at the root quit.
    Quit,
    /// Quit when pressed twice.
    Interrupt,
    /// Suspend the program.
    Suspend,
    /// Draw anew.
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
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }

    /// The action of this name.
    pub fn named(name: &str) -> Option<Action> {
        Self::all().into_iter().find(|action| action.name() == name)
    }

    /// Whether it can lead to something being written: no capital letter is ever bound to it.
    pub fn may_write(self) -> bool {
        matches!(self, Action::Agree | Action::Enter | Action::PlanRetry | Action::Export)
    }

    /// Whether it only moves within what is on the screen, so that it makes no sense to choose it from a list.
    pub fn is_step(self) -> bool {
        use Action::{Back, Down, First, HalfPageDown, HalfPageUp, Last, Left, NextPane, PageDown, PageUp, PreviousPane, Right, Up};
        let rows = matches!(self, Up | Down | PageUp | PageDown | HalfPageUp | HalfPageDown | First | Last);
        rows || matches!(self, Left | Right | NextPane | PreviousPane | Back)
    }
}

/// Where a key is pressed: the same key may mean something else there, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// The list of messages.
    Messages,
    /// The list of campaigns, where it has the focus.
    Campaigns,
    /// The batches.
    Batches,
    /// The failures by error.
    Failures,
    /// Actions and their outcomes.
    Activity,
    /// The detail of a message.
    Detail,
    /// A line that is typed into: the find line. Printable keys are text.
    Text,
    /// The filter menu.
    Menu,
    /// A line for a command, a name or a file. Printable keys are text.
    Prompt,
    /// The question before a retry.
    Question,
    /// The question before a retry of several messages or of a batch.
    Plan,
    /// The moment after a yes, in which it can be taken back.
    Starting,
    /// The help: a page with a line that is typed into. Printable keys are text.
    Help,
    /// A page to read: notices, the results of a run.
    Page,
}

impl Context {
    /// All of them.
    pub const ALL: [Context; 14] = [
        Context::Messages,
        Context::Campaigns,
        Context::Batches,
        Context::Failures,
        Context::Activity,
        Context::Detail,
        Context::Text,
        Context::Prompt,
        Context::Menu,
        Context::Question,
        Context::Plan,
        Context::Starting,
        Context::Help,
        Context::Page,
    ];

    /// Whether printable keys are text there.
    pub fn is_text(self) -> bool {
        matches!(self, Context::Text | Context::Prompt | Context::Help)
    }

    /// Whether it is a question: its yes, its no and its way out are the same for everybody.
    pub fn is_question(self) -> bool {
        matches!(self, Context::Question | Context::Plan | Context::Starting)
    }

    /// The place's name in the README and the help.
    pub fn name(self) -> &'static str {
        match self {
            Context::Messages => "messages",
            Context::Campaigns => "campaigns",
            Context::Batches => "batches",
            Context::Failures => "failures",
            Context::Activity => "activity",
            Context::Detail => "detail",
            Context::Text => "find line",
            Context::Menu => "menus",
            Context::Prompt => "command line",
            Context::Question => "question",
            Context::Plan => "plan",
            Context::Starting => "countdown",
            Context::Help => "help",
            Context::Page => "pages",
        }
    }
}
