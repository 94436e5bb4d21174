//! The main job: watch, find a recipient, look closer, retry what failed, and never by accident.

use postwatch::simulator::CampaignOptions;

use super::hands::{CANCEL, asked, on_a_failed_one, on_a_failed_one_of};
use super::program::cursor_line;
use super::simulation::{Simulation, campaign, world};

#[test]
fn messages_are_found_opened_and_filtered() {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    program.types("\r").sees("Esc back").sees(&failed.id).types("\u{1b}").loses("Esc back");
    // 0 clears what was looked for; the first status of the menu is "failed".
    program.types("0").sees("all messages").types("f").sees("Show messages that are");
    // The arrow, since a third letter this fast would pass for a paste.
    program.types("\u{1b}[B");
    program
        .waits_for("the line", |screen| cursor_line(screen).contains("› [ ] ✗ failed"))
        .types("\r")
        .sees(" of 300 loaded")
        .loses("  ✓ delivered");
    program.waits_for("only failures", |screen| screen.contents().lines().filter(|line| line.contains("✗ failed")).count() > 10);
    assert_eq!(simulation.posts(), [], "looking writes nothing");
}

#[test]
fn yes_retries_exactly_once() {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    asked(&mut program).presses_until("y", "an outcome", |screen| screen.contents().contains("accepted"));
    program.waits_for("the end of the story", |screen| {
        let text = screen.contents();
        text.contains("retried: accepted") && (text.contains(", delivered ") || text.contains(", failed again "))
    });
    let posts = simulation.posts();
    assert_eq!(posts.len(), 1, "{posts:?}");
    assert_eq!((posts[0].message.as_deref(), posts[0].status), (Some(failed.id.as_str()), 201));
}

#[test]
fn esc_and_enter_leave_it() {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    asked(&mut program).types("\u{1b}").loses(CANCEL);
    asked(&mut program).presses_until("\r", "the question gone", |screen| !screen.contents().contains(CANCEL));
    // Had either been taken for a yes, its POST would have left before the one that is meant.
    // Backspace, because a terminal's Esc with a letter at once behind it is another key.
    program.presses_until("\u{7f}", "the list", |screen| cursor_line(screen).contains("✗ failed"));
    asked(&mut program).presses_until("y", "the outcome", |screen| screen.contents().contains("retried: accepted"));
    let posts = simulation.posts();
    assert_eq!(posts.iter().map(|post| post.message.as_deref()).collect::<Vec<_>>(), [Some(failed.id.as_str())]);
}

#[test]
fn marked_ones_are_retried_in_one_run_whose_results_are_exported() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded").types("f").sees("Show messages that are").types("\u{1b}[B");
    program.waits_for("the line", |screen| cursor_line(screen).contains("› [ ] ✗ failed")).types("\r").loses("  ✓ delivered");
    // Helps, no use, helps.
    program.types(" ").sees("1 marked").types(" ").sees("2 marked").types(" ").sees("3 marked");
    // Pressed again, since a third letter this fast passes for a paste.
    program.presses_until("r", "the plan", |screen| screen.contents().contains("Tab all"));
    program.presses_until("y", "the results", |screen| screen.contents().contains("Results of the run"));
    program.sees("2 accepted").sees("0 refused").types("x").sees("Export to a file");
    let file = simulation.home().join("results.csv");
    program.types("\u{15}").types(&file.display().to_string()).types("\r").sees("Exported to").loses("3 marked");
    let exported = std::fs::read_to_string(&file).unwrap();
    assert!(exported.starts_with("\u{feff}id,recipient,outcome,") && exported.lines().count() == 3, "{exported}");
    let posts = simulation.posts();
    let messages: std::collections::HashSet<_> = posts.iter().map(|post| post.message.clone()).collect();
    assert_eq!((posts.len(), messages.len()), (2, 2), "{posts:?}");
    // The results are still there; Esc leaves them.
    program.sees("Results of the run").types("\u{1b}").loses("Results of the run").types("5").sees("· 2 actions");
}

/// A tunnel to production ends on this machine: the key says so. The name and the count come over a slow line,
/// several characters at once.
#[test]
fn a_production_key_on_this_machine_wants_the_name_and_the_count() {
    let live = CampaignOptions { key: Some("key_live_0123456789abcdef".to_owned()), ..campaign("Clinic reminders") };
    let simulation = Simulation::of(world(vec![live]));
    let mut program = simulation.run();
    program.sees("300 loaded").sees("PRODUCTION").sees("READ-ONLY").sees("∙∙∙∙");
    program.types(":").sees("Commands").types("unlock\r").sees("Type its name").types("Clin").types("ic remin").types("ders");
    program.presses_until("\r", "the campaign open", |screen| screen.contents().contains("UNLOCKED"));
    program.types("3").sees("plans them").types("G").sees("All that failed with");
    program.presses_until("r", "the plan", |screen| screen.contents().contains("then Enter:"));
    program.presses_until("y", "a yes that is no count", |screen| screen.contents().contains("in production, type"));
    let failed = simulation.retryable().len().to_string();
    program.types("9").types("\r").sees(&format!("in production, type {failed}, then Enter"));
    assert_eq!(simulation.posts(), []);
    program.types(&failed).presses_until("\r", "the countdown", |screen| screen.contents().contains("Starting in "));
    program.types("y").types("\r").types("\u{1b}").sees("taken back: nothing was sent");
    assert_eq!(simulation.posts(), []);
}

/// The Enter that unlocks agrees to nothing else, and the name is typed as fast as it comes.
#[test]
fn a_plan_unlocks_its_campaign_and_is_then_asked_about() {
    let simulation = Simulation::new();
    simulation.configure(&simulation.part(0, "calls_per_second = 10\nread_only = true"));
    let (mut program, failed) = on_a_failed_one_of(&simulation, simulation.start(&[]).spawn());
    program.types("r").sees("READ-ONLY. Type the campaign's name").types("Clinic reminders");
    program.presses_until("\r", "the lock", |screen| screen.contents().contains("UNLOCKED 15 min"));
    program.sees(CANCEL).reads_all();
    assert_eq!(simulation.posts(), []);
    program.presses_until("y", "the outcome", |screen| screen.contents().contains("retried: accepted"));
    let posts = simulation.posts();
    assert_eq!(posts.iter().map(|post| post.message.as_deref()).collect::<Vec<_>>(), [Some(failed.id.as_str())]);
}
