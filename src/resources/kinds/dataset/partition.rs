//! Finds the newest date that holds data, level by level, from the newest date on.
//!
//! S3 lists by name, not by time, so folders that are named after dates show what is newest.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::objects::{Ask, Found, Listed, Lister, PAGES, key_of};
use crate::aws::AwsError;
use crate::config::{PartialDate, Pattern, Segment};

/// The days to search back, one window after the other, until there is data; the last one has all dates.
const WINDOWS: [Option<i64>; 3] = [Some(31), Some(400), None];

/// The usual formats of folders that are named after dates, where the configuration gives none. The index is the number
/// of fields that the folders above give: year, month, day.
const USUAL: [&[&str]; 4] = [
    &["yyyy-MM-dd", "yyyyMMdd", "yyyy_MM_dd", "yyyy-MM-dd-HH", "yyyyMMddHH", "yyyy-MM", "yyyyMM", "yyyy"],
    &["MM", "M", "yyyy-MM", "yyyyMM", "yyyy-MM-dd", "yyyyMMdd"],
    &["dd", "d", "MM-dd", "yyyy-MM-dd", "yyyyMMdd"],
    &["HH", "H", "yyyy-MM-dd-HH", "yyyyMMddHH"],
];

/// A folder that is still to be searched.
struct Step {
    prefix: String,
    level: usize,
    date: PartialDate,
}

/// Finds the newest date of a pattern that holds data.
pub(super) async fn newest(lister: &mut Lister<'_>, pattern: &Pattern, at: Timestamp) -> Result<Found, AwsError> {
    for window in WINDOWS {
        let found = within(lister, pattern, at, window).await?;
        // Where folders do not sort as their dates do, all of them were searched.
        let all = first_after(pattern, at, window).is_none();
        if all || found.newest.is_some() || found.unsure.is_some() {
            return Ok(found);
        }
    }
    Ok(Found::default())
}

/// Returns the name after which the folders of a window begin; `None` when they begin with the first.
fn first_after(pattern: &Pattern, at: Timestamp, window: Option<i64>) -> Option<String> {
    let (segment, _) = pattern.levels.first()?;
    segment.name_of(day(at, -window?)?)
}

async fn within(
    lister: &mut Lister<'_>,
    pattern: &Pattern,
    at: Timestamp,
    window: Option<i64>,
) -> Result<Found, AwsError> {
    let (today, tomorrow) = (day(at, 0).unwrap_or_default(), day(at, 1).unwrap_or_default());
    let mut steps = vec![Step { prefix: pattern.stem.clone(), level: 0, date: PartialDate::default() }];
    let mut unsure = None;
    // Data with the date of tomorrow may have been written early; then today's data may be newer.
    let mut early: Option<Found> = None;
    while let Some(step) = steps.pop() {
        if lister.exhausted() {
            return Ok(Found { unsure: Some(exhausted(&step.prefix)), ..Found::default() });
        }
        let Some((segment, plain)) = pattern.levels.get(step.level) else {
            let mut found = all_below(lister, &step.prefix, &pattern.stem).await?;
            if found.newest.is_none() && found.unsure.is_none() {
                continue;
            }
            found.unsure = found.unsure.or_else(|| unsure.clone());
            if !step.date.begins_by(today) && early.is_none() {
                early = Some(found);
                continue;
            }
            return Ok(early.filter(|early| early.newest > found.newest).unwrap_or(found));
        };
        let open = !pattern.closed && step.level + 1 == pattern.levels.len() && plain.is_empty();
        let after = first_after(pattern, at, window).filter(|_| step.level == 0);
        let after = after.map(|name| format!("{}{name}", step.prefix));
        let prefix = format!("{}{}", step.prefix, segment.head());
        let inside = lister.list(Ask { prefix: &prefix, folders: true, after: after.as_deref() }, None, PAGES).await?;
        let last_seen = inside.folders.last().map(|folder| below(folder, &step.prefix).to_owned());
        let all_dates = segment.name_of(tomorrow).zip(last_seen).is_some_and(|(last, observed)| observed > last);
        if inside.more() && !all_dates {
            unsure = Some(format!("more than {},000 folders in {}", PAGES, step.prefix));
        }
        steps.extend(dated(&inside, &step, segment, open, tomorrow).into_iter().map(|(date, name)| {
            let prefix = if open { format!("{}{name}", step.prefix) } else { format!("{}{name}/{plain}", step.prefix) };
            Step { prefix, level: step.level + 1, date }
        }));
    }
    Ok(early.unwrap_or(Found { unsure, ..Found::default() }))
}

/// Returns the names in a listing that are dates of data, the newest last.
fn dated(
    listed: &Listed,
    step: &Step,
    segment: &Segment,
    open: bool,
    tomorrow: PartialDate,
) -> Vec<(PartialDate, String)> {
    let folders = listed.folders.iter().map(|folder| below(folder, &step.prefix).to_owned());
    let keys = listed.objects.iter().filter(|_| open).map(|object| below(&key_of(object), &step.prefix).to_owned());
    let date = |name: String| Some((segment.date(&name, step.date, open)?, name));
    let mut dates: Vec<_> = folders.chain(keys).filter_map(date).collect();
    dates.retain(|(date, _)| date.begins_by(tomorrow));
    dates.sort();
    dates
}

/// Reads everything below one prefix. The newest object is known unless there is more than is read.
pub(super) async fn all_below(lister: &mut Lister<'_>, prefix: &str, named: &str) -> Result<Found, AwsError> {
    let inside = lister.list(Ask { prefix, folders: false, after: None }, None, PAGES).await?;
    let mut found = Found { capped: inside.more(), ..Found::default() };
    found.add(&inside.objects, named);
    found.unsure = found.capped.then(|| format!("more than {PAGES},000 objects in {prefix}"));
    Ok(found)
}

/// Finds the newest date where the configuration gives no format of folders; `None` when they are not named after
/// dates.
pub(super) async fn guessed(lister: &mut Lister<'_>, prefix: &str, at: Timestamp) -> Result<Option<Found>, AwsError> {
    let tomorrow = day(at, 1).unwrap_or_default();
    let stem = if prefix.is_empty() || prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") };
    let mut steps = vec![Step { prefix: stem, level: 0, date: PartialDate::default() }];
    // Objects beside the folders with dates are data as well.
    let mut beside = Found::default();
    // Folders beside them with other names are not searched, so the newest object may be in one of those.
    let mut aside: Option<String> = None;
    while let Some(step) = steps.pop() {
        if lister.exhausted() {
            return Ok(Some(Found { capped: true, unsure: Some(exhausted(&step.prefix)), ..beside }));
        }
        let inside = lister.list(Ask { prefix: &step.prefix, folders: true, after: None }, None, PAGES).await?;
        let segment = usual(&inside, &step);
        let Some(segment) = segment.filter(|_| inside.next.is_none()) else {
            if step.level == 0 {
                return Ok(None);
            }
            let found = all_below(lister, &step.prefix, prefix).await?;
            if found.newest.is_some() || found.unsure.is_some() {
                let newest = beside.newest.max(found.newest);
                let unsure = found.unsure.clone().or(aside);
                return Ok(Some(Found { capped: true, newest, unsure, ..found }));
            }
            continue;
        };
        beside.add(&inside.objects, prefix);
        aside = aside.or_else(|| other_folder(&inside, &step, &segment));
        steps.extend(dated(&inside, &step, &segment, false, tomorrow).into_iter().map(|(date, name)| Step {
            prefix: format!("{}{name}/", step.prefix),
            level: step.level + 1,
            date,
        }));
    }
    Ok(beside.newest.is_some().then_some(Found { capped: true, ..beside }))
}

/// Returns a reason that names a folder which may hold data and is not named after a date as the others are.
fn other_folder(listed: &Listed, step: &Step, segment: &Segment) -> Option<String> {
    let mut names = listed.folders.iter().map(|folder| below(folder, &step.prefix));
    // Names that begin like this are those of markers. The Hive partition holds rows without a date.
    let holds = |name: &&str| !name.starts_with(['_', '.']) && !name.contains("__HIVE_DEFAULT_PARTITION__");
    let other = names.find(|name| holds(name) && segment.date(name, step.date, false).is_none())?;
    Some(format!("{}{other}/ is not named after a date as its neighbours are", step.prefix))
}

/// Returns the format in which most of the folders in a listing are named, if that is after dates.
fn usual(listed: &Listed, step: &Step) -> Option<Segment> {
    let names: Vec<&str> = listed.folders.iter().map(|folder| below(folder, &step.prefix)).collect();
    let formats = USUAL.get(step.date.fields())?;
    let segments = names.iter().flat_map(|name| {
        let key = name.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
        // A short number is a year or a month only if it stands alone, or after a key and `=`.
        let plain = key.is_empty() || key.ends_with('=');
        formats
            .iter()
            .filter(move |format| plain || format.len() > 4)
            .filter_map(|format| Segment::of_date(key, format))
    });
    let dates = |segment: &Segment| names.iter().filter(|name| segment.date(name, step.date, false).is_some()).count();
    let (count, segment) =
        segments.take(200).map(|segment| (dates(&segment), segment)).max_by_key(|(count, _)| *count)?;
    (count * 2 > names.len()).then_some(segment)
}

/// Returns the name of a folder in another, without its slash.
fn below<'a>(folder: &'a str, prefix: &str) -> &'a str {
    let name = folder.strip_prefix(prefix).unwrap_or(folder);
    name.strip_suffix('/').unwrap_or(name)
}

fn exhausted(prefix: &str) -> String {
    format!("too many folders without data before {prefix}")
}

/// Returns the day that is so many days from now, in UTC.
fn day(at: Timestamp, days: i64) -> Option<PartialDate> {
    let date: Date = TimeZone::UTC.to_datetime(at).date().checked_add(days.days()).ok()?;
    let number = |n: i8| u16::try_from(n).ok();
    Some(PartialDate::day(u16::try_from(date.year()).ok()?, number(date.month())?, number(date.day())?))
}
