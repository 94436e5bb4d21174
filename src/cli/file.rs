//! Files of messages: read once for their check, and written corrected. The check itself is pure
//! ([`FileChecker`]); here are the bytes.

use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use serde::Serialize;

use super::records::RecordWriter;
use super::{Exit, Failure, Format};
use crate::action::{CheckedFile, FileChecker, FileCorrector, FileMistake, FileRules, FileSource, LARGEST_FILE};
use crate::delivery::clean_line;
use crate::postman::Explanation;

/// How much is read at a time, in bytes: between two pieces it can be cancelled.
const PIECE: usize = 256 * 1024;

/// The name of a file that comes from standard input.
const INPUT_NAME: &str = "standard-input.csv";

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum GivenFile {
    /// A path.
    Path(PathBuf),
    /// Standard input.
    Input,
}

/// A file that was read to its end.
#[derive(Debug)]
pub(in crate::cli) struct ReadFile {
    /// What the check found.
    pub checked: CheckedFile,
    /// Where its bytes are, for the upload.
    pub source: FileSource,
}

/// Why there is no result.
#[derive(Debug)]
pub(in crate::cli) enum Unread {
    /// It was cancelled.
    Cancelled,
    /// It cannot be read, or its copy not be written.
    Failed(Failure),
}

impl From<Explanation> for Unread {
    /// What is wrong is the file that was named.
    fn from(text: Explanation) -> Self {
        Unread::Failed(Failure { text, exit: Exit::Usage })
    }
}

impl GivenFile {
    /// A file as an argument names it; `-` is standard input.
    pub fn of(argument: &str) -> Self {
        if argument == "-" { GivenFile::Input } else { GivenFile::Path(PathBuf::from(argument)) }
    }

    /// Its name, without its folders.
    pub fn name(&self) -> String {
        match self {
            // `.` and `/` have no name of their own.
            GivenFile::Path(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            GivenFile::Input => INPUT_NAME.to_owned(),
        }
    }

    /// The same for people.
    fn shown_name(&self) -> String {
        clean_line(&self.name()).into_owned()
    }
}

/// Checks a file whole. `progress` is told how many bytes were read, of how many where that is known, and says whether to
/// go on.
///
/// # Errors
/// It cannot be read, is larger than the API takes, or changes meanwhile; or it was cancelled.
pub(in crate::cli) fn read(
    given: &GivenFile,
    rules: FileRules,
    mut progress: impl FnMut(u64, Option<u64>) -> bool,
) -> Result<ReadFile, Unread> {
    let failed = |error: io::Error| Unread::from(unreadable(&given.shown_name(), &error));
    let mut checker = FileChecker::new(&given.name(), rules);
    let (mut input, about): (Box<dyn Read>, Option<(&PathBuf, Metadata)>) = match given {
        GivenFile::Input => (Box::new(io::stdin()), None),
        GivenFile::Path(path) => {
            let file = opened(path).map_err(failed)?;
            let about = file.metadata().map_err(failed)?;
            if about.is_dir() {
                return Err(Unread::from(is_a_folder(&given.shown_name())));
            }
            if file.is_terminal() {
                return Err(Unread::from(is_a_terminal(&given.shown_name())));
            }
            if about.is_file() { (Box::new(file), Some((path, about))) } else { (Box::new(Pipe(file)), None) }
        }
    };
    let total = about.as_ref().map(|(_, about)| about.len());
    if let Some(bytes) = total.filter(|bytes| *bytes > LARGEST_FILE) {
        return Err(Unread::from(too_large(&given.shown_name(), Some(bytes))));
    }
    // What comes through a pipe cannot be read twice.
    let mut kept = about.is_none().then(Vec::new);
    let (mut piece, mut bytes) = (vec![0; PIECE], 0);
    loop {
        if !progress(bytes, total) {
            return Err(Unread::Cancelled);
        }
        let read = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            // A pipe waits a little at a time, so that it can be cancelled.
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => continue,
            Err(error) => return Err(failed(error)),
        };
        bytes += read as u64;
        if bytes > LARGEST_FILE {
            return Err(Unread::from(too_large(&given.shown_name(), None)));
        }
        checker.feed(&piece[..read]);
        if let Some(kept) = &mut kept {
            kept.extend_from_slice(&piece[..read]);
        }
    }
    let source = match (about, kept) {
        (Some((path, before)), _) => {
            if fs::metadata(path).map_err(failed)?.has_changed_since(&before) || before.len() != bytes {
                return Err(Unread::from(changed(&given.shown_name())));
            }
            FileSource::Path(std::path::absolute(path).map_err(failed)?)
        }
        (None, kept) => FileSource::Memory(Bytes::from(kept.unwrap_or_default())),
    };
    Ok(ReadFile { checked: checker.finish(), source })
}

/// Opens a file. Opening a pipe that nobody writes to must not wait for its other end: nothing could end that, and whatever
/// came later would be read by the one who gave up. Elsewhere a pipe opened like this ends before it begins.
#[cfg(target_os = "linux")]
fn opened(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    fs::OpenOptions::new().read(true).custom_flags(i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0)).open(path)
}

#[cfg(not(target_os = "linux"))]
fn opened(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// A pipe or a device.
struct Pipe(File);

impl Read for Pipe {
    /// Reads what has come; [`io::ErrorKind::WouldBlock`] where nothing has within a moment.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !has_come(&self.0)? {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.0.read(into)
    }
}

/// Waits a moment for something to read, or for the end.
#[cfg(unix)]
fn has_come(file: &File) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let moment = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    Ok(poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&moment))? > 0)
}

/// There the reading itself waits.
#[cfg(not(unix))]
fn has_come(_file: &File) -> io::Result<bool> {
    Ok(true)
}

/// What shows that a file is no longer the same.
trait Changes {
    fn has_changed_since(&self, before: &Metadata) -> bool;
}

impl Changes for Metadata {
    fn has_changed_since(&self, before: &Metadata) -> bool {
        self.len() != before.len() || self.modified().ok() != before.modified().ok()
    }
}

/// Writes the file again without what can be corrected without a guess, under a name that does not exist yet, and checks
/// what it wrote. The original is only read. `progress` is told and asked as in [`read`]. Where this fails or is cancelled,
/// nothing is left.
///
/// # Errors
/// The file is no longer the one that was checked, or the copy cannot be written; or it was cancelled.
pub(in crate::cli) fn write_corrected(
    file: &ReadFile,
    rules: FileRules,
    to: &Path,
    mut progress: impl FnMut(u64, Option<u64>) -> bool,
) -> Result<ReadFile, Unread> {
    let name = to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let failed = |error: io::Error| Unread::Failed(unwritten(&clean_line(&name), &error));
    let (bytes, permissions) = match &file.source {
        FileSource::Memory(bytes) => (bytes.clone(), None),
        FileSource::Path(path) => {
            let read = || Ok((fs::read(path)?, fs::metadata(path)?.permissions()));
            let (bytes, permissions) = read().map_err(|error: io::Error| unreadable(&file.checked.shown_name(), &error))?;
            (Bytes::from(bytes), Some(permissions))
        }
    };
    let Some(mut corrector) = FileCorrector::of(&file.checked) else { return Err(not_correctable(&file.checked.shown_name()).into()) };
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Only its owner can read it until it is whole.
    let mut copy = tempfile::Builder::new().prefix(".corrected-").tempfile_in(folder).map_err(failed)?;
    let mut checker = FileChecker::new(&name, rules);
    let mut corrected = Vec::new();
    let mut write = |corrected: &mut Vec<u8>, copy: &mut tempfile::NamedTempFile| {
        checker.feed(corrected);
        let written = copy.write_all(corrected);
        corrected.clear();
        written
    };
    for (piece, begin) in bytes.chunks(PIECE).zip((0..).step_by(PIECE)) {
        if !progress(begin, Some(bytes.len() as u64)) {
            return Err(Unread::Cancelled);
        }
        corrector.feed(piece, &mut corrected);
        write(&mut corrected, &mut copy).map_err(failed)?;
    }
    if !corrector.finish(&mut corrected) {
        return Err(changed(&file.checked.shown_name()).into());
    }
    write(&mut corrected, &mut copy).map_err(failed)?;
    if let Some(permissions) = permissions {
        copy.as_file().set_permissions(permissions).map_err(failed)?;
    }
    copy.as_file().sync_all().map_err(failed)?;
    copy.persist_noclobber(to).map_err(|error| failed(error.error))?;
    let source = FileSource::Path(std::path::absolute(to).map_err(failed)?);
    Ok(ReadFile { checked: checker.finish(), source })
}

/// A name for the corrected copy that does not exist yet: beside the file, `clinic-corrected.csv`; of what came through a
/// pipe, in the current folder.
pub(in crate::cli) fn corrected_name(file: &ReadFile) -> PathBuf {
    let (folder, name) = match &file.source {
        FileSource::Path(path) => (path.parent().map(Path::to_path_buf).unwrap_or_default(), path.clone()),
        FileSource::Memory(_) => (PathBuf::new(), PathBuf::from(file.checked.name())),
    };
    let stem = name.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let names = std::iter::once(format!("{stem}-corrected.csv")).chain((2..).map(|number| format!("{stem}-corrected-{number}.csv")));
    let free = names.map(|name| folder.join(name)).find(|path| fs::symlink_metadata(path).is_err());
    free.unwrap_or_default()
}

/// The fields of a mistake.
pub(in crate::cli) const FIELDS: [&str; 4] = ["row", "column", "kind", "message"];

/// A mistake as a record.
#[derive(Serialize)]
pub(in crate::cli) struct MistakeRecord<'a> {
    row: Option<u32>,
    column: Option<&'a str>,
    kind: &'static str,
    message: &'a str,
}

impl<'a> MistakeRecord<'a> {
    /// One that a corrected copy is without: its message says what was done.
    pub fn corrected(mistake: FileMistake<'a>) -> Self {
        Self { message: mistake.kind.corrected_words().unwrap_or(mistake.words), ..Self::from(mistake) }
    }
}

impl<'a> From<FileMistake<'a>> for MistakeRecord<'a> {
    fn from(mistake: FileMistake<'a>) -> Self {
        Self { row: mistake.row, column: mistake.column, kind: mistake.kind.word(), message: mistake.words }
    }
}

/// Writes all mistakes of a file, by row.
pub(in crate::cli) fn write_mistakes(checked: &CheckedFile, format: Format, out: &mut impl io::Write) -> io::Result<()> {
    let mut records = RecordWriter::new(out, format, FIELDS);
    for mistake in checked.mistakes().by_row() {
        records.record(&MistakeRecord::from(mistake))?;
    }
    records.finish()
}

fn unreadable(name: &str, error: &io::Error) -> Explanation {
    let next = match error.kind() {
        io::ErrorKind::NotFound => "Check its name and folder.",
        io::ErrorKind::PermissionDenied => "Check who may read it.",
        _ => "Check the file and the disk, then try again.",
    };
    Explanation::new(format!("{name} cannot be read"), format!("The system says: {error}."), next)
}

fn is_a_folder(name: &str) -> Explanation {
    Explanation::new(format!("{name} is a folder"), "A CSV file is needed.", "Name the file in it.")
}

fn is_a_terminal(name: &str) -> Explanation {
    Explanation::new(format!("{name} is a terminal"), "Its keys are no file.", "Name a CSV file.")
}

fn too_large(name: &str, bytes: Option<u64>) -> Explanation {
    let has = bytes.map_or_else(|| "more than 40 MB".to_owned(), |bytes| format!("{:.1} MB", bytes as f64 / (1024.0 * 1024.0)));
    Explanation::new(
        format!("{name} is too large"),
        format!("It has {has}, and Postman takes 40 MB at most."),
        "Split it into several files, each with the header.",
    )
}

fn not_correctable(name: &str) -> Explanation {
    Explanation::new(
        format!("no corrected copy of {name} was written"),
        "Nothing in it can be corrected without a guess.",
        "Correct it where it was made.",
    )
}

fn changed(name: &str) -> Explanation {
    Explanation::new(
        format!("{name} changed while it was read"),
        "What was checked is not what the file is now.",
        "Wait until nothing writes to it, then check it again.",
    )
}

fn unwritten(name: &str, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::AlreadyExists {
        let what = format!("{name} exists already and was left as it is");
        return Failure::usage(what, "Give the copy another name: nothing is overwritten.");
    }
    let next = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "Make room on the disk, or choose another folder.",
        _ => "Check the folder, or choose another one.",
    };
    let why = format!("The system says: {error}. No part of it was kept.");
    Failure::new(Exit::of_file(error), format!("{name} was not written"), why, next)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const GOOD: &str = "recipient,language,name\n6580001234,english,Tan\n";
    const BAD: &str = "\u{feff}recipient;language;name\r\n+65 8000 1234;english;Tan \r\n";

    fn path(folder: &tempfile::TempDir, text: &str) -> PathBuf {
        let path = folder.path().join("clinic.csv");
        fs::write(&path, text).unwrap();
        path
    }

    fn read_path(path: &Path) -> Result<ReadFile, Unread> {
        read(&GivenFile::Path(path.to_owned()), FileRules::default(), |_, _| true)
    }

    fn copied(file: &ReadFile, to: &Path) -> Result<ReadFile, Unread> {
        write_corrected(file, FileRules::default(), to, |_, _| true)
    }

    fn why(unread: Result<ReadFile, Unread>) -> String {
        match unread {
            Err(Unread::Failed(failure)) => failure.text.in_full(),
            Err(Unread::Cancelled) => "cancelled".to_owned(),
            Ok(_) => "it was read".to_owned(),
        }
    }

    #[test]
    fn a_file_is_read_with_its_progress() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder, GOOD);
        let mut told = Vec::new();
        let read = read(&GivenFile::Path(path), FileRules::default(), |read, total| {
            told.push((read, total));
            true
        });
        let ReadFile { checked, source } = read.unwrap_or_else(|_| panic!("it is there"));
        let bytes = GOOD.len() as u64;
        assert_eq!(told, [(0, Some(bytes)), (bytes, Some(bytes))]);
        assert!(checked.upload(source).is_some_and(|file| file.name() == "clinic.csv" && file.rows() == 1));
    }

    #[test]
    fn what_cannot_be_read_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let missing = why(read_path(&folder.path().join("none.csv")));
        assert!(missing.contains("none.csv cannot be read") && missing.contains("Check its name"), "{missing}");
        assert!(why(read_path(folder.path())).contains("is a folder"));
        let large = folder.path().join("large.csv");
        File::create(&large).unwrap().set_len(LARGEST_FILE + 1).unwrap();
        assert!(why(read_path(&large)).contains("It has 40.0 MB, and Postman takes 40 MB at most."));
        let path = path(&folder, GOOD);
        let cancelled = read(&GivenFile::Path(path.clone()), FileRules::default(), |_, _| false);
        assert_eq!(why(cancelled), "cancelled");
        let changing = read(&GivenFile::Path(path.clone()), FileRules::default(), |read, _| {
            if read > 0 {
                fs::write(&path, format!("{GOOD}6580001235,english,Lim\n")).unwrap();
            }
            true
        });
        assert!(why(changing).contains("changed while it was read"));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_kept_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe.csv");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600), 0).unwrap();
        let to = path.clone();
        let writer = std::thread::spawn(move || fs::write(to, GOOD));
        let read = read_path(&path).unwrap_or_else(|_| panic!("it is read"));
        writer.join().unwrap().unwrap();
        assert_eq!(read.source, FileSource::Memory(Bytes::from_static(GOOD.as_bytes())));
    }

    #[test]
    fn a_corrected_copy_is_beside_the_file_and_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder, BAD);
        let file = read_path(&path).unwrap_or_else(|_| panic!("it is read"));
        assert!(!file.checked.mistakes().is_empty());
        let to = corrected_name(&file);
        assert_eq!(to.file_name().unwrap(), "clinic-corrected.csv");
        let copy = copied(&file, &to).unwrap_or_else(|_| panic!("it is written"));
        assert!(copy.checked.mistakes().is_empty(), "{:?}", copy.checked);
        assert_eq!(fs::read_to_string(&to).unwrap(), GOOD.replace('\n', "\r\n"));
        assert_eq!(fs::read_to_string(&path).unwrap(), BAD);
        // Nothing is overwritten.
        let again = why(copied(&file, &to));
        assert!(again.contains("nothing is overwritten"), "{again}");
        assert_eq!(corrected_name(&file).file_name().unwrap(), "clinic-corrected-2.csv");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left");
    }

    #[test]
    fn a_folder_is_named_as_it_was_typed() {
        assert!(why(read_path(Path::new("."))).starts_with(". is a folder."));
        assert!(why(read_path(Path::new("/"))).starts_with("/ is a folder."));
    }

    #[test]
    fn a_copy_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder, &BAD.repeat(2 * PIECE / BAD.len()));
        let file = read_path(&path).unwrap_or_else(|_| panic!("it is read"));
        let given_up = write_corrected(&file, FileRules::default(), &corrected_name(&file), |bytes, of| bytes == 0 && of > Some(0));
        assert_eq!(why(given_up), "cancelled");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[rstest]
    #[case::changed("recipient;language\n")]
    #[case::of_the_same_length("\u{feff}recipient;language;name\r\n+65 8000 9999;english;Tan \r\n")]
    fn a_file_that_changed_is_not_corrected(#[case] text: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder, BAD);
        let file = read_path(&path).unwrap_or_else(|_| panic!("it is read"));
        fs::write(&path, text).unwrap();
        assert!(copied(&file, &corrected_name(&file)).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_that_nobody_writes_to_can_be_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe.csv");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600), 0).unwrap();
        let mut asked = 0;
        let given_up = read(&GivenFile::Path(path.clone()), FileRules::default(), |_, _| {
            asked += 1;
            asked < 3
        });
        assert_eq!(why(given_up), "cancelled");
        // What is written afterwards is all there for the next one.
        let to = path.clone();
        let writer = std::thread::spawn(move || fs::write(to, GOOD));
        let read = read_path(&path).unwrap_or_else(|_| panic!("it is read"));
        writer.join().unwrap().unwrap();
        assert_eq!(read.source, FileSource::Memory(Bytes::from_static(GOOD.as_bytes())));
    }

    /// A disk that is full: the device takes nothing.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_takes_nothing_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder, BAD);
        let file = read_path(&path).unwrap_or_else(|_| panic!("it is read"));
        let error = why(copied(&file, Path::new("/proc/clinic-corrected.csv")));
        assert!(error.contains("clinic-corrected.csv was not written"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), BAD);
    }
}
