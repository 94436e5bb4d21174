//! Where an API key comes from, and reading it from there.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::CommandError;
use super::command::{first_line, first_line_unasked};
use super::file::{access, shell_quoted};
use super::mistake::{holds_key, shown};

/// Where a campaign's API key comes from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// In the configuration itself, which no one else can read.
    Inline(SecretString),
    /// The environment variable of this name.
    Env(String),
    /// A file that holds nothing else, and that only its owner can read.
    File(PathBuf),
    /// The first line that this program prints, called with these arguments and without a shell.
    Command(Vec<String>),
}

/// Why there is no key. Its text never holds the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The variable is not set.
    #[error("the environment variable `{variable}` is not set: put the campaign's API key into it")]
    NotSet {
        /// The variable's name.
        variable: String,
    },
    /// The key file does not exist.
    #[error("there is no key file `{}`", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// The key file cannot be read.
    #[error("the key file `{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Others can read or change the key file.
    #[error("others can read or change the key file `{}`: run `chmod 600 {}`", path.display(), shell_quoted(path))]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The key file belongs to another user.
    #[error("the key file `{}` belongs to another user (uid {owner}): it must be yours or root's", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// The command printed none.
    #[error("the command printed no key")]
    Command(#[source] CommandError),
    /// The text found is not a key.
    #[error("the API key from {source_name} {flaw}")]
    NoKey {
        /// Where it came from.
        source_name: String,
        /// What is wrong with it.
        flaw: KeyFlaw,
    },
}

/// Why a text cannot be an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFlaw {
    /// Nothing but white space, or nothing at all.
    #[error("is empty")]
    Empty,
    /// Quotes or other signs around it, as in a shell script or a JSON file.
    #[error("has quotes or other signs around it: it must be the key alone")]
    Wrapped,
    /// A name or another word before it: `CLINIC_KEY=key_…`, `Bearer key_…`.
    #[error("has a name or another word before it: it must be the key alone")]
    Named,
    /// A UTF-16 file, as some editors write it.
    #[error("is saved as UTF-16: save it as UTF-8, or as plain text")]
    Utf16,
    /// White space between other characters.
    #[error("has white space inside: it must be the key alone, on one line")]
    WhiteSpace,
    /// Control characters or letters beyond ASCII, which cannot be sent.
    #[error("has characters that no key has: copy it again from the portal")]
    Characters,
    /// Longer than any key: some other file.
    #[error("is longer than any key: is this the right file?")]
    TooLong,
}

/// Longer than any key seen (well under 200 characters), and short enough to read in one go.
const LONGEST: usize = 4096;

impl KeySource {
    /// Reads the key, trimmed of the white space around it, and wipes the buffer. Reads the file, or runs the
    /// command, each time it is called.
    ///
    /// # Errors
    /// When there is no key, when it is not a key, or when others could read its file.
    pub fn read(&self, env: impl Fn(&str) -> Option<String>) -> Result<SecretString, KeyError> {
        match self {
            KeySource::Inline(key) => Ok(key.clone()),
            KeySource::Env(variable) => {
                let text = Zeroizing::new(env(variable).ok_or_else(|| KeyError::NotSet { variable: variable.clone() })?);
                checked(&text).map_err(|flaw| KeyError::NoKey { source_name: self.source_name(), flaw })
            }
            KeySource::File(path) => {
                let bytes = read_private(path)?;
                // The bytes themselves must not get into an error: a decoding error would quote them.
                let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0);
                let flaw = if is_utf16 { KeyFlaw::Utf16 } else { KeyFlaw::Characters };
                let text = std::str::from_utf8(&bytes).ok().filter(|_| !is_utf16).ok_or(flaw);
                text.and_then(checked).map_err(|flaw| KeyError::NoKey { source_name: self.source_name(), flaw })
            }
            KeySource::Command(command) => self.reported(first_line(command)),
        }
    }

    /// Reads the key again from a file or a command, which may give a different one; `None` for the others. A command
    /// cannot ask this time: the dashboard has the terminal.
    pub fn read_again(&self) -> Option<Result<SecretString, KeyError>> {
        match self {
            KeySource::Inline(_) | KeySource::Env(_) => None,
            KeySource::File(_) => Some(self.read(|_| None)),
            KeySource::Command(command) => Some(self.reported(first_line_unasked(command))),
        }
    }

    fn reported(&self, line: Result<Zeroizing<String>, CommandError>) -> Result<SecretString, KeyError> {
        let line = line.map_err(KeyError::Command)?;
        checked(&line).map_err(|flaw| KeyError::NoKey { source_name: self.source_name(), flaw })
    }

    /// Where the key comes from, in words: `` the environment variable `CLINIC_KEY` ``.
    pub fn source_name(&self) -> String {
        match self {
            KeySource::Inline(_) => "the configuration".to_owned(),
            KeySource::Env(variable) => format!("the environment variable `{variable}`"),
            KeySource::File(path) => format!("the file `{}`", path.display()),
            KeySource::Command(command) => format!("the command `{}`", shown(&command.join(" "))),
        }
    }
}

/// The key in a text, or why there is none.
pub(super) fn checked(text: &str) -> Result<SecretString, KeyFlaw> {
    let key = text.trim_start_matches('\u{feff}').trim();
    if key.is_empty() {
        return Err(KeyFlaw::Empty);
    }
    if key.len() >= LONGEST {
        return Err(KeyFlaw::TooLong);
    }
    if has_word_before(key) {
        return Err(KeyFlaw::Named);
    }
    if key.starts_with(WRAPPINGS) || key.ends_with(WRAPPINGS) {
        return Err(KeyFlaw::Wrapped);
    }
    if key.contains(char::is_whitespace) {
        return Err(KeyFlaw::WhiteSpace);
    }
    // A header cannot carry anything else.
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(KeyFlaw::Characters);
    }
    Ok(SecretString::from(key))
}

/// Signs copied together with a key. No key begins or ends with one.
const WRAPPINGS: &[char] = &['"', '\'', '`', '“', '”', '‘', '’', '«', '»', '<', '>', '(', ')', '[', ']', '{', '}', ',', ';'];

/// Whether something else comes before the key: `CLINIC_KEY=…`, `export CLINIC_KEY = …`, `key: key_…`, `Bearer key_…`.
fn has_word_before(text: &str) -> bool {
    let lower = text.trim_start_matches(WRAPPINGS).to_lowercase();
    if !holds_key(&lower) {
        let name = lower.split_once('=').filter(|(_, value)| !value.trim_matches('=').is_empty()).map(|(name, _)| name.trim());
        let name = name.map(|name| name.strip_prefix("export ").or_else(|| name.strip_prefix("set ")).unwrap_or(name).trim());
        let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return name.is_some_and(|name| !name.is_empty() && is_name(name));
    }
    // A sign before it has a mistake of its own.
    let before: String = lower.chars().take_while(|letter| letter.is_alphabetic()).collect();
    !before.is_empty() && !["key_live_", "key_prod_", "key_test_"].iter().any(|prefix| lower.starts_with(prefix))
}

fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => KeyError::NoFile { path: path.to_owned() },
        _ => unreadable(error),
    })?;
    let access = access(&file).map_err(unreadable)?;
    if let Some(owner) = access.foreign_owner {
        return Err(KeyError::Foreign { path: path.to_owned(), owner });
    }
    if access.others_read || access.others_write {
        return Err(KeyError::Exposed { path: path.to_owned() });
    }
    // Full capacity from the start: a growing buffer would leave an unwiped copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 2));
    file.take(LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use secrecy::ExposeSecret;
    use std::fs;

    const KEY: &str = "key_test_canary0123456789";

    #[rstest]
    #[case("", KeyFlaw::Empty)]
    #[case(" \t\r\n", KeyFlaw::Empty)]
    #[case("key_test_canary key_test_canary", KeyFlaw::WhiteSpace)]
    #[case("key_test_canary\nsecond line", KeyFlaw::WhiteSpace)]
    #[case("\"key_test_canary\"", KeyFlaw::Wrapped)]
    #[case("'key_test_canary'\n", KeyFlaw::Wrapped)]
    #[case("`key_test_canary`", KeyFlaw::Wrapped)]
    #[case("“key_test_canary”", KeyFlaw::Wrapped)]
    #[case("\"key_test_canary", KeyFlaw::Wrapped)]
    #[case("key_test_canary;", KeyFlaw::Wrapped)]
    #[case("<key_test_canary>", KeyFlaw::Wrapped)]
    #[case("\"canary of an unknown kind\"", KeyFlaw::Wrapped)]
    #[case("CLINIC_KEY=key_test_canary", KeyFlaw::Named)]
    #[case("CLINIC_KEY=\"key_test_canary\"", KeyFlaw::Named)]
    #[case("export CLINIC_KEY=key_test_canary", KeyFlaw::Named)]
    #[case("CLINIC_KEY = key_test_canary", KeyFlaw::Named)]
    #[case("CLINIC_KEY=canary0123", KeyFlaw::Named)]
    #[case("set CLINIC_KEY=canary0123", KeyFlaw::Named)]
    #[case("key: key_test_canary", KeyFlaw::Named)]
    #[case("Bearer key_test_canary", KeyFlaw::Named)]
    #[case("{\"key\":\"key_test_canary\"}", KeyFlaw::Named)]
    #[case("key_test_canary\u{7}", KeyFlaw::Characters)]
    #[case("key_test_canary…", KeyFlaw::Characters)]
    #[case("key\u{a0}canary", KeyFlaw::WhiteSpace)]
    fn what_is_no_key_is_explained_without_quoting_it(#[case] text: &str, #[case] expected: KeyFlaw) {
        assert_eq!(checked(text).map(|_| ()).unwrap_err(), expected);
        let source = KeySource::Env("A_KEY".to_owned());
        let error = source.read(|_| Some(text.to_owned())).unwrap_err();
        assert!(error.to_string().starts_with("the API key from the environment variable `A_KEY`"), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[rstest]
    #[case("key_test_canary==")]
    #[case("Zm9vYmFyLWNhbmFyeQ==")]
    #[case("key_test_a=b")]
    #[case("key_moon_0123456789")]
    #[case("AbC+/dEf-._~:01")]
    fn what_may_be_a_key_is_taken(#[case] text: &str) {
        assert_eq!(checked(text).unwrap().expose_secret(), text);
    }

    #[test]
    fn a_file_of_utf_16_is_told_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let written: Vec<u8> = format!("\u{feff}{KEY}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [&written[..], &written[2..]] {
            fs::write(&path, bytes).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            let error = KeySource::File(path.clone()).read(|_| None).unwrap_err();
            assert!(matches!(error, KeyError::NoKey { flaw: KeyFlaw::Utf16, .. }), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_and_a_command_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        fs::write(&path, KEY).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let file = KeySource::File(path.clone());
        let command = KeySource::Command(vec!["cat".to_owned(), path.display().to_string()]);
        for source in [&file, &command] {
            assert_eq!(source.read_again().unwrap().unwrap().expose_secret(), KEY);
        }
        fs::write(&path, "key_test_another").unwrap();
        for source in [&file, &command] {
            assert_eq!(source.read_again().unwrap().unwrap().expose_secret(), "key_test_another");
        }
        for source in [KeySource::Env("HOME".to_owned()), KeySource::Inline(KEY.into())] {
            assert!(source.read_again().is_none(), "nothing else can come of it");
        }
    }

    #[test]
    fn a_key_is_trimmed() {
        assert_eq!(checked(&format!("\u{feff} {KEY}\r\n")).unwrap().expose_secret(), KEY);
        assert_eq!(checked(&"k".repeat(5000)).map(|_| ()), Err(KeyFlaw::TooLong));
    }

    #[test]
    fn what_is_not_there_is_told_with_its_name() {
        let unset = KeySource::Env("A_KEY".to_owned()).read(|_| None).unwrap_err();
        assert_eq!(unset.to_string(), "the environment variable `A_KEY` is not set: put the campaign's API key into it");
        let folder = tempfile::tempdir().unwrap();
        let missing = KeySource::File(folder.path().join("a.key")).read(|_| None).unwrap_err();
        assert!(matches!(missing, KeyError::NoFile { .. }));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_key_file_is_read_into_never_grows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        for length in [0, 25, LONGEST - 1, LONGEST, LONGEST + 1, 20 * LONGEST] {
            fs::write(&path, "k".repeat(length)).unwrap();
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            let bytes: Zeroizing<Vec<u8>> = read_private(&path).unwrap();
            assert_eq!((bytes.len(), bytes.capacity()), (length.min(LONGEST + 1), LONGEST + 2));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        fs::write(&path, b"canary\xff").unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let error = KeySource::File(path).read(|_| None).unwrap_err();
        assert!(matches!(error, KeyError::NoKey { flaw: KeyFlaw::Characters, .. }));
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my key");
        fs::write(&path, KEY).unwrap();
        let source = KeySource::File(path.clone());
        for mode in [0o640, 0o604, 0o620, 0o602] {
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
            let error = source.read(|_| None).unwrap_err().to_string();
            assert!(error.ends_with(&format!("run `chmod 600 '{}'`", path.display())), "{mode:o}: {error}");
        }
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(source.read(|_| None).unwrap().expose_secret(), KEY);
    }
}
