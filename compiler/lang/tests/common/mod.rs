//! What the tests of this crate share: files in memory, and problems as one line each.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;

use arvc_lang::{LoadError, Loader, Outcome, evaluate_plain, evaluate_site, print};

/// Files by their paths.
#[derive(Default)]
pub struct Memory(pub BTreeMap<String, Result<String, LoadError>>);

impl Loader for Memory {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().unwrap_or(Err(LoadError::NotFound))
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, LoadError> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let inside = self.0.keys().filter_map(|file| file.strip_prefix(prefix.as_str()));
        let names: Vec<String> = inside.filter(|name| !name.contains('/')).map(str::to_owned).collect();
        if names.is_empty() { Err(LoadError::NotFound) } else { Ok(names) }
    }
}

/// Files of a project; the first is the entry.
pub fn project(files: &[(&str, &str)]) -> (String, String, Memory) {
    let (path, text) = files[0];
    let others = files.iter().map(|(path, text)| (path.to_string(), Ok(text.to_string())));
    (path.to_owned(), text.to_owned(), Memory(others.collect()))
}

/// Evaluates a file as it is, in a thread with a small stack.
pub fn plain(files: &[(&str, &str)]) -> Outcome {
    let (path, text, mut loader) = project(files);
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let run = thread.spawn(move || evaluate_plain(&path, text, &mut loader));
    run.expect("a thread can be started").join().expect("evaluation does not panic")
}

/// Evaluates a site, in a thread with a small stack.
pub fn site(text: &str) -> Outcome {
    let (path, text, mut loader) = project(&[("site.arv", text)]);
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let run = thread.spawn(move || evaluate_site(&path, text, &mut loader));
    run.expect("a thread can be started").join().expect("evaluation does not panic")
}

/// The value as it is written.
pub fn value(outcome: &Outcome) -> String {
    outcome.data.as_ref().map_or_else(|| "<none>".to_owned(), |data| print(data, data.root))
}

/// Problems: `E0102 1:7 message | secondary label | = note | ? help`.
pub fn problems(outcome: &Outcome) -> Vec<String> {
    let line = |diagnostic: &arvc_syntax::diagnostic::Diagnostic| {
        let mut line = format!("{} {}", diagnostic.code.id, diagnostic.message);
        for label in &diagnostic.labels {
            let position = outcome.sources.position(label.span);
            let file = &outcome.sources.get(outcome.sources.file_of(label.span)).name;
            let mark = if label.primary { "^" } else { "-" };
            line += &format!(" | {mark} {file}:{}:{} {}", position.line, position.column, label.message);
        }
        for note in &diagnostic.notes {
            line += &format!(" | = {note}");
        }
        for help in &diagnostic.helps {
            line += &format!(" | ? {help}");
        }
        line
    };
    outcome.diagnostics.iter().map(line).collect()
}
