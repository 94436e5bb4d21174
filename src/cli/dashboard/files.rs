//! Files of messages for the dashboard: read, checked and corrected on a thread of their own, so that neither a slow disk nor
//! a pipe without an end keeps a key waiting. A newer request ends the one before.

use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf, is_separator};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use super::super::file::{self, GivenFile, ReadFile, Unread, corrected_name};
use super::export::typed_path;
use crate::action::FileRules;
use crate::postman::Explanation;
use crate::tui::{Event, FileAnswer, FileRequest, FileStep, FoundFile, Waker};

/// How often the progress is reported.
const PROGRESS: Duration = Duration::from_millis(100);

/// How many names of a folder are looked at for a completion.
const MOST_NAMES: usize = 20_000;

/// The threads that read files, and their answers.
pub(super) struct Files {
    waker: Waker,
    answers: (Sender<Event>, Receiver<Event>),
    /// Ends the newest reading.
    newest: Arc<AtomicBool>,
}

impl Files {
    /// Answers wake the loop with `waker`.
    pub fn new(waker: Waker) -> Self {
        Self { waker, answers: mpsc::channel(), newest: Arc::default() }
    }

    /// Begins a step on a thread of its own. Nobody waits for it at the end of the program: a pipe may never say a word.
    pub fn take(&mut self, request: FileRequest, step: FileStep) {
        self.newest.store(true, Ordering::Relaxed);
        self.newest = Arc::default();
        let job = FileJob { request, outbox: self.answers.0.clone(), waker: self.waker.clone(), is_ended: Arc::clone(&self.newest) };
        if matches!(step, FileStep::Leave) {
            return;
        }
        let begun = std::thread::Builder::new().name("file".to_owned()).spawn(move || job.work(step));
        if let Err(error) = begun {
            let why = format!("the system could not start a thread: {error}");
            let text = Explanation::new("The file was not read", why, "Close other programs and try again.");
            // The loop looks for answers after every effect.
            let _ = self.answers.0.send(Event::File { request, answer: FileAnswer::Failed(text) });
        }
    }

    /// The next answer.
    pub fn answer(&mut self) -> Option<Event> {
        self.answers.1.try_recv().ok()
    }
}

/// A request, and the way back.
struct FileJob {
    request: FileRequest,
    outbox: Sender<Event>,
    waker: Waker,
    is_ended: Arc<AtomicBool>,
}

impl FileJob {
    fn work(self, step: FileStep) {
        let answer = match step {
            FileStep::Leave => return,
            FileStep::Complete { typed } => {
                let (path, names) = completed(&typed);
                FileAnswer::Completed { path, names }
            }
            FileStep::Check { path, rules } => match file::read(&GivenFile::Path(typed_path(&path)), *rules, self.progress()) {
                Ok(ReadFile { checked, source }) => FileAnswer::Checked(FoundFile { path, checked: Arc::new(checked), source }),
                Err(Unread::Cancelled) => return,
                Err(Unread::Failed(failure)) => FileAnswer::Failed(failure.text),
            },
            FileStep::Correct { file, rules } => match corrected(&file, *rules, self.progress()) {
                Ok(copy) => FileAnswer::Corrected(copy),
                Err(Unread::Cancelled) => return,
                Err(Unread::Failed(failure)) => FileAnswer::Failed(failure.text),
            },
        };
        self.tell(answer);
    }

    fn tell(&self, answer: FileAnswer) {
        // Without the loop nobody waits for it any more.
        if self.outbox.send(Event::File { request: self.request, answer }).is_ok() {
            self.waker.wake();
        }
    }

    /// Reports how much was read, and says whether to go on.
    fn progress(&self) -> impl FnMut(u64, Option<u64>) -> bool + '_ {
        let mut reported = Instant::now();
        move |bytes, of| {
            if reported.elapsed() >= PROGRESS {
                reported = Instant::now();
                self.tell(FileAnswer::Read { bytes, of });
            }
            !self.is_ended.load(Ordering::Relaxed)
        }
    }
}

/// Writes the corrected copy of a file beside it, and checks that.
fn corrected(found: &FoundFile, rules: FileRules, progress: impl FnMut(u64, Option<u64>) -> bool) -> Result<FoundFile, Unread> {
    let file = ReadFile { checked: (*found.checked).clone(), source: found.source.clone() };
    let to = corrected_name(&file);
    let copy = file::write_corrected(&file, rules, &to, progress)?;
    // As its user would type it: beside the path that was typed.
    let name = to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let path = match found.path.rfind(is_separator) {
        Some(end) => format!("{}{name}", found.path.get(..=end).unwrap_or_default()),
        None => name,
    };
    Ok(FoundFile { path, checked: Arc::new(copy.checked), source: copy.source })
}

/// What a path can be completed to, as far as it is certain, and all names that begin like it: folders and CSV files, or
/// where there are none of these, any.
fn completed(typed: &str) -> (String, Vec<String>) {
    let typed = if typed == "~" { format!("~{MAIN_SEPARATOR}") } else { typed.to_owned() };
    let begin = typed.rfind(is_separator).map_or(0, |end| end + 1);
    let (folder, beginning) = typed.split_at(begin);
    let place = if folder.is_empty() { PathBuf::from(".") } else { typed_path(folder) };
    let mut names = names_in(&place, beginning);
    if names.iter().any(|name| is_likely(name)) {
        names.retain(|name| is_likely(name));
    }
    names.sort_unstable();
    let common = match names.as_slice() {
        [] => beginning,
        [first, others @ ..] => others.iter().fold(first.as_str(), |common, name| common_beginning(common, name)),
    };
    (format!("{folder}{common}"), names)
}

/// The names in a folder that begin like this; folders with a separator at their end.
fn names_in(folder: &Path, beginning: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.take(MOST_NAMES).filter_map(Result::ok);
    let named = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        // A hidden file is only meant where its dot was typed.
        let is_meant = name.starts_with(beginning) && (beginning.starts_with('.') || !name.starts_with('.'));
        // A link to a folder is one.
        let is_folder = is_meant && fs::metadata(entry.path()).is_ok_and(|about| about.is_dir());
        is_meant.then(|| if is_folder { format!("{name}{MAIN_SEPARATOR}") } else { name })
    });
    named.collect()
}

/// Whether it is a folder or a CSV file.
fn is_likely(name: &str) -> bool {
    name.ends_with(is_separator) || Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

fn common_beginning<'a>(one: &'a str, other: &str) -> &'a str {
    let same = one.char_indices().zip(other.chars()).find(|((_, left), right)| left != right).map(|((at, _), _)| at);
    let end = same.unwrap_or_else(|| one.len().min(other.len()));
    one.get(..end).unwrap_or(one)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::tui::{WakeReceiver, wake_pair};

    const GOOD: &str = "recipient,language,name\n6580001234,english,Tan\n";
    const BAD: &str = "\u{feff}recipient;language;name\r\n+65 8000 1234;english;Tan \r\n";

    fn files() -> (Files, WakeReceiver) {
        let (waker, woken) = wake_pair().unwrap();
        (Files::new(waker), woken)
    }

    /// The answer that ends a request.
    fn last(files: &Files) -> (FileRequest, FileAnswer) {
        loop {
            let Event::File { request, answer } = files.answers.1.recv().unwrap() else { panic!("nothing else is answered") };
            if !matches!(answer, FileAnswer::Read { .. }) {
                return (request, answer);
            }
        }
    }

    fn check(path: &Path) -> FileStep {
        FileStep::Check { path: path.display().to_string(), rules: Box::new(FileRules::default()) }
    }

    #[test]
    fn a_file_is_checked_corrected_and_checked_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clinic nov.csv");
        fs::write(&path, BAD).unwrap();
        let (mut files, _woken) = files();
        files.take(FileRequest(1), check(&path));
        let (FileRequest(1), FileAnswer::Checked(found)) = last(&files) else { panic!("it is checked") };
        assert!(!found.checked.mistakes().is_empty());
        files.take(FileRequest(2), FileStep::Correct { file: found, rules: Box::new(FileRules::default()) });
        let (FileRequest(2), FileAnswer::Corrected(copy)) = last(&files) else { panic!("it is corrected") };
        assert_eq!(copy.path, folder.path().join("clinic nov-corrected.csv").display().to_string());
        assert!(copy.checked.mistakes().is_empty(), "{:?}", copy.checked.mistakes());
        // Lines end as they did.
        assert_eq!(fs::read_to_string(&copy.path).unwrap(), GOOD.replace('\n', "\r\n"));
        assert_eq!(fs::read_to_string(&path).unwrap(), BAD);
    }

    #[test]
    fn one_that_is_not_there_is_explained() {
        let (mut files, _woken) = files();
        files.take(FileRequest(7), check(Path::new("/no/such/clinic.csv")));
        let (FileRequest(7), FileAnswer::Failed(why)) = last(&files) else { panic!("it is not there") };
        assert!(why.what.contains("clinic.csv"), "{why:?}");
    }

    /// A pipe that nobody writes to: the loop goes on, and a newer request is answered.
    #[cfg(unix)]
    #[test]
    fn a_pipe_without_a_word_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, path) = (folder.path().join("pipe.csv"), folder.path().join("clinic.csv"));
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600), 0).unwrap();
        fs::write(&path, GOOD).unwrap();
        let (mut files, _woken) = files();
        files.take(FileRequest(1), check(&pipe));
        files.take(FileRequest(2), FileStep::Leave);
        files.take(FileRequest(3), check(&path));
        assert!(matches!(last(&files), (FileRequest(3), FileAnswer::Checked(_))));
    }

    #[rstest]
    #[case("", "", &["clinic-dec.csv", "clinic-nov.csv", "lists/"])]
    #[case("c", "clinic-", &["clinic-dec.csv", "clinic-nov.csv"])]
    #[case("clinic-n", "clinic-nov.csv", &["clinic-nov.csv"])]
    #[case("l", "lists/", &["lists/"])]
    #[case("n", "notes.txt", &["notes.txt"])]
    #[case(".", ".hidden.csv", &[".hidden.csv"])]
    #[case("x", "x", &[])]
    #[case("none/x", "none/x", &[])]
    #[cfg(unix)]
    fn a_path_is_completed_as_far_as_it_is_certain(#[case] typed: &str, #[case] path: &str, #[case] names: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["clinic-nov.csv", "clinic-dec.csv", "notes.txt", ".hidden.csv"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("lists")).unwrap();
        let inside = |text: &str| format!("{}/{text}", folder.path().display());
        assert_eq!(completed(&inside(typed)), (inside(path), names.iter().map(|name| (*name).to_owned()).collect()));
    }
}
