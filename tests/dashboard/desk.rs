//! The desk that the tests sit at: a dashboard, a clock of their own, and workers that they play
//! themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use postwatch::action::{
    ActionNumber, Agreed, BatchReading, Charges, ConfirmedAction, ConfirmedBatchRetry, ConfirmedRetry, ConfirmedSend, Draft, Subject,
    UploadFile,
};
use postwatch::delivery::{
    AttemptFields, BatchFields, BatchId, CampaignId, Message, MessageId, Reported, RowFields, Rows, RowsBuilder, TemplateFields,
};
use postwatch::monitor::{
    ActionNews, ActionStage, BatchState, CampaignIndex, Command, Connection, Generation, Meter, News, Notice, NoticeWeight, Purpose,
    ToPrepare, Update,
};
use postwatch::postman::{Explanation, HostKind, Refusal};
use postwatch::state::NoteKind;
use postwatch::store::{AnswerKind, Reach, Unsorted};
use postwatch::tui::{
    App, CampaignSettings, ColourDepth, Dashboard, Effect, Event, ExportAnswer, ExportStep, FileRequest, FileStep, KeyMap, KeyRole,
    QuestionId, Setup, ThemeChoice,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Three minutes past two in the afternoon in Singapore.
pub fn start() -> Timestamp {
    "2026-11-24T06:03:07Z".parse().unwrap()
}

/// A message for the list, before it is told.
#[derive(Clone)]
pub struct Sms {
    pub id: String,
    pub recipient: String,
    pub status: &'static str,
    pub error: &'static str,
    pub tried: usize,
    pub age: i64,
    pub batch: Option<&'static str>,
    /// How many seconds ago its batch was uploaded, and how many messages that has.
    pub uploaded: Option<(i64, u32)>,
    pub name: &'static str,
    /// How many seconds its delivery took.
    pub took: i64,
    /// Whether its text has a header and a footer, as the API sends it.
    pub framed: bool,
}

/// A message: number, status, seconds since it was recorded.
pub fn sms(number: u32, status: &'static str, age: i64) -> Sms {
    Sms {
        id: format!("message_{:08x}-2f14-4b1e-9a55-0123456f{:04x}", number.wrapping_mul(2_654_435_761), number % 0xffff),
        recipient: format!("6580{:06}", number % 1_000_000),
        status,
        error: if status == "failure" { "recipient_unavailable" } else { "" },
        tried: 1,
        age,
        batch: None,
        uploaded: None,
        name: "Tan Wei Ming",
        took: 3,
        framed: false,
    }
}

impl Sms {
    pub fn error(self, error: &'static str) -> Self {
        Self { error, ..self }
    }

    pub fn tried(self, tried: usize) -> Self {
        Self { tried, ..self }
    }

    pub fn took(self, took: i64) -> Self {
        Self { took, ..self }
    }

    pub fn batch(self, batch: &'static str) -> Self {
        Self { batch: Some(batch), ..self }
    }

    /// Its batch was uploaded so many seconds ago, with so many messages.
    pub fn uploaded(self, age: i64, total: u32) -> Self {
        Self { uploaded: Some((age, total)), ..self }
    }

    pub fn framed(self) -> Self {
        Self { framed: true, ..self }
    }

    pub fn id(&self) -> MessageId {
        MessageId::new(self.id.as_str())
    }
}

/// The template of all messages.
pub const TEMPLATE: &str =
    "Dear {{name}}, your next appointment at Bedok Polyclinic is on 12 Dec 2026 at 10:30 am. Please bring your identity card.";

/// Messages as one answer tells them at the time of `now`.
pub fn rows(messages: &[Sms], now: Timestamp) -> Rows {
    let mut rows = RowsBuilder::default();
    for message in messages {
        let created = now - SignedDuration::from_secs(message.age);
        let attempts = (0..message.tried).map(|place| {
            let is_newest = place == 0;
            let tried_at = created + SignedDuration::from_secs(5 * (message.tried - 1 - place) as i64);
            let is_failed = !message.error.is_empty();
            AttemptFields {
                status: Reported::Value(if is_newest { message.status } else { "failure" }),
                created_at: Reported::Value(tried_at),
                updated_at: if is_failed { Reported::Value(tried_at + SignedDuration::from_secs(3)) } else { Reported::Absent },
                sent_at: Reported::Value(tried_at + SignedDuration::from_millis(900)),
                delivered_at: if message.status == "success" {
                    Reported::Value(tried_at + SignedDuration::from_secs(message.took))
                } else {
                    Reported::Absent
                },
                error_kind: if is_failed { Reported::Value("delivery_error") } else { Reported::Null },
                error_code: if is_failed { Reported::Value(message.error) } else { Reported::Null },
            }
        });
        let batch = message.batch.map(|id| BatchFields {
            id,
            file_name: Reported::Value("clinic-nov.csv"),
            status: Reported::Value("messages_enqueued"),
            total: Reported::Value(message.uploaded.map_or(20_000, |(_, total)| total)),
            created_at: message.uploaded.map_or(Reported::Absent, |(age, _)| Reported::Value(now - SignedDuration::from_secs(age))),
        });
        let text = TEMPLATE.replace("{{name}}", message.name);
        let text =
            if message.framed { format!("This is a test message.\n\nClinic\n\n---\n\n{text}\n\n---\n\nDo not reply.") } else { text };
        rows.push(&RowFields {
            id: &message.id,
            recipient: Reported::Value(&message.recipient),
            status: Reported::Value(message.status),
            created_at: Reported::Value(created),
            language: Reported::Value("english"),
            batch: batch.map_or(Reported::Null, Reported::Value),
            values: Reported::Value(vec![("name", message.name)]),
            template: Reported::Value(TemplateFields {
                id: Reported::Value("template_1"),
                body: Reported::Value(TEMPLATE),
                ..TemplateFields::default()
            }),
            full_text: Reported::Value(&text),
            creator: Reported::Value("clinic@agency.example"),
            attempts: Reported::Value(attempts.collect()),
            ..RowFields::default()
        });
    }
    rows.finish()
}

/// A campaign as the configuration has it.
pub fn card(name: &str, host_kind: HostKind) -> CampaignSettings {
    CampaignSettings {
        name: name.to_owned(),
        id: CampaignId::new(format!("campaign_{name}")),
        host_kind,
        host: if host_kind == HostKind::Gateway { "sms.agency.example".to_owned() } else { "127.0.0.1".to_owned() },
        read_only: false,
        masked: true,
        one_time_password: false,
        calls_per_second: 2.0,
        history: Duration::from_secs(72 * 3600),
        max_messages: 1_000_000,
        valid_for: Duration::from_secs(300),
        failure_limit: 0.02,
        charges: host_kind.is_production().then(|| Charges::new(None, None)),
        broken: None,
    }
}

pub fn setup(campaigns: Vec<CampaignSettings>) -> Setup {
    Setup {
        campaigns,
        zone: TimeZone::get("Asia/Singapore").unwrap(),
        zone_name: "SGT".to_owned(),
        theme: ThemeChoice::None,
        depth: ColourDepth::True,
        background: None,
        ascii: false,
        copy_limit: None,
        mouse: false,
        title: true,
        bell: true,
        demo: false,
        keys: KeyMap::default(),
        notices: Vec::new(),
        session: None,
        actions_refused: None,
    }
}

/// What the API said no with.
pub fn refusal(code: &str, what: &str) -> Refusal {
    Refusal { code: Some(code.to_owned()), status: 400, why: explanation(what), check: None }
}

pub fn explanation(what: &str) -> Explanation {
    Explanation::new(what.to_owned(), "why it is so", "do this next").with_trace(Some("trace-1".to_owned()))
}

/// A file that was exported.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exported {
    pub path: String,
    pub text: String,
    /// What the journal says of it, once it is whole.
    pub detail: Option<String>,
}

/// The dashboard under test.
pub struct Desk {
    pub state: App,
    pub now: Timestamp,
    pub effects: Vec<Effect>,
    pub terminal: Terminal<TestBackend>,
    /// What was exported, as a disk of its own answers it.
    pub files: Vec<Exported>,
    /// Whether the disk answers at once.
    pub disk_is_quick: bool,
    /// Whether lists that are to be sorted are sorted at once.
    pub sorts_at_once: bool,
    /// The batches that were to be read whole, and how often one was left.
    pub batches_asked: Vec<(Generation, BatchId)>,
    pub batches_left: usize,
    /// The messages to be sent whose recipients were to be read.
    pub recipients_asked: Vec<(Generation, Draft)>,
    /// The files to be sent, for which the newest messages were to be read.
    pub uploads_asked: Vec<(Generation, UploadFile)>,
    /// What was to be done with files.
    pub files_asked: Vec<(FileRequest, FileStep)>,
    /// The batches that were to be loaded to their end.
    pub loads_asked: Vec<(Generation, BatchId)>,
    /// The number given with the newest yes to each subject, as its worker would report it.
    given: BTreeMap<Subject, ActionNumber>,
    /// The edge of what was read so far, by campaign.
    edges: BTreeMap<usize, (Timestamp, MessageId)>,
    /// The question on the screen, and since when it is there.
    asked: Option<(QuestionId, Timestamp)>,
}

/// How long a question must be on the screen. The input guard has more rules, and tests of its own.
const REST: SignedDuration = SignedDuration::from_millis(400);

impl Desk {
    /// A dashboard of that size that was just started and drawn.
    pub fn new(setup: Setup, columns: u16, rows: u16) -> Self {
        let now = start();
        let state = App::new(setup, now);
        let terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let mut desk = Self {
            state,
            now,
            effects: Vec::new(),
            terminal,
            files: Vec::new(),
            disk_is_quick: true,
            sorts_at_once: true,
            batches_asked: Vec::new(),
            batches_left: 0,
            recipients_asked: Vec::new(),
            uploads_asked: Vec::new(),
            files_asked: Vec::new(),
            loads_asked: Vec::new(),
            given: BTreeMap::new(),
            edges: BTreeMap::new(),
            asked: None,
        };
        desk.event(Event::Resize { columns, rows });
        desk
    }

    /// One test campaign, live, with these messages as the whole of what is loaded.
    pub fn with(messages: &[Sms], columns: u16, rows: u16) -> Self {
        let mut desk = Self::new(setup(vec![card("Clinic reminders", HostKind::Test)]), columns, rows);
        desk.live(0);
        desk.head(0, messages, false);
        desk
    }

    pub fn event(&mut self, event: Event) -> &mut Self {
        let effects = self.state.update(event, self.now);
        let answers: Vec<Event> = effects.iter().filter_map(|effect| self.export(effect)).collect();
        for effect in &effects {
            match effect {
                Effect::Command { command: Command::ReadBatch { generation, batch }, .. } => {
                    self.batches_asked.push((*generation, batch.clone()));
                }
                Effect::Command { command: Command::LeaveBatch, .. } => self.batches_left += 1,
                Effect::Command { command: Command::Prepare { generation, what: ToPrepare::Send(draft) }, .. } => {
                    self.recipients_asked.push((*generation, draft.clone()));
                }
                Effect::Command { command: Command::Prepare { generation, what: ToPrepare::Upload(file) }, .. } => {
                    self.uploads_asked.push((*generation, file.clone()));
                }
                Effect::File { request, step } => self.files_asked.push((*request, step.clone())),
                Effect::Command { command: Command::LoadBatch { generation, batch }, .. } => {
                    self.loads_asked.push((*generation, batch.clone()));
                }
                Effect::Command { command: Command::Act { number, agreed }, .. } => {
                    let subjects = agreed.subjects().into_iter().enumerate();
                    self.given.extend(subjects.map(|(index, subject)| (subject, number.after(index))));
                }
                _ => {}
            }
        }
        self.effects.extend(effects);
        self.draw();
        let since = |id| self.asked.filter(|(before, _)| *before == id).map_or(self.now, |(_, since)| since);
        self.asked = self.state.question().map(|id| (id, since(id)));
        for answer in answers.into_iter().filter(|_| self.disk_is_quick).collect::<Vec<_>>() {
            self.event(answer);
        }
        if self.sorts_at_once { self.sort() } else { self }
    }

    /// Sorts the lists that are to be sorted.
    pub fn sort(&mut self) -> &mut Self {
        let requests = self.effects.extract_if(.., |effect| matches!(effect, Effect::Sort { .. })).collect::<Vec<_>>();
        for request in requests {
            let Effect::Sort { campaign, generation, lists } = request else { continue };
            self.event(Event::Sorted { campaign, generation, lists: lists.into_iter().map(Unsorted::sort).collect() });
        }
        self
    }

    /// Does a step of an export, and says what became of it.
    fn export(&mut self, effect: &Effect) -> Option<Event> {
        let Effect::Export { export, step } = effect else { return None };
        let answer = match step {
            ExportStep::Begin { path } => {
                self.files.push(Exported { path: path.clone(), ..Exported::default() });
                ExportAnswer::Written
            }
            ExportStep::Part(text) => {
                self.files.last_mut()?.text.push_str(&text.0);
                ExportAnswer::Written
            }
            ExportStep::Mistakes(found) => {
                let file = self.files.last_mut()?;
                for mistake in found.checked.mistakes().by_row() {
                    file.text.push_str(&format!("{:?} {:?} {}\n", mistake.row, mistake.column, mistake.kind.word()));
                }
                ExportAnswer::Written
            }
            ExportStep::End { detail, .. } => {
                let file = self.files.last_mut()?;
                file.detail = Some(detail.clone());
                ExportAnswer::Done(Explanation { trace_id: None, ..explanation(&format!("Exported to {}: {detail}", file.path)) })
            }
            ExportStep::Drop => {
                self.files.pop();
                return None;
            }
        };
        Some(Event::Export { export: *export, answer })
    }

    fn draw(&mut self) {
        let state = &self.state;
        self.terminal.draw(|frame| state.draw(frame)).unwrap();
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.terminal.backend_mut().resize(columns, rows);
        self.event(Event::Resize { columns, rows })
    }

    /// Keys by name, blanks between them: `j Enter / 9 1 Esc ^c`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let key = key_of(key);
            let agrees = matches!(self.state.role(key), KeyRole::Agrees | KeyRole::AgreesToTyped);
            self.event(match self.asked {
                Some((_, since)) if agrees && self.now.duration_since(since) >= REST => Event::Agreed(key),
                Some(_) if agrees => Event::TooSoon(key),
                _ => Event::Key(key),
            });
        }
        self
    }

    /// Time goes by, with a tick at its end.
    pub fn wait(&mut self, milliseconds: i64) -> &mut Self {
        self.now += SignedDuration::from_millis(milliseconds);
        self.event(Event::Tick)
    }

    pub fn news(&mut self, campaign: usize, mut news: News) -> &mut Self {
        if let News::Action(action) = &mut news {
            action.number = action.number.or_else(|| self.given.get(&action.subject).copied());
        }
        self.event(Event::Update(Update { campaign: CampaignIndex(campaign), news }))
    }

    /// The worker is connected and within its budget.
    pub fn live(&mut self, campaign: usize) -> &mut Self {
        let meter = Meter {
            rate: 2.0,
            ceiling: 2.0,
            used: 1.2,
            next: Some((self.now + SignedDuration::from_secs(2), Purpose::Head)),
            under_way: None,
            bytes: 0,
            away: false,
            slowed_at: None,
        };
        self.news(campaign, News::Connection(Connection::Live)).news(campaign, News::Meter(meter))
    }

    /// The newest messages come in; the oldest of all is the edge of what is loaded.
    pub fn head(&mut self, campaign: usize, messages: &[Sms], complete: bool) -> &mut Self {
        let oldest = messages.iter().max_by_key(|message| message.age);
        let oldest = oldest.map(|message| (self.now - SignedDuration::from_secs(message.age), message.id()));
        let oldest = oldest.into_iter().chain(self.edges.get(&campaign).cloned()).min();
        if let Some(edge) = &oldest {
            self.edges.insert(campaign, edge.clone());
        }
        let reach = Reach { oldest, complete, gap: None };
        self.answer(campaign, messages, AnswerKind::List, Some(reach), true)
    }

    pub fn answer(&mut self, campaign: usize, messages: &[Sms], from: AnswerKind, reach: Option<Reach>, head: bool) -> &mut Self {
        let rows = rows(messages, self.now);
        let asked_at = self.now;
        self.news(campaign, News::Rows { rows, from, asked_at, reach, head })
    }

    /// The worker reads the batch whole that was asked for last: these messages, on one page.
    pub fn read_batch(&mut self, campaign: usize, messages: &[Sms]) -> &mut Self {
        let asked = self.batches_asked.last().cloned();
        let asked = asked.unwrap_or_else(|| panic!("no batch is to be read:\n{}", self.screen()));
        self.all_of_batch(campaign, asked, messages)
    }

    /// The batch that was last to be loaded to its end is: these are its messages.
    #[track_caller]
    pub fn load_batch(&mut self, campaign: usize, messages: &[Sms]) -> &mut Self {
        let asked = self.loads_asked.last().cloned();
        let asked = asked.unwrap_or_else(|| panic!("no batch is to be loaded:\n{}", self.screen()));
        self.all_of_batch(campaign, asked, messages)
    }

    /// All pages of a batch have come.
    fn all_of_batch(&mut self, campaign: usize, (generation, batch): (Generation, BatchId), messages: &[Sms]) -> &mut Self {
        let (told, now) = (rows(messages, self.now), self.now);
        let mut reading = BatchReading::default();
        reading.add(told.iter().map(Message::from_row).map(|message| (message, false)), 0, now, now);
        self.answer(campaign, messages, AnswerKind::Batch(batch), None, false);
        self.news(campaign, News::Batch { generation, state: BatchState::Whole(reading) })
    }

    pub fn notice(&mut self, weight: NoticeWeight, what: &str) -> &mut Self {
        let notice = Notice { at: self.now, weight, text: explanation(what) };
        self.news(0, News::Notice(notice))
    }

    /// The screen as lines of text.
    pub fn screen(&self) -> String {
        let buffer = self.terminal.backend().buffer();
        let width = usize::from(buffer.area.width);
        buffer.content().chunks(width).map(line_of).collect::<Vec<_>>().join("\n")
    }

    /// How each line looks: runs of cells with the same style, by the text that they begin with.
    pub fn styles(&self) -> String {
        let buffer = self.terminal.backend().buffer();
        let lines = buffer.content().chunks(usize::from(buffer.area.width)).map(|cells| {
            let runs = cells.chunk_by(|left, right| left.style() == right.style());
            let runs = runs.map(|run| {
                let text: String = run.iter().map(ratatui::buffer::Cell::symbol).collect();
                let look = format!("{:?}/{:?} {:?}", run[0].fg, run[0].bg, run[0].modifier);
                format!(
                    "{}<{}>",
                    text.trim(),
                    look.replace("Reset", "-").replace("Modifier(", "").replace("NONE", "").replace(')', "").trim()
                )
            });
            runs.filter(|run| !run.starts_with('<')).collect::<Vec<_>>().join(" ")
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The first line of the screen that holds `text`.
    #[track_caller]
    pub fn line(&self, text: &str) -> String {
        let screen = self.screen();
        screen.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("no line holds `{text}`:\n{screen}")).to_owned()
    }

    /// Where a text stands on the screen: column and row.
    #[track_caller]
    pub fn place_of(&self, text: &str) -> (u16, u16) {
        let screen = self.screen();
        let (row, line) =
            screen.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap_or_else(|| panic!("no `{text}`:\n{screen}"));
        let column = postwatch::tui::text::width(&line[..line.find(text).unwrap()]);
        (u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
    }

    /// Clicks on a text.
    #[track_caller]
    pub fn click(&mut self, text: &str) -> &mut Self {
        let (column, row) = self.place_of(text);
        for kind in [MouseEventKind::Down(MouseButton::Left), MouseEventKind::Up(MouseButton::Left)] {
            self.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        }
        self
    }

    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        assert!(self.screen().contains(text), "`{text}` is not on the screen:\n{}", self.screen());
        self
    }

    #[track_caller]
    pub fn misses(&mut self, text: &str) -> &mut Self {
        assert!(!self.screen().contains(text), "`{text}` is on the screen:\n{}", self.screen());
        self
    }

    /// The line of the screen with the terminal's cursor.
    pub fn cursor_line(&mut self) -> String {
        let position = self.terminal.get_cursor_position().unwrap();
        self.screen().lines().nth(usize::from(position.y)).unwrap_or_default().to_owned()
    }

    pub fn cursor_row(&mut self) -> u16 {
        self.terminal.get_cursor_position().unwrap().y
    }

    /// The commands since the last look, without those that only say what is looked at and whether somebody is there.
    pub fn commands(&mut self) -> Vec<Command> {
        let effects = std::mem::take(&mut self.effects);
        let commands = effects.into_iter().filter_map(|effect| match effect {
            // Whether somebody looks, and what is read for a question, is asked for by itself.
            Effect::Command { command: Command::InView(_) | Command::Attend(_) | Command::LeaveBatch | Command::Note { .. }, .. } => None,
            Effect::Command { command: Command::ReadBatch { .. } | Command::LoadBatch { .. }, .. } => None,
            Effect::Command { command: Command::Prepare { .. } | Command::LeavePrepared, .. } => None,
            Effect::Command { command, .. } => Some(command),
            _ => None,
        });
        commands.collect()
    }

    /// Whether the dashboard has asked to end.
    pub fn has_quit(&self) -> bool {
        self.effects.contains(&Effect::Quit)
    }

    /// The style of the first cell of `text`.
    #[track_caller]
    pub fn style_of(&self, text: &str) -> ratatui::style::Style {
        let buffer = self.terminal.backend().buffer();
        let width = buffer.area.width;
        for y in 0..buffer.area.height {
            let row: Vec<&str> = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
            for x in 0..row.len() {
                if row[x..].concat().starts_with(text) {
                    return buffer[(u16::try_from(x).unwrap(), y)].style();
                }
            }
        }
        panic!("`{text}` is not on the screen:\n{}", self.screen());
    }
}

/// A line of cells as text; what a wide sign covers is left out.
fn line_of(cells: &[ratatui::buffer::Cell]) -> String {
    let mut line = String::new();
    let mut covered = 0;
    for cell in cells {
        if covered > 0 {
            covered -= 1;
            continue;
        }
        line.push_str(cell.symbol());
        covered = postwatch::tui::text::width(cell.symbol()).saturating_sub(1);
    }
    line.trim_end().to_owned()
}

fn key_of(name: &str) -> KeyEvent {
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let mut letters = name.chars();
    match (name, letters.next(), letters.next()) {
        ("Enter", ..) => plain(KeyCode::Enter),
        ("Esc", ..) => plain(KeyCode::Esc),
        ("Tab", ..) => plain(KeyCode::Tab),
        ("BackTab", ..) => plain(KeyCode::BackTab),
        ("Space", ..) => plain(KeyCode::Char(' ')),
        ("Up", ..) => plain(KeyCode::Up),
        ("Down", ..) => plain(KeyCode::Down),
        ("Left", ..) => plain(KeyCode::Left),
        ("Right", ..) => plain(KeyCode::Right),
        ("PgDn", ..) => plain(KeyCode::PageDown),
        ("PgUp", ..) => plain(KeyCode::PageUp),
        ("Home", ..) => plain(KeyCode::Home),
        ("End", ..) => plain(KeyCode::End),
        ("Backspace", ..) => plain(KeyCode::Backspace),
        ("Delete", ..) => plain(KeyCode::Delete),
        (_, Some('F'), Some(_)) => plain(KeyCode::F(name[1..].parse().unwrap())),
        (_, Some('^'), Some(letter)) => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL),
        (_, Some(letter), None) if letter.is_ascii_uppercase() => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::SHIFT),
        (_, Some(letter), None) => plain(KeyCode::Char(letter)),
        _ => panic!("no key is named `{name}`"),
    }
}

/// How far the retry of a message is.
pub fn retry_news(message: MessageId, stage: ActionStage, at: Timestamp) -> News {
    News::Action(ActionNews { number: None, action: None, subject: Subject::Message(message), created: None, stage, at })
}

/// How far the retry of a whole batch is.
pub fn batch_retry_news(batch: BatchId, stage: ActionStage, at: Timestamp) -> News {
    News::Action(ActionNews { number: None, action: None, subject: Subject::Batch(batch), created: None, stage, at })
}

/// The yes to one message that a command holds.
pub fn retry_of(command: &Command) -> Option<&ConfirmedRetry> {
    match command {
        Command::Act { agreed: Agreed::One(ConfirmedAction::RetryMessage(retry)), .. } => Some(retry),
        _ => None,
    }
}

/// The yes to several messages that a command holds.
pub fn run_of(command: &Command) -> Option<&[ConfirmedRetry]> {
    match command {
        Command::Act { agreed: Agreed::Run(retries), .. } => Some(retries),
        _ => None,
    }
}

/// The yes to a whole batch that a command holds.
pub fn batch_retry_of(command: &Command) -> Option<&ConfirmedBatchRetry> {
    match command {
        Command::Act { agreed: Agreed::One(ConfirmedAction::RetryBatch(retry)), .. } => Some(retry),
        _ => None,
    }
}

/// The yes to sending a message that a command holds.
pub fn send_of(command: &Command) -> Option<&ConfirmedSend> {
    match command {
        Command::Act { agreed: Agreed::One(ConfirmedAction::Send(send)), .. } => Some(send),
        _ => None,
    }
}

/// Whether a command may send something.
pub fn sends(command: &Command) -> bool {
    matches!(command, Command::Act { .. })
}

/// What was handed over for the journal, with the details of each note.
pub fn notes(effects: &[Effect], kind: NoteKind) -> Vec<String> {
    let note = |effect: &Effect| match effect {
        Effect::Command { command: Command::Note { kind: noted, detail }, .. } => (*noted == kind).then(|| detail.clone()),
        _ => None,
    };
    effects.iter().filter_map(note).collect()
}
