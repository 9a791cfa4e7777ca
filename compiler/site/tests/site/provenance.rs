//! A problem with a value that a function made shows the literal, the function's line, and the calls.

use pretty_assertions::assert_eq;

use crate::source;

const SITE: &str = r#"
  name = "site"; domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ]; nodes.pve = { address = 10.0.0.1; };
  networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; };
  images.debian = { vmid = 9000; };
  ranges.r = { vmids = 1000..1999; addresses = 10..19; };
"#;

fn shown(text: &str) -> Vec<String> {
    let mark = |primary| if primary { '^' } else { '-' };
    source::labels(text).iter().map(|(primary, text, words)| format!("{} {text} | {words}", mark(*primary))).collect()
}

#[test]
fn two_literals_are_both_to_be_changed() {
    let text = format!("{{ {SITE} hosts.a = {{ vmid = 1001; }}; hosts.b = {{ vmid = 1001; }}; }}");
    assert_eq!(shown(&text), ["^ 1001 | VMID of `hosts.a`", "^ 1001 | VMID of `hosts.b`"]);
}

#[test]
fn a_helper_shows_both_literals_both_calls_and_its_line() {
    let text = format!("let mk = n: {{ vmid = n; }}; in {{ {SITE} hosts.a = mk 1001; hosts.b = mk (1001); }}");
    assert_eq!(
        shown(&text),
        [
            "^ 1001 | VMID of `hosts.a`",
            "^ 1001 | VMID of `hosts.b`",
            "- mk 1001 | hosts.a is made through this call",
            "- vmid | it becomes the VMID here",
            "- mk (1001) | hosts.b is made through this call",
        ]
    );
}

#[test]
fn a_number_that_a_helper_computes_is_reported_at_the_call() {
    let text = format!("let mk = n: {{ vmid = n + 10; }}; in {{ {SITE} hosts.a = mk 1000; }}");
    assert_eq!(
        shown(&text),
        [
            "^ mk 1000 | 1009 is the last VMID that has one",
            "- n + 10 | computed here",
            "- 10..19 | host numbers 10 to 19"
        ]
    );
}
