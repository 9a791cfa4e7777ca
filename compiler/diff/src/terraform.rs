//! Terraform's files as resources: each with its attributes by their paths, in one notation whatever their layout.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Body, Structure};

use crate::Texts;

/// The attributes of a resource: `clone.vm_id` is `9000`. Blocks of one name are numbered from the second on.
pub type Attributes = BTreeMap<String, String>;

/// What a resource is found by: each folder is a configuration of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The folder of its file.
    pub folder: String,
    /// Its kind and its name: `proxmox_virtual_environment_vm.web`.
    pub text: String,
}

impl Address {
    /// The name alone.
    pub fn name(&self) -> &str {
        self.text.split_once('.').map_or(&self.text, |(_, name)| name)
    }

    /// The kind alone.
    pub fn kind(&self) -> &str {
        self.text.split_once('.').map_or("", |(kind, _)| kind)
    }
}

/// What the files of a tree say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Every resource.
    pub found: BTreeMap<Address, Attributes>,
    /// What `moved` blocks say: the old address and the new one.
    pub moved: BTreeMap<Address, Address>,
    /// Files that are not Terraform's language, with what is wrong.
    pub unread: BTreeMap<String, String>,
}

/// Nesting that nobody writes.
const DEEPEST: usize = 64;

/// Reads every file of Terraform in a tree.
pub fn resources(tree: &Texts) -> Resources {
    let mut resources = Resources::default();
    for (path, text) in tree.iter().filter(|(path, _)| path.ends_with(".tf")) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match hcl_edit::parser::parse_body(text) {
            Ok(body) => file(&body, folder, &mut resources),
            Err(error) => {
                let why = format!("line {}: {}", error.location().line(), error.message());
                resources.unread.insert(path.clone(), why);
            }
        }
    }
    resources
}

fn file(body: &Body, folder: &str, resources: &mut Resources) {
    let address = |text: String| Address { folder: folder.to_owned(), text };
    for block in body.blocks() {
        let mut attributes = Attributes::new();
        read(&block.body, "", 0, &mut attributes);
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        match (block.ident.as_str(), labels.as_slice()) {
            ("resource", [kind, name]) => {
                resources.found.insert(address(format!("{kind}.{name}")), attributes);
            }
            ("moved", []) => {
                if let (Some(from), Some(to)) = (attributes.get("from"), attributes.get("to")) {
                    resources.moved.insert(address(from.clone()), address(to.clone()));
                }
            }
            _ => {}
        }
    }
}

fn read(body: &Body, prefix: &str, depth: usize, out: &mut Attributes) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let mut text = String::new();
                value(&attribute.value, 0, &mut text);
                out.insert(format!("{prefix}{}", attribute.key.as_str()), text);
            }
            Structure::Block(block) if depth < DEEPEST => {
                let name = block.ident.as_str();
                let count = counts.entry(name).or_default();
                *count += 1;
                let path = if *count == 1 { format!("{prefix}{name}") } else { format!("{prefix}{name}#{count}") };
                out.insert(path.clone(), "{}".to_owned());
                read(&block.body, &format!("{path}."), depth + 1, out);
            }
            Structure::Block(_) => {}
        }
    }
}

/// A value without its layout and comments.
fn value(expression: &Expression, depth: usize, out: &mut String) {
    if depth > DEEPEST {
        out.push('…');
        return;
    }
    match expression {
        Expression::String(text) => out.push_str(&serde_json::Value::from(text.as_str()).to_string()),
        Expression::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                value(item, depth + 1, out);
            }
            out.push(']');
        }
        Expression::Object(pairs) => {
            out.push('{');
            for (index, (key, item)) in pairs.iter().enumerate() {
                out.push_str(if index == 0 { " " } else { ", " });
                match key {
                    ObjectKey::Ident(name) => out.push_str(name.as_str()),
                    ObjectKey::Expression(key) => value(key, depth + 1, out),
                }
                out.push_str(" = ");
                value(item.expr(), depth + 1, out);
            }
            out.push_str(" }");
        }
        Expression::Parenthesis(inner) => value(inner.inner(), depth + 1, out),
        other => out.push_str(&other.to_string().split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_by_their_paths_whatever_their_layout() {
        let text = "\
resource \"a\" \"b\" {
  x = [ # why
    \"1\",
    \"2\",
  ]
  disk {
    size = 4
  }
  disk {}
  y = a.b[0].c
}

moved {
  from = a.old
  to   = a.b
}
";
        let tree = Texts::from([("terraform/a.tf".to_owned(), text.to_owned()), ("b.tf".to_owned(), "a {".to_owned())]);
        let read = resources(&tree);
        let address = |text: &str| Address { folder: "terraform".into(), text: text.into() };
        let attributes = &read.found[&address("a.b")];
        let text: Vec<String> = attributes.iter().map(|(path, value)| format!("{path} {value}")).collect();
        assert_eq!(text, ["disk {}", "disk#2 {}", "disk.size 4", "x [\"1\", \"2\"]", "y a.b[0].c"]);
        assert_eq!(read.moved, BTreeMap::from([(address("a.old"), address("a.b"))]));
        assert_eq!(read.unread.keys().collect::<Vec<_>>(), ["b.tf"]);
    }
}
