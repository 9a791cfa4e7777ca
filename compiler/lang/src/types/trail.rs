//! Where the checker is, as a message says it: `hosts.dns.vmid`, an item of `groups` of the argument of `f`.

use arvc_syntax::intern::{Interner, Symbol};
use arvc_syntax::source::Span;

/// Index of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trail(u32);

impl Trail {
    /// Nowhere that has a name.
    pub(super) const NONE: Self = Self(0);
}

/// Where a path begins.
#[derive(Clone, Debug)]
pub(super) enum Root {
    /// The site.
    Site,
    /// Something with a name, in words: `the argument of `f``.
    Words(String),
    /// What an operator or a function of the language is given, in words: `the first argument of `map``.
    Operand(String),
}

#[derive(Clone, Debug)]
enum Step {
    Root(Root),
    Field(Symbol, Span),
    Item,
}

/// All places.
#[derive(Default)]
pub(super) struct Trails {
    steps: Vec<(Trail, Step)>,
}

impl Trails {
    fn add(&mut self, parent: Trail, step: Step) -> Trail {
        self.steps.push((parent, step));
        Trail(self.steps.len() as u32)
    }

    pub(super) fn root(&mut self, root: Root) -> Trail {
        self.add(Trail::NONE, Step::Root(root))
    }

    pub(super) fn field(&mut self, parent: Trail, name: Symbol, key: Span) -> Trail {
        self.add(parent, Step::Field(name, key))
    }

    pub(super) fn item(&mut self, parent: Trail) -> Trail {
        self.add(parent, Step::Item)
    }

    /// The key of the innermost field.
    pub(super) fn key(&self, mut trail: Trail) -> Option<Span> {
        while trail != Trail::NONE {
            let (parent, step) = &self.steps[trail.0 as usize - 1];
            if let Step::Field(_, key) = step {
                return Some(*key);
            }
            trail = *parent;
        }
        None
    }

    /// Whether it is what an operator or a function of the language is given.
    pub(super) fn is_operand(&self, mut trail: Trail) -> bool {
        while trail != Trail::NONE {
            let (parent, step) = &self.steps[trail.0 as usize - 1];
            if let Step::Root(root) = step {
                return matches!(root, Root::Operand(_));
            }
            trail = *parent;
        }
        false
    }

    /// In words.
    pub(super) fn describe(&self, mut trail: Trail, names: &Interner) -> String {
        let mut fields: Vec<&str> = Vec::new();
        let mut item = false;
        let mut root = None;
        while trail != Trail::NONE {
            let (parent, step) = &self.steps[trail.0 as usize - 1];
            match step {
                Step::Root(found) => {
                    root = Some(found);
                    break;
                }
                Step::Field(name, _) => fields.push(names.get(*name)),
                Step::Item => {
                    item |= fields.is_empty();
                    if !fields.is_empty() {
                        fields.push("*");
                    }
                }
            }
            trail = *parent;
        }
        fields.reverse();
        let path = (!fields.is_empty()).then(|| format!("`{}`", fields.join(".")));
        let place = match (root, path) {
            (Some(Root::Words(words) | Root::Operand(words)), Some(path)) => Some(format!("{path} of {words}")),
            (Some(Root::Words(words) | Root::Operand(words)), None) => Some(words.clone()),
            (Some(Root::Site), None) => Some("the site".to_owned()),
            (_, path) => path,
        };
        match (item, place) {
            (true, Some(place)) => format!("an item of {place}"),
            (true, None) => "an item".to_owned(),
            (false, Some(place)) => place,
            (false, None) => "this".to_owned(),
        }
    }
}
