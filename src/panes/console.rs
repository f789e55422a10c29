//! Addresses of AWS's own console, as text: an operator who uses SSH has the browser on another machine.

/// Returns the address of a page (see [`crate::resources::Resource::console`]).
pub(super) fn address(region: &str, page: &str) -> String {
    format!("https://{region}.{}/{page}", domain(region))
}

/// Returns the address of a deployment pipeline.
pub(super) fn codepipeline(region: &str, name: &str) -> String {
    address(region, &format!("codesuite/codepipeline/pipelines/{name}/view?region={region}"))
}

/// Returns the domain of the console. Each partition of AWS has its own.
fn domain(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "console.amazonaws.cn",
        _ if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_own_console() {
        let url = codepipeline("eu-west-1", "web-deploy");
        let wanted = "https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/web-deploy/view?region=eu-west-1";
        assert_eq!(url, wanted);
        assert!(codepipeline("cn-north-1", "x").contains("//cn-north-1.console.amazonaws.cn/"));
        assert!(codepipeline("us-gov-west-1", "x").contains("//us-gov-west-1.console.amazonaws-us-gov.com/"));
    }
}
