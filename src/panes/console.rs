//! Addresses of AWS's own console, as text: an operator who uses SSH has the browser on another machine.

/// Returns the address of a page (see [`crate::resources::Resource::console`]).
pub(super) fn address(region: &str, page: &str) -> String {
    format!("https://{region}.{}/{page}", domain(region))
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
        assert_eq!(address("eu-west-1", "x/y?z"), "https://eu-west-1.console.aws.amazon.com/x/y?z");
        assert_eq!(address("cn-north-1", "x"), "https://cn-north-1.console.amazonaws.cn/x");
        assert_eq!(address("us-gov-west-1", "x"), "https://us-gov-west-1.console.amazonaws-us-gov.com/x");
    }
}
