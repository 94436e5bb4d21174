//! Keys, allow list, rights, pace, paths, and the two bodies of errors.

use rstest::rstest;
use serde_json::Value;

use super::{Caller, caller, caller_of, code_of, empty_campaign};
use crate::simulator::options::{CampaignOptions, KeyRights, RetryAfter, SimulatedEnvironment, WorldOptions};
use crate::simulator::world::{Answer, Call};

fn list(caller: &mut Caller, campaign: &str, authorization: Option<&str>) -> Answer {
    let path = format!("/campaigns/{campaign}/messages");
    let call = Call { method: "GET", path: &path, query: None, authorization, content_type: None, body: b"" };
    caller.world.answer(&call, caller.now)
}

#[rstest]
#[case::missing(None, 401, "")]
#[case::empty(Some(""), 401, "")]
#[case::no_key(Some("Bearer "), 401, "")]
#[case::key_alone(Some("key_test_wrong"), 401, "")]
#[case::wrong(Some("Bearer key_test_wrong"), 401, "invalid_api_key_provided")]
#[case::other_scheme(Some("Basic abc"), 401, "")]
fn without_the_key_there_is_no_answer(#[case] authorization: Option<&str>, #[case] status: u16, #[case] code: &str) {
    let mut caller = caller(empty_campaign());
    let campaign = caller.campaign.clone();
    let answer = list(&mut caller, &campaign, authorization);
    assert_eq!((answer.status, code_of(&answer).as_str()), (status, code));
    if code.is_empty() {
        assert_eq!(answer.body, br#"{"message":"Unauthorized","statusCode":401}"#);
    }
}

#[test]
fn a_key_belongs_to_one_campaign() {
    let mut options = WorldOptions::new(1);
    options.campaigns = vec![empty_campaign(), empty_campaign()];
    let mut caller = caller_of(options);
    let cards = caller.world.campaigns();
    for (campaign, key, status) in [(0, 0, 200), (1, 1, 200), (0, 1, 401), (1, 0, 401)] {
        let authorization = format!("Bearer {}", cards[key].key);
        let answer = list(&mut caller, &cards[campaign].id, Some(&authorization));
        assert_eq!(answer.status, status);
        if status == 401 {
            assert_eq!(code_of(&answer), "invalid_api_key_provided");
        }
    }
    let authorization = format!("Bearer {}", cards[0].key);
    let answer = list(&mut caller, "campaign_unknown", Some(&authorization));
    assert_eq!(code_of(&answer), "invalid_api_key_provided");
}

#[rstest]
#[case(SimulatedEnvironment::Test, "key_test_")]
#[case(SimulatedEnvironment::Production, "key_live_")]
#[case(SimulatedEnvironment::Loadtest, "key_loadtest_")]
fn keys_tell_their_environment(#[case] environment: SimulatedEnvironment, #[case] prefix: &str) {
    let caller = caller(CampaignOptions { environment, ..empty_campaign() });
    assert!(caller.key.starts_with(prefix));
    assert!(caller.campaign.starts_with("campaign_"));
}

#[test]
fn ids_and_keys_can_be_given() {
    let campaign = CampaignOptions { id: Some("c 1/ä".to_owned()), key: Some("k".to_owned()), ..empty_campaign() };
    let mut caller = caller(campaign);
    assert_eq!(list(&mut caller, "c%201%2F%C3%A4", Some("bearer k")).status, 200);
}

#[test]
fn an_address_that_is_not_listed_is_a_400() {
    let mut caller = caller(CampaignOptions { allow_listed: false, ..empty_campaign() });
    let answer = caller.call("GET", "/messages", None, b"");
    assert_eq!((answer.status, code_of(&answer).as_str()), (400, "invalid_ip_address_used"));
}

#[rstest]
#[case(KeyRights::All, 200, 400)]
#[case(KeyRights::Reading, 200, 403)]
#[case(KeyRights::Nothing, 403, 403)]
fn rights_of_a_key(#[case] rights: KeyRights, #[case] get: u16, #[case] post: u16) {
    let mut caller = caller(CampaignOptions { rights, ..empty_campaign() });
    assert_eq!(caller.call("GET", "/messages", None, b"").status, get);
    let answer = caller.call("POST", "/messages", None, b"");
    assert_eq!(answer.status, post);
    if post == 403 {
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["statusCode"], 403);
    }
}

#[rstest]
#[case("GET", "/messages/message_x", 404, "invalid_path")]
#[case("GET", "/batch/batch_x/messages", 404, "invalid_path")]
#[case("GET", "/templates", 404, "invalid_path")]
#[case("PUT", "/messages", 404, "")]
#[case("HEAD", "/messages", 404, "")]
fn unknown_paths_and_ids(#[case] method: &str, #[case] path: &str, #[case] status: u16, #[case] code: &str) {
    let mut caller = caller(empty_campaign());
    let answer = caller.call(method, path, None, b"");
    assert_eq!((answer.status, code_of(&answer).as_str()), (status, code));
}

#[test]
fn both_bodies_have_their_fields() {
    let mut caller = caller(empty_campaign());
    let answer = caller.call("POST", "/messages", None, b"");
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    for name in ["code", "message", "type", "id"] {
        assert!(body["error"][name].is_string(), "{body}");
    }
    assert_eq!(body["error"]["type"], "domain_error");
    let first = body["error"]["id"].clone();
    let answer = caller.call("POST", "/messages", None, b"");
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_ne!(body["error"]["id"], first, "each refusal has a trace id of its own");
    let answer = caller.call("PUT", "/messages", None, b"");
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["statusCode"], 404);
    assert!(body["message"].is_string());
}

/// Statuses of `count` calls at once.
fn burst(caller: &mut Caller, count: usize) -> Vec<Answer> {
    (0..count).map(|_| caller.call("GET", "/messages?limit=1", None, b"")).collect()
}

#[rstest]
#[case(RetryAfter::Always, 40..=40)]
#[case(RetryAfter::Never, 0..=0)]
#[case(RetryAfter::Sometimes, 15..=39)]
#[case(RetryAfter::Date, 0..=0)]
fn calls_over_the_limit_are_dropped(#[case] retry_after: RetryAfter, #[case] reported: std::ops::RangeInclusive<usize>) {
    let mut options = WorldOptions::new(5);
    options.campaigns = vec![empty_campaign()];
    options.retry_after = retry_after;
    let mut caller = caller_of(options);
    let answers = burst(&mut caller, 50);
    assert!(answers[..10].iter().all(|answer| answer.status == 200));
    for answer in &answers[10..] {
        assert_eq!((answer.status, code_of(answer).as_str()), (429, "too_many_requests"));
    }
    let with_header = answers.iter().filter(|answer| answer.retry_after.as_deref() == Some("1")).count();
    assert!(reported.contains(&with_header), "{with_header}");
    let dates = answers.iter().filter(|answer| answer.retry_after.as_deref() == Some("Tue, 16 Jun 2026 03:00:02 GMT")).count();
    assert_eq!(dates, if retry_after == RetryAfter::Date { 40 } else { 0 });
    caller.wait(999);
    assert_eq!(burst(&mut caller, 1)[0].status, 429);
    caller.wait(1);
    let answers = burst(&mut caller, 11);
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 10);
    assert_eq!(caller.world.log().refused_for_pace(), 42);
}

#[test]
fn each_campaign_has_a_pace_of_its_own() {
    let mut options = WorldOptions::new(5);
    options.campaigns = vec![empty_campaign(), empty_campaign()];
    options.calls_per_second = 1;
    let mut caller = caller_of(options);
    let cards = caller.world.campaigns();
    let mut status = |n: usize| {
        let authorization = format!("Bearer {}", cards[n].key);
        list(&mut caller, &cards[n].id, Some(&authorization)).status
    };
    assert_eq!([status(0), status(1), status(0), status(1)], [200, 200, 429, 429]);
}

#[test]
fn the_log_keeps_what_was_asked() {
    let mut caller = caller(empty_campaign());
    let id = caller.send("6580001234");
    caller.get("/messages?limit=5");
    caller.outcome(&format!("/messages/{id}/retry"));
    let log = caller.world.log();
    let posts: Vec<_> = log.posts().iter().map(|call| (call.message.as_deref(), call.status, call.code)).collect();
    let refused = Some("message_not_found_or_retry_message_not_in_failure_status");
    assert_eq!(posts, [(Some(id.as_str()), 201, None), (Some(id.as_str()), 400, refused)]);
    assert_eq!(log.get_count(), 1);
    let get = log.recent_gets().next().unwrap();
    assert_eq!((get.query.as_deref(), get.campaign.as_deref()), (Some("limit=5"), Some(caller.campaign.as_str())));
}
