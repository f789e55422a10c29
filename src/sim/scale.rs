//! The number of resources beyond the story, for tests and benchmarks.

use std::str::FromStr;

/// The numbers of generated resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scale {
    /// The endpoints. There are half as many models, each with a group and a pipeline.
    pub endpoints: usize,
    /// The versions in the registry.
    pub versions: usize,
    /// The alarms.
    pub alarms: usize,
    /// The training jobs.
    pub jobs: usize,
}

/// The scales by name.
const NAMED: &[(&str, Scale)] = &[
    ("small", Scale { endpoints: 6, versions: 50, alarms: 40, jobs: 120 }),
    ("medium", Scale { endpoints: 60, versions: 800, alarms: 300, jobs: 2_000 }),
    ("large", Scale { endpoints: 200, versions: 6_000, alarms: 1_500, jobs: 20_000 }),
    ("fleet", Scale { endpoints: 10_000, versions: 100_000, alarms: 20_000, jobs: 50_000 }),
];

/// The largest number for each part of an account.
const MOST: usize = 200_000;

impl FromStr for Scale {
    type Err = String;

    /// Reads a name, or numbers such as `E=200,V=6000,A=1500,J=20000`; the error is a sentence with the allowed values.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some((_, scale)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(*scale);
        }
        let mut scale = Self::default();
        for part in text.split(',') {
            let wrong = || {
                format!(
                    "`{part}` is no scale: write small, medium, large, fleet, or numbers such as E=200,V=6000,A=1500,J=20000"
                )
            };
            let (letter, number) = part.split_once('=').ok_or_else(wrong)?;
            let number: usize = number.trim().parse().ok().filter(|n| *n <= MOST).ok_or_else(wrong)?;
            match letter.trim() {
                "E" => scale.endpoints = number,
                "V" => scale.versions = number,
                "A" => scale.alarms = number,
                "J" => scale.jobs = number,
                _ => return Err(wrong()),
            }
        }
        Ok(scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_read() {
        assert_eq!("E=2,V=10".parse(), Ok(Scale { endpoints: 2, versions: 10, ..Scale::default() }));
        assert_eq!("large".parse::<Scale>().unwrap().jobs, 20_000);
        for text in ["", "huge", "E", "E=x", "X=1", "E=999999999"] {
            assert!(text.parse::<Scale>().is_err(), "{text}");
        }
    }
}
