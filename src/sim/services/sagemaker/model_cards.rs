//! Model cards: the list and the contents.

use super::listing::{Listing, TIMES};
use super::state::Handler;
use crate::sim::prelude::{Operation, ServiceError, read, words};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListModelCards", |state, _, input| CARDS.answer(input, state.model_cards.values())),
    read("DescribeModelCard", |state, _, input| {
        let name = input.need("ModelCardName")?;
        let card = state.model_cards.get(name).map(|card| card.doc.clone());
        card.ok_or_else(|| ServiceError::not_found(format!("Model card {name} does not exist.")))
    }),
];

const CARDS: Listing = Listing {
    out: "ModelCardSummaries",
    summary: words! { ModelCardName ModelCardArn ModelCardStatus CreationTime LastModifiedTime },
    sort: &[("Name", "ModelCardName"), ("CreationTime", "CreationTime")],
    by: "CreationTime",
    descending: false,
    status: None,
    late: false,
    times: TIMES,
};
