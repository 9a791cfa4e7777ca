//! A document as text: decides for each group, when it begins, whether it is on one line.

use super::piece::{Document, Kind, Piece};

/// How far a broken group is indented.
const STEP: usize = 2;

/// The text of a document, in lines of at most `width` characters as far as they can be broken.
pub(super) fn print(document: &Document<'_>, width: usize) -> String {
    let mut printer = Printer {
        document,
        width,
        out: String::new(),
        line: Line::default(),
        modes: vec![Mode::Broken],
        inside: Vec::new(),
    };
    let mut indents = Vec::new();
    for (at, piece) in document.pieces.iter().enumerate() {
        match *piece {
            Piece::Text(text, length) => printer.text(text, length),
            Piece::Verbatim(text) => printer.verbatim(text),
            Piece::Line { empty } if printer.broken() => printer.end_line(empty),
            Piece::Line { .. } if printer.line.commented => printer.end_line(false),
            Piece::Line { .. } => printer.text(" ", 1),
            Piece::Soft if printer.broken() => printer.end_line(false),
            Piece::IfBroken(text) if printer.broken() => printer.text(text, text.len()),
            Piece::Soft | Piece::IfBroken(_) => {}
            Piece::Comment { text, alone } => printer.comment(text, alone),
            Piece::Open(group) => {
                let mode = printer.mode(group, at);
                printer.modes.push(mode);
            }
            Piece::Close => _ = printer.modes.pop(),
            Piece::Indent => {
                let step = if printer.broken() { STEP } else { 0 };
                printer.line.indent += step;
                indents.push(step);
            }
            Piece::Dedent => printer.line.indent -= indents.pop().unwrap_or(0),
        }
    }
    printer.out.push('\n');
    printer.out
}

/// How a group is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Broken,
    /// On one line; `hugs`: but for brackets that hug.
    Flat {
        hugs: bool,
    },
}

/// A group that [`Printer::fits`] looks into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// All of it is on one line.
    Flat,
    /// All of it but a bracket that hugs.
    Hugging,
    /// It may be broken at its first line end.
    Breakable,
}

/// The line that is being written.
#[derive(Default)]
struct Line {
    indent: usize,
    /// Characters so far; none: not even the indentation is written.
    column: usize,
    /// It ends with a comment.
    commented: bool,
}

struct Printer<'d, 't> {
    document: &'d Document<'t>,
    width: usize,
    out: String,
    line: Line,
    modes: Vec<Mode>,
    /// Scratch of [`Printer::fits`].
    inside: Vec<Inside>,
}

impl Printer<'_, '_> {
    fn broken(&self) -> bool {
        self.modes.last() == Some(&Mode::Broken)
    }

    fn end_line(&mut self, empty: bool) {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        // Nothing is written yet: the first line of the file.
        if !self.out.is_empty() {
            self.out.push_str(if empty { "\n\n" } else { "\n" });
        }
        (self.line.column, self.line.commented) = (0, false);
    }

    fn text(&mut self, text: &str, length: usize) {
        if self.line.commented {
            self.end_line(false);
        }
        if self.line.column == 0 {
            if text == " " {
                return;
            }
            self.out.extend(std::iter::repeat_n(' ', self.line.indent));
            self.line.column = self.line.indent;
        }
        self.out.push_str(text);
        self.line.column += length;
    }

    fn verbatim(&mut self, text: &str) {
        self.text(text, 0);
        self.line.column = text.rsplit('\n').next().unwrap_or_default().chars().count();
    }

    fn comment(&mut self, text: &str, alone: bool) {
        if alone && self.line.column > 0 {
            self.end_line(false);
        }
        if self.line.column > 0 && !self.line.commented {
            while self.out.ends_with(' ') {
                self.out.pop();
            }
            self.out.push(' ');
        }
        self.text(text, 0);
        self.line.column = self.line.column.max(1);
        self.line.commented = true;
    }

    /// How the group that begins at piece `at` is printed.
    fn mode(&mut self, group: usize, at: usize) -> Mode {
        let group = self.document.groups[group];
        let flat = Mode::Flat { hugs: group.kind == Kind::Chain };
        match self.modes.last() {
            Some(Mode::Flat { hugs: true }) if group.hugs && group.kind == Kind::Chain => return flat,
            Some(Mode::Flat { hugs: true }) if group.hugs => {}
            Some(Mode::Flat { .. }) => return Mode::Flat { hugs: false },
            Some(Mode::Broken) | None => {}
        }
        if !group.forced && self.fits(group.kind, at) { flat } else { Mode::Broken }
    }

    /// Whether what begins at piece `at` fits on the rest of the line, up to the next place where it can end.
    fn fits(&mut self, kind: Kind, at: usize) -> bool {
        let used = if self.line.column == 0 { self.line.indent } else { self.line.column };
        let Some(mut left) = self.width.checked_sub(used) else { return false };
        let mut inside = std::mem::take(&mut self.inside);
        inside.clear();
        inside.push(if kind == Kind::Chain { Inside::Hugging } else { Inside::Flat });
        let mut outside = self.modes.as_slice();
        let mut fits = true;
        for piece in &self.document.pieces[at + 1..] {
            let length = match *piece {
                Piece::Text(_, length) => length,
                Piece::Verbatim(text) => {
                    fits = text.lines().next().unwrap_or_default().chars().count() <= left;
                    break;
                }
                Piece::Comment { .. } => break,
                Piece::Line { .. } | Piece::Soft => {
                    let may_end = match inside.last() {
                        Some(inside) => *inside == Inside::Breakable,
                        None => !matches!(outside.last(), Some(Mode::Flat { .. })),
                    };
                    if may_end {
                        break;
                    }
                    usize::from(!matches!(piece, Piece::Soft))
                }
                Piece::Open(group) => {
                    let group = self.document.groups[group];
                    let hugging = match (inside.last(), outside.last()) {
                        (Some(inside), _) => *inside == Inside::Hugging,
                        (None, Some(Mode::Flat { hugs })) => *hugs,
                        // What follows decides for itself.
                        (None, _) => {
                            inside.push(Inside::Breakable);
                            continue;
                        }
                    };
                    inside.push(match group.kind {
                        Kind::Bracket if hugging && group.hugs => Inside::Breakable,
                        Kind::Chain if hugging && group.hugs => Inside::Hugging,
                        _ => Inside::Flat,
                    });
                    0
                }
                Piece::Close => {
                    if inside.pop().is_none() {
                        outside = outside.split_last().map_or(&[], |(_, rest)| rest);
                    }
                    0
                }
                Piece::IfBroken(_) | Piece::Indent | Piece::Dedent => 0,
            };
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => {
                    fits = false;
                    break;
                }
            }
        }
        self.inside = inside;
        fits
    }
}
