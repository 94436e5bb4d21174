//! Reports that are held back: a stall, and its end.

use super::{Caller, caller, empty_campaign, text};

fn statuses(caller: &mut Caller, ids: &[String]) -> Vec<String> {
    ids.iter().map(|id| text(&caller.get(&format!("/messages/{id}")), "latestStatus").to_owned()).collect()
}

#[test]
fn messages_go_on_being_sent_and_none_finishes_until_the_reports_come() {
    let mut caller = caller(empty_campaign());
    let delivered = caller.send("6580001234");
    caller.wait(12_000);
    let under_way = caller.send("6580001235");
    let abroad = caller.send("14165550123");
    caller.wait(2_000);
    caller.world.withhold_reports(1.0, caller.now);
    let later = caller.send("6580001236");
    let unreachable = caller.send("6511112222");
    let invalid = caller.send("6511111111");
    let ids = [delivered, under_way, abroad, later, unreachable, invalid];
    caller.wait(3_600_000);
    let with_telco = "sent_to_telco";
    assert_eq!(statuses(&mut caller, &ids), ["success", with_telco, with_telco, with_telco, with_telco, with_telco]);

    caller.world.withhold_reports(0.0, caller.now);
    // At the same moment nothing is known yet.
    assert_eq!(statuses(&mut caller, &ids)[3], with_telco);
    caller.wait(5_001);
    assert_eq!(statuses(&mut caller, &ids), ["success", "success", with_telco, "success", "failure", "failure"]);
}

#[test]
fn no_answer_takes_back_what_an_earlier_one_said() {
    let mut caller = caller(empty_campaign());
    let ids: Vec<String> = (0..60).map(|n| caller.send(&format!("65800{n:05}"))).collect();
    let rank = |status: &str| {
        ["created", "enqueued", "sending", "sent", "sent_to_telco", "success"].iter().position(|known| *known == status).unwrap()
    };
    let mut before = vec![0; ids.len()];
    for second in 0..40 {
        // Set, changed and lifted while they are finishing.
        match second {
            10 => caller.world.withhold_reports(1.0, caller.now),
            20 => caller.world.withhold_reports(0.5, caller.now),
            30 => caller.world.withhold_reports(0.0, caller.now),
            _ => {}
        }
        let now: Vec<usize> = statuses(&mut caller, &ids).iter().map(|status| rank(status)).collect();
        assert!(now.iter().zip(&before).all(|(now, before)| now >= before), "second {second}");
        before = now;
        caller.wait(1_000);
    }
    assert!(before.iter().all(|rank| *rank == 5));
}
