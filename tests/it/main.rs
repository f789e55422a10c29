//! The one integration binary: each further one would link the AWS SDK again.

mod moto;
mod sagetop;
mod terminal;
