//! The text of an AWS configuration file, with the number of each line.
//!
//! The rules are those of the AWS command line, which accepts more than the SDK's own reader: the SDK rejects the whole
//! file because of one indented line. An unreadable line loses only itself, and is reported if its section is needed.

/// One `[section]` and its settings.
#[derive(Default)]
pub(super) struct Section {
    /// The text between the brackets.
    pub(super) header: String,
    /// The settings, oldest first. If a name occurs twice, the last one counts.
    pub(super) settings: Vec<Setting>,
    /// The lines of the section that cannot be read.
    pub(super) faults: Vec<Fault>,
}

/// One `name = value`; the value may be a key, so it cannot be printed.
#[derive(Clone)]
pub(super) struct Setting {
    /// The name in lower case.
    pub(super) name: String,
    /// The value without the comment after it.
    pub(super) value: String,
    /// The settings below this one, which are indented more: `name = value` by lower-case name.
    pub(super) nested: Vec<(String, String)>,
    /// Counted from 1.
    pub(super) line: usize,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Counted from 1.
    pub(super) line: usize,
    /// The problem, as the end of a sentence about the line.
    pub(super) why: &'static str,
}

/// Parses a file. The lines before the first section, or below a header that cannot be read, are in a section without a
/// name.
pub(super) fn parse(bytes: &[u8]) -> Vec<Section> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // An invalid byte is most often an umlaut in a comment, so it is replaced.
    let text = String::from_utf8_lossy(bytes);
    let (mut sections, mut section) = (Vec::new(), Section::default());
    // The indent of the last setting; a line with more indent belongs to that setting.
    let mut depth = None;
    for (number, raw) in text.lines().enumerate() {
        let (line, number) = (raw.trim(), number + 1);
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let indented = raw.len() - raw.trim_start().len();
        if let (Some(last), true) = (section.settings.last_mut(), depth.is_some_and(|depth| indented > depth)) {
            last.nested.extend(pair(line));
            continue;
        }
        depth = None;
        if line.starts_with('[') {
            sections.push(std::mem::take(&mut section));
            match header(line) {
                Some(header) => header.clone_into(&mut section.header),
                None => section.faults.push(Fault { line: number, why: "begins with [ and has no ]" }),
            }
            continue;
        }
        match pair(line) {
            Some((name, value)) => {
                depth = Some(indented);
                section.settings.push(Setting { name, value, nested: Vec::new(), line: number });
            }
            None => section.faults.push(Fault { line: number, why: "is neither a [section] nor a name = value" }),
        }
    }
    sections.push(section);
    sections
}

/// Returns the name of a section. The text after its bracket is ignored.
fn header(line: &str) -> Option<&str> {
    let (header, _) = line.strip_prefix('[')?.split_once(']')?;
    Some(header.trim()).filter(|header| !header.is_empty())
}

/// Splits a line into a name in lower case and a value without its comment.
fn pair(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(['=', ':'])?;
    let name = name.trim().to_ascii_lowercase();
    (!name.is_empty()).then(|| (name, without_comment(value).trim().to_owned()))
}

/// Removes the comment, which begins with # or ; after a blank.
fn without_comment(value: &str) -> &str {
    let begins = [" #", " ;", "\t#", "\t;"];
    begins
        .iter()
        .filter_map(|begin| value.split_once(begin))
        .map(|(before, _)| before)
        .min_by_key(|b| b.len())
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cases, mutated};

    /// Writes `[header] name=value{nested=value} !line` for each section that is not empty.
    fn told(bytes: &[u8]) -> String {
        let nested = |all: &[(String, String)]| match all {
            [] => String::new(),
            all => format!("{{{}}}", all.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join(",")),
        };
        let told = |section: Section| {
            let settings = section.settings.iter().map(|s| format!("{}={}{}", s.name, s.value, nested(&s.nested)));
            let faults = section.faults.iter().map(|fault| format!("!{}", fault.line));
            let all: Vec<String> = settings.chain(faults).collect();
            (!section.header.is_empty() || !all.is_empty()).then(|| format!("[{}] {}", section.header, all.join(" ")))
        };
        parse(bytes).into_iter().filter_map(told).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_file_is_read_as_the_aws_command_line_reads_it() {
        let cases: &[(&[u8], &str)] = &[
            (b"[default]\nregion = eu-west-1\n", "[default] region=eu-west-1"),
            (b"[default]\r\nregion = eu-west-1\r\n", "[default] region=eu-west-1"),
            (b"\xef\xbb\xbf[default]\nRegion=eu-west-1", "[default] region=eu-west-1"),
            (b"# M\xfcller\n[a]\nx = 1", "[a] x=1"),
            (b"[a] /* note */\nx = 1", "[a] x=1"),
            (b"  [ a ]  # note [b]\n  x: 1\n  y = 2", "[a] x=1 y=2"),
            (b"[a]\n  x = 1\n  y = 2\nz = 3", "[a] x=1 y=2 z=3"),
            (b"[a]\ns3 =\n  # note\n\n  path = x\n  more = y\nz = 3", "[a] s3={path=x,more=y} z=3"),
            (b"[a]\nx = 1 ; Ireland\ny = 2#3\nz = #\nurl = http://h:1/?a=b", "[a] x=1 y=2#3 z= url=http://h:1/?a=b"),
            (b"[a]\nx = 1\njust words\ny = 2\n= 3", "[a] x=1 y=2 !3 !5"),
            (b"just words\nx = 1\n[a]\ny = 2", "[] x=1 !1 [a] y=2"),
            (b"[a]\nx = 1\n[b\ny = 2\n[c]\nz = 3", "[a] x=1 [] y=2 !3 [c] z=3"),
            (b"", ""),
        ];
        for (bytes, expected) in cases {
            assert_eq!(told(bytes), *expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_damaged_file_is_read_as_far_as_it_goes() {
        let file =
            "[default]\nregion = eu-west-1\n[profile x]\ns3 =\n  addressing_style = path # so\n[sso-session a]\n";
        for (seed, mut random) in cases(300) {
            let text = mutated(&mut random, &[file]);
            let sections = parse(text.as_bytes()).len();
            assert!(sections <= 1 + text.matches('[').count(), "seed {seed}: {sections} sections in {text:?}");
        }
    }
}
