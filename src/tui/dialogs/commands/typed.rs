//! The commands that are only typed: their words, whether they would do anything now, and what they do.

use crate::monitor::NoticeWeight;
use crate::tui::Effect;
use crate::tui::dialogs::{ResultsPage, ResumeQuestion, SendFile, SendForm};
use crate::tui::shared::{Campaign, NOTHING_LEFT, RunRecord, Shared};
use crate::tui::views::activity;

/// What a typed command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typed {
    /// Fill in a message to be sent.
    Send,
    /// Check a file of messages, and send it.
    SendBatch,
    /// Unlock the campaign for actions.
    Unlock,
    /// Lock it again.
    Lock,
    /// Save the filter of the list.
    NameFilter,
    /// Stop the run.
    Stop,
    /// Continue a run that paused itself.
    Resume,
    /// The outcomes of the newest run.
    Results,
    /// Plan what was agreed to but not started.
    Rest,
    /// Go to the outcomes that need a person.
    Resolve,
    /// Show the campaign unmasked for a while.
    Reveal,
    /// Mask everything for a shared screen, or end that.
    Present,
    /// Read further back.
    History,
    /// Mouse on or off.
    Mouse,
    /// Start again with the configuration as it is now.
    Reload,
}

/// A command that is only typed, and what it does.
pub(in crate::tui) struct CommandWord {
    pub word: &'static str,
    /// What it does, in a word or two.
    pub label: &'static str,
    /// What it does, as half a sentence.
    pub does: &'static str,
    /// What it does, for the program.
    pub(super) typed: Typed,
}

/// The commands that are only typed, in the order of the list.
pub(in crate::tui) const COMMANDS: &[CommandWord] = &[
    CommandWord {
        word: "unlock",
        label: "unlock for actions",
        does: "allow actions in a read-only campaign, for a while",
        typed: Typed::Unlock,
    },
    CommandWord { word: "lock", label: "lock again", does: "lock the campaign again", typed: Typed::Lock },
    CommandWord {
        word: "send",
        label: "send one message",
        does: "fill in and send one message, seen as it will arrive; asks before anything is sent",
        typed: Typed::Send,
    },
    CommandWord {
        word: "send-batch",
        label: "send a file",
        does: "check a file of messages, row by row, and send it: `send-batch FILE.csv`; asks before anything is sent",
        typed: Typed::SendBatch,
    },
    CommandWord {
        word: "save-filter",
        label: "save the filter",
        does: "save the filter of the list under a name, for all campaigns",
        typed: Typed::NameFilter,
    },
    CommandWord {
        word: "stop",
        label: "stop, take back",
        does: "take back what has not left, and stop the run after the call under way",
        typed: Typed::Stop,
    },
    CommandWord { word: "resume", label: "continue the run", does: "continue a run that paused itself", typed: Typed::Resume },
    CommandWord { word: "results", label: "results of the run", does: "the outcomes of the newest run", typed: Typed::Results },
    CommandWord { word: "rest", label: "plan the rest", does: "plan what was agreed to but not started", typed: Typed::Rest },
    CommandWord { word: "resolve", label: "unknown outcomes", does: "go to the outcomes that need a person", typed: Typed::Resolve },
    CommandWord {
        word: "history",
        label: "read further back",
        does: "read further back: `history 7d`, a date, or all",
        typed: Typed::History,
    },
    CommandWord {
        word: "reveal",
        label: "show unmasked",
        does: "show the campaign unmasked for 5 minutes, after a question; noted in the journal",
        typed: Typed::Reveal,
    },
    CommandWord {
        word: "present",
        label: "while presenting",
        does: "mask everything and let nothing be revealed, until it is typed again",
        typed: Typed::Present,
    },
    CommandWord {
        word: "mouse",
        label: "mouse on or off",
        does: "turn the mouse on, or leave it to the terminal's own selection",
        typed: Typed::Mouse,
    },
    CommandWord { word: "reload", label: "reload the file", does: "reload the configuration and the keys", typed: Typed::Reload },
];

/// The commands that are only typed as Markdown, for `docs/KEYS.md`.
pub fn commands_markdown() -> String {
    let lines = COMMANDS.iter().map(|command| format!("| `:{}` | {} |\n", command.word, command.does));
    std::iter::once("| command | does |\n|---|---|\n".to_owned()).chain(lines).collect()
}

impl Typed {
    fn takes_argument(self) -> bool {
        matches!(self, Typed::History | Typed::SendBatch)
    }
}

/// The present word of a command that was renamed.
pub(super) fn present_word(typed: &str) -> &str {
    if typed.eq_ignore_ascii_case("again") { "rest" } else { typed }
}

/// A command's word, and its argument, where it takes one.
pub(super) fn word_and_argument(typed: &str) -> (&str, &str) {
    let typed = typed.trim();
    let Some((word, argument)) = typed.split_once(char::is_whitespace) else { return (typed, "") };
    let takes = COMMANDS.iter().any(|command| command.typed.takes_argument() && command.word.eq_ignore_ascii_case(word));
    if takes { (word, argument.trim()) } else { (typed, "") }
}

impl Shared {
    pub(super) fn carry_out_command(&mut self, command: Typed, argument: &str) {
        match command {
            Typed::Send => SendForm::open(self),
            Typed::SendBatch => SendFile::open(self, argument),
            Typed::Unlock => self.begin_unlock(),
            Typed::Lock => self.lock(),
            Typed::NameFilter => self.name_filter(),
            Typed::Stop => self.stop_run(),
            Typed::Resume => ResumeQuestion::open(self),
            Typed::Results => ResultsPage::open(self),
            Typed::Rest => self.plan_not_started(),
            Typed::Resolve => activity::go_to_open(self),
            Typed::History => self.begin_history(argument),
            Typed::Reveal => self.ask_reveal(),
            Typed::Present => self.present(),
            Typed::Mouse => self.turn_mouse(),
            Typed::Reload => self.reload(),
        }
    }

    /// `:reload`. Only the present workers know what is under way, so it must end first.
    fn reload(&mut self) {
        if self.is_acting() {
            let next = format!("{} stops a run after the call under way", self.keymap.command("stop"));
            self.tell(NoticeWeight::Warning, "not reloaded: a message is on its way to Postman", "", &next);
            return;
        }
        self.effects.push(Effect::Reload);
    }

    /// Why a typed command would do nothing; `None` where it would do something.
    pub(super) fn why_not_typed(&self, typed: Typed) -> Option<String> {
        let Some(campaign) = self.campaign() else { return Some("no campaign can be shown".to_owned()) };
        if let (Typed::Send | Typed::SendBatch, Some(broken)) = (typed, &campaign.settings.broken) {
            return Some(broken.what.clone());
        }
        if matches!(typed, Typed::Send | Typed::SendBatch) && self.is_presenting() {
            // What is asked shows numbers, texts, and the name of the file: whoever sends must be able to check them.
            return Some(format!("presenting is on, and {} ends it", self.keymap.command("present")));
        }
        let why = match typed {
            Typed::Unlock => (!campaign.is_locked(self.now)).then_some("this campaign is not locked"),
            Typed::NameFilter => campaign.choice.is_for_one_campaign().then_some("the filter has no status, error or time"),
            Typed::Lock if !campaign.settings.read_only => Some("the configuration does not lock this campaign"),
            Typed::Lock => campaign.is_locked(self.now).then_some("the campaign is locked"),
            Typed::Stop => (!self.can_stop()).then_some("nothing is waiting or under way"),
            Typed::Resume => (!campaign.run.as_ref().is_some_and(RunRecord::is_paused)).then_some("no run is paused"),
            Typed::Results => campaign.run.is_none().then_some("no run of several retries yet"),
            Typed::Reload if self.exports.is_under_way() => Some("a file is being written"),
            // The new dashboard would be masked as the configuration says, in front of everyone watching.
            Typed::Reload if self.is_presenting() => Some("presenting is on"),
            Typed::Reload => self.is_acting().then_some("a message is on its way to Postman"),
            Typed::Resolve => activity::next_for_person(self).is_none().then_some("no outcome needs a person"),
            Typed::Reveal if self.is_presenting() => Some("presenting is on"),
            Typed::Reveal => (!campaign.masked).then_some("nothing is masked"),
            Typed::History if campaign.store.coverage().complete => Some("the whole campaign is loaded"),
            Typed::History => campaign.is_unread().then_some("nothing is loaded yet"),
            Typed::Send | Typed::SendBatch | Typed::Present | Typed::Mouse => None,
            Typed::Rest => campaign.not_started.is_empty().then_some(NOTHING_LEFT),
        };
        why.map(str::to_owned)
    }

    /// Whether there is anything to stop or to take back.
    fn can_stop(&self) -> bool {
        let waits = |campaign: &Campaign| campaign.has_run() || campaign.actions.is_acting();
        self.is_starting() || self.exports.is_under_way() || self.campaigns.iter().any(waits)
    }
}
