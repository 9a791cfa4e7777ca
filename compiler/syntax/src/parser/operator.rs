//! Operators with two operands: a table of binding powers, after Pratt.

use super::{Completed, Parser};
use crate::kind::SyntaxKind::{self, *};
use crate::problems::{chained_comparison, mixed_merge};

/// How tightly an operator binds. All lean to the left.
fn power(kind: SyntaxKind) -> Option<u8> {
    Some(match kind {
        PipePipe => 1,
        AmpAmp => 2,
        EqEq | NotEq | Less | LessEq | Greater | GreaterEq => COMPARISON,
        SlashSlash | Amp => MERGE,
        PlusPlus => 5,
        Plus | Minus => 6,
        Star | Slash => 7,
        _ => return None,
    })
}

const COMPARISON: u8 = 3;
const MERGE: u8 = 4;
const UNARY: u8 = 8;

impl Parser<'_> {
    /// Operands with operators between them, down to and including `||`.
    pub(super) fn operation(&mut self) -> Completed {
        self.operation_above(0)
    }

    fn operation_above(&mut self, least: u8) -> Completed {
        let mut left = self.prefix();
        // The last comparison or merge of this chain.
        let mut last: Option<(SyntaxKind, usize)> = None;
        while let Some(power) = power(self.current()).filter(|power| *power > least) {
            if self.at_backward_arrow() {
                left = self.backward_arrow(left);
                continue;
            }
            let (kind, at) = (self.current(), self.pos);
            // What has no meaning becomes an error node: whoever evaluates it has nothing more to say.
            let mut node = Binary;
            if let Some((before, place)) = last {
                let (span, first) = (self.span(0), self.token_span(place));
                if power == COMPARISON && self::power(before) == Some(COMPARISON) {
                    self.report(chained_comparison::problem(span, first));
                    node = Error;
                } else if power == MERGE && self::power(before) == Some(MERGE) && before != kind {
                    self.report(mixed_merge::problem(span, first));
                    node = Error;
                }
            }
            if matches!(power, COMPARISON | MERGE) {
                last = Some((kind, at));
            }
            let marker = self.precede(left);
            self.bump();
            self.operation_above(power);
            left = self.complete(marker, node);
        }
        left
    }

    fn prefix(&mut self) -> Completed {
        if !matches!(self.current(), Bang | Minus) {
            return self.application();
        }
        self.deeper(|p| {
            let marker = p.start();
            p.bump();
            p.operation_above(UNARY);
            p.complete(marker, Unary)
        })
    }
}
