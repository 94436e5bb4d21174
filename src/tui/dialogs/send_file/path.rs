//! The path of a file as it is typed, pasted, or dropped onto a terminal: with the quotes of a shell, or without.

/// What is meant: without the quotes around it, or the backslashes before its blanks, that a shell would need.
pub(super) fn meant_path(text: &str) -> String {
    let text = text.trim();
    // PowerShell's way to run what is in quotes: some terminals drop a file like this.
    let text = text.strip_prefix("& ").unwrap_or(text);
    let in_quotes = |quote: char| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then(|| inner.to_owned())
    };
    if let Some(inner) = in_quotes('\'').or_else(|| in_quotes('"')) {
        return inner;
    }
    if let Some(address) = text.strip_prefix("file://") {
        return of_address(address);
    }
    // There a backslash is what other systems write as `/`.
    if cfg!(windows) { text.to_owned() } else { without_escapes(text) }
}

/// A path as a shell reads it: a backslash takes the meaning from what is behind it; a quote that is closed again as well.
fn without_escapes(text: &str) -> String {
    let mut meant = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        meant.push(if letter == '\\' { letters.next().unwrap_or(letter) } else { letter });
    }
    // GNOME's terminal writes an apostrophe in a quoted path as '\''.
    if meant.len() < text.len() && text.starts_with('\'') && text.ends_with('\'') {
        return text.trim_matches('\'').replace("'\\''", "'");
    }
    meant
}

/// The path of a `file://` address.
fn of_address(address: &str) -> String {
    let address = address.strip_prefix("localhost").unwrap_or(address);
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let [first, behind @ ..] = rest {
        let code = behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = code.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("clinic-nov.csv", "clinic-nov.csv")]
    #[case("  ~/lists/clinic nov.csv ", "~/lists/clinic nov.csv")]
    #[case("'/home/tan/clinic nov.csv' ", "/home/tan/clinic nov.csv")]
    #[case("\"C:\\lists\\clinic nov.csv\"", "C:\\lists\\clinic nov.csv")]
    #[case("& 'C:\\lists\\clinic.csv'", "C:\\lists\\clinic.csv")]
    #[case("file:///home/tan/clinic%20nov.csv", "/home/tan/clinic nov.csv")]
    #[case("file:///tmp/100%.csv", "/tmp/100%.csv")]
    #[case("it's.csv", "it's.csv")]
    #[case("", "")]
    #[cfg_attr(unix, case("/home/tan/clinic\\ nov\\(2\\).csv", "/home/tan/clinic nov(2).csv"))]
    #[cfg_attr(unix, case("'/home/tan/it'\\''s here.csv'", "/home/tan/it's here.csv"))]
    fn a_dropped_path_loses_its_quotes(#[case] text: &str, #[case] path: &str) {
        assert_eq!(meant_path(text), path);
    }
}
