//! Documentation out of sources: what a definition is, as far as its text shows it, and the `##` comments on it.
//!
//! Nothing is evaluated. A definition that imports a file is what that file says; one that only a computation could tell
//! is shown as it is written.

mod builtin;
mod extract;
mod find;
mod markdown;
mod schema;

use std::rc::Rc;

pub use builtin::{builtins, kinds, prelude};
pub use extract::{Reader, std};
pub use find::{Found, find, names};
pub use markdown::{chapter, markdown, sections};
pub use schema::{field_type, types};

/// Something that has a name.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, without what it is a part of.
    pub name: String,
    /// What the source says behind the name: `: Size = 2GiB`, ` ? []`, empty if there is nothing to show.
    pub said: String,
    /// The comment on it, in Markdown; empty if there is none.
    pub about: String,
    /// What it is.
    pub shape: Rc<Shape>,
}

/// What something is, as far as its text shows it.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A function of fields of a record, and what it gives.
    Function(Vec<Entry>, Rc<Shape>),
    /// A function of one argument, as it is called: `map f list`.
    Call(String),
    /// A record.
    Record(Vec<Entry>),
    /// A record of the schema: its fields.
    Type(Vec<Entry>),
    /// A union of the schema: its tags.
    Union(Vec<Entry>),
    /// Anything else, as it is written.
    Value(String),
}

impl Shape {
    /// What is a part of it, by name.
    pub fn parts(&self) -> &[Entry] {
        match self {
            Self::Function(arguments, _) => arguments,
            Self::Record(entries) | Self::Type(entries) | Self::Union(entries) => entries,
            Self::Call(_) | Self::Value(_) => &[],
        }
    }

    /// In a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Function(..) | Self::Call(_) => "function",
            Self::Record(_) => "record",
            Self::Type(_) => "type",
            Self::Union(_) => "union",
            Self::Value(_) => "value",
        }
    }
}

impl Entry {
    /// The first sentence of what is said about it, on one line.
    pub fn summary(&self) -> String {
        summary(&self.about)
    }

    /// What is said about it without its examples, and the examples: the first fence and everything behind it.
    pub fn text_and_examples(&self) -> (&str, &str) {
        match self.about.find("```") {
            Some(at) => (self.about[..at].trim_end(), &self.about[at..]),
            None => (self.about.trim_end(), ""),
        }
    }
}

/// The first sentence of a text, on one line.
fn summary(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let line = paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    match line.find(". ") {
        Some(at) => line[..=at].to_owned(),
        None => line,
    }
}
