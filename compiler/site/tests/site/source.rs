//! A source, evaluated and resolved, with problems as lines and codes.

use arvc_lang::functions::Calls;
use arvc_lang::{LoadError, Loader, evaluate_site};
use arvc_site::model::Site;

struct NoFiles;

impl Loader for NoFiles {
    fn load(&mut self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::NotFound)
    }

    fn list(&mut self, _: &str) -> Result<Vec<String>, LoadError> {
        Err(LoadError::NotFound)
    }
}

/// The site, and every problem of evaluation and of the site: its line and its code.
pub fn resolve(text: &str) -> (Option<Site>, Vec<(u32, String)>) {
    let mut outcome = evaluate_site("site.arv", text.to_owned(), &mut NoFiles);
    let mut problems = outcome.diagnostics;
    let mut site = None;
    if let Some(data) = &outcome.data {
        let (resolved, found) = arvc_site::resolve(data, Calls::new(&outcome.sources, &mut outcome.functions));
        (site, problems) = (resolved, problems.into_iter().chain(found).collect());
    }
    let place =
        |it: &arvc_syntax::diagnostic::Diagnostic| (outcome.sources.position(it.span()).line, it.code.id.to_owned());
    (site, problems.iter().map(place).collect())
}

/// The labels of the only problem of a site: whether each is a place to change, the text that it covers, its words.
pub fn labels(text: &str) -> Vec<(bool, String, String)> {
    let mut outcome = evaluate_site("site.arv", text.to_owned(), &mut NoFiles);
    let calls = Calls::new(&outcome.sources, &mut outcome.functions);
    let problems = outcome.data.as_ref().map(|data| arvc_site::resolve(data, calls).1).unwrap_or_default();
    assert_eq!((outcome.diagnostics.len(), problems.len()), (0, 1), "{problems:?}");
    let label = |it: &arvc_syntax::diagnostic::Label| {
        (it.primary, outcome.sources.text(it.span).to_owned(), it.message.clone())
    };
    problems[0].labels.iter().map(label).collect()
}
