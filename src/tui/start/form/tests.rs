//! Keys into the form, and what they lead to.

use crossterm::event::KeyModifiers;
use rstest::rstest;
use secrecy::ExposeSecret as _;

use super::*;
use crate::tui::{Context, KeyMap};

fn press(form: &mut CampaignForm, code: KeyCode) -> AfterKey {
    let key = KeyEvent::new(code, KeyModifiers::NONE);
    form.key(KeyMap::default().lookup(Context::Prompt, key), key)
}

fn fill(form: &mut CampaignForm, texts: &[(Spot, &str)]) {
    for (spot, text) in texts {
        form.focus = *spot;
        form.paste(text);
    }
}

/// A form with everything that a campaign on this machine needs.
fn filled() -> CampaignForm {
    let mut form = CampaignForm { server: 3, ..CampaignForm::new() };
    let address = "http://127.0.0.1:8025/api/v2";
    fill(&mut form, &[(Spot::Name, "Clinic"), (Spot::Address, address), (Spot::Id, "campaign_a"), (Spot::Key, "CLINIC_KEY")]);
    form
}

fn tried(weight: NoticeWeight) -> Vec<TrialLine> {
    vec![TrialLine { weight, text: "seen".to_owned(), next: String::new() }]
}

#[test]
fn enter_leads_through_the_fields_to_the_trial() {
    let mut form = filled();
    form.focus = Spot::Name;
    for _ in 0..7 {
        assert_eq!(press(&mut form, KeyCode::Enter), AfterKey::Stay(Vec::new()));
    }
    assert_eq!(form.focus, Spot::Try);
    let AfterKey::Stay(effects) = press(&mut form, KeyCode::Enter) else { panic!("the form was left") };
    let [Effect::TryCampaign(campaign)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((campaign.name.as_str(), campaign.id.as_str()), ("Clinic", "campaign_a"));
    assert_eq!(campaign.key, NewKey::Env("CLINIC_KEY".to_owned()));
    assert_eq!(form.phase, FormPhase::Trying);
}

#[test]
fn a_good_answer_leads_to_saving_and_a_bad_one_to_trying_again() {
    let mut form = filled();
    form.phase = FormPhase::Trying;
    form.tried(tried(NoticeWeight::Problem));
    assert_eq!((form.focus, form.is_right()), (Spot::Try, false));
    form.phase = FormPhase::Trying;
    form.tried(tried(NoticeWeight::Warning));
    assert_eq!((form.focus, form.is_right()), (Spot::Save, true));
    let AfterKey::Stay(effects) = press(&mut form, KeyCode::Enter) else { panic!("the form was left") };
    assert!(matches!(effects.as_slice(), [Effect::AddCampaign(_)]), "{effects:?}");
    // Keys while it is being written do nothing twice.
    assert_eq!(press(&mut form, KeyCode::Enter), AfterKey::Stay(Vec::new()));
}

#[test]
fn an_answer_counts_for_what_was_asked_alone() {
    let mut form = filled();
    form.phase = FormPhase::Trying;
    let _ = press(&mut form, KeyCode::Esc);
    form.tried(tried(NoticeWeight::Info));
    assert_eq!(form.phase, FormPhase::Filling, "who went back does not want to know any more");
    form.phase = FormPhase::Tried(tried(NoticeWeight::Info));
    form.focus = Spot::Id;
    let _ = press(&mut form, KeyCode::Char('x'));
    assert_eq!(form.phase, FormPhase::Filling, "another id is another campaign");
}

#[rstest]
#[case(Spot::Name, "name")]
#[case(Spot::Address, "address")]
#[case(Spot::Id, "id")]
#[case(Spot::Key, "key")]
fn the_first_mistake_gets_the_focus_and_goes_when_it_is_mended(#[case] spot: Spot, #[case] what: &str) {
    let mut form = filled();
    let line = match spot {
        Spot::Name => &mut form.name,
        Spot::Address => &mut form.address,
        Spot::Id => &mut form.id,
        _ => &mut form.keys.0[0],
    };
    *line = TypedLine::default();
    form.focus = Spot::Try;
    assert_eq!(press(&mut form, KeyCode::Enter), AfterKey::Stay(Vec::new()), "{what}");
    assert_eq!(form.focus, spot);
    assert!(form.problems.iter().any(|(at, text)| *at == spot && !text.is_empty()), "{:?}", form.problems);
    let _ = press(&mut form, KeyCode::Char('a'));
    assert_eq!(form.problems, []);
}

#[test]
fn what_was_typed_is_dropped_only_by_a_second_esc() {
    let mut form = CampaignForm::new();
    assert_eq!(press(&mut form, KeyCode::Esc), AfterKey::Back, "nothing is lost");
    let mut form = filled();
    assert_eq!(press(&mut form, KeyCode::Esc), AfterKey::Stay(Vec::new()));
    assert_eq!(press(&mut form, KeyCode::Tab), AfterKey::Stay(Vec::new()));
    assert_eq!(press(&mut form, KeyCode::Esc), AfterKey::Stay(Vec::new()));
    assert_eq!(press(&mut form, KeyCode::Esc), AfterKey::Back);
}

#[test]
fn choices_are_made_with_the_arrows_and_the_address_is_asked_for_where_it_is_needed() {
    let mut form = CampaignForm::new();
    assert!(!form.spots().contains(&Spot::Address));
    form.focus = Spot::Server;
    let _ = press(&mut form, KeyCode::Right);
    let _ = press(&mut form, KeyCode::Right);
    assert_eq!(SERVERS[form.server], "another address");
    assert!(form.spots().contains(&Spot::Address));
    let _ = press(&mut form, KeyCode::Left);
    assert_eq!(SERVERS[form.server], "loadtest");
    form.focus = Spot::Name;
    let _ = press(&mut form, KeyCode::Up);
    assert_eq!(form.focus, Spot::Example, "up from the first is the last");
    let _ = press(&mut form, KeyCode::Down);
    assert_eq!(form.focus, Spot::Name);
}

#[test]
fn a_key_that_is_typed_stays_a_secret() {
    let mut form = CampaignForm { source: 2, ..filled() };
    fill(&mut form, &[(Spot::Key, "key_test_canary0123456789abcdef\nsecond line")]);
    let NewKey::Typed(key) = form.campaign().key else { panic!("another source") };
    assert_eq!(key.expose_secret(), "key_test_canary0123456789abcdef");
    form.focus = Spot::Try;
    let next = press(&mut form, KeyCode::Enter);
    assert!(!format!("{next:?} {form:?}").contains("canary"));
}

#[test]
fn a_typed_key_never_leaves_its_place() {
    let mut form = CampaignForm { source: 2, ..filled() };
    let place = form.keys.0[2].value().as_ptr();
    fill(&mut form, &[(Spot::Key, &"\u{10ffff}".repeat(2 * LONGEST))]);
    let typed = form.keys.0[2].value();
    assert_eq!((typed.chars().count(), typed.as_ptr()), (LONGEST, place), "what moves leaves an unwiped copy");
}
