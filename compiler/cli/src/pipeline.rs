//! The phases in their order, from the text of an entry to the tree. Nothing here touches the world.

use std::collections::BTreeMap;

use arvc_emit::tree::Tree;
use arvc_lang::functions::Calls;
use arvc_lang::{LoadError, Loader, Outcome};
use arvc_reach::policy::{Policies, policies};
use arvc_site::Resolved;
use arvc_site::lock::{self, Environment, Held};
use arvc_site::model::Site;
use arvc_syntax::diagnostic::{Diagnostic, Severity};
use arvc_syntax::source::Sources;

use crate::libraries::listing;
use crate::reason;
use crate::source::Problem;

/// How the project's files are read: paths relative to its root.
pub trait Read {
    /// The text of a file.
    fn text(&mut self, path: &str) -> Result<String, Problem>;
    /// The names of the files in a folder, hidden ones left out; `""` is the root.
    fn names(&mut self, path: &str) -> Result<Vec<String>, Problem>;
    /// The names of the project's libraries.
    fn libraries(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// Files without folders.
impl<F: FnMut(&str) -> Result<String, Problem>> Read for F {
    fn text(&mut self, path: &str) -> Result<String, Problem> {
        self(path)
    }

    fn names(&mut self, _: &str) -> Result<Vec<String>, Problem> {
        Err(Problem::NotFound)
    }
}

/// What checking found.
#[derive(Debug)]
pub struct Checked {
    /// Every source that was read.
    pub sources: Sources,
    /// Every problem.
    pub diagnostics: Vec<Diagnostic>,
    /// The site, if it could be made; only without errors is it whole.
    pub site: Option<Site>,
    /// Its policies, if its claims are good enough that they were derived to judge them.
    pub policies: Option<Policies>,
    /// What the lock has to hold of it from now on, if it is good and was not only judged.
    pub lock: Environment,
    /// Whether nothing but its claims stops a build.
    whole: bool,
    /// The machines that were renamed, as pairs of the old name and the new one.
    pub renamed: Vec<(String, String)>,
}

impl Checked {
    /// Whether nothing stops a build.
    pub fn is_good(&self) -> bool {
        self.diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
    }

    /// Whether it is known who reaches whom, though that may not be what the site claims: that is then to be looked at.
    pub fn is_judged(&self) -> bool {
        self.is_good() || self.whole && self.policies.is_some()
    }

    /// Works out what the lock has to hold of a good site, and the serials of its zones, which follow from that.
    fn settle(&mut self, held: &Held) {
        if !self.is_good() {
            return;
        }
        let Some(site) = &mut self.site else { return };
        let policies = self.policies.get_or_insert_with(|| policies(site));
        self.lock = lock::record(site, &held.own, &self.renamed);
        self.lock.set_policies(&arvc_emit::policy_names(site, policies));
        self.lock.set_serials(&contents(site));
        site.serials = self.lock.serials.iter().map(|(zone, serial)| (zone.clone(), serial.serial)).collect();
    }

    /// What came to nothing before there was a site.
    pub(crate) fn unread(sources: Sources, diagnostics: Vec<Diagnostic>) -> Self {
        let (lock, renamed) = Default::default();
        Self { sources, diagnostics, site: None, policies: None, whole: false, lock, renamed }
    }
}

/// Evaluates, resolves, and holds the claims against what is allowed, where nothing is locked.
///
/// Connections are judged as far as the site is known: machines and flows with an error of their own are left out there.
/// Lints about connections wait until there is no error, since a flow that is missing would make others look idle.
pub fn check(entry: &str, text: String, load: &mut dyn Read) -> Checked {
    check_held(entry, text, load, &Held::default())
}

/// The same with what the lock holds.
pub fn check_held(entry: &str, text: String, load: &mut dyn Read, held: &Held) -> Checked {
    let mut checked = judge_held(entry, text, load, held);
    checked.settle(held);
    checked
}

/// The same as far as it tells of problems: who only wants those pays for no lock, and nothing may be emitted of it.
pub fn judge_held(entry: &str, text: String, load: &mut dyn Read, held: &Held) -> Checked {
    let ((sources, mut diagnostics), resolved) = resolve_held(entry, text, load, held);
    let Resolved { site, diagnostics: problems, renamed } = resolved;
    diagnostics.extend(problems);
    let lock = Environment::default();
    let mut checked = Checked { sources, diagnostics, site, policies: None, whole: false, lock, renamed };
    if let Some(site) = &checked.site {
        let good = checked.is_good();
        checked.whole = good;
        let (judged, policies) = arvc_reach::judge(site, &checked.diagnostics);
        checked.policies = policies;
        checked.diagnostics.extend(judged.into_iter().filter(|problem| good || problem.severity == Severity::Error));
    }
    checked
}

/// Evaluates and resolves: the sources and what is wrong with their values, and the site with what is wrong with that.
pub(crate) fn resolve_held(
    entry: &str,
    text: String,
    load: &mut dyn Read,
    held: &Held,
) -> ((Sources, Vec<Diagnostic>), Resolved) {
    let Outcome { sources, data, mut functions, diagnostics } =
        arvc_lang::evaluate_site(entry, text, &mut Files { load });
    let calls = Calls::new(&sources, &mut functions);
    let resolved = data.map(|data| arvc_site::resolve_held(&data, calls, held)).unwrap_or_default();
    ((sources, diagnostics), resolved)
}

/// The hash of each zone's content, the serial left out.
fn contents(site: &Site) -> BTreeMap<String, String> {
    let zones = arvc_emit::dns::contents(site).into_iter();
    zones.map(|(zone, text)| (zone, listing::of(text.as_bytes())[..32].to_owned())).collect()
}

/// Emits a site that checked without errors. Every file names the entry that it came from.
pub fn emit(site: &Site, entry: &str) -> Tree {
    emit_with(site, &policies(site), entry)
}

/// The same with the policies that were derived for the checks.
pub fn emit_with(site: &Site, policies: &Policies, entry: &str) -> Tree {
    arvc_emit::emit(site, policies, &harmless(entry))
}

/// A file's name as it may stand in a comment of any format, template languages included.
fn harmless(entry: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ' ');
    entry.chars().map(|c| if keep(c) { c } else { '_' }).collect()
}

/// The project's files as the language asks for them.
pub(crate) struct Files<'a> {
    pub(crate) load: &'a mut dyn Read,
}

impl Loader for Files<'_> {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        self.load.text(path).map_err(said)
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, LoadError> {
        self.load.names(path).map_err(said)
    }

    fn libraries(&mut self) -> Vec<String> {
        self.load.libraries()
    }
}

fn said(problem: Problem) -> LoadError {
    match problem {
        Problem::NotFound => LoadError::NotFound,
        Problem::Outside => LoadError::Outside,
        Problem::NotText(_) => LoadError::NotText,
        Problem::TooLarge => LoadError::TooLarge,
        Problem::Disk(error) => LoadError::Other(reason(&error)),
    }
}
