mod damage;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use super::*;
use crate::aws::{AwsError, ErrorKind, StandIn};
use crate::health::Health;
use crate::resources::group::ModelPackageGroup;
use crate::resources::topic::Topic;
use crate::resources::{Event, Listing, Table};

/// A file that is deleted after the test.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sagetop-recording-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn id(account: usize) -> AccountId {
    AccountId::all().nth(account).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_403_400 + second).unwrap()
}

fn account(name: &str) -> RecordedAccount {
    let (label, stand_in) = (Some(name.to_owned()), Some(StandIn::Url("http://ana:S3CR3T@host".to_owned())));
    RecordedAccount { name: name.into(), label, region: "eu-west-1".into(), stand_in, colour: Colour::Red }
}

fn groups(names: &str, status: &str) -> Vec<ModelPackageGroup> {
    let group = |name: &str| ModelPackageGroup { name: name.into(), status: status.into(), ..Default::default() };
    names.split_whitespace().map(group).collect()
}

fn denied() -> AwsError {
    AwsError { kind: ErrorKind::Denied, remedy: Some("ask".into()), ..AwsError::other("ListTopics", "not for you") }
}

fn event(second: i64, text: &str) -> KeptEvent {
    let event = Event { at: Some(at(second)), health: Health::Warning, text: text.into(), by: String::new() };
    KeptEvent { at: at(second), event, about: Some((Some("alarms".into()), "a".into())) }
}

/// Recorded accounts, and their state at each second.
struct Night {
    recorder: Recorder,
    now: Arc<AtomicI64>,
    accounts: Vec<AccountState>,
    /// The state after each second.
    known: Vec<(i64, Vec<String>)>,
}

impl Night {
    fn begin(place: &Place, accounts: usize) -> Self {
        let now = Arc::new(AtomicI64::new(0));
        let clock = now.clone();
        let names: Vec<RecordedAccount> = (0..accounts).map(|n| account(&format!("prod{n}"))).collect();
        let config = "# a comment\nurl = \"https://ana:S3CR3T@host\"\n";
        let recorder = Recorder::create(&place.0, config, &names, move || at(clock.load(Ordering::SeqCst))).unwrap();
        let mut night = Self { recorder, now, accounts: vec![AccountState::default(); accounts], known: Vec::new() };
        night.frame();
        night
    }

    fn at(&mut self, second: i64) -> &mut Self {
        self.end_of_second();
        self.now.store(second, Ordering::SeqCst);
        self
    }

    fn frame(&mut self) {
        self.recorder.key_frame(self.accounts.clone());
    }

    fn groups(&mut self, account: usize, answer: Result<Listing<ModelPackageGroup>, AwsError>) -> &mut Self {
        let second = self.now.load(Ordering::SeqCst);
        let state = &mut self.accounts[account];
        let changes = state.store.groups.apply(answer, at(second));
        self.recorder.polled(id(account), &TableUpdate::Groups(state.store.groups.clone(), changes));
        self
    }

    fn topics(&mut self, account: usize, answer: Result<Listing<Topic>, AwsError>) -> &mut Self {
        let second = self.now.load(Ordering::SeqCst);
        let state = &mut self.accounts[account];
        let changes = state.store.topics.apply(answer, at(second));
        self.recorder.polled(id(account), &TableUpdate::Topics(state.store.topics.clone(), changes));
        self
    }

    fn event(&mut self, account: usize, text: &str) -> &mut Self {
        let event = event(self.now.load(Ordering::SeqCst), text);
        self.accounts[account].events.push(event.clone());
        self.recorder.happened(id(account), event);
        self
    }

    fn used(&mut self, account: usize, source: &'static str) -> &mut Self {
        let usage = &mut self.accounts[account].usage;
        usage.calls += 1;
        usage.by_source.entry(source.into()).or_default().calls += 1;
        self.recorder.used(id(account), usage);
        self
    }

    fn forgot(&mut self, account: usize) -> &mut Self {
        let usage = self.accounts[account].usage.clone();
        self.accounts[account] = AccountState { usage, ..AccountState::default() };
        self.recorder.forgot(id(account));
        self
    }

    fn end_of_second(&mut self) {
        let second = self.now.load(Ordering::SeqCst);
        self.known.push((second, self.accounts.iter().map(shown).collect()));
    }

    /// Ends the recording. Returns the state of each account at the end of each second.
    fn end(mut self) -> Vec<(i64, Vec<String>)> {
        self.end_of_second();
        assert_eq!(self.recorder.finish().trouble, None);
        self.known
    }
}

/// Returns everything that can be seen of an account.
fn shown(state: &AccountState) -> String {
    let sources = serde_json::to_string(&state.store.sources()).unwrap();
    let faults: Vec<String> = state.store.troubles().iter().filter_map(|(_, why)| why.watched()).collect();
    let ages: Vec<Option<Timestamp>> = ["a", "b", "c"].iter().map(|id| state.store.groups.read_at(id)).collect();
    let rows = serde_json::to_string(&state.store.to_json()).unwrap();
    format!("{sources} {faults:?} {ages:?} {rows} {:?} {:?}", state.events, state.usage)
}

/// Applies the changes that a player returned.
fn take(accounts: &mut Vec<AccountState>, played: Vec<Recorded>) {
    for recorded in played {
        match recorded {
            Recorded::Restored(states) => *accounts = states,
            Recorded::Polled(account, update) => drop(accounts[account.place()].store.apply(*update)),
            Recorded::Usage(account, usage) => accounts[account.place()].usage = usage,
            Recorded::Event(account, event) => accounts[account.place()].events.push(event),
            Recorded::Forgotten(account) => {
                let usage = accounts[account.place()].usage.clone();
                accounts[account.place()] = AccountState { usage, ..AccountState::default() };
            }
        }
    }
}

/// Records a night in which each kind of change happens.
fn night(place: &Place) -> Vec<(i64, Vec<String>)> {
    let mut chance = fastrand::Rng::with_seed(7);
    let mut night = Night::begin(place, 2);
    for second in 1..200 {
        night.at(second);
        let account = chance.usize(..2);
        let names: String = ["a ", "b ", "c ", "d "].into_iter().filter(|_| chance.bool()).collect();
        let rows = groups(&names, ["Completed", "Deleting"][chance.usize(..2)]);
        match chance.u8(..12) {
            0..3 => night.groups(account, Ok(Listing::all(rows).more(chance.bool()))),
            3 => night.groups(account, Ok(Listing::part(rows).fault(Some(denied())))),
            4 => night.groups(account, Err(denied())),
            5 => night.topics(account, Err(denied())),
            6 => night.topics(account, Ok(Listing::all(vec![Topic { arn: names, ..Topic::default() }]))),
            7 => night.event(account, "a ALARM"),
            8 => night.used(account, "alarms"),
            9 => night.used(account, "topics"),
            10 if second % 7 == 0 => night.forgot(account),
            _ => {
                night.frame();
                &mut night
            }
        };
    }
    night.end()
}

#[test]
fn a_position_looks_the_same_whichever_way_one_comes_to_it() {
    let place = Place::new();
    let known = night(&place);
    let recording = Arc::new(Recording::open(&place.0).unwrap());
    assert_eq!((recording.begin, recording.end, recording.ending), (at(0), at(199), Ending::Whole));
    let mut chance = fastrand::Rng::with_seed(8);
    let (mut player, mut accounts) = (Player::new(recording), Vec::new());
    take(&mut accounts, player.seek(at(0)));
    // Play second by second from the beginning, then jump to random positions and play on from there.
    let mut second = 0;
    for turn in 0..600 {
        let (reached, expected) = &known[second];
        assert_eq!(accounts.iter().map(shown).collect::<Vec<_>>(), *expected, "second {reached}, turn {turn}");
        if second + 1 < known.len() && (turn < 200 || chance.bool()) {
            second = (second + 1 + chance.usize(..3)).min(known.len() - 1);
            take(&mut accounts, player.play(at(known[second].0)));
        } else {
            second = chance.usize(..known.len());
            take(&mut accounts, player.seek(at(known[second].0)));
        }
    }
}

#[test]
fn steps_go_to_what_became_another_and_a_seek_ends_with_what_changed_there() {
    let place = Place::new();
    let mut night = Night::begin(&place, 1);
    let all = |names| Ok(Listing::all(groups(names, "Completed")));
    night.at(10).groups(0, all("a"));
    night.at(20).groups(0, all("a"));
    night.at(30).groups(0, all("a b"));
    night.at(40).used(0, "alarms").event(0, "text");
    night.at(50).groups(0, Err(denied()));
    night.at(60).groups(0, Err(denied()));
    night.end();
    let recording = Arc::new(Recording::open(&place.0).unwrap());
    assert_eq!([0, 10, 30, 50].map(|s| recording.after(at(s))), [Some(at(10)), Some(at(30)), Some(at(50)), None]);
    assert_eq!([50, 30, 10, 0].map(|s| recording.before(at(s))), [Some(at(30)), Some(at(10)), Some(at(0)), None]);
    assert!(recording.is_moment(at(30)) && !recording.is_moment(at(20)));
    let mut player = Player::new(recording);
    let recorded = player.seek(at(30));
    let [Recorded::Restored(before), same @ .., Recorded::Polled(_, update)] = recorded.as_slice() else {
        panic!("{recorded:?}")
    };
    assert_eq!((before[0].store.groups.len(), same.len(), update.source().rows), (1, 1, 2));
    assert_eq!(player.next(), Some(at(40)));
}

#[test]
fn a_row_that_stays_is_not_written_again() {
    let place = Place::new();
    let mut night = Night::begin(&place, 1);
    let described = |name: &str| ModelPackageGroup { description: "S".repeat(500), ..groups(name, "x").remove(0) };
    for second in 1..60 {
        let mut rows: Vec<ModelPackageGroup> = ["a", "b", "c"].map(described).into();
        rows[0].status = second.to_string();
        night.at(second).groups(0, Ok(Listing::all(rows)));
    }
    night.end();
    let text = damage::unpacked(&place);
    assert!(text.matches("SSS").count() / 166 < 5, "{} bytes", text.len());
    assert!(text.len() < 30_000, "{} bytes", text.len());
}

#[test]
fn key_frames_are_asked_for_when_much_was_written_since_the_last_one() {
    let place = Place::new();
    let mut night = Night::begin(&place, 1);
    assert!(!night.recorder.wants_key_frame(), "one was written just now");
    let (mut second, mut frames) = (0, 0);
    while frames < 4 {
        second += 1;
        night.at(second).groups(0, Ok(Listing::all(groups("a b c", &second.to_string()))));
        std::thread::yield_now();
        if night.recorder.wants_key_frame() {
            night.frame();
            frames += 1;
        }
        assert!(second < 1_000_000, "{frames} key frames");
    }
    assert!(second > 4 * 2, "what is written since a key frame is more than it holds");
    night.end();
}

#[test]
fn a_table_of_a_kind_that_is_not_known_here_is_passed_over() {
    let place = Place::new();
    let mut night = Night::begin(&place, 1);
    night.at(1).groups(0, Ok(Listing::all(groups("a", "x")))).topics(0, Ok(Listing::all(vec![Topic::default()])));
    night.end();
    let changed = damage::changed(&place, |text| text.replace("\"model_package_groups\"", "\"lambda_functions\""));
    let mut accounts = Vec::new();
    take(&mut accounts, Player::new(Arc::new(Recording::open(&changed.0).unwrap())).seek(at(1)));
    assert_eq!((accounts[0].store.groups.len(), accounts[0].store.topics.len()), (0, 1));
}

#[test]
fn tables_of_an_earlier_run_are_in_the_first_key_frame() {
    let place = Place::new();
    let mut night = Night::begin(&place, 1);
    let mut table = Table::default();
    table.apply(Ok(Listing::all(groups("a", "x"))), at(-500));
    night.accounts[0].store = Store { groups: table, ..Store::default() }.saved();
    night.frame();
    night.at(5).groups(0, Ok(Listing::all(groups("a b", "x"))));
    let known = night.end();
    let (mut player, mut accounts) = (Player::new(Arc::new(Recording::open(&place.0).unwrap())), Vec::new());
    for (second, expected) in known {
        take(&mut accounts, player.seek(at(second)));
        assert_eq!(accounts.iter().map(shown).collect::<Vec<_>>(), expected);
    }
}
