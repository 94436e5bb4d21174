//! Where keys are pressed.

use std::ops::Deref;

use crate::tui::views::ViewKind;

/// Where a key is pressed: the same key may mean something else elsewhere, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// A view of a campaign.
    Pane(ViewKind),
    /// The list of campaigns, where it has the focus.
    Campaigns,
    /// The detail of a message.
    Detail,
    /// The figures of the header by class, where they have the focus.
    Header,
    /// A line for typing: the find line. Printable keys are text.
    Text,
    /// The filter menu.
    Menu,
    /// A line for a command, a name or a file. Printable keys are text.
    Prompt,
    /// The form of a message to be sent. Printable keys are text.
    Form,
    /// The question before a retry.
    Question,
    /// The question before a retry of several messages or of a batch.
    Plan,
    /// The moment after a yes in which it can be taken back.
    Starting,
    /// The help: a page with a line for typing. Printable keys are text.
    Help,
    /// A page to read: notices, the results of a run.
    Page,
    /// A file of messages that was checked: its mistakes, or what would be sent.
    File,
}

impl Context {
    /// The list of messages.
    pub const MESSAGES: Context = Context::Pane(ViewKind::Messages);

    /// All of them.
    pub const ALL: [Context; COUNT] = Contexts::views().and(&OTHERS).contexts;

    /// Whether printable keys are text there.
    pub fn is_text(self) -> bool {
        matches!(self, Context::Text | Context::Prompt | Context::Form | Context::Help)
    }

    /// Whether it is a question: its yes, its no and its way out have fixed keys.
    pub fn is_question(self) -> bool {
        matches!(self, Context::Question | Context::Plan | Context::Starting)
    }

    /// Its name in `docs/KEYS.md` and the help.
    pub fn name(self) -> &'static str {
        match self {
            Context::Pane(view) => view.about().name,
            Context::Campaigns => "campaigns",
            Context::Detail => "detail",
            Context::Header => "header",
            Context::Text => "find line",
            Context::Menu => "menus",
            Context::Prompt => "command line",
            Context::Form => "form",
            Context::Question => "question",
            Context::Plan => "plan",
            Context::Starting => "countdown",
            Context::Help => "help",
            Context::Page => "pages",
            Context::File => "checked file",
        }
    }
}

/// All but the views.
const OTHERS: [Context; 13] = [
    Context::Campaigns,
    Context::Detail,
    Context::Header,
    Context::Text,
    Context::Prompt,
    Context::Menu,
    Context::Form,
    Context::Question,
    Context::Plan,
    Context::Starting,
    Context::Help,
    Context::Page,
    Context::File,
];

/// How many there are.
const COUNT: usize = ViewKind::ALL.len() + OTHERS.len();

/// Some contexts, in the order in which the list of keys names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contexts {
    /// Behind the first `count` they mean nothing.
    contexts: [Context; COUNT],
    count: usize,
}

impl Contexts {
    /// These, each once.
    pub const fn of(contexts: &[Context]) -> Self {
        Self { contexts: [Context::Page; COUNT], count: 0 }.and(contexts)
    }

    /// The views of a campaign.
    pub const fn views() -> Self {
        let mut views = Self::of(&[]);
        while views.count < ViewKind::ALL.len() {
            views = views.and(&[Context::Pane(ViewKind::ALL[views.count])]);
        }
        views
    }

    /// These, and more behind them.
    pub const fn and(mut self, more: &[Context]) -> Self {
        let mut index = 0;
        while index < more.len() {
            self.contexts[self.count] = more[index];
            self.count += 1;
            index += 1;
        }
        self
    }

    /// The same as a slice.
    pub const fn as_slice(&self) -> &[Context] {
        self.contexts.split_at(self.count).0
    }
}

impl Deref for Contexts {
    type Target = [Context];

    fn deref(&self) -> &[Context] {
        self.as_slice()
    }
}
