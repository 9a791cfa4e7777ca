//! The files say something else than the site
//!
//! ## What is wrong
//!
//! A build reads the files that it is about to write, with readers that know nothing of the site, and holds what they let through against
//! what was proved of it. Here the two differ: a packet passes that the site does not allow, or one does not pass that it does. Nothing
//! was written: the tree of the last build stands as it was.
//!
//! ## Why
//!
//! What was proved is worth nothing if the files say something else. What you hand on to a tool as it is (keys of `nebula` and
//! `terraform`, `terraform.resources`, further `files`) may change who reaches whom, and nobody but this comparison would notice.
//!
//! There is no option to write the tree all the same. One of the two is wrong, and nobody knows which: with the proof, every `never` of
//! the site would be in doubt, and with the files, what they open.
//!
//! ## Example
//!
//! A group of `terraform.resources` that lets everybody in, a key of Nebula's configuration that takes another address: the message names
//! the connection (from, to, address, path, protocol and port), what the site and the files say, and of both the layers that decide,
//! with the lines of the files.
//!
//! ```text
//! arvc reach --site site.arv web db:5432/tcp      # what was proved, with the lines of the site
//! arvc audit site.arv web db:5432/tcp             # what the files say that it would give, with their lines
//! ```
//!
//! ## What to do
//!
//! Say with `allow` what is meant, and take out what opens or closes it beside that. If none of the lines that are named comes from a key,
//! a resource or a file of yours, it is a mistake of arvc: please report it with the message, and with what `arvc reach --site site.arv
//! --cells` and `arvc audit site.arv --cells` print. Until it is mended, leave out of the site what the connection is about, or build
//! with the release that built it before.

use std::fmt::Write;

use arvc_site::model::Site;
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;
use arvc_verdict::{Cell, Decision, Layer, Verdict};

use super::{Difference, TOLD};

/// The code.
pub static CODE: Code = Code::new("E0960", "the files say something else than the site", include_str!("otherwise.rs"));

/// All differences as one problem: they have one cause more often than many.
pub(super) fn diagnostic(site: &Site, entry: &str, different: &[Difference]) -> Option<Diagnostic> {
    let first = different.first()?;
    let (may, must) = match first.audit {
        Verdict::Open => ("let through", "closes"),
        _ => ("close", "opens"),
    };
    let message = format!("the files {may} what the site {must}: {}", words(first));
    let span = at(site, &first.question.to).or_else(|| at(site, &first.question.from)).unwrap_or(Span::new(0, 0));
    let mut problem = Diagnostic::new(&CODE, message, span, "the tree of this site was not written");
    let explained = different.iter().skip(1).take(TOLD - 1).filter(|one| !one.read.is_empty());
    let shown: Vec<&Difference> = different.iter().take(1).chain(explained).collect();
    for difference in &shown {
        let verdicts = format!("{} by the site, {} by the files", difference.proof, difference.audit);
        problem = problem.note(format!("{}: {verdicts}", words(difference)));
        for (side, decisions, verdict) in
            [("site", &difference.proved, &difference.proof), ("files", &difference.read, &difference.audit)]
        {
            for decision in decisions.iter().filter(|one| matters(verdict, one)) {
                problem = problem.note(format!("{side}: {}", told(decision)));
            }
        }
        let cell = Cell { question: difference.question.clone(), verdict: difference.proof.clone() };
        problem = problem.note(format!("as a cell: {}", serde_json::json!(cell)));
    }
    if different.len() > shown.len() {
        problem = problem.note(format!("and {} more", different.len() - shown.len()));
    }
    Some(problem.help(format!(
        "if a key, a resource or a file of yours is among these lines, say it with `allow`, or take it out; if not, this is a mistake \
         of arvc: please report it with this message, and with what `arvc reach --site {entry} --cells` and `arvc audit {entry} \
         --cells` print"
    )))
}

/// Where a machine or a node is written.
fn at(site: &Site, name: &str) -> Option<Span> {
    let hosts = site.hosts.iter().map(|host| &host.named).chain(site.nodes.iter().map(|node| &node.named));
    hosts.into_iter().find(|named| named.name == name).map(|named| named.key)
}

/// Of what is open every layer of rules matters, of what is closed what closes it.
fn matters(whole: &Verdict, one: &Decision) -> bool {
    *whole == Verdict::Open && one.layer != Layer::Path || one.verdict == Verdict::Closed
}

/// A layer's decision: which it is, the lines, why.
fn told(decision: &Decision) -> String {
    let lines: Vec<String> = decision.sources.iter().map(ToString::to_string).collect();
    let at = if lines.is_empty() { String::new() } else { format!(" ({})", lines.join(", ")) };
    let why = if decision.words.is_empty() { String::new() } else { format!(", {}", decision.words) };
    format!("{}: {}{at}: {}{why}", decision.layer, decision.part, decision.verdict)
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
