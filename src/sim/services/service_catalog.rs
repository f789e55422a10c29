//! Service Catalog: the products that made the projects of the account.

use crate::sim::prelude::{Answer, Env, Operations, ServiceError, Value, num, read, tree};
use crate::sim::story::Project;

type Handler = fn(&[Project], &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> =
    &[&[read("DescribeProvisionedProduct", provisioned), read("DescribeProduct", product)]];

/// Returns the id of the provisioned product of a project.
pub(crate) fn provisioned_id(project: &Project) -> String {
    id("pp", &project.name)
}

fn id(kind: &str, name: &str) -> String {
    format!("{kind}-{}", num::hex(num::hash(name), 13))
}

/// Returns the project to which an id of this request belongs.
fn find<'a>(projects: &'a [Project], input: &Value, own: fn(&Project) -> String) -> Result<&'a Project, ServiceError> {
    let wanted = input.need("Id")?;
    let missing = || ServiceError::new("ResourceNotFoundException", format!("{wanted} not found."));
    projects.iter().find(|project| own(project) == wanted).ok_or_else(missing)
}

fn provisioned(projects: &[Project], env: &Env, input: &Value) -> Answer {
    let project = find(projects, input, provisioned_id)?;
    let (own, name) = (provisioned_id(project), format!("{}-provisioned", project.name));
    Ok(tree! { "ProvisionedProductDetail": tree! {
        "Name": name.as_str(), "Arn": env.account.arn("servicecatalog", &format!("stack/{name}/{own}")),
        "Type": "CFN_STACK", "Id": own, "Status": project.status.as_str(),
        "StatusMessage": project.message.as_deref(), "CreatedTime": env.start - project.age,
        "LastRecordId": id("rec", &project.name), "ProductId": id("prod", &project.product),
        "ProvisioningArtifactId": id("pa", &project.artifact),
    } })
}

fn product(projects: &[Project], env: &Env, input: &Value) -> Answer {
    let project = find(projects, input, |project| id("prod", &project.product))?;
    let artifacts = projects.iter().filter(|other| other.product == project.product).map(|other| {
        tree! {
            "Id": id("pa", &other.artifact), "Name": other.artifact.as_str(), "Guidance": "DEFAULT",
            "CreatedTime": env.start - other.age,
        }
    });
    Ok(tree! {
        "ProductViewSummary": tree! {
            "Id": id("prodview", &project.product), "ProductId": id("prod", &project.product),
            "Name": project.product.as_str(), "Owner": "Amazon SageMaker", "Type": "CLOUD_FORMATION_TEMPLATE",
        },
        "ProvisioningArtifacts": artifacts.collect::<Vec<Value>>(),
    })
}
