//! Sources laid end to end in one space of offsets, so that a [`Span`] is eight bytes and needs no file beside it.
//!
//! Lines and columns are computed only when something is printed. This module reads no files.

use std::cell::OnceCell;

/// A half-open range of bytes in the space of all [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to, but not including, `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// Whether it covers no byte: the place between two tokens.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Index of a source in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// One source text with the name that messages print for it.
#[derive(Debug)]
pub struct Source {
    /// The path as messages show it; library sources are named `<std>/patroni.arv`.
    pub name: String,
    /// The text, exactly as read.
    pub text: String,
    /// Offset of the first byte in the space of all sources.
    pub base: u32,
    lines: OnceCell<Vec<u32>>,
    characters: OnceCell<Vec<u32>>,
}

/// Characters are counted once up to each multiple of so many bytes: a message about a line of megabytes costs as much as
/// any other.
const COUNTED: usize = 1 << 12;

impl Source {
    /// Byte offsets within this source at which its lines begin; the first is 0.
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect()
        })
    }

    /// How many characters begin before a byte of the text.
    fn characters_before(&self, byte: usize) -> u32 {
        let begun = |bytes: &[u8]| bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32;
        let bytes = self.text.as_bytes();
        let counts = self.characters.get_or_init(|| {
            let sums = bytes.chunks(COUNTED).scan(0, |sum, chunk| {
                *sum += begun(chunk);
                Some(*sum)
            });
            std::iter::once(0).chain(sums).collect()
        });
        let block = byte / COUNTED;
        counts[block] + begun(&bytes[block * COUNTED..byte])
    }

    /// The span of the whole text.
    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + self.text.len() as u32)
    }
}

/// A place in a source as people count: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
}

/// All sources of one run.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
    next: u32,
}

/// The sources together are larger than the offset space; nothing was added.
#[derive(Debug, PartialEq, Eq)]
pub struct SourcesFull;

impl Sources {
    /// No sources yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lays `text` behind the sources known so far. One byte stays free between two sources, so that an empty span at
    /// the end of one is never taken for the start of the next.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> Result<FileId, SourcesFull> {
        let text = text.into();
        let next = u32::try_from(text.len())
            .ok()
            .and_then(|len| self.next.checked_add(len)?.checked_add(1))
            .ok_or(SourcesFull)?;
        let id = FileId(self.files.len() as u32);
        self.files.push(Source {
            name: name.into(),
            text,
            base: self.next,
            lines: OnceCell::new(),
            characters: OnceCell::new(),
        });
        self.next = next;
        Ok(id)
    }

    /// The source with this index.
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// All sources in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(index, source)| (FileId(index as u32), source))
    }

    /// The source in which the span begins.
    pub fn file_of(&self, span: Span) -> FileId {
        let after = self.files.partition_point(|source| source.base <= span.start);
        FileId(after.saturating_sub(1) as u32)
    }

    /// The text that the span covers.
    pub fn text(&self, span: Span) -> &str {
        let source = self.get(self.file_of(span));
        let (start, end) = (span.start - source.base, span.end - source.base);
        source.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Where the span begins, as people count.
    pub fn position(&self, span: Span) -> Position {
        self.position_at(span.start)
    }

    /// The place of one offset, as people count.
    pub fn position_at(&self, offset: u32) -> Position {
        let source = self.get(self.file_of(Span::new(offset, offset)));
        let local = offset - source.base;
        let starts = source.line_starts();
        let line = starts.partition_point(|start| *start <= local) - 1;
        let end = (local as usize).min(source.text.len());
        let column = source.characters_before(end) - source.characters_before(starts[line] as usize);
        Position { line: line as u32 + 1, column: column + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_leads_back_to_its_file_line_and_text() {
        let mut sources = Sources::new();
        sources.add("a.arv", "one\ntwö three\n").unwrap();
        let b = sources.add("b.arv", "x = 1;").unwrap();
        let base = sources.get(b).base;
        let one = Span::new(base + 4, base + 5);
        assert_eq!(sources.text(one), "1");
        assert_eq!(sources.file_of(one), b);
        assert_eq!(sources.position(one), Position { line: 1, column: 5 });
        assert_eq!(sources.text(Span::new(9, 14)), "three");
        assert_eq!(sources.position(Span::new(9, 14)), Position { line: 2, column: 5 });
    }

    #[test]
    fn columns_are_characters_in_lines_of_any_length() {
        let text = "aö€😀\n".to_owned() + &"ö€".repeat(5000) + "\n€";
        let mut sources = Sources::new();
        sources.add("a", text.as_str()).unwrap();
        let (mut line, mut column) = (1, 1);
        for (at, letter) in text.char_indices() {
            assert_eq!(sources.position_at(at as u32), Position { line, column }, "{at}");
            (line, column) = if letter == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        assert_eq!(sources.position_at(text.len() as u32), Position { line, column });
    }

    #[test]
    fn the_end_of_one_source_is_not_the_start_of_the_next() {
        let mut sources = Sources::new();
        let a = sources.add("a", "").unwrap();
        let b = sources.add("b", "z").unwrap();
        assert_eq!(sources.file_of(sources.get(a).span()), a);
        assert_eq!(sources.file_of(sources.get(b).span()), b);
    }
}
