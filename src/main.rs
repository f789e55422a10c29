//! `sagetop`: reads the arguments, runs the command, and returns the exit code.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::runtime::{Builder, Runtime};

use sagetop::app::Opening;
use sagetop::args::{Answer, Args, BundleArgs, Change, Command, Common, ConfigCommand, SimOptions, write_manual};
use sagetop::aws::{Pace, silence_caught_panics};
use sagetop::completion;
use sagetop::doctor;
use sagetop::headless::{
    Allowed, Completion, Goal, Look, Wanted, acknowledge, announce_drill, bundle, carry_out, configure,
    describe_connection, dump, journal,
};
use sagetop::headless::{policy, record, report_unfinished, since, status};
use sagetop::recording::Recorder;
use sagetop::session::{self, Connection, Session, simulated, wall_clock};
use sagetop::sim::{Sim, Story};
use sagetop::view::escaped;

/// The exit code of a command that failed.
const FAILED: u8 = 1;
/// The exit code of `status` where it could read nothing: its 1 and 2 say how the models are.
const UNKNOWN: u8 = 3;
/// The exit code for a wrong command line or a wrong file of the user's.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    completion::answer();
    let args = match Args::read() {
        Ok(args) => args,
        // The help, the version, or a mistake in the command line.
        Err(told) => {
            let printed = told.print().and_then(|()| io::stdout().flush());
            let code = u8::try_from(told.exit_code()).unwrap_or(USAGE);
            return ExitCode::from(if printed.is_ok() { code } else { FAILED });
        }
    };
    silence_caught_panics();
    let on_screen = matches!(args.command, None | Some(Command::Demo { .. } | Command::Replay { .. }));
    let mut background = Builder::new_multi_thread();
    if on_screen {
        background.on_thread_start(lower_priority);
    }
    let background = match background.worker_threads(WORKERS).max_blocking_threads(BLOCKING).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("error: no runtime: {error}\n"), FAILED),
    };
    let code = match run(args, &background) {
        Ok(code) => ExitCode::from(code),
        Err(Stop { text, code }) => fail(&text, code),
    };
    // Calls that hang must not delay the exit.
    background.shutdown_background();
    code
}

/// Threads for calls. Reading answers is all that keeps them busy, and the screen has a thread of its own.
const WORKERS: usize = 1;

/// Threads for blocking work: large joins, files, names of hosts. Each thread keeps memory of its own that no other can
/// use again: without a limit, a fleet took twice as much.
const BLOCKING: usize = 2;

/// Lowers the priority of a thread, so that keys are answered first also where every core is busy. On other systems
/// than Linux it would be lowered for the whole program.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(5);
}

/// Runs the command. The screen has this thread to itself; everything else is done in the background.
fn run(args: Args, background: &Runtime) -> Result<u8, Stop> {
    let opening = args.opening.opening().or_else(|| args.arn.as_deref().and_then(Opening::arn));
    if opening.is_some() && args.command.is_some() {
        return Err("error: only the console shows something first: name it behind demo or replay\n".to_owned().into());
    }
    let common = &in_region_of(args.common, args.arn.as_deref());
    match args.command {
        None => run_console(common, background.block_on(session(common, Pace::Steady))?, opening, background),
        Some(Command::Demo { list: true, .. }) => list_stories(),
        Some(Command::Demo { story, options, opening, .. }) => {
            run_console(common, Session::demo(common, &story, &options)?, opening.opening(), background)
        }
        Some(Command::Replay { file, speed, at, opening }) => {
            let session = Session::replay(common, &file, speed, at.as_deref())?;
            run_console(common, session, opening.opening(), background)
        }
        Some(Command::Simulate { listen, story, options }) => {
            background.block_on(simulate(common, listen, &story, &options))
        }
        Some(Command::Dump { no_redact }) => background.block_on(print_all(common, no_redact)),
        Some(Command::Status { json, fail_on }) => {
            let looks = background.block_on(read_accounts(common, false));
            let code = looks.and_then(|l| check_output(status(&l, json, fail_on, &mut io::stdout().lock())));
            code.map_err(|stop| Stop { code: UNKNOWN, ..stop })
        }
        Some(Command::Bundle(wanted)) => background.block_on(write_bundle(common, &wanted)),
        Some(Command::Doctor) => background.block_on(examine(common)),
        Some(Command::Completions { shell }) => {
            check_output(completion::script(shell, &mut io::stdout().lock())).map(|()| 0)
        }
        Some(Command::Man { command }) => {
            write_manual(command.as_deref(), &mut io::stdout().lock())?;
            Ok(0)
        }
        Some(Command::Config { what }) => background.block_on(run_config(common, what)),
        Some(Command::Schema { of }) => check_output(io::stdout().write_all(of.text().as_bytes())).map(|()| 0),
        Some(Command::Policy { intents, format, .. }) => {
            let allowed = match (common.read_only, intents.is_empty()) {
                (true, _) => Allowed::Reading,
                (_, true) => Allowed::Everything,
                _ => Allowed::Intents(intents),
            };
            let config = configure::read(common)?;
            check_output(policy(&allowed, &config, format, &mut io::stdout().lock())).map(|()| 0)
        }
        Some(Command::Journal { since: text, target, intent, outcome, json }) => {
            let begin = text.map(|text| since(&text, wall_clock()())).transpose();
            let begin = begin.map_err(|why| format!("error: --since: {why}\n"))?;
            let wanted = Wanted { since: begin, target, intent, ending: outcome };
            check_output(journal(&session::journal(common.demo), &wanted, json, &mut io::stdout().lock())).map(|()| 0)
        }
        Some(Command::Acknowledge { name, note, withdraw }) => {
            background.block_on(acknowledge_finding(common, &name, (!withdraw).then_some(&note)))
        }
        Some(Command::Undo { id, answer }) => background.block_on(carry_out_change(common, Goal::Undo(id), &answer)),
        Some(Command::Change(Change { intent, answer, arm })) => {
            background.block_on(carry_out_change(common, Goal::of(intent, arm), &answer))
        }
    }
}

/// Prints everything as JSON.
async fn print_all(common: &Common, no_redact: bool) -> Result<u8, Stop> {
    if no_redact && io::stdout().is_terminal() {
        let hint = "hint: write it to a file, or into a pipe\n";
        return Err(format!("error: --no-redact prints secrets and does not write to a terminal\n{hint}").into());
    }
    if no_redact && common.record.is_some() {
        return Err("error: a recording holds no secrets: --no-redact cannot be recorded\n".to_owned().into());
    }
    let looks = read_accounts(common, no_redact).await?;
    check_output(dump(&looks, &mut io::stdout().lock())).map(|()| 0)
}

/// Writes an incident pack, and prints the paths of its files.
async fn write_bundle(common: &Common, wanted: &BundleArgs) -> Result<u8, Stop> {
    if wanted.at.is_some() && wanted.replay.is_none() {
        return Err("error: --at is a time in a recording: name it with --replay\n".to_owned().into());
    }
    let (looks, journal) = match &wanted.replay {
        Some(file) => {
            let session = Session::replay(common, file, 1.0, wanted.at.as_deref())?;
            let at = wanted.at.as_ref().map(|_| (session.clock)());
            (bundle::recorded_look(&session, at)?, None)
        }
        None => (read_accounts(common, false).await?, (!common.demo).then(|| session::journal(false))),
    };
    let made = Box::pin(bundle::bundle(&looks, &wanted.about.thing(), journal.as_ref())).await;
    let pack = made.map_err(|text| Stop { text, code: FAILED })?;
    let folder = wanted.output.as_deref().unwrap_or(Path::new("."));
    let paths = bundle::write(&pack, folder).map_err(|text| Stop { text, code: FAILED })?;
    let [page, json] = paths.map(|path| path.display().to_string());
    check_output(io::stdout().write_all(format!("{page}\n{json}\n").as_bytes())).map(|()| 0)
}

async fn session(common: &Common, pace: Pace) -> Result<Session, Stop> {
    let session = if common.demo {
        Session::demo(common, "demo", &SimOptions::default())?
    } else {
        Session::live(common, pace).await?
    };
    Ok(session)
}

/// The session of a command; with `--verbose` it describes the connections.
async fn session_of_command(common: &Common) -> Result<Session, Stop> {
    let session = session(common, Pace::Once).await?;
    if common.verbose {
        let connections: String = session.connections.iter().map(describe_connection).collect();
        let _ = io::stderr().lock().write_all(connections.as_bytes());
    }
    Ok(session)
}

/// Reads all accounts at once.
async fn read_accounts(common: &Common, unredacted: bool) -> Result<Vec<Look>, Stop> {
    let session = session_of_command(common).await?;
    let looks = session.connections.iter().map(|connection| {
        let (name, aws) = (connection.name.clone(), connection.executor.aws.clone());
        let mut observed = session.observed(connection);
        Arc::make_mut(&mut observed.preferences).unredacted = unredacted;
        Look::take(name, aws, observed, &session.clock, common.patience())
    });
    let looks = join_all(looks).await;
    if let Some(recorder) = &session.recorder {
        record(recorder, &looks);
    }
    finish(session.recorder.as_ref());
    for (connection, look) in session.connections.iter().zip(&looks) {
        let mut text = look.login_hint(connection.login.as_ref()).unwrap_or_default();
        text += &report_unfinished(connection, look).await;
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
    Ok(looks)
}

/// Checks everything that the program needs, as far as the settings lead.
async fn examine(common: &Common) -> Result<u8, Stop> {
    let mut checks = doctor::check_terminal(&|name| std::env::var(name).ok());
    match session(common, Pace::Once).await {
        Err(stop) => {
            let elsewhere = Common { region: vec![doctor::ANY_REGION.to_owned()], ..common.clone() };
            // If any region makes a session, only the region is missing.
            match session(&elsewhere, Pace::Once).await.ok().filter(|_| common.region.is_empty()) {
                Some(session) => checks.extend(doctor::check_without_region(&session.connections).await),
                None => checks.push(doctor::Check::unusable("settings", &stop.text)),
            }
        }
        Ok(session) => {
            let looks = session.connections.iter().map(|connection| {
                let (name, aws) = (connection.name.clone(), connection.executor.aws.clone());
                Look::take(name, aws, session.observed(connection), &session.clock, common.patience())
            });
            let looks = join_all(looks).await;
            let accounts = looks.iter().zip(&session.connections);
            for (look, connection) in accounts {
                checks.extend(doctor::check_account(look, connection));
                #[cfg(feature = "iam")]
                checks.extend(doctor::check_changes(look, connection).await);
            }
        }
    }
    check_output(doctor::print(&checks, &mut io::stdout().lock()))
}

/// Writes, checks or prints the configuration.
async fn run_config(common: &Common, what: ConfigCommand) -> Result<u8, Stop> {
    let text = match what {
        ConfigCommand::Init { print } => Box::pin(init_config(common, print)).await?,
        ConfigCommand::Check => sagetop::runtime::check(common)?,
        ConfigCommand::Show if common.demo => configure::settings(&session::demo_config(common)?),
        ConfigCommand::Show => {
            // Settings that the console would refuse are not in force.
            sagetop::runtime::check(common)?;
            configure::settings(&configure::read(common)?)
        }
    };
    check_output(io::stdout().write_all(text.as_bytes())).map(|()| 0)
}

/// Describes the account in a new file, or in the text that is returned.
async fn init_config(common: &Common, print: bool) -> Result<String, Stop> {
    let place = if print { None } else { Some(configure::place(common)?) };
    if let Some(place) = &place {
        configure::refuse_existing(place)?;
    }
    // The file that --config names is the new one, so it is not read.
    let common = Common { config: None, ..common.clone() };
    let mut session = session_of_command(&common).await?;
    session.config.models.clear();
    let connection = one_connection(&session, "config init describes")?;
    let (name, aws, observed) =
        (connection.name.clone(), connection.executor.aws.clone(), session.observed(connection));
    let look = Look::take(name, aws, observed, &session.clock, common.patience()).await;
    let written = configure::describe_account(&look).await.map_err(|text| Stop { text, code: FAILED })?;
    let Some(place) = place else { return Ok(written) };
    let models = look.joined.chains().len();
    configure::write_new(&place, &written, models).map_err(|text| Stop { text, code: FAILED })
}

/// Returns the connection of a command that takes a single account.
fn one_connection<'a>(session: &'a Session, does: &str) -> Result<&'a Connection, Stop> {
    if let [connection] = session.connections.as_slice() {
        return Ok(connection);
    }
    let names: Vec<&str> = session.connections.iter().map(|c| c.name.as_str()).collect();
    let text = format!("error: {does} a single account, and several are selected: {}\n", names.join(", "));
    Err((text + "hint: select one with --profile and --region\n").into())
}

/// Journals that somebody knows of an alarm or a finding.
async fn acknowledge_finding(common: &Common, name: &str, note: Option<&String>) -> Result<u8, Stop> {
    let session = session_of_command(common).await?;
    let connection = one_connection(&session, "acknowledge is about")?;
    let (aws, observed) = (connection.executor.aws.clone(), session.observed(connection));
    let look = Look::take(connection.name.clone(), aws, observed, &session.clock, common.patience()).await;
    let note = note.map(String::as_str);
    let found = acknowledge(connection.executor.clone(), &look, name, note, &mut io::stdout().lock());
    check_output(found).map(|found| u8::from(!found))
}

async fn carry_out_change(common: &Common, goal: Goal, answer: &Answer) -> Result<u8, Stop> {
    if common.record.is_some() {
        let text = "error: --record keeps what the console, dump and status read; a change is in the journal\n";
        return Err(text.to_owned().into());
    }
    let session = session_of_command(common).await?;
    let connection = one_connection(&session, &format!("{} changes", goal.name()))?;
    let executor = connection.executor.clone();
    let completion = check_output(carry_out(executor, goal, answer, common.patience(), &mut io::stdout()).await)?;
    Ok(u8::from(completion == Completion::NotDone))
}

/// Returns the flags with the region of an ARN, if they name no region.
fn in_region_of(mut common: Common, arn: Option<&str>) -> Common {
    let region = arn.and_then(|arn| arn.split(':').nth(3)).filter(|region| !region.is_empty());
    if common.region.is_empty() {
        common.region.extend(region.map(str::to_owned));
    }
    common
}

/// The console on a session, until it is left.
fn run_console(common: &Common, session: Session, opening: Option<Opening>, background: &Runtime) -> Result<u8, Stop> {
    let recorder = session.recorder.clone();
    let screen = Builder::new_current_thread().enable_all().build().map_err(|e| format!("error: no runtime: {e}\n"))?;
    let code = screen.block_on(sagetop::runtime::console(common, session, opening, background.handle().clone()));
    finish(recorder.as_ref());
    Ok(code?)
}

/// Ends a recording, and says when it is not complete.
fn finish(recorder: Option<&Recorder>) {
    if let Some(text) = Session::finish(recorder) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

async fn simulate(
    common: &Common,
    listen: std::net::SocketAddr,
    story: &str,
    options: &SimOptions,
) -> Result<u8, Stop> {
    let sim = simulated(story, options, common.region.first(), &wall_clock())?;
    let listener = sagetop::sim::listen(listen).await.map_err(|e| format!("error: {listen}: {e}\n"))?;
    let address = listener.local_addr().map_err(|e| format!("error: {listen}: {e}\n"))?;
    let text = format!(
        "a simulated AWS account on http://{address}\nsignatures are not checked; any credentials will do\n\
         export AWS_ENDPOINT_URL=http://{address} AWS_REGION={} AWS_ACCESS_KEY_ID=DEMO AWS_SECRET_ACCESS_KEY=DEMO\n",
        sim.region(),
    );
    check_output(io::stdout().write_all(text.as_bytes()))?;
    tokio::select! {
        served = sagetop::sim::serve(sim.clone(), listener) => served.map_err(|e| format!("error: {address}: {e}\n"))?,
        () = announce_drill(&sim) => {}
    }
    Ok(0)
}

fn list_stories() -> Result<u8, Stop> {
    let mut text = String::new();
    let widest = Sim::stories().iter().map(|name| name.len()).max().unwrap_or_default();
    for name in Sim::stories() {
        let story = Sim::story(name).and_then(|text| Story::parse(text).ok());
        let title = story.map(|s| s.title).unwrap_or_default();
        let _ = writeln!(text, "{name:<widest$} {title}");
    }
    check_output(io::stdout().write_all(text.as_bytes())).map(|()| 0)
}

/// Why the program ends early: a text for the terminal, and the exit code.
struct Stop {
    text: String,
    code: u8,
}

/// A wrong command line, or a file of the user's that cannot be read.
impl From<String> for Stop {
    fn from(text: String) -> Self {
        Self { text, code: USAGE }
    }
}

/// Turns an error of the output into the end of the program; without words where the reader went away (`| head`).
fn check_output<T>(result: io::Result<T>) -> Result<T, Stop> {
    result.map_err(|e| {
        let text = if e.kind() == io::ErrorKind::BrokenPipe { String::new() } else { format!("error: {e}\n") };
        Stop { text, code: FAILED }
    })
}

/// Prints a text on standard error, and returns the exit code.
fn fail(text: &str, code: u8) -> ExitCode {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let _ = write!(io::stderr().lock(), "{}{end}", escaped(text));
    ExitCode::from(code)
}
