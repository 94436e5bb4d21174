//! A simulator, a configuration for it, and runs of the program on them.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use jiff::{SignedDuration, Timestamp};
use postwatch::simulator::{self, CampaignOptions, Fault, FaultKind, FaultyCalls, LoggedCall, Simulator, World, WorldOptions};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The name of the first campaign.
pub const CLINIC: &str = "Clinic reminders";

/// Everything around a run of the program.
pub struct Stage {
    pub simulator: Simulator,
    pub folder: TempDir,
    // Last, so that the simulator still has a runtime when it is dropped.
    _runtime: Runtime,
}

/// Options of a world whose messages have come to rest: it was filled an hour ago, and nothing
/// new comes.
pub fn still(messages: u64) -> WorldOptions {
    let campaign = CampaignOptions { messages, failure_rate: 0.2, ..CampaignOptions::new(CLINIC) };
    let started_at = Timestamp::now() - SignedDuration::from_hours(1);
    WorldOptions { campaigns: vec![campaign], started_at, calls_per_second: 0, ..WorldOptions::new(7) }
}

impl Stage {
    /// A stage with a configuration as `simulate --write-config` writes it.
    pub fn new(options: WorldOptions) -> Stage {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let simulator = runtime.block_on(simulator::serve(World::new(options), listen)).unwrap();
        let stage = Stage { simulator, folder: tempfile::tempdir().unwrap(), _runtime: runtime };
        stage.configure("");
        stage
    }

    /// Writes the configuration again, with more lines for each campaign.
    pub fn configure(&self, more: &str) {
        let campaigns = self.simulator.campaigns();
        let rate = if more.contains("calls_per_second") { "" } else { "calls_per_second = 10\n" };
        let section = |card: &simulator::CampaignCard| {
            let base = self.simulator.base_url();
            format!(
                "[[campaigns]]\nname = \"{}\"\nid = \"{}\"\nbase_url = \"{base}\"\nkey = \"{}\"\n{rate}{more}\n",
                card.name, card.id, card.key
            )
        };
        self.write_config(&campaigns.iter().map(section).collect::<String>());
    }

    /// Writes a configuration that only its owner can read.
    pub fn write_config(&self, text: &str) {
        self.write_private("config.toml", text);
    }

    /// Writes a file that only its owner can read.
    pub fn write_private(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        self.set_mode(name, 0o600);
        path
    }

    /// Changes who can read a file.
    pub fn set_mode(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(self.folder.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Where the journal is.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The program, with nothing of this process's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        command.env("HOME", self.folder.path());
        command.env("POSTWATCH_CONFIG", self.folder.path().join("config.toml")).env("POSTWATCH_STATE", self.state());
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Runs the program, which must succeed.
    #[track_caller]
    pub fn good(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        ran
    }

    /// Runs the program on a terminal, types each answer when its question shows, and gives the exit code and all that was
    /// shown.
    pub fn on_terminal(&self, arguments: &[&str], answers: &[(&str, &str)]) -> (i32, String) {
        use portable_pty::{CommandBuilder, PtySize, native_pty_system};
        let size = PtySize { rows: 30, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_postwatch"));
        command.args(arguments);
        command.env_clear();
        command.env("HOME", self.folder.path());
        command.env("POSTWATCH_CONFIG", self.folder.path().join("config.toml"));
        command.env("POSTWATCH_STATE", self.state());
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        // Kept to the end: dropped, it would type Enter and end the input.
        let mut writer = pair.master.take_writer().unwrap();
        let (mut shown, mut from, mut byte) = (Vec::new(), 0, [0]);
        for (question, keys) in answers {
            while !String::from_utf8_lossy(&shown[from..]).contains(question) {
                assert_eq!(reader.read(&mut byte).unwrap(), 1, "no {question:?}: {}", String::from_utf8_lossy(&shown));
                shown.extend(byte);
            }
            from = shown.len();
            std::io::Write::write_all(&mut writer, keys.as_bytes()).unwrap();
        }
        // The rest is read, so that the program never waits for this side; the end is an error.
        let _ = reader.read_to_end(&mut shown);
        let code = child.wait().unwrap().exit_code();
        (i32::try_from(code).unwrap(), String::from_utf8_lossy(&shown).into_owned())
    }

    /// From now on every reading is answered with this page; `more` says that there is another one behind it.
    pub fn tells(&self, rows: &[Value], more: bool) {
        let page = serde_json::json!({ "hasNextPage": more, "hasPreviousPage": false, "startCursor": "A", "endCursor": "B" });
        self.answers(200, &serde_json::json!({ "messages": rows, "pageData": page }).to_string(), FaultyCalls::Reads);
    }

    /// From now on these calls are answered with this instead, and not performed.
    pub fn answers(&self, status: u16, body: &str, calls: FaultyCalls) {
        let body = body.to_owned().leak();
        self.simulator.set_faults(vec![Fault {
            kind: FaultKind::Instead { status, body, performed: false },
            share: 1.0,
            calls,
            times: None,
        }]);
    }

    /// The POSTs that reached the simulator.
    pub fn posts(&self) -> Vec<LoggedCall> {
        self.simulator.with_world(|world| world.log().posts().to_vec())
    }

    /// The ids of messages in failure with this code.
    #[track_caller]
    pub fn failed(&self, code: &str, count: usize) -> Vec<String> {
        let ran = self.good(&["messages", CLINIC, "--error", code, "--limit", &count.to_string(), "--fields", "id"]);
        let ids: Vec<String> = ran.lines().iter().map(|line| text(&line["id"])).collect();
        assert_eq!(ids.len(), count, "the world has too few of them");
        ids
    }
}

/// The program without anything around it.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postwatch"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// Reads the lines of a stream until one holds this; gives all that was read.
#[track_caller]
pub fn until(stream: &mut impl BufRead, wanted: &str) -> String {
    let mut told = String::new();
    while !told.contains(wanted) {
        assert_ne!(stream.read_line(&mut told).unwrap(), 0, "no {wanted:?} in {told:?}");
    }
    told
}

/// The string in a JSON value.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// A finished run of the program.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The output as one JSON document a line.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// A run of the program in progress.
pub struct Running {
    pub child: Child,
    pub out: BufReader<std::process::ChildStdout>,
}

impl Running {
    /// Starts it.
    pub fn start(mut command: Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Running { child, out }
    }

    /// Waits for a line.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, signal).unwrap();
    }

    /// Waits until it exits: the exit code and its notices.
    pub fn end(mut self) -> (i32, String) {
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap().code().unwrap_or(-1), err)
    }
}
