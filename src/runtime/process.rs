//! Programs of the user's: they are run without a shell, for a limited time, and what they write is bounded.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::app::Invocation;

/// The most bytes of each stream that are kept.
const MOST_BYTES: usize = 256 * 1024;
/// The time between two looks at a program that runs.
const LOOK: Duration = Duration::from_millis(20);
/// The number of such looks at the last bytes of a program that has ended. A program that it started may hold its
/// streams, and go on writing.
const LAST_LOOKS: usize = 25;

/// The output and the end of a program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Finished {
    /// Its output, standard output first.
    pub(super) text: String,
    /// Its end, as a phrase: `exit 0`.
    pub(super) ended: String,
    /// Did it end well?
    pub(super) good: bool,
}

/// Makes the command of a program, its arguments, and what is added to its environment. No value is taken apart.
pub(super) fn command(words: &[String], environment: &[(&'static str, String)]) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments).envs(environment.iter().map(|(name, value)| (*name, value.as_str())));
    Some(command)
}

/// Runs a program to its end, at most for its time, or until the sender of `stop` is dropped.
pub(super) fn run(invocation: &Invocation, stop: &Receiver<()>) -> Finished {
    let failed = |why: String| Finished { ended: why, ..Finished::default() };
    let Some(mut command) = command(&invocation.words, &invocation.environment) else {
        return failed("there is no program".to_owned());
    };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own, so that what it starts ends with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(why) => return failed(format!("it cannot be run: {why}")),
    };
    let streams = (read(child.stdout.take()), read(child.stderr.take()));
    let ended = wait(&mut child, invocation.timeout, stop);
    let (out, cut_out) = last_bytes(&streams.0);
    let (err, cut_err) = last_bytes(&streams.1);
    let mut text = String::from_utf8_lossy(&out).into_owned();
    if !err.is_empty() && !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text += &String::from_utf8_lossy(&err);
    let cut = if cut_out || cut_err {
        format!("; only the first {} KiB are shown", MOST_BYTES / 1024)
    } else {
        String::new()
    };
    match ended {
        Ended::With(code) => Finished { text, ended: format!("exit {code}{cut}"), good: code == 0 },
        Ended::Signal => Finished { text, ended: format!("ended by a signal{cut}"), good: false },
        Ended::Late => {
            let time = crate::fmt::span(invocation.timeout);
            Finished { text, ended: format!("stopped after {time}{cut}"), good: false }
        }
        Ended::Stopped => Finished { text, ended: format!("stopped{cut}"), good: false },
    }
}

enum Ended {
    With(i32),
    Signal,
    Late,
    Stopped,
}

/// Waits for the end of a program, and ends it when its time is over.
fn wait(child: &mut Child, timeout: Duration, stop: &Receiver<()>) -> Ended {
    let mut waited = Duration::ZERO;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return status.code().map_or(Ended::Signal, Ended::With);
        }
        let stopped = stop.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout);
        waited += LOOK;
        if stopped || waited >= timeout {
            end(child);
            return if stopped { Ended::Stopped } else { Ended::Late };
        }
    }
}

/// Ends a program with all that it started in its group.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// A stream that is read: pieces of it, and whether there was more than is kept.
type Stream = Receiver<(Vec<u8>, bool)>;

/// Reads a stream to its end. What is beyond the limit is read and dropped, as the program would wait otherwise.
fn read(stream: Option<impl Read + Send + 'static>) -> Stream {
    let (send, pieces) = channel();
    if let Some(mut stream) = stream {
        thread::spawn(move || {
            let (mut kept, mut told, mut piece) = (0, false, [0; 8 * 1024]);
            while let Ok(count @ 1..) = stream.read(&mut piece) {
                let room = count.min(MOST_BYTES - kept);
                kept += room;
                let bytes = piece.get(..room).unwrap_or_default().to_vec();
                // That more is dropped is told once.
                if !told && send.send((bytes, room < count)).is_err() {
                    return;
                }
                told |= room < count;
            }
        });
    }
    pieces
}

/// Returns what was read of a stream, and whether there was more.
fn last_bytes(stream: &Stream) -> (Vec<u8>, bool) {
    let (mut all, mut cut) = (Vec::new(), false);
    let mut looks = 0;
    while looks < LAST_LOOKS {
        match stream.recv_timeout(LOOK) {
            Ok((bytes, more)) => {
                all.extend(bytes);
                cut |= more;
            }
            Err(RecvTimeoutError::Timeout) => looks += 1,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    (all, cut)
}

/// Runs a program on a thread of its own, and calls `then` with its end.
pub(super) fn spawn(invocation: Invocation, stop: Receiver<()>, then: impl FnOnce(Finished) + Send + 'static) {
    thread::spawn(move || then(run(&invocation, &stop)));
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn invocation(words: &[&str], timeout: Duration) -> Invocation {
        Invocation {
            title: "x".into(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            environment: vec![("SAGETOP_NAME", "a b;$(id)".into())],
            timeout,
        }
    }

    fn ran(words: &[&str], timeout: Duration) -> Finished {
        let (_sender, stop) = channel();
        run(&invocation(words, timeout), &stop)
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn arguments_and_variables_are_data() {
        let out = ran(&["printf", "%s|", "a b", "$(id)", "it's", ""], LONG);
        assert_eq!((out.text.as_str(), out.ended.as_str(), out.good), ("a b|$(id)|it's||", "exit 0", true));
        let out = ran(&["sh", "-c", "echo \"$SAGETOP_NAME\"; echo no >&2; exit 3"], LONG);
        assert_eq!((out.text.as_str(), out.ended.as_str(), out.good), ("a b;$(id)\nno\n", "exit 3", false));
        let none = ran(&["/nonexistent/program"], LONG);
        assert!(none.ended.starts_with("it cannot be run: ") && !none.good, "{none:?}");
    }

    #[test]
    fn a_program_that_takes_too_long_ends_with_all_that_it_started() {
        let out = ran(&["sh", "-c", "echo begun; sleep 60 & sleep 60"], Duration::from_millis(200));
        assert_eq!((out.text.as_str(), out.ended.as_str()), ("begun\n", "stopped after 0 s"));
        let (sender, stop) = channel();
        drop(sender);
        assert_eq!(run(&invocation(&["sleep", "60"], LONG), &stop).ended, "stopped");
    }

    #[test]
    fn what_it_writes_is_bounded_and_it_does_not_wait() {
        let out = ran(&["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"], LONG);
        assert_eq!(out.text.len(), MOST_BYTES);
        assert_eq!(out.ended, "exit 0; only the first 256 KiB are shown");
        let orphan = ran(&["sh", "-c", "setsid sleep 3 & echo done"], LONG);
        assert_eq!(orphan.text, "done\n", "a program that holds the stream is not waited for");
    }
}
