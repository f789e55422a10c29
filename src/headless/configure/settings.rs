//! The settings in force, as a configuration.

use std::fmt::Write as _;

use super::written::{list, table, text};
use crate::config::{
    Account, Automation, Command, Config, Confirm, DataKind, Freeze, Glob, ItemTemplate, KeyValue, Link, Meaning,
    Metric, MetricSource, Model, Notify, Osc, Role, RunIn, Stage,
};

/// Returns the settings in force as TOML. The metrics of families are written out. What is left out has no value.
#[must_use]
pub fn settings(config: &Config) -> String {
    let mut written = String::new();
    let confirm = match config.confirm {
        Confirm::Type => "type",
        Confirm::Confirm => "confirm",
    };
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(written, "{name} = {value}");
        }
    };
    line("theme", Some(text(config.theme.as_deref().unwrap_or("dark"))));
    line("keymap", Some(text(config.keymap.as_deref().unwrap_or("default"))));
    line("mouse", Some((!config.leave_mouse).to_string()));
    line("hyperlinks", config.hyperlinks.map(|follows| follows.to_string()));
    line("export_dir", config.export_dir.as_ref().map(|folder| text(&folder.display().to_string())));
    line("read_only", Some(config.read_only.to_string()));
    line("confirm", Some(text(confirm)));
    line("max_cost_per_day", config.max_cost_per_day.map(|dollars| format!("{dollars:?}")));
    line("measure_every", config.measure_every.map(|every| text(&format!("{}s", every.as_secs()))));
    written += &config.accounts.iter().map(account).collect::<String>();
    written += &config.stages.iter().map(stage).collect::<String>();
    written += &config.freezes.iter().map(freeze).collect::<String>();
    written += &config.models.iter().map(model).collect::<String>();
    written += &notify(&config.notify);
    written += &config.automations.iter().map(automation).collect::<String>();
    written += &config.commands.iter().map(command).collect::<String>();
    written += &config.links.iter().map(link).collect::<String>();
    if !config.severities.is_empty() {
        written += "\n[severity]\n";
    }
    for (pattern, severity) in &config.severities {
        let _ = writeln!(written, "{} = {}", text(pattern.text()), text(&severity.to_string()));
    }
    written
}

/// The lines of a table. A setting without a value is left out.
struct Lines(String);

impl Lines {
    fn of(table: &str) -> Self {
        Self(format!("\n[[{table}]]\n"))
    }
    fn text(self, name: &str, value: Option<&str>) -> Self {
        self.raw(name, value.map(text))
    }
    fn list<'a>(self, name: &str, values: impl Iterator<Item = &'a str>) -> Self {
        let mut values = values.peekable();
        let any = values.peek().is_some();
        self.raw(name, any.then(|| list(values)))
    }
    fn raw(mut self, name: &str, value: Option<String>) -> Self {
        self.0 += &value.map(|value| format!("{name} = {value}\n")).unwrap_or_default();
        self
    }
}

fn texts(all: &[String]) -> impl Iterator<Item = &str> {
    all.iter().map(String::as_str)
}

fn account(account: &Account) -> String {
    let colour = serde_json::to_value(account.colour).unwrap_or_default();
    Lines::of("account")
        .text("label", account.label.as_deref())
        .text("profile", account.profile.as_deref())
        .text("role_arn", account.role_arn.as_deref())
        .text("account_id", account.account_id.as_deref())
        .list("regions", texts(&account.regions))
        .text("access", Some(account.access.word()))
        .text("colour", colour.as_str())
        .0
}

fn stage(stage: &Stage) -> String {
    Lines::of("stage").text("name", Some(&stage.name)).text("access", Some(stage.access.word())).0
}

fn freeze(freeze: &Freeze) -> String {
    let lines = Lines::of("freeze").text("name", Some(&freeze.name));
    let lines = lines.list("stages", texts(&freeze.stages)).list("accounts", texts(&freeze.accounts));
    lines.0 + &freeze.window.to_string()
}

fn automation(automation: &Automation) -> String {
    let parameters: std::collections::BTreeMap<String, String> =
        automation.parameters.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
    Lines::of("automation")
        .text("name", Some(&automation.name))
        .text("document", Some(&automation.document))
        .text("version", automation.version.as_deref())
        .raw("parameters", Some(table(&parameters)))
        .list("kinds", texts(&automation.kinds))
        .list("models", automation.models.iter().map(Glob::text))
        .0
}

fn notify(notify: &Notify) -> String {
    if notify.is_off() {
        return String::new();
    }
    let command: Vec<String> = notify.command.iter().map(ToString::to_string).collect();
    let osc = notify.osc.map(|osc| match osc {
        Osc::Nine => "9",
        Osc::TripleSeven => "777",
    });
    Lines("\n[notify]\n".to_owned())
        .raw("bell", Some(notify.bell.to_string()))
        .text("osc", osc)
        .list("command", texts(&command))
        .text("timeout", Some(&format!("{}s", notify.timeout.as_secs())))
        .0
}

fn command(command: &Command) -> String {
    let args: Vec<String> = command.args.iter().map(ToString::to_string).collect();
    let run = match command.run {
        RunIn::Pane => "pane",
        RunIn::Foreground => "foreground",
    };
    Lines::of("command")
        .text("name", Some(&command.name))
        .text("key", command.key.as_ref().map(|(key, _)| key.as_str()))
        .list("kinds", texts(&command.kinds))
        .list("panes", command.panes.iter().map(|(pane, _)| pane.as_str()))
        .list("args", texts(&args))
        .raw("shell", Some(command.shell.to_string()))
        .raw("confirm", Some(command.confirm.to_string()))
        .raw("changes", Some(command.changes.to_string()))
        .text("run", Some(run))
        .text("timeout", Some(&format!("{}s", command.timeout.as_secs())))
        .0
}

fn link(link: &Link) -> String {
    Lines::of("link")
        .text("label", Some(&link.label))
        .text("url", Some(&link.url.to_string()))
        .list("kinds", texts(&link.kinds))
        .0
}

fn model(model: &Model) -> String {
    let family =
        model.family.map(|family| format!("# family = {}, with its metrics below\n", text(&family.to_string())));
    let own = Lines::of("model")
        .text("name", Some(&model.name))
        .list("accounts", texts(&model.accounts))
        .text("group", Some(model.group_name()))
        .list("pipelines", model.pipelines.iter().map(crate::config::Glob::text))
        .list("endpoints", model.endpoints.iter().map(crate::config::Glob::text))
        .list("alarms", model.alarms.iter().map(crate::config::Glob::text))
        .list("codepipeline", texts(&model.codepipeline))
        .text("runbook_url", model.runbook_url.as_deref())
        .raw("metadata_item", model.metadata_item.as_ref().map(item_template));
    let data = model.data.iter().map(|data| {
        let kind = match data.kind {
            DataKind::S3 => "s3",
            DataKind::FeatureGroup => "feature_group",
        };
        let age = data.max_age.map(|age| format!("{}s", age.as_secs()));
        let lines = Lines::of("model.data").text("kind", Some(kind)).text("uri", Some(&data.uri));
        let schema = data.schema.as_ref().map(ToString::to_string);
        lines.text("max_age", age.as_deref()).text("schema", schema.as_deref()).0
    });
    let data: String = data.collect();
    own.0 + &family.unwrap_or_default() + &data + &model.metrics.iter().map(metric).collect::<String>()
}

fn item_template(template: &ItemTemplate) -> String {
    let value = |value: &KeyValue| {
        let template = text(&value.template.to_string());
        if value.number { format!("{{ N = {template} }}") } else { template }
    };
    let key: Vec<String> = template.key.iter().map(|(name, own)| format!("{} = {}", text(name), value(own))).collect();
    format!("{{ table = {}, key = {{ {} }} }}", text(&template.table), key.join(", "))
}

fn metric(metric: &Metric) -> String {
    let lines = Lines::of("model.metric").text("label", Some(&metric.label));
    let lines = match &metric.source {
        MetricSource::CloudWatch { namespace, name, dimensions, stat, period } => {
            let period = period.map(|period| format!("{}s", period.as_secs()));
            let lines = lines.text("namespace", Some(namespace)).text("name", Some(name));
            let lines = lines.raw("dimensions", Some(table(dimensions)));
            lines.text("stat", Some(stat)).text("period", period.as_deref())
        }
        MetricSource::Package { json_path } => {
            lines.raw("source", Some(format!("{{ s3 = \"package\", json_path = {} }}", text(json_path))))
        }
        MetricSource::Report { uri, json_path, period } => {
            let lines = lines.raw("source", Some(format!("{{ s3 = {}, json_path = {} }}", text(uri), text(json_path))));
            lines.text("period", Some(&format!("{}s", period.as_secs())))
        }
        MetricSource::Alarm { name } => lines.text("alarm", Some(name)),
    };
    let lines = match metric.role {
        Role::Quality => lines,
        Role::Drift => lines.text("role", Some("drift")),
    };
    let meaning = match metric.meaning {
        Meaning::Breach => "breach",
        Meaning::Promote => "promote",
    };
    let (compare, threshold) = metric.limit.unzip();
    lines
        .text("compare", compare.map(crate::config::Compare::sign))
        .raw("threshold", threshold.map(|threshold| format!("{threshold:?}")))
        .text("severity", metric.severity.map(|severity| severity.to_string()).as_deref())
        .text("meaning", Some(meaning))
        .0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn parsed(text: &str) -> Config {
        Config::parse(&Source { file: "sagetop.toml".into(), text: text.into() }).unwrap()
    }

    #[test]
    fn what_is_shown_is_a_configuration_that_means_the_same() {
        let item = "[[model]]\nname = \"m\"\n\
                      metadata_item = { table = \"ml-models\", key = { \"a b\" = \"{{}} {model}\", v = { N = \"{version}\" } } }\n";
        let schema = "[[model]]\nname = \"m\"\n[[model.data]]\nkind = \"s3\"\nuri = \"s3://lake/\"\nschema = \"retail/clicks\"\n";
        let own = "theme = \"light\"\nmax_cost_per_day = 5\nmeasure_every = \"5m\"\nconfirm = \"confirm\"\n\
                   [[account]]\nlabel = \"prod\"\nregions = [\"eu-west-1\"]\naccess = \"read-only\"\ncolour = \"red\"\n\
                   [[freeze]]\nname = \"weekend\"\ndays = [\"fri\", \"sat\"]\nhours = \"18:00-08:00\"\nzone = \"Europe/Berlin\"\n\
                   [[freeze]]\nname = \"sale\"\nfrom = \"2026-11-27\"\nto = \"2026-11-30T08:00\"\nstages = [\"prod\"]\naccounts = [\"prod\"]\n\
                   [[freeze]]\nname = \"changes\"\ncalendar = \"arn:aws:ssm:eu-west-1:1:document/prod\"\n\
                   [[automation]]\nname = \"restart\"\ndocument = \"R\"\nversion = \"3\"\nkinds = [\"endpoints\"]\n\
                   models = [\"f*\"]\nparameters = { A = \"{name}\", B = \"{{x}}\" }\n";
        for text in [own, item, schema, include_str!("../../demo.toml")] {
            let config = parsed(text);
            let mut shown = parsed(&settings(&config));
            for (shown, model) in shown.models.iter_mut().zip(&config.models) {
                shown.family = model.family;
                for (shown, metric) in shown.metrics.iter_mut().zip(&model.metrics) {
                    (shown.of_family, shown.doubtful_below) = (metric.of_family, metric.doubtful_below);
                }
            }
            let named = |config: &Config| Config {
                theme: Some(config.theme.clone().unwrap_or("dark".into())),
                keymap: Some(config.keymap.clone().unwrap_or("default".into())),
                models: config
                    .models
                    .iter()
                    .map(|m| Model { group: Some(m.group_name().into()), ..m.clone() })
                    .collect(),
                ..config.clone()
            };
            assert_eq!(named(&shown), named(&config));
        }
    }
}
