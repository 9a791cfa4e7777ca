//! Events to the flat tree. Blanks and comments before a node's first token stay outside of it.

use super::Event;
use super::input::Input;
use crate::kind::SyntaxKind::{self, *};
use crate::tree::NodeData;

/// How many nodes may stand inside one another. Operators lean to the left without nesting in the text, so this bounds
/// them; everything that walks the tree relies on it.
pub(super) const MAX_NODES: usize = 500;

/// What building gives.
pub(super) struct Built {
    /// The nodes in preorder.
    pub(super) nodes: Vec<NodeData>,
    /// The first token of the first node that was too deep.
    pub(super) too_deep: Option<u32>,
}

pub(super) fn build(mut events: Vec<Event>, input: &Input, tokens: u32) -> Built {
    let mut builder = Builder {
        input,
        nodes: Vec::with_capacity(events.len() / 4),
        open: Vec::new(),
        token: 0,
        end: 0,
        ignored: 0,
        too_deep: None,
    };
    let mut around = Vec::new();
    for index in 0..events.len() {
        match events[index] {
            // Put around another node, which stood earlier and began this one too.
            Event::Start { kind: Tombstone, .. } => {}
            Event::Start { .. } => {
                let mut next = index;
                while let Event::Start { kind, forward } = &mut events[next] {
                    around.push(*kind);
                    *kind = Tombstone;
                    if *forward == 0 {
                        break;
                    }
                    next += *forward as usize;
                }
                for kind in around.drain(..).rev() {
                    builder.start(kind);
                }
            }
            Event::Token => {
                builder.end = input.raw(builder.token) + 1;
                builder.token += 1;
            }
            Event::Finish => builder.finish(),
        }
    }
    if let Some(root) = builder.nodes.first_mut() {
        (root.first, root.end) = (0, tokens);
    }
    Built { nodes: builder.nodes, too_deep: builder.too_deep }
}

struct Builder<'i> {
    input: &'i Input,
    nodes: Vec<NodeData>,
    open: Vec<usize>,
    /// The next token of the input.
    token: usize,
    /// One past the last token of the text that was consumed.
    end: u32,
    /// Nodes that are open and too deep.
    ignored: u32,
    too_deep: Option<u32>,
}

impl Builder<'_> {
    fn start(&mut self, kind: SyntaxKind) {
        let first = self.input.raw(self.token);
        if self.open.len() >= MAX_NODES {
            if self.ignored == 0 {
                self.too_deep = self.too_deep.or(Some(first));
                // Its parent becomes the one node for everything inside.
                if let Some(parent) = self.open.last() {
                    self.nodes[*parent].kind = Error;
                    self.nodes.truncate(parent + 1);
                }
            }
            self.ignored += 1;
            return;
        }
        self.open.push(self.nodes.len());
        self.nodes.push(NodeData { kind, first, end: first, subtree: 1 });
    }

    fn finish(&mut self) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        let Some(index) = self.open.pop() else { return };
        let parent = self.open.last().map_or(0, |parent| self.nodes[*parent].first);
        let subtree = (self.nodes.len() - index) as u32;
        let node = &mut self.nodes[index];
        node.subtree = subtree;
        node.end = self.end;
        if node.end <= node.first {
            // Empty, as all nodes in it: they stand behind the token before, inside of the parent.
            let place = self.end.max(parent);
            for node in &mut self.nodes[index..] {
                (node.first, node.end) = (place, place);
            }
        }
    }
}
