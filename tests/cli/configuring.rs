//! `config`, `completions` and `man`.

use super::stage::{Ran, Stage, program, still, text};

fn run(arguments: &[&str]) -> Ran {
    Ran::from(program(arguments).output().unwrap())
}

#[test]
fn where_it_is_and_what_may_stand_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let path = config.to_str().unwrap();
    let told = run(&["config", "path", "--config", path]);
    assert_eq!((told.code, told.out.as_str()), (0, format!("{path}\n").as_str()));
    assert!(told.err.contains("`postwatch config example`"), "{}", told.err);

    let example = run(&["config", "example"]);
    std::fs::write(&config, &example.out).unwrap();
    let check = run(&["config", "check", "--config", path]);
    assert_eq!((check.code, check.lines().len()), (0, 1), "the example is right: {}", check.out);
    assert_eq!(run(&["config", "path", "--config", path]).err, "");

    let schema = run(&["config", "schema"]).json();
    assert!(schema["properties"]["campaigns"].is_object());
}

#[test]
fn every_mistake_is_told_without_a_call_or_a_key() {
    let stage = Stage::new(still(1));
    let base = stage.simulator.base_url();
    let marker = stage.folder.path().join("was-run");
    stage.write_config(&format!(
        "[[campaigns]]\nname = \"A\"\nid = \"campaign_1\"\nbase_url = \"{base}\"\nkey = {{ command = [\"touch\", \"{}\"] }}\n\n\
         [display]\nasci = true\ntime_zone = \"Asia/Singapur\"\n",
        marker.display()
    ));
    let ran = stage.run(&["config", "check"]);
    assert_eq!(ran.code, 2);
    let told: Vec<String> = ran.lines().iter().map(|line| text(&line["text"])).collect();
    assert!(told.len() == 3 && told[0].contains("1 campaign can be used"), "{told:?}");
    assert!(told[1].contains("line 8") && told[2].contains("`Asia/Singapore`?"), "{told:?}");
    assert!(!marker.exists());
    assert_eq!(stage.simulator.with_world(|world| world.log().get_count()), 0);
    assert!(stage.run(&["config", "check", "--format", "table"]).out.contains("fail  configuration"));
    stage.set_mode("config.toml", 0o622);
    assert!(stage.run(&["config", "check"]).err.contains("chmod go-w"));
}

#[test]
fn completions_and_pages_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let told = run(&["completions", shell]);
        assert_eq!(told.code, 0, "{}", told.err);
        for word in ["watch", "find", "until-done"] {
            assert!(told.out.contains(word), "{word} for {shell}");
        }
    }
    let page = run(&["man"]).out;
    assert!(page.contains(".TH postwatch 1") && page.contains("watch") && page.contains("find"), "{page}");
    let watch = run(&["man", "watch"]).out;
    assert!(watch.contains(".TH postwatch\\-watch 1") || watch.contains(".TH postwatch-watch 1"), "{watch}");
    assert!(watch.contains("until") && watch.contains("timeout"), "{watch}");
    let none = run(&["man", "wach"]);
    assert!(none.code == 2 && none.err.contains("Did you mean `watch`?"), "{}", none.err);
}
