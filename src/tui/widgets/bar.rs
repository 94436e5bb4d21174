//! Bars of block elements, to the eighth of a column.

/// A bar of `share` (0 to 1) of `width` columns. Anything above nothing shows at least its thinnest
/// part.
pub(in crate::tui) fn bar(share: f64, width: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * width as f64 * 8.0).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    let rest = PARTS.get(eighths % 8).copied().unwrap_or_default();
    format!("{}{rest}", "█".repeat(eighths / 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0.0, "")]
    #[case(1.0, "████")]
    #[case(0.5, "██")]
    #[case(0.53, "██▏")]
    #[case(0.0001, "▏")]
    #[case(9.0, "████")]
    #[case(f64::NAN, "")]
    fn a_bar_has_eighths(#[case] share: f64, #[case] expected: &str) {
        assert_eq!(bar(share, 4), expected);
    }
}
