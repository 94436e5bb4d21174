//! The theme that the configuration names: one of those that are built in, or a file.

use std::path::{Path, PathBuf};

use super::campaigns::Configured;
use crate::config::{self, Display, Expected, Located, Mistake};
use crate::tui::{OwnTheme, ThemeChoice};

/// Longer than any theme: a file named by mistake is not read whole.
const LONGEST: u64 = 64 * 1024;

/// The mistake of an unknown theme name; it belongs to the mistakes of the configuration.
pub(super) fn wrong_name(display: &Display) -> Option<Mistake> {
    display.theme.as_ref().filter(|name| !is_file(&name.value))?.parse(ThemeChoice::parse).err()
}

/// The theme, and the mistakes in its file, if it is one; each with its file.
/// The valid part of a theme's file is used all the same.
pub(super) fn chosen(configured: &Configured) -> (ThemeChoice, Vec<(PathBuf, Mistake)>) {
    let Some(name) = &configured.config.display.theme else { return (ThemeChoice::Auto, Vec::new()) };
    if is_file(&name.value) {
        return own(name, &configured.path);
    }
    (name.parse(ThemeChoice::parse).unwrap_or_default(), Vec::new())
}

/// Whether it means a file: no theme's name looks like one.
fn is_file(name: &str) -> bool {
    name.contains(['/', '\\']) || Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
}

/// The theme in a file, which is looked for next to the configuration.
fn own(name: &Located<String>, configuration: &Path) -> (ThemeChoice, Vec<(PathBuf, Mistake)>) {
    let file = configuration.parent().unwrap_or(Path::new("")).join(&name.value);
    let text = match read(&file) {
        Ok(text) => text,
        Err(error) => {
            let expected = Expected::new("a theme file, by its full path or relative to the configuration's folder");
            let mistake = name.mistake(format!("`{}` cannot be read: {error}", file.display()), expected);
            return (ThemeChoice::Auto, vec![(configuration.to_owned(), mistake)]);
        }
    };
    let (theme, mut mistakes) = config::read_theme(&text);
    let (theme, more) = OwnTheme::new(&theme);
    mistakes.extend(more);
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    (ThemeChoice::Own(theme.into()), mistakes.into_iter().map(|mistake| (file.clone(), mistake)).collect())
}

fn read(file: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    let file = std::fs::File::open(file)?;
    // A device or a pipe may never end, and opening it must not delay the first frame.
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    file.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[must_use]
    fn of(folder: &Path, theme: &str) -> (ThemeChoice, Vec<String>) {
        let mut config = Config::default();
        config.display.theme = Some(Located::new(theme.to_owned(), 7, 9));
        let path = folder.join("config.toml");
        let (choice, mistakes) = chosen(&Configured { path, config, campaigns: Vec::new(), mistakes: Vec::new() });
        let reported = mistakes.iter().map(|(path, mistake)| format!("{}: {mistake}", path.strip_prefix(folder).unwrap().display()));
        (choice, reported.collect())
    }

    #[test]
    fn a_theme_is_built_in_or_a_file_beside_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mine.toml"), "base = \"dark\"\n[colours]\naccent = \"#ffcc00\"\n").unwrap();
        assert_eq!(of(folder.path(), "light"), (ThemeChoice::Light, Vec::new()));
        let (own, mistakes) = of(folder.path(), "mine.toml");
        assert!(matches!(own, ThemeChoice::Own(_)) && mistakes.is_empty(), "{mistakes:?}");
        let whole = folder.path().join("mine.toml");
        assert_eq!(of(folder.path(), whole.to_str().unwrap()).0, own);
    }

    #[test]
    fn mistakes_tell_the_file_they_are_in() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mine.toml"), "[colours]\nfailled = \"red\"\n").unwrap();
        let (choice, mistakes) = of(folder.path(), "mine.toml");
        assert!(matches!(choice, ThemeChoice::Own(_)));
        assert!(
            mistakes[0].starts_with("mine.toml: line 2, column 1: ") && mistakes[0].ends_with("did you mean `failed`?"),
            "{mistakes:?}"
        );
        for (name, reported) in [("gone.toml", "cannot be read"), ("./", "not a regular file")] {
            let (choice, mistakes) = of(folder.path(), name);
            assert_eq!(choice, ThemeChoice::Auto);
            assert!(mistakes[0].starts_with("config.toml: line 7, column 9: ") && mistakes[0].contains(reported), "{mistakes:?}");
        }
        let display = |name: &str| Display { theme: Some(Located::new(name.to_owned(), 7, 9)), ..Display::default() };
        assert_eq!(wrong_name(&display("drak")).unwrap().nearest.as_deref(), Some("dark"));
        assert_eq!((wrong_name(&display("dark")), wrong_name(&display("gone.toml"))), (None, None));
    }
}
