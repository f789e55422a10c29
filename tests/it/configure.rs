//! `sagetop config` as a process: what it writes about an account, and that it never overwrites a file.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;

use sagetop::config::{Config, Family, Source};
use serde_json::Value;

use crate::sagetop::Home;

fn parsed(text: &str) -> Config {
    Config::parse(&Source { file: "sagetop.toml".into(), text: text.into() }).unwrap()
}

/// Returns the names in a list of `dump`.
fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Uncomments the families with bounds in percent.
fn with_shares(text: &str) -> String {
    let mut within = false;
    let line = |line: &str| {
        let is_comment = line.starts_with("# ");
        let uncommented = if within && is_comment { line.trim_start_matches("# ") } else { line };
        within = is_comment && (within || line.contains("If these metrics are shares"));
        uncommented.to_owned() + "\n"
    };
    text.lines().map(line).collect()
}

#[test]
fn what_is_written_describes_the_account_and_finds_the_same_models() {
    let home = Home::new();
    let place = home.path("demo.toml");
    let run = home.run(&["config", "init", "--demo", "--config", place.to_str().unwrap()], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("describes 5 models"), "{run:?}");
    let text = std::fs::read_to_string(&place).unwrap();
    let config = parsed(&text);
    let model = config.models.iter().find(|model| model.name == "demand-forecasting").unwrap();
    assert_eq!(model.family, None, "AWS does not tell whether an error is in percent: {text}");
    assert_eq!(model.endpoints[0].text(), "demand-forecasting-{stage}");
    assert_eq!(model.pipelines[0].text(), "demand-forecasting-build");
    assert!(model.data.iter().any(|data| data.uri.starts_with("s3://retail-data-lake/sales/")), "{text}");
    let segments = config.models.iter().find(|model| model.name == "customer-segmentation").unwrap();
    assert_eq!(segments.family, Some(Family::Segmentation), "a silhouette has no unit: {text}");
    let dump = |config: &str| -> Value { home.run(&["dump", "--demo", "--config", config], &[]).json() };
    let written = dump(place.to_str().unwrap());
    for model in written["models"].as_array().unwrap() {
        let same = config.models.iter().find(|known| known.name == model["name"].as_str().unwrap());
        assert!(same.is_some(), "{}", model["name"]);
        assert!(!names(&model["alarms"]).is_empty() || !text.contains("alarms"), "{}", model["name"]);
    }
    assert_eq!(written["models"].as_array().unwrap().len(), 5);
    assert!(!written["models"].to_string().contains("RMSE"), "nothing says that an RMSE of 42 is bad");
    let shares = home.write("shares.toml", &with_shares(&text));
    let written = dump(shares.to_str().unwrap());
    let metric = |model: &str, label: &str| -> Value {
        let models = written["models"].as_array().unwrap();
        let model = models.iter().find(|found| found["name"] == model).unwrap();
        model["metrics"].as_array().unwrap().iter().find(|found| found["label"] == label).unwrap().clone()
    };
    let mape = metric("demand-forecasting", "MAPE %");
    assert_eq!((mape["standing"].as_str(), mape["threshold"].as_f64()), (Some("bad"), Some(15.0)), "{mape}");
    let ctr = metric("recommendation", "CTR %");
    assert!(ctr["remedies"][0]["arn"].as_str().unwrap().ends_with(":function:recommendation-fallback"), "{ctr}");
}

#[test]
fn a_file_is_never_overwritten() {
    let home = Home::new();
    let place = home.write("config/sagetop/sagetop.toml", "theme = \"light\"\n");
    let run = home.run_at(&format!("http://{}", crate::sagetop::nobody()), "eu-west-1", &["config", "init"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.err.contains("exists and is not overwritten"), "{run:?}");
    assert_eq!(std::fs::read_to_string(&place).unwrap(), "theme = \"light\"\n");
    let printed = home.run(&["config", "init", "--print", "--demo"], &[]);
    assert_eq!(parsed(&printed.out).models.len(), 5);
    let other = home.path("other.toml");
    let run = home.run(&["config", "init", "--demo", "--config", other.to_str().unwrap()], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(parsed(&std::fs::read_to_string(other).unwrap()).models.len(), 5);
}

#[test]
fn the_models_of_the_demo_are_not_written_to_the_configuration_of_real_accounts() {
    let home = Home::new();
    let run = home.run(&["config", "init", "--demo"], &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.err.contains("the demo's models are not in them") && run.err.contains("--config FILE"), "{run:?}");
    assert!(!home.path("config/sagetop/sagetop.toml").exists());
}

#[test]
fn nothing_is_written_about_an_account_that_cannot_be_read() {
    let home = Home::new();
    let run = home.run_at(&format!("http://{}", crate::sagetop::nobody()), "eu-west-1", &["config", "init"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.err.contains("nothing was found to write"), "{run:?}");
    assert!(!home.path("config/sagetop/sagetop.toml").exists());
}

#[test]
fn mistakes_and_settings_are_told() {
    let home = Home::new();
    assert!(home.run(&["config", "check"], &[]).out.contains("there is no configuration"));
    home.write("config/sagetop/sagetop.toml", "[[model]]\nname = \"a\"\nfamily = \"forcast\"\n");
    let run = home.run(&["config", "check"], &[]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("sagetop.toml:3:10") && run.err.contains("forecast"), "{run:?}");
    home.write("config/sagetop/sagetop.toml", "theme = \"drak\"\n");
    for command in ["check", "show"] {
        let run = home.run(&["config", command], &[]);
        assert!(run.code == Some(2) && run.err.contains("dark") && run.out.is_empty(), "{command}: {run:?}");
    }
    home.write("config/sagetop/sagetop.toml", "[[model]]\nname = \"a\"\nfamily = \"forecast\"\n");
    let run = home.run(&["config", "check"], &[]);
    assert!(run.code == Some(0) && run.out.contains("no mistakes; it describes 1 model and 0 accounts"), "{run:?}");
    let shown = home.run(&["config", "show"], &[]);
    assert_eq!(parsed(&shown.out).models[0].metrics[0].label, "MAPE %", "{shown:?}");
    let of_demo = home.run(&["config", "show", "--demo"], &[]);
    assert!(of_demo.code == Some(0) && of_demo.out.contains("name = \"recommendation\""), "{of_demo:?}");
}
