//! The checked model of a site: identity, allocation, names, availability; one file a check.
//!
//! It knows nothing of packets, layers and formats.

pub mod model;
