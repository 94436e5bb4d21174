//! The file on the disk: where it is, who can read and change it, and reading it if it can be trusted.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use zeroize::Zeroizing;

use super::read::{InlineKeys, read_with};
use super::{CampaignConfig, Config, KeySource, Mistake};

/// The file's path: the one given, else `$POSTWATCH_CONFIG`, else `postwatch/config.toml` in the
/// platform's configuration folder (`$XDG_CONFIG_HOME` or `~/.config`; `%APPDATA%` on Windows).
/// Without a home folder it is a name that no file can have, so that nothing is read by accident
/// from the current folder.
pub fn path(explicit: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> PathBuf {
    if let Some(path) = explicit {
        return path.to_owned();
    }
    if let Some(path) = env("POSTWATCH_CONFIG").filter(|path| !path.is_empty()) {
        return PathBuf::from(path);
    }
    let folder = etcetera::choose_base_strategy().map_or_else(|_| PathBuf::from("/nowhere"), |base| base.config_dir());
    folder.join("postwatch").join("config.toml")
}

/// A file that was read: its valid part and its mistakes.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Where it was.
    pub path: PathBuf,
    /// The valid part.
    pub config: Config,
    /// The mistakes, in the order of the file.
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
    /// It belongs to another user.
    #[error("the configuration `{}` belongs to another user (uid {owner}): it must be yours or root's", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its owner.
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

/// Hundreds of campaigns fit; a device or a log named by mistake does not fill the memory.
const LONGEST: u64 = 1024 * 1024;

impl LoadError {
    /// Whether there is simply no file: then the program shows its start screen.
    pub fn is_not_found(&self) -> bool {
        matches!(self, LoadError::NotFound { .. })
    }
}

/// Reads a configuration from the disk. A key written in it counts only when no one else can read
/// the file; relative key files and programs are looked for next to it, and `~/` is the home folder.
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
    // It may hold a key, and a growing buffer would leave an unwiped copy behind.
    let room = usize::try_from(file.metadata().map_or(0, |known| known.len()).min(LONGEST)).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room + 1));
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST {
        return Err(LoadError::TooLong { path: path.to_owned() });
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let (line, column) = super::read::position_at_end(&before);
        LoadError::NotUtf8 { path: path.to_owned(), line, column }
    })?;
    let inline = if access.others_read { InlineKeys::Refused { file: path } } else { InlineKeys::Allowed };
    let (mut config, mistakes) = read_with(text, inline);
    if let Some(folder) = path.parent() {
        config.campaigns.iter_mut().for_each(|campaign| campaign.find_key_beside(folder));
    }
    Ok(Loaded { path: path.to_owned(), config, mistakes })
}

impl CampaignConfig {
    /// Looks for a relative key file or program in the configuration's folder; `~/` is the home folder.
    pub fn find_key_beside(&mut self, folder: &Path) {
        match &mut self.key {
            KeySource::File(file) => *file = beside(folder, file),
            KeySource::Command(command) => {
                // A bare name is looked for on the `PATH`.
                if let Some(program) = command.first_mut().filter(|program| program.contains('/'))
                    && let Some(found) = beside(folder, Path::new(program.as_str())).to_str()
                {
                    *program = found.to_owned();
                }
            }
            KeySource::Inline(_) | KeySource::Env(_) => {}
        }
    }
}

fn beside(folder: &Path, file: &Path) -> PathBuf {
    if let Ok(below_home) = file.strip_prefix("~")
        && let Ok(home) = etcetera::home_dir()
    {
        return home.join(below_home);
    }
    folder.join(file)
}

/// What the operating system says about an open file's owner and access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Access {
    /// The owner's user id, if the owner is neither this user nor root.
    pub foreign_owner: Option<u32>,
    /// Whether anyone but the owner can write it.
    pub others_write: bool,
    /// Whether anyone but the owner can read it.
    pub others_read: bool,
}

/// The access to an open file: read from the handle, so that nothing can change in between.
#[cfg(unix)]
pub(super) fn access(file: &File) -> io::Result<Access> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata()?;
    let owner = metadata.uid();
    let trusted = owner == 0 || owner == rustix::process::geteuid().as_raw();
    Ok(Access {
        foreign_owner: (!trusted).then_some(owner),
        others_write: metadata.mode() & 0o022 != 0,
        others_read: metadata.mode() & 0o044 != 0,
    })
}

/// Elsewhere access lists are up to the platform: profiles are private by default.
#[cfg(not(unix))]
pub(super) fn access(_file: &File) -> io::Result<Access> {
    Ok(Access { foreign_owner: None, others_write: false, others_read: false })
}

/// A path as it can be typed into a POSIX shell.
pub(crate) fn shell_quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+,@%".contains(letter);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return text;
    }
    let dash = if text.starts_with('-') { "./" } else { "" };
    format!("'{dash}{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use secrecy::ExposeSecret;
    use std::fs;

    #[test]
    fn the_option_wins_over_the_variable_and_the_variable_over_the_platform() {
        let env = |name: &str| (name == "POSTWATCH_CONFIG").then(|| "/from/env.toml".to_owned());
        assert_eq!(path(Some(Path::new("given.toml")), env), Path::new("given.toml"));
        assert_eq!(path(None, env), Path::new("/from/env.toml"));
        assert!(path(None, |_| None).ends_with("postwatch/config.toml"));
        assert!(path(None, |_| Some(String::new())).ends_with("postwatch/config.toml"));
    }

    const KEY: &str = "key_test_canary0123456789";

    fn campaign(key: &str) -> String {
        format!("[[campaigns]]\nname = \"A\"\nid = \"campaign_a\"\nenvironment = \"test\"\nkey = {key}\n")
    }

    fn file(folder: &Path, name: &str, text: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn no_file_is_told_apart_from_a_file_that_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(load(&folder.path().join("config.toml")).unwrap_err().is_not_found());
        assert!(matches!(load(folder.path()), Err(LoadError::Folder { .. } | LoadError::Unreadable { .. })));
    }

    #[test]
    fn what_is_not_utf8_tells_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "c.toml", b"# caf\xc3\xa9\nname = \"caf\xe9\"\n", 0o600);
        let error = load(&path).unwrap_err().to_string();
        assert!(error.ends_with("is not UTF-8 at line 2, column 12: save it as UTF-8"), "{error}");
    }

    #[test]
    fn a_file_without_end_is_not_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "c.toml", vec![b'#'; 1024 * 1024 + 1], 0o600);
        assert!(matches!(load(&path), Err(LoadError::TooLong { .. })));
    }

    #[test]
    fn a_key_file_is_looked_for_beside_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "a.key", format!("{KEY}\r\n"), 0o600);
        let path = file(folder.path(), "c.toml", campaign("{ file = \"a.key\" }"), 0o644);
        let key = load(&path).unwrap().config.campaigns[0].key.read(|_| None).unwrap();
        assert_eq!(key.expose_secret(), KEY);
    }

    #[test]
    fn a_key_file_below_the_home_folder_can_be_named_with_a_tilde() {
        let found = beside(Path::new("/etc"), Path::new("~/a.key"));
        assert_eq!(found, etcetera::home_dir().unwrap().join("a.key"));
        assert_eq!(beside(Path::new("/etc"), Path::new("/a.key")), Path::new("/a.key"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_write_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o620, 0o602, 0o666] {
            let path = file(folder.path(), "c.toml", campaign("{ env = \"A\" }"), mode);
            let error = load(&path).unwrap_err();
            assert!(matches!(error, LoadError::Writable { .. }), "{mode:o}");
            assert!(error.to_string().ends_with(&format!("run `chmod go-w {}`", shell_quoted(&path))), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_in_the_file_counts_only_when_no_one_else_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let text = campaign(&format!("\"{KEY}\""));
        let private = load(&file(folder.path(), "c.toml", &text, 0o600)).unwrap();
        assert_eq!((private.config.campaigns.len(), private.mistakes.len()), (1, 0));
        for mode in [0o640, 0o604] {
            let path = file(folder.path(), "c.toml", &text, mode);
            let loaded = load(&path).unwrap();
            assert_eq!((loaded.config.campaigns.len(), loaded.config.broken.len()), (0, 1), "{mode:o}");
            let mistake = loaded.mistakes[0].to_string();
            assert!(mistake.starts_with("line 5, column 7: the key is in a file that others can read"), "{mistake}");
            assert!(mistake.contains(&format!("chmod 600 {}", shell_quoted(&path))) && !mistake.contains("canary"), "{mistake}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn another_users_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "c.toml", campaign("{ env = \"A\" }"), 0o600);
        // Only root can give a file away; for others there is nothing to test.
        if std::os::unix::fs::chown(&path, Some(54_321), None).is_ok() {
            assert!(matches!(load(&path), Err(LoadError::Foreign { owner: 54_321, .. } | LoadError::Unreadable { .. })));
        }
    }

    #[rstest]
    #[case("/home/ann/.config/postwatch/config.toml", "/home/ann/.config/postwatch/config.toml")]
    #[case("/home/ann/my files/c.toml", "'/home/ann/my files/c.toml'")]
    #[case("it's", r"'it'\''s'")]
    #[case("-rf", "'./-rf'")]
    fn a_path_can_be_pasted_into_a_shell(#[case] path: &str, #[case] quoted: &str) {
        assert_eq!(shell_quoted(Path::new(path)), quoted);
    }
}
