//! What the README says about the program is what the program says about itself.
#![expect(clippy::expect_used, reason = "what only tests use fails the test")]

const README: &str = include_str!("../README.md");

#[test]
fn the_list_of_keys_is_the_programs_own() {
    let (_, after) = README.split_once("<!-- keys: made from the key table, checked by a test -->\n").expect("the list begins");
    let (listed, _) = after.split_once("<!-- end of keys -->").expect("the list ends");
    assert_eq!(listed, postwatch::tui::keys::markdown(), "paste the right-hand text into the README");
}

#[test]
fn the_list_of_typed_commands_is_the_programs_own() {
    let (_, after) = README.split_once("<!-- commands: made from the commands, checked by a test -->\n").expect("the list begins");
    let (listed, _) = after.split_once("<!-- end of commands -->").expect("the list ends");
    assert_eq!(listed, postwatch::tui::commands_markdown(), "paste the right-hand text into the README");
}

/// The keys that the example configuration and the README bind can be bound.
#[test]
fn the_keys_that_are_shown_can_be_bound() {
    use postwatch::{config, tui::KeyMap};
    let (_, keys) = config::example().split_once("[keys]\n").expect("the example tells of keys");
    let lines: Vec<&str> = keys.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| line.contains(" = ")).collect();
    assert!(lines.len() >= 3, "{lines:?}");
    let of_readme = ["plan_retry = \"F9\"", "pause = []"];
    assert!(of_readme.iter().all(|line| README.contains(&format!("`{line}`"))));
    for shown in [lines.as_slice(), &of_readme] {
        let (config, mistakes) = config::read(&format!("[keys]\n{}\n", shown.join("\n")));
        let (_, wrong) = KeyMap::configured(&config.keys);
        assert!(mistakes.is_empty() && wrong.is_empty(), "{mistakes:?} {wrong:?}");
        assert_eq!(config.keys.len(), shown.len());
    }
}

#[test]
fn the_two_commands_of_the_first_screen_stand_there() {
    let first_screen: String = README.lines().take(30).collect::<Vec<_>>().join("\n");
    assert!(first_screen.contains("\ncargo run --release -- demo\ncargo test\n"));
    assert!(first_screen.contains("assets/dashboard.png"));
}

/// A command that is named to the user must exist.
#[test]
fn only_commands_that_exist_are_named() {
    use clap::CommandFactory as _;
    let known: Vec<String> = postwatch::cli::Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let mut named = Vec::new();
    for folder in ["src", "assets", "README.md"] {
        texts_in(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut named);
    }
    assert!(named.len() > 10, "the search finds something: {named:?}");
    for (file, command) in named {
        assert!(known.contains(&command), "{file} names `postwatch {command}`, and there are {known:?}");
    }
}

/// The words after `postwatch in backticks, with the files they are in.
fn texts_in(path: &std::path::Path, named: &mut Vec<(String, String)>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder of the project") {
            texts_in(&entry.expect("an entry of it").path(), named);
        }
        return;
    }
    // Pictures are not text.
    let Ok(text) = std::fs::read_to_string(path) else { return };
    for after in text.split("`postwatch ").skip(1) {
        let word: String = after.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '-').collect();
        if !word.is_empty() && !word.starts_with('-') {
            named.push((path.display().to_string(), word));
        }
    }
}
