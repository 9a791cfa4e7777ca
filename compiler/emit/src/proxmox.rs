//! The node's edge.
