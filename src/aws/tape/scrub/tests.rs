use super::*;
use crate::aws::tape::asked::tests::{json, request};

fn sns() -> Asked {
    Asked::of(&request("sns", "https://sns/", &[], b"Action=ListSubscriptions")).unwrap()
}

fn reply(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: body.to_owned().into() }
}

fn kept(asked: &Asked, status: u16, body: &str) -> Option<String> {
    let kept = scrub(asked, &reply(status, body))?;
    Some(String::from_utf8(kept.reply().body.to_vec()).unwrap())
}

#[test]
fn credentials_and_signatures_are_replaced_wherever_they_stand() {
    let asked = Asked::of(&json("DescribeTrainingJob", "{}")).unwrap();
    let hostile = [
        r#"{"Environment":{"DB":"S3CR3T","N":{"deep":["S3CR3T"]}}}"#,
        r#"{"Credentials":{"SecretAccessKey":"S3CR3T","SessionToken":"S3CR3T","AccessKeyId":"S3CR3T"}}"#,
        r#"{"HyperParameters":{"db_password":"S3CR3T","wandb-api-key":"S3CR3T"}}"#,
        r#"{"Tags":[{"Key":"db-password","Value":"S3CR3T"}]}"#,
        r#"{"HyperParameters":{"HF_TOKEN":"S3CR3T","git.credentials":"S3CR3T"}}"#,
        r#"{"ContainerArguments":["--lr","0.1","--api-key","S3CR3T","--hub-token=S3CR3T"]}"#,
        r#"{"ContainerEntrypoint":["bash","-c","export HF_TOKEN='S3CR3T' DB_PASSWORD=S3CR3T; train"]}"#,
        r#"{"Parameters":[{"Name":"DbPassword","Type":"String","DefaultValue":"S3CR3T"}]}"#,
        r#"{"Url":"https://b.s3.amazonaws.com/k?X-Amz-Algorithm=a&X-Amz-Credential=S3CR3T&X-Amz-Signature=S3CR3T"}"#,
        r#"{"Url":"https://studio/?to=https%3A%2F%2Fb%2Fk%3FX-Amz-Security-Token%3DS3CR3T%26x%3D1"}"#,
        r#"{"message":"x-amz-security-token:S3CR3T is invalid"}"#,
        r#"{"message":"The Canonical String for this request should have been 'POST\n/\n\nS3CR3T'"}"#,
        r#"{"Git":"https://bot:S3CR3T@git.example/repo"}"#,
        r#"{"PipelineDefinition":"{\"Steps\":[{\"Arguments\":{\"Environment\":{\"K\":\"S3CR3T\"}}}]}"}"#,
        r"<Error><Code>SignatureDoesNotMatch</Code><StringToSign>S3CR3T</StringToSign><AWSAccessKeyId>S3CR3T</AWSAccessKeyId></Error>",
        r"<R><U>https://b/k?X-Amz-Signature=S3CR3T&amp;x=1</U><P><![CDATA[https://a:S3CR3T@h]]></P><!-- S3CR3T --></R>",
        r#"<html><a href="https://a:S3CR3T@h">x</a></html>"#,
        "not JSON: x-amz-security-token: S3CR3T and https://b/k?X-Amz-Signature=S3CR3T",
        r#"{"cut": "https://b/k?X-Amz-Signature=S3CR3T"#,
    ];
    for body in hostile {
        for status in [200, 403] {
            let kept = kept(&asked, status, body).unwrap();
            assert!(!kept.contains("S3CR3T"), "{body}\n{kept}");
            assert!(kept.contains(MARK), "{kept}");
        }
    }
    assert!(!kept(&asked, 200, r#"{"m":"key AKIAIOSFODNN7EXAMPLE"}"#).unwrap().contains("IOSFODNN7"));
}

#[test]
fn what_is_not_secret_is_kept_byte_by_byte() {
    let asked = Asked::of(&json("DescribeEndpoint", "{}")).unwrap();
    for body in [
        r#"{"CreationTime": 1.795403400123E9, "NextToken":"AAMA-Eb", "SecretArn":"arn:aws:x", "Tags":[{"Key":"k","Value":"v"}]}"#,
        r#"{"ContainerArguments":["--max-tokens","512","--tokenizer=bpe"],"Url":"https://b/k?page=2&NextToken=t"}"#,
        r#"<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Key>a &amp; b</Key><NextContinuationToken>t</NextContinuationToken></ListBucketResult>"#,
        "epoch,loss\n1,0.5\n",
        "",
    ] {
        assert_eq!(kept(&asked, 200, body).as_deref(), Some(body));
    }
}

#[test]
fn cbor_is_cleaned_as_well() {
    let path = "https://monitoring/service/GraniteServiceVersion20100801/operation/DescribeAlarms";
    let asked = Asked::of(&request("monitoring", path, &[], b"")).unwrap();
    let tree = |description: &str, secret: &str| {
        let alarm = Tree::Map(vec![
            ("AlarmDescription".into(), description.into()),
            ("ApiKey".into(), secret.into()),
            ("Threshold".into(), Tree::Float(0.5)),
        ]);
        Tree::Map(vec![("MetricAlarms".into(), Tree::List(vec![alarm]))])
    };
    let raw = tree("see https://ana:S3CR3T@wiki.example/x", "S3CR3T").write();
    let kept = scrub(&asked, &Reply { status: 200, headers: Vec::new(), body: raw.into() }).unwrap();
    let cleaned = tree("see https://redacted@wiki.example/x", MARK);
    assert_eq!(Tree::read(&kept.reply().body), Some(cleaned));
}

#[test]
fn addresses_of_people_are_cut_in_every_reply_about_subscriptions() {
    let member = |endpoint: &str| format!("<member><Endpoint>{endpoint}</Endpoint><Protocol>p</Protocol></member>");
    let cases = [
        ("ana.lopez@shop.example", "a…@shop.example"),
        ("a…@shop.example", "a…@shop.example"),
        ("nonsense", "…"),
        ("+34600111222", "+34…22"),
        ("+34…22", "+34…22"),
        ("https://events.pager.example/key/S3CR3T?x=1", "https://events.pager.example/…"),
        ("https://user:pw@host.example/x", "https://host.example/…"),
        ("https://events.pager.example?key=S3CR3T", "https://events.pager.example/…"),
        ("arn:aws:lambda:eu-west-1:1:function:fix", "arn:aws:lambda:eu-west-1:1:function:fix"),
    ];
    let form = |body: &[u8]| Asked::of(&request("sns", "https://sns/", &[], body)).unwrap();
    let by_topic = form(b"Action=ListSubscriptionsByTopic&TopicArn=arn:aws:sns:eu-west-1:1:page");
    for (endpoint, wanted) in cases {
        assert_eq!(kept(&sns(), 200, &member(endpoint)), Some(member(wanted)));
        assert_eq!(kept(&by_topic, 200, &member(endpoint)), Some(member(wanted)));
    }
    let topic = form(b"Action=GetTopicAttributes&TopicArn=arn:aws:sns:eu-west-1:1:page");
    let key = "<entry><key>KmsMasterKeyId</key><value>alias/aws/sns</value></entry>";
    assert_eq!(kept(&topic, 200, key).as_deref(), Some(key), "what is read of a topic is kept");
    let attributes = "<entry><key>Endpoint</key><value>34600111222</value></entry><m>mail to ana@shop.example now</m>";
    let wanted = "<entry><key>Endpoint</key><value>…</value></entry><m>mail to a…@shop.example now</m>";
    assert_eq!(kept(&sns(), 200, &format!("<r>{attributes}</r>")), Some(format!("<r>{wanted}</r>")));
    // What cannot be looked through is not kept.
    assert_eq!(kept(&sns(), 200, "<html><br>ana@shop.example</html>"), None);
    assert_eq!(kept(&sns(), 200, "ana@shop.example"), None);
    assert_eq!(kept(&sns(), 0, "connection refused").as_deref(), Some("connection refused"), "nobody's words but ours");
    assert_eq!(
        kept(&sns(), 200, "<R><Owner>123456789012</Owner><RequestId>7-1</RequestId></R>").unwrap(),
        "<R><Owner>123456789012</Owner><RequestId>redacted</RequestId></R>"
    );
}

#[test]
fn few_headers_are_kept_and_large_objects_are_not() {
    let asked = Asked::of(&json("ListEndpoints", "{}")).unwrap();
    let header = |name: &str| (name.to_owned(), format!("{name} of it"));
    let headers =
        ["Content-Type", "Set-Cookie", "x-amz-id-2", "x-amzn-RequestId", "authorization"].map(header).to_vec();
    let names = |status| {
        let kept = scrub(&asked, &Reply { status, headers: headers.clone(), body: Bytes::new() }).unwrap();
        kept.reply().headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(200), ["content-type"]);
    assert_eq!(names(400), ["content-type", "x-amzn-requestid"]);

    let get = |uri: &str| Asked::of(&request("s3", uri, &[], b"")).unwrap();
    let (object, list) =
        (get("https://b.s3.amazonaws.com/report.json"), get("https://b.s3.amazonaws.com/?list-type=2"));
    let large = "x".repeat(300 * 1024);
    assert!(kept(&object, 200, &large).is_none() && kept(&list, 200, &large).is_some());
    assert!(kept(&object, 200, "small").is_some());
}

#[test]
fn replies_of_other_calls_are_never_kept() {
    for asked in [
        Asked::of(&request("sts", "https://sts/", &[], b"Action=AssumeRole")).unwrap(),
        Asked::of(&json("CreatePresignedDomainUrl", "{}")).unwrap(),
        Asked::of(&request("secretsmanager", "https://x/", &[("x-amz-target", "s.GetSecretValue")], b"{}")).unwrap(),
    ] {
        assert_eq!(scrub(&asked, &reply(200, "{}")), None);
    }
}
