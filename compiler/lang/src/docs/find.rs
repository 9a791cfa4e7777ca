//! Names of documented things: `std.patroni`, `std.patroni.members`, `Host.memory`, `map`.

use arvc_syntax::diagnostic::nearest;

use super::{Entry, Shape};

/// One thing and its full name.
#[derive(Clone, Debug)]
pub struct Found {
    /// The name that finds it.
    pub name: String,
    /// What is known of it.
    pub entry: Entry,
}

/// The thing of a name, or the nearest name that has one.
pub fn find(roots: &[Entry], name: &str) -> Result<Found, Option<String>> {
    let (first, rest) = match roots.iter().find(|root| name.strip_prefix(root.name.as_str()).is_some_and(begins)) {
        Some(root) => (root, &name[root.name.len()..]),
        None => return Err(near(roots, name)),
    };
    let mut entry = first.clone();
    let mut rest = rest.trim_start_matches('.');
    while !rest.is_empty() {
        let Some((part, behind)) = part(&entry.shape, rest) else { return Err(near(roots, name)) };
        (entry, rest) = (part, behind);
    }
    Ok(Found { name: name.to_owned(), entry })
}

fn begins(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('.')
}

/// The part that a path begins with, and the path behind it. The fields of what a function gives are its parts, too.
fn part<'p>(shape: &Shape, path: &'p str) -> Option<(Entry, &'p str)> {
    let own = |entries: &[Entry]| {
        entries.iter().find_map(|entry| {
            let rest = path.strip_prefix(entry.name.as_str()).filter(|rest| begins(rest))?;
            Some((entry.clone(), rest.trim_start_matches('.')))
        })
    };
    own(shape.parts()).or_else(|| match shape {
        Shape::Function(_, gives) => own(gives.parts()),
        _ => None,
    })
}

/// All names that find something, as deep as things are documented: two levels are enough to guess what was meant.
pub fn names(roots: &[Entry]) -> Vec<String> {
    let mut names = Vec::new();
    for root in roots {
        names.push(root.name.clone());
        for part in root.shape.parts() {
            let name = format!("{}.{}", root.name, part.name);
            names.extend(part.shape.parts().iter().map(|inner| format!("{name}.{}", inner.name)));
            names.push(name);
        }
    }
    names
}

fn near(roots: &[Entry], name: &str) -> Option<String> {
    let known = names(roots);
    // `patroni` means `std.patroni`, `memroy` means `Host.memory`.
    let last = |known: &'_ str| known.rsplit('.').next().unwrap_or_default().to_owned();
    let ends: Vec<String> = known.iter().map(|known| last(known)).collect();
    let by_end = |end: &str| ends.iter().position(|known| known == end).map(|at| known[at].clone());
    by_end(name)
        .or_else(|| nearest(name, known.iter().map(String::as_str)).map(str::to_owned))
        .or_else(|| by_end(nearest(name, ends.iter().map(String::as_str))?))
}
