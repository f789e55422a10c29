//! The metrics of the configuration in the box of the endpoints.

use crate::app::App;
use crate::fmt;
use crate::model::{Chain, Standing, business_metrics};
use crate::view::{Fact, Line, Tone};

/// Returns the newest values of the metrics of the configuration.
pub(super) fn values(app: &App, chain: &Chain) -> Vec<Fact> {
    let values = business_metrics(&app.here.observed, chain).into_iter().filter_map(|known| {
        let tone = match known.standing {
            Standing::Unknown | Standing::Doubtful => return None,
            Standing::Within => Tone::Plain,
            Standing::Good => Tone::Good,
            Standing::Bad => Tone::Bad,
        };
        let (_, value) = known.series?.last()?;
        let (name, unit) = known.metric.name_and_unit();
        let value = Line::new().with(format!(" {}{unit}", fmt::number(value)), tone);
        Some(Fact::named(Line::new().plain(name), value))
    });
    values.collect()
}
