//! Nodes as the grammar noted them, in the order in which they began, to the flat tree. Blanks and
//! comments before a node's first token stay outside of it.

use super::Event;
use super::input::Input;
use crate::kind::SyntaxKind::Error;
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

pub(super) fn build(events: &[Event], input: &Input, tokens: u32) -> Built {
    let nodes = Vec::with_capacity(events.len());
    let mut builder = Builder { input, nodes, open: Vec::new(), too_deep: None };
    // Those that stand later in the events than what they are around.
    let mut started = vec![false; events.len()];
    let mut chain = Vec::new();
    for (index, event) in events.iter().enumerate() {
        builder.finish(index as u32);
        if started[index] {
            continue;
        }
        if event.forward == 0 {
            builder.start(event);
            continue;
        }
        let (mut next, mut forward) = (index, event.forward);
        while forward != 0 {
            chain.push(next);
            next += forward as usize;
            started[next] = true;
            forward = events[next].forward;
        }
        // From the outermost inwards.
        builder.start(&events[next]);
        while let Some(inner) = chain.pop() {
            builder.start(&events[inner]);
        }
    }
    builder.finish(u32::MAX);
    if let Some(root) = builder.nodes.first_mut() {
        (root.first, root.end) = (0, tokens);
    }
    Built { nodes: builder.nodes, too_deep: builder.too_deep }
}

struct Builder<'i> {
    input: &'i Input,
    nodes: Vec<NodeData>,
    /// Nodes that are not finished: their index, and how many nodes had begun when they were.
    open: Vec<(u32, u32)>,
    too_deep: Option<u32>,
}

impl Builder<'_> {
    fn start(&mut self, event: &Event) {
        let first = self.input.raw(event.first as usize);
        if self.open.len() >= MAX_NODES {
            return self.flatten(first);
        }
        let (first, end) = if event.end > event.first {
            (first, self.input.raw(event.end as usize - 1) + 1)
        } else {
            // Empty: it stands behind the token before it, inside of its parent.
            let behind = event.first.checked_sub(1).map_or(0, |last| self.input.raw(last as usize) + 1);
            let parent = self.open.last().map(|(parent, _)| self.nodes[*parent as usize]);
            let place = parent.map_or(behind, |parent| behind.max(parent.first));
            (place, place)
        };
        self.open.push((self.nodes.len() as u32, event.finished));
        self.nodes.push(NodeData { kind: event.kind, first, end, subtree: 1 });
    }

    /// The innermost node becomes the one node for everything inside, which is too deep.
    fn flatten(&mut self, first: u32) {
        self.too_deep = self.too_deep.or(Some(first));
        if let Some((parent, _)) = self.open.last() {
            self.nodes[*parent as usize].kind = Error;
            self.nodes.truncate(*parent as usize + 1);
        }
    }

    /// Finishes what was finished before this many nodes had begun.
    fn finish(&mut self, begun: u32) {
        while let Some((index, _)) = self.open.pop_if(|(_, finished)| *finished <= begun) {
            self.nodes[index as usize].subtree = self.nodes.len() as u32 - index;
        }
    }
}
