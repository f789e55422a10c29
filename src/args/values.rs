//! Values of options, written as people write them.

use std::time::Duration;

use crate::app::Opening;
use crate::intents::NEEDS;
use crate::sim::Sim;

pub(super) fn arn(text: &str) -> Result<String, String> {
    match Opening::arn(text) {
        Some(_) => Ok(text.to_owned()),
        None if text.starts_with("arn:") => Err("sagetop reads no things of this kind".to_owned()),
        None => Err("this is no command and no ARN; --help lists the commands".to_owned()),
    }
}

pub(super) fn intent(text: &str) -> Result<String, String> {
    let known: Vec<&str> = NEEDS.iter().map(|needs| needs.intent).collect();
    let is_known = known.contains(&text);
    is_known
        .then(|| text.to_owned())
        .ok_or_else(|| format!("there is no intent of this name; there are {}", known.join(", ")))
}

pub(super) fn factor(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('x').unwrap_or(text).parse().ok();
    number.filter(|n: &f64| (0.01..=10_000.0).contains(n)).ok_or_else(|| "write a factor such as 10x".to_owned())
}

pub(super) fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) =
        text.find(|c: char| c.is_ascii_alphabetic()).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""));
    let scale = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err("write a time such as 40ms, 2s or 5m".to_owned()),
    };
    let seconds = number.parse::<f64>().ok().map(|n| n * scale).filter(|s| (0.0..=600.0).contains(s));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "write a time such as 40ms, 2s or 5m, at most 10m".to_owned())
}

pub(super) fn timeout(text: &str) -> Result<Duration, String> {
    time(text).and_then(|time| {
        let enough = time >= Duration::from_millis(100);
        enough.then_some(time).ok_or_else(|| "no answer arrives in so short a time; write at least 100ms".to_owned())
    })
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.strip_suffix('%').and_then(|n| n.parse().ok());
    number
        .filter(|n| (0.0..=100.0).contains(n))
        .map(|n| n / 100.0)
        .ok_or_else(|| "write a share such as 20%".to_owned())
}

pub(super) fn rate(text: &str) -> Result<(String, f64), String> {
    let wrong = || "write a rate such as sagemaker=2/s".to_owned();
    let (service, number) = text.split_once('=').ok_or_else(wrong)?;
    let number: f64 = number.strip_suffix("/s").unwrap_or(number).parse().map_err(|_| wrong())?;
    if !number.is_finite() || number <= 0.0 {
        return Err(wrong());
    }
    if !Sim::services().any(|known| known == service) {
        let known: Vec<&str> = Sim::services().collect();
        return Err(format!("there is no service `{service}`; there are {}", known.join(", ")));
    }
    Ok((service.to_owned(), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_simulated_account_are_written_as_people_write_them() {
        assert_eq!((factor("10x"), factor("0.5")), (Ok(10.0), Ok(0.5)));
        assert_eq!((time("40ms"), time("2s")), (Ok(Duration::from_millis(40)), Ok(Duration::from_secs(2))));
        assert_eq!((share("20%"), rate("sagemaker=2/s")), (Ok(0.2), Ok(("sagemaker".into(), 2.0))));
        assert_eq!((timeout("30s"), timeout("1m")), (Ok(Duration::from_secs(30)), Ok(Duration::from_mins(1))));
        assert!(timeout("0s").is_err() && timeout("30").is_err() && timeout("-1s").is_err() && timeout("1h").is_err());
        assert!(factor("fast").is_err() && factor("-1x").is_err() && time("40").is_err() && time("1h").is_err());
        assert!(share("0.2").is_err() && share("120%").is_err() && rate("=2").is_err() && rate("s3=0/s").is_err());
        assert!(rate("sage=2/s").unwrap_err().contains("sagemaker"));
    }
}
