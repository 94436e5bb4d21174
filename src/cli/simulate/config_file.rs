//! A configuration for a simulator, with its keys in it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::super::campaigns::sentence;
use super::super::{Exit, Failure};
use super::EnvironmentName;
use crate::config::shell_quoted;
use crate::postman::{ApiKey, Environment};
use crate::simulator::CampaignCard;

/// The first line of a file that this option wrote. Only such a file is replaced, never a user's own
/// configuration.
const MARK: &str = "# Written by `postwatch simulate --write-config`; the next one replaces it.";

/// A configuration to be written.
pub(super) struct ConfigFile {
    path: PathBuf,
}

impl ConfigFile {
    /// A path where there is no file, or one that an earlier simulator wrote.
    ///
    /// # Errors
    /// Something else is there.
    pub fn replacing(path: PathBuf) -> Result<Self, Failure> {
        match is_ours(&path) {
            Ok(true) => Ok(Self { path }),
            Ok(false) => {
                let what = format!("{} was not changed.", path.display());
                let why = "It was not written by `simulate --write-config`.";
                Err(Failure::new(Exit::Usage, what, why, "Name a file that does not exist yet, or move that one away."))
            }
            Err(error) => Err(unwritable(&path, &error)),
        }
    }

    /// The path as one would type it.
    pub fn shown(&self) -> String {
        shell_quoted(&self.path)
    }

    /// Writes the configuration; only its owner can read it, because it holds the keys.
    pub fn write(&self, base_url: &str, imitated: EnvironmentName, campaigns: &[CampaignCard]) -> Result<(), Failure> {
        self.replace(&text(base_url, imitated.into(), campaigns)).map_err(|error| unwritable(&self.path, &error))
    }

    /// Next to it first, then in its place: a reader sees the old file or the new one, whole.
    fn replace(&self, text: &str) -> io::Result<()> {
        let mut name = self.path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?.to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let beside = self.path.with_file_name(name);
        let written = create_private(&beside).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        let placed = written.and_then(|()| fs::rename(&beside, &self.path));
        if placed.is_err() {
            // The first failure is the one reported.
            let _ = fs::remove_file(&beside);
        }
        placed
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let what = format!("The configuration {} cannot be written.", path.display());
    Failure::new(Exit::of_file(error), what, sentence(error), "Name another file with `--write-config FILE`, in a folder of your own.")
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether a file may be replaced: there is none, or it starts with the mark.
fn is_ours(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Ok(false);
    }
    let mut start = Vec::new();
    file.take(MARK.len() as u64).read_to_end(&mut start)?;
    Ok(start == MARK.as_bytes())
}

/// The environment is written if it is not the usual one, or if a key would be taken for a production
/// key: a simulated production looks and locks like production, a simulated test does not.
fn text(base_url: &str, imitated: Environment, campaigns: &[CampaignCard]) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut out = format!("{MARK}\n");
    for card in campaigns {
        let key = ApiKey::new(&card.key.as_str().into()).ok();
        let is_mistaken = key.is_some_and(|key| key.environment() == Some(Environment::Production));
        out.push_str(&format!(
            "\n[[campaigns]]\nname = {}\nid = {}\nbase_url = {}\nkey = {}\n",
            quoted(&card.name),
            quoted(&card.id),
            quoted(base_url),
            quoted(&card.key)
        ));
        if imitated != Environment::Test || is_mistaken {
            out.push_str(&format!("environment = {}\n", quoted(imitated.word())));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use rstest::rstest;

    fn cards() -> Vec<CampaignCard> {
        let card = |name: &str, id: &str| CampaignCard { id: id.to_owned(), key: format!("key_test_{id}"), name: name.to_owned() };
        vec![card("Clinic \"reminders\"", "campaign_1"), card("Flood alerts", "campaign_2")]
    }

    #[test]
    fn what_is_written_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("simulated.toml");
        ConfigFile::replacing(path.clone()).unwrap().write("http://127.0.0.1:8025/api/v2", EnvironmentName::Test, &cards()).unwrap();
        let loaded = config::load(&path).unwrap();
        assert_eq!(loaded.mistakes, []);
        let names: Vec<&str> = loaded.config.campaigns.iter().map(|campaign| campaign.name.as_str()).collect();
        assert_eq!(names, ["Clinic \"reminders\"", "Flood alerts"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[rstest]
    #[case(EnvironmentName::Test, "key_test_1", None)]
    #[case(EnvironmentName::Test, "key_live_1", Some("test"))]
    #[case(EnvironmentName::Production, "key_live_1", Some("production"))]
    #[case(EnvironmentName::Production, "anything", Some("production"))]
    #[case(EnvironmentName::Loadtest, "key_loadtest_1", Some("loadtest"))]
    fn what_is_imitated_is_said_where_the_key_does_not(#[case] name: EnvironmentName, #[case] key: &str, #[case] said: Option<&str>) {
        let card = CampaignCard { key: key.to_owned(), ..cards().remove(0) };
        let (config, mistakes) = config::read(&text("http://127.0.0.1:1/api/v2", name.into(), &[card]));
        assert_eq!(mistakes, []);
        assert_eq!(config.campaigns[0].environment.as_ref().map(|word| word.value.as_str()), said);
    }

    #[test]
    fn its_own_file_is_replaced_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("simulated.toml");
        for port in ["1", "2"] {
            ConfigFile::replacing(path.clone())
                .unwrap()
                .write(&format!("http://127.0.0.1:{port}/api/v2"), EnvironmentName::Test, &cards())
                .unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap().contains("127.0.0.1:2/"));
        fs::write(&path, "[[campaigns]]\n").unwrap();
        let refused = ConfigFile::replacing(path.clone()).err().unwrap();
        assert_eq!(refused.exit, Exit::Usage);
        assert_eq!(fs::read_to_string(&path).unwrap(), "[[campaigns]]\n");
        assert!(ConfigFile::replacing(folder.path().to_owned()).is_err());
    }
}
