//! The simulator, in a process of its own, so that what it uses is not counted.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::Result;

/// A simulator that runs until this is dropped.
pub struct Simulator {
    child: Child,
    /// Without it, the simulator would exit.
    _output: BufReader<ChildStdout>,
    /// A configuration for its campaign.
    pub config: PathBuf,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Simulator {
    /// Starts it with this many messages, and writes the configuration into a folder.
    pub fn start(folder: &Path, messages: usize, calls_per_second: u32) -> Result<Self> {
        let (id, key) = ("campaign_00000000-0000-4000-8000-000000000001", "key_test_0123456789abcdef");
        let mut command = Command::new(super::executable());
        command.args(["simulate", "--tps", "0", "--campaign", id, "--key", key, "--messages", &messages.to_string()]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        output.read_line(&mut line)?;
        let base = line.trim().strip_prefix("listening on ").ok_or("the simulator does not say where it is")?.to_owned();
        let config = folder.join("postwatch.toml");
        let key_file = folder.join("key");
        fs::write(&key_file, key)?;
        let text = format!(
            "[[campaigns]]\nname = \"Measured\"\nid = \"{id}\"\nbase_url = \"{base}\"\nkey = {{ file = {key_file:?} }}\n\
             calls_per_second = {calls_per_second}\nhistory = \"87600h\"\nmax_messages = 5000000\n"
        );
        fs::write(&config, text)?;
        for path in [&config, &key_file] {
            #[cfg(unix)]
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
        Ok(Self { child, _output: output, config })
    }
}
