//! Bastions: AWS behind a proxy, with certificates of an authority that only a file contains.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod network;

use serde_json::{Value, json};

use crate::altered::{Altered, Answer};
use crate::sagetop::{Home, Run, nobody};
use network::{Manners, Proxy, Tls};

/// The account at a name that only the proxy knows.
const AWS: &str = "https://aws.test";
/// `me:p@ss/word`, in the form of a URL and in the form that is sent.
const LOGIN: (&str, &str) = ("me:p%40ss%2Fword", "Basic bWU6cEBzcy93b3Jk");

/// Environment variables.
type Variables<'a> = &'a [(&'a str, &'a str)];

/// An account behind TLS and a proxy, and a home whose file `ca.pem` is the authority.
struct Bastion {
    account: Altered,
    tls: Tls,
    proxy: Proxy,
    home: Home,
}

impl Bastion {
    fn new(manners: Manners) -> Self {
        Self::altered(manners, |_| None)
    }

    fn altered(
        manners: Manners,
        alter: impl Fn(&crate::altered::Asked) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let account = Altered::serve("shop", alter);
        let tls = Tls::before(&account.url);
        let plain = account.url.trim_start_matches("http://").parse().unwrap();
        let proxy = Proxy::start(manners, tls.address, plain);
        let home = Home::new();
        home.write("ca.pem", &format!("# the authority of this network\n{}", tls.authority));
        Self { account, tls, proxy, home }
    }

    fn authority(&self) -> String {
        self.home.path("ca.pem").display().to_string()
    }

    /// Runs the program with keys and these variables.
    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let keys =
            [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing"), ("AWS_REGION", "eu-west-1")];
        self.home.run(arguments, &[&keys, variables].concat())
    }
}

/// Returns the states of the sources that are not fresh.
fn not_fresh(dump: &Value) -> Vec<String> {
    let sources = dump["sources"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|source| source["state"] != "fresh" && source["state"] != "on demand");
    sources.map(|source| format!("{} {} {}", source["name"], source["state"], source["error"])).collect()
}

#[test]
fn every_service_is_reached_by_the_proxy_with_the_authority_of_the_file() {
    let bastion = Bastion::new(Manners::Login(LOGIN.1));
    let (proxy, authority) = (format!("http://{}@{}", LOGIN.0, bastion.proxy.address), bastion.authority());
    let place = [("AWS_ENDPOINT_URL", AWS), ("HTTPS_PROXY", &proxy), ("AWS_CA_BUNDLE", &authority)];
    let run = bastion.run(&["dump", "--verbose"], &place).ends(0);
    assert_eq!(not_fresh(&run.json()), Vec::<String>::new());
    assert_eq!(bastion.proxy.hosts(), ["aws.test:443"]);
    for operation in ["ListEndpoints", "DescribeAlarms", "GetMetricData", "GetCallerIdentity", "ListTopics"] {
        assert!(bastion.account.count(operation) > 0, "{operation}");
    }
    assert!(bastion.account.asked().iter().any(|asked| asked.operation.starts_with("GET /")), "S3");
    let said = format!("{}{}", run.out, run.err);
    assert!(!said.contains("p%40ss") && !said.contains("p@ss") && !said.contains("me:"), "{}", run.err);
    for told in [&format!("proxy http://{} (HTTPS_PROXY)", bastion.proxy.address), &authority, "region eu-west-1", AWS]
    {
        assert!(run.err.contains(told), "{told}: {}", run.err);
    }
    let status = bastion.run(&["status"], &place);
    assert!(status.code != Some(3) && !status.out.contains("untrusted"), "{status:?}");
}

#[test]
fn a_certificate_that_is_not_trusted_is_told_as_that_and_not_as_a_login() {
    let bastion = Bastion::new(Manners::Open);
    bastion.home.write(".aws/config", ROLE);
    let proxy = format!("http://{}", bastion.proxy.address);
    let direct = format!("https://{}", bastion.tls.address);
    let by_proxy = [("AWS_ENDPOINT_URL", AWS), ("HTTPS_PROXY", &proxy)];
    let cases: [(&[&str], Variables<'_>); 3] = [
        (&["status"], &by_proxy),
        (&["status"], &[("AWS_ENDPOINT_URL", &direct)]),
        // Here STS cannot be called for the keys of the role.
        (&["status", "--profile", "ops"], &by_proxy),
    ];
    for (arguments, place) in cases {
        let run = bastion.run(arguments, place).ends(3).says("is not trusted").says("set AWS_CA_BUNDLE");
        assert!(!format!("{}{}", run.out, run.err).contains("log in again"), "{run:?}");
    }
}

/// A profile that assumes a role.
const ROLE: &str = "[profile ops]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/ops\ncredential_source = Environment\n";

#[test]
fn the_keys_of_a_role_come_by_the_proxy() {
    let keys = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
        <AssumedRoleUser><AssumedRoleId>A:s</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/ops/s</Arn>\
        </AssumedRoleUser><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>S</SecretAccessKey>\
        <SessionToken>T</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>\
        </AssumeRoleResult></AssumeRoleResponse>";
    let bastion =
        Bastion::altered(Manners::Open, move |asked| (asked.operation == "AssumeRole").then(|| Answer::xml(200, keys)));
    bastion.home.write(".aws/config", ROLE);
    let (proxy, authority) = (format!("http://{}", bastion.proxy.address), bastion.authority());
    let place = [("AWS_ENDPOINT_URL", AWS), ("HTTPS_PROXY", proxy.as_str()), ("AWS_CA_BUNDLE", authority.as_str())];
    let dump = bastion.run(&["dump", "--profile", "ops"], &place).ends(0).json();
    assert_eq!(not_fresh(&dump), Vec::<String>::new());
    assert!(bastion.account.count("AssumeRole") > 0);
}

#[test]
fn a_proxy_that_lets_nobody_through_is_named() {
    let nobody = nobody().to_string();
    let cases = [
        (Manners::Login(LOGIN.1), None, "requires a user and a password"),
        (Manners::Closed, None, "unsuccessful"),
        (Manners::Open, Some(nobody.as_str()), "refused"),
    ];
    for (manners, instead, why) in cases {
        let bastion = Bastion::new(manners);
        let address = instead.map_or_else(|| bastion.proxy.address.to_string(), str::to_owned);
        let (proxy, authority) = (format!("http://you:wrong@{address}"), bastion.authority());
        let place = [("AWS_ENDPOINT_URL", AWS), ("https_proxy", &proxy), ("AWS_CA_BUNDLE", &authority)];
        let run = bastion.run(&["status"], &place).ends(3);
        let run = run.says(&format!("the proxy http://{address} (https_proxy)")).says(why).says("unreachable");
        assert!(!format!("{}{}", run.out, run.err).contains("wrong"), "{run:?}");
    }
}

#[test]
fn a_plain_address_goes_by_its_proxy_and_a_refusal_of_that_names_it() {
    let bastion = Bastion::new(Manners::Login(LOGIN.1));
    let plain = [("AWS_ENDPOINT_URL", "http://aws.test")];
    let good = format!("http://{}@{}", LOGIN.0, bastion.proxy.address);
    let dump = bastion.run(&["dump"], &[plain[0], ("HTTP_PROXY", &good)]).ends(0).json();
    assert_eq!(not_fresh(&dump), Vec::<String>::new());
    assert_eq!(bastion.proxy.hosts(), ["aws.test"]);
    let bad = format!("http://{}", bastion.proxy.address);
    bastion.run(&["status"], &[plain[0], ("ALL_PROXY", &bad)]).ends(3).says("(ALL_PROXY)").says("407");
}

#[test]
fn this_machine_and_what_no_proxy_names_are_called_directly() {
    let bastion = Bastion::new(Manners::Open);
    let (proxy, authority) = (format!("http://{}", bastion.proxy.address), bastion.authority());
    let settings = [("ALL_PROXY", proxy.as_str()), ("AWS_CA_BUNDLE", authority.as_str())];
    for url in [format!("https://{}", bastion.tls.address), bastion.account.url.clone()] {
        let dump = bastion.run(&["dump", "--endpoint-url", &url], &settings).ends(0).json();
        assert_eq!(not_fresh(&dump), Vec::<String>::new(), "{url}");
    }
    // This address of this machine is not a loopback one, so the variables decide.
    let anywhere = bastion.account.url.replace("127.0.0.1", "0.0.0.0");
    let dump = |variables: &[(&str, &str)]| {
        let dump = bastion.run(&["dump", "--endpoint-url", &anywhere], &[&settings[..], variables].concat()).ends(0);
        assert_eq!(not_fresh(&dump.json()), Vec::<String>::new(), "{variables:?}");
    };
    dump(&[("NO_PROXY", "10.0.0.0/8, 0.0.0.0")]);
    // A variable that is set and empty turns the proxy off.
    dump(&[("http_proxy", ""), ("HTTP_PROXY", &proxy)]);
    assert_eq!(bastion.proxy.hosts(), Vec::<String>::new());
    dump(&[]);
    assert_ne!(bastion.proxy.hosts(), Vec::<String>::new());
}

#[test]
fn what_cannot_be_used_is_refused_with_the_name_of_the_setting() {
    let bastion = Bastion::new(Manners::Open);
    let (none, empty) = (bastion.home.path("none.pem"), bastion.home.write("empty.pem", "no certificate"));
    let (none, empty) = (none.display().to_string(), empty.display().to_string());
    let cases = [
        ("AWS_CA_BUNDLE", none.as_str(), "cannot be read"),
        ("AWS_CA_BUNDLE", &empty, "contains no certificate"),
        ("SSL_CERT_FILE", &none, "cannot be read"),
        ("HTTPS_PROXY", "socks5://proxy.test:1080", "only http:// and https://"),
        ("all_proxy", "http://proxy.test:none", "is not a proxy"),
    ];
    for (setting, value, why) in cases {
        let run =
            bastion.run(&["dump"], &[("AWS_ENDPOINT_URL", AWS), (setting, value)]).ends(2).says(setting).says(why);
        assert_eq!(run.out, "");
    }
    // A bad setting of one profile affects only that account.
    let profile = |name: &str, bundle: &str| format!("[profile {name}]\nregion = eu-west-1\nca_bundle = {bundle}\n");
    let authority = bastion.authority();
    bastion.home.write(".aws/config", &[profile("good", &authority), profile("bad", &none)].concat());
    bastion.home.write(".aws/credentials", "[good]\naws_access_key_id = K\naws_secret_access_key = S\n[bad]\naws_access_key_id = K\naws_secret_access_key = S\n");
    let url = format!("https://{}", bastion.tls.address);
    let dump = bastion.home.run(&["dump", "--profile", "good,bad", "--endpoint-url", &url], &[]).ends(0).json();
    assert_eq!(not_fresh(&dump["accounts"][0]), Vec::<String>::new());
    let told = dump["accounts"][1].to_string();
    assert!(told.contains("ca_bundle names") && told.contains("none.pem"), "{told}");
}

/// AWS under its own names: the login at IAM Identity Center uses the proxy as everything else does.
#[test]
fn a_login_of_identity_center_goes_by_the_proxy() {
    let keys = json!({"roleCredentials": {
        "accessKeyId": "K", "secretAccessKey": "S", "sessionToken": "T", "expiration": 4_102_444_800_000_u64
    }});
    let bastion = Bastion::altered(Manners::Open, move |asked| {
        (asked.operation == "GET /federation/credentials").then(|| Answer::json(200, &keys))
    });
    bastion.home.write(
        ".aws/config",
        "[profile shop]\nregion = eu-west-1\nsso_session = shop\nsso_account_id = 123456789012\nsso_role_name = Operator\n\
         [sso-session shop]\nsso_region = eu-west-1\nsso_start_url = https://shop.example/start\n",
    );
    let token = json!({
        "accessToken": "t", "expiresAt": "2100-01-01T00:00:00Z", "region": "eu-west-1", "startUrl": "https://shop.example/start"
    });
    bastion.home.write(".aws/sso/cache/5042d146667518a1a5017644946b8650aafca44c.json", &token.to_string());
    let (proxy, authority) = (format!("http://{}", bastion.proxy.address), bastion.authority());
    let settings = [("HTTPS_PROXY", proxy.as_str()), ("AWS_CA_BUNDLE", authority.as_str())];
    let dump = bastion.home.run(&["dump", "--profile", "shop"], &settings).json();
    let hosts = bastion.proxy.hosts();
    for service in ["portal.sso", "api.sagemaker", "monitoring", "sns", "sts"] {
        let host = format!("{service}.eu-west-1.amazonaws.com:443");
        assert!(hosts.contains(&host), "{host} in {hosts:?}: {:?}", not_fresh(&dump));
    }
    assert_eq!(dump["identity"]["account"].as_str().map(str::len), Some(12), "{:?}", not_fresh(&dump));
}
