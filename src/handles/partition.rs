//! Partitions of AWS, and the hosts of their consoles.

/// A partition of AWS: regions that share accounts and a console.
///
/// See <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partition {
    /// `aws`, the commercial regions.
    Commercial,
    /// `aws-cn`, China.
    China,
    /// `aws-us-gov`, the regions of the government of the United States.
    GovCloud,
}

impl Partition {
    /// Returns the partition of a region. `None` for a text that is no region, and for regions whose console is not on
    /// the internet.
    #[must_use]
    pub fn of_region(region: &str) -> Option<Self> {
        let part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if region.is_empty() || region.len() > 40 || !region.chars().all(part) {
            return None;
        }
        match region {
            _ if region.starts_with("cn-") => Some(Self::China),
            _ if region.starts_with("us-gov-") => Some(Self::GovCloud),
            _ if region.contains("-iso") || region.starts_with("eusc-") => None,
            _ => Some(Self::Commercial),
        }
    }

    /// Returns the domain of its console.
    #[must_use]
    pub fn domain(self) -> &'static str {
        match self {
            Self::Commercial => "console.aws.amazon.com",
            Self::China => "console.amazonaws.cn",
            Self::GovCloud => "console.amazonaws-us-gov.com",
        }
    }

    /// Returns the address of a page of the console of a region.
    #[must_use]
    pub fn address(self, region: &str, page: &str) -> Option<String> {
        // Pages of services without regions, such as IAM, are on the host without one.
        let host = if page.contains("region=") { format!("{region}.{}", self.domain()) } else { self.domain().into() };
        Self::of_region(region).map(|_| format!("https://{host}/{page}"))
    }
}
