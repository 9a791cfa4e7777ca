//! Whether a formatted source says the same as the source that it was made from.

use crate::diagnostic::Severity;
use crate::kind::SyntaxKind::{self, *};
use crate::parser::Parse;
use crate::tree::{Node, Token, Tree};

/// Compares tokens, comments, nodes and what the comments document; says what differs.
pub(super) fn same_meaning(before: &Tree, after: &Parse) -> Result<(), std::string::String> {
    if let Some(problem) = after.diagnostics.iter().find(|problem| problem.severity == Severity::Error) {
        return Err(format!("the result has a mistake: {}", problem.message));
    }
    let after = &after.tree;
    same("token", words(before), words(after))?;
    same("comment", comments(before), comments(after))?;
    same("node", shapes(before), shapes(after))?;
    same("documentation", docs(before), docs(after))
}

fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    before: impl Iterator<Item = T>,
    mut after: impl Iterator<Item = T>,
) -> Result<(), std::string::String> {
    for before in before {
        match after.next() {
            Some(after) if after == before => {}
            Some(after) => return Err(format!("a {what} becomes another: {before:?} is now {after:?}")),
            None => return Err(format!("a {what} is lost: {before:?}")),
        }
    }
    match after.next() {
        Some(after) => Err(format!("a {what} is added: {after:?}")),
        None => Ok(()),
    }
}

/// Everything but blanks, comments, and commas behind the last item of a list.
fn words(tree: &Tree) -> impl Iterator<Item = (SyntaxKind, &str)> {
    let mut tokens = tree.tokens().filter(|token| !token.kind().is_trivia()).peekable();
    std::iter::from_fn(move || {
        let mut token: Token<'_> = tokens.next()?;
        if token.kind() == Comma && tokens.peek().is_some_and(|next| matches!(next.kind(), RBrace | RBracket)) {
            token = tokens.next()?;
        }
        Some((token.kind(), token.text()))
    })
}

fn comments(tree: &Tree) -> impl Iterator<Item = &str> {
    let comments = tree.tokens().filter(|token| matches!(token.kind(), Comment | DocComment));
    comments.map(|token| token.text().trim_end())
}

/// Kinds and numbers of children in preorder: these give the tree.
fn shapes(tree: &Tree) -> impl Iterator<Item = (SyntaxKind, usize)> {
    tree.nodes().map(|node: Node<'_>| (node.kind(), node.children().count()))
}

fn docs(tree: &Tree) -> impl Iterator<Item = Option<std::string::String>> {
    let documented = |node: &Node<'_>| {
        matches!(node.kind(), Definition | Inherit | Include | Extends | TypeDefinition | TypeField | PatternField)
    };
    tree.nodes().filter(documented).map(Node::docs)
}
