//! `postwatch` and `postwatch demo`: the dashboard on the terminal, with the workers behind it.

mod adding;
mod export;
mod files;
mod keeper;
mod setup;
mod workers;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::runtime::Handle;

use super::campaigns::{Configured, ConfiguredCampaign, configured, configured_for, sentence};
use super::context::env;
use super::{Common, Exit, Failure};
use crate::config::{self, LoadError};
use crate::monitor::Clock;
use crate::postman::{ApiKey, BaseUrl, Explanation};
use crate::simulator::{self, CampaignOptions, SimulatedEnvironment, Simulator, World, WorldOptions};
use crate::state::Session;
use crate::tui::{
    App, Background, ColourDepth, EventLoop, ExitReason, Host as _, Keyboard, Requests, Screen as _, Setup, StartChoice, StartText,
    TerminalError, TerminalScreen, Theme, start, updates, wake_pair,
};
use adding::Adding;
use workers::{Reload, StateFolder, Workers};

/// What `demo` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoArguments {
    /// How many messages all campaigns together have
    #[arg(long, value_name = "N", default_value_t = 12_000, value_parser = clap::value_parser!(u64).range(0..=5_000_000))]
    pub messages: u64,
    /// The same seed makes the same messages
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Divides all durations: 2 makes messages move twice as fast
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
}

impl Default for DemoArguments {
    fn default() -> Self {
        Self { messages: 12_000, seed: 1, speed: 1.0 }
    }
}

/// How many campaigns the demo shows: enough to switch between, few enough to grasp.
const DEMO_CAMPAIGNS: usize = 3;
/// New messages a second in the demo, so that something moves on the screen.
const DEMO_LIVE: f64 = 1.0;

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && (0.01..=1000.0).contains(&speed) => Ok(speed),
        _ => Err("expected a number from 0.01 to 1000".to_owned()),
    }
}

/// The dashboard on the configured campaigns; without a configuration the start screen.
///
/// # Errors
/// No terminal, or a configuration that cannot be used at all.
pub fn run(common: &Common, runtime: &Handle) -> Result<Exit, Failure> {
    let state = StateFolder::Named(common.state.clone());
    let reload: Reload = {
        let common = common.clone();
        // Without the keys: a command that prints one may need the terminal, which the dashboard has.
        Arc::new(move || usable(configured_for(&common, Some(&[]))).map(drop).map_err(|failure| failure.text))
    };
    loop {
        let configured = match configured(common) {
            Err(error) if error.is_not_found() => return first_time(common, runtime, &error),
            configured => usable(configured)?,
        };
        let mut setup = setup::setup(&configured, common);
        setup::restore(&mut setup, &state);
        let (session, end) = show(setup, configured.campaigns, state.clone(), Arc::clone(&reload), runtime)?;
        setup::keep(&session, &state);
        if end != ExitReason::Reload {
            return Ok(exit_of(end));
        }
    }
}

/// The configuration, if there is a campaign in it to look at.
fn usable(configured: Result<Configured, LoadError>) -> Result<Configured, Failure> {
    let configured = configured.map_err(|error| {
        let next = "Fix the configuration, or name another one with `--config FILE`. `postwatch demo` needs none.";
        Failure::new(Exit::Usage, "The configuration cannot be used.", sentence(&error), next)
    })?;
    if configured.campaigns.is_empty() {
        let why = if configured.mistakes.is_empty() { "It names no campaign.".to_owned() } else { configured.mistakes_listed() };
        let what = format!("No campaign of {} can be used.", configured.path.display());
        return Err(Failure::new(Exit::Usage, what, why, "Fix it; `postwatch check` says whether it is right."));
    }
    Ok(configured)
}

/// The dashboard on the embedded simulator.
///
/// # Errors
/// No terminal, or no free port on the loopback address.
pub fn demo(arguments: &DemoArguments, common: &Common, runtime: &Handle) -> Result<Exit, Failure> {
    needs_terminal()?;
    let campaigns = simulator::demo_campaigns(DEMO_CAMPAIGNS, arguments.messages, DEMO_LIVE, SimulatedEnvironment::Test);
    let simulator = simulated(arguments, campaigns, runtime)?;
    let base = BaseUrl::parse(&simulator.base_url()).map_err(|error| Failure::new(Exit::Failed, error.to_string(), "", ""))?;
    let mut campaigns = Vec::new();
    for settings in simulator.campaigns() {
        let key = ApiKey::new(&settings.key.as_str().into()).map_err(|error| Failure::new(Exit::Failed, error.to_string(), "", ""))?;
        campaigns.push(ConfiguredCampaign::simulated(&settings.name, &settings.id, base.clone(), key));
    }
    // Nothing of a demo may outlive it, and it must not touch the journal of real actions.
    let folder = tempfile::Builder::new().prefix("postwatch-demo-").tempdir().map_err(|error| {
        let next = "Make room in the folder for temporary files, or name another one with TMPDIR.";
        Failure::new(Exit::Failed, "The demo's state folder cannot be created.", sentence(&error), next)
    })?;
    let setup = setup::demo(&campaigns, common);
    let nothing = || {
        Explanation::new("There is nothing to reload.", "The demo has no configuration.", "`:reload` reads a changed configuration again.")
    };
    let shown = show(setup, campaigns, StateFolder::Fixed(folder.path().to_owned()), Arc::new(move || Err(nothing())), runtime);
    runtime.block_on(simulator.stop());
    shown.map(|(_, end)| exit_of(end))
}

fn simulated(arguments: &DemoArguments, campaigns: Vec<CampaignOptions>, runtime: &Handle) -> Result<Simulator, Failure> {
    let options = WorldOptions { campaigns, speed: arguments.speed, started_at: Timestamp::now(), ..WorldOptions::new(arguments.seed) };
    let listening = runtime.block_on(simulator::serve(World::new(options), ([127, 0, 0, 1], 0).into()));
    listening.map_err(|error| {
        let next = "Something keeps programs from listening on 127.0.0.1: look at the machine's limits.";
        Failure::new(Exit::Failed, "The embedded simulator cannot be started.", sentence(&error), next)
    })
}

/// The first start: there is no configuration yet.
fn first_time(common: &Common, runtime: &Handle, missing: &LoadError) -> Result<Exit, Failure> {
    if common.config.is_some() {
        // A named file that does not exist is a mistake, not a first start.
        let next = "Name another one with `--config FILE`, or leave the option out.";
        return Err(Failure::new(Exit::Usage, "There is no such configuration.", sentence(missing), next));
    }
    let path = config::path(None, env);
    let (requests, mut screen, mut keyboard) = terminal(runtime, Clock::system())?;
    let theme = Theme::new(crate::tui::ThemeChoice::Auto, depth(common)).on(background());
    if theme.asks_background() {
        keyboard.ask_background().map_err(|error| lost(&error))?;
    }
    let text = StartText { path: path.clone() };
    let mut host = Adding::new(path.clone(), requests.waker(), runtime.clone());
    let chosen = start(text, theme, setup::wants_ascii(), &mut screen, &mut keyboard, &mut host, &requests);
    keyboard.finish();
    drop(screen);
    let (choice, end) = chosen.map_err(|error| lost(&error))?;
    match choice {
        StartChoice::Demo => demo(&DemoArguments::default(), common, runtime),
        StartChoice::Added => run(common, runtime),
        StartChoice::Quit => Ok(exit_of(end)),
    }
}

/// Shows the dashboard until it quits; gives what it showed last, and why it quit.
fn show(
    setup: Setup,
    campaigns: Vec<ConfiguredCampaign>,
    state: StateFolder,
    reload: Reload,
    runtime: &Handle,
) -> Result<(Session, ExitReason), Failure> {
    let clock = Clock::system();
    let (requests, mut screen, mut keyboard) = terminal(runtime, clock.clone())?;
    let (sender, receiver) = updates(requests.waker());
    let asks_background = Theme::new(setup.theme.clone(), setup.depth).asks_background();
    screen.mouse(setup.mouse).map_err(|error| lost(&error))?;
    let mut workers = Workers::new(campaigns, state, reload, sender, requests.clone(), runtime.clone(), clock.clone());
    let mut dashboard = App::new(setup, clock.now());
    if asks_background {
        keyboard.ask_background().map_err(|error| lost(&error))?;
    }
    for effect in dashboard.opening() {
        workers.perform(effect);
    }
    let end = EventLoop::new(&mut dashboard, &mut screen, &mut keyboard, &mut workers, receiver, requests).run();
    keyboard.finish();
    // First the terminal is restored, then the workers may take the time that a write needs.
    drop(screen);
    workers.stop();
    Ok((dashboard.session(), end.map_err(|error| lost(&error))?))
}

fn terminal(runtime: &Handle, clock: Clock) -> Result<(Requests, TerminalScreen, Keyboard), Failure> {
    needs_terminal()?;
    let (waker, end) = wake_pair().map_err(|error| lost(&error))?;
    let requests = Requests::new(waker);
    #[cfg(unix)]
    crate::tui::listen(runtime, &requests).map_err(|error| lost(&error))?;
    #[cfg(not(unix))]
    let _ = runtime;
    let screen = TerminalScreen::enter(&requests).map_err(|error| no_terminal(&error))?;
    Ok((requests, screen, Keyboard::new(end, clock)))
}

fn needs_terminal() -> Result<(), Failure> {
    TerminalScreen::check(env).map_err(|error| no_terminal(&error))
}

fn no_terminal(error: &TerminalError) -> Failure {
    let next = "Start it in a terminal. In a script, `postwatch status` and `postwatch messages` give the same figures.";
    Failure::new(Exit::Usage, "The dashboard cannot be shown.", sentence(error), next)
}

fn lost(error: &std::io::Error) -> Failure {
    let exit = ExitReason::of_error(error).map_or(Exit::Failed, exit_of);
    Failure::new(exit, "The terminal went away.", sentence(error), "Start the dashboard again.")
}

fn exit_of(end: ExitReason) -> Exit {
    match end.exit_code() {
        0 => Exit::Done,
        1 => Exit::Failed,
        signal => Exit::Signal(signal),
    }
}

/// The terminal's background, as far as the environment says.
fn background() -> Option<Background> {
    Background::of_environment(env)
}

/// The colours that the terminal has and the user asked for.
fn depth(common: &Common) -> ColourDepth {
    ColourDepth::of(common.color.into(), env)
}
