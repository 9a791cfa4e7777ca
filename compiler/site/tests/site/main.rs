//! The site from sources: one binary, since each would link the whole language.

mod model;
mod pages;
mod placement;
mod properties;
mod provenance;
mod source;
