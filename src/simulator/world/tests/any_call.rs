//! Whatever arrives, the answer is well formed and nothing panics.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use crate::simulator::options::{CampaignOptions, WorldOptions};
use crate::simulator::world::{Call, World};

fn world() -> World {
    let mut options = WorldOptions::new(2);
    options.campaigns = vec![CampaignOptions {
        id: Some("c".to_owned()),
        key: Some("k".to_owned()),
        messages: 60,
        failure_rate: 0.5,
        live_per_second: 0.01,
        ..CampaignOptions::new("Clinics")
    }];
    options.calls_per_second = 0;
    World::new(options)
}

/// Paths that often lead somewhere, with ids that exist among others.
fn paths() -> impl Strategy<Value = String> {
    let world = world();
    let message = world.message_ids("c").remove(30);
    let batch = world.batch_ids("c").remove(0);
    let segment = prop_oneof![
        Just("campaigns".to_owned()),
        Just("c".to_owned()),
        Just("messages".to_owned()),
        Just("batch".to_owned()),
        Just("retry".to_owned()),
        Just(message.clone()),
        Just(batch.clone()),
        ".{0,8}",
    ];
    prop_oneof![
        3 => prop::sample::select(vec![
            "/campaigns/c/messages".to_owned(),
            format!("/campaigns/c/messages/{message}"),
            format!("/campaigns/c/messages/{message}/retry"),
            "/campaigns/c/batch/messages".to_owned(),
            format!("/campaigns/c/batch/{batch}/retry"),
            format!("/campaigns/c/batch/{batch}/messages"),
        ]),
        1 => prop::collection::vec(segment, 0..6).prop_map(|segments| format!("/{}", segments.join("/"))),
        1 => any::<String>(),
    ]
}

fn queries() -> impl Strategy<Value = Option<String>> {
    let pair = ("(limit|search|after|before|.{0,4})", "([0-9]{0,5}|[A-Za-z0-9+/=%]{0,40}|.{0,6})");
    let pairs = prop::collection::vec(pair, 0..4);
    let query = pairs.prop_map(|pairs| pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"));
    prop::option::of(query)
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<Vec<u8>>(),
        "\\{\"recipient\":\"[0-9+]{0,16}\",\"language\":\"(english|malay|x)\",\"values\":\\{(\"name\":\".{0,5}\")?\\}\\}"
            .prop_map(String::into_bytes),
        "(.|\r|\n|,){0,80}".prop_map(|csv| {
            let header = "recipient,language,name,clinic,date,time,reference";
            format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{header}\n{csv}\r\n--edge--")
                .into_bytes()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_call_gets_a_well_formed_answer(
        calls in prop::collection::vec(
            (
                prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "HEAD", ""]),
                paths(),
                queries(),
                prop_oneof![4 => Just(Some("Bearer k".to_owned())), 1 => prop::option::of(any::<String>())],
                prop::option::of(prop_oneof![Just("multipart/form-data; boundary=edge".to_owned()), Just("application/json".to_owned()), any::<String>()]),
                bodies(),
                1_781_400_000..1_781_800_000i64,
            ),
            1..6,
        ),
    ) {
        let mut world = world();
        let asked = calls.len() as u64;
        for (method, path, query, authorization, content_type, body, seconds) in &calls {
            let call = Call {
                method,
                path,
                query: query.as_deref(),
                authorization: authorization.as_deref(),
                content_type: content_type.as_deref(),
                body,
            };
            let now = Timestamp::from_second(*seconds).unwrap();
            let answer = world.answer(&call, now);
            prop_assert!([200, 201, 400, 401, 404].contains(&answer.status), "{}", answer.status);
            if answer.body.is_empty() {
                prop_assert!(answer.status == 201 && path.ends_with("/retry"));
                continue;
            }
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            if answer.status >= 400 {
                let api = body["error"]["code"].is_string() && body["error"]["id"].is_string();
                prop_assert!(api || body["statusCode"] == answer.status, "{}", body);
            } else {
                prop_assert!(body["id"].is_string() || body["data"].is_array() || body["isValid"].is_boolean());
            }
        }
        prop_assert_eq!(world.log().posts().len() as u64 + world.log().get_count(), asked);
    }
}
