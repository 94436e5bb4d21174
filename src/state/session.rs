//! What the dashboard showed when it was closed, so that the next start begins there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::StateError;
use super::folder::{prepare, sync_names};

/// The file's name in the state folder.
pub(super) const FILE_NAME: &str = "session.json";

/// Hundreds of campaigns with their filters fit; a longer file is something else.
const LONGEST: u64 = 256 * 1024;

/// What the dashboard showed when it was closed. It holds names from the configuration and words of the program, but
/// no recipient, text or part of a number: searches are forgotten.
///
/// Missing fields keep their defaults, and unknown ones are ignored, so that versions of the program can share it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The configured name of the campaign on the screen.
    pub campaign: Option<String>,
    /// The name of the view.
    pub view: Option<String>,
    /// What each campaign's list showed, by the campaign's configured name.
    pub filters: BTreeMap<String, SavedFilter>,
    /// How each view's table was sorted and laid out, by the view's name.
    pub tables: BTreeMap<String, SavedTable>,
    /// The filters with a name, in the order of the menu.
    pub named_filters: Vec<SavedNamedFilter>,
    /// The commands that were typed, the newest first.
    pub recent_commands: Vec<String>,
}

/// How a table was sorted, and which columns it had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedTable {
    /// The name of the column that it was sorted by; `None` for the default order.
    pub ordered_by: Option<String>,
    /// Whether the smallest came first.
    pub rising: bool,
    /// The names of its columns from left to right, including hidden ones; empty for the default ones.
    pub columns: Vec<String>,
    /// Which of them were hidden.
    pub hidden: Vec<String>,
}

/// A named filter, for every campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedNamedFilter {
    /// Its name; never a number.
    pub name: String,
    /// What it shows.
    pub filter: SavedFilter,
}

/// Which messages a list showed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedFilter {
    /// In one of these statuses, by the API's words.
    pub statuses: Vec<String>,
    /// What earlier versions wrote for everything on the way, overdue or not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub open_only: bool,
    /// In one of these classes; with statuses given, either is enough.
    pub classes: Vec<String>,
    /// Failed with one of these codes.
    pub errors: Vec<String>,
    /// Of the batches with these ids.
    pub batches: Vec<String>,
    /// Whatever the time, by a person's choice: without it, and without the times below, the window was not chosen.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all_times: bool,
    /// Begun at or after this moment: a time, a duration back from now, or `today`.
    pub since: Option<String>,
    /// Begun before this moment.
    pub until: Option<String>,
}

impl Session {
    /// Reads the session of a state folder; `None` where there is none.
    ///
    /// # Errors
    /// If it cannot be read, or is something else. The program works without it.
    pub fn load(folder: &Path) -> Result<Option<Session>, StateError> {
        let path = folder.join(FILE_NAME);
        let failed = |source| StateError::Session { path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut text = Vec::new();
        file.take(LONGEST + 1).read_to_end(&mut text).map_err(failed)?;
        if text.len() as u64 > LONGEST {
            return Err(failed(io::Error::other("it is too long for a session")));
        }
        // The error leaves out what serde would quote from a file that is something else.
        serde_json::from_slice(&text).map(Some).map_err(|_| failed(io::Error::other("it is damaged or not a session")))
    }

    /// Writes it, for its owner only; an existing file is replaced atomically.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn save(&self, folder: &Path) -> Result<(), StateError> {
        prepare(folder)?;
        let path = folder.join(FILE_NAME);
        let failed = |source| StateError::Session { path: path.clone(), source };
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        // tempfile makes files that only their owner can read.
        let mut file = tempfile::Builder::new().prefix(FILE_NAME).tempfile_in(folder).map_err(failed)?;
        file.write_all(&text).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        sync_names(folder).map_err(failed)
    }

    /// Forgets the session of a state folder.
    ///
    /// # Errors
    /// If the file exists and cannot be removed.
    pub fn forget(folder: &Path) -> Result<(), StateError> {
        let path = folder.join(FILE_NAME);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(StateError::Session { path, source }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        let filter = SavedFilter {
            statuses: vec!["failure".to_owned()],
            batches: vec!["b-1".to_owned()],
            since: Some("2h".to_owned()),
            ..SavedFilter::default()
        };
        Session {
            campaign: Some("Clinic reminders".to_owned()),
            view: Some("failures".to_owned()),
            named_filters: vec![SavedNamedFilter { name: "late".to_owned(), filter: filter.clone() }],
            filters: [("Clinic reminders".to_owned(), filter)].into(),
            tables: [("batches".to_owned(), SavedTable { ordered_by: Some("failed".to_owned()), ..SavedTable::default() })].into(),
            recent_commands: vec!["unlock".to_owned()],
        }
    }

    #[test]
    fn what_was_saved_is_loaded_again() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("new");
        assert_eq!(Session::load(&place).unwrap(), None);
        session().save(&place).unwrap();
        assert_eq!(Session::load(&place).unwrap(), Some(session()));
        Session::default().save(&place).unwrap();
        assert_eq!(Session::load(&place).unwrap(), Some(Session::default()), "replaced");
        assert_eq!(fs::read_dir(&place).unwrap().count(), 1, "nothing is left next to it");
        Session::forget(&place).unwrap();
        Session::forget(&place).unwrap();
        assert_eq!(Session::load(&place).unwrap(), None);
    }

    #[test]
    fn a_file_of_another_version_is_taken_as_far_as_it_is_known() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), r#"{"campaign":"A","colours":["red"],"filters":{"A":{"open_only":true}}}"#).unwrap();
        let session = Session::load(folder.path()).unwrap().unwrap();
        assert_eq!(session.campaign.as_deref(), Some("A"));
        assert!(session.filters["A"].open_only);
    }

    #[test]
    fn what_is_no_session_is_refused_without_quoting_it() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "6580001234", r#"{"filters":["6580001234"]}"#, &"x".repeat(300_000)] {
            fs::write(folder.path().join(FILE_NAME), text).unwrap();
            let error = Session::load(folder.path()).unwrap_err();
            let reported = format!("{} {error:?}", error.explained());
            assert!(reported.contains("session.json") && !reported.contains("6580001234"), "{reported}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        session().save(folder.path()).unwrap();
        let mode = fs::metadata(folder.path().join(FILE_NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
