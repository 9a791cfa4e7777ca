//! Terraform: the resources of the provider bpg/proxmox that decide what the firewall does.
//!
//! Every other resource is left alone. Of these, an attribute that only Terraform can evaluate makes unknown what it decides.

mod firewall;
mod machine;

use std::collections::HashMap;

use super::centers::{Centers, Folders, Kind};
use crate::place::{Notes, Place, Why};
use crate::proxmox::{Center, Id, Proxmox, Setting};
use crate::text::hcl::{Attribute, Block, Value};

/// All files of Terraform of a tree.
#[derive(Default)]
pub(crate) struct Terraform {
    files: Vec<(u32, String, Block)>,
}

/// Resources by folder, type and name; locals by folder and name.
pub(super) struct Names<'a> {
    resources: HashMap<(&'a str, &'a str, &'a str), &'a Block>,
    locals: HashMap<(&'a str, &'a str), &'a Value>,
}

/// A block, the file that it is in, and the names of its folder.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    names: &'a Names<'a>,
    centers: &'a Centers<'a>,
    folder: &'a str,
    center: Center,
    file: u32,
    block: &'a Block,
}

/// What an attribute says.
pub(super) enum Field<T> {
    Absent,
    Known(T),
    Unknown(Why),
}

impl Terraform {
    /// One more file.
    pub fn add(&mut self, path: &str, file: u32, block: Block) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.files.push((file, folder.to_owned(), block));
    }

    /// What its folders say of the data centres that they are of.
    pub fn folders<'f>(&'f self, folders: &mut Folders<'f>) {
        let names = self.names();
        for (_, folder, body) in &self.files {
            let own = folders.entry((Kind::Terraform, folder)).or_default();
            for block in body.blocks.iter().filter(|block| block.kind == "resource") {
                own.switch |= block.labels.first().is_some_and(|kind| kind.ends_with("_cluster_firewall"));
                let node = block.attribute("node_name").and_then(|node| names.literal(folder, &node.value, 0));
                if let Some(Value::Text(node)) = node {
                    own.nodes.insert(node.clone());
                }
            }
        }
    }

    fn names(&self) -> Names<'_> {
        let mut names = Names { resources: HashMap::new(), locals: HashMap::new() };
        for (_, folder, body) in &self.files {
            for block in &body.blocks {
                match (block.kind.as_str(), block.labels.as_slice()) {
                    ("resource", [kind, name]) => {
                        names.resources.insert((folder, kind, name), block);
                    }
                    ("locals", _) => {
                        let locals = block.attributes.iter();
                        names.locals.extend(locals.map(|local| ((folder.as_str(), local.name.as_str()), &local.value)));
                    }
                    _ => {}
                }
            }
        }
        names
    }

    /// What all files say.
    pub fn read(&self, centers: &Centers<'_>, proxmox: &mut Proxmox, notes: &mut Notes) {
        let names = self.names();
        let mut lists = firewall::Lists::new();
        for (file, folder, body) in &self.files {
            for block in &body.blocks {
                let center = centers.center(Kind::Terraform, folder);
                let scope = Scope { names: &names, centers, folder, center, file: *file, block };
                match (block.kind.as_str(), block.labels.first().map(String::as_str)) {
                    ("resource", Some(kind)) => resource(scope, kind, &mut lists, proxmox, notes),
                    ("module", _) => {
                        notes.unread(scope.place(), "a module: what it makes is not in this tree");
                    }
                    _ => {}
                }
            }
        }
    }
}

fn resource(scope: Scope<'_>, kind: &str, lists: &mut firewall::Lists, proxmox: &mut Proxmox, notes: &mut Notes) {
    if scope.is_none() {
        return;
    }
    let short = kind.strip_prefix("proxmox_virtual_environment_").or_else(|| kind.strip_prefix("proxmox_"));
    match short {
        Some("vm") => machine::read(scope, false, proxmox, notes),
        Some("container") => machine::read(scope, true, proxmox, notes),
        Some("cluster_firewall") => firewall::cluster(scope, proxmox, notes),
        Some("node_firewall") => firewall::node(scope, proxmox, notes),
        Some("cluster_firewall_security_group") => firewall::group(scope, proxmox, notes),
        Some("firewall_ipset") => firewall::set(scope, proxmox, notes),
        Some("firewall_alias") => firewall::alias(scope, proxmox, notes),
        Some("firewall_rules") => firewall::rules(scope, lists, proxmox, notes),
        Some("firewall_options") => firewall::options(scope, proxmox, notes),
        Some("vm2" | "cloned_vm") => {
            proxmox.present = true;
            notes.unread(scope.place(), format!("a resource of the kind {kind}"));
        }
        _ => {}
    }
}

impl<'a> Scope<'a> {
    /// The guest of a number.
    pub fn id(self, vmid: u32) -> Id {
        Id { center: self.center, vmid }
    }

    /// The node that it names.
    pub fn node(self, notes: &mut Notes) -> Field<String> {
        match self.text("node_name", notes).0 {
            Field::Known(name) => Field::Known(self.centers.node(self.center, &name)),
            other => other,
        }
    }

    /// Where the block begins.
    pub fn place(self) -> Place {
        Place { file: self.file, line: self.block.line }
    }

    /// The same scope, an inner block.
    pub fn inner(self, block: &'a Block) -> Self {
        Self { block, ..self }
    }

    /// Whether it is made at all, as far as that is literal: `count = 0` makes nothing.
    pub fn is_none(self) -> bool {
        let count = self.block.attribute("count").and_then(|count| self.value(count, 0));
        matches!(count, Some(Value::Number(text) | Value::Text(text)) if text == "0")
    }

    /// Why the block may be made several times, or not at all.
    pub fn repeated(self, notes: &mut Notes) -> Option<Why> {
        let mark = ["count", "for_each"].into_iter().find_map(|name| self.block.attribute(name))?;
        if let ("count", Some(Value::Number(text))) = (mark.name.as_str(), self.value(mark, 0))
            && text == "1"
        {
            return None;
        }
        let place = Place { file: self.file, line: mark.line };
        Some(notes.unread(place, format!("{}: how often it is made is not said", mark.name)))
    }

    /// Why there may be more blocks of a kind than are written.
    pub fn generated(self, kind: &str, notes: &mut Notes) -> Option<Why> {
        let block = self.block.blocks("dynamic").find(|block| block.labels.iter().any(|label| label == kind))?;
        let place = Place { file: self.file, line: block.line };
        Some(notes.unread(place, format!("a dynamic block {kind}: what it makes is not said")))
    }

    fn field<T>(self, name: &str, notes: &mut Notes, read: impl Fn(&Value) -> Option<T>) -> (Field<T>, Option<Place>) {
        let Some(attribute) = self.block.attribute(name) else { return (Field::Absent, None) };
        let place = Place { file: self.file, line: attribute.line };
        let field = match self.value(attribute, 0) {
            Some(Value::Null) => Field::Absent,
            Some(value) => match read(value) {
                Some(value) => Field::Known(value),
                None => Field::Unknown(notes.unread(place, format!("the value of {name}"))),
            },
            None => Field::Unknown(notes.unread(place, format!("the value of {name}, which is not literal"))),
        };
        (field, Some(place))
    }

    /// A text; a number is its digits.
    pub fn text(self, name: &str, notes: &mut Notes) -> (Field<String>, Option<Place>) {
        self.field(name, notes, |value| match value {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(value) => Some(value.to_string()),
            _ => None,
        })
    }

    /// A number.
    pub fn number(self, name: &str, notes: &mut Notes) -> (Field<u32>, Option<Place>) {
        self.field(name, notes, |value| match value {
            Value::Text(text) | Value::Number(text) => text.parse().ok(),
            _ => None,
        })
    }

    /// A switch, with what holds where it is absent.
    pub fn switch(self, name: &str, default: bool, notes: &mut Notes) -> Setting<bool> {
        let (field, place) = self.field(name, notes, |value| match value {
            Value::Bool(value) => Some(*value),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        });
        let value = match field {
            Field::Absent => Ok(default),
            Field::Known(value) => Ok(value),
            Field::Unknown(why) => Err(why),
        };
        Setting { value, place }
    }

    /// A literal value behind the names of the folder.
    fn value(self, attribute: &'a Attribute, depth: usize) -> Option<&'a Value> {
        self.names.literal(self.folder, &attribute.value, depth)
    }
}

impl<'a> Names<'a> {
    /// What a value is in a folder, behind names.
    fn literal(&self, folder: &str, value: &'a Value, depth: usize) -> Option<&'a Value> {
        let Value::Path(path) = value else {
            return (!matches!(value, Value::Other)).then_some(value);
        };
        if depth > 8 {
            return None;
        }
        let found = match path.as_slice() {
            [first, name] if first == "local" => self.locals.get(&(folder, name.as_str())).copied()?,
            [kind, name, attribute] => {
                let block = self.resources.get(&(folder, kind.as_str(), name.as_str()))?;
                &block.attribute(attribute)?.value
            }
            _ => return None,
        };
        self.literal(folder, found, depth + 1)
    }
}
