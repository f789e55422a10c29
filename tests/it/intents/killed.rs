//! SIGKILL at every step of a change, and answers that are lost. The real program runs against a served account that
//! stops answering at one request; there it is killed, and it is started again.
//!
//! Nothing can be held between two lines of the journal, or between an answer and the line about it. There the last line
//! is taken away after a later kill, because the next start finds the same files and the same account.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use sagetop::sim::Sim;

use crate::altered::{Altered, Answer, Asked, simulated};
use crate::sagetop::{Home, Run};

const REGION: &str = "eu-west-1";
/// How much faster the account lives: a deployment takes seconds.
const SPEED: f64 = 100.0;
/// The seconds after which AWS shows whether it accepted a call.
const SETTLED: i64 = 31;
const HOUR: i64 = 3600;
/// The longest time until a step is reached.
const LONGEST: Duration = Duration::from_secs(90);

const PROD: &str = "recommendation-prod";
const REBUILT: &str = "demand-forecasting-prod";
const STAGING: &str = "demand-forecasting-staging";
const PIPELINE: &str = "fraud-screening-build";
const VERSION: &str = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/recommendation/14";

/// A change by one call.
struct Act {
    arguments: &'static [&'static str],
    target: &'static str,
    /// The operation that makes the change.
    write: &'static str,
    /// An operation that is read while the plan is made, and once more before it is sent.
    guard: &'static str,
    /// The operation that shows the end state.
    look: &'static str,
    /// Whether AWS recognises a repeated call.
    repeatable: bool,
    /// How often the account did it.
    made: fn(&Sim) -> usize,
    /// Whether the end state is reached.
    reached: fn(&Sim) -> bool,
}

fn made(sim: &Sim, operation: &str) -> usize {
    sim.write_calls().iter().filter(|call| call.split(' ').next() == Some(operation)).count()
}

fn in_service(sim: &Sim, endpoint: &str) -> bool {
    sim.endpoint_status(endpoint).as_deref() == Some("InService")
}

const ROLLBACK: Act = Act {
    arguments: &["rollback", PROD],
    target: PROD,
    write: "UpdateEndpoint",
    guard: "DescribeEndpoint",
    look: "DescribeEndpoint",
    repeatable: false,
    made: |sim| made(sim, "UpdateEndpoint"),
    reached: |sim| in_service(sim, PROD) && sim.endpoint_config(PROD).unwrap().contains("-v12-"),
};

const RETRAIN: Act = Act {
    arguments: &["retrain", PIPELINE],
    target: PIPELINE,
    write: "StartPipelineExecution",
    guard: "DescribePipeline",
    look: "DescribePipelineExecution",
    repeatable: true,
    made: |sim| sim.executions(PIPELINE).len(),
    reached: |sim| sim.executions(PIPELINE)[0] == "Succeeded",
};

const APPROVE: Act = Act {
    arguments: &["approve", VERSION, "--reason", "CTR holds in staging"],
    target: "recommendation/14",
    write: "UpdateModelPackage",
    guard: "DescribeModelPackage",
    look: "DescribeModelPackage",
    repeatable: false,
    made: |sim| made(sim, "UpdateModelPackage"),
    reached: |sim| sim.approval("recommendation/14").unwrap() == "Approved",
};

const INSTANCES: Act = Act {
    arguments: &["set-instances", STAGING, "AllTraffic=3"],
    target: STAGING,
    write: "UpdateEndpointWeightsAndCapacities",
    guard: "DescribeEndpoint",
    look: "DescribeEndpoint",
    repeatable: false,
    made: |sim| made(sim, "UpdateEndpointWeightsAndCapacities"),
    reached: |sim| in_service(sim, STAGING),
};

/// The request at which the account stops answering.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// The plan was confirmed and is checked again.
    Checking,
    /// The call is on its way, and never arrives.
    Sending,
    /// The account has made the change, and does not answer.
    Made,
    /// The account has made the change, and half of its answer has arrived.
    Answered,
    /// The answer has arrived, and the end state is looked at.
    Following,
}

/// A served account that stops answering once.
struct Held {
    account: Altered,
    reached: Receiver<()>,
    /// The number of the request at which a plan is checked again.
    checked_at: Arc<AtomicUsize>,
}

impl Held {
    fn at(step: Step, sim: &Sim, write: &'static str, guard: &'static str, look: &'static str) -> Self {
        let checked_at = Arc::new(AtomicUsize::new(usize::MAX));
        let (tell, reached) = mpsc::channel();
        let (number, own) = (checked_at.clone(), sim.clone());
        let (written, over) = (AtomicBool::new(false), AtomicBool::new(false));
        let alter = move |asked: &Asked| {
            let operation = asked.operation.as_str();
            if over.load(SeqCst) {
                return None;
            }
            let answer = match step {
                Step::Checking if operation == guard && asked.number == number.load(SeqCst) => Answer::Silence,
                Step::Sending if operation == write => Answer::Silence,
                Step::Made if operation == write => {
                    make(&own, asked);
                    Answer::Silence
                }
                Step::Answered if operation == write => {
                    let answer = make(&own, asked);
                    Answer::Stalled(answer.slice(..answer.len() / 2))
                }
                Step::Following if operation == look && written.load(SeqCst) => Answer::Silence,
                Step::Checking | Step::Sending | Step::Made | Step::Answered | Step::Following => {
                    written.fetch_or(operation == write, SeqCst);
                    return None;
                }
            };
            over.store(true, SeqCst);
            tell.send(()).unwrap();
            Some(answer)
        };
        Self { account: Altered::of(sim, alter), reached, checked_at }
    }

    fn run(&self, home: &Home, arguments: &[&str]) -> Run {
        home.run_at(&self.account.url, REGION, arguments)
    }

    /// Starts the program, and kills it where the account stops answering.
    fn kill_there(&self, home: &Home, arguments: &[&str]) {
        let run = home.start_at(&self.account.url, REGION, arguments);
        self.reached.recv_timeout(LONGEST).unwrap_or_else(|error| panic!("{arguments:?} does not get there: {error}"));
        run.kill();
    }
}

/// Lets the account carry a request out, and returns the answer.
fn make(sim: &Sim, asked: &Asked) -> bytes::Bytes {
    sim.handle(&http::Request::from_parts(asked.head.clone(), asked.body.clone())).into_body()
}

/// Looks at the account until something holds.
fn until(what: &str, holds: impl Fn() -> bool) {
    let (_never, clock) = mpsc::channel::<()>();
    for _ in 0..600 {
        if holds() {
            return;
        }
        let _ = clock.recv_timeout(Duration::from_millis(100));
    }
    panic!("never {what}");
}

/// Kills the program at a step, takes lines of the journal away, and checks that the journal and the account have what
/// they should; then starts it again until all is told.
fn kill(act: &Act, step: Step, late: bool, cut: usize, events: &[&str], done: usize) {
    let sim = simulated("demo", SPEED);
    let held = Held::at(step, &sim, act.write, act.guard, act.look);
    let (home, what) = (Home::new(), format!("{} at {step:?} − {cut}", act.arguments[0]));
    let answered = [act.arguments, &["--yes", act.target]].concat();
    let before = (act.made)(&sim);
    if step == Step::Checking {
        held.run(&home, &[act.arguments, &["--plan-only"]].concat()).ends(0);
        held.checked_at.store(2 * held.account.count(act.guard) + 1, SeqCst);
    }
    held.kill_there(&home, &answered);
    home.cut_journal(cut);
    assert_eq!(home.events(), events, "{what}");
    assert_eq!((act.made)(&sim) - before, done, "{what}");

    // The same command is run again, as a script would: at once, or when AWS has done its part.
    if late {
        until(&format!("{what} is reached"), || (act.reached)(&sim));
    }
    // AWS would show the call by then, so a command that finds nothing of it is sent.
    home.age_journal(SETTLED);
    let again = held.run(&home, &answered);
    assert_eq!((act.made)(&sim) - before, 1, "{what}: it is made once: {again:?}");
    assert_eq!(again.code, Some(i32::from(done == 1)), "{what}: {again:?}");
    until(&format!("{what} is reached"), || (act.reached)(&sim));
    let id = home.journal().first().map(|line| line["id"].clone());
    if done == 0 && events.len() > 1 {
        assert!(again.out.contains("was left open and is under way: so far"), "{what}: {again:?}");
        home.age_journal(HOUR);
    }
    let starts = [again, held.run(&home, &["status"]), held.run(&home, &["status"])];
    let told = |words: &str| starts.iter().filter(|run| format!("{}{}", run.out, run.err).contains(words)).count();
    let (ended, not_done) = (told("was left open and is done: "), told("was left open and is not done: "));
    let ends: Vec<_> = home.journal().into_iter().filter(|line| Some(&line["id"]) == id.as_ref()).collect();
    let end = ends.last().map_or("", |line| line["event"].as_str().unwrap());
    match (events.len(), done) {
        // Without a call there is nothing to tell.
        (0 | 1, _) => assert_eq!((ended, not_done), (0, 0), "{what}: {starts:?}"),
        // The run is known by its name; other end states are those that the second command reached.
        (_, 0) if act.write == RETRAIN.write => assert_eq!((ended, not_done, end), (0, 1, "failed"), "{what}"),
        _ => assert_eq!((ended, not_done, end), (1, 0, "done"), "{what}: {starts:?}"),
    }
    assert_eq!((act.made)(&sim) - before, 1, "{what}: looking changes nothing");
}

/// Kills a change at every step.
fn kill_everywhere(act: &Act) {
    use Step::{Answered, Checking, Following, Made, Sending};
    let cases: [(Step, bool, usize, &[&str], usize); 8] = [
        (Checking, false, 0, &[], 0),
        (Sending, false, 1, &["confirmed"], 0),
        (Sending, false, 0, &["confirmed", "sending"], 0),
        (Made, false, 0, &["confirmed", "sending"], 1),
        (Answered, false, 0, &["confirmed", "sending"], 1),
        (Following, false, 1, &["confirmed", "sending"], 1),
        (Following, false, 0, &["confirmed", "sending", "sent"], 1),
        (Following, true, 0, &["confirmed", "sending", "sent"], 1),
    ];
    for (step, late, cut, events, done) in cases {
        kill(act, step, late, cut, events, done);
    }
}

#[test]
fn a_rollback_is_killed_at_every_step() {
    kill_everywhere(&ROLLBACK);
}

#[test]
fn a_retraining_is_killed_at_every_step() {
    kill_everywhere(&RETRAIN);
}

#[test]
fn an_approval_is_killed_at_every_step() {
    kill_everywhere(&APPROVE);
}

#[test]
fn a_change_of_instances_is_killed_at_every_step() {
    kill_everywhere(&INSTANCES);
}

/// A rollback that has to make a model and a configuration first.
#[test]
fn a_rebuild_is_killed_at_every_call() {
    const CALLS: [&str; 3] = ["CreateModel", "CreateEndpointConfig", "UpdateEndpoint"];
    for (place, call) in CALLS.into_iter().enumerate() {
        for step in [Step::Sending, Step::Made] {
            let (sim, home) = (simulated("demo", SPEED), Home::new());
            let held = Held::at(step, &sim, call, "", "");
            let rollback = ["rollback", REBUILT, "--yes", REBUILT];
            held.kill_there(&home, &rollback);
            let done = place + usize::from(step == Step::Made);
            home.age_journal(SETTLED);
            let count = || CALLS.map(|call| made(&sim, call)).iter().sum::<usize>();
            assert_eq!(count(), done, "{call} {step:?}");
            let again = held.run(&home, &rollback);
            if done == 0 {
                assert_eq!((again.code, count()), (Some(0), 3), "nothing was made, so all is: {again:?}");
                continue;
            }
            assert_eq!((again.code, count()), (Some(1), done), "{call} {step:?}: {again:?}");
            if done == CALLS.len() {
                until("reached", || in_service(&sim, REBUILT));
            } else {
                assert!(again.out.contains("was left open and is under way: so far"), "{again:?}");
                home.age_journal(HOUR);
            }
            let told = held.run(&home, &["status"]).err;
            let end = if done == CALLS.len() { "is done" } else { "is not done" };
            assert!(told.contains(&format!("rollback {REBUILT} was left open and {end}: ")), "{call} {step:?}: {told}");
            assert!(!held.run(&home, &["status"]).err.contains("was left open"), "it is told once");
            let Some((_, way_on)) = told.split_once("finish it with: sagetop ") else { continue };
            let finish: Vec<&str> = way_on.split_whitespace().chain(["--yes", REBUILT]).collect();
            held.run(&home, &finish).ends(0);
            assert_eq!(count(), CALLS.len(), "the configuration that was made is used: {finish:?}");
        }
    }
}

/// The connection ends after the account has made the change.
#[test]
fn a_lost_answer_is_found_out_by_the_program() {
    for act in [&ROLLBACK, &RETRAIN, &APPROVE, &INSTANCES] {
        let (sim, home, over) = (simulated("demo", SPEED), Home::new(), AtomicBool::new(false));
        let (own, write, before) = (sim.clone(), act.write, (act.made)(&sim));
        let account = Altered::of(&sim, move |asked| {
            (asked.operation == write && !over.swap(true, SeqCst)).then(|| {
                make(&own, asked);
                Answer::Cut
            })
        });
        home.run_at(&account.url, REGION, &[act.arguments, &["--yes", act.target]].concat()).ends(0);
        assert_eq!((act.made)(&sim) - before, 1, "{write}");
        let repeated: &[&str] = if act.repeatable { &["sending", "sent"] } else { &["sent"] };
        assert_eq!(home.events(), [&["confirmed", "sending", "error"], repeated, &["done"]].concat(), "{write}");
        assert!((act.reached)(&sim), "{write}: done is told when it is done");
    }
}

/// The program was killed while its call was on the way. AWS shows an effect within seconds, not at once.
#[test]
fn a_command_that_is_run_again_at_once_waits_until_aws_shows_the_first_call() {
    for arrives in [false, true] {
        let sim = simulated("demo", 1.0);
        let held = Held::at(Step::Sending, &sim, RETRAIN.write, RETRAIN.guard, RETRAIN.look);
        let (home, before) = (Home::new(), (RETRAIN.made)(&sim));
        let again = [RETRAIN.arguments, &["--yes", RETRAIN.target]].concat();
        held.kill_there(&home, &again);
        let soon = held.run(&home, &[&again[..], &["--timeout", "10s"]].concat()).ends(1);
        soon.says("nothing more was sent: AWS may show it in").says("wait longer with --timeout");
        assert_eq!(((RETRAIN.made)(&sim) - before, home.events().len()), (0, 2));
        home.age_journal(20);
        let mut waits = home.start_at(&held.account.url, REGION, &again);
        if arrives {
            // The second run has read the executions before the first call arrives.
            until("the executions are read", || held.account.count("ListPipelineExecutions") > 3);
            let call = held.account.asked().into_iter().find(|asked| asked.operation == RETRAIN.write).unwrap();
            make(&sim, &call);
            waits.end().ends(1).says("was left open and is under way").says("nothing more was sent");
        } else {
            waits.until("sent sagemaker:StartPipelineExecution");
        }
        assert_eq!((RETRAIN.made)(&sim) - before, 1, "{arrives}");
    }
}
