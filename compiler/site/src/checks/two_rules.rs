//! Two rules for the addresses of one network
//!
//! ## What is wrong
//!
//! A range says of one prefix of a network both `addresses` and a function (`address`, `others`), or two functions.
//!
//! ## Why
//!
//! Each of them gives every slot an address there, and nobody could say which one is meant. Of a network with several
//! prefixes, a function is for the one that its addresses lie in, and `addresses` for those that no function is for.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tenant = {
//!     vmids = 5000..5009;
//!     on.bridge.addresses = 50..59;
//!     on.bridge.address = vmid: 192.168.100.50 + (vmid - 5000); # error: E0391
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove one of them.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Network, Range, RangeOn};
use crate::place::report;

/// Two rules for the addresses of one network.
pub static CODE: Code = Code::new("E0391", "two rules for the addresses of one network", include_str!("two_rules.rs"));

/// What a range says of a network, with the prefix that each of its functions gives addresses in.
pub(crate) fn check(
    range: &Range,
    network: &Network,
    on: &RangeOn,
    rules: impl Iterator<Item = (Option<usize>, Span)>,
) -> Option<Diagnostic> {
    let mut first: BTreeMap<usize, Span> = BTreeMap::new();
    let mut twice = None;
    for (prefix, span) in rules {
        let Some(prefix) = prefix else { continue };
        match first.get(&prefix) {
            Some(before) => twice = twice.or(Some((*before, span, "one for each slot"))),
            None => drop(first.insert(prefix, span)),
        }
    }
    // Every prefix has its function, and none is left for the span.
    let spans = on.addresses.filter(|_| first.len() == network.more.len() + 1 || network.more.is_empty());
    let spans = spans.zip(on.rules.first()).map(|(span, rule)| (span.span, rule.span, "an address for each slot"));
    let (earlier, later, label) = twice.or(spans)?;
    let message = format!("`{}` has two rules for addresses in `{}`", range.named.path, network.named.path);
    let diagnostic = report(&CODE, message, &range.named, later, label).secondary(earlier, "and another one");
    Some(match network.more.as_slice() {
        [] => diagnostic.help("remove one of them"),
        _ => diagnostic.help("write one for each of the network's prefixes"),
    })
}
