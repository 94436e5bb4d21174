//! A campaign shown openly for a while, a screen that others look at, and other typed commands.

use jiff::SignedDuration;
use postwatch::monitor::{ActionStage, Command};
use postwatch::postman::HostKind;
use postwatch::store::{AnswerKind, Reach};
use postwatch::tui::{Dashboard, Effect};

use crate::desk::{Desk, Sms, card, explanation, notes, retry_news, setup, sms};
use postwatch::state::NoteKind;

const BATCH: &str = "batch_a41f0000-0000-4000-8000-000000000022";

fn messages() -> Vec<Sms> {
    vec![sms(4_018, "failure", 60).batch(BATCH), sms(4_019, "success", 120)]
}

fn desk() -> Desk {
    Desk::with(&messages(), 120, 36)
}

fn revealed(desk: &Desk) -> usize {
    notes(&desk.effects, NoteKind::Reveal).iter().filter(|detail| *detail == "all recipients").count()
}

/// Opens it for five minutes, as a person does.
fn reveal(desk: &mut Desk) -> &mut Desk {
    desk.keys(": r e v e a l _").keys("Backspace Enter").sees("Show Clinic reminders unmasked for 5 minutes?").wait(500).keys("y")
}

#[test]
fn a_campaign_is_shown_openly_after_a_question_for_five_minutes() {
    let mut desk = desk();
    desk.keys(": r e v e a l Down Down Up Up").sees("show the campaign unmasked").keys("Esc");
    reveal(&mut desk).sees("UNMASKED 5 min").sees("65 8000 4018").sees("65 8000 4019");
    assert_eq!(revealed(&desk), 1);
    desk.wait(299_000)
        .sees("65 8000 4018")
        .sees("UNMASKED 1 min")
        .wait(1_000)
        .sees("65∙∙∙∙4018")
        .misses("UNMASKED")
        .sees("is masked again");
}

#[test]
fn only_y_says_yes_and_only_when_it_could_be_read() {
    let mut desk = desk();
    for no in ["Enter", "Esc", "q", "Space Esc", "Tab Enter"] {
        desk.keys(": r e v e a l Enter").wait(500).keys(no).misses("unmasked for 5 minutes?").sees("65∙∙∙∙4018");
    }
    // Too soon: what was typed before it stood there.
    desk.keys(": r e v e a l Enter y").sees("unmasked for 5 minutes?").sees("65∙∙∙∙4018");
    assert_eq!(revealed(&desk), 0);
    assert!(desk.state.question().is_some(), "the input guard watches over it");
}

#[test]
fn m_masks_at_once() {
    let mut desk = desk();
    reveal(&mut desk).keys("c m").sees("65∙∙∙∙4018").misses("UNMASKED").keys("c c").misses("65 8000 4018");
    assert!(!notes(&desk.effects, NoteKind::Export).is_empty());
}

#[test]
fn one_time_passwords_stay_hidden() {
    let mut codes = card("Clinic reminders", HostKind::Test);
    codes.one_time_password = true;
    let mut desk = Desk::new(setup(vec![codes]), 160, 40);
    desk.live(0).head(0, &messages(), true);
    desk.keys(": r e v e a l Enter").sees("one-time passwords").keys("Esc");
    reveal(&mut desk).sees("65 8000 4018").misses("Tan Wei Ming").keys("Enter").misses("Tan Wei Ming");
}

#[test]
fn while_others_look_on_nothing_is_revealed() {
    let mut desk = desk();
    reveal(&mut desk).keys("Enter").sees("clinic-nov.csv").sees("clinic@agency.example").keys("Esc / 8 0 0 0 4 Enter").sees("65 8000 4018");
    desk.keys(": p r e s e n t Enter").sees("PRESENTING").sees("65∙∙∙∙4018").misses("65 8000").misses("UNMASKED");
    desk.keys("v").sees("nothing is revealed while presenting").sees("65∙∙∙∙4018");
    desk.keys(": r e v e a l").sees("presenting").keys("Esc");
    desk.keys("Enter")
        .misses("clinic-nov.csv")
        .misses("clinic@agency.example")
        .misses("65 80004")
        .misses("65∙80004")
        .keys("Esc 2")
        .misses("clinic-nov.csv");
    // What was revealed for a while is not shown again afterwards.
    desk.keys("1 : p r e s e n t Enter").misses("PRESENTING").sees("80004").misses("65 8000 4018");
    desk.keys("Enter").sees("clinic-nov.csv");
}

#[test]
fn an_open_campaign_is_open_again_after_the_presentation() {
    let mut open = card("Open", HostKind::Test);
    open.masked = false;
    let mut desk = Desk::new(setup(vec![open]), 120, 36);
    desk.live(0).head(0, &messages(), true).sees("65 8000 4018");
    desk.keys(": p r e s e n t Enter").sees("65∙∙∙∙4018").keys(": p r e s e n t Enter").sees("65 8000 4018");
    // Unless it was masked by hand meanwhile.
    desk.keys(": p r e s e n t Enter m : p r e s e n t Enter").sees("65∙∙∙∙4018");
}

#[test]
fn history_is_read_back_as_far_as_one_says() {
    let mut desk = desk();
    desk.keys(": h i s t o r y Space 7 d").sees("› history").keys("Enter").sees("loading back to 17 Nov 14:03: at 14:01:07 so far");
    let week = Command::ReadBack(SignedDuration::from_hours(7 * 24));
    assert!(desk.commands().contains(&week));
    let reach =
        Reach { oldest: Some((desk.now - SignedDuration::from_hours(8 * 24), sms(1, "success", 0).id())), complete: false, gap: None };
    desk.answer(0, &[sms(1, "success", 8 * 86_400)], AnswerKind::List, Some(reach), false);
    desk.sees("loaded back to 17 Nov 14:03, 3 messages").misses("so far");
}

#[test]
fn history_asks_how_far_where_nothing_was_said() {
    let mut desk = desk();
    desk.keys(": h i s t o r y Enter").sees("How far back should messages be loaded?").keys("Enter").sees("or Esc");
    desk.keys("x Enter")
        .sees("`x` is not a time: 7d")
        .keys("Backspace a l l Enter")
        .misses("How far back")
        .sees("loading back to the start: at");
    desk.misses("1976");
    desk.keys(": h i s t o r y Space 2 0 2 6 - 1 1 - 2 0 Enter").sees("loading back to 20 Nov 00:00");
    desk.keys(": h i s t o r y Space 2 0 2 7 - 1 1 - 2 0 Enter").sees("is not a time");
}

#[test]
fn what_is_loaded_whole_goes_no_further_back() {
    let mut desk = desk();
    desk.head(0, &messages(), true).keys(": h i s t o r y Enter").sees("the whole campaign is loaded");
}

#[test]
fn resolve_leads_to_what_waits_for_a_person() {
    let mut desk = Desk::new(setup(vec![card("One", HostKind::Test), card("Two", HostKind::Test)]), 120, 36);
    desk.live(0).live(1).head(0, &messages(), true).head(1, &messages(), true);
    desk.keys(": r e s o l v e").sees("no outcome needs a person").keys("Esc");
    let stage = ActionStage::Unknown { why: explanation("nobody knows"), look_up_at: None };
    desk.news(1, retry_news(messages()[1].id(), stage, desk.now));
    desk.keys(": r e s o l v e Enter").sees("[5 Activity").sees("Two");
    assert!(desk.cursor_line().contains("65∙∙∙∙4019"), "{}", desk.cursor_line());
}

/// What was told before others came holds no names of files either.
#[test]
fn notices_name_no_files_while_others_look_on() {
    let mut desk = desk();
    desk.keys("x Enter").sees("Exported to postwatch-messages-");
    desk.notice(postwatch::monitor::NoticeWeight::Info, "batch of clinic-nov.csv has ended");
    desk.keys(": p r e s e n t Enter !").sees("Exported to (hidden)").sees("batch of (hidden) has ended").misses("postwatch-messages-");
    desk.keys("Esc : p r e s e n t Enter !").sees("batch of clinic-nov.csv has ended");
}

/// What is looked for is a part of somebody's number.
#[test]
fn what_is_looked_for_is_hidden_while_others_look_on() {
    let mut desk = desk();
    desk.keys("/ 4 0 1 8").sees("find 4018").keys("Enter c").sees("65∙∙∙∙4018");
    desk.keys(": p r e s e n t Enter").sees("find ∙∙∙∙").misses("find 4018");
    desk.keys("/").sees("find ∙∙∙∙").keys("Backspace 7 7").misses("40177").sees("find ∙∙∙∙∙").misses("401");
    desk.keys("Enter").sees("No number with ∙∙∙∙∙").misses("40177");
    desk.keys("0 : p r e s e n t Enter / 4 0 1 Enter").sees("find 401");
}

/// A masked copy has the digits open that were looked for.
#[test]
fn what_was_copied_before_is_not_shown_to_others() {
    let mut desk = desk();
    desk.keys("/ 0 0 0 4 Enter c c").sees("0004").keys("Esc : p r e s e n t Enter Enter c").sees("show the last copy");
    desk.keys("End Enter").sees("nothing has been copied yet").misses("0004");
}

/// A new dashboard would be masked as the configuration says.
#[test]
fn nothing_is_read_anew_while_others_look_on() {
    let mut desk = desk();
    desk.keys(": p r e s e n t Enter : r e l o a d").sees("presenting").keys("Enter");
    assert!(!desk.effects.contains(&Effect::Reload));
    desk.keys("Esc : p r e s e n t Enter : r e l o a d Enter");
    assert!(desk.effects.contains(&Effect::Reload));
}

#[test]
fn history_is_not_told_as_read_while_something_between_is_missing() {
    let mut desk = desk();
    desk.keys(": h i s t o r y Space 7 d Enter").sees("so far");
    let at = |seconds| desk.now - SignedDuration::from_secs(seconds);
    let gap = postwatch::store::Gap { newer: at(60), older: at(120) };
    let oldest = Some((at(8 * 86_400), sms(1, "success", 0).id()));
    let reach = Reach { oldest, complete: false, gap: Some(gap) };
    desk.answer(0, &[sms(1, "success", 8 * 86_400)], AnswerKind::List, Some(reach.clone()), false);
    desk.misses("loaded back to 17 Nov").sees("so far");
    desk.answer(0, &[], AnswerKind::List, Some(Reach { gap: None, ..reach }), false).sees("loaded back to 17 Nov 14:03, 3 messages");
}
