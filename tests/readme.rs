//! What the README and the pages under `docs/` say about the program is what the program says about itself.
#![expect(clippy::expect_used, reason = "what only tests use fails the test")]

const README: &str = include_str!("../README.md");
const KEYS: &str = include_str!("../docs/KEYS.md");
const FIGURES: &str = include_str!("../docs/FIGURES.md");

#[test]
fn the_list_of_keys_is_the_programs_own() {
    let (_, after) = KEYS.split_once("<!-- keys: made from the key table, checked by a test -->\n").expect("the list begins");
    let (listed, _) = after.split_once("<!-- end of keys -->").expect("the list ends");
    assert_eq!(listed, postwatch::tui::keys::markdown(), "paste the right-hand text into docs/KEYS.md");
}

#[test]
fn the_list_of_typed_commands_is_the_programs_own() {
    let (_, after) = KEYS.split_once("<!-- commands: made from the commands, checked by a test -->\n").expect("the list begins");
    let (listed, _) = after.split_once("<!-- end of commands -->").expect("the list ends");
    assert_eq!(listed, postwatch::tui::commands_markdown(), "paste the right-hand text into docs/KEYS.md");
}

/// The keys that the example configuration and the page of keys bind can be bound.
#[test]
fn the_keys_that_are_shown_can_be_bound() {
    use postwatch::{config, tui::KeyMap};
    let (_, keys) = config::example().split_once("[keys]\n").expect("the example tells of keys");
    let lines: Vec<&str> = keys.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| line.contains(" = ")).collect();
    assert!(lines.len() >= 3, "{lines:?}");
    let of_page = ["plan_retry = \"F9\"", "pause = []"];
    assert!(of_page.iter().all(|line| KEYS.contains(&format!("`{line}`"))));
    for shown in [lines.as_slice(), &of_page] {
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

#[test]
fn every_page_is_linked_from_the_readme_and_every_link_leads_to_a_file() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![(root.join("README.md"), README.to_owned())];
    for entry in std::fs::read_dir(root.join("docs")).expect("the folder of the pages") {
        let page = entry.expect("an entry of it").path();
        let name = page.file_name().expect("a file's name").to_string_lossy().into_owned();
        assert!(README.contains(&format!("](docs/{name})")), "the README has no link to {name}");
        let text = std::fs::read_to_string(&page).expect("a page");
        pages.push((page, text));
    }
    for (page, text) in pages {
        for link in text.split("](").skip(1).filter_map(|after| after.split_once(')')).map(|(link, _)| link) {
            let file = page.parent().expect("a folder").join(link);
            assert!(link.starts_with("https://") || file.exists(), "{} links to {link}", page.display());
        }
    }
}

#[test]
fn every_benchmark_is_explained() {
    let benches = include_str!("../Cargo.toml").split("[[bench]]\nname = \"").skip(1).filter_map(|rest| rest.split_once('"'));
    let missing: Vec<_> =
        benches.map(|(name, _)| name).filter(|name| !FIGURES.contains(&format!("`cargo bench --bench {name}`"))).collect();
    assert!(missing.is_empty(), "docs/FIGURES.md does not say what {missing:?} measure");
}

/// A command that is named to the user must exist.
#[test]
fn only_commands_that_exist_are_named() {
    use clap::CommandFactory as _;
    let known: Vec<String> = postwatch::cli::Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let mut named = Vec::new();
    for folder in ["src", "assets", "docs", "README.md"] {
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
