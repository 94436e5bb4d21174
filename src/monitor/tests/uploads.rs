//! Sending a file: once for each yes, found out where its answer was lost, and never twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rstest::rstest;

use super::transports::Stops;
use super::world::{Bench, Seen, World, demo_world, loaded, upload_command};
use crate::action::ConfirmedUpload;
use crate::monitor::{ActionStage, Command};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{Broken, Request, TransportFailure};
use crate::state::{ActionKind, ActionState};

const NAME: &str = "clinic-nov.csv";
const ROWS: usize = 12;

fn world() -> World {
    demo_world(60, 0.0)
}

/// A worker as in a script: it reads only what the upload needs.
fn script() -> World {
    World { reads: false, ..world() }
}

fn lost(before: bool) -> Fault {
    let step = ScriptedStep::Fail(TransportFailure::Unknown(Broken::Timeout));
    if before { Fault::Before(step) } else { Fault::After(step) }
}

fn first_post(fault: Fault) -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static {
    let posts = AtomicUsize::new(0);
    move |_, request| (request.is_write() && posts.fetch_add(1, Ordering::Relaxed) == 0).then(|| fault.clone())
}

fn is_over(seen: &Seen) -> bool {
    seen.uploads.last().is_some_and(|(_, stage)| stage.is_over() || matches!(stage, ActionStage::Accepted | ActionStage::FoundAccepted))
}

fn last(bench: &Bench) -> &ActionStage {
    &bench.seen.uploads.last().expect("something was reported").1
}

fn state(bench: &Bench) -> ActionState {
    bench.journal().all(1).unwrap()[0].state
}

/// A person's yes to a file with so many rows.
async fn agreed(bench: &mut Bench) -> ConfirmedUpload {
    let file = bench.file(NAME, ROWS);
    let plan = bench.upload_plan(file).await;
    plan.confirm(bench.clock.now(), None).expect("nothing is in the way")
}

#[tokio::test(start_paused = true)]
async fn a_file_is_sent_once_with_its_progress_and_its_rows_appear() {
    let mut bench = loaded(Bench::new(world())).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.until("it is accepted", is_over).await;
    let batches = bench.uploaded();
    assert_eq!((batches.len(), bench.posts().len(), last(&bench)), (1, 1, &ActionStage::Accepted));
    assert_eq!(bench.seen.uploads.last().unwrap().0.as_ref(), Some(&batches[0]));
    let progress: Vec<(u64, u64)> = bench
        .seen
        .uploads
        .iter()
        .filter_map(|(_, stage)| if let ActionStage::Uploading { sent, total } = stage { Some((*sent, *total)) } else { None })
        .collect();
    assert!(progress.len() > 3 && progress.is_sorted(), "{progress:?}");
    assert!(progress.iter().all(|(sent, total)| sent <= total), "{progress:?}");
    let entry = bench.journal().all(1).unwrap().remove(0);
    assert_eq!((entry.state, entry.tries, entry.action.batch()), (ActionState::Accepted, 1, Some(&batches[0])));
    bench
        .until("its rows appear", |seen| seen.store.batches().iter().any(|known| known.batch.id == batches[0] && known.loaded == ROWS))
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_journal_holds_nothing_of_what_is_in_the_file() {
    let mut bench = loaded(Bench::new(world())).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.until("it is over", is_over).await;
    for file in std::fs::read_dir(bench.folder.path().join("state")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for personal in ["6580000001", "80000001"] {
            assert!(!bytes.windows(personal.len()).any(|window| window == personal.as_bytes()), "{personal}");
        }
    }
}

#[rstest]
#[case::it_had_been_taken(false, ActionState::ResolvedAccepted, 1)]
#[case::it_had_not(true, ActionState::Unknown, 0)]
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_out_by_reading_alone(
    #[case] before: bool,
    #[case] end: ActionState,
    #[case] taken: usize,
    #[values(true, false)] reads: bool,
    #[values(true, false)] killed: bool,
) {
    let mut bench = Bench::with_faults(World { reads, ..world() }, |inner| FaultTransport::new(inner, first_post(lost(before))));
    if reads {
        bench = loaded(bench).await;
    }
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.until("its outcome is unknown", |seen| matches!(seen.uploads.last(), Some((_, ActionStage::Unknown { .. })))).await;
    if killed {
        bench = bench.killed_and_restarted();
    }
    bench.run(Duration::from_secs(400)).await;
    assert_eq!((state(&bench), bench.uploaded().len()), (end, taken));
    if end == ActionState::Unknown {
        assert!(last(&bench).needs_person(), "{:?}", bench.seen.uploads);
        // As long as it is open, the same file is refused, before the question and after it.
        let file = bench.file(NAME, ROWS);
        let plan = bench.upload_plan(file).await;
        assert!(plan.refusal().is_some());
        assert_eq!(plan.confirm(bench.clock.now(), Some(NAME)), None);
        bench.run(Duration::from_secs(10)).await;
        assert_eq!(bench.uploaded().len(), 0);
    } else {
        let entry = bench.journal().all(1).unwrap().remove(0);
        assert_eq!(entry.action.batch(), bench.uploaded().first(), "the journal knows its batch");
    }
}

/// A batch that was there before, of the same name and size, proves nothing.
#[tokio::test(start_paused = true)]
async fn an_older_batch_is_not_taken_for_it() {
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(lost(true))))).await;
    bench.upload_file_elsewhere(NAME, ROWS);
    bench.run(Duration::from_secs(120)).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.run(Duration::from_secs(400)).await;
    assert_eq!(state(&bench), ActionState::Unknown);
    assert!(last(&bench).needs_person(), "{:?}", bench.seen.uploads);
}

/// Two new batches of its name and size: nobody can tell which is ours.
#[rstest]
#[case::of_its_name(NAME, ActionState::Unknown)]
#[case::of_another_name("other.csv", ActionState::ResolvedAccepted)]
#[tokio::test(start_paused = true)]
async fn of_several_new_batches_a_person_decides(#[case] other: &str, #[case] end: ActionState) {
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(lost(false))))).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.until("its outcome is unknown", |seen| matches!(seen.uploads.last(), Some((_, ActionStage::Unknown { .. })))).await;
    bench.upload_file_elsewhere(other, ROWS);
    bench.run(Duration::from_secs(400)).await;
    assert_eq!(state(&bench), end, "{:?}", bench.seen.uploads);
    assert_eq!(last(&bench).needs_person(), end == ActionState::Unknown);
}

#[tokio::test(start_paused = true)]
async fn the_same_file_again_must_be_named() {
    let mut bench = loaded(Bench::new(world())).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.until("it is accepted", is_over).await;
    // Under another name it is the same file.
    let file = bench.file("copy.csv", ROWS);
    let plan = bench.upload_plan(file).await;
    assert!(plan.must_be_named() && plan.refusal().is_none());
    for wrong in [None, Some(NAME), Some(""), Some("Copy.csv")] {
        assert_eq!(plan.clone().confirm(bench.clock.now(), wrong), None, "{wrong:?}");
    }
    let again = plan.confirm(bench.clock.now(), Some("copy.csv")).unwrap();
    bench.ask(upload_command(again));
    bench.until("it is accepted, too", |seen| seen.uploads.iter().filter(|(_, stage)| *stage == ActionStage::Accepted).count() == 2).await;
    assert_eq!(bench.uploaded().len(), 2);
    // After a day nobody asks for the name.
    bench.run(Duration::from_secs(25 * 3600)).await;
    let file = bench.file(NAME, ROWS);
    assert!(!bench.upload_plan(file).await.must_be_named());
}

#[rstest]
#[case::changed(Some("recipient,language,name\r\n"), true)]
#[case::of_the_same_length(None, true)]
#[tokio::test(start_paused = true)]
async fn a_file_that_changed_since_its_check_is_not_sent(#[case] text: Option<&str>, #[case] exists: bool) {
    let mut bench = loaded(Bench::new(world())).await;
    let upload = agreed(&mut bench).await;
    let path = bench.folder.path().join(NAME);
    let changed = text.map_or_else(|| bench.csv(ROWS).replace("6580000001", "6580000009"), str::to_owned);
    assert!(exists);
    std::fs::write(path, changed).unwrap();
    bench.ask(upload_command(upload));
    bench.until("it is over", is_over).await;
    assert!(matches!(last(&bench), ActionStage::Skipped(_)), "{:?}", bench.seen.uploads);
    assert_eq!((state(&bench), bench.posts().len()), (ActionState::NotSent, 0));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_gone_is_not_sent() {
    let mut bench = loaded(Bench::new(world())).await;
    let upload = agreed(&mut bench).await;
    std::fs::remove_file(bench.folder.path().join(NAME)).unwrap();
    bench.ask(upload_command(upload));
    bench.until("it is over", is_over).await;
    assert!(matches!(last(&bench), ActionStage::NotSent(_)), "{:?}", bench.seen.uploads);
    assert_eq!((state(&bench), bench.posts().len()), (ActionState::NotSent, 0));
}

/// It is cut off after its first pieces: that is looked up, and never taken for not sent.
#[tokio::test(start_paused = true)]
async fn what_is_cut_off_in_the_middle_is_looked_up() {
    let mut bench = loaded(Bench::new(world())).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench
        .until(
            "some of it has left",
            |seen| matches!(seen.uploads.last(), Some((_, ActionStage::Uploading { sent, total })) if sent < total),
        )
        .await;
    bench.ask(Command::TakeBack);
    bench.until("it is answered", |seen| seen.cut == 1).await;
    bench
        .until("its outcome is unknown", |seen| matches!(seen.uploads.last(), Some((_, ActionStage::Unknown { look_up_at: Some(_), .. }))))
        .await;
    bench.run(Duration::from_secs(400)).await;
    assert!(last(&bench).needs_person(), "{:?}", bench.seen.uploads);
    assert_eq!((state(&bench), bench.uploaded().len(), bench.posts().len()), (ActionState::Unknown, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn its_last_byte_is_not_called_back() {
    let mut bench = loaded(Bench::new(world())).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench
        .until(
            "all of it has left",
            |seen| matches!(seen.uploads.last(), Some((_, ActionStage::Uploading { sent, total })) if sent == total),
        )
        .await;
    bench.ask(Command::TakeBack);
    bench.until("it is accepted", is_over).await;
    assert_eq!((last(&bench), bench.seen.cut, bench.seen.taken_back.last()), (&ActionStage::Accepted, 0, Some(&(0, 1))));
}

#[tokio::test(start_paused = true)]
async fn of_two_processes_with_the_same_file_one_sends_it() {
    let mut bench = loaded(Bench::new(world())).await;
    let mut other = bench.another_with(world());
    let (first, second) = (agreed(&mut bench).await, agreed(&mut other).await);
    let late = second.clone();
    bench.ask(upload_command(first));
    other.ask(upload_command(second));
    tokio::join!(bench.until("the first is over", is_over), other.until("the second is over", is_over));
    let stages = [last(&bench), last(&other)];
    assert_eq!(stages.iter().filter(|stage| ***stage == ActionStage::Accepted).count(), 1, "{stages:?}");
    assert_eq!(stages.iter().filter(|stage| matches!(stage, ActionStage::NotTaken(_))).count(), 1, "{stages:?}");
    // Nor is it sent by a yes to a plan from before it was accepted.
    other.ask(upload_command(late));
    other.run(Duration::from_secs(30)).await;
    assert_eq!((bench.uploaded().len(), bench.posts().len()), (1, 1));
}

/// What the validator says is kept whole, for the screen, and none of it in the journal.
#[tokio::test(start_paused = true)]
async fn a_refused_file_is_reported_with_the_whole_answer() {
    let body = r#"{"isValid":false,"reportURL":"https://files.example/report","numRows":12,"numErrors":1,"more":["6580000001"]}"#;
    let fault = Fault::Before(ScriptedStep::answer(201, body));
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(fault)))).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.until("it is over", is_over).await;
    let ActionStage::Refused(refusal) = last(&bench) else { panic!("{:?}", bench.seen.uploads) };
    let check = refusal.check.as_ref().expect("the answer is kept").as_str();
    assert!(check.contains("https://files.example/report") && check.contains("6580000001"), "{check}");
    let entry = bench.journal().all(1).unwrap().remove(0);
    assert_eq!(entry.state, ActionState::Refused);
    assert!(!format!("{entry:?}").contains("6580000001"));
}

/// The program dies at every step in turn.
#[rstest]
#[case::answered(true, true)]
#[case::lost_after_it_was_taken(false, true)]
#[case::lost_before_it_was_taken(false, false)]
#[tokio::test(start_paused = true)]
async fn wherever_it_dies_the_next_start_knows_the_truth(#[case] answered: bool, #[case] taken: bool) {
    let mut ends = std::collections::HashSet::new();
    for stop in 1.. {
        let stops = Stops::new();
        let posts = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&posts);
        let faults = move |_: usize, request: &Request| match request.is_write().then(|| count.fetch_add(1, Ordering::Relaxed))? {
            // The first is dropped for the rate.
            0 => Some(Fault::Before(ScriptedStep::answer(429, ""))),
            1 if !answered => Some(lost(!taken)),
            _ => None,
        };
        let mut bench = Bench::with_stops(script(), faults, &stops);
        let upload = agreed(&mut bench).await;
        stops.arm(stop);
        bench.ask(upload_command(upload));
        bench.until_dead_or(&stops, |seen| is_over(seen) || seen.uploads.last().is_some_and(|(_, stage)| stage.needs_person())).await;
        let ended = !stops.is_dead();
        bench.run(Duration::from_secs(5)).await;
        let mut bench = bench.killed_and_restarted();
        bench.run(Duration::from_secs(400)).await;
        let entry = bench.journal().all(1).unwrap().pop();
        let state = entry.as_ref().map(|entry| entry.state);
        let sent = bench.uploaded().len();
        let fits = match state {
            Some(ActionState::Accepted | ActionState::ResolvedAccepted) => sent == 1,
            None | Some(ActionState::NotSent | ActionState::Refused | ActionState::Unknown) => sent == 0,
            Some(_) => false,
        };
        assert!(fits, "stopped at step {stop}: {state:?}, and {sent} are there");
        let told = state != Some(ActionState::NotSent) || bench.seen.uploads_not_started == [NAME] || ended;
        assert!(told, "stopped at step {stop}: what was not sent must be reported");
        if let Some(ActionKind::UploadBatch { created: Some(created), .. }) = entry.map(|entry| entry.action) {
            assert_eq!(bench.uploaded(), [created]);
        }
        ends.insert(state);
        if ended {
            assert!(stop > 8, "only {stop} steps");
            break;
        }
        assert!(stop < 60, "an upload has fewer steps");
    }
    assert!(ends.len() > 2, "{ends:?}");
}

/// Rows that appear a minute after they were recorded are below what the head is read for.
#[tokio::test(start_paused = true)]
async fn rows_that_appear_late_are_loaded_on_a_busy_campaign() {
    let mut bench = loaded(Bench::new(demo_world(4_000, 10.0))).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.until("it is accepted", is_over).await;
    let batch = bench.uploaded().remove(0);
    bench.run(Duration::from_secs(120)).await;
    let loaded = bench.seen.store.batches().iter().find(|known| known.batch.id == batch).map(|known| known.loaded);
    assert_eq!(loaded, Some(ROWS));
}

/// A file of the same name and size whose batch is not known yet: a new batch could be that one's.
#[rstest]
#[tokio::test(start_paused = true)]
async fn a_batch_that_could_be_another_files_proves_nothing(#[values(true, false)] is_known: bool) {
    let posts = AtomicUsize::new(0);
    // The first is taken, the second is not; the answer to the second is lost, and where it is not known that to the first.
    let faults = move |_: usize, request: &Request| {
        let number = request.is_write().then(|| posts.fetch_add(1, Ordering::Relaxed))?;
        (number > 0 || !is_known).then(|| lost(number > 0))
    };
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, faults))).await;
    let first = agreed(&mut bench).await;
    // Another file of this name and size, from another folder.
    let text = bench.csv(ROWS).replace("6580000001", "6580000009");
    let folder = bench.folder.path().join("other");
    std::fs::create_dir(&folder).unwrap();
    let second = bench.file_with(&folder.join(NAME), &text);
    let second = bench.upload_plan(second).await.confirm(bench.clock.now(), None).unwrap();
    bench.ask(upload_command(first));
    let is_first_out =
        |seen: &Seen| seen.uploads.iter().any(|(_, stage)| matches!(stage, ActionStage::Accepted | ActionStage::Unknown { .. }));
    bench.until("the first is out", is_first_out).await;
    bench.ask(upload_command(second));
    bench.run(Duration::from_secs(800)).await;
    assert_eq!(bench.uploaded().len(), 1);
    let states: Vec<ActionState> = bench.journal().all(2).unwrap().iter().rev().map(|entry| entry.state).collect();
    let expected = if is_known { ActionState::Accepted } else { ActionState::Unknown };
    assert_eq!(states, [expected, ActionState::Unknown], "{:?}", bench.seen.uploads);
}

/// A person's word that it went counts like the API's.
#[tokio::test(start_paused = true)]
async fn what_a_person_says_went_must_be_named_to_go_again() {
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(lost(true))))).await;
    let upload = agreed(&mut bench).await;
    let late = upload.clone();
    bench.ask(upload_command(upload));
    bench.run(Duration::from_secs(400)).await;
    let action = bench.seen.open.as_ref().unwrap()[0].action;
    bench.ask(Command::Resolve { action, went: true });
    bench.until("it is closed", |seen| seen.open.as_ref().is_some_and(Vec::is_empty)).await;
    let file = bench.file(NAME, ROWS);
    assert!(bench.upload_plan(file).await.must_be_named());
    // Nor is it sent by another process's yes from before.
    let mut other = bench.another_with(world());
    other.ask(upload_command(late));
    other.run(Duration::from_secs(30)).await;
    assert!(matches!(last(&other), ActionStage::NotTaken(_)), "{:?}", other.seen.uploads);
    assert_eq!(bench.uploaded().len(), 0);
}

/// The next start and another process know that a file was accepted whose rows do not show yet; for an hour.
#[tokio::test(start_paused = true)]
async fn an_accepted_file_is_reported_to_other_runs() {
    let mut bench = loaded(Bench::new(world())).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.until("it is over", is_over).await;
    assert_eq!(bench.seen.uploaded_before, []);
    let batch = bench.uploaded().first().cloned();
    let mut bench = bench.killed_and_restarted();
    bench.until("it is reported", |seen| !seen.uploaded_before.is_empty()).await;
    let known = &bench.seen.uploaded_before[0];
    assert_eq!((known.kind.file_name(), known.kind.batch()), (Some(NAME), batch.as_ref()));
    bench.run(Duration::from_secs(3_660)).await;
    let mut bench = bench.killed_and_restarted();
    bench.run(Duration::from_secs(10)).await;
    assert_eq!(bench.seen.uploaded_before, []);
}

/// Whoever quits does not wait for a file: it is cut off, and its outcome is written down as unknown.
#[tokio::test(start_paused = true)]
async fn quitting_cuts_it_off() {
    let mut bench = loaded(Bench::new(world())).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench
        .until(
            "some of it has left",
            |seen| matches!(seen.uploads.last(), Some((_, ActionStage::Uploading { sent, total })) if sent < total),
        )
        .await;
    bench.ask(Command::Stop);
    bench.until("it has stopped", |seen| seen.stopped).await;
    assert_eq!((state(&bench), bench.uploaded().len()), (ActionState::Unknown, 0));
}

/// What the API's code means for one message is not what it means for a file: its own words say it.
#[tokio::test(start_paused = true)]
async fn a_refusal_says_what_postman_says() {
    let body =
        r#"{"error":{"code":"parameter_invalid","message":"File too large, max file size is 40MB","type":"domain_error","id":"trace-1"}}"#;
    let fault = Fault::Before(ScriptedStep::answer(400, body));
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(fault)))).await;
    let upload = agreed(&mut bench).await;
    bench.ask(upload_command(upload));
    bench.until("it is over", is_over).await;
    let ActionStage::Refused(refusal) = last(&bench) else { panic!("{:?}", bench.seen.uploads) };
    assert!(refusal.why.what.contains("File too large, max file size is 40MB"), "{:?}", refusal.why);
    assert_eq!(refusal.why.trace_id.as_deref(), Some("trace-1"));
}
