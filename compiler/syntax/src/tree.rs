//! The lossless tree: every byte of the source belongs to exactly one token, and nodes are ranges of tokens.
//!
//! Nodes stand in one array in preorder, each with the length of its subtree, so that building is appending, the next
//! sibling is an addition, and nothing is counted or linked. There are no parent links: whoever needs them walks down.
//! A tree owns its text, so that it outlives the reading of the file. It is never edited; sources are parsed again.

use crate::kind::SyntaxKind;
use crate::source::Span;

/// A parsed source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    text: Box<str>,
    base: u32,
    kinds: Vec<SyntaxKind>,
    /// Where each token begins in the text, and one more: where the last one ends.
    starts: Vec<u32>,
    nodes: Vec<NodeData>,
}

/// One node: a kind, the tokens that it covers, and how many nodes it spans, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeData {
    /// Its kind.
    pub kind: SyntaxKind,
    /// First token.
    pub first: u32,
    /// One past the last token; equal to `first` if the node is empty.
    pub end: u32,
    /// Number of nodes in the subtree, itself included.
    pub subtree: u32,
}

impl Tree {
    /// A tree from its parts. `starts` has one entry more than `kinds`; the first node covers all others.
    pub(crate) fn new(text: &str, base: u32, kinds: Vec<SyntaxKind>, starts: Vec<u32>, nodes: Vec<NodeData>) -> Self {
        Self { text: text.into(), base, kinds, starts, nodes }
    }

    /// The source text, exactly as it was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Offset of the text in the space of all sources.
    pub fn base(&self) -> u32 {
        self.base
    }

    /// The node that covers everything.
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// Number of tokens.
    pub fn token_count(&self) -> u32 {
        self.kinds.len() as u32
    }

    /// Where the tokens from `first` up to `end` stand.
    fn span_of(&self, first: u32, end: u32) -> Span {
        Span::new(self.base + self.starts[first as usize], self.base + self.starts[end as usize])
    }

    /// The token with this index.
    pub fn token(&self, index: u32) -> Option<Token<'_>> {
        (index < self.token_count()).then_some(Token { tree: self, index })
    }

    /// All tokens, blanks and comments too: their texts in a row are the source.
    pub fn tokens(&self) -> impl DoubleEndedIterator<Item = Token<'_>> {
        (0..self.token_count()).map(|index| Token { tree: self, index })
    }

    /// All nodes in preorder.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node<'_>> {
        (0..self.nodes.len() as u32).map(|index| Node { tree: self, index })
    }

    /// The token that covers the byte at `offset` (in the space of all sources), or the last one.
    pub fn token_at(&self, offset: u32) -> Option<Token<'_>> {
        let local = offset.checked_sub(self.base)?;
        let after = self.starts[..self.kinds.len()].partition_point(|start| *start <= local);
        self.token(after.checked_sub(1)? as u32)
    }

    /// The nodes that cover the byte at `offset`, outermost first.
    pub fn nodes_at(&self, offset: u32) -> Vec<Node<'_>> {
        let mut path = vec![self.root()];
        while let Some(last) = path.last().copied() {
            let inner = last.children().find(|child| {
                let span = child.span();
                span.start <= offset && offset < span.end
            });
            match inner {
                Some(child) => path.push(child),
                None => break,
            }
        }
        path
    }
}

/// A node of a tree: a copyable reference.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    index: u32,
}

/// A token of a tree: a copyable reference.
#[derive(Clone, Copy)]
pub struct Token<'t> {
    tree: &'t Tree,
    index: u32,
}

/// A child: a node, or a token that belongs to no deeper node.
#[derive(Clone, Copy, Debug)]
pub enum Element<'t> {
    /// A node.
    Node(Node<'t>),
    /// A token, possibly a blank or a comment.
    Token(Token<'t>),
}

impl<'t> Node<'t> {
    fn data(self) -> NodeData {
        self.tree.nodes[self.index as usize]
    }

    /// Its kind.
    pub fn kind(self) -> SyntaxKind {
        self.data().kind
    }

    /// Its tree.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Its position in preorder: stable for one text, so that it can key side tables.
    pub fn index(self) -> u32 {
        self.index
    }

    /// The node with this index of [`Node::index`].
    pub fn at(tree: &'t Tree, index: u32) -> Option<Self> {
        ((index as usize) < tree.nodes.len()).then_some(Self { tree, index })
    }

    /// The indices of its tokens, blanks and comments inside included.
    pub fn token_range(self) -> std::ops::Range<u32> {
        let data = self.data();
        data.first..data.end
    }

    /// Where it stands, without blanks and comments at its ends. An empty node stands behind the token before it.
    pub fn span(self) -> Span {
        let NodeData { first, end, .. } = self.data();
        let trivia = |token: u32| self.tree.kinds[token as usize].is_trivia();
        // Only the root begins or ends with blanks.
        match first == end || trivia(first) || trivia(end - 1) {
            true => self.inner_span(first, end),
            false => self.tree.span_of(first, end),
        }
    }

    fn inner_span(self, mut first: u32, mut end: u32) -> Span {
        let trivia = |token: u32| self.tree.kinds[token as usize].is_trivia();
        while first < end && trivia(first) {
            first += 1;
        }
        while first < end && trivia(end - 1) {
            end -= 1;
        }
        if first == end {
            while end > 0 && trivia(end - 1) {
                end -= 1;
            }
            first = end;
        }
        self.tree.span_of(first, end)
    }

    /// Whether its last token is of a kind, and its own.
    pub fn ends_with(self, kind: SyntaxKind) -> bool {
        let NodeData { end, .. } = self.data();
        let last = self.children().last().map_or(0, |child| child.data().end);
        last < end && self.tree.kinds[end as usize - 1] == kind
    }

    /// Its text, without blanks and comments at its ends.
    pub fn text(self) -> &'t str {
        let Span { start, end } = self.span();
        let base = self.tree.base;
        &self.tree.text[(start - base) as usize..(end - base) as usize]
    }

    /// Its child nodes in order.
    pub fn children(self) -> Children<'t> {
        Children { tree: self.tree, next: self.index + 1, end: self.index + self.data().subtree }
    }

    /// Itself and every node below it, in preorder.
    pub fn descendants(self) -> impl Iterator<Item = Node<'t>> {
        let tree = self.tree;
        (self.index..self.index + self.data().subtree).map(move |index| Node { tree, index })
    }

    /// Its child nodes and the tokens between them, in order: nothing is left out.
    pub fn elements(self) -> Elements<'t> {
        Elements::of(self)
    }

    /// Its own tokens that are neither blanks nor comments.
    pub fn tokens(self) -> impl Iterator<Item = Token<'t>> {
        self.elements().filter_map(|element| match element {
            Element::Token(token) if !token.kind().is_trivia() => Some(token),
            _ => None,
        })
    }

    /// Its first own token of a kind.
    pub fn token(self, kind: SyntaxKind) -> Option<Token<'t>> {
        self.tokens().find(|token| token.kind() == kind)
    }

    /// Its first child of a kind.
    pub fn child(self, kind: SyntaxKind) -> Option<Node<'t>> {
        self.children().find(|child| child.kind() == kind)
    }

    /// Whether something in it could not be understood: whoever sees this reports nothing about what is missing in it.
    pub fn has_error(self) -> bool {
        self.descendants().any(|node| matches!(node.kind(), SyntaxKind::Error | SyntaxKind::Skipped))
    }

    /// Whether one of its own parts could not be understood.
    pub fn has_error_child(self) -> bool {
        self.children().any(|child| matches!(child.kind(), SyntaxKind::Error | SyntaxKind::Skipped))
    }

    /// The `##` lines directly above it, without the marks, joined by line ends. One behind something on its line
    /// belongs to nothing.
    pub fn docs(self) -> Option<String> {
        let mut lines = Vec::new();
        for index in (0..self.data().first).rev() {
            let token = Token { tree: self.tree, index };
            match token.kind() {
                SyntaxKind::DocComment => {
                    let before = index.checked_sub(1).map(|index| Token { tree: self.tree, index });
                    let alone = before.is_none_or(|token| {
                        token.kind() == SyntaxKind::Whitespace && (token.text().contains('\n') || token.index == 0)
                    });
                    if !alone {
                        break;
                    }
                    let line = token.text().trim_start_matches('#');
                    lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end());
                }
                SyntaxKind::Whitespace if token.text().matches('\n').count() <= 1 => {}
                _ => break,
            }
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && std::ptr::eq(self.tree, other.tree)
    }
}

impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let span = self.span();
        write!(f, "{:?}@{}..{}", self.kind(), span.start, span.end)
    }
}

impl<'t> Token<'t> {
    /// Its kind.
    pub fn kind(self) -> SyntaxKind {
        self.tree.kinds[self.index as usize]
    }

    /// Its position among the tokens of the tree.
    pub fn index(self) -> u32 {
        self.index
    }

    /// Where it stands.
    pub fn span(self) -> Span {
        let (base, starts) = (self.tree.base, &self.tree.starts);
        Span::new(base + starts[self.index as usize], base + starts[self.index as usize + 1])
    }

    /// Its text.
    pub fn text(self) -> &'t str {
        let starts = &self.tree.starts;
        &self.tree.text[starts[self.index as usize] as usize..starts[self.index as usize + 1] as usize]
    }
}

impl std::fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.kind(), self.text())
    }
}

/// The child nodes of a node.
#[derive(Clone)]
pub struct Children<'t> {
    tree: &'t Tree,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.next >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, index: self.next };
        self.next += node.data().subtree;
        Some(node)
    }
}

/// The child nodes of a node and the tokens between them.
pub struct Elements<'t> {
    tree: &'t Tree,
    /// The next child, and one past the last one.
    child: u32,
    children: u32,
    /// The first token of the next child; no token if there is none.
    child_first: u32,
    /// The next token, and one past the last one.
    token: u32,
    end: u32,
}

impl<'t> Elements<'t> {
    fn of(node: Node<'t>) -> Self {
        let data = node.data();
        let (child, children) = (node.index + 1, node.index + data.subtree);
        let mut elements =
            Self { tree: node.tree, child, children, child_first: u32::MAX, token: data.first, end: data.end };
        elements.look();
        elements
    }

    fn look(&mut self) {
        let more = self.child < self.children;
        self.child_first = if more { self.tree.nodes[self.child as usize].first } else { u32::MAX };
    }
}

impl<'t> Iterator for Elements<'t> {
    type Item = Element<'t>;

    fn next(&mut self) -> Option<Element<'t>> {
        if self.child_first <= self.token {
            let node = Node { tree: self.tree, index: self.child };
            let data = node.data();
            self.token = self.token.max(data.end);
            self.child += data.subtree;
            self.look();
            return Some(Element::Node(node));
        }
        if self.token < self.end {
            self.token += 1;
            return Some(Element::Token(Token { tree: self.tree, index: self.token - 1 }));
        }
        None
    }
}
