//! Service Quotas: the quotas of `SageMaker`, which are many.

use crate::sim::prelude::{Account, Answer, Operations, Paging, ServiceError, Value, num, read, tree};

type Handler = fn(&Account, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("ListServiceQuotas", list)]];

const PAGES: Paging = Paging { token: "NextToken", size: "MaxResults", usual: 100, most: 100 };
const INSTANCES: &[&str] =
    &["ml.c6i.large", "ml.g5.xlarge", "ml.g5.2xlarge", "ml.m5.large", "ml.m5.xlarge", "ml.p4d.24xlarge"];
const USES: &[&str] =
    &["endpoint usage", "processing job usage", "spot training job usage", "training job usage", "transform job usage"];
const SIZES: i64 = 20;

/// Gives common errors the code that Service Quotas has for invalid requests.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    if error.cause == crate::sim::prelude::Cause::Own { error } else { error.coded("IllegalArgumentException") }
}

fn list(account: &Account, input: &Value) -> Answer {
    let service = input.need("ServiceCode")?;
    if service != "sagemaker" {
        return Err(ServiceError::new(
            "NoSuchResourceException",
            format!("The request failed because service {service} does not exist."),
        ));
    }
    let of = |name: String, value: i64| {
        let code = format!("L-{}", num::hex(num::hash(&name), 8).to_ascii_uppercase());
        tree! {
            "ServiceCode": service, "ServiceName": "Amazon SageMaker", "QuotaCode": &code, "QuotaName": name,
            "QuotaArn": account.arn("servicequotas", &format!("sagemaker/{code}")), "Value": num::float(value),
            "Unit": "None", "Adjustable": true, "GlobalQuota": false,
        }
    };
    // Those of other instances fill the first pages, as they do at AWS.
    let others = (0..SIZES).flat_map(|n| USES.iter().map(move |usage| (format!("ml.x{n}.large for {usage}"), 0)));
    let known =
        INSTANCES.iter().flat_map(|instance| USES.iter().map(move |usage| (format!("{instance} for {usage}"), 2)));
    let all: Vec<Value> = others.chain(known).map(|(name, value)| of(name, value)).collect();
    let (page, next) = PAGES.cut(input, all)?;
    Ok(PAGES.page("Quotas", page, next))
}
