//! How long a connection took, by the clocks that keep running while the machine sleeps. The library's own limit uses
//! a clock that stops then: a connection begun before a laptop was closed would be made in the morning, and the
//! request sent.

use std::ffi::OsString;
use std::fs::{self, File};
use std::future::Future;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tower::BoxError;

/// A moment on both clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockReading {
    /// Since some moment before the program began, including suspend if the system has a clock for that.
    pub steady: Duration,
    pub wall: Timestamp,
}

/// Reads both clocks.
#[derive(Clone)]
pub(super) struct Clocks(pub Arc<dyn Fn() -> ClockReading + Send + Sync>);

impl Default for Clocks {
    fn default() -> Self {
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let begun = std::time::Instant::now();
        Self(Arc::new(move || ClockReading {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            steady: uptime(),
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            steady: begun.elapsed(),
            wall: Timestamp::now(),
        }))
    }
}

impl std::fmt::Debug for Clocks {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Clocks")
    }
}

impl Clocks {
    /// The time since a reading, by whichever clock shows more.
    fn since(&self, then: ClockReading) -> Duration {
        let now = (self.0)();
        let wall = Duration::try_from(now.wall.duration_since(then.wall)).unwrap_or_default();
        now.steady.saturating_sub(then.steady).max(wall)
    }
}

/// The time since the machine booted, including suspend. It cannot be set.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn uptime() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(time).unwrap_or_default()
}

/// Fails a connection that took longer than `limit`, however short by the library's clock. Nothing was sent over it
/// yet.
pub(super) fn within<C, F>(limit: Duration, clocks: Clocks) -> impl Fn(F) -> Connecting<C> + Clone + Send + Sync + 'static
where
    C: Send + 'static,
    F: Future<Output = Result<C, BoxError>> + Send + 'static,
{
    move |connecting: F| {
        let (begun, clocks) = ((clocks.0)(), clocks.clone());
        Box::pin(async move {
            let connection = connecting.await?;
            if clocks.since(begun) > limit {
                return Err(io::Error::from(io::ErrorKind::TimedOut).into());
            }
            Ok(connection)
        })
    }
}

/// A connection being made.
type Connecting<C> = std::pin::Pin<Box<dyn Future<Output = Result<C, BoxError>> + Send>>;

/// Why the root certificates that the environment names instead of the system's cannot be used; `None` if none are
/// named, or they can be read. The library ignores what it cannot read, and then trusts no one.
pub(super) fn unreadable_certificates(env: impl Fn(&str) -> Option<OsString>) -> Option<String> {
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
            unreadable_certificates(move |name| Some(if name == "SSL_CERT_FILE" { file.clone() } else { dir.clone() }))
        };
        assert_eq!(unreadable_certificates(|_| None), None);
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
