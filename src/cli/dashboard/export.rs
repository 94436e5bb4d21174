//! Files that a person asks for: never over one that is there, and for nobody else to read.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::postman::Explanation;

/// Writes a file that does not exist yet.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = new_file(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// What is told of an export.
pub(super) fn told(path: &Path, detail: &str, written: &io::Result<()>) -> Explanation {
    let path = path.display();
    let (what, why, next) = match written {
        Ok(()) => (format!("Exported to {path}: {detail}."), String::new(), String::new()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            (format!("Nothing was exported: {path} is there already."), String::new(), "Export it again under another name.".to_owned())
        }
        Err(error) => (format!("Nothing was exported to {path}."), error.to_string(), "Export it again to another folder.".to_owned()),
    };
    Explanation { what, why, next, trace_id: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.csv");
        write(&path, "one").unwrap();
        let again = write(&path, "two");
        assert!(told(&path, "results, 1 row", &again).what.ends_with("is there already."));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
