use super::*;

fn reply(body: &str) -> Reply {
    Reply { status: 200, headers: Vec::new(), body: body.to_owned().into() }
}

/// `a1 b1>t`: the things `a` and `b` in version 1, and a token.
fn take(page: Option<&str>, listing: &str) -> Take {
    let (things, token) = listing.split_once('>').unwrap_or((listing, ""));
    let things: Vec<String> = things
        .split_whitespace()
        .map(|thing| {
            let (name, version) = thing.split_at(1);
            format!(r#"{{"Endpoint":{{"EndpointName":"x","EndpointArn":"{name}","Version":{version}.0}}}}"#)
        })
        .collect();
    let token = if token.is_empty() { String::new() } else { format!(r#","NextToken":"{token}""#) };
    let reply = reply(&format!(r#"{{"Results":[{}]{token}}}"#, things.join(",")));
    Take {
        at: jiff::Timestamp::UNIX_EPOCH,
        page: page.map(str::to_owned),
        next: next(&reply),
        partial: false,
        key: String::new(),
        reply: Arc::new(reply),
        until: None,
        reaches: 0,
    }
}

fn seen(takes: &[Take], upto: usize) -> String {
    let mut fold = Fold::default();
    fold.advance(takes, upto);
    let page = fold.page(&takes[0].reply, &Pick::default(), 0).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
    let things = value["Results"].as_array().unwrap().iter().map(|thing| {
        let thing = &thing["Endpoint"];
        format!("{}{}", thing["EndpointArn"].as_str().unwrap(), thing["Version"].as_f64().unwrap())
    });
    things.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_first_page_lies_over_an_earlier_reading_of_all() {
    let takes = [
        take(None, "a1 b1>t"),
        take(Some("t"), "c1 d1"),
        take(None, "c2 a1>u"),
        take(None, "e1 c2>v"),
        take(None, "e1 c3>w"),
        take(Some("w"), "a1"),
    ];
    let all: Vec<String> = (1..=takes.len()).map(|upto| seen(&takes, upto)).collect();
    assert_eq!(
        all,
        ["a1 b1", "a1 b1 c1 d1", "c2 a1 b1 d1", "e1 c2 a1 b1 d1", "e1 c3 a1 b1 d1", "e1 c3 a1"],
        "what a whole reading does not name is gone"
    );
    let mut fold = Fold::default();
    fold.advance(&takes, 6);
    fold.advance(&takes, 3);
    assert_eq!(fold.base.len() + fold.pending.len(), 6, "going back begins anew");
}

#[test]
fn a_reading_whose_beginning_is_lost_and_errors_change_nothing_else() {
    let mut failed = take(None, "");
    failed.reply = Arc::new(Reply { status: 400, ..reply("{}") });
    let takes = [take(None, "a1 b1"), failed, take(Some("lost"), "b2 c1")];
    assert_eq!(seen(&takes, 2), "a1 b1");
    assert_eq!(seen(&takes, 3), "b2 c1 a1");
}

#[test]
fn alarms_are_told_of_in_parts_and_as_a_whole() {
    let alarms = |all: &[(&str, &str)], partial: bool| {
        let alarm = |(name, state): &(&str, &str)| {
            Tree::Map(vec![("AlarmName".into(), (*name).into()), ("StateValue".into(), (*state).into())])
        };
        let tree = Tree::Map(vec![("MetricAlarms".into(), Tree::List(all.iter().map(alarm).collect()))]);
        let reply = Reply { status: 200, headers: Vec::new(), body: tree.write().into() };
        Take { partial, reply: Arc::new(reply), ..take(None, "") }
    };
    let takes = [
        alarms(&[("a", "OK"), ("b", "OK")], false),
        alarms(&[("b", "ALARM")], true),
        alarms(&[("b", "OK")], true),
        alarms(&[("a", "OK")], false),
    ];
    let told = |upto, pick: &Pick| {
        let mut fold = Fold::default();
        fold.advance(&takes, upto);
        let tree = Tree::read(&fold.page(&takes[0].reply, pick, 0).unwrap().body).unwrap();
        let alarms = tree.get("MetricAlarms").map(Tree::items).unwrap_or_default().iter();
        let words =
            alarms.map(|a| ["AlarmName", "StateValue"].map(|name| a.get(name).unwrap().text().unwrap()).join(" "));
        words.collect::<Vec<_>>().join(", ")
    };
    let all = Pick::default();
    assert_eq!([1, 2, 3, 4].map(|n| told(n, &all)), ["a OK, b OK", "b ALARM, a OK", "b OK, a OK", "a OK"]);
    let firing = crate::aws::tape::family::of("monitoring", "DescribeAlarms", r#"{"StateValue":"ALARM"}"#).unwrap().1;
    assert_eq!([1, 2, 3].map(|n| told(n, &firing)), ["", "b ALARM", ""]);
}

#[test]
fn long_listings_have_pages_with_tokens_of_our_own() {
    let things: Vec<String> = (0..250).map(|n| format!(r#"{{"Name":"{n}"}}"#)).collect();
    let whole = reply(&format!(r#"{{"Total":250,"Results":[{}],"NextToken":"t"}}"#, things.join(",")));
    let take = Take {
        at: jiff::Timestamp::UNIX_EPOCH,
        page: None,
        next: next(&whole),
        partial: false,
        key: String::new(),
        reply: Arc::new(whole),
        until: None,
        reaches: 0,
    };
    let mut fold = Fold::default();
    fold.advance(std::slice::from_ref(&take), 1);
    let (mut from, mut count, mut pages) = (Some(0), 0, 0);
    while let Some(place) = from {
        let page = fold.page(&take.reply, &Pick::default(), place).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
        assert_eq!(value["Total"], 250);
        (count, pages) = (count + value["Results"].as_array().unwrap().len(), pages + 1);
        from = next(&page).map(|token| ours(&token).unwrap().1);
    }
    assert_eq!((count, pages), (250, 3));
    assert_eq!(ours("AAMA-Eb"), None);
}

#[test]
fn tokens_are_found_in_every_kind_of_reply() {
    assert_eq!(next(&reply(r#"{"NextToken":"a\"b"}"#)).as_deref(), Some("a\"b"));
    assert_eq!(next(&reply("<R><NextToken>a&amp;b</NextToken></R>")).as_deref(), Some("a&b"));
    assert_eq!(next(&reply("<R><NextContinuationToken>c</NextContinuationToken></R>")).as_deref(), Some("c"));
    let tree = Tree::Map(vec![("NextToken".into(), "d".into())]);
    let cbor = Reply { status: 200, headers: Vec::new(), body: tree.write().into() };
    assert_eq!(next(&cbor).as_deref(), Some("d"));
    for nothing in ["", "{}", r#"{"NextToken":""}"#, "{", "<R/>", "x"] {
        assert_eq!(next(&reply(nothing)), None, "{nothing}");
    }
}
