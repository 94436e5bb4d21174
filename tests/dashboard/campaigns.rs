//! Several campaigns, and one that was never read.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;
use postwatch::monitor::{CampaignIndex, Command, Connection, News};
use postwatch::postman::{CallProblem, HostKind};
use postwatch::tui::{Effect, Event, Setup};
use rstest::rstest;

use crate::desk::{Desk, Sms, card, explanation, setup, sms};

fn refused(desk: &Desk) -> News {
    News::Connection(Connection::Refused { until: desk.now, met: CallProblem::Refused, why: explanation("the key is refused") })
}

#[test]
fn what_was_never_read_has_no_figures() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 120, 36);
    let news = refused(&desk);
    desk.news(0, news).sees("24 h         not loaded yet").sees("last 15 min  not loaded yet").misses("0 ✗").misses("nothing finished");
    desk.head(0, &[sms(1, "success", 60)], true).sees("1 ✓").sees("0 ✗").misses("not loaded yet");
}

#[test]
fn campaigns_keep_the_order_of_the_file_and_w_leads_to_the_next_in_need() {
    let names = ["Alpha", "Bravo", "Charlie", "Delta"];
    let mut desk = Desk::new(setup(names.map(|name| card(name, HostKind::Test)).to_vec()), 80, 24);
    for campaign in 0..names.len() {
        desk.head(campaign, &[sms(1, "success", 60)], true);
    }
    desk.keys("]").sees("Bravo  2 of 4").keys("w").sees("no other campaign needs a person");
    // Meanwhile Delta comes to need a person, and stays where it is.
    let news = refused(&desk);
    desk.news(3, news).sees("w ! Delta: refused");
    desk.keys("]").sees("Charlie  3 of 4").keys("[ [ w").sees("Delta  4 of 4").misses("w ! ");
}

#[test]
fn what_is_stuck_is_counted_for_every_campaign() {
    let mut desk = Desk::new(setup(["Alpha", "Bravo"].map(|name| card(name, HostKind::Test)).to_vec()), 120, 36);
    desk.head(0, &[sms(1, "success", 60)], true);
    // One is not handed over for an hour, one is silent with the telco for twenty; the young one is not stuck.
    desk.head(1, &[sms(2, "created", 60), sms(3, "sending", 3_600), sms(4, "sent_to_telco", 20 * 3_600)], true);
    desk.wait(1_000).keys("BackTab").sees("stuck");
    let heads = desk.line("failed now");
    let at = heads.find("stuck").unwrap();
    assert!(heads.find("on way").is_some_and(|open| open < at));
    let column = |desk: &Desk, name: &str| desk.line(name).chars().skip(at).take(5).collect::<String>().trim().to_owned();
    assert_eq!((column(&desk, "›   Alpha"), column(&desk, "    Bravo")), ("0".to_owned(), "2".to_owned()));
    desk.keys("j Enter").sees("1 on the way").sees("1 stuck").sees("1 unconfirmed");
}

/// Twenty campaigns, of which the key of the eighteenth is refused and the seventh fails.
fn twenty(columns: u16, rows: u16) -> Desk {
    let names = (1..=20).map(|number| format!("Campaign number {number}"));
    let mut desk = Desk::new(setup(names.map(|name| card(&name, HostKind::Test)).collect()), columns, rows);
    for place in 0..20 {
        if place == 17 {
            let news = refused(&desk);
            desk.news(place, news);
            continue;
        }
        let status = if place == 6 { "failure" } else { "success" };
        let messages: Vec<_> = (0..30).map(|number| sms(number, status, i64::from(number) + 1)).collect();
        desk.live(place).head(place, &messages, true);
    }
    desk.wait(3_000);
    desk
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(110, 24)]
#[case(120, 36)]
#[case(140, 24)]
#[case(200, 60)]
fn the_one_in_trouble_is_named_at_every_size(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = twenty(columns, rows);
    for keys in ["1", "] ] ] ] ] ] ] ] ] ] ]", "3", "5", "2", "1 [ [ [ [ [ [ [ [ [ [ [ ["] {
        desk.keys(keys);
        let screen = desk.screen();
        assert!(
            ["! Campaign n", "!  Campaign n", "!› Campaign n", "w ! Camp"].iter().any(|mark| screen.contains(mark)),
            "{keys}:\n{screen}"
        );
    }
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn all_of_them(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = twenty(columns, rows);
    desk.keys("BackTab");
    assert_snapshot!(format!("all_campaigns_{columns}x{rows}"), desk.screen());
    desk.keys(&"j ".repeat(19));
    assert!(desk.cursor_line().starts_with(" ›   Campaign"), "{}", desk.screen());
    desk.keys("Enter").sees("Campaign number 20").sees("30 loaded").keys("BackTab g 3").sees("0 of 30 failed");
}

/// Three campaigns with names of the usual length; the first one is masked, the third has no answer yet.
fn three(columns: u16, rows: u16) -> Desk {
    let mut open = card("Vaccination 2026, second dose", HostKind::Test);
    open.masked = false;
    let cards = vec![card("Clinic reminders", HostKind::Test), open, card("Flood alerts", HostKind::Test)];
    let mut desk = Desk::new(Setup { mouse: true, ..setup(cards) }, columns, rows);
    let mut first: Vec<Sms> = (0..60).map(|number| sms(number, "success", i64::from(number) * 60)).collect();
    first.extend([sms(100, "failure", 300), sms(101, "failure", 100).error("routing_error"), sms(102, "sending", 3_000)]);
    let mut second: Vec<Sms> = (200..260).map(|number| sms(number, "success", i64::from(number) * 10)).collect();
    second.extend([sms(4_567, "failure", 200).error("message_expired"), sms(301, "sending", 30)]);
    desk.live(0).live(1).head(0, &first, true).head(1, &second, true).wait(1_000);
    desk
}

/// The pane of the campaigns alone.
fn pane(desk: &Desk) -> String {
    desk.screen().lines().filter_map(|line| line.split_once('│')).map(|(left, _)| format!("{}\n", left.trim_end())).collect()
}

#[test]
fn below_the_campaigns_is_what_they_sum_up_to_and_the_newest_failures_of_all() {
    let mut desk = three(200, 60);
    assert_snapshot!("below_the_campaigns", pane(&desk));
    // Of campaigns with different time windows that is said.
    desk.keys("t g Enter");
    assert!(pane(&desk).contains("each in its time window"), "{}", desk.screen());
    // A lower or narrower screen has no room for it.
    desk.resize(200, 39).misses("newest failures").resize(199, 60).misses("newest failures");
}

#[test]
fn a_new_failure_of_any_campaign_comes_first() {
    let mut desk = three(200, 60);
    desk.head(1, &[sms(9, "failure", 5).error("recipient_invalid")], true);
    let newest = pane(&desk);
    let line = newest.lines().skip_while(|line| !line.contains("newest failures")).nth(1).unwrap_or_default().to_owned();
    assert!(line.ends_with("recipient_invalid"), "{newest}");
}

#[test]
fn a_click_on_a_failure_opens_it_in_its_campaign() {
    let mut desk = three(200, 60);
    let click = |desk: &mut Desk, text: &str| {
        let row = desk.screen().lines().position(|line| line.split('│').next().unwrap_or_default().contains(text)).unwrap();
        let (column, row) = (4, u16::try_from(row).unwrap());
        let kind = MouseEventKind::Down(MouseButton::Left);
        desk.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    };
    click(&mut desk, "65 8000 4567");
    desk.sees("Vaccination 2026, second dose  2 of 3").sees("── 65 8000 4567 ──");
    assert!(desk.commands().iter().any(|command| matches!(command, Command::Open { message, .. } if *message == sms(4_567, "", 0).id())));
    // The list behind it is the one that was there.
    desk.keys("Esc").sees("62 loaded");
    // From another view, or a list that lacks it, the failures are listed, and Esc leads back.
    desk.keys("2");
    click(&mut desk, "routing_error");
    desk.sees("Clinic reminders  1 of 3").sees("── 65∙∙∙∙0101 ──").sees("2 of 63").keys("Esc Esc").sees("[2 Batches]");
}

#[rstest]
#[case(80, 24)]
#[case(200, 60)]
fn the_keys_reach_the_newest_failures_below_the_list_of_all(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = three(columns, rows);
    desk.keys("BackTab").sees("newest failures").keys("j j j j");
    assert!(desk.cursor_line().contains("65 8000 4567  message_expired"), "{}", desk.screen());
    // A newer one does not take the cursor.
    desk.head(0, &[sms(9, "failure", 5)], true);
    assert!(desk.cursor_line().contains("65 8000 4567  message_expired"), "{}", desk.screen());
    desk.keys("Enter")
        .sees("Vaccination 2026, second dose  2 of 3")
        .sees("── 65 8000 4567 ──")
        .misses("newest failures ─────────────────────────────────────────────");
}

#[test]
fn what_is_presented_is_masked_among_the_newest_failures_too() {
    let mut desk = three(200, 60);
    desk.sees("65 8000 4567").keys(": p r e s e n t Enter").misses("65 8000 4567").sees("65∙∙∙∙4567");
}

/// The last hour keeps its colours in the selected row, here and in the pane.
#[rstest]
#[case("", 34)]
#[case("BackTab", 200)]
fn failures_of_the_last_hour_are_red_in_the_selected_row_too(#[case] keys: &str, #[case] width: u16) {
    let mut desk = three(200, 60);
    let failing: Vec<Sms> = (0..40).map(|number| sms(number, "failure", i64::from(number) + 1)).collect();
    desk.head(0, &failing, true).wait(1_000).keys(keys);
    let failed = desk.style_of("✗").fg;
    let buffer = desk.terminal.backend().buffer();
    let cells = (5..60).flat_map(|y| (0..width).map(move |x| &buffer[(x, y)]));
    let loud: Vec<_> = cells.filter(|cell| cell.symbol() == "█" && Some(cell.fg) == failed).collect();
    assert!(!loud.is_empty() && failed.is_some(), "{}", desk.screen());
}

#[test]
fn each_key_in_the_list_of_all_is_about_the_one_under_the_cursor() {
    let mut desk = twenty(80, 24);
    desk.keys("BackTab j j j Esc").sees("Campaign number 1 ");
    desk.keys("BackTab j j j p");
    let paused =
        desk.effects.iter().any(|effect| matches!(effect, Effect::Command { campaign: CampaignIndex(3), command: Command::Pause }));
    assert!(paused, "{:?}", desk.effects);
    desk.keys("BackTab ] ] BackTab q");
    assert!(desk.has_quit());
}

#[test]
fn each_campaign_has_its_verdict_and_its_last_hour_and_c_copies_the_verdict() {
    let mut desk = twenty(160, 40);
    desk.keys("BackTab").sees("verdict").sees("last hour");
    let line = |desk: &Desk, name: &str| desk.line(&format!("{name}  "));
    let failing = line(&desk, "Campaign number 7");
    assert!(failing.contains("! Campaign number 7   Failing: recipient_unavailable, 30 of 30"), "{failing}");
    assert!(line(&desk, "Campaign number 18").contains("Cannot tell: refused"), "{}", desk.screen());
    let well = line(&desk, "Campaign number 2");
    assert!(well.contains("Going well") && well.contains("█") && well.contains("live"), "{well}");
    desk.keys("j c");
    let copied = desk.effects.iter().find_map(|effect| if let Effect::Copy(text) = effect { Some(text.0.clone()) } else { None });
    assert_eq!(copied.as_deref(), Some("Campaign number 2: Going well"));
}

#[test]
fn the_command_line_finds_a_campaign_by_its_name() {
    let names = ["Clinic reminders", "Flood alerts", "Stop orders"];
    let mut desk = Desk::new(setup(names.map(|name| card(name, HostKind::Test)).to_vec()), 80, 24);
    for campaign in 0..names.len() {
        desk.head(campaign, &[sms(1, "success", 60)], true);
    }
    desk.keys(": f l o o d").sees("Flood alerts").sees("show this campaign").keys("Enter").sees("Flood alerts  2 of 3");
    // A command comes before a campaign whose name begins like it, and without a name typed there are only commands.
    desk.keys(":").misses("Clinic reminders").keys("s t o p");
    let first = desk.screen().lines().position(|line| line.contains("› stop")).unwrap();
    let campaign = desk.screen().lines().position(|line| line.contains("Stop orders")).unwrap();
    assert!(first < campaign, "{}", desk.screen());
    desk.keys("Esc : c l i n Tab").sees("Clinic reminders").keys("Enter").sees("Clinic reminders  1 of 3");
}
