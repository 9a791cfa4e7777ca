//! What stays when something is lost: where members run, and what each single loss takes with it.
//!
//! A loss is one node, one place, one machine or one shared datastore. Two at once are nobody's promise here. It knows no
//! service by name: what a cluster survives follows from what it says of itself.

pub(crate) mod places;
pub(crate) mod spread;
