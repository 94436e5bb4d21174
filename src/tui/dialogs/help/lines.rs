//! What the help says about a context: what can be done there, and what the signs, figures and words mean.

use crate::delivery::Status;
use crate::tui::dialogs::COMMANDS;
use crate::tui::shared::Shared;
use crate::tui::{Action, Context, Role, role_of, sign};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HelpLine {
    pub heading: &'static str,
    /// Its keys, or the sign, figure or word that is explained.
    pub what: String,
    /// How that is drawn.
    pub role: Role,
    /// What it does or means.
    pub text: String,
    /// What Enter does; `None` for what is only explained, and for what makes no sense from here.
    pub action: Option<Action>,
}

/// Signs on the screen besides those of the statuses.
const SIGNS: [(&str, &str); 11] = [
    ("›", "at the left: the row under the cursor; with \"sending\": the status"),
    ("*", "marked: a retry, an export or a plan covers the marked messages"),
    ("•", "outside the loaded range: found by a search or in a batch; not in the figures"),
    ("–", "at the left: no longer matches the filter, shown until the cursor moves; in a cell: no value"),
    ("∙", "a hidden digit or letter: the campaign is masked"),
    ("≤", "at the latest: seen at that time, not reported by the API"),
    ("▒", "in charts and bars: not loaded, so nothing is known of it"),
    ("≥", "in the time to deliver: that share has not been delivered yet, those on the way counted in"),
    ("^ v", "at the head of a column: the list is sorted by it, lowest or highest first"),
    ("!", "needs a person: a campaign that cannot be read, an outcome to decide, too many failures"),
    ("?", "not reported by the API, or an unknown outcome: it is looked up, and never sent again automatically"),
];

/// Figures of the first lines.
const FIGURES: [(&str, &str); 16] = [
    ("as of 14:03, 3 s", "when the newest messages were loaded, and how long ago that is"),
    ("STALE", "they were loaded longer ago than twice the usual interval"),
    ("next in 2 s", "when the next call to the API is made"),
    ("1.2 of 2 calls/s", "calls per second, and the configured ceiling; the API allows 10 for all clients together"),
    ("429: slowed", "the API reported too many calls: fewer are made until it accepts more"),
    ("NO ANSWER, REFUSED", "the server does not answer, or refuses the key or the address; it is asked again automatically"),
    (
        "ANSWERED 500, TOO MANY CALLS",
        "it answers, but with nothing usable: an error, a truncated answer, one that is not Postman's, or its call limit",
    ),
    ("READ-ONLY", "no action is taken; `unlock` allows actions for 15 minutes"),
    ("UNMASKED 5 min", "numbers and texts are shown unmasked for that long, because `reveal` was typed"),
    ("PRESENTING", "everything is masked and nothing can be revealed until `present` is typed again"),
    (
        "11,800 ✓  41 ✗  162 on the way",
        "delivered, failed, and on the way, of what is loaded: each figure of the header leads to its messages, by Tab or a click",
    ),
    ("15 MIN", "what finished in the last 15 minutes: how many failed, the usual share, the most frequent error"),
    ("0 to 90 in 10 min", "in the trends: the smallest and the largest bar; a message is in the bar in which its newest attempt began"),
    ("row 17", "where the cursor is in the list"),
    ("41 of 12,003 loaded", "how many messages the list shows, of how many loaded, and back to when"),
    ("22 marked", "how many messages are marked, in the list or not"),
];

/// Words with a special meaning here.
const WORDS: [(&str, &str); 11] = [
    ("loaded", "read from the API since the start, from the newest message back without a gap: every figure counts these"),
    ("on the way", "neither delivered nor failed yet; those with the telco abroad, or silent for 48 h, are not counted"),
    (
        "stuck",
        "overdue: not handed over after ten minutes and longer than 99 of 100 take, or, for Singapore numbers, with the telco for 48 h",
    ),
    ("with telco", "handed to the phone company, not confirmed: for numbers abroad nothing more is reported"),
    ("yes, maybe, no", "whether to retry, by the API's published table of errors; also no once it has said that no attempts are left"),
    ("attempts", "how many there were (\"tried\" where room is short); how many are allowed is up to the API"),
    ("batch", "the messages of one uploaded file; a batch is retried as a whole, or its messages one by one"),
    ("plan", "a list of what a retry would do, and of what is left out and why; nothing is sent before the yes"),
    ("accepted", "the API accepted the retry or the message; its outcome is followed"),
    (
        "unknown",
        "a retry or a message was sent and no answer came: it is looked up, never sent again automatically, and a person may decide",
    ),
    ("reveal", "show a masked number and text for a while; that is noted in the journal"),
];

/// The lines for a context that match what was typed: every word must appear in the line.
pub(super) fn matching(shared: &Shared, context: Context, typed: &str) -> Vec<HelpLine> {
    let typed = typed.to_lowercase();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let fits = |line: &HelpLine| {
        let text = format!("{} {} {} {}", line.heading, line.what, line.text, line.action.map(Action::name).unwrap_or_default());
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    all(shared, context).into_iter().filter(fits).collect()
}

/// Which line matches best what was typed: one with it in its name or keys, before those that only mention it.
pub(super) fn best(lines: &[HelpLine], typed: &str) -> usize {
    let typed = typed.trim().to_lowercase().replace('_', " ");
    let name = |line: &HelpLine| line.action.map(|action| action.name().replace('_', " ")).unwrap_or_default();
    let begins = lines
        .iter()
        .position(|line| name(line).starts_with(&typed) || line.what.trim_start_matches(':').to_lowercase().starts_with(&typed));
    let has = || lines.iter().position(|line| name(line).contains(&typed));
    begins.or_else(has).unwrap_or(0)
}

fn all(shared: &Shared, context: Context) -> Vec<HelpLine> {
    let is_pane = context == shared.pane();
    let bound = shared.keymap.help(context).into_iter().map(|line| {
        let action = line.binding.action;
        let keys = line.all_keys(context);
        HelpLine {
            heading: line.binding.group.title(),
            what: if keys.is_empty() { format!(":{}", action.name()) } else { keys },
            role: Role::Accent,
            // The table marks important help in bold, for `docs/KEYS.md`.
            text: line.binding.help.replace("**", ""),
            action: (is_pane && !action.is_step() && action != Action::Help).then_some(action),
        }
    });
    let explained =
        |heading, what: &str, role, text: &str| HelpLine { heading, what: what.to_owned(), role, text: text.to_owned(), action: None };
    let ascii = shared.look.ascii;
    let statuses = Status::KNOWN
        .iter()
        .map(|status| explained("Signs", &format!("{} {}", sign(status, ascii), status.word()), role_of(status), meaning(status)));
    let signs = SIGNS.iter().map(|(what, text)| explained("Signs", what, Role::Strong, text));
    let figures = FIGURES.iter().map(|(what, text)| explained("Figures", what, Role::Strong, text));
    let words = WORDS.iter().map(|(what, text)| explained("Words", what, Role::Strong, text));
    let typed = COMMANDS.iter().filter(|_| is_pane);
    let typed = typed.map(|command| explained("Commands", &format!(":{}", command.word), Role::Accent, command.does));
    bound.chain(typed).chain(statuses).chain(signs).chain(figures).chain(words).collect()
}

/// What a status means for someone waiting for the message.
fn meaning(status: &Status) -> &'static str {
    match status {
        Status::Created => "recorded by Postman, not yet handed on",
        Status::Enqueued => "waiting to be sent to the provider",
        Status::Sending => "on its way to the provider",
        Status::Sent => "with the provider, not confirmed yet",
        Status::SentToTelco => "with the phone company, not confirmed yet",
        Status::Success => "delivered: the phone company confirmed it",
        Status::Failure => "failed: the error says why, and whether to retry",
        Status::Other(_) => "a status that this program does not know",
    }
}
