//! How the form looks: the fields with their remarks, the text as it will arrive, and "Review" with its keys. On a low
//! screen the fields scroll with the focus, and the text with PgDn.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::fields::{SendField, ValueRow, languages};
use super::preview::{self, TextPreview};
use super::question::rule;
use super::{Phase, SendForm, shown_number};
use crate::action::{Remark, RemarkWeight};
use crate::monitor::Connection;
use crate::tui::chrome::keys;
use crate::tui::dialogs::Dialog;
use crate::tui::key_line::KeyWord;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{cut, width, wrap};
use crate::tui::widgets::fields::{self, MARK, typed_role};
use crate::tui::widgets::frame;
use crate::tui::widgets::question;
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::widgets::words::in_a_line;
use crate::tui::{Action, Context, Role};

/// How many lines a page key scrolls the text.
pub(super) const PAGE: isize = 4;

/// The narrowest and the widest column of labels, with the blank behind them.
const LABELS: (usize, usize) = (10, 21);

/// How many lines of a value are shown at once.
const VALUE_LINES: usize = 4;

/// The fewest lines for the text, where there is any.
const SHORTEST_TEXT: usize = 2;

/// Where everything is: the same for drawing and for the mouse.
pub(super) struct FormLayout {
    area: Rect,
    title: String,
    lines: Vec<Line<'static>>,
    /// The part that each line belongs to.
    spots: Vec<Option<SendField>>,
    /// Column and line of the cursor.
    cursor: (usize, usize),
    /// The first line of the text that is shown, and the last one that can be.
    pub scroll: usize,
    pub last_scroll: usize,
}

impl FormLayout {
    pub fn spot_at(&self, at: Position) -> Option<SendField> {
        let inner = frame::room(self.area, frame::WIDEST, self.lines.len());
        let line = usize::from(at.y.checked_sub(inner.y)?);
        *self.spots.get(line).filter(|_| inner.contains(at))?
    }

    pub fn draw(&self, shared: &Shared, buffer: &mut Buffer) -> Position {
        frame::draw(shared, buffer, self.area, &self.title, frame::WIDEST, &self.lines, self.cursor)
    }
}

/// How wide the labels are.
fn label_columns(form: &SendForm) -> usize {
    let names = form.draft.rows.iter().map(|row| width(row.name.value()) + 2);
    names.max().unwrap_or(0).clamp(LABELS.0, LABELS.1)
}

/// How wide a value is in a form in this area.
pub(super) fn value_room(form: &SendForm, area: Rect) -> usize {
    frame::width(area, frame::WIDEST).saturating_sub(MARK + label_columns(form))
}

pub(super) fn layout(form: &SendForm, shared: &Shared, area: Rect) -> Option<FormLayout> {
    let campaign = shared.campaign()?;
    let columns = frame::width(area, frame::WIDEST);
    let (title, name) = question::title(shared, campaign, "Send one message", area);
    let mut fields = Fields { form, shared, campaign, columns, lines: Vec::new(), cursor: (0, 0), focus_end: 0 };
    fields.lines.extend(sentences::lines(shared, Vec::from_iter(name), columns, 1).into_iter().map(|line| (line, None)));
    fields.all();
    let below = below(form, shared, columns);
    let (text, body, size) = text(form, shared, campaign, columns);
    let left = usize::from(area.height).saturating_sub(2 + below.len() + size.len() + 1);
    // The text has what the fields leave; where that is too little, the fields scroll.
    let for_text = text.len().min(left.saturating_sub(fields.lines.len()).max(SHORTEST_TEXT));
    let for_fields = fields.lines.len().min(left.saturating_sub(for_text));
    let skipped = (fields.focus_end.max(fields.cursor.1 + 1)).saturating_sub(for_fields).min(fields.cursor.1);
    let last_scroll = text.len().saturating_sub(for_text);
    let scroll = form.scroll.unwrap_or(body).min(last_scroll);
    let cursor = fields.cursor;
    let is_cut = skipped + for_fields < fields.lines.len();
    let (mut lines, mut spots): (Vec<_>, Vec<_>) = fields.lines.into_iter().skip(skipped).take(for_fields).unzip();
    let accent = shared.look.style(Role::Accent);
    if let (Some(first), true) = (lines.first_mut(), skipped > 0) {
        mark(first, "▲", accent);
    }
    if let (Some(last), true) = (lines.last_mut(), is_cut) {
        mark(last, "▼", accent);
    }
    let more = match last_scroll {
        0 => String::new(),
        _ => {
            let key = shared.keymap.name(Context::Form, if scroll < last_scroll { Action::PageDown } else { Action::PageUp });
            format!(", lines {} to {} of {}, {key}", scroll + 1, scroll + for_text, text.len())
        }
    };
    lines.push(rule(&format!("as it will arrive{more}"), columns, shared.look.style(Role::Rule)));
    lines.extend(text.into_iter().skip(scroll).take(for_text));
    lines.extend(size);
    let first_below = lines.len();
    lines.extend(below);
    spots.resize(lines.len(), None);
    let button = lines.len() - 1;
    let on_review = form.draft.focus == SendField::Review;
    if let Some(spot) = spots.get_mut(button) {
        *spot = Some(SendField::Review);
    }
    debug_assert!(first_below <= button, "the button is below the text");
    let cursor = if on_review { (2, button) } else { (cursor.0, cursor.1.saturating_sub(skipped)) };
    Some(FormLayout { area, title, lines, spots, cursor, scroll, last_scroll })
}

/// Puts a sign at the beginning of a line, where that is free: there are more fields above or below.
fn mark(line: &mut Line<'static>, sign: &'static str, style: Style) {
    let Some(rest) = line.spans.first().and_then(|first| first.content.strip_prefix(' ')).map(str::to_owned) else { return };
    line.spans.splice(0..1, [Span::styled(sign, style), Span::raw(rest)]);
}

/// The text as it will arrive, the line with which its body begins, and the lines about its length, its cost and what is
/// wrong with it as a whole.
fn text(form: &SendForm, shared: &Shared, campaign: &Campaign, columns: usize) -> (Vec<Line<'static>>, usize, Vec<Line<'static>>) {
    let styled = |text: String, role| Line::from(Span::styled(text, shared.look.style(role)));
    let preview = TextPreview::of(&form.known, &form.check, &form.draft.language, form.is_secret);
    let lines: Vec<Line<'static>> = match &preview {
        Some(preview) => preview.lines(columns).into_iter().map(|line| styled(line, Role::Text)).collect(),
        None => {
            let words = "The template is not known: no message in this language is loaded. Postman fills it in, and refuses a wrong name.";
            wrap(words, columns).into_iter().map(|line| styled(line, Role::Muted)).collect()
        }
    };
    let mut about: Vec<Line<'static>> = form
        .check
        .remarks
        .iter()
        .filter(|remark| form.draft.spot_of(&remark.field).is_none())
        .flat_map(|remark| remark_lines(shared, remark, columns))
        .collect();
    // How long it is closes the text, where that has room in the rule.
    let size = preview::size(&form.check, campaign.settings.charges, campaign.settings.host_kind).unwrap_or_default();
    let fits = width(&size) + RULED <= columns;
    let closing = rule(if fits { &size } else { "" }, columns, shared.look.style(Role::Rule));
    let beside = wrap(&size, columns).into_iter().filter(|_| !fits).map(|line| styled(line, Role::Muted));
    about.splice(0..0, std::iter::once(closing).chain(beside));
    (lines, preview.map_or(0, |preview| preview.body_line(columns)), about)
}

/// How many lines say what is going on.
const MOST_BELOW: usize = 5;

/// What is below the text: what is going on, or why there is no review yet; and the button with the keys.
fn below(form: &SendForm, shared: &Shared, columns: usize) -> Vec<Line<'static>> {
    let said = |words: String, role| vec![Sentence::new(words, role, 0)];
    let mistake = form.check.remarks.iter().find(|remark| remark.weight == RemarkWeight::Mistake);
    let is_paused = shared.campaign().is_some_and(|campaign| campaign.connection == Connection::Paused);
    let what = match &form.phase {
        Phase::Reading { .. } if is_paused => {
            let key = shared.key_for(Action::Pause);
            let words = format!("Paused: no call is made, so what went to this number cannot be read. Leave the form, then {key} goes on.");
            said(words, Role::Warning)
        }
        Phase::Reading { failed: Some(why), .. } => {
            said(format!("What went to this number cannot be read yet: {}. Trying again; Esc goes back.", in_a_line(why)), Role::Warning)
        }
        Phase::Reading { failed: None, .. } | Phase::Read(..) => {
            said("Reading what went to this number… Esc goes back.".to_owned(), Role::Moving)
        }
        Phase::Failed(why) => {
            said(format!("What went to this number cannot be read, so nothing can be sent: {}", in_a_line(why)), Role::Failed)
        }
        Phase::Filling if form.is_leaving => {
            said("Press Esc again to discard what you typed; any other key continues.".to_owned(), Role::Warning)
        }
        Phase::Filling => match (&form.cut_off, mistake) {
            (Some(words), _) => said(words.clone(), Role::Warning),
            (None, Some(mistake)) => said(in_short(form, mistake), Role::Muted),
            (None, None) => Vec::new(),
        },
    };
    // A sentence that has no room is left out, and this one says why nothing goes on: its end is cut instead.
    let mut lines = sentences::lines(shared, what, columns, usize::MAX);
    lines.truncate(MOST_BELOW);
    let role = match (form.draft.focus == SendField::Review, form.check.draft.is_some() && !form.is_busy()) {
        (true, _) => Role::Focus,
        (false, true) => Role::Strong,
        (false, false) => Role::Muted,
    };
    let mut line = Line::from(vec![Span::styled(REVIEW, shared.look.style(role)), Span::raw("  ")]);
    line.extend(keys::line(shared, &named_keys(form, shared), columns.saturating_sub(width(REVIEW) + 2)).spans);
    lines.push(line);
    lines
}

/// How much of a rule is no title.
const RULED: usize = 6;

/// What opens the question.
const REVIEW: &str = "[ Review… ]";

/// The keys of the form: the way on, what the focused part offers, the way out.
fn named_keys(form: &SendForm, shared: &Shared) -> Vec<KeyWord> {
    let first = match form.is_busy() {
        true => Vec::new(),
        false => keys::bound(shared, Context::Form, [(Action::NextPane, "next field")]),
    };
    // Whether the text scrolls depends on how much room these leave; its own line says that it does.
    let mut own = keys::of_dialog(form as &dyn Dialog, shared, [Action::Delete, Action::LineBreak]);
    if matches!(form.draft.focus, SendField::Review | SendField::Add) {
        own.splice(0..0, keys::of_dialog(form as &dyn Dialog, shared, [Action::Enter]));
    }
    let out = keys::bound(shared, Context::Form, [(Action::Back, "back")]);
    first.into_iter().chain(own.into_iter().map(|key| key.rank(1))).chain(out).collect()
}

/// Why there is no review yet: a mistake, with the name of its field.
fn in_short(form: &SendForm, mistake: &Remark) -> String {
    let label = form.draft.spot_of(&mistake.field).map(|spot| label(form, spot)).filter(|label| !label.is_empty());
    let field = label.map(|label| format!(" ({label})")).unwrap_or_default();
    format!("Not yet{field}: {}", mistake.words)
}

/// The label of a part.
fn label(form: &SendForm, spot: SendField) -> String {
    let name = |index: usize| form.draft.rows.get(index).map(|row| row.name.value().trim().to_owned()).unwrap_or_default();
    match spot {
        SendField::To => "to".to_owned(),
        SendField::Language => "language".to_owned(),
        SendField::Name(_) => "name".to_owned(),
        SendField::Value(_) if form.draft.is_free => "value".to_owned(),
        SendField::Value(index) => name(index),
        SendField::Add | SendField::Review => String::new(),
    }
}

/// A remark under its field.
fn remark_lines(shared: &Shared, remark: &Remark, room: usize) -> Vec<Line<'static>> {
    let (sign, role) = match remark.weight {
        RemarkWeight::Mistake => ("✗", Role::Failed),
        RemarkWeight::Advice => ("!", Role::Warning),
    };
    let style = shared.look.style(role);
    wrap(&format!("{sign} {}", remark.words), room).into_iter().map(|line| Line::from(Span::styled(line, style))).collect()
}

/// The fields while they are being laid out.
struct Fields<'a> {
    form: &'a SendForm,
    shared: &'a Shared,
    campaign: &'a Campaign,
    columns: usize,
    lines: Vec<(Line<'static>, Option<SendField>)>,
    /// Column and line of the cursor.
    cursor: (usize, usize),
    /// The line after what belongs to the focus.
    focus_end: usize,
}

impl Fields<'_> {
    fn all(&mut self) {
        for spot in self.form.draft.spots() {
            match spot {
                SendField::Review => continue,
                SendField::Add => self.add(),
                SendField::Value(index) => self.value(index),
                _ => self.line(spot),
            }
            if self.form.draft.focus == spot {
                self.focus_end = self.lines.len();
            }
        }
    }

    fn style(&self, role: Role) -> Style {
        self.shared.look.style(role)
    }

    /// How wide what is typed can be.
    fn room(&self) -> usize {
        self.columns.saturating_sub(MARK + label_columns(self.form))
    }

    /// The beginning of a field's line.
    fn begun(&self, label: &str, has_focus: bool) -> Line<'static> {
        fields::labelled(&|role| self.style(role), &cut_label(label, label_columns(self.form)), label_columns(self.form), has_focus)
    }

    /// A field of one line.
    fn line(&mut self, spot: SendField) {
        let (form, has_focus) = (self.form, self.form.draft.focus == spot);
        let mut line = self.begun(&label(form, spot), has_focus);
        let style = |role| self.style(role);
        let room = self.room();
        let column = match spot {
            SendField::Language => fields::choice(&style, &mut line, &form.draft.language, has_focus),
            SendField::Name(index) => {
                let row = form.draft.rows.get(index);
                row.map_or(0, |row| fields::text(&style, &mut line, &row.name, "the variable's name", has_focus, room))
            }
            _ => fields::text(&style, &mut line, &form.draft.to, "such as 65 8000 1234", has_focus, room),
        };
        let left = self.columns.saturating_sub(line.width() + 3);
        let whole = self.beside(spot);
        let shorter = whole.replace("also used here", "also");
        let beside = if width(&whole) <= left { whole } else { shorter };
        if !beside.is_empty() && width(&beside) <= left {
            line.push_span(Span::styled(format!("   {beside}"), self.style(Role::Muted)));
        }
        if has_focus {
            self.cursor = (column, self.lines.len());
        }
        self.lines.push((line, Some(spot)));
        self.completion(spot);
        self.remarks(spot);
    }

    /// What is known of what was typed: which country the number is of, which languages are used here.
    fn beside(&self, spot: SendField) -> String {
        match spot {
            SendField::To => self.form.check.number.clone().unwrap_or_default(),
            SendField::Language => {
                let others = languages(&self.form.known).into_iter().filter(|language| *language != self.form.draft.language);
                let used = others.filter(|language| self.form.known.of(language).is_some()).collect::<Vec<_>>();
                if used.is_empty() { String::new() } else { format!("also used here: {}", used.join(", ")) }
            }
            _ => String::new(),
        }
    }

    /// The number with its country code, where it has none. It is offered, and taken only by its key.
    fn completion(&mut self, spot: SendField) {
        let Some(digits) = self.form.check.completed.as_ref().filter(|_| spot == SendField::To) else { return };
        let key = self.shared.keymap.name(Context::Form, Action::Right);
        let number = shown_number(digits);
        let (words, role) = match (self.form.completion(), self.form.draft.is_judged(spot) && self.form.draft.focus != spot) {
            (Some(_), _) => (format!("country code missing: {key} makes it {number}"), Role::Warning),
            (None, false) => (format!("country code missing, as in {number}"), Role::Warning),
            (None, true) => (format!("✗ country code missing, as in {number}"), Role::Failed),
        };
        self.below(&words, role, spot);
    }

    fn remarks(&mut self, spot: SendField) {
        let form = self.form;
        let is_offered = spot == SendField::To && form.check.completed.is_some();
        let ours = form.check.remarks.iter().filter(|remark| form.draft.spot_of(&remark.field) == Some(spot));
        // What is still being typed for the first time is not finished; what a key can complete is said above.
        let shown = ours.filter(|remark| remark.weight == RemarkWeight::Advice || (form.draft.is_judged(spot) && !is_offered));
        for remark in shown {
            for line in remark_lines(self.shared, remark, self.room()) {
                self.indented(line, spot);
            }
        }
    }

    /// A value: as many lines as it has, up to some.
    fn value(&mut self, index: usize) {
        let Some(row) = self.form.draft.rows.get(index) else { return };
        let (form, spot) = (self.form, SendField::Value(index));
        let (has_focus, room) = (form.draft.focus == spot, self.room());
        let hidden = form.is_secret.then_some("∙");
        let shown = row.value.shown(room, VALUE_LINES, hidden);
        let role = typed_role(has_focus);
        for (at, text) in shown.lines.into_iter().enumerate() {
            let mut line = self.begun(if at == 0 { label(form, spot) } else { String::new() }.as_str(), has_focus && at == 0);
            let start = line.width();
            match row.value.is_empty() {
                true => line.push_span(Span::styled(cut(&self.example(row), room).into_owned(), self.style(Role::Muted))),
                false => line.push_span(Span::styled(text, self.style(role))),
            }
            if has_focus && at == shown.cursor.1 {
                self.cursor = (start + shown.cursor.0, self.lines.len());
            }
            self.lines.push((line, Some(spot)));
        }
        if has_focus && let Some(offer) = form.offer(self.campaign) {
            let key = self.shared.keymap.name(Context::Form, Action::Right);
            let offer = offer.lines().next().unwrap_or_default().to_owned();
            self.below(&format!("{key} makes it {offer}"), Role::Muted, spot);
        }
        self.remarks(spot);
    }

    /// What an empty value shows.
    fn example(&self, row: &ValueRow) -> String {
        match (self.form.is_secret, row.is_text) {
            (true, _) => "hidden while you type".to_owned(),
            (false, true) => "a text, in one line or several".to_owned(),
            (false, false) => String::new(),
        }
    }

    /// The button for one more value.
    fn add(&mut self) {
        let has_focus = self.form.draft.focus == SendField::Add;
        let mut line = self.begun("", has_focus);
        let column = line.width() + 2;
        let role = if has_focus { Role::Focus } else { Role::Text };
        line.push_span(Span::styled("[ one more value ]", self.style(role)));
        if has_focus {
            self.cursor = (column, self.lines.len());
        }
        self.lines.push((line, Some(SendField::Add)));
    }

    /// Words under a field.
    fn below(&mut self, words: &str, role: Role, spot: SendField) {
        let style = self.style(role);
        for line in wrap(words, self.room()) {
            self.indented(Line::from(Span::styled(line, style)), spot);
        }
    }

    fn indented(&mut self, line: Line<'static>, spot: SendField) {
        let mut indented = Line::raw(" ".repeat(MARK + label_columns(self.form)));
        indented.extend(line.spans);
        self.lines.push((indented, Some(spot)));
    }
}

/// A label with a blank behind it.
fn cut_label(label: &str, columns: usize) -> String {
    cut(label, columns.saturating_sub(1)).into_owned()
}
