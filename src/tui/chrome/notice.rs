//! The line above the keys: the outcome of a retry, a lost connection, or the newest notice.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::action::Subject;
use crate::delivery::{Status, counted, grouped, percent, sentences};
use crate::monitor::{ActionStage, Connection, Notice, NoticeWeight};
use crate::postman::{Explanation, Refusal};
use crate::tui::shared::{ActionRecord, BackTo, Campaign, Shared};
use crate::tui::text::{cut, width};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::recipient;
use crate::tui::widgets::words::{bytes, in_a_line, shown_notice, until};
use crate::tui::{Action, Context, Role, sign};

/// Draws the line: what a person is waiting for comes first.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let words = words(state);
    let style = |role| state.look.style(role);
    let mut right = Vec::new();
    if state.notices.count() > 0 {
        let (unread, all) = (state.notices.unread(), state.notices.count());
        right.push(match unread {
            // The sentence says more than how many there were.
            0 => Piece::new(counted(all, "notice"), style(Role::Muted), 1),
            _ => Piece::new(format!("{} new", grouped(unread)), style(Role::Strong), 0),
        });
        if let Some(key) = state.keymap.key(state.context(), Action::Notices) {
            right.push(Piece::new(key, style(Role::Accent), 0));
            right.push(Piece::new("list", style(Role::Muted), 0).gap(1));
        }
    }
    let room = |right: &[Piece]| usize::from(area.width).saturating_sub(2 + pieces::total(right) + if right.is_empty() { 0 } else { 2 });
    if width(&words.whole()) > room(&right) {
        right.retain(|piece| piece.rank == 0);
    }
    let own = state.campaign().map_or("", |campaign| &campaign.settings.name);
    let text = words.within(room(&right), own);
    pieces::draw(buffer, area, vec![Piece::new(text, style(words.role), 0)], right);
}

/// What the line says.
struct Words {
    /// When it happened; empty where that does not matter.
    time: String,
    text: Explanation,
    role: Role,
}

impl Words {
    fn new(text: Explanation, role: Role) -> Self {
        Self { time: String::new(), text, role }
    }

    fn whole(&self) -> String {
        after(&self.time, &in_a_line(&self.text))
    }

    /// In so many columns. What happened and what to do come before why, and before what the header says as well: the
    /// name of this campaign, and when it was. Of what to do the beginning is enough, where it is a sentence of its own.
    fn within(&self, room: usize, own: &str) -> String {
        let Words { time, text, .. } = self;
        let whole = self.whole();
        if width(&whole) <= room {
            return whole;
        }
        let untraced = format!("{} …", after(time, &in_a_line(&Explanation { trace_id: None, ..text.clone() })));
        if text.trace_id.is_some() && width(&untraced) <= room {
            return untraced;
        }
        let unnamed = text.what.strip_prefix(own).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&text.what);
        let heads = [after(time, &text.what), after(time, unnamed), unnamed.to_owned()];
        if text.next.is_empty() {
            let fitting = heads.iter().map(|head| join(head, &text.why)).find(|line| width(line) <= room);
            return fitting.unwrap_or_else(|| cut_at_word(&join(&heads[1], &text.why), room));
        }
        let tails = beginnings(&text.next);
        // Why, which may be the server's own words, says more than a second sentence of what to do.
        let leaves_why = |tail: &&String| width(&heads[0]) + width(tail) + 2 * SEPARATOR + SHORTEST_WHY <= room;
        let in_order = tails.iter().take(2).filter(leaves_why).chain(&tails);
        for (tail, head) in in_order.flat_map(|tail| heads.iter().map(move |head| (tail, head))) {
            let Some(rest) = room.checked_sub(width(head) + width(tail) + SEPARATOR) else { continue };
            return match rest.checked_sub(SEPARATOR).filter(|rest| *rest >= SHORTEST_WHY) {
                _ if text.why.is_empty() => format!("{head} · {tail}"),
                Some(rest) => format!("{head} · {} · {tail}", cut_at_word(&text.why, rest)),
                None => format!("{head} … {tail}"),
            };
        }
        let [.., tail] = &tails;
        match room.checked_sub(width(tail) + 1).filter(|rest| rest * 10 >= width(unnamed) * 9) {
            Some(rest) if width(unnamed) < rest => format!("{unnamed}… {tail}"),
            Some(rest) => format!("{} {tail}", cut_at_word(unnamed, rest)),
            // Too little would be left of what happened.
            None => cut_at_word(&join(&join(unnamed, &text.why), &text.next), room),
        }
    }
}

/// The shortest piece of a sentence that still says something.
const SHORTEST: usize = 12;

/// The same of why it is so.
const SHORTEST_WHY: usize = 24;

/// How wide ` · ` is.
const SEPARATOR: usize = 3;

/// Cuts between words, since half a figure or a time would be another one; a word longer than any of these is cut itself.
fn cut_at_word(text: &str, room: usize) -> String {
    let cut = cut(text, room);
    match cut.strip_suffix('…').and_then(|rest| rest.rsplit_once(' ')) {
        Some((words, half)) if width(&cut) >= SHORTEST && width(half) < SHORTEST_WHY => {
            format!("{}…", words.trim_end_matches([' ', '·', '.', ',', ';', ':']))
        }
        _ => cut.into_owned(),
    }
}

/// What to do: whole, its first sentence, and the first part of that.
fn beginnings(next: &str) -> [String; 3] {
    let whole = next.trim_end_matches('.');
    let sentence = whole.split(". ").next().unwrap_or_default();
    let ends = ["; ", ", ", ": "].into_iter().filter_map(|mark| sentence.find(mark));
    let part = ends.min().and_then(|end| sentence.get(..end)).unwrap_or(sentence);
    [whole, sentence, part].map(|part| if part == whole { next.to_owned() } else { format!("{part}…") })
}

fn after(time: &str, text: &str) -> String {
    if time.is_empty() { text.to_owned() } else { format!("{time} {text}") }
}

fn join(one: &str, other: &str) -> String {
    if one.is_empty() || other.is_empty() { format!("{one}{other}") } else { format!("{one} · {other}") }
}

/// A sentence of which no part can be left out.
fn plain(text: String) -> Explanation {
    Explanation { what: text, why: String::new(), next: String::new(), trace_id: None }
}

fn words(state: &Shared) -> Words {
    if state.presence.is_leaving() {
        return Words::new(plain(leave(state)), Role::Warning);
    }
    if let Some(notice) = state.notices.front() {
        return Words::new(shown_notice(state, notice).into_owned(), Role::Strong);
    }
    if let Some(what) = state.exports.what() {
        return Words::new(plain(export(state, what)), Role::Text);
    }
    if state.campaign().is_some_and(|campaign| !campaign.list.is_sorted()) {
        return Words::new(plain(format!("sorting {}", state.tables.messages.sentence())), Role::Text);
    }
    if let Some(words) = state.campaign().and_then(|campaign| history(state, campaign)) {
        return Words::new(plain(words), Role::Text);
    }
    let newest = state.campaign().and_then(newest);
    // A person waits for it, or it waits for a person.
    if let Some(newest) = newest.filter(|record| record.is_acting() || record.needs_person()) {
        return reported(state, newest);
    }
    if let Some(trouble) = state.campaign().and_then(|campaign| trouble(state, campaign)) {
        return trouble;
    }
    if let Some(hint) = state.tour.hint(&state.keymap).filter(|_| newest.is_none() && state.context() != Context::Text) {
        return Words::new(plain(hint), Role::Text);
    }
    // While a file leaves, what was said before of another one would be taken for news of it.
    let leaving = state.campaign().and_then(|campaign| campaign.actions.iter().find(|record| has_line(record)));
    if let Some(leaving) = leaving {
        let is_old = |at| at <= leaving.at;
        if newest.is_none_or(|newest| is_old(newest.at)) && state.notices.newest().is_none_or(|kept| is_old(kept.notice.at)) {
            return Words::new(plain(String::new()), Role::Text);
        }
    }
    match (newest, state.notices.newest()) {
        (Some(newest), Some(kept)) if kept.notice.at <= newest.at => reported(state, newest),
        (Some(newest), None) => reported(state, newest),
        (_, Some(kept)) => {
            let (_, role) = weight(&kept.notice);
            let role = if role == Role::Muted { Role::Text } else { role };
            let time = state.look.happened(kept.notice.at, state.now);
            Words { time, ..Words::new(shown_notice(state, kept).into_owned(), role) }
        }
        (None, None) => Words::new(plain(String::new()), Role::Text),
    }
}

/// The action with the newest report.
fn newest(campaign: &Campaign) -> Option<&ActionRecord> {
    // Each message of a run would push away the previous one; the run has lines of its own.
    let single =
        campaign.actions.iter().find(|record| record.subject.batch().is_none()).filter(|record| !record.is_in_run() && !has_line(record));
    single.into_iter().chain(campaign.actions.batches().next()).max_by_key(|record| record.at)
}

/// Whether it has a line of its own: a file that is leaving.
fn has_line(record: &ActionRecord) -> bool {
    record.is_acting() && matches!(record.subject, Subject::Upload(_))
}

/// The progress of the requested history.
fn history(state: &Shared, campaign: &Campaign) -> Option<String> {
    let (to, coverage) = (campaign.history_to?, campaign.store.coverage());
    let to = match to {
        BackTo::Start => "to the start".to_owned(),
        BackTo::Moment(at) => format!("to {}", state.look.time(at, state.now)),
    };
    let far = coverage.oldest.map(|oldest| format!(": at {} so far", state.look.time(oldest, state.now))).unwrap_or_default();
    Some(format!("loading back {to}{far}, {} loaded", counted(coverage.loaded, "message")))
}

/// The progress of an export.
fn export(state: &Shared, what: &str) -> String {
    let (done, all) = state.exports.progress();
    let far =
        if all == 0 { String::new() } else { format!(": {} of {}, {}", grouped(done), grouped(all), percent(done as f64 / all as f64)) };
    format!("exporting {what}{far}; {} stops it", state.command_for("stop"))
}

/// Shown between a first q or Ctrl-c and the second.
fn leave(state: &Shared) -> String {
    if state.campaigns.iter().any(Campaign::has_run) {
        "a run is under way: press again to quit; messages that were not started are offered again at the next start".to_owned()
    } else if state.is_acting() {
        let acting = || state.campaigns.iter().flat_map(|campaign| campaign.actions.iter()).filter(|record| record.is_acting());
        let what = if acting().any(|record| matches!(record.subject, Subject::Upload(_))) {
            "a file is on its way to Postman: press again to quit, which cuts it off"
        } else if acting().any(|record| matches!(record.subject, Subject::Send(_))) {
            "a message is on its way to Postman: press again to quit"
        } else {
            "a retry is still running: press again to quit"
        };
        format!("{what}; the next start looks up its outcome")
    } else if state.exports.is_under_way() {
        "a file is being written: press again to quit; no file was written".to_owned()
    } else {
        "press again to quit".to_owned()
    }
}

/// What is wrong with the connection, and what happens next.
fn trouble(state: &Shared, campaign: &Campaign) -> Option<Words> {
    let (at, why, role) = match &campaign.connection {
        Connection::Waiting { until, why, .. } => (until, why, Role::Warning),
        Connection::Refused { until, why, .. } => (until, why, Role::Failed),
        _ => return None,
    };
    let again = format!("Asked again {}.", until(*at, state.now));
    Some(Words::new(Explanation { next: sentences([&*why.next, &again]), ..why.clone() }, role))
}

/// How far an action is, in one line.
pub(in crate::tui) fn outcome(state: &Shared, record: &ActionRecord) -> (String, Role) {
    let Words { text, role, .. } = reported(state, record);
    (in_a_line(&text), role)
}

/// How far an action is.
fn reported(state: &Shared, record: &ActionRecord) -> Words {
    let (who, done) = (&who(state, &record.subject), record.subject.words().past);
    let is_send = matches!(record.subject, Subject::Send(_) | Subject::Upload(_));
    // What is done: `65∙∙∙∙1234 retry`. A message or a file that is sent is that itself.
    let what = if is_send { who.clone() } else { format!("{who} {}", record.subject.words().noun) };
    // Where "on its way" alone would be read as "to its recipient".
    let to_postman = if is_send { " to Postman" } else { "" };
    let accepted_at = record.accepted_at;
    let ascii = state.look.ascii;
    let (good, bad) = (sign(&Status::Success, ascii), sign(&Status::Failure, ascii));
    let at = state.look.happened(record.at, state.now);
    let accepted = accepted_at.map(|at| format!("accepted {}", state.look.happened(at, state.now)));
    let words = |text: String, role: Role| Words::new(plain(text), role);
    let because = |text: String, why: &Explanation, role: Role| {
        Words::new(Explanation { what: format!("{text}: {}", why.what), ..why.clone() }, role)
    };
    match &record.stage {
        None => words(format!("{what} requested {at}"), Role::Moving),
        Some(ActionStage::Intended) => words(format!("{what} noted {at}, waiting for its turn"), Role::Moving),
        Some(ActionStage::UnderWay { try_number: 1 }) => words(format!("{what} on its way{to_postman}"), Role::Moving),
        Some(ActionStage::UnderWay { try_number }) => words(format!("{what} on its way{to_postman}, attempt {try_number}"), Role::Moving),
        Some(ActionStage::Uploading { sent, total }) => words(format!("{what}: {} of {}", bytes(*sent), bytes(*total)), Role::Moving),
        Some(ActionStage::GoesAgain { at, why }) => because(format!("{what} is sent again {}", until(*at, state.now)), why, Role::Warning),
        Some(ActionStage::Accepted) => words(format!("{good} {who} {done}: accepted {at}"), Role::Fine),
        Some(ActionStage::FoundAccepted) if is_send => words(format!("{good} {who} {done}: found accepted {at}"), Role::Fine),
        Some(ActionStage::FoundAccepted) => {
            words(format!("{good} {who} {done}: already accepted, perhaps from elsewhere {at}"), Role::Fine)
        }
        Some(ActionStage::Followed { status }) => {
            let accepted = accepted.map(|words| format!("{words}, ")).unwrap_or_default();
            match status {
                Status::Success => words(format!("{good} {who} {done}: {accepted}delivered {at}"), Role::Fine),
                Status::Failure => {
                    let again = if is_send { "" } else { " again" };
                    words(format!("{bad} {who} {done}: {accepted}failed{again} {at}"), Role::Failed)
                }
                open => words(format!("{} {who} {done}: {accepted}now {}", sign(open, ascii), open.word()), Role::Moving),
            }
        }
        Some(ActionStage::NotTaken(why)) if is_send => because(format!("{bad} {who} not sent"), why, Role::Failed),
        Some(ActionStage::NotTaken(why)) => because(format!("{bad} {who} not {done}, nothing was sent"), why, Role::Failed),
        Some(stage @ ActionStage::Refused(Refusal { why, .. })) => because(format!("{bad} {what} {}", stage.word()), why, Role::Failed),
        // Nothing went wrong with the message: it can be planned again.
        Some(stage @ (ActionStage::NotSent(why) | ActionStage::Skipped(why))) => {
            because(format!("! {what} {}", stage.word()), why, Role::Warning)
        }
        // What to do about the call comes last: what happens with the outcome is said first.
        Some(ActionStage::Unknown { why, look_up_at }) => {
            let (next, role) = match look_up_at {
                Some(at) => (format!("looked up again {}", until(*at, state.now)), Role::Unknown),
                None => ("a person must decide".to_owned(), Role::Failed),
            };
            let why = Explanation { why: join(&why.why, &why.next), next: String::new(), ..why.clone() };
            because(format!("? {what}: outcome unknown, {next}"), &why, role)
        }
    }
}

/// Whom or what it is about: the masked recipient, or the message's id where that is not known; or the batch; or the
/// message that is sent, with its recipient where it was sent from here.
pub(in crate::tui) fn who(state: &Shared, subject: &Subject) -> String {
    let message = match subject {
        Subject::Message(message) => message,
        Subject::Batch(batch) => return format!("batch {}", batch.short(false)),
        Subject::Send(fingerprint) => {
            let to = state.campaign().and_then(|campaign| campaign.sent.to(fingerprint));
            return to.map_or_else(|| "a message".to_owned(), |to| format!("message to {to}"));
        }
        Subject::Upload(sha256) => {
            let name = state.campaign().and_then(|campaign| Some(campaign.shown_name(&campaign.uploads.of(sha256)?.name)));
            return name.map_or_else(|| "a file".to_owned(), str::to_owned);
        }
    };
    let known = state.campaign().and_then(|campaign| {
        let row = campaign.store.row(message)?;
        let cells = campaign.store.cells(row);
        let known = crate::delivery::Recipient::new(cells.recipient?);
        Some(recipient::shown(&known, campaign.is_masked(row), campaign.open_digits()))
    });
    known.unwrap_or_else(|| message.short(true))
}

/// The word and the look of a notice's weight.
pub(in crate::tui) fn weight(notice: &Notice) -> (&'static str, Role) {
    match notice.weight {
        NoticeWeight::Info => ("note", Role::Muted),
        NoticeWeight::Warning => ("warning", Role::Warning),
        NoticeWeight::Problem => ("problem", Role::Failed),
    }
}
