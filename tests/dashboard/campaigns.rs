//! Several campaigns, and one that was never read.

use postwatch::monitor::{Connection, News};
use postwatch::postman::HostKind;

use crate::desk::{Desk, card, explanation, setup, sms};

fn refused(desk: &Desk) -> News {
    News::Connection(Connection::Refused { until: desk.now, why: explanation("the key is refused") })
}

#[test]
fn what_was_never_read_has_no_figures() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 120, 36);
    let news = refused(&desk);
    desk.news(0, news).sees("– ✓").sees("– ✗").sees("– open").sees("15 MIN  not read yet").misses("0 ✗").misses("nothing finished");
    desk.head(0, &[sms(1, "success", 60)], true).sees("1 ✓").sees("0 ✗").misses("not read yet");
}

#[test]
fn the_order_stays_while_somebody_steps_through_it() {
    let names = ["Alpha", "Bravo", "Charlie", "Delta"];
    let mut desk = Desk::new(setup(names.map(|name| card(name, HostKind::Test)).to_vec()), 80, 24);
    for campaign in 0..names.len() {
        desk.head(campaign, &[sms(1, "success", 60)], true);
    }
    desk.keys("]").sees("Bravo").sees("2/4");
    // Meanwhile Delta comes to need a person, which moves it to the front.
    let news = refused(&desk);
    desk.news(3, news);
    desk.keys("]").sees("Charlie").keys("]").sees("Delta").sees("4/4");
    // Left alone, the order follows again.
    desk.wait(11_000).sees("1/4");
}
