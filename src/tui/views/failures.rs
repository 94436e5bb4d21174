//! The view of failures: how many by error, and whether to retry.

mod groups; // how they are counted and sorted

pub(in crate::tui) use groups::{FailureColumn, FailureGroup, Failures, GroupKey};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::delivery::{ErrorCode, RetryAdvice, Status, code_or_none, grouped};
use crate::monitor::NoticeWeight;
use crate::store::RowNumber;
use crate::tui::dialogs::{Can, RowAction};
use crate::tui::keys::Chord;
use crate::tui::shared::{Campaign, CopyFormat, CopyWhat, FilterChoice, Shared, TimeWindow};
use crate::tui::text::{Align, fit};
use crate::tui::views::{About, RowSubject, empty};
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::table;
use crate::tui::widgets::words::{percent, row_of};
use crate::tui::{Action, Role};

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
        Action::Clear => Can::unless(campaign.choice.window.is_all(), "all times are shown"),
        Action::Order => Can::Do("order"),
        Action::Back => Can::Yes,
        _ => super::in_every_view(action, shared, campaign),
    }
}

pub(super) fn key(action: Action, shared: &mut Shared) {
    match action {
        Action::Enter => show_group(shared),
        Action::Toggle => mark_group(shared),
        Action::Clear => shared.set_window(TimeWindow::default()),
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

/// The longest code that the API publishes.
const NAME: usize = 22;

/// The widest bar.
const BAR: usize = 13;

/// Draws the sum, the heads and the lines. Says where the selected one is.
pub(super) fn draw(shared: &Shared, buffer: &mut Buffer, filter: Rect, heads: Rect, area: Rect) -> Option<Position> {
    let campaign = shared.campaign()?;
    draw_sum(shared, campaign, buffer, filter);
    let groups = campaign.failures.groups();
    if groups.is_empty() {
        empty::draw_no_failures(shared, campaign, buffer, area);
        return None;
    }
    let widths = Widths::of(shared, usize::from(area.width));
    draw_heads(shared, buffer, heads, widths);
    let total = campaign.failures.failed();
    let most = groups.iter().map(|group| group.count).max().unwrap_or(1);
    table::draw(shared, buffer, area, groups.len(), campaign.failures.index(), |index, style| {
        groups.get(index).map(|group| cells(shared, group, Shares { total, most }, widths, style)).unwrap_or_default()
    })
}

/// The first line sums up.
fn draw_sum(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    let style = |role| shared.look.style(role);
    let failures = &campaign.failures;
    let failed = failures.failed();
    let errors = failures.groups().iter().filter(|group| group.key != GroupKey::WorthRetry);
    let of = |wanted: RetryAdvice| errors.clone().filter(|group| group.advice == wanted).map(FailureGroup::left).sum::<usize>();
    let used_up = errors.clone().map(|group| group.used_up).sum::<usize>();
    let mut left = vec![Piece::new(format!("{} failed of {}", grouped(failed), grouped(failures.loaded())), style(Role::Strong), 0)];
    left.extend(super::window_words(shared, campaign));
    if failed > 0 {
        let parts = RetryAdvice::ALL.map(|advice| format!("{} {}", advice.word(), grouped(of(advice)))).join(", ");
        let used_up = if used_up > 0 { format!(", no attempts left {}", grouped(used_up)) } else { String::new() };
        left.push(Piece::new(format!("· retry: {parts}{used_up}"), style(Role::Text), 1).gap(1));
        let newest = campaign.failures.groups().iter().filter_map(|group| group.newest).max();
        left.extend(newest.map(|at| Piece::new(format!("· newest {}", shared.look.time(at, shared.now)), style(Role::Text), 3).gap(1)));
    }
    if !shared.tables.failures.is_default() {
        left.insert(1, Piece::new(format!("· {}", shared.tables.failures.sentence()), style(Role::Accent), 0).gap(1));
    }
    let index = row_of(campaign.failures.index(), campaign.failures.groups().len());
    let mut right = super::how_far(shared, campaign);
    right.insert(0, Piece::new(index, style(Role::Muted), 4));
    pieces::draw(buffer, area, left, right);
}

/// How wide the columns are; 0 where there is no room.
#[derive(Debug, Clone, Copy)]
struct Widths {
    bar: usize,
    newest: usize,
    tried: bool,
    words: usize,
}

/// How wide the word is that says whether to retry, with how many of how many.
const SHORT_WORDS: usize = 11;

/// The same in the shortest words.
const SHORTEST_WORDS: usize = 5;

impl Widths {
    fn of(shared: &Shared, room: usize) -> Self {
        let fails_of_other_days = shared.campaign().is_some_and(|campaign| {
            let other = |at| shared.look.time(at, shared.now).len() > 8;
            campaign.failures.groups().iter().filter_map(|group| group.newest).any(other)
        });
        let newest = if fails_of_other_days { 12 } else { 8 };
        // Margin, name, count, share; then the retry word, the attempts, the bar, the reason.
        let counted = table::MARGIN + NAME + 1 + 6 + 2 + 7 + 2;
        let fixed = counted + newest + 2;
        if room < fixed + SHORT_WORDS + 1 {
            // The retry word gets room before the time of the newest.
            let newest = if room > fixed + SHORTEST_WORDS { newest } else { 0 };
            let words = room.saturating_sub(counted + if newest > 0 { newest + 2 } else { 0 } + 1).min(SHORT_WORDS);
            return Self { bar: 0, newest, tried: false, words };
        }
        let rest = room.saturating_sub(fixed + SHORT_WORDS + 1);
        let tried = rest >= TRIED + 2;
        let rest = rest.saturating_sub(if tried { TRIED + 2 } else { 0 });
        let bar = if rest >= 8 { (rest - 1).min(BAR) } else { 0 };
        let rest = rest.saturating_sub(if bar > 0 { bar + 1 } else { 0 });
        Self { bar, newest, tried, words: SHORT_WORDS + rest }
    }
}

/// How wide the three columns of attempts are together.
const TRIED: usize = 20;

fn draw_heads(shared: &Shared, buffer: &mut Buffer, area: Rect, widths: Widths) {
    let mut text = " ".repeat(table::MARGIN);
    text.push_str(&fit("error", NAME + 1, Align::Left));
    text.push_str(&fit("count", 6, Align::Right));
    text.push_str("  ");
    text.push_str(&fit("share", 7 + if widths.bar > 0 { widths.bar + 1 } else { 0 } + 2, Align::Left));
    if widths.newest > 0 {
        text.push_str(&fit("newest", widths.newest + 2, Align::Left));
    }
    if widths.tried {
        text.push_str(&fit("tried 1      2    3+", TRIED + 2, Align::Left));
    }
    text.push_str("retry?");
    buffer.set_stringn(area.x, area.y, text, usize::from(area.width), shared.look.style(Role::Heading));
}

/// What shares and bars are relative to.
#[derive(Debug, Clone, Copy)]
struct Shares {
    total: usize,
    most: usize,
}

fn cells(shared: &Shared, group: &FailureGroup, shares: Shares, widths: Widths, selected: Option<Style>) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let name_role = if group.key == GroupKey::WorthRetry { Role::Strong } else { Role::Text };
    let share = group.count as f64 / shares.total.max(1) as f64;
    let mut spans = vec![
        Span::styled(fit(group.name(), NAME + 1, Align::Left), style(name_role)),
        Span::styled(fit(&grouped(group.count), 6, Align::Right), style(Role::Text)),
        Span::styled(format!("  {}", fit(&percent(share), 7, Align::Right)), style(Role::Text)),
    ];
    if widths.bar > 0 {
        // All bars share a scale: the longest is the largest group.
        let bar = bar(group.count as f64 / shares.most.max(1) as f64, widths.bar);
        spans.push(Span::styled(format!(" {}", fit(&bar, widths.bar, Align::Left)), style(Role::Rule)));
    }
    let newest = group.newest.map(|at| shared.look.time(at, shared.now)).unwrap_or_default();
    let newest = if widths.newest > 0 { format!("{}  ", fit(&newest, widths.newest, Align::Left)) } else { String::new() };
    spans.push(Span::styled(format!("  {newest}"), style(Role::Text)));
    if widths.tried {
        let [once, twice, more] = group.tried.map(grouped);
        spans.push(Span::styled(format!("{once:>7} {twice:>6} {more:>5}  "), style(Role::Text)));
    }
    spans.push(Span::styled(fit(&words(group, widths.words), widths.words, Align::Left), style(role(group.verdict()))));
    Line::from(spans)
}

fn role(advice: RetryAdvice) -> Role {
    match advice {
        RetryAdvice::Yes => Role::Strong,
        RetryAdvice::Maybe => Role::Text,
        RetryAdvice::No => Role::Muted,
    }
}

/// Whether to retry, with the reason where there is room.
fn words(group: &FailureGroup, room: usize) -> String {
    let fits = |text: &String| crate::tui::text::width(text) <= room;
    let word = group.verdict().word();
    if group.left() == 0 {
        return Some("no attempts left".to_owned()).filter(fits).unwrap_or_else(|| word.to_owned());
    }
    if group.used_up > 0 {
        let apart = format!("{word}: {} of {}", grouped(group.left()), grouped(group.count));
        let long = format!("{apart}; {} no attempts left", grouped(group.used_up));
        return [long, apart].into_iter().find(fits).unwrap_or_else(|| word.to_owned());
    }
    let GroupKey::Error(code) = &group.key else { return word.to_owned() };
    let why = if code.is_empty() { code_or_none(code) } else { ErrorCode::from_api(code).in_brief() };
    Some(format!("{word}: {why}")).filter(fits).unwrap_or_else(|| word.to_owned())
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
    let rows = campaign.failures.groups().iter().map(|group| row(shared, campaign, group)).collect();
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
