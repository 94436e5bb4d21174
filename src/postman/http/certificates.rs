//! The root certificates that the environment names instead of the system's.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// Why the named ones cannot be used; `None` if none are named, or they can be read. The library ignores what it
/// cannot read, and then trusts no one.
pub(super) fn unreadable(env: impl Fn(&str) -> Option<OsString>) -> Option<String> {
    let named = |name: &str| env(name).filter(|value| !value.is_empty());
    if let Some(file) = named("SSL_CERT_FILE") {
        let why = match certificates_in(Path::new(&file)) {
            Ok(true) => None,
            Ok(false) => Some("it contains no certificate in PEM format".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = why {
            return Some(format!("the certificates of `SSL_CERT_FILE`, `{}`, cannot be used: {why}", Path::new(&file).display()));
        }
    }
    let folders = named("SSL_CERT_DIR")?;
    let error = std::env::split_paths(&folders).find_map(|folder| Some((fs::read_dir(&folder).err()?, folder)));
    error.map(|(error, folder)| format!("the certificates of `SSL_CERT_DIR`, `{}`, cannot be used: {error}", folder.display()))
}

fn certificates_in(file: &Path) -> io::Result<bool> {
    let mut bytes = Vec::new();
    File::open(file)?.read_to_end(&mut bytes)?;
    Ok(memchr::memmem::find(&bytes, b"-----BEGIN ").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_and_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (good, empty) = (folder.path().join("good.pem"), folder.path().join("empty.pem"));
        fs::write(&good, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        fs::write(&empty, "").unwrap();
        let with = |file: &Path, dir: &Path| {
            let (file, dir) = (file.as_os_str().to_owned(), dir.as_os_str().to_owned());
            unreadable(move |name| Some(if name == "SSL_CERT_FILE" { file.clone() } else { dir.clone() }))
        };
        assert_eq!(unreadable(|_| None), None);
        assert_eq!(with(Path::new(""), Path::new("")), None);
        assert_eq!(with(&good, folder.path()), None);
        let missing = folder.path().join("missing");
        for (file, dir, variable) in [
            (&missing, folder.path(), "`SSL_CERT_FILE`"),
            (&empty, folder.path(), "no certificate"),
            (&good, missing.as_path(), "`SSL_CERT_DIR`"),
            (&good, empty.as_path(), "`SSL_CERT_DIR`"),
        ] {
            let reported = with(file, dir).unwrap();
            assert!(reported.contains(variable), "{reported}");
        }
    }
}
