//! Text over several lines.

use unicode_segmentation::UnicodeSegmentation;

/// `text` in lines of at most `width` columns. A line ends between words, beside a wide sign
/// (Chinese has no spaces), and only where neither fits within a word; never within a grapheme.
/// Line breaks of the text stay. A grapheme that is wider than a whole line becomes `…`.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    if width == 0 {
        return Vec::new();
    }
    text.lines().flat_map(|line| wrap_line(line, width)).collect()
}

/// One line of the text.
fn wrap_line(text: &str, width: usize) -> Vec<String> {
    // Most texts are one line.
    if super::width(text) <= width {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut taken = 0;
    // How much of `line` fits before a break, and where the next one starts.
    let mut break_at: Option<(usize, usize)> = None;
    let mut after_wide = false;
    for grapheme in text.graphemes(true) {
        let (grapheme, columns) = match super::columns(grapheme) {
            columns if columns > width => ("…", 1),
            columns => (grapheme, columns),
        };
        let is_space = grapheme.chars().all(char::is_whitespace);
        let wide = columns > 1;
        if (wide || after_wide) && !line.is_empty() && !is_space && !closes(grapheme) {
            break_at = Some((line.len(), line.len()));
        }
        after_wide = wide;
        if is_space && taken + columns > width {
            break_at = Some((line.len(), line.len()));
        }
        // Twice where the previous sign must stay with this one, and both do not fit into a line.
        while taken + columns > width && !line.is_empty() {
            let (end, next) = break_at.take().unwrap_or((line.len(), line.len()));
            let rest = line.split_off(next);
            line.truncate(end);
            line.truncate(line.trim_end().len());
            lines.push(std::mem::replace(&mut line, rest));
            taken = super::width(&line);
        }
        if is_space && line.is_empty() && !lines.is_empty() {
            // The line break replaces the space at the end of a full line.
            continue;
        }
        if is_space {
            break_at = Some((line.len(), line.len() + grapheme.len()));
        }
        line.push_str(grapheme);
        taken += columns;
    }
    // A text that ends in a space may have nothing left for its last line.
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Signs that must not start a line.
fn closes(grapheme: &str) -> bool {
    matches!(
        grapheme,
        "，" | "。" | "、" | "！" | "？" | "：" | "；" | "）" | "」" | "』" | "》" | "”" | "," | "." | "!" | "?" | ":" | ";" | ")"
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Dear Tan Wei Ming, your next appointment", 18, &["Dear Tan Wei Ming,", "your next", "appointment"])]
    #[case("Dear Tan Wei Ming, your next appointment", 17, &["Dear Tan Wei", "Ming, your next", "appointment"])]
    #[case("https://example.sg/a/b", 8, &["https://", "example.", "sg/a/b"])]
    #[case("李欣怡您好，您在裕廊", 10, &["李欣怡您", "好，您在裕", "廊"])]
    #[case("one\ntwo", 10, &["one", "two"])]
    #[case("one\n\ntwo", 10, &["one", "", "two"])]
    #[case("", 10, &[])]
    #[case("李", 1, &["…"])]
    #[case("\u{200d}李。 ", 2, &["\u{200d}", "李", "。"])]
    #[case("ab 李欣", 3, &["ab", "李", "欣"])]
    #[case("ab  cd", 2, &["ab", "cd"])]
    #[case("ab cd", 2, &["ab", "cd"])]
    #[case("abc", 0, &[])]
    fn lines_end_where_people_end_them(#[case] text: &str, #[case] width: usize, #[case] expected: &[&str]) {
        assert_eq!(wrap(text, width), expected);
    }
}
