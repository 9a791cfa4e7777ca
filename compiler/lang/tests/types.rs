//! Types of files: what messages about them say, and that none is too long to be read.

mod common;

use common::{plain, problems, value};
use pretty_assertions::assert_eq;

/// The problems of one source.
fn of(text: &str) -> Vec<String> {
    problems(&plain(&[("site.arv", text)]))
}

#[test]
fn an_unknown_type_is_told_with_the_nearest_one_and_all_its_uses() {
    assert_eq!(
        of("let type Guest = Vm | Box; a : Geust = Vm; b : List Geust = []; in 1"),
        ["E0111 no type is called `Geust` | ^ site.arv:1:32 did you mean `Guest`? | - site.arv:1:53 and here"]
    );
    assert_eq!(
        of("{ a : map Int = {}; }").first().map(|problem| problem.contains("did you mean `Map`?")),
        Some(true),
        "a type in lower case"
    );
}

#[test]
fn a_name_that_is_misspelt_in_front_of_the_record_is_offered_from_it() {
    assert_eq!(
        of("let f = grops.web; in { groups.web = 1; r = f; }"),
        ["E0102 `grops` is not defined | ^ site.arv:1:9 did you mean `groups`?"]
    );
}

#[test]
fn a_missing_case_names_its_tag_and_the_arm_to_write() {
    assert_eq!(
        of("match Box 1 { Vm => 1 }"),
        ["E0223 `match` has no arm for `Box` | ^ site.arv:1:1 a case is missing | - site.arv:1:7 the value is this \
          | ? add `Box _ => …,`, or `_ => …` for all that are left"]
    );
}

#[test]
fn a_chain_of_names_for_types_may_be_as_long_as_the_source() {
    let mut text = String::from("let\n");
    for at in 0..20_000 {
        text.push_str(&format!("type T{at} = List T{};\n", at + 1));
    }
    text.push_str("type T20000 = Int; x : T0 = []; in x\n");
    let outcome = plain(&[("site.arv", &text)]);
    assert_eq!((problems(&outcome), value(&outcome)), (Vec::new(), "[]".to_owned()));
}

#[test]
fn names_for_types_that_stand_for_one_another_are_one_mistake() {
    let found = of("let type A = List B; type B = List C; type C = List A; x : A = []; in x");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("E0113 the type `A` stands for itself"), "{found:?}");
}
