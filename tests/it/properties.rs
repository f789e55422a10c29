//! Tests with random input: a damaged file is read or refused with its place, a model in trouble is not ok while a
//! table is unread, and random keys do not end the console.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

#[path = "../../src/testing.rs"]
mod testing;

use sagetop::assets::{KEYMAPS, THEMES};
use sagetop::config::{Config, ConfigError, Source};
use sagetop::headless::Look;
use sagetop::health::Health;
use sagetop::keymap::Keymap;
use sagetop::model::join;
use sagetop::resources::pipeline::Definition;
use sagetop::resources::poll::{Clock, Patience};
use sagetop::resources::{Kind, Observed, Preferences, Store, Table};
use sagetop::sim::{Sim, Story};
use sagetop::theme::{Level, Theme};
use sagetop::update::NAMES;

use self::testing::{cases, mutated};
use crate::harness::{CONFIG, Harness};

const DEFINITION: &str = r#"{"Version": "2020-12-01", "Parameters": [{"Name": "Epochs", "Type": "Integer", "DefaultValue": 12}],
"Steps": [{"Name": "train", "Type": "Training", "Arguments": {"RoleArn": {"Get": "Parameters.Role"}}, "DependsOn": ["x"]},
{"Name": "good", "Type": "Condition", "Arguments": {"Conditions": [], "IfSteps": [{"Name": "register", "Type": "RegisterModel"}],
"ElseSteps": []}}]}"#;

fn source(text: &str) -> Source {
    Source { file: "x.toml".into(), text: text.into() }
}

/// Returns a bundled file, for one that inherits from it.
fn find(of: &[(&str, &str)], name: &str) -> Result<Source, ConfigError> {
    let found = of.iter().find(|(known, _)| *known == name).map(|(_, text)| source(text));
    found.ok_or_else(|| ConfigError::new("x.toml", format!("nothing is named {name:?}")))
}

/// Fails unless an error names the file.
#[track_caller]
fn names_its_place<T, E: std::fmt::Display>(seed: u64, text: &str, outcome: Result<T, E>) {
    if let Err(why) = outcome {
        assert!(why.to_string().contains("x.toml"), "seed {seed}: {why}\n{text}");
    }
}

#[test]
fn a_damaged_configuration_is_read_or_says_where_it_is_wrong() {
    for (seed, mut random) in cases(200) {
        let text = mutated(&mut random, &[CONFIG]);
        names_its_place(seed, &text, Config::parse(&source(&text)));
    }
}

#[test]
fn a_damaged_keymap_or_theme_is_read_or_says_where_it_is_wrong() {
    for (seed, mut random) in cases(200) {
        let text = mutated(&mut random, &KEYMAPS.iter().map(|(_, text)| *text).collect::<Vec<_>>());
        names_its_place(seed, &text, Keymap::parse(&source(&text), NAMES, &|name, _| find(KEYMAPS, name)));
        let text = mutated(&mut random, &THEMES.iter().map(|(_, text)| *text).collect::<Vec<_>>());
        names_its_place(seed, &text, Theme::parse(&source(&text), Level::True, &|name, _| find(THEMES, name)));
    }
}

#[test]
fn a_damaged_story_or_pipeline_is_read_or_says_what_is_wrong() {
    for (seed, mut random) in cases(200) {
        let text = mutated(&mut random, &[Sim::story("every-endpoint").unwrap()]);
        assert!(Story::parse(&text).map_or_else(|why| !why.to_string().is_empty(), |_| true), "seed {seed}");
        let text = mutated(&mut random, &[DEFINITION]);
        let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        assert!(Definition::parse(&text).problem.is_some() || is_json, "seed {seed}: {text}");
    }
}

/// Takes a single look at a story, in virtual time.
fn look(story: &str) -> Observed {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let t = Harness::story(story).ready().await;
        let executor = t.executor().clone();
        let clock: Clock = executor.clock.clone();
        let preferences = Preferences::of(&Config::parse(&source(CONFIG)).unwrap());
        let observed = Observed { preferences: preferences.into(), at: clock(), ..Observed::default() };
        Look::take("x".into(), executor.aws.clone(), observed, &clock, Patience::default()).await.observed
    })
}

macro_rules! tables {
    ($($(#[$feature:meta])* $field:ident)+) => {
        /// The tables by name, and what makes each as it is before its first answer.
        const TABLES: &[(&str, fn(&mut Store))] = &[
            $($(#[$feature])* (stringify!($field), |store| store.$field = Table::default())),+
        ];
    };
}

tables!(
    alarms alarm_history endpoints groups packages configs inference_components models pipelines executions steps jobs
    other_jobs feature_groups topics subscriptions datasets metrics mute_rules event_rules schedules trail_events
    scalable_targets deployment_pipelines state_machines reports identity monitoring_schedules model_cards
    version_records check_reports workbenches projects quotas images metadata_items location_records
    #[cfg(feature = "kms")] keys
    #[cfg(feature = "configservice")] compliances
    #[cfg(feature = "glue")] schemas
    #[cfg(feature = "devopsguru")] insights
    #[cfg(feature = "health")] health_events
    #[cfg(feature = "ssm")] automation_executions
    #[cfg(feature = "ssm")] change_calendars
);

/// A fire must not look green because somebody may not read one of the tables.
#[test]
fn a_model_in_trouble_is_never_ok_while_a_table_is_not_read() {
    let accounts = ["capped-scaling", "every-endpoint", "silent-rollback", "stale"].map(look);
    assert_eq!(TABLES.len(), Kind::ALL.len(), "each kind has its table in the list");
    for account in &accounts {
        assert!(join(account).chains().iter().any(|chain| chain.health >= Health::Warning), "nothing is in trouble");
    }
    for (seed, mut random) in cases(200) {
        let whole = &accounts[random.usize(..accounts.len())];
        let mut observed = whole.clone();
        let unread: Vec<usize> = (0..random.usize(1..6)).map(|_| random.usize(..TABLES.len())).collect();
        for &table in &unread {
            TABLES[table].1(&mut observed.store);
        }
        let (whole, part) = (join(whole), join(&observed));
        for chain in whole.chains().iter().filter(|chain| chain.health >= Health::Warning) {
            let left = part.chain(chain.name).map_or(Health::Unknown, |left| left.health);
            let names: Vec<&str> = unread.iter().map(|&table| TABLES[table].0).collect();
            assert!(left >= Health::Unknown, "seed {seed}: {} is {left:?} without {names:?}", chain.name);
        }
    }
}

/// The keys that are pressed at random.
const KEYS: &str = "0 1 2 3 4 5 6 7 8 9 i enter esc tab j k G g / : ? m A c C l v y S f F T M s space home end \
                    down up left right backspace b a x t r n N w e 'é' '~[' ctrl-r ctrl-l ctrl-u";

/// Presses random keys, clicks, pastes and resizes. The console must not end. It must send nothing, because no random
/// text is the name of a target, and a plan is confirmed by typing that name.
#[tokio::test(start_paused = true)]
async fn random_input_does_not_end_the_console() {
    let keys: Vec<&str> = KEYS.split(' ').collect();
    for (seed, mut random) in cases(4) {
        let mut t = Harness::story("every-endpoint").ready().await;
        for _ in 0..250 {
            match random.u8(..20) {
                0 => t.resize(random.u16(1..220), random.u16(1..70)).await,
                1 => t.paste("a\u{1b}[31m\nb").await,
                2 => t.click_at(random.u16(..200), random.u16(..60)).await,
                3 => t.wheel(crossterm::event::MouseEventKind::ScrollDown).await,
                4 => t.run_for("5s").await,
                _ => t.press(keys[random.usize(..keys.len())]).await,
            }
        }
        t.resize(120, 36).await;
        assert!(t.sim().write_calls().is_empty(), "seed {seed} changed something: {:?}", t.sim().write_calls());
    }
}
