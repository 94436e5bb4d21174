//! The view of failures: how many by error, and whether to retry.

mod about; // what the selected error means
mod draw;
mod groups; // how they are counted and sorted

pub(super) use draw::draw;
pub(in crate::tui) use groups::{FailureColumn, FailureGroup, Failures, GroupKey};

use crate::delivery::{RetryAdvice, Status, code_or_none, percent};
use crate::monitor::NoticeWeight;
use crate::store::RowNumber;
use crate::tui::Action;
use crate::tui::dialogs::{Can, RowAction};
use crate::tui::keys::Chord;
use crate::tui::shared::{Campaign, CopyFormat, CopyWhat, FilterChoice, Shared};
use crate::tui::views::{About, RowSubject};

pub(super) const ABOUT: About = About {
    name: "failures",
    label: "Failures",
    keys: &[Chord::char('3')],
    help: "the failures by error, and whether they are worth a retry",
    actions: &[
        RowAction::Key(Action::Enter),
        RowAction::Key(Action::PlanRetry),
        RowAction::Key(Action::Toggle),
        RowAction::Key(Action::Unmark),
        RowAction::Key(Action::Copy),
        RowAction::Copy(CopyWhat::ErrorCode),
        RowAction::CopyMenu,
        RowAction::Key(Action::Export),
        RowAction::Key(Action::Order),
    ],
};

pub(super) fn can(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    const NONE: &str = "nothing has failed in the loaded range";
    match action {
        Action::PlanRetry if !campaign.marked.is_empty() => Can::Yes,
        Action::Enter | Action::PlanRetry | Action::Toggle | Action::Copy => Can::unless(campaign.failures.selected().is_none(), NONE),
        Action::Export => Can::unless(campaign.failures.groups().is_empty(), NONE),
        Action::Order => Can::Do("order"),
        Action::Back => Can::Yes,
        _ => super::in_every_view(action, shared, campaign),
    }
}

pub(super) fn key(action: Action, shared: &mut Shared) {
    match action {
        Action::Enter => show_group(shared),
        Action::Toggle => mark_group(shared),
        Action::PlanRetry if shared.campaign().is_some_and(|campaign| !campaign.marked.is_empty()) => shared.plan_marked(),
        Action::PlanRetry => plan_group(shared),
        Action::Export => export(shared),
        _ => super::line_key(action, shared),
    }
}

pub(super) fn go(steps: isize, shared: &mut Shared) {
    if let Some(campaign) = shared.campaign_mut() {
        campaign.failures.go(steps);
    }
}

pub(super) fn cursor(campaign: &Campaign) -> (usize, usize) {
    (campaign.failures.index(), campaign.failures.groups().len())
}

pub(super) fn subject(campaign: &Campaign) -> RowSubject {
    let error = campaign.failures.selected().and_then(|group| match &group.key {
        GroupKey::Error(code) => Some(code.clone()),
        GroupKey::WorthRetry => None,
    });
    RowSubject { error, ..RowSubject::default() }
}

pub(super) fn title(campaign: &Campaign) -> Option<String> {
    Some(match subject(campaign).error {
        Some(code) => format!("Failed: {}", code_or_none(&code)),
        None => "All worth a retry".to_owned(),
    })
}

pub(super) fn label(action: Action, campaign: &Campaign) -> Option<&'static str> {
    let is_worth_retry = || campaign.failures.selected().is_some_and(|group| group.key == GroupKey::WorthRetry);
    match action {
        Action::Enter => Some("list its messages"),
        Action::PlanRetry if !campaign.marked.is_empty() => Some("plan a retry of the marked messages"),
        Action::PlanRetry if is_worth_retry() => Some("plan a retry of all worth a retry"),
        Action::PlanRetry => Some("plan a retry of all with this error"),
        _ => None,
    }
}

pub(super) fn look(shared: &mut Shared) {
    let Some(campaign) = shared.campaign_mut() else { return };
    campaign.move_on();
    campaign.failures.look(&campaign.store, &campaign.out_of_attempts);
}

/// Enter: the messages of the line.
fn show_group(shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    let Some(group) = campaign.failures.selected() else { return };
    let window = campaign.choice.window;
    let errors = match &group.key {
        GroupKey::Error(code) => vec![code.clone()],
        GroupKey::WorthRetry => {
            let worth_retry = campaign.failures.groups().iter().filter(|group| group.advice == RetryAdvice::Yes);
            worth_retry.filter_map(|group| if let GroupKey::Error(code) = &group.key { Some(code.clone()) } else { None }).collect()
        }
    };
    shared.drill(FilterChoice { statuses: vec![Status::Failure], errors, window, ..FilterChoice::default() });
}

/// Marks the messages of a line of failures, or unmarks them where all are marked.
fn mark_group(shared: &mut Shared) {
    let Some(campaign) = shared.campaign_mut() else { return };
    let Some(group) = campaign.failures.selected() else { return };
    let rows: Vec<RowNumber> = campaign.failures.rows_of(&campaign.store, &campaign.out_of_attempts, &group.key).collect();
    campaign.marked.turn_all(&rows);
    campaign.failures.go(1);
}

fn plan_group(shared: &mut Shared) {
    let Some(campaign) = shared.campaign_mut() else { return };
    campaign.move_on();
    let Some(group) = campaign.failures.selected() else {
        shared.tell(NoticeWeight::Info, "nothing has failed in the loaded range", "", "");
        return;
    };
    // Of all failures those worth a retry are ticked; the others can be included.
    let worth_retry_only = group.key == GroupKey::WorthRetry;
    let rows: Vec<RowNumber> = if worth_retry_only {
        campaign.failures.all_rows(&campaign.store).collect()
    } else {
        campaign.failures.rows_of(&campaign.store, &campaign.out_of_attempts, &group.key).collect()
    };
    let words = group.name().to_owned();
    shared.ask_plan(words, &rows, worth_retry_only);
}

/// The heads of what is exported.
const HEADS: [&str; 9] = ["error", "count", "share", "newest", "tried1", "tried2", "tried3OrMore", "retry", "noAttemptsLeft"];

/// The line of failures under the cursor.
pub(super) fn copied(shared: &Shared, campaign: &Campaign, format: CopyFormat) -> Result<String, &'static str> {
    let group = campaign.failures.selected().ok_or("nothing has failed")?;
    let text = [group.name().to_owned(), group.count.to_string(), group.verdict().word().to_owned()];
    Ok(format.row(&text, HEADS, &row(shared, campaign, group)))
}

fn export(shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    // A file holds no sum: it would be counted twice.
    let errors = campaign.failures.groups().iter().filter(|group| group.key != GroupKey::WorthRetry);
    let rows = errors.map(|group| row(shared, campaign, group)).collect();
    shared.ask_where_lines("failures", HEADS, rows);
}

fn row(shared: &Shared, campaign: &Campaign, group: &FailureGroup) -> Vec<String> {
    let [once, twice, more] = group.tried.map(|number| number.to_string());
    vec![
        group.name().to_owned(),
        group.count.to_string(),
        percent(group.count as f64 / campaign.failures.failed().max(1) as f64),
        group.newest.map(|at| shared.look.exact(at)).unwrap_or_default(),
        once,
        twice,
        more,
        group.verdict().word().to_owned(),
        group.used_up.to_string(),
    ]
}
