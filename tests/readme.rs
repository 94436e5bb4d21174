//! What the README says of the program is what the program says of itself.

const README: &str = include_str!("../README.md");

#[test]
fn the_list_of_keys_is_the_programs_own() {
    let (_, after) = README.split_once("<!-- keys: made from the key table, checked by a test -->\n").expect("the list begins");
    let (listed, _) = after.split_once("<!-- end of keys -->").expect("the list ends");
    assert_eq!(listed, postwatch::tui::keys::markdown(), "paste the right-hand text into the README");
}

#[test]
fn the_two_commands_of_the_first_screen_stand_there() {
    let first_screen: String = README.lines().take(30).collect::<Vec<_>>().join("\n");
    assert!(first_screen.contains("\ncargo run --release -- demo\ncargo test\n"));
    assert!(first_screen.contains("assets/dashboard.png"));
}
