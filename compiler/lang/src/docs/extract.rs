//! From trees to [`Entry`]: heads are looked through, imports are followed, each file once.

use std::collections::BTreeMap;
use std::rc::Rc;

use arvc_syntax::ast::{self, AstNode, Item, Key};
use arvc_syntax::parser;

use super::{Entry, Shape};
use crate::lower::files::normalize;
use crate::{LoadError, Loader, library};

/// Reads documentation out of files, which it keeps.
pub struct Reader<'l> {
    loader: &'l mut dyn Loader,
    known: BTreeMap<String, Option<Entry>>,
}

/// The library `std`.
pub fn std() -> Entry {
    let entry = Reader::new(&mut Nothing).file("<std>/default.arv", 0);
    Entry { name: "std".to_owned(), ..entry.unwrap_or_else(|| unreachable!("std is a part of the compiler")) }
}

fn entry_of(library: &str) -> String {
    format!("{}/{}", library::folder(library), library::ENTRY)
}

/// What comes with the compiler needs no file of a project.
struct Nothing;

impl Loader for Nothing {
    fn load(&mut self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::NotFound)
    }

    fn list(&mut self, _: &str) -> Result<Vec<String>, LoadError> {
        Err(LoadError::NotFound)
    }
}

/// Nothing that is written is longer where it is shown.
const SHOWN: usize = 72;

/// Files that import one another are followed so far.
const DEPTH: usize = 32;

impl<'l> Reader<'l> {
    /// No files read yet.
    pub fn new(loader: &'l mut dyn Loader) -> Self {
        Self { loader, known: BTreeMap::new() }
    }

    /// The libraries of the project.
    pub fn libraries(&mut self) -> Vec<Entry> {
        let names = self.loader.libraries();
        names
            .into_iter()
            .filter_map(|name| Some(Entry { name: name.clone(), ..self.file(&entry_of(&name), 0)? }))
            .collect()
    }

    /// A file of the project; none if it cannot be read.
    pub fn project(&mut self, path: &str) -> Option<Entry> {
        self.file(path, 0)
    }

    fn file(&mut self, path: &str, depth: usize) -> Option<Entry> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        // Whoever comes back here is in a circle.
        self.known.insert(path.to_owned(), None);
        let text = match path.strip_prefix("<std>/") {
            Some(name) => library::source(name).map(str::to_owned),
            None => self.loader.load(path).ok(),
        };
        let entry = text.and_then(|text| {
            let parsed = parser::parse(&text, 0);
            let expr = ast::File::of(&parsed.tree).expr()?;
            let shape = self.shape(expr, &[], path, depth);
            Some(Entry {
                name: path.to_owned(),
                said: String::new(),
                about: expr.docs().unwrap_or_default(),
                shape: Rc::new(shape),
            })
        });
        self.known.insert(path.to_owned(), entry.clone());
        entry
    }

    /// What an expression is; `lets` are around it, the nearest last.
    fn shape<'t>(&mut self, expr: ast::Expr<'t>, lets: &[ast::Let<'t>], path: &str, depth: usize) -> Shape {
        let written = || Shape::Value(one_line(expr.node().text()));
        match expr {
            _ if depth > DEPTH => written(),
            ast::Expr::Paren(paren) => match paren.expr() {
                Some(inner) => self.shape(inner, lets, path, depth + 1),
                None => written(),
            },
            ast::Expr::Let(bindings) => match bindings.body() {
                Some(body) => {
                    let lets: Vec<ast::Let<'t>> = lets.iter().copied().chain([bindings]).collect();
                    self.shape(body, &lets, path, depth + 1)
                }
                None => written(),
            },
            ast::Expr::Assert(assert) => match assert.body() {
                Some(body) => self.shape(body, lets, path, depth + 1),
                None => written(),
            },
            ast::Expr::Lambda(lambda) => self.function(lambda, lets, path, depth),
            ast::Expr::Record(record) => Shape::Record(self.fields(record, lets, path, depth)),
            ast::Expr::Import(import) => match self.imported(import, path, depth) {
                Some(entry) => entry.shape.as_ref().clone(),
                None => written(),
            },
            // A name of a `let` is what that says.
            ast::Expr::Name(name) => match bound(lets, name.text()) {
                Some(value) => self.shape(value, lets, path, depth + 1),
                None => written(),
            },
            _ => written(),
        }
    }

    fn imported(&mut self, import: ast::Import<'_>, path: &str, depth: usize) -> Option<Entry> {
        match (import.path(), import.library().and_then(|library| library.plain())) {
            (Some(file), _) => self.file(&normalize(path, file.text())?, depth + 1),
            (None, Some(name)) if name == library::STANDARD => self.file("<std>/default.arv", depth + 1),
            (None, Some(name)) if library::is_name(&name) => self.file(&entry_of(&name), depth + 1),
            _ => None,
        }
    }

    fn function<'t>(&mut self, lambda: ast::Lambda<'t>, lets: &[ast::Let<'t>], path: &str, depth: usize) -> Shape {
        let gives = lambda.body().map(|body| self.shape(body, lets, path, depth + 1));
        match lambda.pattern() {
            Some(ast::Pattern::Record(pattern)) => {
                let mut arguments: Vec<Entry> = pattern.fields().filter_map(argument).collect();
                if pattern.rest().is_some() {
                    arguments.push(Entry {
                        name: "...".to_owned(),
                        said: String::new(),
                        about: "further fields".to_owned(),
                        shape: Rc::new(Shape::Value(String::new())),
                    });
                }
                Shape::Function(arguments, Rc::new(gives.unwrap_or(Shape::Value(String::new()))))
            }
            _ => {
                // `a: b: …` is called with one after the other.
                let mut names = vec![lambda.pattern().map_or("_", |pattern| pattern.node().text()).to_owned()];
                let mut body = lambda.body();
                while let Some(ast::Expr::Lambda(inner)) = body {
                    let Some(ast::Pattern::Name(name)) = inner.pattern() else { break };
                    names.push(name.text().to_owned());
                    body = inner.body();
                }
                Shape::Call(names.join(" "))
            }
        }
    }

    fn fields<'t>(&mut self, record: ast::Record<'t>, lets: &[ast::Let<'t>], path: &str, depth: usize) -> Vec<Entry> {
        let mut found = Vec::new();
        for item in record.items() {
            match item {
                Item::Definition(definition) => {
                    let Some(name) = definition.path().and_then(key_path) else { continue };
                    let annotation = definition.annotation().map(|ty| format!(" : {}", one_line(ty.node().text())));
                    let own = definition.docs().unwrap_or_default();
                    let (shape, about) = match definition.value() {
                        Some(ast::Expr::Import(import)) => match self.imported(import, path, depth) {
                            // What the file says of itself is more than the line at its name.
                            Some(entry) if !entry.about.is_empty() => (entry.shape.clone(), entry.about),
                            Some(entry) => (entry.shape.clone(), own),
                            None => (Rc::new(Shape::Value(one_line(import.node().text()))), own),
                        },
                        Some(value) => (Rc::new(self.shape(value, lets, path, depth + 1)), own),
                        None => (Rc::new(Shape::Value("unset".to_owned())), own),
                    };
                    let said = match (annotation, definition.value()) {
                        (Some(annotation), _) => annotation,
                        (None, Some(value)) => match value {
                            ast::Expr::Lambda(_) | ast::Expr::Import(_) => String::new(),
                            value => format!(" = {}", one_line(value.node().text())),
                        },
                        (None, None) => " = unset".to_owned(),
                    };
                    found.push(Entry { shape: called(&name, shape), name, said, about });
                }
                Item::Inherit(inherit) => {
                    let about = inherit.docs().unwrap_or_default();
                    for name in inherit.names() {
                        let shape = match (inherit.source(), bound(lets, name.text())) {
                            (None, Some(value)) => self.shape(value, lets, path, depth + 1),
                            _ => Shape::Value(String::new()),
                        };
                        let (said, name) = (String::new(), name.text().to_owned());
                        let shape = called(&name, Rc::new(shape));
                        found.push(Entry { name, said, about: about.clone(), shape });
                    }
                }
                Item::Include(_) | Item::Extends(_) | Item::Type(_) | Item::Error(_) => {}
            }
        }
        found
    }
}

/// A function of arguments without names is shown as it is called.
fn called(name: &str, shape: Rc<Shape>) -> Rc<Shape> {
    match shape.as_ref() {
        Shape::Call(parameters) => Rc::new(Shape::Call(format!("{name} {parameters}"))),
        _ => shape,
    }
}

fn argument(field: ast::PatternField<'_>) -> Option<Entry> {
    let name = field.name()?.text().to_owned();
    let mut said = field.annotation().map_or_else(String::new, |ty| format!(" : {}", one_line(ty.node().text())));
    match field.default() {
        Some(default) => said.push_str(&format!(" ? {}", one_line(default.node().text()))),
        None if field.is_optional() => said.insert(0, '?'),
        None => {}
    }
    let about = field.docs().unwrap_or_default();
    Some(Entry { name, said, about, shape: Rc::new(Shape::Value(String::new())) })
}

/// What a `let` defines a name as, by the nearest that does.
fn bound<'t>(lets: &[ast::Let<'t>], name: &str) -> Option<ast::Expr<'t>> {
    lets.iter().rev().find_map(|bindings| {
        bindings.items().find_map(|item| match item {
            Item::Definition(definition) => {
                let found = definition.path().and_then(key_path)? == name;
                definition.value().filter(|_| found)
            }
            _ => None,
        })
    })
}

/// A path as it is written, without computed keys.
fn key_path(path: ast::KeyPath<'_>) -> Option<String> {
    let key = |key: Key<'_>| match key {
        Key::Name(name) => Some(name.text().to_owned()),
        Key::String(_) => Some(key.node().text().to_owned()),
        Key::Dynamic(_) | Key::Error(_) => None,
    };
    path.keys().map(key).collect::<Option<Vec<_>>>().map(|keys| keys.join("."))
}

/// A piece of source on one line, without comments, cut where it is long.
pub(super) fn one_line(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim()).filter(|line| !line.starts_with('#'));
    let line = lines.collect::<Vec<_>>().join(" ");
    match line.chars().count() <= SHOWN {
        true => line,
        false => line.chars().take(SHOWN - 1).chain(['…']).collect(),
    }
}
