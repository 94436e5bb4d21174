//! Behind the start screen's form: tries a new campaign out, and writes it into the configuration.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;

use super::super::campaigns::{ConfiguredCampaign, sentence};
use super::super::check::{Grade, campaign_findings};
use crate::config::NewCampaign;
use crate::monitor::NoticeWeight;
use crate::postman::{Explanation, HttpTransport, Transport};
use crate::tui::{Effect, Event, Host, TrialLine, Waker};

/// The host of the start screen.
pub(super) struct Adding {
    runtime: Handle,
    path: PathBuf,
    waker: Waker,
    /// Created when it is first needed: most people only look at the menu.
    transport: Arc<OnceLock<Arc<dyn Transport>>>,
    sender: Sender<Event>,
    answers: Receiver<Event>,
}

impl Adding {
    /// Campaigns go to the configuration at `path`.
    pub fn new(path: PathBuf, waker: Waker, runtime: Handle) -> Self {
        let (sender, answers) = channel();
        Self { runtime, path, waker, transport: Arc::default(), sender, answers }
    }

    fn answer_with(&self) -> impl FnOnce(Event) + Send + use<> {
        let (sender, waker) = (self.sender.clone(), self.waker.clone());
        move |event| {
            // Fails only if the start screen was closed meanwhile.
            if sender.send(event).is_ok() {
                waker.wake();
            }
        }
    }
}

impl Host for Adding {
    fn started(&mut self) {}

    fn perform(&mut self, effect: Effect) {
        let answer = self.answer_with();
        match effect {
            Effect::TryCampaign(campaign) => {
                let (transport, folder) = (Arc::clone(&self.transport), self.path.parent().map(PathBuf::from));
                self.runtime.spawn(async move {
                    let transport = transport.get_or_init(|| Arc::new(HttpTransport::new()));
                    answer(Event::Tried(tried(&campaign, folder, transport).await));
                });
            }
            Effect::AddCampaign(campaign) => {
                let path = self.path.clone();
                self.runtime.spawn_blocking(move || answer(Event::Added(added(&campaign, &path))));
            }
            _ => {}
        }
    }

    fn answer(&mut self) -> Option<Event> {
        self.answers.try_recv().ok()
    }
}

/// The result of reading one message of the campaign.
async fn tried(new: &NewCampaign, folder: Option<PathBuf>, transport: &Arc<dyn Transport>) -> Vec<TrialLine> {
    let problem = |text: String| vec![TrialLine { weight: NoticeWeight::Problem, text, next: String::new() }];
    let Some(mut config) = new.as_configured() else { return problem("Something is still missing.".to_owned()) };
    if let Some(folder) = folder {
        config.find_key_beside(&folder);
    }
    let campaign = match ConfiguredCampaign::of(config) {
        Ok(campaign) => campaign,
        Err(mistake) => return problem(format!("{}; expected {}", mistake.what, mistake.expected)),
    };
    let findings = campaign_findings(&campaign, transport).await;
    let line = |finding: super::super::check::Finding| TrialLine {
        weight: match finding.grade {
            Grade::Ok => NoticeWeight::Info,
            Grade::Warn => NoticeWeight::Warning,
            Grade::Fail => NoticeWeight::Problem,
        },
        text: finding.text,
        next: finding.next.unwrap_or_default(),
    };
    findings.into_iter().map(line).collect()
}

fn added(campaign: &NewCampaign, path: &std::path::Path) -> Result<(), Explanation> {
    campaign.write(path).map_err(|error| {
        Explanation::new(
            "The campaign was not saved; nothing was changed.",
            sentence(&error),
            "Fix that and save again, or write the file by hand: `postwatch config example` prints an example.",
        )
    })
}
