//! A theme's file: raw colours with line and column. What they mean belongs to the room that draws.

use toml::Spanned;
use toml::de::DeValue;

use super::fields::{FieldReader, kind};
use super::read::{Sections, sections};
use super::{Expected, Located, Mistake};

/// The valid part of a theme's file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThemeFile {
    /// The theme that gives all colours that are not named.
    pub base: Option<Located<String>>,
    /// The look of each meaning, in the order of the file.
    pub colours: Vec<(Located<String>, RoleColours)>,
}

/// The look of one meaning; anything not given stays as in the base.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleColours {
    /// The text's colour.
    pub text: Option<Located<String>>,
    /// The colour behind it.
    pub background: Option<Located<String>>,
    /// Whether it is bold.
    pub bold: Option<bool>,
    /// Whether it is underlined.
    pub underlined: Option<bool>,
}

/// What is expected as a meaning's look.
const LOOK: &str = "a colour in quotes, or a table such as `{ text = \"#ffffff\", background = \"#2a4d75\", bold = true }`";

/// Reads a theme's text: the valid part, and the mistakes in the order of the file, as [`read`](super::read()) does.
pub fn read_theme(text: &str) -> (ThemeFile, Vec<Mistake>) {
    let Sections { text, table, unread } = sections(text);
    let mut fields = FieldReader::new(text);
    fields.only(&table, &["base", "colours"], "an option of a theme");
    let base = fields.string(&table, "base", "a theme's name in quotes");
    let mut colours = Vec::new();
    if let Some(table) = fields.table(&table, "colours") {
        for (role, look) in fields.in_order(table) {
            let role = fields.located(role.get_ref().to_string(), role.span());
            if let Some(look) = look_of(&mut fields, &role.value, look) {
                colours.push((role, look));
            }
        }
    }
    if let Some(unread) = unread {
        fields.keep::<()>(Err(unread.mistake));
    }
    (ThemeFile { base, colours }, fields.into_mistakes())
}

fn look_of(fields: &mut FieldReader<'_>, role: &str, look: &Spanned<DeValue<'_>>) -> Option<RoleColours> {
    match look.get_ref() {
        DeValue::String(colour) => {
            Some(RoleColours { text: Some(fields.located(colour.to_string(), look.span())), ..RoleColours::default() })
        }
        DeValue::Table(table) => {
            fields.only(table, &["text", "background", "bold", "underlined"], "part of a look");
            Some(RoleColours {
                text: fields.string(table, "text", "a colour in quotes"),
                background: fields.string(table, "background", "a colour in quotes"),
                bold: fields.boolean(table, "bold"),
                underlined: fields.boolean(table, "underlined"),
            })
        }
        other => {
            fields.mistake(look.span(), format!("the look of `{role}` is {}", kind(other)), Expected::new(LOOK));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_names_colours_and_keeps_their_places() {
        let (theme, mistakes) = read_theme(
            "base = \"light\"\n[colours]\naccent = \"#005f70\"\nselected = { text = \"black\", background = \"7\", bold = true }\n",
        );
        assert_eq!(mistakes, []);
        assert_eq!(theme.base, Some(Located::new("light".to_owned(), 1, 8)));
        let [(accent, first), (selected, second)] = &theme.colours[..] else { panic!("{theme:?}") };
        assert_eq!((accent.value.as_str(), accent.line, selected.value.as_str()), ("accent", 3, "selected"));
        assert_eq!(first.text, Some(Located::new("#005f70".to_owned(), 3, 10)));
        assert_eq!((second.bold, second.underlined, second.background.as_ref().map(|colour| colour.column)), (Some(true), None, Some(43)));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let text = "bass = 1\n[colours]\nfine = 3\nfailed = { txt = \"red\", bold = \"yes\" }\nrule = \"red\"\n";
        let (theme, mistakes) = read_theme(text);
        let places: Vec<_> = mistakes.iter().map(|mistake| (mistake.line, mistake.column)).collect();
        assert_eq!(places, [(1, 1), (3, 8), (4, 12), (4, 32)], "{mistakes:?}");
        assert_eq!(mistakes[0].nearest.as_deref(), Some("base"));
        assert!(theme.colours.iter().any(|(role, _)| role.value == "rule"), "what is right is kept: {theme:?}");
    }

    #[test]
    fn what_is_above_a_section_with_a_syntax_mistake_is_kept() {
        let (theme, mistakes) = read_theme("base = \"light\"\n[colours]\nmuted = \"#9aa2ae\nrule = \"red\"\n");
        assert_eq!((theme.base.map(|base| base.value).as_deref(), theme.colours.len()), (Some("light"), 0));
        assert_eq!(
            mistakes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["line 3, column 17: invalid basic string, so nothing is read from line 2 on; expected `\"`"]
        );
    }

    #[test]
    fn an_empty_file_is_a_theme() {
        assert_eq!(read_theme(""), (ThemeFile::default(), Vec::new()));
    }
}
