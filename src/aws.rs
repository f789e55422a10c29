//! The access to AWS: the clients, and the one stack that every call goes through.
//!
//! [`Services`] lists the services. The [`Meter`] paces and counts their calls. Below the meter, live AWS, an endpoint
//! URL or the simulated account answers; the code above does not know which.

mod arn;
mod bucket;
mod capture;
mod caught;
mod causes;
mod connect;
mod credentials_failure;
mod endpoint;
mod error;
mod error_kind;
mod files;
mod http;
mod ini;
mod login;
mod meter;
mod pace;
mod page;
mod profiles;
mod reads;
mod retry;
mod search;
mod services;
mod settings;
mod skew;
mod slowdown;
mod stand_in;
mod target;
mod unconnected;
mod waits;

use std::ops::Deref;

use http::{LONGEST_ANSWER, bounded};
use login::Login;

pub(crate) use arn::Arn;
pub use caught::silence_caught_panics;
pub(crate) use caught::{caught, is_caught};
pub use error::{AwsError, failed};
pub use error_kind::ErrorKind;
pub use http::Transport;
pub use login::{Renewal, in_one_line};
pub(crate) use meter::in_background;
pub use meter::{Meter, ON_DEMAND, Spent, Usage, attributed};
pub use pace::{Pace, Urgency};
pub use page::{Described, Page, describe, pages};
pub(crate) use page::{DescribedEach, describe_each, pages_until};
pub use profiles::profile_names;
pub use reads::{BUCKETS, TABLES, permission_of, reads, resources_of_read};
pub(crate) use retry::retry_throttled;
pub use search::Query;
pub use services::{Clients, PER_METRIC, SERVICES, Service, Services, left_out, missing_features, without};
pub use stand_in::StandIn;
pub use target::Target;
pub(crate) use waits::timed_without_waits;

/// One account in one region. It derefs to [`Clients`], so `aws.sagemaker` is the client of that service.
#[derive(Debug, Clone)]
pub struct Aws {
    clients: Clients,
    /// Counts and pace of all calls.
    pub meter: Meter,
    /// Region name.
    pub region: String,
    /// The endpoint URL in force, if it is not that of AWS. If the services differ, it lists each URL with its
    /// services.
    pub endpoint: Option<String>,
    /// How to renew credentials that AWS no longer accepts; `None` for an account that needs no login.
    pub renewal: Option<Renewal>,
    /// The proxies and certificates, if the calls leave this machine.
    pub transport: Option<Transport>,
    /// The kinds that this account may not search for.
    refusals: search::Refusals,
    /// The regions of buckets that are not in this region.
    regions: bucket::Regions,
    /// The login; `None` for the simulated account.
    login: Option<Login>,
}

impl Deref for Aws {
    type Target = Clients;

    fn deref(&self) -> &Clients {
        &self.clients
    }
}

impl Aws {
    /// Returns when the credentials in use expire. `None` if they do not, or there are none.
    #[must_use]
    pub fn credentials_until(&self) -> Option<jiff::Timestamp> {
        self.login.as_ref()?.until()
    }

    /// Makes the next call read the credentials again, after AWS refused them: somebody may have logged in since.
    pub(crate) async fn refused(&self) {
        if let Some(login) = &self.login {
            login.refused().await;
        }
    }
}
