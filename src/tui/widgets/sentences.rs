//! Sentences of a question: the least weighty are left out where room is short, and none is cut.

use ratatui::text::{Line, Span};

use crate::tui::Role;
use crate::tui::shared::Shared;
use crate::tui::text::wrap;

/// A sentence of a question.
#[derive(Clone)]
pub(in crate::tui) struct Sentence {
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
pub(in crate::tui) fn lines(state: &Shared, mut sentences: Vec<Sentence>, width: usize, room: usize) -> Vec<Line<'static>> {
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
