//! What an author adds to a block that this program has written.

use super::{Block, Body, Identifier, Item, Value};

/// One addition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// An attribute. It takes the place of one of the same name.
    Attribute(Identifier, Value),
    /// What stands in the one block of a kind, or makes one.
    Inside(Identifier, Vec<Addition>),
    /// A block besides those that are there.
    Block(Identifier, Vec<Addition>),
}

impl Body {
    /// Adds to what is there: attributes behind those at its beginning, blocks at its end.
    pub fn add(&mut self, additions: Vec<Addition>) -> &mut Self {
        for addition in additions {
            match addition {
                Addition::Attribute(name, value) => self.attribute(name, value),
                Addition::Inside(kind, inner) => {
                    let mut same = self.items.iter_mut().filter_map(|item| match item {
                        Item::Block(block) if block.kind == kind => Some(&mut block.body),
                        _ => None,
                    });
                    match (same.next(), same.next()) {
                        (Some(body), None) => drop(body.add(inner)),
                        _ => self.further(kind, inner),
                    }
                }
                Addition::Block(kind, inner) => self.further(kind, inner),
            }
        }
        self
    }

    fn attribute(&mut self, name: Identifier, value: Value) {
        let known = self.items.iter_mut().find_map(|item| match item {
            Item::Attribute(known, value) if *known == name => Some(value),
            _ => None,
        });
        match known {
            Some(known) => *known = value,
            None => {
                let at = self.items.iter().position(|item| matches!(item, Item::Block(_)));
                let mut at = at.unwrap_or(self.items.len());
                // The comment of a block stays with it.
                while at > 0 && matches!(self.items[at - 1], Item::Comment(_)) {
                    at -= 1;
                }
                self.items.insert(at, Item::Attribute(name, value));
            }
        }
    }

    fn further(&mut self, kind: Identifier, inner: Vec<Addition>) {
        let mut body = Body::new();
        body.add(inner);
        self.items.push(Item::Block(Block { kind, labels: Vec::new(), body }));
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::{Body, Value, fixed};
    use super::Addition;

    #[test]
    fn what_is_added_finds_its_place() {
        let mut body = Body::new();
        body.set("a", 1_u32)
            .comment("Why.")
            .block("cpu", |cpu| {
                cpu.set("cores", 2_u32).set("type", "old");
            })
            .block("disk", |_| {});
        let kind = Addition::Attribute(fixed("type"), "host".into());
        body.add(vec![
            Addition::Inside(fixed("cpu"), vec![kind, Addition::Attribute(fixed("units"), Value::Signed(-1))]),
            Addition::Attribute(fixed("bios"), "ovmf".into()),
            Addition::Block(fixed("disk"), vec![Addition::Attribute(fixed("size"), 8_u32.into())]),
            Addition::Inside(fixed("vga"), Vec::new()),
        ]);
        let expected = "\
a    = 1
bios = \"ovmf\"

# Why.
cpu {
  cores = 2
  type  = \"host\"
  units = -1
}

disk {}

disk {
  size = 8
}

vga {}
";
        assert_eq!(body.print(), expected);
    }
}
