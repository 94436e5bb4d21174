//! Reading TOML past its syntax errors.
//!
//! The parser continues after some errors and gives up after others. So each error's line is blanked
//! (offsets stay as they are) and the rest is parsed again, until no error is left: every mistake is
//! found, and a mistake in one campaign does not hide the next.

use toml::de::DeTable;

use super::Mistake;
use super::read::position_at_end;

/// Lines that were left out because they could not be read, from 1, the last one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SkippedLines {
    pub first: usize,
    pub last: usize,
    /// Whether a section's header could not be read, and so the section was left out.
    pub is_section: bool,
}

/// More mistakes than anyone fixes in one go; a file that is not TOML at all ends here.
const MOST_ERRORS: usize = 50;

/// Parses the text, leaving out unreadable lines, and passes the rest to `use_table` with the mistakes
/// so far.
pub(super) fn parse<T>(
    text: &str,
    use_table: impl FnOnce(&DeTable<'_>, Vec<Mistake>, &[SkippedLines]) -> (T, Vec<Mistake>),
) -> (T, Vec<Mistake>) {
    let mut rest = text.to_owned();
    let mut mistakes: Vec<Mistake> = Vec::new();
    let mut holes: Vec<SkippedLines> = Vec::new();
    loop {
        let (table, errors) = DeTable::parse_recoverable(&rest);
        // Only the first error is certain; the ones after it may follow from it.
        let first = errors.iter().min_by_key(|error| error.span().map_or(usize::MAX, |span| span.start));
        let hole = first.map(|error| {
            let at = floor(&rest, error.span().map_or(rest.len(), |span| span.start));
            (mistake(&rest[..at], error.message()), hole(&rest, at))
        });
        let blanked = match &hole {
            Some((_, Some(hole))) if mistakes.len() + 1 < MOST_ERRORS => Some(blank(&rest, *hole)),
            _ => None,
        };
        mistakes.extend(hole.as_ref().map(|(mistake, _)| mistake.clone()));
        match (blanked, hole) {
            (Some(blanked), Some((_, Some(hole)))) => {
                holes.push(hole);
                rest = blanked;
            }
            _ => {
                let (read, mut mistakes) = use_table(table.get_ref(), mistakes, &holes);
                mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
                return (read, mistakes);
            }
        }
    }
}

fn mistake(before: &str, message: &str) -> Mistake {
    let (line, column) = position_at_end(before);
    // The parser's message has both parts in one sentence.
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let (what, expected) = match (what, expected) {
        ("duplicate key", _) => ("this name was used before", "each name once"),
        ("", expected) => ("this is not TOML", expected),
        (what, "nothing") => (what, "nothing more on this line"),
        both => both,
    };
    Mistake { line, column, what: what.to_owned(), expected: expected.to_owned(), nearest: None }
}

/// The lines to leave out for an error at this offset; `None` if they are already empty, so that
/// leaving them out would change nothing.
fn hole(text: &str, at: usize) -> Option<SkippedLines> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut first = text[..at].matches('\n').count();
    // An error at the end of a line is often reported at the beginning of the next.
    while first > 0 && lines.get(first).is_none_or(|line| line.trim().is_empty()) {
        first -= 1;
    }
    let is_header = |line: &str| line.trim_start().starts_with('[');
    let line = lines.get(first)?;
    if line.trim().is_empty() {
        return None;
    }
    // A list or table that is not closed swallows the header below it: the mistake is in the line that
    // opened it, and the section must not be lost for it.
    let above = lines[..first].iter().rposition(|line| !line.trim().is_empty());
    if let Some(above) = above.filter(|&above| is_header(line) && !is_header(lines[above]) && leaves_open(lines[above])) {
        return Some(SkippedLines { first: above + 1, last: above + 1, is_section: false });
    }
    let is_section = is_header(line);
    let after = if is_section { lines[first + 1..].iter().take_while(|line| !is_header(line)).count() } else { 0 };
    Some(SkippedLines { first: first + 1, last: first + 1 + after, is_section })
}

/// Whether a line opens more lists and tables than it closes. Quoted text is skipped, as far as that
/// works in a line that is not TOML.
fn leaves_open(line: &str) -> bool {
    let mut quote = None;
    let mut depth = 0i32;
    for letter in line.chars() {
        match (quote, letter) {
            (None, '#') => break,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    depth > 0
}

fn blank(text: &str, hole: SkippedLines) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if (hole.first..=hole.last).contains(&(number + 1)) {
            // Byte for byte, so that all other positions stay right.
            out.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            out.push_str(line);
        }
    }
    out
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
