//! How fast a campaign is read without a rate limit, a thousand messages a page, over HTTP from the
//! simulator in another process, into a store.
//!
//! `cargo bench --bench reading [-- MESSAGES]`, by default 200,000.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use postwatch::delivery::CampaignId;
use postwatch::monitor::{Clock, ListRequest, Reader};
use postwatch::postman::{Api, ApiKey, BaseUrl, HttpTransport};
use postwatch::store::{AnswerKind, Store};

const ID: &str = "campaign_00000000-0000-4000-8000-000000000001";
const KEY: &str = "key_test_0123456789abcdef";

/// Far more calls than can be made, so nothing waits.
const WITHOUT_LIMIT: f64 = 1e9;

/// With its output, without which it would exit.
struct Simulator(Child, BufReader<ChildStdout>);

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let messages: usize = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(200_000);
    let program = std::env::var("POSTWATCH").unwrap_or_else(|_| env!("CARGO_BIN_EXE_postwatch").to_owned());
    let mut command = Command::new(program);
    command.args(["simulate", "--tps", "0", "--campaign", ID, "--key", KEY, "--messages", &messages.to_string()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut line = String::new();
    let output = BufReader::new(child.stdout.take().ok_or("no output")?);
    let mut simulator = Simulator(child, output);
    simulator.1.read_line(&mut line)?;
    let base = BaseUrl::parse(line.trim().strip_prefix("listening on ").ok_or("the simulator does not say where it is")?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("| reading {messages} messages, no rate limit | target | Postwatch |\n|---|---|---|");
    for (name, to_the_end) in
        [("one page after the other", false), ("the next one on its way", true), ("the next one on its way, again", true)]
    {
        let api = Api::new(Arc::new(HttpTransport::new()), base.clone(), CampaignId::new(ID), ApiKey::new(&KEY.into())?);
        let mut reader = Reader::new(api, WITHOUT_LIMIT, Clock::tokio(Timestamp::now()), || 0.5);
        let (mut store, mut bytes) = (Store::new(), 0);
        let since = Instant::now();
        runtime.block_on(async {
            let mut pages = reader.pages(ListRequest { batch: None, search: None, page_size: 1000, to_the_end });
            while let Some(answer) = pages.next().await? {
                bytes += answer.bytes;
                store.merge(&answer.rows, &AnswerKind::List, answer.asked_at);
            }
            Ok::<(), postwatch::monitor::ReadError>(())
        })?;
        let seconds = since.elapsed().as_secs_f64();
        let rate = store.len() as f64 / seconds;
        println!("| {name}, {} bytes each | 100,000/s | {rate:.0}/s |", bytes / store.len().max(1));
    }
    Ok(())
}
