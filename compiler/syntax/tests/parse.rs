//! The grammar's shapes, as trees.

mod common;

use common::{dump, parses};
use pretty_assertions::assert_eq;

/// The tree of a text without mistakes, without the file around it.
#[track_caller]
fn tree(text: &str, expected: &str) {
    let parsed = parses(text);
    let inner = dump(parsed.tree.root());
    let inner = inner.strip_prefix("(File ").and_then(|rest| rest.strip_suffix(')')).unwrap_or(&inner);
    assert_eq!(inner, expected, "{text}");
}

#[test]
fn the_prelude_has_no_mistakes() {
    parses(include_str!("../../lang/prelude/prelude.arv"));
}

#[test]
fn operators_bind_as_the_table_says() {
    tree("1 + 2 * 3", "(Binary (Literal 1) + (Binary (Literal 2) * (Literal 3)))");
    tree("1 - 2 - 3", "(Binary (Binary (Literal 1) - (Literal 2)) - (Literal 3))");
    tree("a || b && c", "(Binary (NameRef a) || (Binary (NameRef b) && (NameRef c)))");
    tree("a ++ b == c", "(Binary (Binary (NameRef a) ++ (NameRef b)) == (NameRef c))");
    tree("a // b ++ c", "(Binary (NameRef a) // (Binary (NameRef b) ++ (NameRef c)))");
    tree("a & b & c", "(Binary (Binary (NameRef a) & (NameRef b)) & (NameRef c))");
    tree("-a * !b", "(Binary (Unary - (NameRef a)) * (Unary ! (NameRef b)))");
    tree("- f x", "(Unary - (Apply (NameRef f) (NameRef x)))");
    tree("n-1 - 1", "(Binary (NameRef n-1) - (Literal 1))");
}

#[test]
fn selection_binds_tighter_than_application_and_that_tighter_than_operators() {
    tree("f a.b c", "(Apply (NameRef f) (Select (NameRef a) . (NameKey b)) (NameRef c))");
    tree("a.b.c or d", "(SelectOr (Select (NameRef a) . (NameKey b) . (NameKey c)) or (NameRef d))");
    tree("a ? b.c", "(Has (NameRef a) ? (KeyPath (NameKey b) . (NameKey c)))");
    tree(
        "a.\"x y\".${k}",
        "(Select (NameRef a) . (StringKey (String \" x y \")) . (DynamicKey (Interpolation ${ (NameRef k) })))",
    );
    tree("a.in", "(Select (NameRef a) . (NameKey in))");
    tree("f a or b", "(Apply (NameRef f) (SelectOr (NameRef a) or (NameRef b)))");
}

#[test]
fn functions_are_known_by_their_colon() {
    tree("x: y", "(Lambda (NamePattern x) : (NameRef y))");
    tree("a: b: c", "(Lambda (NamePattern a) : (Lambda (NamePattern b) : (NameRef c)))");
    tree("_: 1", "(Lambda (NamePattern _) : (Literal 1))");
    tree("{ }: 1", "(Lambda (RecordPattern { }) : (Literal 1))");
    tree(
        "{ a, b? , c ? 1, d : Int ? 2, e? : Int, f : Int?, ... } @ all: a",
        "(Lambda (RecordPattern { (PatternField a) , (PatternField b ?) , (PatternField c ? (Literal 1)) , \
         (PatternField d : (TypeName Int) ? (Literal 2)) , (PatternField e ? : (TypeName Int)) , \
         (PatternField f : (TypeOption (TypeName Int) ?)) , ... } @ all) : (NameRef a))",
    );
    tree(
        "map (h: h.vmid) hosts",
        "(Apply (NameRef map) (Paren ( (Lambda (NamePattern h) : (Select (NameRef h) . (NameKey vmid))) )) (NameRef hosts))",
    );
}

#[test]
fn braces_without_a_colon_are_a_record() {
    tree("{ }", "(Record { })");
    tree("{ a = { }; }", "(Record { (Definition (KeyPath (NameKey a)) = (Record { }) ;) })");
    tree("f { a = 1; }", "(Apply (NameRef f) (Record { (Definition (KeyPath (NameKey a)) = (Literal 1) ;) }))");
}

#[test]
fn heads_go_as_far_as_they_can() {
    tree(
        "let a = 1; in assert a == 1, \"one\"; if a < 2 then a else b",
        "(Let let (Definition (KeyPath (NameKey a)) = (Literal 1) ;) in (Assert assert (Binary (NameRef a) == (Literal 1)) , \
         (String \" one \") ; (If if (Binary (NameRef a) < (Literal 2)) then (NameRef a) else (NameRef b))))",
    );
    tree("let in 1", "(Let let in (Literal 1))");
    tree(
        "match k { Vm => 1, All x => 2, Proto _ => 3, _ => f x, }",
        "(Match match (NameRef k) { (MatchArm Vm => (Literal 1)) , (MatchArm All x => (Literal 2)) , \
         (MatchArm Proto _ => (Literal 3)) , (MatchArm _ => (Apply (NameRef f) (NameRef x))) , })",
    );
}

#[test]
fn a_flow_has_ports_and_suffixes() {
    tree("a -> b", "(Flow (NameRef a) -> (NameRef b))");
    tree(
        "groups.a -> f x : [ 5432/tcp, icmp ] via net except std.e",
        "(Flow (Select (NameRef groups) . (NameKey a)) -> (Apply (NameRef f) (NameRef x)) (FlowPorts : (List [ (Literal 5432/tcp) , \
         (NameRef icmp) ])) (FlowVia via (NameRef net)) (FlowExcept except (Select (NameRef std) . (NameKey e))))",
    );
    tree(
        "[ a -> any except b, via ]",
        "(List [ (Flow (NameRef a) -> (NameRef any) (FlowExcept except (NameRef b))) , (NameRef via) ])",
    );
    tree("any -> internet : 53/udp", "(Flow (NameRef any) -> (NameRef internet) (FlowPorts : (Literal 53/udp)))");
}

#[test]
fn items_have_paths_types_and_marks() {
    tree(
        "{ a.b.\"c\" : List (Ref T) = default 1; d = force { }; e = unset; f = default; }",
        "(Record { (Definition (KeyPath (NameKey a) . (NameKey b) . (StringKey (String \" c \"))) : (TypeApply List (TypeParen ( \
         (TypeApply Ref (TypeName T)) ))) = default (Literal 1) ;) (Definition (KeyPath (NameKey d)) = force (Record { }) ;) \
         (Definition (KeyPath (NameKey e)) = unset ;) (Definition (KeyPath (NameKey f)) = (NameRef default) ;) })",
    );
    tree(
        "{ inherit a b; inherit (x.y) c; include ./hosts/; extends ./site.arv; type = 1; include = 2; }",
        "(Record { (Inherit inherit (NameKey a) (NameKey b) ;) (Inherit inherit ( (Select (NameRef x) . (NameKey y)) ) (NameKey c) ;) \
         (Include include (PathLiteral ./hosts/) ;) (Extends extends (PathLiteral ./site.arv) ;) \
         (Definition (KeyPath (NameKey type)) = (Literal 1) ;) (Definition (KeyPath (NameKey include)) = (Literal 2) ;) })",
    );
    tree(
        "{ import = 1; match.secret = 2; m.${k} = 1; }",
        "(Record { (Definition (KeyPath (NameKey import)) = (Literal 1) ;) (Definition (KeyPath (NameKey match) . (NameKey secret)) = (Literal 2) ;) \
         (Definition (KeyPath (NameKey m) . (DynamicKey (Interpolation ${ (NameRef k) }))) = (Literal 1) ;) })",
    );
}

#[test]
fn types_have_unions_functions_and_records_with_a_rest() {
    tree(
        "let type K = Vm | All _ | P (List Int); type A = | One; type F = a -> List b -> Int?; in 1",
        "(Let let (TypeDefinition type K = (TypeUnion (UnionCase Vm) | (UnionCase All (TypeHole _)) | (UnionCase P (TypeParen ( \
         (TypeApply List (TypeName Int)) )))) ;) (TypeDefinition type A = (TypeUnion | (UnionCase One)) ;) \
         (TypeDefinition type F = (TypeFunction (TypeVar a) -> (TypeFunction (TypeApply List (TypeVar b)) -> (TypeOption (TypeName Int) ?))) ;) in (Literal 1))",
    );
    tree(
        "{ type R = { a : Int; b? : Map T; c : Int = 1; type : X; ... : E; }; }",
        "(Record { (TypeDefinition type R = (TypeRecord { (TypeField a : (TypeName Int) ;) (TypeField b ? : (TypeApply Map (TypeName T)) ;) \
         (TypeField c : (TypeName Int) = (Literal 1) ;) (TypeField type : (TypeName X) ;) (TypeRest ... : (TypeName E) ;) }) ;) })",
    );
}

#[test]
fn import_and_secret_take_what_they_name() {
    tree("import ./a.arv // { }", "(Binary (Import import (PathLiteral ./a.arv)) // (Record { }))");
    tree(
        "(import \"std\").dns { }",
        "(Apply (Select (Paren ( (Import import (String \" std \")) )) . (NameKey dns)) (Record { }))",
    );
    tree("secret \"kv/a#b\"", "(Secret secret (String \" kv/a#b \"))");
}

#[test]
fn strings_hold_text_escapes_and_expressions() {
    tree("\"a\\n${x}$b\"", "(String \" a \\n (Interpolation ${ (NameRef x) }) $b \")");
    tree(
        "\"${{ a = \"}\"; }.a}\"",
        "(String \" (Interpolation ${ (Select (Record { (Definition (KeyPath (NameKey a)) = (String \" } \") ;) }) . (NameKey a)) }) \")",
    );
    tree("''a ''${b} $${c} '''d''", "(IndentedString '' a  ''$ {b} $${c}  ''' d '')");
}

#[test]
fn a_list_ends_with_or_without_a_comma() {
    tree("[ ]", "(List [ ])");
    tree("[ 1, f x, ]", "(List [ (Literal 1) , (Apply (NameRef f) (NameRef x)) , ])");
}

#[test]
fn the_surface_of_the_seed_is_understood() {
    parses(
        r#"
let
  std = import "std";
in {
  name   = "arvandor";
  domain = "nebula";                                     # <host>.nebula
  nodes.pve = { address = 192.168.100.1; };              # the Proxmox host(s)
  networks.bridge  = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
  ranges.management = { vmids = 1000..1999; addresses = 10..19; };
  groups = { admin = {}; infrastructure = {}; projects = {}; games = {}; };
  hosts.dns = {
    vmid = 1001;
    groups = [ groups.infrastructure ];
    services = [ std.dns { forward = [ 1.1.1.1 ]; } ];
  };
  clusters.postgres = std.patroni { members = 3; first = 3000; groups = [ groups.infrastructure ]; };
  files."path" = toJSON { a = 1; };
  allow = [
    groups.admin          -> any,
    groups.infrastructure -> groups.infrastructure,
    groups.projects       -> groups.infrastructure : [ clusters.postgres.sql, clusters.vault.api ],
  ];
  never = [ groups.games -> any except std.essentials ];  # essentials: resolver, lighthouse, time, mirrors
}
"#,
    );
}

#[test]
fn the_texts_of_the_seed_programs_have_no_mistakes() {
    for text in [
        "{ groups.web = {}; a = { groups = [ groups.web ]; }; }",
        "let xs = [ 1, 1 / zero ]; zero = 0; in head xs",
        "let f = { vmid, mem ? 1GiB }: vmid; g = h: f { vmdi = h; }; in 3",
        "let f = x: x x; in f",
        "let n = h: h.name; in [ n { name = \"a\"; vmid = 3; }, n { vmid = 3; } ]",
        "let f = a: a // { x = 1; }; in f {}",
        "let h = { vmid = 1; }; in h.vmdi or 0",
        "let f = { mem? }: mem or 2GiB; in [ f {}, f { mem = 4GiB; } ]",
        "{ a = null; }",
        "{ a = { x = 1; y = 2; }; } // { a.y = 3; }",
        "{ a = { x = 1; y = 2; }; } // { a = force { y = 3; }; }",
        "{ a = default { x = 1; y = 2; }; } & { a.x = 5; }",
        "{ extends ./base.arv; n = 30; }",
        "import ./base.arv // { n = 30; }",
        "{ extends ./base.arv; q = unset; }",
        "{ include ./p/; }",
        "let k = \"x\"; in { m.${k} = 1; }",
        "{ ${k} = 1; }",
        "let f = x: x + 1; in [ f 1 2 ]",
        "let type K = Vm | Box; f : K -> Int = k: match k { Vm => 1, }; in f Bx",
        "let f = x: f (x + 1); in f 0",
        "let type N = { n : N; }; r : N = { n = r; }; in r",
        "[ 9223372036854775807 + 1, \"${secret \"kv/a#b\"}\" ]",
    ] {
        parses(text);
    }
}
