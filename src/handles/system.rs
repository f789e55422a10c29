//! Systems that are not read: links to their pages, from the things that they concern.

use super::{About, Partition, encoded};
use crate::resources::Kind;

/// A system that is only linked to.
#[derive(Debug)]
pub struct System {
    /// The name, as AWS writes it.
    pub name: &'static str,
    /// The partitions in which it exists, as far as it is known.
    pub partitions: &'static [Partition],
    /// The kinds of things that it concerns.
    about: &'static [About],
    /// Does it concern everything that has an ARN?
    any_arn: bool,
    /// Its page: a template with `{region}`, `{name}` and `{arn}`.
    page: Page,
}

/// A page of a console.
#[derive(Debug, Clone, Copy)]
enum Page {
    /// One page for the region.
    Region(&'static str),
    /// A page on a host of its own.
    Host(&'static str),
    /// A page about a name.
    Name(&'static str),
    /// A page about an ARN. Its value is encoded twice, as the console decodes it twice.
    Arn(&'static str),
}

use Partition::{China, Commercial, GovCloud};

const EVERYWHERE: &[Partition] = &[Commercial, China, GovCloud];

/// All systems that are only linked to.
pub static SYSTEMS: &[System] = &[
    System {
        name: "CloudTrail",
        partitions: EVERYWHERE,
        about: &[],
        any_arn: true,
        page: Page::Name("cloudtrailv2/home?region={}#/events?ResourceName="),
    },
    System {
        name: "Security Hub",
        partitions: EVERYWHERE,
        about: &[],
        any_arn: true,
        page: Page::Arn(
            "securityhub/home?region={}#/findings?search=ResourceId%3D%255Coperator%255C%253AEQUALS%255C%253A",
        ),
    },
    System {
        name: "Lake Formation",
        partitions: EVERYWHERE,
        about: &[About::Kind(Kind::Datasets), About::Kind(Kind::FeatureGroups)],
        any_arn: false,
        page: Page::Region("lakeformation/home?region={}#register-list"),
    },
    System {
        name: "API Gateway",
        partitions: EVERYWHERE,
        about: &[About::Kind(Kind::Endpoints), About::Model],
        any_arn: false,
        page: Page::Region("apigateway/main/apis?region={}"),
    },
    System {
        name: "Service Catalog",
        partitions: EVERYWHERE,
        about: &[About::Model, About::Kind(Kind::Groups), About::Kind(Kind::Pipelines)],
        any_arn: false,
        page: Page::Region("servicecatalog/home?region={}#provisioned-products"),
    },
    System {
        name: "CodeArtifact",
        partitions: &[Commercial],
        about: &[About::Kind(Kind::Packages), About::Kind(Kind::Pipelines)],
        any_arn: false,
        page: Page::Region("codesuite/codeartifact/repositories?region={}"),
    },
    System {
        name: "CloudFront",
        partitions: &[Commercial, China],
        about: &[About::Model],
        any_arn: false,
        page: Page::Region("cloudfront/v4/home#/distributions"),
    },
    System {
        name: "Well-Architected",
        partitions: &[Commercial, GovCloud],
        about: &[About::Model, About::Account],
        any_arn: false,
        page: Page::Region("wellarchitected/home?region={}#/workloads"),
    },
    System {
        name: "AWS Health",
        partitions: &[Commercial],
        about: &[About::Account, About::Kind(Kind::Endpoints)],
        any_arn: false,
        page: Page::Host("https://health.aws.amazon.com/health/home#/account/dashboard/open-issues"),
    },
    System {
        name: "Artifact",
        partitions: &[Commercial, GovCloud],
        about: &[About::Model, About::Account],
        any_arn: false,
        page: Page::Region("artifact/"),
    },
];

impl System {
    /// Does it concern this?
    #[must_use]
    pub fn concerns(&self, about: About, has_arn: bool) -> bool {
        self.any_arn && has_arn || self.about.contains(&about)
    }

    /// Returns the address of its page. `None` if it does not exist in the partition of the region, or if the page is
    /// about an ARN that is not known.
    #[must_use]
    pub fn address(&self, region: &str, name: &str, arn: Option<&str>) -> Option<String> {
        let partition = Partition::of_region(region).filter(|partition| self.partitions.contains(partition))?;
        let page = match self.page {
            Page::Host(address) => return Some(address.to_owned()),
            Page::Region(page) => page.replace("{}", region),
            Page::Name(page) => page.replace("{}", region) + &encoded(name),
            Page::Arn(page) => page.replace("{}", region) + &encoded(&encoded(arn?)),
        };
        partition.address(region, &page)
    }
}
