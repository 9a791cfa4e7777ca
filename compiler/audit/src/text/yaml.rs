//! YAML with the line and the quotes of every scalar: whether `1` was quoted decides what Nebula makes of it.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub line: u32,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Its text, and whether it was quoted.
    Scalar(String, bool),
    List(Vec<Node>),
    /// In order, duplicates too.
    Map(Vec<(Node, Node)>),
}

/// How much an alias may unfold to: more is an attack.
const MOST: usize = 1_000_000;

/// The documents of a file, or the line and the words of what is wrong.
pub(crate) fn parse(text: &str) -> Result<Vec<Node>, (u32, String)> {
    let mut documents = Vec::new();
    let mut open: Vec<(usize, Node, Option<Node>)> = Vec::new();
    let mut anchors: HashMap<usize, Node> = HashMap::new();
    let mut size = 0;
    let parser = Parser::new_from_str(text);
    for event in parser {
        let (event, span) = event.map_err(|error| (error.marker().line() as u32, error.info().to_owned()))?;
        let line = span.start.line() as u32;
        size += 1;
        let (anchor, node) = match event {
            Event::Scalar(text, style, anchor, _) => {
                (anchor, Node { line, kind: Kind::Scalar(text.into_owned(), style != ScalarStyle::Plain) })
            }
            Event::SequenceStart(anchor, _) => {
                open.push((anchor, Node { line, kind: Kind::List(Vec::new()) }, None));
                continue;
            }
            Event::MappingStart(anchor, _) => {
                open.push((anchor, Node { line, kind: Kind::Map(Vec::new()) }, None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((anchor, node, _)) => (anchor, node),
                None => continue,
            },
            Event::Alias(anchor) => {
                let node = anchors.get(&anchor).cloned().ok_or((line, "an alias of nothing".to_owned()))?;
                size += weight(&node);
                (0, node)
            }
            _ => continue,
        };
        if size > MOST {
            return Err((line, "its aliases unfold to too much".to_owned()));
        }
        if anchor > 0 {
            anchors.insert(anchor, node.clone());
        }
        match open.last_mut() {
            None => documents.push(node),
            Some((_, Node { kind: Kind::List(items), .. }, _)) => items.push(node),
            Some((_, Node { kind: Kind::Map(pairs), .. }, key)) => match key.take() {
                None => *key = Some(node),
                Some(key) => pairs.push((key, node)),
            },
            Some(_) => {}
        }
    }
    Ok(documents)
}

fn weight(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar(..) => 1,
        Kind::List(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Kind::Map(pairs) => 1 + pairs.iter().map(|(key, value)| weight(key) + weight(value)).sum::<usize>(),
    }
}

impl Node {
    /// The value of a key; of several, the last, as old Nebula takes it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.pairs().iter().rev().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The value of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text of a scalar that is not null.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text, quoted) if *quoted || !["", "~", "null", "Null", "NULL"].contains(&text.as_str()) => {
                Some(text)
            }
            _ => None,
        }
    }

    /// Whether it is a scalar in quotes.
    pub fn quoted(&self) -> bool {
        matches!(self.kind, Kind::Scalar(_, true))
    }

    /// Whether it is absent in all but name.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Scalar(..)) && self.text().is_none()
    }

    /// A boolean, as YAML and Nebula's `GetBool` know it.
    pub fn boolean(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "1" | "y" | "yes" | "t" | "on" => Some(true),
            "false" | "0" | "n" | "no" | "f" | "off" => Some(false),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn items(&self) -> &[Self] {
        if let Kind::List(items) = &self.kind { items } else { &[] }
    }

    /// The pairs of a map.
    pub fn pairs(&self) -> &[(Self, Self)] {
        if let Kind::Map(pairs) = &self.kind { pairs } else { &[] }
    }

    /// Whether it is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_quotes_and_duplicates_are_kept() {
        let nodes = parse("---\na: 1\nb:\n  - \"1\"\n  - x\na: 2\nc: &k {d: e}\nf: *k\n").expect("YAML");
        let map = &nodes[0];
        assert_eq!(map.get("a").and_then(Node::text), Some("2"));
        assert_eq!(map.pairs().len(), 5);
        let items = map.get("b").expect("b").items();
        assert!(items[0].quoted() && !items[1].quoted());
        assert_eq!((items[0].line, items[1].line), (4, 5));
        assert_eq!(map.at(&["f", "d"]).and_then(Node::text), Some("e"));
        assert!(parse("a: [").is_err());
    }
}
