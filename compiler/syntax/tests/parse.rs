//! The grammar's shapes, as trees.

mod common;

use common::{dump, parses};

#[test]
fn the_prelude_has_no_mistakes() {
    parses(include_str!("../../lang/prelude/prelude.arv"));
}
