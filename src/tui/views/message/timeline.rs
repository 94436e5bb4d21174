//! An attempt as a line in time: its steps, and between them strokes whose lengths suggest how long each took.
//!
//! Strokes grow with the logarithm of the time, by one measure for all attempts of a message, so that a second and an
//! hour can both be seen.

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::Span;

use crate::tui::Role;
use crate::tui::text::{age, cut, width};

/// The longest stroke.
const LONGEST: usize = 32;

/// Strokes are drawn in eighths of their natural lengths, as many of them as have room.
const PARTS: usize = 8;

/// Something that happened in an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// What.
    pub word: String,
    /// When, where the API said so or we saw it.
    pub at: Option<Timestamp>,
    /// That time, as shown; empty where the stroke before it says enough.
    pub shown: String,
    /// It had happened by then: this is when we saw it.
    pub is_seen: bool,
    pub role: Role,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Course {
    /// Which attempt, where there are several.
    pub number: Option<usize>,
    /// From its beginning on.
    pub steps: Vec<Step>,
}

/// How much a line says. Each level leaves out more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Whole,
    /// The attempt's number without the word.
    Number,
    /// Without the word of the first step, which has a time.
    NoFirstWord,
    /// Without the time of the last one, where the strokes say as much.
    NoLastTime,
    /// The first and the last step alone.
    Ends,
}

impl Level {
    const ALL: [Level; 5] = [Level::Whole, Level::Number, Level::NoFirstWord, Level::NoLastTime, Level::Ends];
}

/// A piece of a line: text, or a stroke with what it says.
enum Part {
    Text(String, Role),
    Stroke(String, usize),
}

/// The attempts as lines of at most `room` columns, as little left out of all of them as has room for each.
pub(super) fn lines(courses: &[Course], room: usize, style: impl Fn(Role) -> Style) -> Vec<Vec<Span<'static>>> {
    let fits = |level: &Level| courses.iter().all(|course| columns(&course.parts(*level), 0) <= room);
    let level = Level::ALL.into_iter().find(fits).unwrap_or(Level::Ends);
    let parts: Vec<Vec<Part>> = courses.iter().map(|course| course.parts(level)).collect();
    let eighths = (0..=PARTS).rev().find(|eighths| parts.iter().all(|line| columns(line, *eighths) <= room)).unwrap_or(0);
    parts.into_iter().map(|line| spans(line, eighths, room, &style)).collect()
}

impl Course {
    fn parts(&self, level: Level) -> Vec<Part> {
        let mut parts = Vec::new();
        if let Some(number) = self.number {
            let label = if level == Level::Whole { format!("attempt {number}  ") } else { format!("{number}  ") };
            parts.push(Part::Text(label, Role::Muted));
        }
        let last = self.steps.len().saturating_sub(1);
        let mut before: Option<&Step> = None;
        for (index, step) in self.steps.iter().enumerate() {
            if level == Level::Ends && index != 0 && index != last {
                continue;
            }
            if let Some(before) = before {
                parts.push(stroke(before, step));
            }
            let has_word = index != 0 || level < Level::NoFirstWord || step.shown.is_empty();
            let is_timed = index == 0 || step.is_seen || level < Level::NoLastTime || before.and_then(|before| before.at).is_none();
            let mark = if step.is_seen { "≤ " } else { "" };
            let time = if is_timed && !step.shown.is_empty() { format!("{mark}{}", step.shown) } else { String::new() };
            let word = if has_word { step.word.as_str() } else { "" };
            let gap = if word.is_empty() || time.is_empty() { "" } else { " " };
            parts.push(Part::Text(format!("{word}{gap}{time}"), step.role));
            before = Some(step);
        }
        parts
    }
}

/// From one step to the next: how long that took, where both times are known.
fn stroke(from: &Step, to: &Step) -> Part {
    let lasted = from.at.zip(to.at).map(|(from, to)| to.duration_since(from)).filter(|lasted| !lasted.is_negative());
    let Some(lasted) = lasted else { return Part::Stroke(String::new(), 2) };
    let mark = if to.is_seen { "≤ " } else { "" };
    Part::Stroke(format!("{mark}{}", took(lasted)), length(lasted))
}

/// How many strokes stand for a time: two for a tenth of a second, five for one, twenty for a minute.
fn length(lasted: SignedDuration) -> usize {
    let natural = 2.5 * (1.0 + lasted.as_secs_f64() / 0.3).log2();
    (natural.round() as usize).clamp(2, LONGEST)
}

/// How long something took: `0.9 s`, `71 s`, `4 min`.
pub(super) fn took(lasted: SignedDuration) -> String {
    match lasted.as_secs() {
        ..10 => format!("{:.1} s", lasted.as_secs_f64().max(0.0)),
        seconds @ 10..120 => format!("{seconds} s"),
        _ => age(lasted),
    }
}

/// How many strokes are drawn: at least one at each side of what they say.
fn strokes(natural: usize, eighths: usize) -> usize {
    (natural * eighths / PARTS).max(2)
}

fn columns(parts: &[Part], eighths: usize) -> usize {
    let of = |part: &Part| match part {
        Part::Text(text, _) => width(text),
        // With a blank at each end.
        Part::Stroke(text, natural) => 2 + width(text) + strokes(*natural, eighths),
    };
    parts.iter().map(of).sum()
}

fn spans(parts: Vec<Part>, eighths: usize, room: usize, style: &impl Fn(Role) -> Style) -> Vec<Span<'static>> {
    if columns(&parts, eighths) > room {
        let whole: String = parts.iter().map(|part| drawn(part, eighths).concat()).collect();
        return vec![Span::styled(cut(&whole, room).into_owned(), style(Role::Text))];
    }
    let span = |part: Part| {
        let [before, text, after] = drawn(&part, eighths);
        match part {
            Part::Text(_, role) => vec![Span::styled(text, style(role))],
            Part::Stroke(..) => {
                vec![
                    Span::styled(before, style(Role::Rule)),
                    Span::styled(text, style(Role::Muted)),
                    Span::styled(after, style(Role::Rule)),
                ]
            }
        }
    };
    parts.into_iter().flat_map(span).collect()
}

/// A part as text, with the strokes before and after it.
fn drawn(part: &Part, eighths: usize) -> [String; 3] {
    match part {
        Part::Text(text, _) => [String::new(), text.clone(), String::new()],
        Part::Stroke(text, natural) => {
            let strokes = strokes(*natural, eighths);
            let before = strokes / 2;
            [format!(" {}", "─".repeat(before)), text.clone(), format!("{} ", "─".repeat(strokes - before))]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_900_000_000_000 + milliseconds).unwrap()
    }

    fn step(word: &str, milliseconds: Option<i64>, shown: &str) -> Step {
        Step { word: word.to_owned(), at: milliseconds.map(at), shown: shown.to_owned(), is_seen: false, role: Role::Text }
    }

    fn failed(number: Option<usize>) -> Course {
        let steps = vec![step("created", Some(0), "14:02:11"), step("sent", Some(900), ""), step("failed", Some(70_900), "14:03:22")];
        Course { number, steps }
    }

    fn text(courses: &[Course], room: usize) -> Vec<String> {
        let line = |spans: Vec<Span<'_>>| spans.iter().map(|span| span.content.to_string()).collect::<String>();
        lines(courses, room, |_| Style::default()).into_iter().map(line).collect()
    }

    #[test]
    fn it_says_less_where_there_is_less_room() {
        assert_eq!(text(&[failed(None)], 100), ["created 14:02:11 ──0.9 s─── sent ──────────70 s────────── failed 14:03:22"]);
        assert_eq!(text(&[failed(None)], 60), ["created 14:02:11 ─0.9 s─ sent ─────70 s───── failed 14:03:22"]);
        assert_eq!(text(&[failed(Some(2))], 61), ["2  created 14:02:11 ─0.9 s─ sent ───70 s──── failed 14:03:22"]);
        assert_eq!(text(&[failed(Some(2))], 46), ["2  14:02:11 ─0.9 s─ sent ─────70 s───── failed"]);
        assert_eq!(text(&[failed(Some(2))], 30), ["2  14:02:11 ───70 s──── failed"]);
        assert_eq!(text(&[failed(Some(2))], 12), ["2  14:02:11…"]);
    }

    #[test]
    fn what_we_saw_is_marked_and_an_unknown_time_has_no_length() {
        let seen = Step { is_seen: true, ..step("delivered", Some(12_000), "14:02:23") };
        let course = Course { number: None, steps: vec![step("created", Some(0), "14:02:11"), seen] };
        assert_eq!(text(&[course], 100), ["created 14:02:11 ──────≤ 12 s─────── delivered ≤ 14:02:23"]);
        let course = Course { number: None, steps: vec![step("created", Some(0), "14:02:11"), step("delivered", None, "")] };
        assert_eq!(text(&[course], 100), ["created 14:02:11 ── delivered"]);
    }

    #[test]
    fn attempts_share_a_measure() {
        let quick = Course { number: Some(1), steps: vec![step("created", Some(0), "14:02:11"), step("failed", Some(66_000), "14:03:17")] };
        let lines = text(&[failed(Some(2)), quick], 66);
        let strokes = |line: &str| line.matches('─').count();
        assert!(lines.iter().all(|line| width(line) <= 66), "{lines:?}");
        assert!(strokes(&lines[1]) < strokes(&lines[0]), "{lines:?}");
    }

    #[rstest]
    #[case(900, "0.9 s")]
    #[case(71_200, "71 s")]
    #[case(240_000, "4 min")]
    #[case(7_260_000, "2 h 1 min")]
    fn durations_are_short(#[case] lasted: i64, #[case] text: &str) {
        assert_eq!(took(SignedDuration::from_millis(lasted)), text);
    }

    proptest! {
        #[test]
        fn no_line_is_longer_than_its_room_and_longer_times_have_no_shorter_strokes(
            times in proptest::collection::vec(0..200_000_000i64, 2..5), room in 1..200usize, numbered: bool,
        ) {
            let mut sum = 0;
            let steps = times.iter().map(|time| { sum += time; step("sent", Some(sum), "14:02:11") }).collect();
            let course = Course { number: numbered.then_some(3), steps };
            prop_assert!(text(&[course], room).iter().all(|line| width(line) <= room));
            let length = |ms: i64| length(SignedDuration::from_millis(ms));
            prop_assert!(length(times[0]) <= length(times[0] + times[1]));
        }
    }
}
