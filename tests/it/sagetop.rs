//! The real program as a process, in a home of its own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;

/// The journal's file in a home.
const JOURNAL: &str = "state/sagetop/journal.jsonl";

/// The longest time of a run that does not hang.
const LONGEST: Duration = Duration::from_secs(100);

/// Returns an address of this machine where nobody answers. Its port was just free.
pub(crate) fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A home directory that is deleted with the test.
pub(crate) struct Home(PathBuf);

impl Home {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("home-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file of this home atomically, because its reader may look at any time.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let (path, half) = (self.path(name), self.path(&format!("{name}.half")));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&half, text).unwrap();
        std::fs::rename(half, &path).unwrap();
        path
    }

    /// Returns the whole environment of the program. Nothing of this machine's user is in it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let folder = |name| self.0.join(name);
        vec![
            ("HOME", self.0.clone()),
            ("XDG_CONFIG_HOME", folder("config")),
            ("XDG_STATE_HOME", folder("state")),
            ("XDG_DATA_HOME", folder("data")),
            ("XDG_CACHE_HOME", folder("cache")),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("TERM", "xterm-256color".into()),
            ("TZ", "UTC".into()),
            ("LANG", "C.UTF-8".into()),
        ]
    }

    /// Returns the entries of the journal, oldest first.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path(JOURNAL)).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Returns the events of the journal, oldest first.
    pub(crate) fn events(&self) -> Vec<String> {
        self.journal().iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect()
    }

    /// Runs the program against a URL, with invented credentials.
    pub(crate) fn run_at(&self, url: &str, region: &str, arguments: &[&str]) -> Run {
        let place = ["--endpoint-url", url, "--region", region];
        self.run(
            &[arguments, &place].concat(),
            &[("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")],
        )
    }

    /// Starts the program against a URL, with invented credentials and nothing on standard input.
    pub(crate) fn start_at(&self, url: &str, region: &str, arguments: &[&str]) -> Started {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sagetop"));
        command.args(arguments).args(["--endpoint-url", url, "--region", region]);
        command.env_clear().envs(self.environment());
        command.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing");
        let streams = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = streams.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Started { child, out, said: String::new() }
    }

    /// Takes the last lines of the journal away, as if the program had ended before it wrote them.
    pub(crate) fn cut_journal(&self, lines: usize) {
        let journal = self.journal();
        let kept = journal.iter().take(journal.len() - lines).map(|line| format!("{line}\n"));
        self.write(JOURNAL, &kept.collect::<String>());
    }

    /// Makes the journal older by so many seconds.
    pub(crate) fn age_journal(&self, seconds: i64) {
        let older = self.journal().into_iter().map(|mut line| {
            let at = line.get_mut("at").unwrap();
            let then: jiff::Timestamp = at.as_str().unwrap().parse().unwrap();
            *at = (then - jiff::SignedDuration::from_secs(seconds)).to_string().into();
            format!("{line}\n")
        });
        let older: String = older.collect();
        self.write(JOURNAL, &older);
    }

    /// Runs the program with nothing on standard input.
    pub(crate) fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_sagetop"));
        command.args(arguments).env_clear().envs(self.environment()).envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let output = runtime.block_on(async { tokio::time::timeout(LONGEST, command.output()).await });
        let output = output.unwrap_or_else(|_| panic!("sagetop {arguments:?} hangs")).unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let run = Run { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
        assert!(!run.err.contains("panicked"), "{arguments:?}: {}", run.err);
        run
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A run that has not ended yet. It ends with the test.
pub(crate) struct Started {
    child: Child,
    out: BufReader<ChildStdout>,
    said: String,
}

impl Started {
    /// Reads its output until it contains a text.
    pub(crate) fn until(&mut self, text: &str) {
        while !self.said.contains(text) {
            assert_ne!(self.out.read_line(&mut self.said).unwrap(), 0, "never {text:?}: {}", self.said);
        }
    }

    /// Sends SIGKILL, which no program can handle.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        assert_eq!(self.child.wait().unwrap().code(), None, "it had ended before: {}", self.said);
    }

    /// Sends the signal of ctrl-c.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::INT)
            .unwrap();
    }

    /// Waits for its end, and returns its exit code and its output.
    pub(crate) fn end(mut self) -> Run {
        self.out.read_to_string(&mut self.said).unwrap();
        let code = self.child.wait().unwrap().code();
        Run { code, out: std::mem::take(&mut self.said), err: String::new() }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exit code and the output of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Checks the exit code; a wrong one shows the output.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Checks that either stream contains a text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let all = format!("{}{}", self.out, self.err);
        assert!(all.contains(text), "nothing about {text:?} in: {all}");
        self
    }
}
