//! A build reads the tree that it is about to write, as a stranger would, and holds what the files let through against what was
//! proved of the site: by class, and never by pair.

mod otherwise;
mod packets;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::panic::resume_unwind;

use arvc_audit::{Given, Row, Tree};
use arvc_reach::layers::{Answers, Classes, Layers, Party};
use arvc_reach::policy::Policies;
use arvc_site::model::Site;
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_verdict::{Counted, Decision, Path, Protocol, Question, Verdict};

use self::packets::Packets;

/// The codes of this folder.
pub const CODES: &[&Code] = &[&otherwise::CODE];

/// One question to which the two give different answers.
#[derive(Clone, Debug)]
pub struct Difference {
    /// What was asked.
    pub question: Question,
    /// What was proved of the site.
    pub proof: Verdict,
    /// What the files let through.
    pub audit: Verdict,
    /// What each layer of the site says, of those that are told.
    pub proved: Vec<Decision>,
    /// What each layer of the files says, with their lines.
    pub read: Vec<Decision>,
}

/// What came of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Cells in which both say the same.
    pub agreed: usize,
    /// Cells that neither knows.
    pub unknown: usize,
    /// Cells that only one of the two does not know: the other's verdict stands, and nothing held it against the files.
    pub one_sided: Vec<Difference>,
    /// Cells in which they say something else.
    pub different: Vec<Difference>,
}

/// What is known beside the files of a site's tree: that its data centre's firewall is on, if that stands in another's.
pub fn given(site: &Site) -> Given {
    let elsewhere = site.datacenters.iter().find(|datacenter| !datacenter.owns_firewall.value);
    let firewall = elsewhere.map(|datacenter| format!("the site that owns the firewall of {}", datacenter.named.path));
    Given { firewall, ..Given::default() }
}

/// Asks both for every boundary packet between classes that neither tells apart.
pub fn compare(site: &Site, policies: &Policies, files: &BTreeMap<String, String>, counted: Counted) -> Compared {
    let texts = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    compare_on(site, policies, texts, counted, threads)
}

/// The same on so many threads as are said for a number of pairs. It is the same on any.
fn compare_on<'t>(
    site: &Site,
    policies: &Policies,
    texts: impl Iterator<Item = (&'t str, &'t str)>,
    counted: Counted,
    threads: impl Fn(usize) -> usize,
) -> Compared {
    let mut tree = arvc_audit::read_texts(texts, &given(site));
    tree.count(counted);
    let layers = Layers::new(site, policies);
    let answers = Answers::new(&layers);
    let classes = Classes::new(&layers);
    let class = |name: &str| match answers.named(name)? {
        Party::Host(host) => classes.of[host.index()],
        _ => None,
    };
    let classes = tree.classes_apart(class);
    let pairs = || arvc_audit::pairs(&classes);
    let part = |first: usize, threads: usize| {
        let mut own = pairs().skip(first).step_by(threads).peekable();
        let mut part = Part::default();
        while own.peek().is_some() {
            // Both remember what they were asked: of millions of pairs more than a machine has memory for.
            let layers = Layers::new(site, policies);
            part.hold(&tree, &Answers::new(&layers), counted, own.by_ref().take(AT_ONCE));
        }
        part
    };
    let parts = match threads(pairs().count()) {
        1 => vec![part(0, 1)],
        threads => std::thread::scope(|scope| {
            let (part, each) = (&part, 0..threads);
            let running: Vec<_> = each.map(|first| scope.spawn(move || part(first, threads))).collect();
            running.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        }),
    };
    let mut compared = Compared::default();
    let mut apart = Vec::new();
    for part in parts {
        compared.agreed += part.agreed;
        compared.unknown += part.unknown;
        apart.extend(part.apart);
    }
    // What they do not agree on is asked again, one by one, for the words.
    apart.sort();
    for (question, audit) in apart.iter().zip(tree.verdicts(&apart)) {
        compared.add(question, answers.verdict(question, counted), audit);
    }
    compared.explain(|question| (answers.decisions(question, counted), tree.decide(question).decisions));
    compared
}

/// On how many threads so many pairs are compared: a few are done before a second one has started.
fn threads(pairs: usize) -> usize {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    (pairs / 2000).clamp(1, most.min(16))
}

/// So many pairs are compared before what was remembered of them is forgotten.
const AT_ONCE: usize = if cfg!(test) { 50 } else { 100_000 };

/// What came of some of the pairs.
#[derive(Default)]
struct Part {
    agreed: usize,
    unknown: usize,
    /// What the two do not say the same of.
    apart: Vec<Question>,
}

impl Part {
    /// Holds the files against the proof between some pairs.
    fn hold<'p>(
        &mut self,
        tree: &Tree,
        answers: &Answers<'_, '_>,
        counted: Counted,
        pairs: impl Iterator<Item = (&'p str, &'p str)>,
    ) {
        let rows = tree.rows(answers.packets());
        let packets = Packets::new(rows.packets());
        for (from, to) in pairs {
            for (from, to, path, address) in ways(tree, answers, from, to) {
                let audit = rows.row(&from, &to, &path, address);
                let mut question = Question { from, to, address, path, protocol: Protocol::Icmp, port: None };
                let proof = packets.proved(answers, &mut question, counted);
                let same = |at: usize| audit.open[at] & proof.open[at] | audit.closed[at] & proof.closed[at];
                let known = |row: &Row, at: usize| row.open[at] | row.closed[at];
                let neither = |at: usize| !known(&audit, at) & !known(&proof, at);
                self.agreed += packets.count(same);
                self.unknown += packets.count(neither);
                self.apart.extend(packets.those(|at| !(same(at) | neither(at))).map(|(protocol, port)| Question {
                    protocol,
                    port,
                    ..question.clone()
                }));
            }
        }
    }
}

/// The ways from one to another that either side knows: the names of both ends, the path, and the address of the other end.
fn ways(tree: &Tree, answers: &Answers<'_, '_>, from: &str, to: &str) -> BTreeSet<(String, String, Path, IpAddr)> {
    // What leaves a node, or an address of nobody, for the world meets nothing that is emitted.
    let emitted =
        |from: &Party, to: &Party| matches!((from, to), (Party::Host(_), _) | (_, Party::Host(_) | Party::Node(_)));
    let mut ways = match (answers.named(from), answers.named(to)) {
        // What is an address to the files may be a machine of the site that no file names.
        (Some(from), Some(to))
            if from != to && emitted(&from, &to) && ![&from, &to].iter().any(|it| matches!(it, Party::Prefix(_))) =>
        {
            answers.ways(&from, &to)
        }
        _ => BTreeSet::new(),
    };
    ways.extend(tree.paths(from, to).into_iter().map(|(path, at)| (from.to_owned(), to.to_owned(), path, at)));
    ways
}

impl Compared {
    /// One that the two do not say the same of: those that agree are counted already.
    fn add(&mut self, question: &Question, proof: Verdict, audit: Verdict) {
        let unknown = |verdict: &Verdict| matches!(verdict, Verdict::Unknown { .. });
        let list = if unknown(&proof) || unknown(&audit) { &mut self.one_sided } else { &mut self.different };
        list.push(Difference { question: question.clone(), proof, audit, proved: Vec::new(), read: Vec::new() });
    }

    /// Puts those in front that are told, and says of them what decides. A mistake in a rule of many is one mistake: of each two
    /// and their path the first packet is told, and of what has a name before what is an address only.
    fn explain(&mut self, decisions: impl Fn(&Question) -> (Vec<Decision>, Vec<Decision>)) {
        let is_address = |name: &str| name.parse::<std::net::IpAddr>().is_ok();
        let mut seen = BTreeSet::new();
        let mut ranked: Vec<_> = std::mem::take(&mut self.different)
            .into_iter()
            .map(|it| {
                let question = &it.question;
                let further = !seen.insert((question.from.clone(), question.to.clone(), question.path.clone()));
                ((further, is_address(&question.from) || is_address(&question.to)), it)
            })
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        for ((further, _), difference) in ranked.iter_mut().take(TOLD) {
            if !*further {
                (difference.proved, difference.read) = decisions(&difference.question);
            }
        }
        self.different = ranked.into_iter().map(|(_, difference)| difference).collect();
    }

    /// One line about what could not be held against the files, if there is any.
    fn note(&self) -> Option<String> {
        let missing = |it: &Difference| match (&it.proof, &it.audit) {
            (_, Verdict::Unknown { missing }) | (Verdict::Unknown { missing }, _) => Some(missing.clone()),
            _ => None,
        };
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for reason in self.one_sided.iter().filter_map(missing) {
            *reasons.entry(reason).or_default() += 1;
        }
        // The most frequent one; of two, the first.
        let (reason, _) = reasons.iter().max_by_key(|(reason, count)| (**count, std::cmp::Reverse(*reason)))?;
        let asked = self.agreed + self.unknown + self.one_sided.len() + self.different.len();
        let more = match reasons.len() {
            1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        Some(format!(
            "{} of {asked} verdicts were not held against the files, which do not say: {reason}{more}",
            self.one_sided.len()
        ))
    }
}

/// So many differences are told at most.
const TOLD: usize = 3;

/// What came of reading a tree back.
#[derive(Debug, Default)]
pub struct Audited {
    /// What is wrong with the files, if they let something through that the site does not, or the reverse.
    pub problem: Option<Diagnostic>,
    /// What could not be compared, in one line.
    pub note: Option<String>,
}

/// Reads the tree of a site back. Commands name the site by its entry.
pub fn check(site: &Site, policies: &Policies, tree: &arvc_emit::tree::Tree, entry: &str) -> Audited {
    let texts = tree.files.iter().map(|(path, file)| (path.as_str(), file.text.as_str()));
    let compared = compare_on(site, policies, texts, Counted::All, threads);
    Audited { problem: otherwise::diagnostic(site, entry, &compared.different), note: compared.note() }
}
