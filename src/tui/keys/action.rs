//! What a key can mean, and where it is pressed.

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
    /// Filter by status.
    Filter,
    /// Clear filter and find.
    Clear,
    /// Show this row's recipient and text, for a while.
    Reveal,
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
    /// Type a command.
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
    /// A page to read: help, notices.
    Page,
}

impl Context {
    /// All of them.
    pub const ALL: [Context; 12] = [
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
        Context::Page,
    ];

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
            Context::Page => "pages",
        }
    }
}
