//! The command of AWS's command line that describes a thing, as data.

/// A command of AWS's command line, without region and profile: a program in a shell must not take it apart, so it is
/// kept as words.
///
/// See <https://docs.aws.amazon.com/cli/latest/reference/>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsCommand {
    /// The service, such as `sagemaker`.
    pub service: &'static str,
    /// The operation, such as `describe-endpoint`.
    pub operation: &'static str,
    /// The options with their values.
    pub options: Vec<(&'static str, String)>,
}

impl AwsCommand {
    /// Makes a command with one option.
    #[must_use]
    pub fn new(service: &'static str, operation: &'static str, option: &'static str, value: &str) -> Self {
        Self { service, operation, options: Vec::new() }.with(option, value)
    }

    /// Makes a command of `SageMaker` with one option.
    #[must_use]
    pub fn sagemaker(operation: &'static str, option: &'static str, value: &str) -> Self {
        Self::new("sagemaker", operation, option, value)
    }

    /// Adds an option.
    #[must_use]
    pub fn with(mut self, option: &'static str, value: impl Into<String>) -> Self {
        self.options.push((option, value.into()));
        self
    }

    /// Returns the words after `aws`. `None` where AWS's command line would take a value for something else: it reads a
    /// file or an address in the place of `file://…`, `fileb://…` and `http://…`.
    ///
    /// See <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html>.
    #[must_use]
    pub fn words(&self) -> Option<Vec<String>> {
        let mut words = vec![self.service.to_owned(), self.operation.to_owned()];
        for (option, value) in &self.options {
            let lower = value.to_ascii_lowercase();
            if ["file://", "fileb://", "http://", "https://"].iter().any(|scheme| lower.starts_with(scheme)) {
                return None;
            }
            // A value that begins with a dash would be an option of its own.
            if value.starts_with('-') {
                words.push(format!("--{option}={value}"));
            } else {
                words.extend([format!("--{option}"), value.clone()]);
            }
        }
        Some(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_a_value() {
        let words = |name: &str| {
            AwsCommand::new("cloudwatch", "describe-alarms", "alarm-names", name).words().map(|words| words.join(" "))
        };
        let cases = [
            ("P1-ctr", Some("cloudwatch describe-alarms --alarm-names P1-ctr")),
            ("--debug", Some("cloudwatch describe-alarms --alarm-names=--debug")),
            ("file:///etc/passwd", None),
            ("FILEB://x", None),
            ("https://x", None),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name).as_deref(), expected, "{name}");
        }
    }
}
