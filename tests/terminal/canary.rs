//! A canary key and a canary number go through everything: they turn up nowhere but where they must.

use std::fs;
use std::path::{Path, PathBuf};

use postwatch::simulator::CampaignOptions;

use super::hands::{CANCEL, asked};
use super::simulation::{Simulation, campaign, world};

const KEY: &str = "key_test_canary_9f8e7d6c5b4a";

#[test]
fn nothing_personal_reaches_log_journal_or_screen() {
    let options = CampaignOptions { key: Some(KEY.to_owned()), ..campaign("Clinic reminders") };
    let simulation = Simulation::of(world(vec![options]));
    let failed = simulation.retryable().remove(0);
    let (number, tail) = (failed.recipient.as_str(), &failed.recipient[failed.recipient.len() - 4..]);
    let log = simulation.home().join("postwatch.log");
    simulation.configure(&simulation.part(0, "calls_per_second = 10\nmask = true"));
    let mut program = simulation.start(&["--log", log.to_str().unwrap(), "-v", "-v"]).spawn();
    program.sees("300 loaded").types("/").sees("digits of a number").types(tail).sees(&format!("find {tail}")).sees("found");
    program.types("\r").sees(&format!("65∙∙∙∙{tail}"));
    assert!(!shows(&program.screen(), number), "masked until it is revealed");

    program.types("v").waits_for("the number", |screen| shows(&screen.contents(), number));
    program.types("v").waits_for("no number", |screen| !shows(&screen.contents(), number));
    asked(&mut program).presses_until("y", "the outcome", |screen| screen.contents().contains("retried: accepted"));
    program.loses(CANCEL);
    // Something that fails is logged and told, too.
    simulation.simulator().set_faults(vec!["500=1".parse().unwrap()]);
    program.types("\u{12}").sees("Postman has a problem").types("!").sees("Notices, newest first");
    let screen = program.screen();
    program.types("\u{1b}").loses("Notices, newest first").types("q");
    assert_eq!(program.exit_code(), 0);

    assert!(!shows(&screen, number) && !screen.contains(KEY));
    let written = program.bytes();
    assert!(!holds(&written, KEY), "the key is never shown");
    let text = simulation.text_of(&failed.id);
    for file in files(simulation.home()) {
        let bytes = fs::read(&file).unwrap();
        for canary in [KEY, number, &number[2..], &spaced(number), text.as_str()] {
            assert!(!holds(&bytes, canary), "{canary} is in {}", file.display());
        }
    }
    assert!(fs::metadata(&log).unwrap().len() > 0, "something was logged");
    assert_eq!(reveals(&simulation.state()), [failed.id]);
}

/// Copied in every form, exported, presented, listed: a masked campaign of one-time passwords gives nothing away.
#[test]
fn no_way_out_tells_a_number_or_a_one_time_code() {
    let simulation = Simulation::new();
    let log = simulation.home().join("postwatch.log");
    simulation.configure(&simulation.part(0, "calls_per_second = 10\nmask = true\none_time_password = true"));
    let newest = simulation.newest();
    let (number, text) = (newest.recipient.as_str(), simulation.text_of(&newest.id));
    let mut program = simulation.start(&["--log", log.to_str().unwrap(), "-v", "-v"]).spawn();
    program.sees("300 loaded").types("c").sees("was sent to the terminal's clipboard").types("c").sees("What was copied").types("\u{1b}");
    for line in 0..3 {
        program.sees("Enter open").types("\r").sees("Esc back").types("c").sees("Copy of: ");
        for _ in 0..line {
            program.types("\u{1b}[B");
        }
        program.types("\r").loses("Copy of: ").sees("Esc back").types("\u{1b}").sees("Enter open");
    }
    program.types("x").sees("Export to a file").types("\r").sees("Exported to ");
    program.types(":").sees("Commands").types("present\r").sees("PRESENTING").types("v").sees("nothing is revealed");
    program.types("q");
    assert_eq!(program.exit_code(), 0);

    let written = program.bytes();
    let copies = copies(&written);
    assert!(copies.len() >= 2 && copies.iter().any(|copy| copy.contains("\"latestStatus\"")), "{copies:?}");
    let files = files(simulation.home());
    assert!(files.iter().any(|file| file.extension().is_some_and(|extension| extension == "csv")), "{files:?}");
    for canary in [number, &number[2..], &spaced(number), text.as_str()] {
        assert!(!holds(&written, canary) && !copies.iter().any(|copy| copy.contains(canary)), "{canary} left the program");
        for file in &files {
            assert!(!holds(&fs::read(file).unwrap(), canary), "{canary} is in {}", file.display());
        }
    }
}

/// What was handed to the terminal's clipboard.
fn copies(written: &[u8]) -> Vec<String> {
    use base64::Engine as _;
    let text = String::from_utf8_lossy(written);
    let copies = text.split("\x1b]52;c;").skip(1).map(|rest| {
        let coded = rest.split('\x07').next().unwrap();
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(coded).unwrap()).unwrap()
    });
    copies.collect()
}

/// Whether a screen shows the number, grouped or not.
fn shows(screen: &str, number: &str) -> bool {
    screen.contains(number) || screen.contains(&spaced(number))
}

fn spaced(number: &str) -> String {
    format!("{} {} {}", &number[..2], &number[2..6], &number[6..])
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// What the journal says was revealed.
fn reveals(state: &Path) -> Vec<String> {
    let journal = rusqlite::Connection::open(state.join("journal.sqlite3")).unwrap();
    let mut notes = journal.prepare("SELECT detail FROM notes WHERE kind = 'reveal' ORDER BY id").unwrap();
    let details = notes.query_map([], |row| row.get(0)).unwrap();
    details.map(Result::unwrap).collect()
}
