//! Keys that are put right while the dashboard stands.

use rstest::rstest;

use super::simulation::Simulation;

/// The world's campaign with its key from there.
fn configured(key: &str) -> Simulation {
    let simulation = Simulation::new();
    let part = simulation.part(0, "calls_per_second = 10").replace("key = { env = \"KEY_0\" }", &format!("key = {{ {key} }}"));
    simulation.configure(&part);
    simulation
}

fn write_key(simulation: &Simulation, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let (path, new) = (simulation.home().join("clinic.key"), simulation.home().join("new.key"));
    std::fs::write(&new, text).unwrap();
    std::fs::set_permissions(&new, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::rename(new, path).unwrap();
}

#[rstest]
#[case::missing(None)]
#[case::in_quotes(Some("\"key_test_0123456789\""))]
fn a_key_file_that_is_put_right_is_read_by_itself(#[case] before: Option<&str>) {
    let simulation = configured("file = \"clinic.key\"");
    if let Some(before) = before {
        write_key(&simulation, before);
    }
    let key = simulation.simulator().campaigns()[0].key.clone();
    let mut program = simulation.start(&[]).spawn();
    program.sees("not loaded:").sees("reads it again once it is fixed");
    write_key(&simulation, &key);
    program.sees("300 loaded").loses("not loaded:").types("q").gives_the_terminal_back();
    assert!(!String::from_utf8_lossy(&program.bytes()).contains(&key), "the key was on the screen");
}

#[test]
fn a_key_command_that_is_put_right_runs_again_when_somebody_reads_now() {
    let simulation = configured("command = [\"cat\", \"clinic.key\"]");
    let mut program = simulation.start(&[]).spawn();
    program.sees("not loaded:").sees("Ctrl-r runs it again");
    write_key(&simulation, &simulation.simulator().campaigns()[0].key);
    program.types("\u{12}").sees("300 loaded").types("q").gives_the_terminal_back();
}

#[rstest]
#[case::file("file = \"clinic.key\"")]
#[case::command("command = [\"cat\", \"clinic.key\"]")]
fn a_refused_key_is_read_again_before_the_server_is_asked_again(#[case] source: &str) {
    let simulation = configured(source);
    write_key(&simulation, "key_test_00000000000000000000000000000000");
    let mut program = simulation.start(&[]).spawn();
    program.sees("key refused").sees("in case it was fixed");
    write_key(&simulation, &simulation.simulator().campaigns()[0].key);
    program.types("\u{12}").sees("300 loaded").loses("key refused").types("q").gives_the_terminal_back();
}

/// What may be production is never begun under the look of a simulator.
#[test]
fn a_key_that_would_make_production_of_it_needs_a_new_start() {
    let simulation = configured("file = \"clinic.key\"");
    write_key(&simulation, "key_test_00000000000000000000000000000000");
    let mut program = simulation.start(&[]).spawn();
    program.sees("key refused");
    write_key(&simulation, "key_live_00000000000000000000000000000000");
    let asked = || simulation.simulator().with_world(|world| world.log().get_count());
    let before = asked();
    program.types("\u{12}").waits_for("another call", |_| asked() > before);
    program.sees("key refused").types("q").gives_the_terminal_back();
}
