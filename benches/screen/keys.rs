//! Keys one by one, each until its change is on the screen.

use std::time::Duration;

use super::Result;
use super::program::{Program, Seen};

/// How many key presses make a figure.
const KEYS: usize = 200;

/// How long a key may take before it counts as changing nothing.
const AT_MOST: Duration = Duration::from_secs(2);

/// How many keys in a row may change nothing.
const MISSED: usize = 20;

/// The cost of keys, sorted: time until the change, and bytes until the screen is still.
pub struct Pressed {
    /// The times.
    pub times: Vec<Duration>,
    /// The bytes.
    pub bytes: Vec<usize>,
}

/// Presses keys and waits for the change of each.
///
/// # Errors
/// Several keys in a row changed nothing; the error text has the screen.
pub fn keys<T: PartialEq>(program: &mut Program, key: impl Fn(usize) -> &'static str, changed: impl Fn(&Seen) -> T) -> Result<Pressed> {
    let mut pressed = Pressed { times: Vec::new(), bytes: Vec::new() };
    let mut missed = 0;
    for press in 0..KEYS {
        let (before, bytes) = program.look(|seen| (changed(seen), seen.bytes));
        let since = program.types(key(press))?;
        let mut at = since;
        let is_changed = program.waits(AT_MOST, |seen| {
            at = seen.at;
            changed(seen) != before
        });
        if !is_changed {
            missed += 1;
            if missed > MISSED {
                let screen = program.look(|seen| seen.parser.screen().contents());
                return Err(format!("the key {:?} changes nothing; the screen:\n{screen}", key(press)).into());
            }
            continue;
        }
        missed = 0;
        pressed.times.push(at - since);
        // The rest of the frame, and an interval that does not match that of the frames for news.
        program.rests(Duration::from_micros(17_000 + (press as u64 * 7_919) % 13_000));
        pressed.bytes.push(program.look(|seen| seen.bytes) - bytes);
    }
    if pressed.times.len() < KEYS / 2 {
        return Err(format!("only {} of {KEYS} keys changed something", pressed.times.len()).into());
    }
    pressed.times.sort_unstable();
    pressed.bytes.sort_unstable();
    Ok(pressed)
}
