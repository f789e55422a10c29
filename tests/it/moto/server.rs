//! The moto server as a process: it is started, filled, read by boto3, and ended with the tests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

/// The regions of the account that `tests/moto/seed.py` fills; `tests/moto/account.py` names them.
pub(crate) const RETAIL: &str = "eu-west-1";
pub(crate) const CHANGING: &str = "eu-west-2";
pub(crate) const CALM: &str = "eu-central-1";
pub(crate) const CROWDED: &str = "us-east-1";

/// A moto server on loopback.
pub(crate) struct Moto {
    child: Child,
    pub(crate) url: String,
}

impl Moto {
    /// Returns the filled server that all tests share. It ends with this process, because its standard input is closed
    /// then.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Moto> = OnceLock::new();
        SHARED.get_or_init(|| {
            let moto = Self::start(&[]);
            moto.fill();
            moto
        })
    }

    /// Starts an empty server.
    pub(crate) fn start(flags: &[&str]) -> Self {
        let mut command = python("server.py");
        let mut child = command.arg("--until-stdin-ends").args(flags).stdin(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        // The server prints the line or dies; both end this read.
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("no moto: {e}: {}", said(&mut child)));
        Self { child, url: ready["url"].as_str().unwrap().to_owned() }
    }

    fn fill(&self) {
        let output = python("seed.py").arg(&self.url).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Returns boto3's view of a region: `resources` by kind and `edges` that must be found.
    pub(crate) fn facts(&self, region: &str) -> Value {
        answer(python("facts.py").args([&self.url, region]))
    }

    /// Makes one call of boto3: `ask(CALM, "cloudwatch", "set_alarm_state", …)`.
    pub(crate) fn ask(&self, region: &str, service: &str, method: &str, request: &Value) -> Value {
        self.ask_as("testing", region, service, method, request)
    }

    /// Makes a call that is signed with an access key. moto assigns the keys of a role to the account of that role.
    pub(crate) fn ask_as(&self, key: &str, region: &str, service: &str, method: &str, request: &Value) -> Value {
        let request = request.to_string();
        answer(python("aws.py").args([&self.url, region, service, method, &request, key]))
    }

    /// Turns permissions on. After this moto accepts no credentials.
    pub(crate) fn lock(&self) {
        self.http("POST /moto-api/reset-auth", "0");
    }

    /// Returns every operation that was called in a region and the access key that signed it, oldest first.
    pub(crate) fn signed(&self, region: &str) -> Vec<(String, String)> {
        serde_json::from_str(&self.http(&format!("GET /moto-api/calls?region={region}"), "")).unwrap()
    }

    /// Returns every operation that was called in a region, oldest first.
    pub(crate) fn calls(&self, region: &str) -> Vec<String> {
        self.signed(region).into_iter().map(|(operation, _)| operation).collect()
    }

    /// Returns how often an operation was called in a region.
    pub(crate) fn count(&self, region: &str, operation: &str) -> usize {
        self.calls(region).iter().filter(|call| *call == operation).count()
    }

    fn http(&self, request: &str, body: &str) -> String {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "{request} HTTP/1.0\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        assert!(head.split(' ').nth(1) == Some("200"), "{head}");
        body.to_owned()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // The process may have ended already, because some tests make it die.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a script of `tests/moto`, run by the Python that has moto.
fn python(script: &str) -> Command {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let python =
        std::env::var_os("SAGETOP_TEST_PYTHON").map_or_else(|| package.join(".venv/bin/python"), PathBuf::from);
    assert!(
        python.exists(),
        "{} is not there: run ./test, which makes it, or name a Python with tests/moto/requirements.txt in SAGETOP_TEST_PYTHON",
        python.display()
    );
    let mut command = Command::new(python);
    // Warnings of libraries do not belong to an answer, and bytecode does not belong in the source tree.
    command.args(["-B", "-W", "ignore"]).arg(package.join("tests/moto").join(script));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn answer(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn said(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Returns the ARN of a version of the model that the tests decide on.
pub(crate) fn version(number: u32) -> String {
    format!("arn:aws:sagemaker:{CHANGING}:123456789012:model-package/demand-forecast/{number}")
}

/// Describes that version with boto3.
pub(crate) fn described(moto: &Moto, number: u32) -> Value {
    moto.ask(CHANGING, "sagemaker", "describe_model_package", &json!({"ModelPackageName": version(number)}))
}
