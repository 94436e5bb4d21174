//! Where the file is.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_wins_over_the_variable_and_the_variable_over_the_platform() {
        let env = |name: &str| (name == "POSTWATCH_CONFIG").then(|| "/from/env.toml".to_owned());
        assert_eq!(path(Some(Path::new("given.toml")), env), Path::new("given.toml"));
        assert_eq!(path(None, env), Path::new("/from/env.toml"));
        assert!(path(None, |_| None).ends_with("postwatch/config.toml"));
        assert!(path(None, |_| Some(String::new())).ends_with("postwatch/config.toml"));
    }
}
