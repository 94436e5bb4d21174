//! Who can read and write a file, and the command that fixes it.

use std::path::Path;

/// What the operating system says about an open file's owner and access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Access {
    /// The owner's user id, if the owner is neither this user nor root.
    pub foreign_owner: Option<u32>,
    /// Whether anyone but the owner can write it.
    pub others_write: bool,
    /// Whether anyone but the owner can read it.
    pub others_read: bool,
}

/// The access to an open file: read from the handle, so that nothing can change in between.
#[cfg(unix)]
pub(super) fn access(file: &std::fs::File) -> std::io::Result<Access> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata()?;
    let owner = metadata.uid();
    let trusted = owner == 0 || owner == rustix::process::geteuid().as_raw();
    Ok(Access {
        foreign_owner: (!trusted).then_some(owner),
        others_write: metadata.mode() & 0o022 != 0,
        others_read: metadata.mode() & 0o044 != 0,
    })
}

/// Elsewhere access lists are up to the platform: profiles are private by default.
#[cfg(not(unix))]
pub(super) fn access(_file: &std::fs::File) -> std::io::Result<Access> {
    Ok(Access { foreign_owner: None, others_write: false, others_read: false })
}

/// A path as it can be typed into a POSIX shell.
pub(crate) fn shell_quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+,@%".contains(letter);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return text;
    }
    let dash = if text.starts_with('-') { "./" } else { "" };
    format!("'{dash}{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/home/ann/.config/postwatch/config.toml", "/home/ann/.config/postwatch/config.toml")]
    #[case("/home/ann/my files/c.toml", "'/home/ann/my files/c.toml'")]
    #[case("it's", r"'it'\''s'")]
    #[case("-rf", "'./-rf'")]
    fn a_path_can_be_pasted_into_a_shell(#[case] path: &str, #[case] quoted: &str) {
        assert_eq!(shell_quoted(Path::new(path)), quoted);
    }
}
