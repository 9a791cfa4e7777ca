//! Formats as such: text to a tree of values that know their lines. What the values mean is the readers' business.

pub(crate) mod hcl;
pub(crate) mod yaml;
