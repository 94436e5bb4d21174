//! Who takes an action, as far as the machine can tell.

use crate::delivery::clean_line;

/// The person behind a run of the program, as reported by the operating system.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    /// The account's name, with its number where the platform has one.
    pub user: String,
    /// The address that the SSH connection came from.
    pub ssh_source: Option<String>,
    /// The account that became this one through sudo, which tells users of a shared account apart.
    pub sudo_user: Option<String>,
}

impl Who {
    /// From the account that runs the program and the variables that SSH and sudo set.
    pub fn from_environment(env: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| env(name).map(|text| short(&text)).filter(|text| !text.is_empty());
        // `address port address port`: the first address is the caller's.
        let ssh_source = text("SSH_CONNECTION").and_then(|reported| reported.split_whitespace().next().map(str::to_owned));
        let name = text("USER").or_else(|| text("LOGNAME")).or_else(|| text("USERNAME"));
        Self { user: account(name), ssh_source, sudo_user: text("SUDO_USER") }
    }
}

#[cfg(unix)]
fn account(name: Option<String>) -> String {
    // The number comes from the kernel, the name only from a variable that anyone can set.
    let number = rustix::process::getuid().as_raw();
    match name {
        Some(name) => format!("{name} (uid {number})"),
        None => format!("uid {number}"),
    }
}

#[cfg(not(unix))]
fn account(name: Option<String>) -> String {
    name.unwrap_or_else(|| "unknown".to_owned())
}

fn short(text: &str) -> String {
    clean_line(text.trim()).chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssh_and_sudo_tell_who_it_is() {
        let who = Who::from_environment(|name| match name {
            "USER" => Some("root".to_owned()),
            "SSH_CONNECTION" => Some("192.0.2.7 50022 192.0.2.1 22".to_owned()),
            "SUDO_USER" => Some("ann\u{1b}[31m".to_owned()),
            _ => None,
        });
        assert!(who.user.starts_with("root"), "{}", who.user);
        assert_eq!(who.ssh_source.as_deref(), Some("192.0.2.7"));
        assert_eq!(who.sudo_user.as_deref(), Some("ann␛[31m"));
    }

    #[test]
    fn without_variables_the_account_is_still_named() {
        let who = Who::from_environment(|_| None);
        assert!(!who.user.is_empty());
        assert_eq!((who.ssh_source, who.sudo_user), (None, None));
    }
}
