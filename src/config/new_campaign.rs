//! A campaign that the user adds: checked by the rules of the file, and written into it with care.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};
use zeroize::Zeroizing;

use super::read::read;
use super::{CampaignConfig, LoadError, load};

/// A campaign as the user describes it, before it is in the file.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    /// The user's name for it.
    pub name: String,
    /// Where it is.
    pub server: NewServer,
    /// The API's id.
    pub id: String,
    /// Where its key is.
    pub key: NewKey,
    /// Whether actions are locked; `None` leaves it to the environment.
    pub read_only: Option<bool>,
}

/// Where a new campaign is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewServer {
    /// In the environment of this name.
    Environment(String),
    /// At this address.
    BaseUrl(String),
}

/// Where a new campaign's key is.
#[derive(Debug, Clone)]
pub enum NewKey {
    /// In the environment variable of this name.
    Env(String),
    /// In the file at this path.
    File(String),
    /// Typed in the form. It is put into a separate file, which only its owner can read.
    Typed(SecretString),
}

impl PartialEq for NewCampaign {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.server, &self.id, &self.key, self.read_only)
            == (&other.name, &other.server, &other.id, &other.key, other.read_only)
    }
}

impl PartialEq for NewKey {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (NewKey::Env(one), NewKey::Env(other)) | (NewKey::File(one), NewKey::File(other)) => one == other,
            (NewKey::Typed(one), NewKey::Typed(other)) => one.expose_secret() == other.expose_secret(),
            _ => false,
        }
    }
}

/// The fields of a new campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewField {
    /// Its name.
    Name,
    /// Its environment or address.
    Server,
    /// Its id.
    Id,
    /// Its key.
    Key,
}

/// Why a new campaign was not written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The existing file cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The existing file is not even TOML.
    #[error("`{}` has a mistake: fix it first ({flaw})", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        flaw: String,
    },
    /// The campaigns of the file are written in a form that cannot be extended.
    #[error("the campaigns of `{}` are not written as `[[campaigns]]`: add this one by hand", path.display())]
    Form {
        /// The file.
        path: PathBuf,
    },
    /// The new campaign does not fit the existing ones, or has a mistake of its own.
    #[error("{mistake}")]
    Mistake {
        /// What is wrong.
        mistake: String,
    },
    /// The file was changed meanwhile.
    #[error("`{}` was just changed by someone else: look at it, and try again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("`{}` cannot be written", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

/// The top of a file that the program creates.
const HEADER: &str = "# Postwatch. `postwatch check` tries this file out; `postwatch config example` prints an example.\n# Do not put a key itself here.\n\n";

impl NewCampaign {
    /// Its mistakes, by the rules of the file. No text of them holds a key.
    pub fn mistakes(&self) -> Vec<(NewField, String)> {
        let text = self.as_text();
        let (_, mistakes) = read(&text);
        let field = |line: usize| {
            let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
            match line.split(" = ").next() {
                Some("id") => NewField::Id,
                Some("key") => NewField::Key,
                Some("environment" | "base_url") => NewField::Server,
                _ => NewField::Name,
            }
        };
        let words = |mistake: &super::Mistake| match mistake.expected.as_str() {
            "" => mistake.what.clone(),
            expected => format!("{}; expected {expected}", mistake.what),
        };
        mistakes.iter().map(|mistake| (field(mistake.line), words(mistake))).collect()
    }

    /// The campaign as the file would give it, to be tried out; `None` while it has mistakes.
    pub fn as_configured(&self) -> Option<CampaignConfig> {
        let (config, _) = read(&self.as_text());
        config.campaigns.into_iter().next()
    }

    /// The campaign alone as in the file, including a typed key.
    fn as_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.section(&self.key_as_typed()).to_string())
    }

    /// Adds it to the configuration at `path`; creates the file if there is none. Existing comments
    /// and order stay, and the file is replaced in one step.
    ///
    /// # Errors
    /// The reason, with nothing changed.
    pub fn write(&self, path: &Path) -> Result<(), WriteError> {
        // A link to a file elsewhere stays a link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let failed = |source| WriteError::Io { path: path.clone(), source };
        let before = match load(&path) {
            Ok(_) => Some(Zeroizing::new(fs::read_to_string(&path).map_err(failed)?)),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error.into()),
        };
        let folder = path.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
        private_folder(&folder).map_err(|source| WriteError::Io { path: folder.clone(), source })?;
        let key_file = matches!(self.key, NewKey::Typed(_)).then(|| self.free_key_file(&folder));
        let key = match (&self.key, &key_file) {
            (_, Some(file)) => key_table("file", &file.file_name().unwrap_or_default().to_string_lossy()),
            _ => self.key_as_typed(),
        };
        let before = before.as_ref().map(|before| before.as_str());
        let text = self.added_to(before, &key, &path)?;
        if let (NewKey::Typed(key), Some(file)) = (&self.key, &key_file) {
            write_new(file, key.expose_secret()).map_err(|source| WriteError::Io { path: file.clone(), source })?;
        }
        let written = replace(&path, before, &text);
        if written.is_err()
            && let Some(file) = key_file
        {
            // Nothing half done: the key file, which this program has just created, is removed.
            let _ = fs::remove_file(file);
        }
        written
    }

    /// The whole file with this campaign in it.
    fn added_to(&self, before: Option<&str>, key: &Item, path: &Path) -> Result<Zeroizing<String>, WriteError> {
        let text = before.unwrap_or(HEADER);
        let mark = if text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        let mut document: DocumentMut = text
            .trim_start_matches('\u{feff}')
            .parse()
            .map_err(|error: toml_edit::TomlError| WriteError::Broken { path: path.to_owned(), flaw: error.message().to_owned() })?;
        let campaigns = document.entry("campaigns").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        let Some(campaigns) = campaigns.as_array_of_tables_mut() else { return Err(WriteError::Form { path: path.to_owned() }) };
        let mut table = self.table(key);
        if before.is_some() && !campaigns.is_empty() {
            table.decor_mut().set_prefix("\n");
        }
        campaigns.push(table);
        let added = Zeroizing::new(format!("{mark}{document}"));
        // A mistake that was there before does not belong to the new campaign.
        let already: Vec<String> = before.map(|before| whats(before).collect()).unwrap_or_default();
        if let Some(mistake) = whats(&added).find(|mistake| !already.contains(mistake)) {
            return Err(WriteError::Mistake { mistake });
        }
        Ok(added)
    }

    /// This campaign alone.
    fn section(&self, key: &Item) -> DocumentMut {
        let mut document = DocumentMut::new();
        let mut campaigns = ArrayOfTables::new();
        campaigns.push(self.table(key));
        document.insert("campaigns", Item::ArrayOfTables(campaigns));
        document
    }

    fn table(&self, key: &Item) -> Table {
        let mut table = Table::new();
        table.insert("name", value(self.name.trim()));
        table.insert("id", value(self.id.trim()));
        match &self.server {
            NewServer::Environment(word) => table.insert("environment", value(word.as_str())),
            NewServer::BaseUrl(url) => table.insert("base_url", value(url.trim())),
        };
        table.insert("key", key.clone());
        if let Some(read_only) = self.read_only {
            table.insert("read_only", value(read_only));
        }
        table
    }

    fn key_as_typed(&self) -> Item {
        match &self.key {
            NewKey::Env(name) => key_table("env", name.trim()),
            NewKey::File(path) => key_table("file", path.trim()),
            NewKey::Typed(key) => value(key.expose_secret().trim()),
        }
    }

    /// A new file for the key next to the configuration, named after the campaign.
    fn free_key_file(&self, folder: &Path) -> PathBuf {
        let plain: String =
            self.name.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
        let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
        let name = if words.is_empty() { "campaign".to_owned() } else { words.join("-") };
        let numbered = (2_u32..).map(|number| folder.join(format!("{name}-{number}.key")));
        std::iter::once(folder.join(format!("{name}.key")))
            .chain(numbered)
            .find(|file| fs::symlink_metadata(file).is_err())
            .unwrap_or_else(|| folder.join(format!("{name}.key")))
    }
}

/// The mistakes of a text, without line and column: those change when something is added above.
fn whats(text: &str) -> impl Iterator<Item = String> {
    read(text).1.into_iter().map(|mistake| mistake.what)
}

fn key_table(source: &str, location: &str) -> Item {
    let mut table = InlineTable::new();
    table.insert(source, location.into());
    value(table)
}

/// Creates the missing folders, for their owner alone; an existing one stays as it is.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A new file, for its owner alone.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{}", text.trim())?;
    file.sync_all()
}

/// Replaces the file with the new text, unless the file has changed.
fn replace(path: &Path, before: Option<&str>, text: &str) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    // tempfile makes files that only their owner can read.
    let mut file = tempfile::Builder::new().prefix(".config-").tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    if let Some(before) = before {
        let now = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
        if *now != before {
            return Err(WriteError::Changed { path: path.to_owned() });
        }
        file.as_file().set_permissions(File::open(path).and_then(|file| file.metadata()).map_err(failed)?.permissions()).map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
    } else {
        // A file that appeared meanwhile is someone's work.
        file.persist_noclobber(path).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::Changed { path: path.to_owned() },
            _ => failed(error.error),
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const KEY: &str = "key_test_canary0123456789abcdef";

    fn campaign(key: NewKey) -> NewCampaign {
        NewCampaign {
            name: "Clinic reminders".to_owned(),
            server: NewServer::Environment("test".to_owned()),
            id: "campaign_00000000-0000-4000-8000-000000000000".to_owned(),
            key,
            read_only: None,
        }
    }

    fn env() -> NewKey {
        NewKey::Env("CLINIC_KEY".to_owned())
    }

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_first_file_is_made_that_the_program_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("postwatch/config.toml");
        campaign(env()).write(&path).unwrap();
        let loaded = load(&path).unwrap();
        assert_eq!(loaded.mistakes, []);
        assert_eq!(loaded.config.campaigns[0].name, "Clinic reminders");
        #[cfg(unix)]
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_in_the_file_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let before = "# mine\n[display]\nascii   =   true # old terminal\n\n[[campaigns]] # the first\nname = 'A'\nid = 'a'\nenvironment = 'test'\nkey = { env = \"A\" }\n";
        fs::write(&path, before).unwrap();
        campaign(env()).write(&path).unwrap();
        let after = fs::read_to_string(&path).unwrap();
        assert!(after.starts_with(before), "{after}");
        assert_eq!(load(&path).unwrap().config.campaigns.len(), 2);
    }

    #[test]
    fn a_key_that_was_typed_goes_into_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(folder.path().join("clinic-reminders.key"), "somebody's").unwrap();
        campaign(NewKey::Typed(KEY.into())).write(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("key = { file = \"clinic-reminders-2.key\" }") && !text.contains("canary"), "{text}");
        let key = load(&path).unwrap().config.campaigns[0].key.read(|_| None).unwrap();
        assert_eq!(key.expose_secret(), KEY);
        assert_eq!(fs::read_to_string(folder.path().join("clinic-reminders.key")).unwrap(), "somebody's");
        assert!(!format!("{:?}", campaign(NewKey::Typed(KEY.into()))).contains("canary"));
    }

    #[rstest]
    #[case("[[campaigns]]\nname = 'Clinic reminders'\nid = 'a'\nenvironment = 'test'\nkey = { env = \"A\" }\n", "Clinic reminders")]
    #[case("campaigns = []\n", "by hand")]
    #[case("name = = 1\n", "fix it first")]
    fn a_file_that_it_cannot_be_added_to_is_left_alone(#[case] before: &str, #[case] why: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, before).unwrap();
        let error = campaign(NewKey::Typed(KEY.into())).write(&path).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no key is left behind");
    }

    #[test]
    fn a_mistake_that_was_there_before_does_not_stand_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "[display]\nascii = 1\n").unwrap();
        campaign(env()).write(&path).unwrap();
        assert_eq!(load(&path).unwrap().mistakes.len(), 1);
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "# new\n").unwrap();
        let error = replace(&path, Some("# old\n"), "# mine\n").unwrap_err();
        assert!(matches!(error, WriteError::Changed { .. }), "{error}");
        let error = replace(&path, None, "# mine\n").unwrap_err();
        assert!(matches!(error, WriteError::Changed { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "# new\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_modes_stay() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("dotfiles.toml");
        fs::write(&real, "").unwrap();
        fs::set_permissions(&real, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
        let link = folder.path().join("config.toml");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        campaign(env()).write(&link).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("Clinic reminders"));
        assert_eq!(mode(&real), 0o640);
    }

    #[test]
    fn mistakes_are_told_by_field() {
        let fields = |new: &NewCampaign| new.mistakes().into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(fields(&campaign(env())), []);
        assert_eq!(fields(&NewCampaign { name: " ".to_owned(), ..campaign(env()) }), [NewField::Name]);
        assert_eq!(fields(&NewCampaign { id: "a b".to_owned(), ..campaign(env()) }), [NewField::Id]);
        assert_eq!(fields(&campaign(NewKey::Env("9".to_owned()))), [NewField::Key]);
        assert_eq!(fields(&campaign(NewKey::File(String::new()))), [NewField::Key]);
        let typed = campaign(NewKey::Typed("canary canary".into())).mistakes();
        assert!(typed.len() == 1 && typed[0].0 == NewField::Key && !typed[0].1.contains("canary"), "{typed:?}");
        assert!(campaign(env()).as_configured().is_some());
        assert!(campaign(NewKey::Env(String::new())).as_configured().is_none());
    }
}
