//! Reading the file from the disk, if it may be trusted.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::permissions::{access, shell_quoted};
use super::read::{InlineKeys, read_with};
use super::{Config, KeySource, Mistake};

/// A file that was read: what is right in it and what is not.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Where it was.
    pub path: PathBuf,
    /// What is right.
    pub config: Config,
    /// What is not, in the order of the file.
    pub mistakes: Vec<Mistake>,
}

/// Why the file cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is none; the program can start without.
    #[error("there is no configuration `{}`", path.display())]
    NotFound {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("the configuration `{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// It is a folder.
    #[error("`{}` is a folder, not a configuration file", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// Others can change it, and so could send the key to another address.
    #[error("others can change the configuration `{}`: run `chmod go-w {}`", path.display(), shell_quoted(path))]
    Writable {
        /// The file.
        path: PathBuf,
    },
    /// It is another user's.
    #[error("the configuration `{}` belongs to another user (uid {owner}): it must be yours or root's", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// It is too long to be a configuration.
    #[error("`{}` is longer than {} KiB: is it a configuration?", path.display(), LONGEST / 1024)]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// It is not UTF-8.
    #[error("the configuration `{}` is not UTF-8 at line {line}, column {column}: save it as UTF-8", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The character of that line, from 1.
        column: usize,
    },
}

/// Hundreds of campaigns fit; a device or a log named by accident does not fill the memory.
const LONGEST: u64 = 1024 * 1024;

impl LoadError {
    /// Whether there simply is no file: then the program shows its start screen.
    pub fn is_not_found(&self) -> bool {
        matches!(self, LoadError::NotFound { .. })
    }
}

/// Reads a configuration from the disk. A key that stands in it counts only when no one else can
/// read the file; relative key files are looked for beside it, and `~/` is the home folder.
///
/// # Errors
/// When there is none, when it cannot be read, or when others could have changed it.
pub fn load(path: &Path) -> Result<Loaded, LoadError> {
    let unreadable = |source| LoadError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => LoadError::NotFound { path: path.to_owned() },
        _ => unreadable(error),
    })?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(LoadError::Folder { path: path.to_owned() });
    }
    let access = access(&file).map_err(unreadable)?;
    if let Some(owner) = access.foreign_owner {
        return Err(LoadError::Foreign { path: path.to_owned(), owner });
    }
    if access.others_write {
        return Err(LoadError::Writable { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST {
        return Err(LoadError::TooLong { path: path.to_owned() });
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let (line, column) = super::read::place_at_end(&before);
        LoadError::NotUtf8 { path: path.to_owned(), line, column }
    })?;
    let inline = if access.others_read { InlineKeys::Refused { file: path } } else { InlineKeys::Allowed };
    let (mut config, mistakes) = read_with(text, inline);
    for campaign in &mut config.campaigns {
        if let KeySource::File(file) = &mut campaign.key {
            *file = beside(path, file);
        }
    }
    Ok(Loaded { path: path.to_owned(), config, mistakes })
}

fn beside(config: &Path, file: &Path) -> PathBuf {
    if let Ok(below_home) = file.strip_prefix("~")
        && let Ok(home) = etcetera::home_dir()
    {
        return home.join(below_home);
    }
    config.parent().map_or_else(|| file.to_owned(), |folder| folder.join(file))
}
