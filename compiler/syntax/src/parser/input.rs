//! The tokens that the grammar sees: those that are neither blanks nor comments nor passed over, with what stood before
//! them and which `}` belongs to which `{`.

use std::cell::Cell;

use super::EOF;
use crate::kind::SyntaxKind::{self, *};

/// Set if a line begins before the token.
const LINE_START: u8 = 1;
/// Set if characters were passed over, and reported, directly before the token.
const AFTER_ERROR: u8 = 2;
/// Set if nothing stands between the token and the one before.
const ADJACENT: u8 = 4;

/// A token that the grammar sees.
#[derive(Clone, Copy)]
struct Seen {
    /// Index among all tokens.
    raw: u32,
    kind: SyntaxKind,
    flags: u8,
}

pub(super) struct Input {
    tokens: Vec<Seen>,
    /// Each `{`, `${` and `"` in order, with the token that closes it.
    partners: Vec<(u32, u32)>,
    /// Which of them was asked for last.
    last: Cell<usize>,
    /// How many `{` have no partner.
    unclosed: u32,
    /// Flags of the end.
    end: u8,
    raw_len: u32,
}

impl Input {
    pub(super) fn new(text: &str, kinds: &[SyntaxKind], starts: &[u32]) -> Self {
        let count = kinds.len();
        let mut input = Self {
            tokens: Vec::with_capacity(count),
            partners: Vec::new(),
            last: Cell::new(0),
            unclosed: 0,
            end: 0,
            raw_len: count as u32,
        };
        let mut flags = LINE_START | ADJACENT;
        for ((index, &kind), place) in kinds.iter().enumerate().zip(starts.windows(2)) {
            match kind {
                Whitespace => {
                    let bytes = &text.as_bytes()[place[0] as usize..place[1] as usize];
                    flags &= !ADJACENT;
                    // Mostly one blank, or a line end and the next line's indentation.
                    if bytes[0] == b'\n' || (bytes.len() > 1 && bytes.contains(&b'\n')) {
                        flags |= LINE_START;
                    }
                }
                Comment | DocComment => flags &= !ADJACENT,
                ErrorToken => flags |= AFTER_ERROR,
                _ => {
                    input.tokens.push(Seen { raw: index as u32, kind, flags });
                    flags = ADJACENT;
                }
            }
        }
        input.end = flags;
        input.pair();
        input
    }

    /// Only braces count: a `)` too many must not tear the records around it apart.
    fn pair(&mut self) {
        let (mut open, mut strings) = (Vec::new(), Vec::new());
        for (index, token) in self.tokens.iter().enumerate() {
            let stack = match token.kind {
                LBrace | DollarBrace | RBrace => &mut open,
                StringStart | IndentStart | StringEnd => &mut strings,
                _ => continue,
            };
            if !matches!(token.kind, RBrace | StringEnd) {
                stack.push(self.partners.len());
                self.partners.push((index as u32, u32::MAX));
            } else if let Some(opener) = stack.pop() {
                self.partners[opener].1 = index as u32;
            }
        }
        self.unclosed = open.len() as u32;
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn kind(&self, token: usize) -> SyntaxKind {
        self.tokens.get(token).map_or(EOF, |token| token.kind)
    }

    /// Index among all tokens of the text.
    pub(super) fn raw(&self, token: usize) -> u32 {
        self.tokens.get(token).map_or(self.raw_len, |token| token.raw)
    }

    fn flags(&self, token: usize) -> Option<u8> {
        self.tokens.get(token).map(|token| token.flags)
    }

    /// Whether the token is the first of its line.
    pub(super) fn begins_line(&self, token: usize) -> bool {
        self.flags(token).unwrap_or(self.end | LINE_START) & LINE_START != 0
    }

    pub(super) fn follows_error(&self, token: usize) -> bool {
        self.flags(token).unwrap_or(self.end) & AFTER_ERROR != 0
    }

    pub(super) fn is_adjacent(&self, token: usize) -> bool {
        self.flags(token).unwrap_or(self.end) & ADJACENT != 0
    }

    /// The `}` of a `{` or `${`, or the end of a string.
    pub(super) fn partner(&self, token: usize) -> Option<usize> {
        let opener = |at: usize| self.partners.get(at).is_some_and(|(opener, _)| *opener == token as u32);
        let last = self.last.get();
        // Mostly it is the same one again, or the next.
        let at = if opener(last) {
            last
        } else if opener(last + 1) {
            last + 1
        } else {
            self.partners.binary_search_by_key(&(token as u32), |(opener, _)| *opener).ok()?
        };
        self.last.set(at);
        let (_, partner) = self.partners[at];
        (partner != u32::MAX).then_some(partner as usize)
    }

    pub(super) fn has_unclosed_braces(&self) -> bool {
        self.unclosed > 0
    }

    /// One of the `{` without a partner is accounted for.
    pub(super) fn account_for_brace(&mut self) {
        self.unclosed = self.unclosed.saturating_sub(1);
    }
}
