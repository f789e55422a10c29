//! Tests that the account answers every request, and never with a 500.

use super::*;

const SEEDS: &[(&str, &str)] = &[
    (
        "SageMaker.ListEndpoints",
        r#"{"MaxResults":3,"SortBy":"Name","NameContains":"a","CreationTimeAfter":1700000000}"#,
    ),
    (
        "SageMaker.UpdateEndpoint",
        r#"{"EndpointName":"recommendation-prod","EndpointConfigName":"x","RetainAllVariantProperties":true,"DeploymentConfig":{"AutoRollbackConfiguration":{"Alarms":[{"AlarmName":"a"}]}}}"#,
    ),
    (
        "SageMaker.UpdateModelPackage",
        r#"{"ModelPackageArn":"recommendation/14","ModelApprovalStatus":"Approved","CustomerMetadataProperties":{"a":"b"}}"#,
    ),
    (
        "SageMaker.StartPipelineExecution",
        r#"{"PipelineName":"price-elasticity-build","ClientRequestToken":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","PipelineParameters":[{"Name":"MaxDepth","Value":"3"}]}"#,
    ),
    (
        "SageMaker.Search",
        r#"{"Resource":"TrainingJob","SearchExpression":{"Filters":[{"Name":"TrainingJobStatus","Operator":"In","Value":"Failed,Completed"}],"SubExpressions":[{"Operator":"Or"}]},"SortBy":"a.b"}"#,
    ),
    (
        "SageMaker.CreateEndpointConfig",
        r#"{"EndpointConfigName":"c","ProductionVariants":[{"VariantName":"v","InitialInstanceCount":1,"InstanceType":"ml.m5.large"}]}"#,
    ),
    (
        "GraniteServiceVersion20100801.GetMetricData",
        r#"{"StartTime":1795400000,"EndTime":1795402800,"MetricDataQueries":[{"Id":"m1","MetricStat":{"Metric":{"Namespace":"Retail/Models","MetricName":"CTR","Dimensions":[{"Name":"Model","Value":"recommendation"}]},"Period":60,"Stat":"p99"}},{"Id":"e1","Expression":"100*m1/SUM([m1,m1])"},{"Id":"b","Expression":"ANOMALY_DETECTION_BAND(m1, 2)"}]}"#,
    ),
    (
        "GraniteServiceVersion20100801.PutCompositeAlarm",
        r#"{"AlarmName":"c","AlarmRule":"ALARM(\"a\") AND NOT OK(b)"}"#,
    ),
    (
        "GraniteServiceVersion20100801.PutMetricAlarm",
        r#"{"AlarmName":"p","MetricName":"CTR","Namespace":"Retail/Models","EvaluationPeriods":1,"Period":60,"Threshold":1.5,"ComparisonOperator":"LessThanThreshold","Statistic":"Average"}"#,
    ),
    (
        "Logs_20140328.FilterLogEvents",
        r#"{"logGroupName":"/aws/sagemaker/TrainingJobs","startTime":0,"filterPattern":"?a \"b c\"","limit":5}"#,
    ),
    (
        "AWSEvents.PutTargets",
        r#"{"Rule":"recommendation-weekly","Targets":[{"Id":"1","Arn":"arn:aws:codepipeline:eu-west-1:123456789012:recommendation-deploy"}]}"#,
    ),
    (
        "CodePipeline_20150709.PutApprovalResult",
        r#"{"pipelineName":"fraud-screening-deploy","stageName":"Approve","actionName":"ApproveProduction","token":"t","result":{"summary":"s","status":"Approved"}}"#,
    ),
    (
        "AnyScaleFrontendService.RegisterScalableTarget",
        r#"{"ServiceNamespace":"sagemaker","ResourceId":"endpoint/recommendation-prod/variant/AllTraffic","ScalableDimension":"sagemaker:variant:DesiredInstanceCount","MaxCapacity":9}"#,
    ),
];

/// Changes some bytes: numbers become huge, pieces are doubled, cut or replaced.
fn spoil(text: &str, chance: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..chance.usize(1..4) {
        let at = chance.usize(0..bytes.len().max(1)).min(bytes.len());
        match chance.u8(0..7) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, chance.u8(..)),
            2 => drop(bytes.splice(at..at, *b"9223372036854775807")),
            3 => drop(bytes.splice(at..at, *b"-1e308")),
            4 => drop(bytes.splice(at..at, "\u{202e}é💥".bytes())),
            5 => drop(bytes.splice(at..at, *b"null")),
            _ => {
                let to = (at + chance.usize(0..20)).min(bytes.len());
                bytes.drain(at..to);
            }
        }
    }
    bytes
}

#[test]
fn spoilt_requests_are_refused_or_answered() {
    let account = Account::of("demo");
    let mut chance = fastrand::Rng::with_seed(11);
    for round in 0..3000 {
        let (target, body) = SEEDS[round % SEEDS.len()];
        let body = spoil(body, &mut chance);
        let name = target.split('.').nth(1).unwrap();
        let request = match round % 3 {
            0 => http::Request::post("/").header("x-amz-target", target).body(Bytes::from(body)),
            1 => http::Request::post(format!("/service/GraniteServiceVersion20100801/operation/{name}"))
                .body(Bytes::from(body)),
            _ => {
                let form = format!(
                    "Action={name}&Version=2010-08-01&{}",
                    String::from_utf8_lossy(&body).replace([':', ','], "&")
                );
                let post = http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
                post.body(Bytes::from(form))
            }
        };
        let answer = account.sim.handle(&request.unwrap());
        assert!(answer.status().as_u16() < 500, "{target} {answer:?}");
        if round % 50 == 0 {
            account.wait(5);
        }
    }
}

#[test]
fn strange_addresses_are_answered() {
    let account = Account::of("demo");
    for address in [
        "/",
        "//",
        "/%00",
        "/retail-data-lake/%ff%fe?versionId=x",
        "/retail-data-lake?list-type=2&max-keys=99999999999999999999",
        "/retail-data-lake?list-type=2&continuation-token=zzz",
        "/retail-data-lake?list-type=2&prefix=%25&delimiter=%F0%9F",
        "/?Action=",
        "/?Action=GetCallerIdentity",
        "/service//operation/",
        "/retail-data-lake?acl",
        "/a/b/c?uploads",
    ] {
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
            let request = http::Request::builder()
                .method(method)
                .uri(address)
                .header("range", "bytes=5-1")
                .body(Bytes::new())
                .unwrap();
            let status = account.sim.handle(&request).status().as_u16();
            assert!(status < 500, "{method} {address} {status}");
        }
    }
}
