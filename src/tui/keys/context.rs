//! Where keys are pressed.

use std::ops::Deref;

/// Where a key is pressed: the same key may mean something else elsewhere, or nothing.
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
    /// A line for typing: the find line. Printable keys are text.
    Text,
    /// The filter menu.
    Menu,
    /// A line for a command, a name or a file. Printable keys are text.
    Prompt,
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

    /// Whether it is a question: its yes, its no and its way out have fixed keys.
    pub fn is_question(self) -> bool {
        matches!(self, Context::Question | Context::Plan | Context::Starting)
    }

    /// Its name in `docs/KEYS.md` and the help.
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

/// Some contexts, in the order in which the list of keys names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contexts {
    /// Behind the first `count` they mean nothing.
    contexts: [Context; Context::ALL.len()],
    count: usize,
}

impl Contexts {
    /// These, each once.
    pub const fn of(contexts: &[Context]) -> Self {
        Self { contexts: [Context::Messages; Context::ALL.len()], count: 0 }.and(contexts)
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

    /// These without some.
    pub const fn except(self, others: &[Context]) -> Self {
        let mut left = Self::of(&[]);
        let mut index = 0;
        while index < self.count {
            if !holds(others, self.contexts[index]) {
                left = left.and(&[self.contexts[index]]);
            }
            index += 1;
        }
        left
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

/// `contains`, at compile time.
const fn holds(contexts: &[Context], wanted: Context) -> bool {
    let mut index = 0;
    while index < contexts.len() {
        if contexts[index] as u8 == wanted as u8 {
            return true;
        }
        index += 1;
    }
    false
}
