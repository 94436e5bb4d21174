//! A simulator inside the test, and a configuration for it: what the program finds when it starts.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use postwatch::simulator::{self, Call, CampaignOptions, LoggedCall, Simulator, World, WorldOptions};
use postwatch::state::{SavedFilter, Session};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::program::{Program, Start};

/// A folder for one test: home, configuration and state.
pub struct Simulation {
    folder: TempDir,
    runtime: Runtime,
    pub simulator: Option<Simulator>,
    address: SocketAddr,
}

/// A message of a world, as the world itself tells it.
pub struct Told {
    pub id: String,
    pub recipient: String,
}

impl Simulation {
    /// A world of these options behind a free port.
    pub fn of(options: WorldOptions) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = WorldOptions { started_at: Timestamp::now(), ..options };
        let simulator = runtime.block_on(simulator::serve(World::new(options), ([127, 0, 0, 1], 0).into())).unwrap();
        let address = simulator.address();
        Self { folder: tempfile::tempdir().unwrap(), runtime, simulator: Some(simulator), address }
    }

    /// One campaign of single messages, many of them failed, moving fast and as often as one likes.
    pub fn new() -> Self {
        Self::of(world(vec![campaign("Clinic reminders")]))
    }

    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    pub fn simulator(&self) -> &Simulator {
        self.simulator.as_ref().unwrap()
    }

    /// Writes the configuration that the program reads, only for its owner's eyes.
    pub fn configure(&self, text: &str) -> &Self {
        let path = self.config();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self
    }

    pub fn config(&self) -> PathBuf {
        self.home().join("postwatch.toml")
    }

    pub fn state(&self) -> PathBuf {
        self.home().join("state")
    }

    /// The part of a configuration that names the world's campaign at this place; its key is in the
    /// environment.
    pub fn part(&self, place: usize, more: &str) -> String {
        let card = &self.simulator().campaigns()[place];
        let (name, id, base) = (&card.name, &card.id, self.simulator().base_url());
        format!("[[campaigns]]\nname = \"{name}\"\nid = \"{id}\"\nbase_url = \"{base}\"\nkey = {{ env = \"KEY_{place}\" }}\n{more}\n")
    }

    /// The program on the configuration, before it is started. At its first start it shows all times, as if that had been
    /// chosen before: what the world sent is days old.
    pub fn start(&self, arguments: &[&str]) -> Start<'_> {
        let (config, state) = (self.config(), self.state());
        if !state.exists() {
            self.remember_all_times();
        }
        let mut all = vec!["--config", config.to_str().unwrap(), "--state", state.to_str().unwrap()];
        all.extend(arguments);
        let start = Start::new(self.home(), &all);
        self.simulator().campaigns().iter().enumerate().fold(start, |start, (place, card)| start.env(&format!("KEY_{place}"), &card.key))
    }

    /// Leaves what a program would that showed all times of every campaign.
    pub fn remember_all_times(&self) {
        let all_times = || SavedFilter { all_times: true, ..SavedFilter::default() };
        let filters = self.simulator().campaigns().into_iter().map(|card| (card.name, all_times())).collect();
        Session { filters, ..Session::default() }.save(&self.state()).unwrap();
    }

    /// The program on the first campaign, with everything as it is usually.
    pub fn run(&self) -> Program {
        self.configure(&self.part(0, "calls_per_second = 10")).start(&[]).spawn()
    }

    /// Everything that wrote, or tried to.
    pub fn posts(&self) -> Vec<LoggedCall> {
        self.simulator().with_world(|world| world.log().posts().to_vec())
    }

    /// Failed messages of the first campaign that a retry helps, newest first.
    pub fn retryable(&self) -> Vec<Told> {
        let messages = self.messages();
        let failed = messages.iter().filter(|message| {
            let attempts = message["messageAttempts"].as_array().unwrap();
            message["latestStatus"] == "failure" && attempts.len() == 1 && attempts[0]["errorCode"] == "recipient_unavailable"
        });
        failed.map(told).collect()
    }

    /// The newest message of the first campaign.
    pub fn newest(&self) -> Told {
        told(&self.messages()[0])
    }

    /// The variables of the newest message's text.
    pub fn variables(&self) -> Vec<String> {
        self.messages()[0]["values"].as_object().unwrap().keys().cloned().collect()
    }

    fn messages(&self) -> Vec<serde_json::Value> {
        let card = self.simulator().campaigns().remove(0);
        let body = self.ask(&format!("/campaigns/{}/messages", card.id), "limit=1000", &card.key);
        let mut page: serde_json::Value = serde_json::from_slice(&body).unwrap();
        match page["data"].take() {
            serde_json::Value::Array(messages) => messages,
            _ => panic!("the world tells no messages: {page}"),
        }
    }

    /// The text of a message, without what the API puts around it: a line of a file may hold that much of it.
    pub fn text_of(&self, id: &str) -> String {
        let messages = self.messages();
        let message = messages.iter().find(|message| message["id"] == id).unwrap();
        message["fullMessage"].as_str().unwrap().split("\n\n---\n\n").nth(1).unwrap().to_owned()
    }

    /// Runs something beside the simulator.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(work);
    }

    /// How many calls for the first campaign were answered as they should be.
    pub fn heads(&self) -> usize {
        let id = self.simulator().campaigns().remove(0).id;
        let is_answered = |call: &&LoggedCall| call.campaign.as_ref() == Some(&id) && call.status == 200;
        self.simulator().with_world(|world| world.log().recent_gets().filter(is_answered).count())
    }

    fn ask(&self, path: &str, query: &str, key: &str) -> Vec<u8> {
        let authorization = format!("Bearer {key}");
        let call = Call { method: "GET", path, query: Some(query), authorization: Some(&authorization), content_type: None, body: &[] };
        self.simulator().with_world(|world| world.answer(&call, Timestamp::now())).body
    }

    /// Stops the simulator: nobody listens any more.
    pub fn stop(&mut self) -> &mut Self {
        let simulator = self.simulator.take().unwrap();
        self.runtime.block_on(simulator.stop());
        self
    }

    /// Starts another world at the same address.
    pub fn start_again(&mut self, options: WorldOptions) -> &mut Self {
        let options = WorldOptions { started_at: Timestamp::now(), ..options };
        self.simulator = Some(self.runtime.block_on(simulator::serve(World::new(options), self.address)).unwrap());
        self
    }
}

fn told(message: &serde_json::Value) -> Told {
    Told { id: message["id"].as_str().unwrap().to_owned(), recipient: message["recipient"].as_str().unwrap().to_owned() }
}

/// A campaign of single messages, many of them failed.
pub fn campaign(name: &str) -> CampaignOptions {
    CampaignOptions { messages: 300, batches: 0, failure_rate: 0.3, stuck_rate: 0.0, foreign_rate: 0.0, ..CampaignOptions::new(name) }
}

/// A world of these campaigns that moves fifty times as fast as the real one.
pub fn world(campaigns: Vec<CampaignOptions>) -> WorldOptions {
    WorldOptions { campaigns, speed: 50.0, calls_per_second: 0, ..WorldOptions::new(7) }
}
