//! What a person has agreed to but has not started: for three seconds it can be taken back.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::action::{ActionNumber, Agreed, ConfirmedAction, Subject};
use crate::delivery::{agreeing, grouped};
use crate::monitor::{ActionStage, CampaignIndex, Command, NoticeWeight, RunNews, TakenBack};
use crate::tui::dialogs::{Commands, ResultsPage};
use crate::tui::shared::{ActionRecord, RunRecord, Shared};
use crate::tui::widgets::{frame, question};
use crate::tui::{Action, Context, Effect, Role};

/// How long a fresh yes can be taken back before anything leaves.
const SECONDS: SignedDuration = SignedDuration::from_secs(3);

/// How late it may start. If it is later, the program was suspended or busy, and the screen after
/// that is not what the person agreed to.
const LATE: SignedDuration = SignedDuration::from_secs(1);

/// Whether what was agreed to starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// Not yet.
    Later,
    /// Now.
    Now,
    /// Never: its moment passed while the program was not running.
    Missed,
}

/// A recent yes.
struct Starting {
    campaign: CampaignIndex,
    agreed: Agreed,
    begins_at: Timestamp,
}

impl Starting {
    /// A yes given now.
    fn new(campaign: CampaignIndex, agreed: Agreed, now: Timestamp) -> Self {
        Self { campaign, agreed, begins_at: now + SECONDS }
    }

    /// Counts from the start again: it could not be seen for a while.
    fn begin_again(&mut self, now: Timestamp) {
        self.begins_at = now + SECONDS;
    }

    /// Whether it starts.
    fn due(&self, now: Timestamp) -> Due {
        let late = now.duration_since(self.begins_at);
        if late.is_negative() {
            Due::Later
        } else if late <= LATE {
            Due::Now
        } else {
            Due::Missed
        }
    }

    /// How many seconds are left of the countdown.
    fn seconds(&self, now: Timestamp) -> i64 {
        let left = self.begins_at.duration_since(now).as_millis();
        i64::try_from((left + 999) / 1000).unwrap_or(0).clamp(1, SECONDS.as_secs())
    }

    /// When the next second is over.
    fn next(&self, now: Timestamp) -> Timestamp {
        self.begins_at - SignedDuration::from_secs(self.seconds(now) - 1)
    }
}

/// What a person said yes to.
#[derive(Default)]
pub(in crate::tui) struct Sending {
    /// The yes of a moment ago, while it can be taken back.
    starting: Option<Starting>,
    /// The number of the next action.
    next: ActionNumber,
}

impl Sending {
    /// The number of the first of so many actions.
    fn number(&mut self, actions: usize) -> ActionNumber {
        let first = self.next;
        self.next = first.after(actions);
        first
    }

    /// Whether something of this campaign can still be taken back.
    pub fn is_of(&self, campaign: usize) -> bool {
        self.starting.as_ref().is_some_and(|starting| starting.campaign.0 == campaign)
    }

    /// When the next second of the countdown is over.
    pub fn due(&self, now: Timestamp) -> Option<Timestamp> {
        self.starting.as_ref().map(|starting| starting.next(now))
    }

    /// Nothing starts any more.
    pub fn end(&mut self) {
        self.starting = None;
    }
}

impl Shared {
    /// Whether something starts in a moment that can still be taken back.
    pub(in crate::tui) fn is_starting(&self) -> bool {
        self.sending.starting.is_some()
    }

    /// A person said yes. In production, and to more than one message, it can be taken back for a
    /// moment before anything leaves.
    pub(in crate::tui) fn agreed(&mut self, agreed: Agreed) {
        let (index, now) = (self.index(), self.now);
        if let Some(campaign) = self.campaign_mut() {
            campaign.acted(now);
        }
        let Some(campaign) = self.campaign() else { return };
        if agreed.is_about_several() || campaign.settings.host_kind.is_production() {
            self.sending.starting = Some(Starting::new(index, agreed, now));
        } else {
            self.carry_out_agreed(index, agreed);
        }
    }

    /// Hands what was agreed to over to the worker.
    fn carry_out_agreed(&mut self, index: CampaignIndex, agreed: Agreed) {
        let now = self.now;
        let Some(campaign) = self.campaigns.get_mut(index.0) else { return };
        campaign.forget_rest(&agreed);
        campaign.stop_asked = false;
        campaign.acted(now);
        let number = self.sending.number(agreed.subjects().len());
        campaign.actions.agreed(&agreed, number, now);
        if let Agreed::Run(retries) = &agreed {
            campaign.marked.clear();
            campaign.run = Some(RunRecord::new(retries.iter().map(|retry| retry.item().message.clone()).collect(), now));
        }
        if let Agreed::One(ConfirmedAction::RetryMessage(retry)) = &agreed {
            campaign.follows.add(retry.item().message.clone());
        }
        if let Agreed::One(ConfirmedAction::Send(send)) = &agreed {
            campaign.note_send(send, now);
        }
        if let Agreed::One(ConfirmedAction::Upload(upload)) = &agreed {
            campaign.note_upload(upload, now);
        }
        self.send_to(index.0, Command::Act { number, agreed });
    }

    /// Starts what was agreed to when its time has come. While its countdown cannot be seen, it does
    /// not run down.
    pub(super) fn begin_due(&mut self) {
        let now = self.now;
        let is_shown = self.is_starting_shown();
        let Some(starting) = &mut self.sending.starting else { return };
        if !is_shown {
            starting.begin_again(now);
            return;
        }
        match starting.due(now) {
            Due::Later => {}
            Due::Missed => {
                self.take_back_yes("the program was not running when it was due");
            }
            Due::Now => {
                let Some(starting) = self.sending.starting.take() else { return };
                let Some(campaign) = self.campaigns.get(starting.campaign.0) else { return };
                // A file is one call, which a run lets through.
                let is_like_run = starting.agreed.is_about_several() && !matches!(starting.agreed, Agreed::One(ConfirmedAction::Upload(_)));
                let preview = if is_like_run { self.run_preview(campaign) } else { self.preview(campaign) };
                if let Some(preview) = preview {
                    self.sending.starting = Some(starting);
                    let is_locked = preview.unlocked_by.is_some();
                    self.take_back_yes(if is_locked { "the campaign is read-only" } else { &preview.why.what });
                    return;
                }
                self.carry_out_agreed(starting.campaign, starting.agreed);
            }
        }
    }

    /// Whether the countdown can be seen: nothing is in front of it, and there is room for it.
    fn is_starting_shown(&self) -> bool {
        self.has_nothing_open() && self.has_room()
    }

    /// Takes back the yes of a moment ago. False where there is none.
    pub(super) fn take_back_yes(&mut self, why: &str) -> bool {
        let Some(starting) = self.sending.starting.take() else { return false };
        let (is_send, is_file) = match &starting.agreed {
            Agreed::One(ConfirmedAction::Send(_)) => (true, false),
            Agreed::One(ConfirmedAction::Upload(_)) => (false, true),
            _ => (false, false),
        };
        let mut is_kept = false;
        if let Some(campaign) = self.campaigns.get_mut(starting.campaign.0) {
            campaign.note_rest(starting.agreed.subjects());
            is_kept = campaign.draft.is_some();
        }
        let next = match (is_send, is_file) {
            (true, _) => self.send_again(is_kept),
            (_, true) => self.send_file_again(),
            _ => format!("{} plans it again", self.keymap.command("rest")),
        };
        self.tell(NoticeWeight::Info, "taken back: nothing was sent", why, &next);
        true
    }

    /// How a file that was taken back is sent after all: it is checked again first.
    fn send_file_again(&self) -> String {
        format!("{} checks the file again, and asks", self.keymap.command("send-batch"))
    }

    /// How a message that was taken back is sent after all: it is never in the rest.
    fn send_again(&self, is_kept: bool) -> String {
        if is_kept {
            format!("{} brings back what you typed", self.keymap.command("send"))
        } else {
            "what you typed is not kept: write it again".to_owned()
        }
    }

    /// Keys during the countdown: every way out takes back the yes, and nothing else is agreed to.
    pub(in crate::tui) fn starting_key(&mut self, action: Action) {
        match action {
            Action::Back | Action::Quit => {
                self.take_back_yes("");
            }
            Action::CommandLine => self.open(Commands::default()),
            _ => {}
        }
    }

    /// What a worker says about what was to be taken back.
    pub(super) fn taken_back(&mut self, index: usize, TakenBack { taken_back, leaving, cut }: TakenBack) {
        let Some(campaign) = self.campaigns.get(index) else { return };
        let name = campaign.settings.name.clone();
        // Right before this, each was reported as not sent.
        let is_back = |record: &&ActionRecord| matches!(record.stage, Some(ActionStage::NotSent(_)));
        let back = campaign.actions.iter().take(taken_back).take_while(is_back);
        let (mut sends, mut files) = (0, 0);
        for record in back {
            match record.subject {
                Subject::Send(_) => sends += 1,
                Subject::Upload(_) => files += 1,
                Subject::Message(_) | Subject::Batch(_) => {}
            }
        }
        let rest = (sends + files < taken_back).then(|| format!("{} plans what is left", self.keymap.command("rest")));
        let again = (sends > 0).then(|| self.send_again(campaign.draft.is_some()));
        let again_file = (files > 0).then(|| self.send_file_again());
        let rest = rest.into_iter().chain(again).chain(again_file).collect::<Vec<_>>().join("; ");
        let on_way = format!("{} on {} way already", grouped(leaving), agreeing(leaving, "its", "their"));
        if cut > 0 {
            let what = "the upload was cut off: what became of it is being looked up";
            return self.tell(NoticeWeight::Warning, what, "its last byte had not left", "");
        }
        let is_file = campaign.actions.iter().any(|record| record.is_acting() && matches!(record.subject, Subject::Upload(_)));
        let (what, why, next) = match (taken_back, leaving) {
            (0, 1) if is_file => (
                "too late to take back: all of the file has left".to_owned(),
                "Postman's answer will be shown here".to_owned(),
                String::new(),
            ),
            (0, 0) => ("nothing was left to take back".to_owned(), String::new(), String::new()),
            (0, _) => (format!("too late to take back: {on_way}"), "its outcome will be shown here".to_owned(), String::new()),
            (back, 0) => (format!("{} taken back: nothing was sent for {}", grouped(back), agreeing(back, "it", "them")), name, rest),
            (back, _) => (format!("{} taken back, but {on_way}", grouped(back)), "that outcome will be shown here".to_owned(), rest),
        };
        self.tell(NoticeWeight::Info, &what, &why, &next);
    }
}

/// Draws the countdown, where there is one.
pub(in crate::tui) fn draw(shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let starting = shared.sending.starting.as_ref()?;
    let campaign = shared.campaigns.get(starting.campaign.0)?;
    let (title, name) = question::title(shared, campaign, &starting.agreed.title(), area);
    let mut lines = question::lines(shared, Vec::from_iter(name), area);
    let style = |role| shared.look.style(role);
    let key = shared.keymap.key(Context::Starting, Action::Back).unwrap_or_else(|| "Esc".to_owned());
    let cursor = (0, lines.len());
    lines.push(Line::from(vec![
        Span::styled(format!("Starting in {} s.", starting.seconds(shared.now)), style(Role::Strong)),
        Span::raw("   "),
        Span::styled(key, style(Role::Accent)),
        Span::styled(" takes it back, nothing has been sent.", style(Role::Text)),
    ]));
    Some(frame::draw(shared, buffer, area, &title, frame::WIDEST, &lines, cursor))
}

impl Shared {
    /// A run has progressed. At its end the results are shown, unless the user is doing something
    /// else.
    pub(super) fn run_news(&mut self, index: usize, news: RunNews) {
        let now = self.now;
        let is_free = index == self.campaigns.current() && !self.is_starting() && self.has_nothing_open();
        let Some(campaign) = self.campaigns.get_mut(index) else { return };
        // One that was started elsewhere has no list here, but its figures are shown.
        let run = campaign.run.get_or_insert_with(|| RunRecord::new(Vec::new(), now));
        if run.note(news, now) && is_free {
            ResultsPage::open(self);
        }
    }

    /// `:stop`: takes back what has not left, and stops runs after the call under way.
    pub(in crate::tui) fn stop_run(&mut self) {
        if !self.stop_something() {
            self.tell(NoticeWeight::Info, "nothing is waiting or under way", "", "");
        }
    }

    /// Takes back the yes of a moment ago, otherwise what has not left, otherwise the export. False where there is none of
    /// them.
    pub(super) fn stop_something(&mut self) -> bool {
        self.take_back_yes("") || self.stop_runs() || self.stop_export("")
    }

    /// Takes back whatever is waiting, in every campaign, unless that was requested already. True
    /// where something is waiting or under way.
    fn stop_runs(&mut self) -> bool {
        let (mut stopped, mut has_run) = (false, false);
        for (index, campaign) in self.campaigns.iter_mut().enumerate() {
            let is_running = campaign.run.as_ref().is_some_and(|run| !run.is_over());
            if campaign.stop_asked || !(is_running || campaign.actions.is_acting()) {
                continue;
            }
            campaign.stop_asked = true;
            if let Some(run) = campaign.run.as_mut().filter(|run| !run.is_over()) {
                run.stop_asked = true;
            }
            self.effects.push(Effect::Command { campaign: CampaignIndex(index), command: Command::TakeBack });
            (stopped, has_run) = (true, has_run | is_running);
        }
        if has_run {
            self.tell(NoticeWeight::Info, "the run stops after the call under way", "", "messages that were not started are not sent");
        }
        stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Planner;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_900_000_000_000 + millisecond).unwrap()
    }

    #[test]
    fn it_begins_when_its_time_has_come_and_never_later() {
        let plan = Planner::default().plan([], at(0));
        let starting = Starting::new(CampaignIndex(0), Agreed::Run(plan.confirm(at(0))), at(0));
        let reported = |millisecond| (starting.seconds(at(millisecond)), starting.due(at(millisecond)));
        assert_eq!(
            [reported(0), reported(1), reported(1_000), reported(2_001), reported(2_999)].map(|(seconds, _)| seconds),
            [3, 3, 2, 1, 1]
        );
        assert_eq!([0, 2_999, 3_000, 4_000].map(|at| reported(at).1), [Due::Later, Due::Later, Due::Now, Due::Now]);
        assert_eq!([4_001, 8 * 3_600_000].map(|at| reported(at).1), [Due::Missed, Due::Missed]);
        assert_eq!([0, 1, 1_000, 2_500].map(|from| starting.next(at(from))), [at(1_000), at(1_000), at(2_000), at(3_000)]);
    }
}
