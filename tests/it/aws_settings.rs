//! Settings and configuration files that other AWS tools share, read by the real program. None of them ends it, and
//! invalid ones are reported with their name and place.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use sagetop::aws::SERVICES;
use serde_json::json;

use crate::altered::{Altered, Answer, Asked};
use crate::sagetop::{Home, Run, nobody};

const REGION: &str = "eu-west-1";
/// A profile with keys, below the lines of another one.
const GOOD: &str = "[profile good]\nregion = eu-west-1\naws_access_key_id = x\naws_secret_access_key = x\n";
/// A profile that assumes a role with the keys of another one.
const ROLE: &str = "[profile base]\naws_access_key_id = x\naws_secret_access_key = x\n\
                    [profile role]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n";

fn unaltered(_: &Asked) -> Option<Answer> {
    None
}

/// Creates a home whose configuration file has these bytes.
fn home(config: impl AsRef<[u8]>) -> Home {
    let home = Home::new();
    let path = home.write(".aws/config", "");
    std::fs::write(path, config).unwrap();
    home
}

/// Runs `status` of the profile at the URL.
fn status(home: &Home, profile: &str, url: &str) -> Run {
    home.run(&["status", "--profile", profile], &[("AWS_ENDPOINT_URL", url)])
}

/// Returns the output of both streams.
fn said(run: &Run) -> String {
    format!("{}{}", run.out, run.err)
}

#[test]
fn no_setting_of_another_tool_ends_the_program() {
    let account = Altered::serve("shop", unaltered);
    let home = Home::new();
    let plain = home.run_at(&account.url, REGION, &["status"]).code;
    let with = |variable: &str, value: &str| {
        let keys = [("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_REGION", REGION)];
        home.run(&["status", "--endpoint-url", &account.url], &[&keys[..], &[(variable, value)]].concat())
    };
    let unused = [
        ("AWS_RETRY_MODE", "legacy"),
        ("AWS_RETRY_MODE", "adaptive"),
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_MAX_ATTEMPTS", "ten"),
        ("AWS_DEFAULTS_MODE", "nonsense"),
        ("AWS_SDK_UA_APP_ID", "a name with blanks/and more than fifty characters, which is too long"),
        ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "nonsense"),
        ("AWS_REQUEST_CHECKSUM_CALCULATION", "nonsense"),
        ("AWS_RESPONSE_CHECKSUM_VALIDATION", "nonsense"),
        ("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "-1"),
        ("AWS_DISABLE_REQUEST_COMPRESSION", "nonsense"),
        ("AWS_AUTH_SCHEME_PREFERENCE", "nonsense"),
        ("AWS_SIGV4A_SIGNING_REGION_SET", ""),
        ("AWS_STS_REGIONAL_ENDPOINTS", "legacy"),
        ("AWS_NEW_RETRIES_2026", "nonsense"),
        ("AWS_PROFILE", ""),
        // One URL is given for all services.
        ("AWS_ENDPOINT_URL", "nonsense"),
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_STS", "nonsense"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
    ];
    for (variable, value) in unused {
        let run = with(variable, value);
        assert_eq!(run.code, plain, "{variable}={value}: {}", said(&run));
    }
    let refused = [
        ("AWS_USE_FIPS_ENDPOINT", "yes"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "1"),
        ("AWS_REGION", "eu-west-1\n"),
        ("AWS_REGION", "eu west"),
    ];
    for (variable, value) in refused {
        with(variable, value).ends(3).says(&format!("environment variable {variable}")).says(&format!("{value:?}"));
    }
}

#[test]
fn no_setting_of_a_profile_ends_the_program() {
    let account = Altered::serve("shop", unaltered);
    let plain = status(&home(GOOD), "good", &account.url).code;
    let unused = [
        "retry_mode = legacy",
        "max_attempts = 0",
        "max_attempts = ten",
        "defaults_mode = nonsense",
        "sdk_ua_app_id = a name with blanks and of more than fifty characters, which is too long",
        "request_checksum_calculation = nonsense",
        "request_min_compression_size_bytes = -1",
        "s3 =\n  addressing_style = nonsense\n  just words",
        "cli_pager =",
        "use_fips_endpoint = true",
    ];
    for line in unused {
        let run = status(&home(format!("{GOOD}{line}\n")), "good", &account.url);
        assert_eq!(run.code, plain, "{line}: {}", said(&run));
    }
    let refused = [
        ("use_fips_endpoint = 1", "use_fips_endpoint: \"1\""),
        ("use_dualstack_endpoint = on", "use_dualstack_endpoint: \"on\""),
        ("region = eu_west", "region: \"eu_west\""),
        ("just words", "line 5 of"),
    ];
    for (line, told) in refused {
        let run = status(&home(format!("{GOOD}{line}\n")), "good", &account.url).ends(3);
        run.says(told).says("line 5 of").says(".aws/config");
    }
    // An invalid profile hides no other one.
    let both = home(format!("{GOOD}[profile other]\nregion = eu_west\nretry_mode = legacy\n"));
    status(&both, "good,other", &account.url).ends(3).says("line 6 of").says("other");
}

#[test]
fn a_configuration_file_with_odd_lines_is_read_as_the_aws_command_line_reads_it() {
    let account = Altered::serve("shop", unaltered);
    let plain = status(&home(GOOD), "good", &account.url).code;
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("an indented first property", format!("[profile other]\n user = \"admin\"\n{GOOD}").into()),
        ("an indented section", GOOD.replace('\n', "\n  ").into()),
        ("text behind a bracket", format!("[profile other] /* note */\nx = 1\n{GOOD}").into()),
        ("a byte order mark", [b"\xef\xbb\xbf", GOOD.as_bytes()].concat()),
        ("a byte of Latin-1", [b"# M\xfcller\n", GOOD.as_bytes()].concat()),
        ("line ends of Windows", GOOD.replace('\n', "\r\n").into()),
        ("words before all", format!("just words\n{GOOD}").into()),
        ("words in another profile", format!("[profile other]\njust words\n{GOOD}").into()),
        ("a section that is not closed", format!("[profile other\nx = 1\n{GOOD}").into()),
        ("a comment behind a value", GOOD.replace("eu-west-1", "eu-west-1 ; Ireland").into()),
        ("a name in quotes", GOOD.replace("profile good", "profile \"good\"").into()),
    ];
    for (what, file) in files {
        let run = status(&home(file), "good", &account.url);
        assert_eq!(run.code, plain, "{what}: {}", said(&run));
    }
    let named = GOOD.replace("profile good", "profile \"My Mac's profile\"");
    assert_eq!(status(&home(named), "My Mac's profile", &account.url).code, plain);
    assert!(account.count("ListEndpoints") >= 12, "each of them was asked");
}

#[test]
fn a_profile_that_is_not_there_is_told_with_those_that_are() {
    let (account, home) = (Altered::serve("shop", unaltered), home(ROLE));
    let told = status(&home, "rolle", &account.url).ends(3);
    told.says("no profile rolle").says("only base, role").says(".aws/config");
    // With a region the account can be called, and no login would help.
    let place = [("AWS_ENDPOINT_URL", account.url.as_str())];
    let told = home.run(&["status", "--profile", "rolle", "--region", REGION], &place).ends(3);
    assert!(!said(&told).contains("aws sso login"), "{}", said(&told));
    told.says("no profile rolle").says("only base, role");
    let broken = self::home(format!("{GOOD}[profile rolle\nregion = eu-west-1\n"));
    status(&broken, "rolle", &account.url).ends(3).says("line 5 of").says("begins with [ and has no ]");
}

#[test]
fn what_gives_no_credentials_is_told_as_what_it_is() {
    let account = Altered::serve("shop", unaltered);
    let with = |lines: &str| {
        let config = format!("{ROLE}[profile x]\nregion = eu-west-1\n{lines}\n");
        status(&home(config), "x", &account.url).ends(3)
    };
    let cases: &[(&str, &[&str])] = &[
        ("login_session = arn:aws:iam::123456789012:user/ana", &["`aws login --profile x`", ".aws/login/cache/"]),
        (
            "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/ana",
            &[
                "an MFA code of arn:aws:iam::1:mfa/ana",
                "aws sts assume-role --profile base --role-arn",
                "credential_process",
            ],
        ),
        ("credential_process = echo no json", &["is not JSON with keys", "run the credential_process"]),
        ("credential_process = echo ask ana >&2; exit 1", &["ask ana"]),
        ("role_arn = arn:aws:iam::1:role/r\nsource_profile = none", &["no profile none"]),
        ("output = json", &["the profile x has no credentials"]),
        ("aws_access_key_id = x", &["aws_secret_access_key"]),
    ];
    for (lines, told) in cases {
        let run = with(lines);
        for word in *told {
            assert!(said(&run).contains(word), "{lines}: nothing about {word:?} in {}", said(&run));
        }
        assert!(!run.out.contains("unreachable"), "{lines}: {}", run.out);
    }
}

/// Creates a home with an SSO profile whose login is valid for years.
fn logged_in() -> Home {
    let home = home(
        "[profile sso]\nregion = eu-west-1\nsso_session = shop\nsso_account_id = 123456789012\n\
         sso_role_name = OnCall\n[sso-session shop]\nsso_region = eu-west-1\nsso_start_url = https://shop.example/start\n",
    );
    let token = json!({
        "accessToken": "t", "expiresAt": "2100-01-01T00:00:00Z", "region": REGION,
        "startUrl": "https://shop.example/start"
    });
    // The name of the file is the hash of the session's name.
    home.write(".aws/sso/cache/5042d146667518a1a5017644946b8650aafca44c.json", &token.to_string());
    home
}

#[test]
fn offline_is_not_a_lost_login() {
    let nobody = format!("http://{}", nobody());
    for (home, profile) in [(home(ROLE), "role"), (logged_in(), "sso"), (home(GOOD), "good")] {
        let run = status(&home, profile, &nobody).ends(3).says("unreachable").says("check the network");
        assert!(!said(&run).contains("log in") && !said(&run).contains("expired"), "{profile}: {}", said(&run));
    }
}

#[test]
fn a_clock_that_is_off_is_told_in_whatever_words_aws_has_for_it() {
    let skewed = |asked: &Asked| {
        let message =
            "Signature expired: 20261129T010000Z is now earlier than 20261129T084000Z (20261129T085500Z - 15 min.)";
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>\
             <Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        );
        ["AssumeRole", "GetCallerIdentity", "ListTopics"]
            .contains(&asked.operation.as_str())
            .then(|| Answer::xml(403, body))
    };
    let account = Altered::serve("shop", skewed);
    for (config, profile) in [(ROLE, "role"), (GOOD, "good")] {
        let run = status(&home(config), profile, &account.url).says("set the clock, because AWS");
        assert!(!said(&run).contains("log in"), "{profile}: {}", said(&run));
    }
}

#[test]
fn an_endpoint_url_of_the_command_line_is_also_where_roles_are_taken_on() {
    let keys = |asked: &Asked| {
        let body = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>\
                    <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                    <Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
        (asked.operation == "AssumeRole").then(|| Answer::xml(200, body))
    };
    let account = Altered::serve("shop", keys);
    let home = home(ROLE);
    let arguments = ["status", "--profile", "role", "--endpoint-url", &account.url];
    let nobody = format!("http://{}", nobody());
    for variables in [&[][..], &[("AWS_ENDPOINT_URL_STS", nobody.as_str()), ("AWS_ENDPOINT_URL", "nonsense")]] {
        let before = account.count("AssumeRole");
        let run = home.run(&arguments, variables);
        assert!(!run.out.contains("sources:"), "all of them are read: {}", run.out);
        assert_eq!(account.count("AssumeRole"), before + 1);
    }
}

#[test]
fn each_service_may_have_an_endpoint_of_its_own() {
    let account = Altered::serve("shop", unaltered);
    let services: Vec<&str> = SERVICES.iter().map(|service| service.name).collect();
    let dump =
        |home: &Home, variables: &[(&str, &str)]| home.run(&["dump", "--profile", "good"], variables).ends(0).json();
    let fresh = |dump: &serde_json::Value| {
        let sources = dump["sources"].as_array().unwrap();
        sources.iter().filter(|source| source["state"] == "fresh").count()
    };
    let all = fresh(&dump(&home(GOOD), &[("AWS_ENDPOINT_URL", &account.url)]));
    // These URLs are set by variables.
    let names: Vec<String> =
        services.iter().map(|service| format!("AWS_ENDPOINT_URL_{}", service.to_uppercase())).collect();
    let variables: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), account.url.as_str())).collect();
    let told = dump(&home(GOOD), &variables);
    assert_eq!((fresh(&told), &told["endpoint_url"]), (all, &json!(account.url)));
    // These URLs are set by a section of the file. A name for this machine has no bucket names as prefix.
    let local = account.url.replace("127.0.0.1", "localhost");
    let section: Vec<String> = services.iter().map(|s| format!("{s} =\n  endpoint_url = {local}\n")).collect();
    let config = format!("{GOOD}services = local\n[services local]\n{}", section.concat());
    let told = dump(&home(&config), &[]);
    assert_eq!((fresh(&told), &told["endpoint_url"]), (all, &json!(local)));
    // Variables take precedence over the file, unless all URLs must be ignored.
    let nobody = format!("http://{}", nobody());
    let elsewhere = [("AWS_ENDPOINT_URL_S3", nobody.as_str())];
    assert!(fresh(&dump(&home(&config), &elsewhere)) < all);
    let arguments = ["dump", "--profile", "good", "--endpoint-url", &account.url];
    let ignored = [elsewhere[0], ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
    assert_eq!(fresh(&home(&config).run(&arguments, &ignored).ends(0).json()), all);
}

#[test]
fn an_endpoint_url_that_is_none_is_refused_with_its_place() {
    for (variable, value) in [
        ("AWS_ENDPOINT_URL", "127.0.0.1:4599"),
        ("AWS_ENDPOINT_URL_S3", "nonsense"),
        ("AWS_ENDPOINT_URL_SSO_OIDC", "x:y"),
    ] {
        let run = home(GOOD).run(&["status", "--profile", "good"], &[(variable, value)]).ends(3);
        run.says(&format!("environment variable {variable}")).says("is not an endpoint URL").says(value);
    }
    let file = home(format!("{GOOD}endpoint_url = nonsense\n"));
    file.run(&["status", "--profile", "good"], &[]).ends(3).says("line 5 of").says("endpoint_url: \"nonsense\"");
}

#[test]
fn a_password_in_an_endpoint_url_is_refused_and_shown_nowhere() {
    let url = "http://me:s3cret@127.0.0.1:4599";
    let file = format!("{GOOD}endpoint_url = {url}\n");
    let refused = |config: &str, arguments: &[&str], variables: &[(&str, &str)]| {
        let run = home(config).run(&[&["status", "--verbose", "--profile", "good"], arguments].concat(), variables);
        assert!(run.code != Some(0) && !said(&run).contains("s3cret"), "{run:?}");
        run.says("write it without");
    };
    refused(GOOD, &["--endpoint-url", url], &[]);
    refused(GOOD, &[], &[("AWS_ENDPOINT_URL_S3", url)]);
    refused(&file, &[], &[]);
}

/// A pipe in place of a file is not opened, so that the program does not wait for a writer.
#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_the_configuration_holds_nobody() {
    let account = Altered::serve("shop", unaltered);
    let home = Home::new();
    let pipe = home.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.display().to_string();
    let place = [("AWS_CONFIG_FILE", pipe.as_str()), ("AWS_ENDPOINT_URL", &account.url), ("AWS_REGION", REGION)];
    let arguments = ["status", "--profile", "good"];
    home.run(&arguments, &place).ends(3).says(&pipe).says("not a regular file");
    // The program goes on if it needs nothing from the file.
    let keys = [("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x")];
    let run = home.run(&["status"], &[&keys[..], &place].concat());
    assert!(!run.out.contains("sources:"), "all of them are read: {}", run.out);
    // This is an empty file with a usual name.
    let run = home.run(&["status"], &[&keys[..], &[("AWS_CONFIG_FILE", "/dev/null")], &place[1..]].concat());
    assert!(!run.out.contains("sources:"), "all of them are read: {}", run.out);
}

#[test]
fn keys_that_no_call_can_be_signed_with_are_told() {
    let account = Altered::serve("shop", |_| None);
    let run = |arguments: &[&str], key: &str| {
        let place = ["--endpoint-url", account.url.as_str(), "--region", "eu-west-1"];
        let keys = [("AWS_ACCESS_KEY_ID", key), ("AWS_SECRET_ACCESS_KEY", "testing")];
        Home::new().run(&[arguments, &place].concat(), &keys)
    };
    for (key, told) in [("AKIA\r", "U+000D"), ("AKIA\u{1}", "U+0001"), ("AKIÄ", "U+00C4")] {
        run(&["status"], key).ends(3).says(told);
        run(&["retrain", "fraud-screening-build", "--plan-only"], key).ends(1).says(told);
    }
    assert_eq!(account.asked().len(), 0);
}
