//! Sentences of a question: the least weighty are left out where room is short, and none is cut.

use ratatui::text::{Line, Span};

use crate::tui::Role;
use crate::tui::state::State;
use crate::tui::text::{width as text_width, wrap};

/// A sentence of a question.
pub(super) struct Sentence {
    text: String,
    role: Role,
    /// Its weight: 0 stays longest where room is short.
    rank: u8,
}

impl Sentence {
    /// A sentence.
    pub fn new(text: impl Into<String>, role: Role, rank: u8) -> Self {
        Self { text: text.into(), role, rank }
    }

    /// Whether it weighs more than another line of a list.
    pub fn is_weighty(&self) -> bool {
        self.rank <= 3
    }
}

/// The sentences as lines of `width` columns, at most `room` of them.
pub(super) fn lines(state: &State, mut sentences: Vec<Sentence>, width: usize, room: usize) -> Vec<Line<'static>> {
    let wrapped = |sentences: &[Sentence]| -> Vec<Line<'static>> {
        let lines = sentences.iter().flat_map(|sentence| {
            let style = state.look.style(sentence.role);
            wrap(&sentence.text, width).into_iter().map(move |line| Line::from(Span::styled(line, style)))
        });
        lines.collect()
    };
    loop {
        let lines = wrapped(&sentences);
        let heaviest = (0..sentences.len()).max_by_key(|index| sentences[*index].rank);
        match heaviest {
            Some(index) if lines.len() > room => sentences.remove(index),
            _ => return lines,
        };
    }
}

/// Keys and what they do, in one line of at most `width` columns; what does not fit is left out from
/// the end.
pub(super) fn keys<K: AsRef<str>>(state: &State, pairs: &[(K, String)], width: usize) -> Line<'static> {
    let (key, word) = (state.look.style(Role::Accent), state.look.style(Role::Muted));
    let mut spans = Vec::new();
    let mut taken = 0;
    if let Some(pressed) = state.too_soon() {
        let words = format!("Too soon: press {pressed} again.");
        taken = text_width(&words) + 2;
        spans.push(Span::styled(format!("{words}  "), state.look.style(Role::Warning)));
    }
    for (name, does) in pairs {
        let name = name.as_ref();
        taken += text_width(name) + 1 + text_width(does);
        if taken > width {
            break;
        }
        taken += 2;
        spans.extend([Span::styled(name.to_owned(), key), Span::styled(format!(" {does}  "), word)]);
    }
    Line::from(spans)
}
