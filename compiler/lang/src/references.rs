//! Which files a file names, from its text alone: what an editor needs to know whose part a file is.
//!
//! Nothing is read and nothing reported; a path that leaves the project, or the library, names nothing.

use arvc_syntax::ast;
use arvc_syntax::parser;

use crate::compose;
use crate::library;
use crate::lower::files::normalize;

/// How a file names another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// `include`: it is a part of it.
    Include,
    /// `extends`: it is one layer below.
    Extends,
    /// `import`: its value is used.
    Import,
}

/// A file, or a folder, that is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// How.
    pub how: How,
    /// The path relative to the project's root; that of a folder ends in a slash.
    pub path: String,
}

/// What the file at `path` with this text names, in the order of the text.
pub fn references(path: &str, text: &str) -> Vec<Reference> {
    let tree = parser::parse(text, 0).tree;
    let reference = |how, written: &str| {
        let slash = if written.ends_with('/') { "/" } else { "" };
        Some(Reference { how, path: normalize(path, written)? + slash })
    };
    let mut found: Vec<(u32, Reference)> = Vec::new();
    for statement in compose::statements(&tree) {
        let how = if statement.extends { How::Extends } else { How::Include };
        found.extend(reference(how, &statement.path).map(|reference| (statement.span.start, reference)));
    }
    for import in tree.nodes().flat_map(ast::views_of::<ast::Import<'_>>) {
        let named = match (import.path(), import.library().and_then(|library| library.plain())) {
            (Some(path), _) => reference(How::Import, path.text()),
            (None, Some(name)) if library::is_name(&name) => {
                Some(Reference { how: How::Import, path: format!("{}/{}", library::folder(&name), library::ENTRY) })
            }
            _ => None,
        };
        found.extend(named.map(|reference| (ast::AstNode::span(import).start, reference)));
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, reference)| reference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_a_text_names_is_found_whatever_else_is_wrong_with_it() {
        let text = "let a = import ./a.arv; in {\n include ./hosts/; extends ../base.arv;\n\
                    b = f (import \"acme\") (import \"std\"); c = [ import ../../out.arv ]; d = import /etc/x; e = ";
        let found: Vec<(How, String)> =
            references("lab/site.arv", text).into_iter().map(|found| (found.how, found.path)).collect();
        let expected = [
            (How::Import, "lab/a.arv"),
            (How::Include, "lab/hosts/"),
            (How::Extends, "base.arv"),
            (How::Import, "vendor/acme/default.arv"),
        ];
        assert_eq!(found, expected.map(|(how, path)| (how, path.to_owned())));
    }
}
