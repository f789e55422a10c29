use super::*;
use crate::testing::{cases, mutated};

#[test]
fn names_of_secrets_are_known_however_they_are_spelled() {
    let secret = [
        "password",
        "DB_PASSWORD",
        "DbPassword",
        "db-pwd",
        "DbPwd",
        "db_pwd",
        "PWD",
        "pass",
        "dbPass",
        "passphrase",
        "pw",
        "api_key",
        "apiKey",
        "APIKEY",
        "api.key",
        "token",
        "HF_TOKEN",
        "SessionToken",
        "aws_secret_access_key",
        "auth",
        "private-key",
        "Authorization",
        "git.credentials",
        "webhook_url",
        "ConnectionString",
        "AccountKey",
    ];
    for name in secret {
        assert!(is_secret(name), "{name}");
    }
    let plain = [
        "NextToken",
        "tokenizer",
        "max_tokens",
        "SecretArn",
        "bypass",
        "compass",
        "KmsKeyId",
        "key",
        "author",
        "epochs",
        "significance",
        "passes",
        "Password_arn",
        "",
    ];
    for name in plain {
        assert!(!is_secret(name), "{name}");
    }
}

#[test]
fn secrets_are_cut_out_of_a_text_and_the_rest_stays() {
    let cases = [
        ("--lr 1 --password S3CR3T --epochs 2", "--lr 1 --password redacted --epochs 2"),
        ("--secret=S3CR3T", "--secret=redacted"),
        ("--hub-token 'S3CR3T x' y", "--hub-token 'redacted' y"),
        ("Authorization: Bearer S3CR3T", "Authorization: Bearer redacted"),
        ("sent Bearer S3CR3T, refused", "sent Bearer redacted, refused"),
        ("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Authorization: Basic redacted"),
        ("postgres://u:S3CR3T@h/db", "postgres://redacted@h/db"),
        ("Server=x;Password=S3CR3T;Timeout=3", "Server=x;Password=redacted;Timeout=3"),
        (r#"{"password": "S3CR3T", "cut"#, r#"{"password": "redacted", "cut"#),
        ("password: S3CR3T", "password: redacted"),
        ("DB_PWD = S3CR3T", "DB_PWD = redacted"),
        ("DB_PASSWORD=Tr0ub4dor&S3CR3T", "DB_PASSWORD=redacted"),
        ("user=ana&password=S3CR3T&page=2", "user=ana&password=redacted&page=2"),
        ("mysql -h db -u root -pS3CR3T retail", "mysql -h db -u root -predacted retail"),
        ("https://x/y?page=2&sig=S3CR3T&z=1", "https://x/y?page=2&sig=redacted&z=1"),
        ("https://hooks.slack.com/services/T0/B0/S3CR3T now", "https://hooks.slack.com/services/redacted now"),
        ("key AKIAIOSFODNN7EXAMPLE, and", "key redacted, and"),
        ("the keyAKIAIOSFODNN7EXAMPLE is old", "the keyredacted is old"),
        ("clone with ghp_S3CR3T0123456789abcdef", "clone with redacted"),
        ("Authorization: Token S3CR3T9", "Authorization: Token redacted"),
        ("Set-Cookie: a=1; sid=S3CR3T", "Set-Cookie: redacted"),
        ("password := S3CR3T", "password := redacted"),
        ("password => S3CR3T", "password => redacted"),
        ("--password\tS3CR3T", "--password\tredacted"),
        ("--password -S3CR3T", "--password redacted"),
        ("<password>S3CR3T</password>", "<password>redacted</password>"),
        ("postgres://u:S3C/R3T@h/db", "postgres://redacted@h/db"),
        ("curl -u ana:S3CR3T https://h", "curl -u redacted https://h"),
        ("https://b/o?X-Goog-Signature=S3CR3T", "https://b/o?X-Goog-Signature=redacted"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nS3CR3T\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----redacted-----END RSA PRIVATE KEY-----",
        ),
        (
            "https://b/k?X-Amz-Credential=S3CR3T%2F2026&X-Amz-Signature=S3CR3T",
            "https://b/k?X-Amz-Credential=redacted&X-Amz-Signature=redacted",
        ),
    ];
    for (plain, wanted) in cases {
        assert!(has_sign(plain), "rows without a sign are not looked at: {plain}");
        assert_eq!(text(plain), wanted);
        assert_eq!(text(wanted), wanted, "what was cut once stays as it is");
    }
}

#[test]
fn what_hides_a_secret_from_a_reader_does_not_hide_it_here() {
    let cases = [
        ("\u{1b}[36mpassword\u{1b}[0m=\u{1b}[35mS3CR3T\u{1b}[0m ok", "password=redacted ok"),
        ("pass\u{200b}word=S3CR3T", "password=redacted"),
        ("password\u{1b}=S3CR3T", "password=redacted"),
    ];
    for (plain, wanted) in cases {
        let json = serde_json::to_string(plain).unwrap();
        assert!(has_sign(&json), "rows without a sign are not looked at: {json}");
        assert_eq!(text(plain), wanted);
        assert_eq!(value("Line", plain), wanted);
    }
    for plain in ["\u{1b}[31mred\u{1b}[0m", "zero\u{200b}width", "\u{1b}", "\u{1b}[", "\u{1b}[3"] {
        assert_eq!(text(plain), plain);
    }
}

#[test]
fn a_secret_is_found_in_a_single_word() {
    let token = format!("FwoG{}", "Zx1+".repeat(20));
    let secret = [
        "password:S3CR3T",
        "user:AKIAIOSFODNN7EXAMPLE",
        "token/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "hooks.slack.com/services/T0/B0/S3CR3T",
        "s3://b/k?X-Amz-Signature=S3CR3T",
        "{\"password\":1234567890}",
        &token,
    ];
    for plain in secret {
        assert!(value("note", plain).contains(MARK), "{plain}");
    }
    let plain = ["1.dkr.ecr.eu-west-1.amazonaws.com/team/token:2026a1", "sagemaker:variant:DesiredInstanceCount"];
    for plain in plain {
        assert_eq!(value("note", plain), plain);
    }
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    let plain = [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-abc",
        "The security token included in the request is invalid",
        "Could not find token file: it is not there",
        "basic authentication of the proxy failed",
        "risk-adjusted return; task-based; sk-learn 1.4; ASIA-PACIFIC-SOUTHEAST",
        "mail ana@shop.example about https://wiki.example/runbook?page=2",
        "accuracy 0.91 (was 0.93), 12:30:00 UTC, a=b, s3://models/fraud/1/model.tar.gz",
        "passes: 3, tokens: 512",
        "no usable credentials: none were found",
        "Auth: errors; pass: all checks; Environment: prod; pass_rate: 0.97",
    ];
    for plain in plain {
        assert_eq!(text(plain), plain);
    }
}

#[test]
fn names_of_things_stay_whatever_they_look_like() {
    let names = [
        "sk-learn-churn-classifier",
        "ASIAPACIFICCHURN",
        "arn:aws:sagemaker:eu-west-1:1:model-package-group/sk-learn-churn-classifier",
        "s3://lake/fraud/environment=prod/token=1/pass=2/auth=x/train/",
        "s3://lake/hf_bert_base_uncased_tuned/",
        "hf_bert_base_uncased_tuned",
        "token-classifier-prod",
    ];
    for name in names {
        assert_eq!(value("name", name), name);
    }
    let mut json = serde_json::json!({"name": "Environment", "default": "prod", "uri": names[3]});
    assert!(!super::json(&mut json), "{json}");
    assert_eq!(value("name", "ghp_0123456789abcdef0123456789abcdef0123"), MARK);
}

#[test]
fn long_texts_are_looked_through_in_no_time() {
    let began = tokio::time::Instant::now();
    for piece in ["=", "x=", ":", "-", "@", "ghp_", "bearer abcd ", "password", "://", "x-amz-"] {
        let _ = text(&piece.repeat(10_240 / piece.len()));
    }
    assert!(began.elapsed() < std::time::Duration::from_mins(1), "{:?}", began.elapsed());
}

#[test]
fn values_go_by_the_name_they_stand_under() {
    let mut json = serde_json::json!({
        "Environment": {"HARMLESS": "S3CR3T"},
        "hyper_parameters": {"db_pwd": "S3CR3T", "args": "--password S3CR3T", "epochs": "12"},
        "parameters": [{"name": "DbPassword", "kind": "String", "default": "S3CR3T", "choices": ["S3CR3T"]}],
        "tags": [{"Key": "token", "Value": "S3CR3T"}, {"Key": "team", "Value": "fraud"}],
        "arguments": ["--lr", "1", "--api-key", "S3CR3T"],
        "definition": "{\"a\":{\"secret\":\"S3CR3T\"}}",
    });
    assert!(super::json(&mut json));
    let told = json.to_string();
    assert!(!told.contains("S3CR3T") && told.contains("fraud") && told.contains("12"), "{told}");
    assert!(!super::json(&mut json), "there is nothing left to replace");
}

/// Would a row with this text be looked at more closely?
fn has_sign(text: &str) -> bool {
    signs().any(|sign| text.to_ascii_lowercase().contains(&sign.to_ascii_lowercase()))
}

#[test]
fn whatever_is_replaced_has_a_sign() {
    let texts = ["--pwd x1", "Bearer abcdef", "https://u@h/", "X-Amz-Signature=x", "AKIAIOSFODNN7EXAMPLE", "sig=1"];
    for plain in texts {
        assert!(text(plain) != plain && has_sign(plain), "{plain}");
    }
    for name in ["Db-Pwd", "ENCRYPTION_KEY", "x.token", "connection string", "Webhook-Url"] {
        assert!(is_secret(name) && has_sign(name), "{name}");
    }
}

#[test]
fn what_was_redacted_stays_as_it_is() {
    let texts = [
        "--password S3CR3T-x1 --lr 0.1 Authorization: Bearer abc.def https://user:pw@host/x?token=S3CR3T",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\nAKIAIOSFODNN7EXAMPLE",
        "https://hooks.example.com/services/T0/B0/XXXX {\"db_pwd\": \"S3CR3T\"} X-Amz-Signature=0a1b2c",
    ];
    for (seed, mut random) in cases(500) {
        let plain = mutated(&mut random, &texts);
        let once = text(&plain).into_owned();
        assert_eq!(text(&once), once, "seed {seed}: {plain:?}");
    }
}
