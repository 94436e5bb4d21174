//! Files that a user exports: whole or not at all, never over an existing one, and readable by no one
//! else. A separate thread writes them, so that neither the screen nor the workers wait for a disk.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use jiff::Timestamp;
use tempfile::NamedTempFile;
use tokio::sync::watch;

use super::super::Format;
use super::super::file::write_mistakes;
use crate::action::CheckedFile;
use crate::delivery::CampaignId;
use crate::monitor::CampaignIndex;
use crate::postman::Explanation;
use crate::state::{JournalHandle, NoteKind};
use crate::tui::{Event, ExportAnswer, ExportId, ExportStep, Waker};

/// How many names are tried if one is taken.
const MOST_NAMES: u32 = 1_000;

/// The thread that writes, and its answers.
pub(super) struct Exporter {
    steps: Option<Sender<(ExportId, ExportStep)>>,
    answers: Receiver<Event>,
    thread: Option<JoinHandle<()>>,
    /// The answer to a step without a thread: it could not be started, or it is gone.
    refused: Option<Event>,
}

impl Exporter {
    /// The thread, which wakes the loop with `waker`, and writes what it did into the journal that is open then.
    pub fn new(waker: Waker, journal: ExportJournal) -> Self {
        let (steps, inbox) = mpsc::channel();
        let (outbox, answers) = mpsc::channel();
        let write = move || {
            let mut writer = FileWriter { open: None, journal };
            for (export, step) in inbox {
                let Some(answer) = writer.step(export, step) else { continue };
                if outbox.send(Event::Export { export, answer }).is_err() {
                    return;
                }
                waker.wake();
            }
        };
        let thread = std::thread::Builder::new().name("export".to_owned()).spawn(write).ok();
        Self { steps: Some(steps), answers, thread, refused: None }
    }

    /// Queues a step.
    pub fn take(&mut self, export: ExportId, step: ExportStep) {
        let Some(steps) = &self.steps else { return };
        if steps.send((export, step)).is_err() {
            let text = Explanation::new(
                "Nothing was exported",
                "the system could not start a thread to write files",
                "Close other programs and start Postwatch again.",
            );
            self.refused = Some(Event::Export { export, answer: ExportAnswer::Failed(text) });
        }
    }

    /// The answer to a step.
    pub fn answer(&mut self) -> Option<Event> {
        self.refused.take().or_else(|| self.answers.try_recv().ok())
    }

    /// Ends the thread after its current step.
    pub fn end(mut self) {
        self.steps = None;
        if let Some(thread) = self.thread.take() {
            // It panicked: the program ends anyway.
            let _ = thread.join();
        }
    }
}

/// The file under way.
struct FileWriter {
    open: Option<OpenFile>,
    journal: ExportJournal,
}

/// Where exports are written down.
pub(super) struct ExportJournal {
    pub opened: watch::Receiver<Option<JournalHandle>>,
    /// The base URL and id of each campaign.
    pub campaigns: Vec<(String, CampaignId)>,
}

impl ExportJournal {
    /// Writes an export into the journal; the line is on the disk when this returns.
    fn note(&self, campaign: CampaignIndex, detail: &str) -> Result<(), String> {
        let (handle, campaign) = (self.opened.borrow().clone(), self.campaigns.get(campaign.0).cloned());
        let (Some(handle), Some((base, id))) = (handle, campaign) else { return Err("the journal of actions is not open".to_owned()) };
        handle.note(NoteKind::Export, detail.to_owned(), base, id, Timestamp::now()).map_err(|error| error.explained())
    }
}

/// A file that does not have its name yet. If it is not finished, it is removed.
struct OpenFile {
    export: ExportId,
    path: PathBuf,
    file: NamedTempFile,
}

impl FileWriter {
    /// Does a step, and gives its answer.
    fn step(&mut self, export: ExportId, step: ExportStep) -> Option<ExportAnswer> {
        match step {
            ExportStep::Begin { path } => {
                let path = typed_path(&path);
                if is_there(&path) {
                    return Some(ExportAnswer::Taken { free: free_name(&path).display().to_string() });
                }
                Some(match begun(export, &path) {
                    Ok(open) => {
                        self.open = Some(open);
                        ExportAnswer::Written
                    }
                    Err(error) => ExportAnswer::Failed(failed(&path, &error)),
                })
            }
            ExportStep::Part(text) => {
                let open = self.open.as_mut().filter(|open| open.export == export)?;
                let Err(error) = open.file.write_all(text.0.as_bytes()) else { return Some(ExportAnswer::Written) };
                let answer = ExportAnswer::Failed(failed(&open.path, &error));
                self.open = None;
                Some(answer)
            }
            ExportStep::Mistakes(found) => {
                let open = self.open.as_mut().filter(|open| open.export == export)?;
                let Err(error) = mistakes_into(&mut open.file, &open.path, &found.checked) else { return Some(ExportAnswer::Written) };
                let answer = ExportAnswer::Failed(failed(&open.path, &error));
                self.open = None;
                Some(answer)
            }
            ExportStep::End { campaign, detail, masked } => {
                let open = self.open.take().filter(|open| open.export == export)?;
                let path = open.path.clone();
                let noted = self.journal.note(campaign, &detail);
                if let (Err(why), false) = (&noted, masked) {
                    return Some(ExportAnswer::Failed(unnoted(&path, why)));
                }
                Some(match open.named() {
                    Ok(path) => ExportAnswer::Done(done(&path, &detail, noted.err())),
                    Err(error) => ExportAnswer::Failed(failed(&path, &error)),
                })
            }
            ExportStep::Drop => {
                self.open = None;
                None
            }
        }
    }
}

/// Writes all mistakes of a file by row, in the format that the name asks for.
fn mistakes_into(file: &mut NamedTempFile, path: &Path, checked: &CheckedFile) -> io::Result<()> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let format = match ending.as_str() {
        "ndjson" | "jsonl" => Format::Ndjson,
        "json" => Format::Json,
        _ => Format::Csv,
    };
    let mut out = io::BufWriter::new(file);
    if format == Format::Csv {
        // The mark by which spreadsheets recognise UTF-8.
        out.write_all("\u{feff}".as_bytes())?;
    }
    write_mistakes(checked, format, &mut out)?;
    out.flush()
}

/// A file next to the one that it becomes, readable only by its owner.
fn begun(export: ExportId, path: &Path) -> io::Result<OpenFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".postwatch-").suffix(".part").tempfile_in(folder)?;
    Ok(OpenFile { export, path: path.to_owned(), file })
}

impl OpenFile {
    /// Gives it its name in one step, replacing nothing. If the name was taken meanwhile, it gets a
    /// similar one, so that the export is not lost.
    fn named(self) -> io::Result<PathBuf> {
        self.file.as_file().sync_all()?;
        let (mut path, mut file) = (self.path, self.file);
        for _ in 0..MOST_NAMES {
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    file = error.file;
                    path = free_name(&path);
                }
                Err(error) => return Err(error.error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

fn is_there(path: &Path) -> bool {
    // A dangling link also takes the name.
    fs::symlink_metadata(path).is_ok()
}

/// A similar name that is free: `list.csv` becomes `list-2.csv`.
fn free_name(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let named = |number: u32| path.with_file_name(format!("{stem}-{number}{extension}"));
    (2..MOST_NAMES).map(named).find(|path| !is_there(path)).unwrap_or_else(|| named(MOST_NAMES))
}

/// A path as it was typed.
pub(super) fn typed_path(path: &str) -> PathBuf {
    at_home(path, std::env::var_os("HOME").map(PathBuf::from).as_deref())
}

/// `~/` as a shell understands it.
fn at_home(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn done(path: &Path, detail: &str, unnoted: Option<String>) -> Explanation {
    let why = unnoted.map(|why| format!("this is not in the journal: {why}")).unwrap_or_default();
    Explanation::new(format!("Exported to {}: {detail}", path.display()), why, "")
}

fn unnoted(path: &Path, why: &str) -> Explanation {
    Explanation::new(
        format!("Nothing was exported to {}", path.display()),
        format!("an unmasked export needs a line in the journal: {why}"),
        "Fix the state folder, or export it masked.",
    )
}

fn failed(path: &Path, error: &io::Error) -> Explanation {
    let next = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "Make room there, or export it again to another folder.",
        _ => "Export it again to another folder.",
    };
    Explanation::new(format!("Nothing was exported to {}", path.display()), format!("{error}; no partial file is left"), next.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tempfile::TempDir;

    use super::*;
    use crate::state::{Journal, JournalAccess, RunId, Who};
    use crate::tui::Copied;

    const ID: ExportId = ExportId(1);

    #[test]
    fn without_a_thread_an_export_fails_and_says_why() {
        let (steps, _) = mpsc::channel();
        let (_, answers) = mpsc::channel();
        let mut exporter = Exporter { steps: Some(steps), answers, thread: None, refused: None };
        exporter.take(ID, begin(Path::new("list.csv")));
        let Some(Event::Export { export: ID, answer: ExportAnswer::Failed(text) }) = exporter.answer() else { panic!("no answer") };
        assert!(text.why.contains("could not start a thread"), "{text:?}");
        assert!(exporter.answer().is_none());
    }

    /// A writer whose journal takes everything, or nothing; and what is in it.
    fn writer_with(writable: bool) -> (FileWriter, Notes) {
        let journal = Journal::in_memory();
        let run = RunId::new(Timestamp::now(), 1, 1);
        let run = journal.begin_run(run, &Who::from_environment(|_| None), Timestamp::now()).unwrap();
        if !writable {
            journal.set_gate(|| false);
        }
        let handle = JournalHandle { access: JournalAccess::Writable(journal.clone()), run: Some(Arc::new(run)) };
        let campaigns = vec![("http://127.0.0.1:1/api/v2".to_owned(), CampaignId::new("campaign_1"))];
        let journal_of_desk = ExportJournal { opened: watch::channel(Some(handle)).1, campaigns };
        (FileWriter { open: None, journal: journal_of_desk }, Notes(journal))
    }

    fn writer() -> (FileWriter, Notes) {
        writer_with(true)
    }

    /// What was noted.
    struct Notes(Journal);

    impl Notes {
        fn try_recv(&self) -> Result<String, &'static str> {
            let newest = self.0.notes(1).unwrap().into_iter().next();
            newest.map(|entry| entry.note.detail).ok_or("nothing was noted")
        }
    }

    fn begin(path: &Path) -> ExportStep {
        ExportStep::Begin { path: path.display().to_string() }
    }

    fn part(text: &str) -> ExportStep {
        ExportStep::Part(Copied(text.to_owned()))
    }

    fn end() -> ExportStep {
        ending(true)
    }

    fn ending(masked: bool) -> ExportStep {
        ExportStep::End { campaign: CampaignIndex(0), detail: "messages, 2 rows".to_owned(), masked }
    }

    fn names(folder: &TempDir) -> Vec<String> {
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        names.collect()
    }

    #[test]
    fn a_file_appears_whole_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let (mut writer, notes) = writer();
        assert_eq!(writer.step(ID, begin(&path)), Some(ExportAnswer::Written));
        assert_eq!(writer.step(ID, part("one,")), Some(ExportAnswer::Written));
        assert!(!path.exists() && notes.try_recv().is_err());
        assert_eq!(writer.step(ID, part("two")), Some(ExportAnswer::Written));
        assert!(matches!(writer.step(ID, end()), Some(ExportAnswer::Done(text)) if text.what.ends_with("list.csv: messages, 2 rows")));
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(&folder).len()), ("one,two", 1));
        assert_eq!(notes.try_recv().unwrap(), "messages, 2 rows");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn without_a_line_in_the_journal_only_what_is_masked_is_written_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let (mut writer, _notes) = writer_with(false);
        writer.step(ID, begin(&path));
        writer.step(ID, part("one"));
        let Some(ExportAnswer::Failed(text)) = writer.step(ID, ending(false)) else { panic!("it was exported") };
        assert!(text.why.contains("needs a line in the journal: the journal can only be read: the program stopped here"), "{text:?}");
        assert_eq!(names(&folder), Vec::<String>::new());
        writer.step(ID, begin(&path));
        writer.step(ID, part("one"));
        let Some(ExportAnswer::Done(text)) = writer.step(ID, ending(true)) else { panic!("it was not exported") };
        assert_eq!(text.why, "this is not in the journal: the journal can only be read: the program stopped here");
        assert!(path.exists());
    }

    #[test]
    fn one_that_is_there_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let (mut writer, _notes) = writer();
        fs::write(&path, "mine").unwrap();
        fs::write(folder.path().join("list-2.csv"), "mine, too").unwrap();
        let free = folder.path().join("list-3.csv");
        assert_eq!(writer.step(ID, begin(&path)), Some(ExportAnswer::Taken { free: free.display().to_string() }));
        // The name was taken during the export: it gets the free one.
        fs::remove_file(&path).unwrap();
        writer.step(ID, begin(&path));
        writer.step(ID, part("new"));
        fs::write(&path, "mine").unwrap();
        assert!(matches!(writer.step(ID, end()), Some(ExportAnswer::Done(text)) if text.what.contains("list-3.csv")));
        assert_eq!((fs::read_to_string(&path).unwrap(), fs::read_to_string(&free).unwrap()), ("mine".to_owned(), "new".to_owned()));
    }

    #[test]
    fn nothing_is_left_of_one_that_was_stopped_or_failed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let (mut writer, notes) = writer();
        writer.step(ID, begin(&path));
        writer.step(ID, part("one"));
        assert_eq!(writer.step(ID, ExportStep::Drop), None);
        assert_eq!(writer.step(ID, part("two")), None);
        assert_eq!(writer.step(ID, end()), None);
        // A file that accepts nothing, as on a full disk.
        let part_file = folder.path().join(".full");
        fs::write(&part_file, "").unwrap();
        let file = NamedTempFile::from_parts(fs::File::open(&part_file).unwrap(), tempfile::TempPath::try_from_path(&part_file).unwrap());
        writer.open = Some(OpenFile { export: ID, path: path.clone(), file });
        assert!(matches!(writer.step(ID, part("one")), Some(ExportAnswer::Failed(text)) if text.why.contains("no partial file is left")));
        assert_eq!(names(&folder), Vec::<String>::new());
        assert!(matches!(writer.step(ID, begin(&folder.path().join("no/list.csv"))), Some(ExportAnswer::Failed(_))));
        assert!(notes.try_recv().is_err(), "only what was written is journalled");
    }

    #[test]
    fn home_is_understood() {
        let home = Path::new("/home/tan");
        assert_eq!(at_home("~/list.csv", Some(home)), Path::new("/home/tan/list.csv"));
        assert_eq!(at_home("list~.csv", Some(home)), Path::new("list~.csv"));
        assert_eq!(at_home("~/list.csv", None), Path::new("~/list.csv"));
    }
}
