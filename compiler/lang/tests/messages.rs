//! What diagnostics show: labels, notes, helps.

mod common;

use common::{plain, problems};
use pretty_assertions::assert_eq;

fn of(text: &str) -> Vec<String> {
    problems(&plain(&[("site.arv", text)]))
}

#[test]
fn the_cause_says_how_many_values_depend_on_it() {
    assert_eq!(
        of("{ a = 1 / zero; zero = 0; b = a + 1; c = a + 2; }"),
        ["E0504 division by zero | ^ site.arv:1:7 divides by 0 | - site.arv:1:24 the 0 | = 2 values depend on it"]
    );
    assert_eq!(
        of("let a = 1 / 0; in { b = a; c = a + 1; }"),
        ["E0504 division by zero | ^ site.arv:1:9 divides by 0 | - site.arv:1:13 the 0 | = 2 values depend on it"]
    );
}

#[test]
fn a_cycle_labels_each_definition_and_nothing_else() {
    assert_eq!(
        of("let a = b; b = a; in a"),
        ["E0501 `a` needs itself: a → b → a | ^ site.arv:1:5 needs `b` | ^ site.arv:1:12 needs `a`"]
    );
}

#[test]
fn a_name_of_a_nested_record_is_found_with_its_path() {
    assert_eq!(
        of("{ x = { y = 1; z = y; }; }"),
        ["E0102 `y` is not defined | ^ site.arv:1:20 not found here | = the fields of the file's outermost \
             record are names; those of a record inside of it are not | ? write `x.y`, or define `y` with `let` and use it in both places"]
    );
}

#[test]
fn further_uses_of_an_unknown_name_are_labels() {
    assert_eq!(
        of("{ a = memroy; b = [ memroy ]; memory = 1; }"),
        ["E0102 `memroy` is not defined | ^ site.arv:1:7 did you mean `memory`? | - site.arv:1:21 and here"]
    );
}

#[test]
fn endless_recursion_names_the_function_and_the_call_that_entered() {
    assert_eq!(
        of("let f = x: f (x + 1); in f 0"),
        [
            "E0503 `f` does not come to an end | ^ site.arv:1:26 entered here | - site.arv:1:12 the call that was running \
          | = given up after 3 million steps"
        ]
    );
    assert_eq!(
        of("let f = x: 1 + f x; in f 0"),
        ["E0502 `f` calls itself too deeply | ^ site.arv:1:16 calls it again | ^ site.arv:1:24 entered here | = more \
          than 100000 values wait for one another"]
    );
}

#[test]
fn files_that_need_one_another_are_shown_as_a_path_of_lines() {
    let files = [("a.arv", "\nimport ./b.arv"), ("b.arv", "\n\n(import ./a.arv) // { n = 1; }")];
    assert_eq!(
        problems(&plain(&files)),
        ["E0110 the value of `a.arv` needs itself, through other files | ^ a.arv:2:1 needed again from here | - \
          b.arv:3:2 which needs this | = a.arv:2 → b.arv:3 → a.arv:2"]
    );
}

#[test]
fn the_same_mistake_of_many_values_is_one_report() {
    assert_eq!(
        of("let f = n: { x = n / 0; }; in map f (range 1 1000)"),
        [
            "E0504 division by zero | ^ site.arv:1:18 divides by 0 | - site.arv:1:22 the 0 | = the same happens here 999 \
          more times, for other values"
        ]
    );
}

#[test]
fn a_field_that_is_missing_shows_the_record_that_lacks_it() {
    assert_eq!(
        of("let n = h: h.name; in [ n { vmid = 3; } ]"),
        [
            "E0207 the argument of `n` lacks `name` | ^ site.arv:1:27 `name` is missing here | - site.arv:1:14 asked for here"
        ]
    );
}

#[test]
fn a_mistake_that_shows_in_the_library_is_reported_at_the_call() {
    let text = "let std = import \"std\"; in\nstd.members { count = 1; first = \"x\"; }";
    assert_eq!(
        problems(&plain(&[("site.arv", text)])),
        [
            "E0201 `first` of the argument of `std.members` is text, and not an Int | ^ site.arv:2:34 expected an Int, found \
          text"
        ]
    );
}

#[test]
fn a_cycle_through_a_hidden_parameter_says_so() {
    let found = of("{ count }: { count = count + 1; }");
    assert_eq!(found.len(), 1, "a function is no value: {found:?}");
    let found = problems(&plain(&[
        ("site.arv", "(import ./f.arv) { count = 1; }"),
        ("f.arv", "{ count }: { count = count + 1; }"),
    ]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("is a name in the whole record"), "{found:?}");
}

#[test]
fn a_misspelt_member_names_the_kind_and_the_nearest_member() {
    assert_eq!(
        of("let size = 4GiB; in size.gb"),
        [
            "E0208 a Size has no `gb` | ^ site.arv:1:26 did you mean `gib`? | = what one may ask of a Size: `bytes`, `kib`, \
             `mib`, `gib`, `tib`"
        ]
    );
    assert_eq!(
        of(r#"{ a = "abc".length; }"#),
        ["E0208 `length` is asked of text, which has no fields | ^ site.arv:1:13 it has neither fields nor members \
          | ? `length` is a function: `length list`"]
    );
}

#[test]
fn units_that_do_not_fit_together_say_how_one_is_had_from_the_other() {
    assert_eq!(
        of("{ a = 1GiB + 512; }"),
        ["E0209 `+` has no meaning for a Size and an Int | ^ site.arv:1:7  | - site.arv:1:7 a Size \
          | - site.arv:1:14 an Int | ? write the unit of the Int, `512MiB`; or take the Size as an Int, `size.mib`"]
    );
}

#[test]
fn an_item_that_a_function_refuses_is_shown_where_it_is_named_and_where_it_is_made() {
    assert_eq!(
        of("let memory = 1GiB; in { a = sum [ memory ]; }"),
        [
            "E0209 an item of the argument of `sum` is a Size, and not an Int | ^ site.arv:1:35 expected an Int, found a \
             Size | - site.arv:1:14 this is a Size"
        ]
    );
}

#[test]
fn an_item_whose_kind_evaluation_alone_knows_shows_the_call_that_refuses_it() {
    // No type says what a computed key gives.
    assert_eq!(
        of(r#"let r = { a = 1GiB; b = "x"; }; in { a = sum [ r.${"a"} ]; }"#),
        [
            "E0209 an item of the list given to `sum` is a Size, and not an Int | ^ site.arv:1:15 expected an Int, found a \
          Size | - site.arv:1:42 in this call"
        ]
    );
}

#[test]
fn the_name_of_a_type_has_the_article_that_it_is_spoken_with() {
    let unknown = |name: &str| of(&format!("let type {name} = Live | Test; a : {name} = Other; in a"));
    let said = |list: Vec<String>, text: &str| assert!(list.len() == 1 && list[0].ends_with(text), "{list:?}");
    said(unknown("Environment"), "? an Environment is one of `Live`, `Test`");
    said(unknown("H"), "? a H is one of `Live`, `Test`");
}

#[test]
fn branches_that_nothing_says_the_kind_of_show_the_first_one() {
    assert_eq!(
        of("let type Role = Web | Data; f : Role -> _ = r: match r { Web => 1, Data => true }; in f Web"),
        ["E0228 this is a Bool, where it is an Int otherwise | ^ site.arv:1:76 expected an Int, found a Bool | - \
             site.arv:1:65 this is an Int"]
    );
}

#[test]
fn a_let_of_another_file_is_said_to_be_seen_only_there() {
    let site = "{ extends ./base.arv; hosts = { a = host 1; }; }";
    let base = "let host = n: { vmid = n; }; in { a = host 1; }";
    assert_eq!(
        problems(&plain(&[("site.arv", site), ("base.arv", base)])),
        [
            "E0102 `host` is not defined in this file | ^ site.arv:1:37 not found here | = another file binds `host` with \
             `let`, and a `let` is seen only in its own file | ? what several files use stands in a file of its own, which \
             each of them imports"
        ]
    );
}
