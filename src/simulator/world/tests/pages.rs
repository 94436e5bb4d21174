//! Pages: cursors, limits, search, and standing still while new messages arrive.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::Value;

use super::{Caller, caller, code_of, empty_campaign, text};
use crate::simulator::options::{CampaignOptions, WorldOptions};
use crate::simulator::world::{Call, World};

fn ids(messages: &[Value]) -> Vec<String> {
    messages.iter().map(|message| text(message, "id").to_owned()).collect()
}

fn cursor(page: &Value, name: &str) -> String {
    text(page, name).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

fn busy() -> CampaignOptions {
    CampaignOptions { messages: 3_000, batches: 2, live_per_second: 7.0, ..CampaignOptions::new("Clinics") }
}

/// Walks from the newest to the oldest, a second between pages; gives the ids in order.
fn walk(caller: &mut Caller, list: &str, limit: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let (messages, page) = caller.page(&format!("{list}?limit={limit}{after}"));
        assert!(messages.len() <= limit);
        assert_eq!(page["hasPreviousPage"], !after.is_empty());
        all.extend(ids(&messages));
        if page["hasNextPage"] == false {
            return all;
        }
        assert_eq!(messages.len(), limit);
        after = format!("&after={}", cursor(&page, "endCursor"));
        caller.wait(1000);
    }
}

#[rstest]
#[case(1000)]
#[case(137)]
fn a_walk_meets_every_message_once_while_others_arrive(#[case] limit: usize) {
    let mut caller = caller(busy());
    caller.wait(60_000);
    let expected = {
        caller.world.advance(caller.now);
        caller.world.message_ids(&caller.campaign)
    };
    assert!(expected.len() > 3_400);
    let walked = walk(&mut caller, "/messages", limit);
    assert_eq!(walked, expected);
    assert_eq!(walked.iter().collect::<BTreeSet<_>>().len(), walked.len());
    assert!(caller.world.message_ids(&caller.campaign).len() > expected.len());
}

#[test]
fn a_walk_over_a_batch_meets_every_row_once() {
    let mut caller = caller(busy());
    for batch in caller.world.batch_ids(&caller.campaign) {
        let walked = walk(&mut caller, &format!("/batch/{batch}/messages"), 100);
        let (whole, _) = caller.page(&format!("/messages/{}", "?limit=1").replace("/?", "?"));
        assert_eq!(whole.len(), 1);
        assert_eq!(walked.iter().collect::<BTreeSet<_>>().len(), walked.len());
        let one = caller.get(&format!("/messages/{}", walked[0]));
        assert_eq!(one["batches"][0]["totalMessages"], walked.len() as u64);
    }
}

#[test]
fn pages_are_ordered_newest_first() {
    let mut caller = caller(busy());
    let (messages, _) = caller.page("/messages?limit=1000");
    let keys: Vec<_> = messages.iter().map(|m| (text(m, "createdAt"), text(m, "id"))).collect();
    assert!(keys.is_sorted_by(|a, b| a > b));
    assert!(keys.windows(2).any(|pair| pair[0].0 == pair[1].0), "some share a creation time");
}

#[test]
fn a_cursor_asked_again_covers_the_same_stretch() {
    let mut caller = caller(busy());
    let (_, page) = caller.page("/messages?limit=200");
    let path = format!("/messages?limit=300&after={}", cursor(&page, "endCursor"));
    let (first, _) = caller.page(&path);
    caller.wait(3_600_000);
    let (again, _) = caller.page(&path);
    assert_eq!(ids(&first), ids(&again));
    let (head, _) = caller.page("/messages?limit=200");
    assert!(ids(&head).iter().all(|id| !ids(&first).contains(id)));
}

#[test]
fn before_goes_back_to_newer_messages() {
    let mut caller = caller(busy());
    let (first, page) = caller.page("/messages?limit=50");
    let (_, second) = caller.page(&format!("/messages?limit=50&after={}", cursor(&page, "endCursor")));
    let (back, page) = caller.page(&format!("/messages?limit=50&before={}", cursor(&second, "startCursor")));
    assert_eq!(ids(&back), ids(&first));
    assert_eq!((&page["hasPreviousPage"], &page["hasNextPage"]), (&false.into(), &true.into()));
    caller.wait(10_000);
    let (newer, page) = caller.page(&format!("/messages?limit=10&before={}", cursor(&page, "startCursor")));
    assert_eq!(newer.len(), 10);
    assert_eq!(page["hasPreviousPage"], true);
}

#[test]
fn an_empty_page_has_no_cursors() {
    let mut caller = caller(empty_campaign());
    let page = caller.get("/messages?limit=10");
    let expected = serde_json::json!({"data": [], "pageData": {
        "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null}});
    assert_eq!(page, expected);
}

/// The messages of a batch, newest first, as they are read one by one.
fn messages_of(caller: &mut Caller, batch: &str) -> Vec<Value> {
    let (rows, _) = caller.page(&format!("/batch/{batch}/messages?limit=3"));
    rows.iter().map(|row| caller.get(&format!("/messages/{}", text(row, "id")))).collect()
}

#[test]
fn a_cursor_is_base64_of_time_and_id() {
    use base64::Engine;
    let mut caller = caller(busy());
    let decode = |cursor: &str| -> (String, String) {
        let plain = base64::engine::general_purpose::STANDARD.decode(cursor).unwrap();
        serde_json::from_slice(&plain).unwrap()
    };
    let (messages, page) = caller.page("/messages?limit=3");
    for (name, message) in [("startCursor", &messages[0]), ("endCursor", &messages[2])] {
        let expected = (text(message, "createdAt").to_owned(), text(message, "id").to_owned());
        assert_eq!(decode(text(&page, name)), expected);
    }
    let batch = caller.world.batch_ids(&caller.campaign).remove(0);
    let (_, page) = caller.page(&format!("/batch/{batch}/messages?limit=3"));
    // A row of a batch is a number, and later rows have higher ones.
    let row = |name| decode(text(&page, name)).1.parse::<u64>().unwrap();
    assert!(row("startCursor") > row("endCursor"));
    assert_eq!(text(&messages_of(&mut caller, &batch)[2]["batches"][0]["BatchMessage"], "id"), row("endCursor").to_string());
}

#[rstest]
#[case("limit=0")]
#[case("limit=1001")]
#[case("limit=-1")]
#[case("limit=ten")]
#[case("limit=")]
#[case("after=nonsense")]
#[case("before=%5B%5D")]
#[case("after=WyIyMDI2IiwibWVzc2FnZV8xIl0=")]
fn wrong_parameters_are_refused(#[case] query: &str) {
    let mut caller = caller(empty_campaign());
    let answer = caller.call("GET", &format!("/messages?{query}"), None, b"");
    assert_eq!((answer.status, code_of(&answer).as_str()), (400, "parameter_invalid"));
}

#[test]
fn both_cursors_at_once_are_refused() {
    let mut caller = caller(busy());
    let (_, page) = caller.page("/messages?limit=1");
    let cursor = cursor(&page, "endCursor");
    let answer = caller.call("GET", &format!("/messages?after={cursor}&before={cursor}"), None, b"");
    assert_eq!(answer.status, 400);
}

#[test]
fn without_a_limit_a_page_has_100() {
    let mut caller = caller(busy());
    assert_eq!(caller.page("/messages").0.len(), 100);
    assert_eq!(caller.page("/messages?unknown=1&limit=7").0.len(), 7);
}

#[test]
fn search_finds_parts_of_the_number() {
    let mut caller = caller(busy());
    let (all, _) = caller.page("/messages?limit=1000");
    let recipient = text(&all[500], "recipient").to_owned();
    for part in [recipient.as_str(), &recipient[4..], &recipient[2..6]] {
        let mut found = Vec::new();
        let mut after = String::new();
        loop {
            let (messages, page) = caller.page(&format!("/messages?limit=100&search={part}{after}"));
            found.extend(messages);
            if page["hasNextPage"] == false {
                break;
            }
            after = format!("&after={}", cursor(&page, "endCursor"));
        }
        assert!(found.iter().all(|message| text(message, "recipient").contains(part)));
        let expected = all.iter().filter(|message| text(message, "recipient").contains(part));
        let found = ids(&found);
        assert!(expected.clone().count() > 0);
        assert!(expected.into_iter().all(|message| found.contains(&text(message, "id").to_owned())));
    }
    assert!(caller.page("/messages?search=99999999999").0.is_empty());
}

#[test]
fn late_messages_appear_behind_newer_ones() {
    let campaign = CampaignOptions { live_per_second: 20.0, late_rate: 0.3, ..empty_campaign() };
    let mut caller = caller(campaign);
    caller.wait(60_000);
    let (before, _) = caller.page("/messages?limit=1000");
    caller.wait(1_000);
    let (after, _) = caller.page("/messages?limit=1000");
    let before: BTreeSet<_> = ids(&before).into_iter().collect();
    let after = ids(&after);
    let newest_known = after.iter().position(|id| before.contains(id)).unwrap();
    assert!(after[newest_known..].iter().any(|id| !before.contains(id)));
}

#[test]
fn live_messages_arrive_at_their_rate() {
    let mut caller = caller(CampaignOptions { live_per_second: 4.0, ..empty_campaign() });
    caller.wait(50_000);
    let count = caller.page("/messages?limit=1000").0.len();
    assert!((199..=201).contains(&count), "{count}");
}

/// Everything two worlds answer to the same calls.
fn transcript(seed: u64) -> Vec<Vec<u8>> {
    let mut options = WorldOptions::new(seed);
    options.campaigns = vec![CampaignOptions { prepare: Duration::from_secs(1), ..busy() }];
    let mut caller = super::caller_of(options);
    let mut bodies = vec![caller.campaign.clone().into_bytes(), caller.key.clone().into_bytes()];
    for _ in 0..5 {
        bodies.push(caller.call("GET", "/messages?limit=500", None, b"").body);
        bodies.push(caller.upload("recipient,language,name,clinic,date,time,reference\n6580001234,malay,a,b,c,d,e").body);
        caller.wait(5_000);
    }
    bodies
}

#[test]
fn the_same_seed_gives_the_same_world() {
    assert_eq!(transcript(1), transcript(1));
    assert_ne!(transcript(1)[0], transcript(2)[0]);
    assert_ne!(transcript(1)[2], transcript(2)[2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any sequence of limits reads the same list.
    #[test]
    fn any_limits_read_the_same_list(limits in prop::collection::vec(1..90usize, 1..8), seed in 0..50u64) {
        let mut options = WorldOptions::new(seed);
        options.calls_per_second = 0;
        options.campaigns[0].messages = 150;
        options.campaigns[0].live_per_second = 3.0;
        let mut now = options.started_at;
        let mut world = World::new(options);
        let card = world.campaigns().remove(0);
        let expected = world.message_ids(&card.id);
        let path = format!("/campaigns/{}/messages", card.id);
        let authorization = format!("Bearer {}", card.key);
        let mut walked = Vec::new();
        let mut after = String::new();
        for limit in limits.iter().cycle() {
            let query = format!("limit={limit}{after}");
            let call = Call { method: "GET", path: &path, query: Some(&query), authorization: Some(&authorization), content_type: None, body: b"" };
            let page: Value = serde_json::from_slice(&world.answer(&call, now).body).unwrap();
            walked.extend(ids(page["data"].as_array().unwrap()));
            if page["pageData"]["hasNextPage"] == false {
                break;
            }
            after = format!("&after={}", cursor(&page["pageData"], "endCursor"));
            now += jiff::SignedDuration::from_secs(2);
        }
        prop_assert_eq!(walked, expected);
    }
}
