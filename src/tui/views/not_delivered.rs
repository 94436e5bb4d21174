//! The view of who did not get it: how many, why, whether to retry, and what to tell those who ask.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::delivery::{Class, RetryAdvice, counted, grouped};
use crate::monitor::NoticeWeight;
use crate::store::{Filter, View};
use crate::tui::dialogs::{Can, RowAction};
use crate::tui::keys::Chord;
use crate::tui::shared::{Campaign, CopyFormat, FilterChoice, Shared, TimeWindow};
use crate::tui::text::{Align, fit, wrap};
use crate::tui::views::{About, RowSubject, empty};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::table;
use crate::tui::widgets::words::percent;
use crate::tui::{Action, Role, class_role, class_sign};

pub(super) const ABOUT: About = About {
    name: "not_delivered",
    label: "Not delivered",
    keys: &[Chord::char('d')],
    help: "who did not get it, why, and what is still on the way",
    actions: &[
        RowAction::Key(Action::Enter),
        RowAction::Key(Action::PlanRetry),
        RowAction::Key(Action::Toggle),
        RowAction::Key(Action::Copy),
        RowAction::Key(Action::Export),
    ],
};

/// The lines: all that are ticked, then a class each.
const CLASSES: [Class; 5] = [Class::Failed, Class::Stuck, Class::Unconfirmed, Class::OnTheWay, Class::SentAbroad];

/// What the view remembers of a campaign.
pub(in crate::tui) struct NotDelivered {
    cursor: usize,
    /// The ticked classes, in their order.
    ticked: Vec<Class>,
}

impl Default for NotDelivered {
    fn default() -> Self {
        Self { cursor: 0, ticked: Class::NOT_DELIVERED.to_vec() }
    }
}

impl NotDelivered {
    /// The class of the line with the cursor; `None` on the first, which is all that are ticked.
    fn class(&self) -> Option<Class> {
        CLASSES.get(self.cursor.checked_sub(1)?).copied()
    }

    /// The classes that the line with the cursor is about.
    fn chosen(&self) -> Vec<Class> {
        self.class().map_or_else(|| self.ticked.clone(), |class| vec![class])
    }

    fn toggle(&mut self, class: Class) {
        match self.ticked.iter().position(|ticked| *ticked == class) {
            Some(at) => drop(self.ticked.remove(at)),
            None => self.ticked.push(class),
        }
        self.ticked.sort_unstable();
    }
}

/// How many messages the line with the cursor is about.
fn number(campaign: &Campaign) -> usize {
    campaign.classes.of(&campaign.not_delivered.chosen())
}

pub(super) fn can(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    match action {
        Action::Enter | Action::Export => Can::unless(number(campaign) == 0, "there are none of these"),
        Action::PlanRetry if !campaign.marked.is_empty() => Can::Yes,
        Action::PlanRetry => Can::unless(
            campaign.classes[Class::Failed] == 0 || !campaign.not_delivered.chosen().contains(&Class::Failed),
            "only what has failed can be retried",
        ),
        Action::Toggle => match campaign.not_delivered.class() {
            Some(_) => Can::Do("tick"),
            None => Can::not("the lines below have the ticks"),
        },
        Action::Copy => match campaign.is_unread() {
            true => Can::not("nothing is loaded yet"),
            false => Can::Do("copy the sentence"),
        },
        Action::Clear => Can::unless(campaign.choice.window.is_all(), "all times are shown"),
        Action::Order => Can::NotHere,
        _ => super::in_every_view(action, shared, campaign),
    }
}

pub(super) fn key(action: Action, shared: &mut Shared) {
    match action {
        Action::Enter => show(shared),
        Action::Toggle => {
            if let Some(campaign) = shared.campaign_mut()
                && let Some(class) = campaign.not_delivered.class()
            {
                campaign.not_delivered.toggle(class);
            }
        }
        Action::Clear => shared.set_window(TimeWindow::default()),
        Action::PlanRetry if shared.campaign().is_some_and(|campaign| !campaign.marked.is_empty()) => shared.plan_marked(),
        Action::PlanRetry => plan(shared),
        Action::Export => {
            // What is written is what one sees behind the question.
            show(shared);
            super::key(Action::Export, shared);
        }
        Action::Order => {}
        _ => super::line_key(action, shared),
    }
}

/// Enter: the messages of the line.
fn show(shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    let (classes, window) = (campaign.not_delivered.chosen(), campaign.choice.window);
    shared.drill(FilterChoice { classes, window, ..FilterChoice::default() });
}

/// Of all failures those worth a retry are ticked in the plan; the others can be included.
fn plan(shared: &mut Shared) {
    if let Some(why) = shared.why_not(Action::PlanRetry) {
        return shared.tell(NoticeWeight::Info, &why, "", "");
    }
    let Some(campaign) = shared.campaign() else { return };
    let (since, until) = campaign.times();
    let mut failed = View::new(Filter { classes: vec![Class::Failed], since, until, ..Filter::default() });
    failed.refresh_at(&campaign.store, campaign.now);
    let rows: Vec<_> = failed.rows_from(0).filter(|row| campaign.store.is_covered(*row)).collect();
    shared.ask_plan("failed".to_owned(), &rows, true);
}

pub(super) fn go(steps: isize, shared: &mut Shared) {
    if let Some(campaign) = shared.campaign_mut() {
        let view = &mut campaign.not_delivered;
        view.cursor = view.cursor.saturating_add_signed(steps).min(CLASSES.len());
    }
}

pub(super) fn cursor(campaign: &Campaign) -> (usize, usize) {
    (campaign.not_delivered.cursor, CLASSES.len() + 1)
}

/// How many did not get it.
pub(super) fn count(campaign: &Campaign) -> (usize, Role) {
    (campaign.classes.not_delivered(), Role::Text)
}

pub(super) fn subject() -> RowSubject {
    RowSubject::default()
}

pub(super) fn title(campaign: &Campaign) -> Option<String> {
    Some(campaign.not_delivered.class().map_or_else(|| "Not delivered".to_owned(), |class| format!("Messages {}", class.word())))
}

pub(super) fn label(action: Action) -> Option<&'static str> {
    match action {
        Action::Enter => Some("list these messages"),
        Action::PlanRetry => Some("plan a retry of what has failed"),
        Action::Toggle => Some("tick the line"),
        Action::Copy => Some("copy the sentence below"),
        Action::Export => Some("list these messages and write them to a file"),
        _ => None,
    }
}

/// Draws the sum, the heads, a line for each reason, and the sentence.
pub(super) fn draw(shared: &Shared, buffer: &mut Buffer, sum: Rect, heads: Rect, area: Rect) -> Option<Position> {
    let campaign = shared.campaign()?;
    let look = &shared.look;
    let classes = &campaign.classes;
    let words = format!("{} of {} not delivered", grouped(classes.not_delivered()), grouped(classes.total()));
    let mut left = vec![Piece::new(words, look.style(Role::Strong), 0)];
    left.extend(super::window_words(shared, campaign));
    pieces::draw(buffer, sum, left, super::how_far(shared, campaign));
    if campaign.is_unread() || classes.total() == 0 {
        empty::draw(shared, campaign, buffer, area);
        return None;
    }
    let head =
        format!("{}{}{}  what is known", " ".repeat(table::MARGIN), fit("who", NAME, Align::Left), fit("messages", COUNT, Align::Right));
    buffer.set_stringn(heads.x, heads.y, head, usize::from(heads.width), look.style(Role::Heading));
    let rows = u16::try_from(CLASSES.len() + 1).unwrap_or(u16::MAX).min(area.height);
    let lines = Rect { height: rows, ..area };
    let width = usize::from(area.width);
    let cursor = table::draw(shared, buffer, lines, CLASSES.len() + 1, campaign.not_delivered.cursor, |index, selected| {
        line(shared, campaign, index.checked_sub(1).and_then(|at| CLASSES.get(at)).copied(), width, selected)
    });
    let below = Rect { y: area.y + rows + 1, height: area.height.saturating_sub(rows + 1), ..area };
    for (text, y) in wrap(&sentence(campaign), width.saturating_sub(table::MARGIN + 1)).into_iter().zip(below.y..below.bottom()) {
        buffer.set_stringn(below.x + table::MARGIN as u16, y, text, width, look.style(Role::Text));
    }
    cursor
}

/// How wide the words and the count of a line are.
const NAME: usize = 20;
const COUNT: usize = 9;

fn line(shared: &Shared, campaign: &Campaign, class: Option<Class>, width: usize, selected: Option<Style>) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let ticked = &campaign.not_delivered.ticked;
    let (name, number, role) = match class {
        None => ("all that are ticked".to_owned(), campaign.classes.of(ticked), Role::Strong),
        Some(class) => {
            let tick = if ticked.contains(&class) { "[x]" } else { "[ ]" };
            (format!("{tick} {} {}", class_sign(class), class.word()), campaign.classes[class], class_role(class))
        }
    };
    let role = if number == 0 { Role::Text } else { role };
    let about = class.map(|class| about(shared, campaign, class)).unwrap_or_default();
    let room = width.saturating_sub(table::MARGIN + NAME + COUNT + 3);
    Line::from(vec![
        Span::styled(fit(&name, NAME, Align::Left), style(role)),
        Span::styled(fit(&grouped(number), COUNT, Align::Right), style(role)),
        Span::styled(format!("  {}", fit(&about, room, Align::Left)), style(Role::Text)),
    ])
}

/// What is known of the messages of a class.
fn about(shared: &Shared, campaign: &Campaign, class: Class) -> String {
    let patience = campaign.store.patience(shared.time_of_day());
    match class {
        Class::Failed => {
            let worth = worth_a_retry(campaign);
            let parts = RetryAdvice::ALL.map(|advice| format!("{} {}", advice.word(), grouped(worth[advice as usize])));
            format!("retry: {}", parts.join(" · "))
        }
        Class::Stuck => format!("not with the telco after {} min", patience.before_telco),
        Class::Unconfirmed => format!("its report is overdue after {} min", patience.with_telco),
        Class::OnTheWay => "not overdue yet".to_owned(),
        Class::SentAbroad => "no report comes from networks abroad".to_owned(),
        _ => String::new(),
    }
}

/// How many of the failures of the time window are worth a retry: yes, maybe, no.
fn worth_a_retry(campaign: &Campaign) -> [usize; RetryAdvice::ALL.len()] {
    let (since, until) = campaign.times();
    let mut counts = [0; RetryAdvice::ALL.len()];
    for error in campaign.store.errors(since, until) {
        counts[error.retry as usize] += error.count;
    }
    counts
}

/// The sentence for whoever asks: how many got it, and what became of the others.
fn sentence(campaign: &Campaign) -> String {
    let classes = &campaign.classes;
    let (delivered, total) = (classes[Class::Delivered], classes.total());
    let share = if total == 0 { String::new() } else { format!(" ({})", percent(delivered as f64 / total as f64)) };
    let begin = format!("{} of {} delivered{share}.", grouped(delivered), counted(total, "message"));
    if delivered == total {
        return begin;
    }
    let worth = worth_a_retry(campaign)[RetryAdvice::Yes as usize];
    let others = Class::ALL.into_iter().filter(|class| *class != Class::Delivered && classes[*class] > 0);
    let others = others.map(|class| match class {
        Class::Failed if worth > 0 => format!("{} failed ({} worth a retry)", grouped(classes[class]), grouped(worth)),
        _ => format!("{} {}", grouped(classes[class]), class.word()),
    });
    format!("{begin} {} not, or not yet: {}.", grouped(total - delivered), others.collect::<Vec<_>>().join(", "))
}

/// The sentence, or in other forms the counts.
pub(super) fn copied(campaign: &Campaign, format: CopyFormat) -> Result<String, &'static str> {
    if campaign.is_unread() {
        return Err("nothing is loaded yet");
    }
    let heads = Class::ALL.map(Class::json_name);
    let cells = Class::ALL.map(|class| campaign.classes[class].to_string());
    Ok(format.row(&[sentence(campaign)], heads, &cells))
}
