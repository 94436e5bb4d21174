//! From what was typed to what would be sent: the templates and the recipient's messages are read from the server first.

use super::super::action::{can_ask, is_yes, typed_line};
use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, joined};
use super::super::find::typed_number;
use super::super::open_journal::{folder, unreadable};
use super::super::{Exit, Failure};
use super::SendArguments;
use super::values::{object_in, over};
use crate::action::{Draft, DraftCheck, DraftField, FingerprintKey, RemarkWeight, SendPlan, SendReading, TypedDraft};
use crate::delivery::{KnownTexts, LANGUAGES, Mask, Recipient, agreeing, counted};
use crate::monitor::Reader;
use crate::postman::{Call, PageRequest, Position};
use crate::state::{JournalAccess, Server};
use crate::store::AnswerKind;

/// How many of the newest messages are read to learn the templates: a campaign has a few languages.
const LEARNT_FROM: u16 = 200;

/// What would be sent.
pub(super) struct Prepared {
    pub typed: TypedDraft,
    /// What is known of the campaign's texts.
    pub known: KnownTexts,
    pub check: DraftCheck,
    /// `None` where there is a mistake.
    pub plan: Option<SendPlan>,
}

/// Number and values, from the arguments, a file, standard input, or a question.
///
/// # Errors
/// Something cannot be read, or is no list of values.
pub(super) async fn typed(arguments: &SendArguments) -> Result<TypedDraft, Failure> {
    let values = arguments.values.clone();
    // A thread of its own, so that a signal ends the wait.
    let object = joined(tokio::task::spawn_blocking(move || values.map_or(Ok(Vec::new()), |file| object_in(&file))).await);
    let values = over(object.unwrap_or(Ok(Vec::new()))?, &arguments.value)?;
    let to = match &arguments.to {
        Some(to) => to.clone(),
        None if arguments.reads_values_from_input() => {
            let why = "Standard input has the values, so it cannot have the number.";
            return Err(Failure::new(Exit::Usage, "Nothing was sent: the number is missing.", why, "Give it with `--to NUMBER`."));
        }
        None => typed_number("Number, with country code: ").await?,
    };
    Ok(TypedDraft { to, language: arguments.language.clone().unwrap_or_default(), values })
}

/// Learns the templates, checks the message, and reads what went to its recipient.
///
/// # Errors
/// Something cannot be read, or no language is given.
pub(super) async fn prepare(
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    arguments: &SendArguments,
    typed: TypedDraft,
) -> Result<Prepared, Failure> {
    let mut reader = context.reader(campaign)?;
    let known = learnt(&mut reader, campaign).await?;
    let mut typed = typed;
    let asks = can_ask() && !arguments.reads_values_from_input();
    if arguments.language.is_none() {
        typed.language = language(&known, asks).await?;
    }
    let mut check = typed.check(&known);
    if let Some(completed) = check.completed.clone().filter(|_| asks && !arguments.yes) {
        let shown = Recipient::new(completed.as_str()).shown(Mask::Off);
        let answer = typed_line(format!("The country code is missing. Is it {shown}? [y/N] ")).await;
        if answer.is_ok_and(|line| is_yes(&line)) {
            typed.to = completed;
            check = typed.check(&known);
        }
    }
    let plan = match &check.draft {
        None => None,
        Some(draft) => {
            let mut reading = read_recipient(&mut reader, context, campaign, draft).await?;
            compare_with_journal(context, campaign, &mut reading)?;
            Some(SendPlan::new(draft.clone(), reading, context.clock.now()))
        }
    };
    Ok(Prepared { typed, known, check, plan })
}

/// What the newest messages tell about the campaign's texts.
async fn learnt(reader: &mut Reader, campaign: &ConfiguredCampaign) -> Result<KnownTexts, Failure> {
    let page = PageRequest { limit: LEARNT_FROM, search: None, position: Position::Head };
    let answer = reader.page(&Call::List { page }).await?;
    let mut store = campaign.store();
    store.merge(&answer.rows, &AnswerKind::List, answer.asked_at);
    Ok(store.known_texts())
}

/// The language that the campaign uses most, if a person agrees.
async fn language(known: &KnownTexts, asks: bool) -> Result<String, Failure> {
    let used: Vec<&str> = known.languages().collect();
    let all = if used.is_empty() { LANGUAGES.join(", ") } else { used.join(", ") };
    if !asks {
        let next = format!("Give it with `--language L`: {all}.");
        return Err(Failure::new(Exit::Usage, "Nothing was sent: the language is missing.", "", next));
    }
    let proposed = used.first().copied().unwrap_or_default();
    let prompt = if proposed.is_empty() { format!("Language ({all}): ") } else { format!("Language ({all}) [{proposed}]: ") };
    let typed = typed_line(prompt).await.map_err(|error| {
        Failure::new(Exit::Usage, "No language could be read.", format!("The system says: {error}."), "Give it with `--language L`.")
    })?;
    Ok(if typed.trim().is_empty() { proposed.to_owned() } else { typed.trim().to_owned() })
}

async fn read_recipient(
    reader: &mut Reader,
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    draft: &Draft,
) -> Result<SendReading, Failure> {
    let answer = reader.page(&SendReading::call(draft)).await?;
    let key = FingerprintKey::of_campaign(campaign.api(&context.transport)?.key());
    let server_now = answer.server_date.unwrap_or(answer.asked_at);
    Ok(SendReading::new(draft, &key, &answer, server_now))
}

/// Whether the journal has the same message open, or accepted. A plan alone neither needs nor creates a journal.
fn compare_with_journal(context: &CommandContext, campaign: &ConfiguredCampaign, reading: &mut SendReading) -> Result<(), Failure> {
    let folder = folder(&context.common).map_err(|error| unreadable(&error))?;
    let Some(journal) = JournalAccess::look(&folder).ok().flatten().and_then(|access| access.readable().cloned()) else {
        return Ok(());
    };
    let server = Server::of(campaign.base.as_str());
    let before = journal.sends_before(&server, &campaign.settings.id, reading.fingerprint.as_str()).map_err(|error| unreadable(&error))?;
    reading.compare_with(&before, context.clock.wall());
    Ok(())
}

/// Why a message with mistakes is not sent.
pub(super) fn mistakes(check: &DraftCheck) -> Failure {
    let mistakes: Vec<String> = check
        .remarks
        .iter()
        .filter(|remark| remark.weight == RemarkWeight::Mistake)
        .map(|remark| format!("{}: {}", field_word(&remark.field), remark.words))
        .collect();
    let what = format!("Nothing was sent: {} in the message.", counted(mistakes.len(), "mistake"));
    let next = match &check.completed {
        Some(_) => "Give the number with its country code, 65 for Singapore.".to_owned(),
        None => format!("Correct {}, and run the command again.", agreeing(mistakes.len(), "it", "them")),
    };
    Failure::new(Exit::Usage, what, mistakes.join("\n  "), next)
}

/// A field by the name that the command gives it.
pub(super) fn field_word(field: &DraftField) -> String {
    match field {
        DraftField::To => "to".to_owned(),
        DraftField::Language => "language".to_owned(),
        DraftField::Value(name) => crate::delivery::clean_line(name).into_owned(),
        DraftField::Text => "text".to_owned(),
    }
}
