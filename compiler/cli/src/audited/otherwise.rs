//! The files say something else than the site
//!
//! ## What is wrong
//!
//! A build reads the files that it is about to write, with readers that know nothing of the site, and holds what they let through against
//! what was proved of it. Here the two differ: a packet passes that the site does not allow, or one does not pass that it does. Nothing
//! was written.
//!
//! ## Why
//!
//! What was proved is worth nothing if the files say something else. What you hand on to a tool as it is (keys of `nebula` and
//! `terraform`, `terraform.resources`, further `files`) may change who reaches whom, and nobody but this comparison would notice.
//!
//! ## Example
//!
//! A group of `terraform.resources` that lets everybody in, a key of Nebula's configuration that takes another address: the message names
//! the connection, what the site and the files say, and the lines of the files that decide.
//!
//! ## What to do
//!
//! Say with `allow` what is meant, and take out what opens or closes it beside that. If none of the lines that are named comes from a key,
//! a resource or a file of yours, it is a mistake of arvc: please report it with the message.

use std::fmt::Write;

use arvc_site::model::Site;
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;
use arvc_verdict::Verdict;

use super::{Difference, TOLD};

/// The code.
pub static CODE: Code = Code::new("E0960", "the files say something else than the site", include_str!("otherwise.rs"));

/// All differences as one problem: they have one cause more often than many.
pub(super) fn diagnostic(site: &Site, different: &[Difference]) -> Option<Diagnostic> {
    let first = different.first()?;
    let (may, must) = match first.audit {
        Verdict::Open => ("let through", "closes"),
        _ => ("close", "opens"),
    };
    let message = format!("the files {may} what the site {must}: {}", words(first));
    let span = at(site, &first.question.to).or_else(|| at(site, &first.question.from)).unwrap_or(Span::new(0, 0));
    let mut problem = Diagnostic::new(&CODE, message, span, "the tree of this site was not written");
    for difference in different.iter().take(TOLD) {
        problem = problem.note(format!(
            "{}: {} by the site, {} by the files",
            words(difference),
            difference.proof,
            difference.audit
        ));
        for decision in difference.decisions.iter().filter(|one| matters(difference, &one.verdict)) {
            let lines: Vec<String> = decision.sources.iter().map(ToString::to_string).collect();
            problem = problem.note(format!("{} ({}): {}", decision.part, lines.join(", "), decision.words));
        }
    }
    if different.len() > TOLD {
        problem = problem.note(format!("and {} more", different.len() - TOLD));
    }
    Some(problem.help(
        "if a key, a resource or a file of yours is among these lines, say it with `allow`, or take it out; if not, this is a mistake \
         of arvc: please report it",
    ))
}

/// Where a machine or a node is written.
fn at(site: &Site, name: &str) -> Option<Span> {
    let hosts = site.hosts.iter().map(|host| &host.named).chain(site.nodes.iter().map(|node| &node.named));
    hosts.into_iter().find(|named| named.name == name).map(|named| named.key)
}

/// Of what is open every layer matters, of what is closed those that close it.
fn matters(difference: &Difference, verdict: &Verdict) -> bool {
    difference.audit == Verdict::Open || *verdict == Verdict::Closed
}

fn words(difference: &Difference) -> String {
    let question = &difference.question;
    let mut text = format!("{} -> {}", question.from, question.to);
    let _ = match question.port {
        Some(port) => write!(text, " : {port}/{}", question.protocol),
        None => write!(text, " : {}", question.protocol),
    };
    let _ = write!(text, " at {}, {}", question.address, question.path);
    text
}
