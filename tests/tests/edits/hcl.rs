//! Emitted Terraform read back: each resource as its attributes by their paths.

use std::collections::BTreeMap;

use crate::Tree;

/// The attributes of a resource: `clone.vm_id` is `9000`. Blocks of one name are numbered from the second on.
pub type Attributes = BTreeMap<String, String>;

/// Every resource of a tree by its address, and the old addresses that its `moved` blocks name.
pub fn resources(tree: &Tree) -> (BTreeMap<String, Attributes>, BTreeMap<String, String>) {
    let (mut found, mut moved) = (BTreeMap::new(), BTreeMap::new());
    for (_, text) in tree.iter().filter(|(path, _)| path.starts_with("terraform/") && path.ends_with(".tf")) {
        let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.is_empty());
        while let Some(line) = lines.next() {
            let block: Vec<&str> = match line.ends_with('{') {
                true => lines.by_ref().take_while(|line| *line != "}").collect(),
                false => continue,
            };
            let labels: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
            let mut attributes = Attributes::new();
            read(&mut block.into_iter(), "", &mut attributes);
            match labels[..] {
                [kind, name] if line.starts_with("resource ") => {
                    drop(found.insert(format!("{kind}.{name}"), attributes))
                }
                _ if line.starts_with("moved ") => {
                    drop(moved.insert(attributes["from"].clone(), attributes["to"].clone()))
                }
                _ => {}
            }
        }
    }
    (found, moved)
}

/// Reads a block until its end.
fn read<'t>(lines: &mut impl Iterator<Item = &'t str>, prefix: &str, out: &mut Attributes) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    while let Some(line) = lines.next().map(str::trim) {
        if line == "}" {
            return;
        }
        if let Some(name) =
            line.strip_suffix("{}").or(line.strip_suffix('{')).map(str::trim).filter(|n| !n.contains('='))
        {
            let count = counts.entry(name).or_default();
            *count += 1;
            let block = if *count == 1 { format!("{prefix}{name}") } else { format!("{prefix}{name}#{count}") };
            out.insert(block.clone(), "{}".to_owned());
            if !line.ends_with("{}") {
                read(lines, &format!("{block}."), out);
            }
            continue;
        }
        let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("neither attribute nor block: {line}"));
        let mut value = value.trim().to_owned();
        while value.matches(['[', '{', '(']).count() > value.matches([']', '}', ')']).count() {
            value.push_str(lines.next().expect("what is open is closed").trim());
        }
        out.insert(format!("{prefix}{}", name.trim()), value);
    }
}
