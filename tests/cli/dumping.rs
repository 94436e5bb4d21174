//! The program leaves no core dump, and no other process of its account can read its memory.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use super::stage::Running;

/// A user other than root, so that files owned by root for safety can be distinguished.
const NOBODY: u32 = 65534;

/// The owner of a process's memory, as the system sees it: root, if it may not be dumped.
fn owner_of_memory(process: u32) -> u32 {
    std::fs::metadata(format!("/proc/{process}/environ")).unwrap().uid()
}

/// Runs a command as a user other than root, if this test is root.
fn as_nobody(command: &mut Command) -> u32 {
    let own = rustix::process::geteuid().as_raw();
    if own == 0 {
        command.uid(NOBODY).gid(NOBODY);
        return NOBODY;
    }
    own
}

#[test]
fn no_core_dump_is_left_and_no_memory_shown() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    // A copy that `nobody` may run: the build's own folder may be closed to others.
    let copy = folder.path().join("postwatch");
    std::fs::copy(env!("CARGO_BIN_EXE_postwatch"), &copy).unwrap();
    let mut command = Command::new(&copy);
    command.args(["simulate", "--messages", "1"]).env_clear().current_dir("/").stdin(std::process::Stdio::null());
    let user = as_nobody(&mut command);
    let mut running = Running::start(command);
    assert!(running.line().starts_with("listening on"));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();
    let core: Vec<&str> = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{limits}");
    assert_eq!(owner_of_memory(running.child.id()), 0);
    running.signal(rustix::process::Signal::INT);
    running.end();

    // Without that, a process's memory is its user's.
    let mut other = Command::new("sleep");
    other.arg("60");
    as_nobody(&mut other);
    let mut other = other.spawn().unwrap();
    let owner = owner_of_memory(other.id());
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(owner, user, "otherwise the above proves nothing");
}

#[test]
fn every_command_begins_with_it() {
    // The limit is inherited by the key's command, which prints it.
    let folder = tempfile::tempdir().unwrap();
    let limit = folder.path().join("limit");
    let config = folder.path().join("config.toml");
    std::fs::write(folder.path().join("a.key"), "key_test_0123456789abcdef").unwrap();
    let script = format!("cd '{}'; ulimit -c > limit; cat a.key", folder.path().display());
    let text = format!(
        "[[campaigns]]\nname = \"A\"\nid = \"a\"\nbase_url = \"http://127.0.0.1:1/api/v2\"\nkey = {{ command = [\"/bin/sh\", \"-c\", {script:?}] }}\n"
    );
    std::fs::write(&config, text).unwrap();
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o600)).unwrap();
    for arguments in [&["check"][..], &["status", "A"], &["retry", "A", "--message", "m", "--dry-run"]] {
        let _ = std::fs::remove_file(&limit);
        // Started by a shell that would allow a dump.
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "ulimit -S -c 4; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_postwatch")]).args(arguments).env_clear();
        command
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", folder.path())
            .env("POSTWATCH_CONFIG", &config)
            .env("POSTWATCH_STATE", folder.path().join("state"));
        // Reading 127.0.0.1:1 fails after the key was read; a signal ends the waiting.
        let null = std::process::Stdio::null;
        let mut child = command.stdin(null()).stdout(null()).stderr(null()).spawn().unwrap();
        while std::fs::read_to_string(&limit).map_or(true, |text| text.is_empty()) {
            assert!(child.try_wait().unwrap().is_none() || limit.exists(), "{arguments:?} ended without reading the key");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(std::fs::read_to_string(&limit).unwrap().trim(), "0", "{arguments:?}");
    }
}
