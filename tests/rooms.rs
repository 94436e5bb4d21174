//! The direction of the rooms, and which crates each may use: the compiler does not check them
//! within one package, so this does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up, as `lib.rs` lists them.
const ROOMS: [&str; 10] = ["delivery", "simulator", "config", "postman", "store", "state", "action", "monitor", "tui", "cli"];

/// Crates that belong to one place: the rooms that may use them.
const CRATES: [(&str, &[&str]); 6] = [
    ("reqwest", &["postman"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("rusqlite", &["state"]),
    ("axum", &["simulator"]),
    ("color_eyre", &["main"]),
];

/// The simulated API uses no other room, and only the command line and tests use it.
const SIMULATOR: &str = "simulator";

/// What the dashboard keeps rows in. A row means a different message once its own is dropped, so each of these is
/// updated by `Campaign::keep_within_limit`, or protects its messages; everything else holds ids.
const KEEPS_ROWS: [&str; 13] = [
    "list.rs: Row(RowNumber)",
    "list.rs: pub row: RowNumber",
    "sections.rs: kept: View",
    "sections.rs: below: Option<View>",
    "groups.rs: rows: Option<View>",
    "marked.rs: rows: HashSet<RowNumber>",
    "marked.rs: last: Option<RowNumber>",
    "highlights.rs: changed: HashMap<RowNumber, Timestamp>",
    "highlights.rs: revealed: Option<(RowNumber, Timestamp)>",
    "campaign.rs: pub newest_failures: Vec<RowNumber>",
    // One of those, asked for anew by each event and each frame; between two clicks it is only compared.
    "campaigns.rs: pub row: RowNumber",
    // What one event has changed: under a question, which asks for it, nothing is dropped.
    "dialogs.rs: pub rows: Vec<RowNumber>",
    // While a file is being written or requested, nothing is dropped: an export is whole or not at all.
    "export_job.rs: Messages(Arc<[RowNumber]>)",
];

/// A source file and its room.
struct Source {
    path: PathBuf,
    room: String,
    text: String,
    /// Whether it holds only tests.
    is_test: bool,
}

impl Source {
    /// Its lines that are code of the program: without comments, and without the tests at its end.
    fn code(&self) -> impl Iterator<Item = &str> {
        let text = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let text = text.split("#[cfg(test)]\npub(super) mod tests {").next().unwrap();
        text.lines().map(|line| line.split("//").next().unwrap())
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let room = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
                let is_test = inside.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path, room, text, is_test });
            }
        }
    }
    assert!(found.len() > 100, "only {} files were found", found.len());
    found
}

/// Whether code names a crate or a room at this path: `name::`, with no other name's end before.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        let is_whole = !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':');
        is_whole && (after.starts_with("::") || (line.trim_start().starts_with("use ") && after.starts_with(';')))
    })
}

/// The rooms that a line names from the package's root.
fn rooms_in(line: &str) -> impl Iterator<Item = &'static str> {
    let from_root = |room: &str| {
        ["crate::", "postwatch::"].iter().any(|root| {
            line.match_indices(root).any(|(at, _)| {
                let rest = &line[at + root.len()..];
                let plain =
                    rest.strip_prefix(room).is_some_and(|after| !after.starts_with(|next: char| next.is_alphanumeric() || next == '_'));
                let grouped = rest.strip_prefix('{').is_some_and(|group| {
                    let group = group.split('}').next().unwrap();
                    group.split(',').any(|part| part.trim().split("::").next() == Some(room))
                });
                plain || grouped
            })
        })
    };
    ROOMS.into_iter().filter(move |room| from_root(room))
}

#[test]
fn each_room_uses_only_rooms_above_it() {
    let place = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for source in sources().iter().filter(|source| !source.is_test) {
        let Some(own) = place(&source.room) else { continue };
        for line in source.code() {
            for used in rooms_in(line) {
                seen += 1;
                let allowed = match (source.room.as_str(), used) {
                    (room, used) if room == used => true,
                    (SIMULATOR, _) => false,
                    (room, SIMULATOR) => room == "cli",
                    (_, used) => place(used).unwrap() < own,
                };
                if !allowed {
                    wrong.push(format!("{}: `{}` uses `{used}`", source.path.display(), line.trim()));
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} uses were seen");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_crate_stays_in_its_room() {
    let mut wrong = Vec::new();
    for (name, rooms) in CRATES {
        let mut seen = 0;
        for source in sources() {
            for line in source.code().filter(|line| names(line, name)) {
                seen += 1;
                if !rooms.contains(&source.room.as_str()) {
                    wrong.push(format!("{}: `{}` uses `{name}`", source.path.display(), line.trim()));
                }
            }
        }
        assert!(seen > 0, "nothing uses `{name}`: is the guard blind?");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rows_are_kept_only_where_a_trim_is_followed() {
    let mut kept = Vec::new();
    for source in sources().iter().filter(|source| source.room == "tui" && !source.is_test) {
        let mut is_inside = false;
        for line in source.code() {
            let is_head = ["struct ", "enum "].iter().any(|word| !line.starts_with(' ') && line.contains(word));
            is_inside = (is_inside && !line.starts_with('}')) || (is_head && line.ends_with('{'));
            let is_row = |word: &str| ["RowNumber", "View"].contains(&word);
            if (is_inside || is_head) && line.split(|letter: char| !letter.is_alphanumeric()).any(is_row) {
                let file = source.path.file_name().unwrap().to_str().unwrap();
                kept.push(format!("{file}: {}", line.trim().trim_end_matches(',')));
            }
        }
    }
    kept.sort();
    let mut allowed = KEEPS_ROWS.map(str::to_owned).to_vec();
    allowed.sort();
    assert_eq!(kept, allowed, "rows that are kept across an event: hold message ids, or follow the trims");
}

#[test]
fn each_file_opens_with_what_it_is() {
    let without: Vec<String> =
        sources().iter().filter(|source| !source.text.starts_with("//! ")).map(|source| source.path.display().to_string()).collect();
    assert!(without.is_empty(), "no `//!` at the top of\n{}", without.join("\n"));
}

#[test]
fn the_rooms_are_those_of_the_library() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let listed: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")).map(|rest| rest.split(';').next().unwrap()).collect();
    assert_eq!(listed, ROOMS);
}

#[test]
fn the_guard_sees() {
    assert!(names("    reqwest::Client::new()", "reqwest") && names("use reqwest;", "reqwest"));
    assert!(!names("my_reqwest::Client", "reqwest") && !names("let reqwest = 1;", "reqwest"));
    assert_eq!(rooms_in("use crate::{config, tui::Theme};").collect::<Vec<_>>(), ["config", "tui"]);
    assert_eq!(rooms_in("crate::store::Store::new()").collect::<Vec<_>>(), ["store"]);
    assert_eq!(rooms_in("use crate::stores;").count(), 0);
}
