//! What keeps a file from being sent: its mistakes by kind, with their first rows, or a line for each of them, however
//! many there are. A million costs no more than one: only the lines in view are made.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::checking::Checking;
use super::facts::{changes, rows_words};
use crate::action::{CheckedFile, FileCorrector, FileMistake, FileSource, MistakeGroup};
use crate::delivery::{clean_line, counted, grouped};
use crate::monitor::NoticeWeight;
use crate::tui::dialogs::{Can, Changed, Click, Dialog, Next, Press};
use crate::tui::shared::Shared;
use crate::tui::text::{Align, cut_middle, fit, width, wrap};
use crate::tui::widgets::page;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::widgets::table;
use crate::tui::widgets::words::row_of;
use crate::tui::{Action, Context, FoundFile, Role};

/// How wide the name of a column is at most.
const COLUMN: usize = 20;

/// How many lines the whole sentence about the mistake under the cursor has in the list.
const WHOLE: usize = 2;

pub(super) struct FileMistakes {
    found: FoundFile,
    /// The file that this is a corrected copy of.
    copy_of: Option<Arc<CheckedFile>>,
    /// Whether a copy can be written without some of them.
    is_correctable: bool,
    /// The kind under the cursor.
    cursor: usize,
    /// The mistake under the cursor, while each has a line.
    listed: Option<u64>,
}

impl FileMistakes {
    pub fn open(shared: &mut Shared, found: FoundFile, copy_of: Option<Arc<CheckedFile>>) {
        let is_correctable = FileCorrector::of(&found.checked).is_some();
        shared.open(Self { found, copy_of, is_correctable, cursor: 0, listed: None });
    }

    fn groups(&self) -> &[MistakeGroup] {
        self.found.checked.mistakes().groups()
    }

    /// Whether a copy would have fewer mistakes. What came from a pipe has no file that a copy could be beside.
    fn can_correct(&self) -> Can {
        let has_file = matches!(self.found.source, FileSource::Path(_));
        match (self.is_correctable, has_file) {
            (false, _) => Can::not("none of these can be corrected without a guess"),
            (true, false) => Can::not("it came from a pipe: save it as a file first"),
            (true, true) => Can::Yes,
        }
    }

    /// How many mistakes come before a kind.
    fn before(&self, kind: usize) -> u64 {
        self.groups().iter().take(kind).map(|group| u64::from(group.count())).sum()
    }

    /// The kind of a mistake.
    fn kind_of(&self, mistake: u64) -> usize {
        let mut before = 0;
        let ends = self.groups().iter().map(|group| {
            before += u64::from(group.count());
            before
        });
        ends.take_while(|end| *end <= mistake).count()
    }

    /// From the kinds to a line for each, and back.
    fn turn(&mut self) {
        match self.listed.take() {
            Some(mistake) => self.cursor = self.kind_of(mistake).min(self.groups().len().saturating_sub(1)),
            None => self.listed = Some(self.before(self.cursor)),
        }
    }

    fn go(&mut self, steps: isize) {
        match &mut self.listed {
            Some(cursor) => {
                let last = self.found.checked.mistakes().len().saturating_sub(1);
                *cursor = cursor.saturating_add_signed(i64::try_from(steps).unwrap_or(i64::MAX)).min(last);
            }
            None => self.cursor = self.cursor.saturating_add_signed(steps).min(self.groups().len().saturating_sub(1)),
        }
    }

    /// What is wrong, in figures.
    fn sum(&self) -> String {
        let file = &self.found.checked;
        let mistakes = file.mistakes();
        let rows = mistakes.rows() as usize;
        let where_ = match rows {
            0 => String::new(),
            rows => format!(" in {} of {}", grouped(rows), counted(file.rows() as usize, "row")),
        };
        format!("{}{where_}: it cannot be sent like this.", counted(usize::try_from(mistakes.len()).unwrap_or(usize::MAX), "mistake"))
    }

    /// What is said above the list.
    fn head(&self, shared: &Shared, columns: usize, room: usize) -> Vec<Line<'static>> {
        let mut said = vec![Sentence::new(self.sum(), Role::Failed, 0)];
        said.extend(changes(&self.found.checked, &self.copy_of));
        if self.can_correct() == Can::Yes {
            let key = shared.keymap.name(Context::File, Action::Correct);
            let fixed = self.groups().iter().filter(|group| group.kind().is_correctable()).count();
            let all = self.groups().len();
            let which = match fixed {
                _ if fixed == all => "any of this".to_owned(),
                _ => format!("{fixed} of these {}", counted(all, "kind")),
            };
            let words = format!("{key} writes a copy without {which}. Nothing is guessed, and the file itself stays as it is.");
            said.push(Sentence::new(words, Role::Text, 1));
        }
        sentences::lines(shared, said, columns, room).into_iter().map(indented).collect()
    }

    /// What is said above the list, and the place below it.
    fn parts(&self, shared: &Shared, area: Rect) -> (Vec<Line<'static>>, Rect) {
        let room = usize::from(area.height).saturating_sub(2) / 2;
        let head = match self.listed {
            Some(_) => Vec::new(),
            None => self.head(shared, page::text_width(usize::from(area.width)), room),
        };
        let lines = u16::try_from(head.len()).unwrap_or(u16::MAX);
        let y = area.y.saturating_add(1 + lines + u16::from(lines > 0));
        (head, Rect { y, height: area.bottom().saturating_sub(y), ..area })
    }

    /// A kind, in two or more lines: where, in how many rows, whether a copy would be without it, and what is wrong.
    fn kind_lines(&self, shared: &Shared, index: usize, columns: usize) -> Vec<Line<'static>> {
        let Some(group) = self.groups().get(index) else { return Vec::new() };
        let is_selected = index == self.cursor;
        let style = |role| shared.look.style(if is_selected { Role::Selected } else { role });
        let count = group.count() as usize;
        let rows = rows_words(group.rows(), group.count());
        let rows = match count {
            0 | 1 => rows,
            _ => format!("{}: {}", counted(count, "row"), rows.trim_start_matches("rows ")),
        };
        let place = match group.column() {
            Some(column) => format!("{}  {rows}", cut_middle(&clean_line(column), COLUMN)),
            None if rows.is_empty() => "the whole file".to_owned(),
            None => rows,
        };
        let fixes = match group.kind().is_correctable() && self.can_correct() == Can::Yes {
            true => format!(" {} fixes it ", shared.keymap.name(Context::File, Action::Correct)),
            false => String::new(),
        };
        let room = columns.saturating_sub(MARK + width(&fixes));
        let mark = if is_selected { " › " } else { "   " };
        let head = Line::from(vec![
            Span::styled(mark, style(Role::Text)),
            Span::styled(fit(&place, room, Align::Left), style(Role::Strong)),
            Span::styled(fixes, style(Role::Accent)),
        ]);
        let text = shared.look.style(Role::Text);
        let said = wrap(&sentence(&group.words()), page::text_width(columns).saturating_sub(MARK + 1));
        std::iter::once(head).chain(said.into_iter().map(|line| Line::from(Span::styled(format!("     {line}"), text)))).collect()
    }

    /// The lines of the kinds in view, each with its kind: the one under the cursor is whole, and before it are as many as
    /// have room.
    fn kinds_in_view(&self, shared: &Shared, area: Rect) -> Vec<(usize, Line<'static>)> {
        let (columns, height) = (usize::from(area.width), usize::from(area.height));
        let of = |index: usize| self.kind_lines(shared, index, columns).into_iter().map(move |line| (index, line)).collect::<Vec<_>>();
        let mut lines = of(self.cursor);
        for index in (0..self.cursor).rev() {
            let mut more = of(index);
            if more.len() + lines.len() > height {
                break;
            }
            more.append(&mut lines);
            lines = more;
        }
        for index in self.cursor + 1..self.groups().len() {
            if lines.len() >= height {
                break;
            }
            lines.extend(of(index));
        }
        lines.truncate(height);
        lines
    }

    fn draw_kinds(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Position {
        let lines = self.kinds_in_view(shared, area);
        for (y, (_, line)) in (area.y..area.bottom()).zip(&lines) {
            buffer.set_line(area.x, y, line, area.width);
        }
        let above = lines.iter().take_while(|(index, _)| *index != self.cursor).count();
        Position::new(area.x + 1, area.y + u16::try_from(above).unwrap_or(0).min(area.height.saturating_sub(1)))
    }

    /// Where the list of all is: below it is the whole sentence about the one under the cursor.
    fn list_area(area: Rect) -> Rect {
        let whole = u16::try_from(WHOLE).unwrap_or(0) + 1;
        Rect { height: area.height.saturating_sub(whole), ..area }
    }

    /// A line for each mistake in view, and below them the whole sentence about the one under the cursor.
    fn draw_list(&self, cursor: u64, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let mistakes = self.found.checked.mistakes();
        let list = Self::list_area(area);
        let columns = usize::from(area.width);
        let height = usize::from(list.height).max(1);
        let (count, cursor_index) = (to_index(mistakes.len()), to_index(cursor));
        let top = table::top(cursor_index, height);
        let shown: Vec<FileMistake<'_>> = (top..count).take(height).filter_map(|index| mistakes.nth(index as u64)).collect();
        let widest = |of: &dyn Fn(&FileMistake<'_>) -> String| shown.iter().map(|mistake| width(&of(mistake))).max().unwrap_or(0);
        let widths = (widest(&row), widest(&column).min(COLUMN));
        let position = table::draw_from(shared, buffer, list, top, count, cursor_index, |index, selected| {
            let mistake = index.checked_sub(top).and_then(|at| shown.get(at));
            mistake.map(|mistake| mistake_line(shared, mistake, widths, columns, selected)).unwrap_or_default()
        });
        let muted = shared.look.style(Role::Text);
        let words = mistakes.nth(cursor).map(|mistake| sentence(mistake.words)).unwrap_or_default();
        let below = (list.bottom() + 1..area.bottom()).zip(wrap(&words, page::text_width(columns)));
        for (y, line) in below {
            buffer.set_line(area.x, y, &Line::from(Span::styled(format!(" {line}"), muted)), area.width);
        }
        position
    }
}

fn to_index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The columns of the mark of the selected line.
const MARK: usize = 3;

fn row(mistake: &FileMistake<'_>) -> String {
    mistake.row.map_or_else(|| "the file".to_owned(), |row| format!("row {}", grouped(row as usize)))
}

fn column(mistake: &FileMistake<'_>) -> String {
    mistake.column.map(|column| clean_line(column).into_owned()).unwrap_or_default()
}

fn mistake_line(
    shared: &Shared,
    mistake: &FileMistake<'_>,
    (rows, names): (usize, usize),
    columns: usize,
    selected: Option<Style>,
) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let name = if names == 0 { String::new() } else { format!("{}  ", fit(&column(mistake), names, Align::Left)) };
    let taken = table::MARGIN + rows + 2 + width(&name);
    Line::from(vec![
        Span::styled(format!("{}  ", fit(&row(mistake), rows, Align::Right)), style(Role::Strong)),
        Span::styled(name, style(Role::Text)),
        Span::styled(fit(&clean_line(mistake.words), columns.saturating_sub(taken + 1), Align::Left), style(Role::Text)),
    ])
}

fn indented(line: Line<'static>) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    spans.extend(line.spans);
    Line::from(spans)
}

/// Words as a sentence of their own.
fn sentence(words: &str) -> String {
    let words = clean_line(words);
    let mut letters = words.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}

impl Dialog for FileMistakes {
    fn context(&self) -> Context {
        Context::File
    }

    fn covers(&self) -> bool {
        true
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Back | Action::Help | Action::Notices => Can::Yes,
            Action::Enter | Action::NextPane if self.listed.is_some() => Can::Do("list the kinds"),
            Action::Enter => Can::Do("list each"),
            Action::NextPane | Action::Export => Can::Yes,
            Action::Correct => self.can_correct(),
            Action::ReadNow => Can::unless(matches!(self.found.source, FileSource::Memory(_)), "it came from a pipe, which is read once"),
            _ if action.steps(1).is_some() => Can::Yes,
            _ => Can::NotHere,
        }
    }

    /// Tab says the same.
    fn is_offered(&self, action: Action) -> bool {
        action != Action::Enter
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let Some(action) = press.action else { return Next::Stay };
        match action {
            Action::Back if self.listed.is_some() => self.turn(),
            Action::Back | Action::Quit => return Next::Back,
            Action::Help | Action::Notices => shared.common_key(action),
            Action::Enter | Action::NextPane => self.turn(),
            Action::Export => shared.ask_where_mistakes(self.found.clone()),
            Action::Correct => match self.can_correct() {
                Can::Yes => Checking::correct(shared, self.found.clone()),
                Can::Not(why) => shared.tell(NoticeWeight::Info, &why, "", ""),
                _ => {}
            },
            Action::ReadNow if matches!(self.found.source, FileSource::Path(_)) => {
                Checking::begin(shared, self.found.path.clone());
                return Next::Close;
            }
            _ => {
                let page = isize::try_from(shared.layout().page().height.saturating_sub(HEAD)).unwrap_or(1).max(1);
                if let Some(steps) = action.steps(page) {
                    self.go(steps);
                }
            }
        }
        Next::Stay
    }

    fn hit(&self, at: Position, shared: &Shared) -> Option<usize> {
        let (_, rest) = self.parts(shared, shared.layout().page());
        match self.listed {
            Some(cursor) => {
                let list = Self::list_area(rest);
                let top = table::top(to_index(cursor), usize::from(list.height).max(1));
                let index = top + usize::from(at.y.checked_sub(list.y)?);
                Some(index).filter(|index| list.contains(at) && *index < to_index(self.found.checked.mistakes().len()))
            }
            None => {
                let line = usize::from(at.y.checked_sub(rest.y)?);
                self.kinds_in_view(shared, rest).get(line).map(|(index, _)| *index).filter(|_| rest.contains(at))
            }
        }
    }

    /// A click chooses; a second one on a kind lists its mistakes.
    fn click(&mut self, click: Click, _shared: &mut Shared) -> Next {
        match &mut self.listed {
            Some(cursor) => *cursor = click.hit as u64,
            None if std::mem::replace(&mut self.cursor, click.hit) == click.hit && click.is_double => self.turn(),
            None => {}
        }
        Next::Stay
    }

    fn refresh(&mut self, _changed: &Changed, _shared: &mut Shared) -> Next {
        Next::Stay
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let style = |role| shared.look.style(role);
        let name = self.found.checked.shown_name().into_owned();
        let left = vec![Piece::new("Mistakes in", style(Role::Strong), 1), Piece::new(name, style(Role::Strong), 0).gap(1)];
        let right = match self.listed {
            Some(cursor) => row_of(to_index(cursor), to_index(self.found.checked.mistakes().len())).replacen("row", "mistake", 1),
            None => row_of(self.cursor, self.groups().len()).replacen("row", "kind", 1),
        };
        pieces::draw(buffer, Rect { height: 1.min(area.height), ..area }, left, vec![Piece::new(right, style(Role::Muted), 1)]);
        let (head, rest) = self.parts(shared, area);
        for (y, line) in (area.y + 1..).zip(&head) {
            buffer.set_line(area.x, y, line, area.width);
        }
        match self.listed {
            Some(cursor) => self.draw_list(cursor, shared, buffer, rest),
            None => Some(self.draw_kinds(shared, buffer, rest)),
        }
    }
}

/// How many lines of a page are no list.
const HEAD: u16 = 6;
