//! A command of the configuration on one thing: what exactly is run.

use std::time::Duration;

use crate::config::{Command, Placeholder, RunIn};
use crate::handles::{Handle, Place, What};

/// The program that is run, and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Its name with that of the thing, for the screen.
    pub title: String,
    /// The program and its arguments.
    pub words: Vec<String>,
    /// Variables that are added to the environment.
    pub environment: Vec<(&'static str, String)>,
    /// The time that it may take.
    pub timeout: Duration,
}

/// The names of one thing, as a command takes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: Option<String>,
}

impl About {
    /// Takes the names from the handles of a thing.
    #[must_use]
    pub fn of(handles: &[Handle]) -> Self {
        let text = |what: &What| handles.iter().find(|handle| handle.what == *what).map(|handle| handle.text.clone());
        let id = || text(&What::Id);
        Self { name: text(&What::Name).or_else(id).unwrap_or_default(), arn: text(&What::Arn) }
    }
}

impl Invocation {
    /// Fills a command with the names of a thing.
    ///
    /// # Errors
    /// The reason as a phrase: a placeholder without a value, or a value that a program would take for an option.
    pub fn new(command: &Command, place: Place<'_>, about: &About) -> Result<Self, String> {
        let value = |placeholder: Placeholder| match placeholder {
            Placeholder::Arn => about.arn.clone(),
            Placeholder::Name => Some(about.name.clone()).filter(|name| !name.is_empty()),
            Placeholder::Region => Some(place.region.to_owned()),
            Placeholder::Profile => place.profile.map(str::to_owned),
            Placeholder::Account => place.account.map(str::to_owned),
        };
        let fill = |(at, arg): (usize, &crate::config::Template)| {
            let word = arg.fill(value).map_err(|missing| format!("there is no {missing} here"))?;
            if at > 0 && word.starts_with('-') && !arg.begins_with(&["-"]) {
                return Err(format!("{word:?} begins with a dash, and would be taken for an option"));
            }
            Ok(word)
        };
        let words: Vec<String> = command.args.iter().enumerate().map(fill).collect::<Result<_, String>>()?;
        let words = if command.shell { [vec!["sh".to_owned(), "-c".to_owned()], words].concat() } else { words };
        let variables = [
            ("SAGETOP_NAME", Placeholder::Name),
            ("SAGETOP_ARN", Placeholder::Arn),
            ("SAGETOP_REGION", Placeholder::Region),
            ("SAGETOP_PROFILE", Placeholder::Profile),
            ("SAGETOP_ACCOUNT", Placeholder::Account),
        ];
        let environment = variables.into_iter().map(|(name, from)| (name, value(from).unwrap_or_default())).collect();
        let title = format!("{} {}", command.name, about.name).trim_end().to_owned();
        Ok(Self { title, words, environment, timeout: command.timeout })
    }

    /// Returns whether a command runs on the terminal, in the place of the console.
    #[must_use]
    pub fn is_in_front(command: &Command) -> bool {
        command.run == RunIn::Foreground
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Source};

    #[test]
    fn values_are_words_of_their_own_and_never_options() {
        let text = r#"
            [[command]]
            name = "describe"
            args = ["aws", "x", "--name", "{name}", "--at={region}", "{{}}"]
        "#;
        let config = Config::parse(&Source { file: "x".into(), text: text.into() }).unwrap();
        let place = Place { region: "eu-west-1", account: None, profile: None, links: &[] };
        let made = |name: &str| Invocation::new(&config.commands[0], place, &About { name: name.into(), arn: None });
        let hostile = "a b; rm -rf ~ $(id)";
        let words = made(hostile).unwrap().words;
        assert_eq!(words, ["aws", "x", "--name", hostile, "--at=eu-west-1", "{}"]);
        assert!(made("--endpoint-url=http://evil").unwrap_err().contains("an option"));
        assert!(made("").unwrap_err().contains("{name}"));
        let environment = made("x").unwrap().environment;
        assert!(
            environment.contains(&("SAGETOP_NAME", "x".into()))
                && environment.contains(&("SAGETOP_ARN", String::new()))
        );
    }
}
