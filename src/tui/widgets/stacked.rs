//! A bar of several parts, in halves of a cell.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::delivery::Class;
use crate::store::Classes;
use crate::tui::class_role;
use crate::tui::shared::Look;
use crate::tui::theme::graph_style;

/// A part of a bar.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Part {
    pub count: usize,
    pub style: Style,
    /// What tells it from the other parts where there are no colours.
    pub sign: &'static str,
}

/// The order of the classes: what is done first, what failed last.
const ORDER: [Class; Class::ALL.len()] = [
    Class::Delivered,
    Class::HandedOver,
    Class::SentAbroad,
    Class::OnTheWay,
    Class::Other,
    Class::Unconfirmed,
    Class::Stuck,
    Class::Failed,
];

/// What was not loaded.
pub(in crate::tui) const NOT_LOADED: &str = "▒";

/// The classes as parts of a bar. What is on the way has another sign where a part of the bar is not loaded.
pub(in crate::tui) fn of_classes(look: &Look, classes: &Classes, is_whole: bool) -> Vec<Part> {
    let sign = |class: Class| match class {
        Class::Delivered | Class::HandedOver => "█",
        // In ASCII the replacement of that sign says that something is not loaded.
        Class::OnTheWay | Class::Other if look.ascii || !is_whole => "=",
        Class::OnTheWay | Class::Other => NOT_LOADED,
        Class::SentAbroad => "░",
        Class::Stuck | Class::Unconfirmed => "!",
        Class::Failed => "✗",
    };
    let part = |class: Class| Part { count: classes[class], style: look.style(class_role(class)), sign: sign(class) };
    ORDER.into_iter().map(part).collect()
}

/// Draws the parts side by side over the whole width. Every one that is not 0 gets half a cell at least, and the largest
/// gives it up. Without colours each cell has the sign of its part.
pub(in crate::tui) fn draw(buffer: &mut Buffer, area: Rect, parts: &[Part]) {
    for (x, (sign, style)) in (area.left()..area.right()).zip(cells(usize::from(area.width), parts)) {
        buffer[(x, area.y)].set_symbol(sign).set_style(style);
    }
}

/// The same bar as pieces of a line.
pub(in crate::tui) fn spans(width: usize, parts: &[Part]) -> Vec<Span<'static>> {
    let cells = cells(width, parts);
    let alike = cells.chunk_by(|(_, left), (_, right)| left == right);
    alike.map(|run| Span::styled(run.iter().map(|(sign, _)| *sign).collect::<String>(), graph_style(run[0].1))).collect()
}

/// The sign and the style of each cell; none where nothing is counted.
fn cells(width: usize, parts: &[Part]) -> Vec<(&'static str, Style)> {
    let has_colours = parts.iter().any(|part| part.style.fg.is_some());
    let steps = if has_colours { 2 } else { 1 };
    let shares = shares(&parts.iter().map(|part| part.count).collect::<Vec<_>>(), width * steps);
    let mut all = parts.iter().zip(shares).flat_map(|(part, share)| std::iter::repeat_n(part, share));
    let cell = |_| {
        let left = all.next()?;
        if !has_colours {
            return Some((left.sign, left.style));
        }
        Some(match all.next() {
            Some(right) if right.style.fg != left.style.fg => ("▌", Style { bg: right.style.fg, ..left.style }),
            _ => ("█", left.style),
        })
    };
    (0..width).map_while(cell).collect()
}

/// How many of `room` steps each count gets, in proportion; none that is not 0 goes without.
fn shares(counts: &[usize], room: usize) -> Vec<usize> {
    let total: usize = counts.iter().sum();
    if total == 0 {
        return vec![0; counts.len()];
    }
    let exact = |count: usize| count as f64 * room as f64 / total as f64;
    let mut shares: Vec<usize> = counts.iter().map(|count| if *count == 0 { 0 } else { (exact(*count).round() as usize).max(1) }).collect();
    // What rounding gave too much or too little is the largest one's.
    while shares.iter().sum::<usize>() != room {
        let is_over = shares.iter().sum::<usize>() > room;
        let Some(largest) = shares.iter_mut().max() else { break };
        if is_over && *largest <= 1 {
            break;
        }
        *largest = if is_over { *largest - 1 } else { *largest + 1 };
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::style::Color;

    fn drawn(counts: [usize; 3], width: u16, colours: [Option<Color>; 3]) -> (String, Buffer) {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        let parts: Vec<Part> = counts
            .into_iter()
            .zip(colours)
            .zip(["█", "▒", "✗"])
            .map(|((count, fg), sign)| Part { count, style: Style { fg, ..Style::default() }, sign })
            .collect();
        draw(&mut buffer, area, &parts);
        (buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect(), buffer)
    }

    #[test]
    fn parts_meet_within_a_cell() {
        let colours = [Some(Color::Green), Some(Color::Blue), Some(Color::Red)];
        let (text, buffer) = drawn([996, 3, 1], 10, colours);
        assert_eq!(text, "█████████▌");
        assert_eq!((buffer[(9, 0)].fg, buffer[(9, 0)].bg), (Color::Blue, Color::Red));
        assert_eq!(drawn([0, 0, 0], 4, colours).0, "    ");
    }

    #[test]
    fn without_colours_each_part_has_its_sign() {
        assert_eq!(drawn([996, 3, 1], 10, [None; 3]).0, "████████▒✗");
    }

    proptest! {
        #[test]
        fn the_width_is_used_up_and_nobody_goes_without(counts in prop::collection::vec(0..100_000_usize, 1..8), room in 8..120_usize) {
            let shares = shares(&counts, room);
            let is_empty = counts.iter().all(|count| *count == 0);
            prop_assert_eq!(shares.iter().sum::<usize>(), if is_empty { 0 } else { room });
            for (count, share) in counts.iter().zip(&shares) {
                prop_assert_eq!(*count == 0, *share == 0);
            }
        }
    }
}
