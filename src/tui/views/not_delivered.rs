//! The view of who did not get it: how many, why, whether to retry, and what to tell those who ask.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::delivery::{BatchId, Class, RetryAdvice, counted, grouped, percent};
use crate::monitor::NoticeWeight;
use crate::store::{BatchSummary, Classes, Filter, View};
use crate::tui::dialogs::{Can, RowAction};
use crate::tui::keys::Chord;
use crate::tui::shared::{Campaign, CopyFormat, FilterChoice, OpenedFrom, Shared, ViewKind};
use crate::tui::text::{Align, fit, wrap};
use crate::tui::views::{About, RowSubject, batches, empty};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::table;
use crate::tui::widgets::words::loaded_of;
use crate::tui::{Action, Role, class_role, class_sign};

pub(super) const ABOUT: About = About {
    name: "not_delivered",
    label: "Not delivered",
    keys: &[Chord::char('d')],
    help: "who did not get it, why, and what is still on the way; in batches and in a list of one batch, of that batch",
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
    /// The batch that it is about; `None` for the campaign's time window.
    batch: Option<BatchId>,
}

impl Default for NotDelivered {
    fn default() -> Self {
        Self { cursor: 0, ticked: Class::NOT_DELIVERED.to_vec(), batch: None }
    }
}

impl NotDelivered {
    /// The batch that it is about.
    pub fn batch(&self) -> Option<&BatchId> {
        self.batch.as_ref()
    }

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

/// Shows who did not get it: of the batch under the cursor or of the one that is listed, otherwise of the time window. In
/// the view itself the key leads from a batch to the window.
pub(super) fn open(shared: &mut Shared) {
    let from = shared.origin();
    let Some(campaign) = shared.campaign() else { return };
    let batch = match shared.view {
        ViewKind::Batches => batches::selected(campaign),
        ViewKind::Messages => campaign.listed_batch().map(|summary| summary.batch.id),
        ViewKind::Failures | ViewKind::Trends | ViewKind::Activity | ViewKind::NotDelivered => None,
    };
    shared.leave_activity();
    if shared.view != ViewKind::NotDelivered {
        shared.came_from = Some(from).filter(|from| *from != OpenedFrom::Pane(ViewKind::Messages));
    }
    if let Some(campaign) = shared.campaign_mut() {
        campaign.not_delivered.batch = batch.clone();
    }
    shared.show_view(ViewKind::NotDelivered);
    if let Some(batch) = batch.filter(|batch| shared.campaign().is_some_and(|campaign| is_part(campaign, batch))) {
        shared.load_batch(&batch);
    }
}

/// Whether a batch is loaded in part.
fn is_part(campaign: &Campaign, batch: &BatchId) -> bool {
    campaign.store.batch(batch).is_some_and(|summary| !summary.is_whole)
}

/// The batch that it is about; `None` for the time window.
fn batch(campaign: &Campaign) -> Option<BatchSummary> {
    campaign.store.batch(campaign.not_delivered.batch.as_ref()?)
}

/// What it counts: the messages of a batch, or of the time window.
fn classes(campaign: &Campaign) -> Classes {
    batch(campaign).map_or(campaign.classes, |summary| batches::classes(campaign, &summary))
}

/// How many messages the line with the cursor is about.
fn number(campaign: &Campaign) -> usize {
    classes(campaign).of(&campaign.not_delivered.chosen())
}

pub(super) fn can(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    match action {
        Action::Enter | Action::Export => Can::unless(number(campaign) == 0, "there are none of these"),
        Action::PlanRetry if !campaign.marked.is_empty() => Can::Yes,
        Action::PlanRetry => Can::unless(
            classes(campaign)[Class::Failed] == 0 || !campaign.not_delivered.chosen().contains(&Class::Failed),
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
        Action::Show(ViewKind::NotDelivered) if batch(campaign).is_some() => Can::Do("the whole campaign"),
        Action::Show(ViewKind::NotDelivered) => Can::not("it is already shown"),
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

/// What it is about, as a filter of these classes. A batch is counted whole, whatever the time window.
fn choice(campaign: &Campaign, classes: Vec<Class>) -> FilterChoice {
    match batch(campaign) {
        Some(summary) => FilterChoice { classes, batches: vec![summary.batch.id], ..FilterChoice::default() },
        None => FilterChoice { classes, window: campaign.choice.window, ..FilterChoice::default() },
    }
}

/// Enter: the messages of the line.
fn show(shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    shared.drill(choice(campaign, campaign.not_delivered.chosen()));
}

/// Of all failures those worth a retry are ticked in the plan; the others can be included.
fn plan(shared: &mut Shared) {
    if let Some(why) = shared.why_not(Action::PlanRetry) {
        return shared.tell(NoticeWeight::Info, &why, "", "");
    }
    let Some(campaign) = shared.campaign() else { return };
    let summary = batch(campaign);
    let filter: Filter = choice(campaign, vec![Class::Failed]).filter(&campaign.zone, campaign.now);
    let mut failed = View::new(filter);
    failed.refresh_at(&campaign.store, campaign.now);
    // All of a batch counts, wherever it was found.
    let counts = |row: &_| summary.is_some() || campaign.store.is_covered(*row);
    let rows: Vec<_> = failed.rows_from(0).filter(counts).collect();
    let words = match &summary {
        Some(summary) if !summary.is_whole => format!("failed; batch: {}", loaded_of(summary)),
        Some(summary) => format!("failed of batch {}", summary.batch.id.short(false)),
        None => "failed".to_owned(),
    };
    shared.ask_plan(words, &rows, true);
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

pub(super) fn subject(campaign: &Campaign) -> RowSubject {
    RowSubject { batch: batch(campaign).map(|summary| summary.batch.id), ..RowSubject::default() }
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
    let classes = classes(campaign);
    let words = format!("{} of {} not delivered", grouped(classes.not_delivered()), grouped(classes.total()));
    let mut left = vec![Piece::new(words, look.style(Role::Strong), 0)];
    let right = match batch(campaign) {
        Some(summary) => {
            left.push(Piece::new(format!("· {}", name(campaign, &summary)), look.style(Role::Accent), 0).gap(1));
            let key = shared.key_for(Action::Show(ViewKind::NotDelivered));
            let (words, role) =
                campaign.batch_words(&summary, shared.now).unwrap_or_else(|| ("all of it is loaded".to_owned(), Role::Muted));
            vec![Piece::new(words, look.style(role), 1), Piece::new(format!("{key} the whole campaign"), look.style(Role::Muted), 2)]
        }
        None => {
            left.extend(super::window_words(shared, campaign));
            super::how_far(shared, campaign)
        }
    };
    pieces::draw(buffer, sum, left, right);
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
    for (text, y) in wrap(&sentence(shared, campaign), width.saturating_sub(table::MARGIN + 1)).into_iter().zip(below.y..below.bottom()) {
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
    let classes = classes(campaign);
    let (name, number, role) = match class {
        None => ("all that are ticked".to_owned(), classes.of(ticked), Role::Strong),
        Some(class) => {
            let tick = if ticked.contains(&class) { "[x]" } else { "[ ]" };
            (format!("{tick} {} {}", class_sign(class), class.word()), classes[class], class_role(class))
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

/// How many of the failures are worth a retry: yes, maybe, no.
fn worth_a_retry(campaign: &Campaign) -> [usize; RetryAdvice::ALL.len()] {
    let (since, until) = campaign.times();
    let errors = match batch(campaign) {
        Some(summary) => campaign.store.errors_of_batch(&summary.batch.id),
        None => campaign.store.errors(since, until),
    };
    let mut counts = [0; RetryAdvice::ALL.len()];
    for error in errors {
        counts[error.retry as usize] += error.count;
    }
    counts
}

/// A batch by its id and its file: `batch a41f…22 clinic-nov.csv`.
fn name(campaign: &Campaign, summary: &BatchSummary) -> String {
    let file = summary.batch.file_name.as_deref().map(|file| format!(" {}", campaign.shown_name(file))).unwrap_or_default();
    format!("batch {}{file}", summary.batch.id.short(false))
}

/// What the sentence is about, before it: a batch, a time window, or what is loaded of it. Nothing for a whole campaign.
fn about_what(shared: &Shared, campaign: &Campaign) -> String {
    let (what, part) = match batch(campaign) {
        Some(summary) => (name(campaign, &summary), (!summary.is_whole).then(|| format!("only {}", loaded_of(&summary)))),
        None => {
            let window = campaign.choice.window;
            let is_whole = if window.is_all() { campaign.store.coverage().complete } else { campaign.is_window_whole() };
            let part = (!is_whole).then(|| format!("only what is loaded, {}", shared.how_far(campaign)));
            (window.words(&shared.look.zone, shared.now), part)
        }
    };
    let words = [what, part.unwrap_or_default()].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}: ", first.to_uppercase(), letters.as_str()))
}

/// The sentence for whoever asks: how many got it, and what became of the others. Where not everything is loaded, it is
/// about what is, and says so.
fn sentence(shared: &Shared, campaign: &Campaign) -> String {
    let classes = classes(campaign);
    let (delivered, total) = (classes[Class::Delivered], classes.total());
    let share = if total == 0 { String::new() } else { format!(" ({})", percent(delivered as f64 / total as f64)) };
    let of = about_what(shared, campaign);
    let begin = format!("{of}{} of {} delivered{share}.", grouped(delivered), counted(total, "message"));
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
pub(super) fn copied(shared: &Shared, campaign: &Campaign, format: CopyFormat) -> Result<String, &'static str> {
    if campaign.is_unread() {
        return Err("nothing is loaded yet");
    }
    let heads = Class::ALL.map(Class::json_name);
    let classes = classes(campaign);
    let cells = Class::ALL.map(|class| classes[class].to_string());
    Ok(format.row(&[sentence(shared, campaign)], heads, &cells))
}
