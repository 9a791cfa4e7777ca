//! What the test suites share: where the sources of the workspace lie, and the generator of synthetic sites.
//!
//! No test lives here, and nothing of the compiler may depend on it.
