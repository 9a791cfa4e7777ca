//! A build reads the tree that it is about to write, as a stranger would, and holds what the files let through against what was
//! proved of the site: by class, and never by pair.

mod otherwise;

use std::collections::{BTreeMap, BTreeSet};

use arvc_audit::{Class, Tree};
use arvc_reach::layers::{Answers, Classes, Layers, Party};
use arvc_reach::policy::Policies;
use arvc_site::model::Site;
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_verdict::{Counted, Decision, Question, Verdict};

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
    /// What each layer of the files says.
    pub decisions: Vec<Decision>,
}

/// What came of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Cells in which both say the same.
    pub agreed: usize,
    /// Cells that one of the two does not know.
    pub unknown: usize,
    /// Cells that only one of the two does not know, as an example of each reason.
    pub one_sided: Vec<Difference>,
    /// Cells in which they say something else.
    pub different: Vec<Difference>,
}

/// Asks both for every boundary packet between classes that neither tells apart.
pub fn compare(site: &Site, policies: &Policies, files: &BTreeMap<String, String>, counted: Counted) -> Compared {
    let mut tree = arvc_audit::read(files);
    tree.count(counted);
    let layers = Layers::new(site, policies);
    let answers = Answers::new(&layers);
    let classes = Classes::new(&layers);
    let class = |name: &str| match answers.named(name)? {
        Party::Host(host) => classes.of[host.index()],
        _ => None,
    };
    let matrix = tree.matrix_apart(class);
    let own = answers.cells(&representatives(&matrix.classes, &answers), counted);
    let mut questions: BTreeSet<&Question> = own.iter().map(|cell| &cell.question).collect();
    let mut compared = Compared::default();
    for cell in &matrix.cells {
        // What is an address to the files may be a machine of the site that no file names.
        questions.remove(&cell.question);
        let proof = answers.verdict(&cell.question, counted);
        compared.add(&tree, &cell.question, proof, cell.verdict.clone());
    }
    let verdicts = tree.verdicts(questions.iter().copied());
    let mut by_question: BTreeMap<&Question, &Verdict> = BTreeMap::new();
    by_question.extend(own.iter().map(|cell| (&cell.question, &cell.verdict)));
    for (question, audit) in questions.into_iter().zip(verdicts) {
        compared.add(&tree, question, by_question[question].clone(), audit);
    }
    compared
}

/// One party of each class, and two where a class may be asked about itself.
fn representatives(classes: &[Class], answers: &Answers<'_, '_>) -> Vec<Party> {
    let members = classes.iter().flat_map(|class| class.members.iter().take(2));
    members.filter_map(|name| answers.named(name)).filter(|party| !matches!(party, Party::Prefix(_))).collect()
}

impl Compared {
    fn add(&mut self, tree: &Tree, question: &Question, proof: Verdict, audit: Verdict) {
        let unknown = |verdict: &Verdict| matches!(verdict, Verdict::Unknown { .. });
        let list = match (unknown(&proof), unknown(&audit)) {
            (false, false) if proof == audit => {
                self.agreed += 1;
                return;
            }
            (false, false) => &mut self.different,
            (true, true) => {
                self.unknown += 1;
                return;
            }
            _ => {
                self.unknown += 1;
                &mut self.one_sided
            }
        };
        // A mistake in a rule of many is one mistake: what is told are the first.
        let decisions = if list.len() < TOLD { tree.decide(question).decisions } else { Vec::new() };
        list.push(Difference { question: question.clone(), proof, audit, decisions });
    }
}

/// How many differences are told with all that decides.
const TOLD: usize = 3;

/// What is wrong with the files of a tree, if they let something through that the site does not, or the reverse.
pub(crate) fn check(site: &Site, tree: &arvc_emit::tree::Tree) -> Option<Diagnostic> {
    let files = tree.files.iter().map(|(path, file)| (path.clone(), file.text.clone())).collect();
    let compared = compare(site, &arvc_reach::policy::policies(site), &files, Counted::All);
    otherwise::diagnostic(site, &compared.different)
}
