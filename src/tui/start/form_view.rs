//! How the form looks.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::form::{CampaignForm, FormPhase, Leaving, READ_ONLY, SERVERS, SOURCES, Spot};
use super::{Start, paragraph};
use crate::monitor::NoticeWeight;
use crate::tui::Role;
use crate::tui::key_line::{self, KeyWord};
use crate::tui::text::wrap;
use crate::tui::widgets::fields::{self, Styles};
use crate::tui::widgets::typed_line::TypedLine;

/// The width of the fields' names.
const LABEL_COLUMNS: usize = 13;

/// The widest that the form gets: longer lines are hard to read.
const FORM_COLUMNS: u16 = 100;

/// Where the terminal's cursor is: line and column within the form.
type CursorPosition = (usize, usize);

pub(super) fn draw(start: &Start, form: &CampaignForm, frame: &mut Frame<'_>) {
    let area = frame.area();
    let columns = area.width.saturating_sub(2).min(FORM_COLUMNS);
    let left = (area.width.saturating_sub(columns)) / 2;
    let mut drawn = Drawn { start, columns: usize::from(columns), lines: Vec::new(), cursor: (0, 0) };
    drawn.head();
    for spot in form.spots() {
        match spot {
            Spot::Try => {}
            Spot::Save | Spot::Example => continue,
            _ => drawn.field(form, spot),
        }
    }
    drawn.buttons(form);
    drawn.outcome(form);
    // What has the focus stays in view, with the line below it, where an explanation may be.
    let rows = usize::from(area.height.saturating_sub(1));
    let skipped = (drawn.cursor.0 + 2).saturating_sub(rows);
    let (row, column) = (drawn.cursor.0 - skipped.min(drawn.cursor.0), drawn.cursor.1);
    let lines: Vec<Line<'_>> = drawn.lines.into_iter().skip(skipped).take(rows).collect();
    let body = Rect::new(area.x + left, area.y, columns, area.height.saturating_sub(1));
    paragraph(frame, body, lines);
    let keys = Rect::new(area.x + left, area.bottom().saturating_sub(1), columns, 1);
    paragraph(frame, keys, vec![keys_line(start, form, usize::from(columns))]);
    let (x, y) = (left + u16::try_from(column).unwrap_or(u16::MAX), u16::try_from(row).unwrap_or(u16::MAX));
    if x < area.width && y < area.height {
        frame.set_cursor_position((x, y));
    }
}

/// The form while it is being drawn.
struct Drawn<'a> {
    start: &'a Start,
    columns: usize,
    lines: Vec<Line<'static>>,
    cursor: CursorPosition,
}

impl Drawn<'_> {
    fn style(&self, role: Role) -> Style {
        self.start.theme.style(role)
    }

    fn head(&mut self) {
        let where_to = format!(
            "The portal shows the id and creates the key: campaign, settings, integrations. This machine's public IP must be on its allow list. It is saved to {}.",
            self.start.text.path.display()
        );
        self.lines.push(Line::styled("Add a campaign", self.style(Role::Heading)));
        let muted = self.style(Role::Muted);
        self.lines.extend(wrap(&where_to, self.columns).into_iter().map(|line| Line::styled(line, muted)));
        self.lines.push(Line::default());
    }

    fn field(&mut self, form: &CampaignForm, spot: Spot) {
        let has_focus = form.focus == spot;
        let room = self.columns.saturating_sub(LABEL_COLUMNS + 4);
        let label = match spot {
            Spot::Name => "name",
            Spot::Server => "environment",
            Spot::Address => "address",
            Spot::Id => "campaign id",
            Spot::Source => "key from",
            Spot::Key => ["variable", "file", "key"].get(form.source).copied().unwrap_or_default(),
            _ => "read-only",
        };
        let start = self.start;
        let style = |role| start.theme.style(role);
        let style: Styles<'_> = &style;
        let mut line = fields::labelled(style, label, LABEL_COLUMNS, has_focus);
        let choice = |line: &mut _, choices: &[&str], chosen: usize| {
            fields::choice(style, line, choices.get(chosen).copied().unwrap_or_default(), has_focus)
        };
        let text = |line: &mut _, input: &TypedLine, example: &str| fields::text(style, line, input, example, has_focus, room);
        let cursor = match spot {
            Spot::Server => choice(&mut line, &SERVERS, form.server),
            Spot::Source => choice(&mut line, &SOURCES, form.source),
            Spot::ReadOnly => choice(&mut line, &READ_ONLY, form.read_only),
            Spot::Name => text(&mut line, &form.name, "such as Clinic reminders"),
            Spot::Address => text(&mut line, &form.address, "such as https://sms.agency.example/api/v2"),
            Spot::Id => text(&mut line, &form.id, "such as campaign_00000000-0000-4000-8000-000000000000"),
            _ => match form.keys.of(form.source) {
                // A key is never shown, not even to the user who types it.
                Some(typed) if form.source == 2 => text(&mut line, &typed.hidden("∙"), "paste it here; it is not shown"),
                Some(typed) => text(&mut line, typed, if form.source == 0 { "such as CLINIC_KEY" } else { "such as ~/clinic.key" }),
                None => 0,
            },
        };
        if has_focus {
            self.cursor = (self.lines.len(), cursor);
        }
        self.lines.push(line);
        let problem = form.problems.iter().find(|(at, _)| *at == spot);
        if let Some((_, what)) = problem {
            let style = self.style(Role::Failed);
            let indent = " ".repeat(LABEL_COLUMNS + fields::MARK);
            let sign = "✗";
            let reported = wrap(&format!("{sign} {what}"), room);
            self.lines.extend(reported.into_iter().map(|reported| Line::styled(format!("{indent}{reported}"), style)));
        }
    }

    fn buttons(&mut self, form: &CampaignForm) {
        self.lines.push(Line::default());
        let save = match &form.phase {
            FormPhase::Tried(_) if form.is_right() => "Save and open",
            FormPhase::Tried(_) => "Save anyway",
            _ => "Save unchecked",
        };
        let mut line = Line::raw("  ");
        for (spot, name) in [(Spot::Try, "Check it"), (Spot::Save, save), (Spot::Example, "See an example")] {
            if form.focus == spot {
                self.cursor = (self.lines.len(), line.width() + 2);
            }
            let role = if form.focus == spot { Role::Focus } else { Role::Text };
            line.push_span(Span::styled(format!("[ {name} ]"), self.style(role)));
            line.push_span(Span::raw("  "));
        }
        self.lines.push(line);
        self.lines.push(Line::default());
    }

    fn outcome(&mut self, form: &CampaignForm) {
        match form.leaves {
            Some(Leaving::Back) => {
                return self.reported(Role::Warning, "Press Esc again to discard what you typed; any other key continues.");
            }
            Some(Leaving::Quit) => {
                return self.reported(Role::Warning, "Press Ctrl-c again to quit and discard what you typed; any other key continues.");
            }
            None => {}
        }
        match &form.phase {
            FormPhase::Filling => {}
            FormPhase::Trying => self.reported(Role::Muted, "Asking the API for one message … Esc goes back."),
            FormPhase::Saving => self.reported(Role::Muted, "Saving …"),
            FormPhase::NotSaved(why) => {
                self.reported(Role::Failed, &format!("{} {}", "✗", why.what));
                self.reported(Role::Text, &why.why);
                self.reported(Role::Text, &why.next);
            }
            FormPhase::Tried(lines) => {
                for line in lines {
                    let (sign, role) = match line.weight {
                        NoticeWeight::Info => ("✓", Role::Fine),
                        NoticeWeight::Warning => ("!", Role::Warning),
                        NoticeWeight::Problem => ("✗", Role::Failed),
                    };
                    self.reported(role, &format!("{sign} {}", line.text));
                    self.reported(Role::Text, &line.next);
                }
            }
        }
    }

    fn reported(&mut self, role: Role, text: &str) {
        if text.is_empty() {
            return;
        }
        let style = self.style(role);
        let room = self.columns.saturating_sub(4);
        self.lines.extend(wrap(text, room).into_iter().map(|line| Line::styled(format!("  {line}"), style)));
    }
}

fn keys_line(start: &Start, form: &CampaignForm, columns: usize) -> Line<'static> {
    let choices = matches!(form.focus, Spot::Server | Spot::Source | Spot::ReadOnly);
    let buttons = matches!(form.focus, Spot::Try | Spot::Save | Spot::Example);
    let mut keys = vec![KeyWord::new("Enter", if buttons { "do it" } else { "next" }), KeyWord::new("Up Down", "field")];
    if choices || buttons {
        keys.push(KeyWord::new("Left Right", "choose"));
    }
    keys.extend([KeyWord::new("Esc", "back"), KeyWord::new("Ctrl-c", "quit")]);
    Line::from(key_line::spans(&keys, columns, |role| start.theme.style(role)))
}
