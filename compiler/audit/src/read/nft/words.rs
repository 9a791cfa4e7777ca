//! The words of a file of nft.

use std::collections::{HashMap, VecDeque};

use crate::place::Place;

/// A word: a text between blanks, a quoted one, or a mark. A line's end is `;`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub text: String,
    pub place: Place,
}

/// All words of a file, and where the reader is.
pub(super) struct Words {
    words: Vec<Word>,
    at: usize,
    defined: HashMap<String, Vec<Word>>,
    pending: VecDeque<Word>,
}

impl Words {
    pub fn of(text: &str, file: u32) -> Self {
        let mut words = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let place = Place { file, line: index as u32 + 1 };
            let (line, continued) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
            split(line, place, &mut words);
            let last = words.last().map_or("", |word: &Word| word.text.as_str());
            if !continued && ![",", "{", ";", ""].contains(&last) {
                words.push(Word { text: ";".into(), place });
            }
        }
        Self { words, at: 0, defined: HashMap::new(), pending: VecDeque::new() }
    }

    pub fn next(&mut self) -> Option<Word> {
        if let Some(word) = self.pending.pop_front() {
            return Some(word);
        }
        let word = self.words.get(self.at)?.clone();
        self.at += 1;
        match word.text.strip_prefix('$').and_then(|name| self.defined.get(name)) {
            Some(value) => {
                self.pending.extend(value.iter().cloned());
                self.next()
            }
            None => Some(word),
        }
    }

    /// The next word's text.
    pub fn text(&mut self) -> String {
        self.next().map(|word| word.text).unwrap_or_default()
    }

    /// Whether the next word is this one, which is then taken.
    pub fn take(&mut self, text: &str) -> bool {
        let found = self.ahead(text);
        self.at += usize::from(found);
        found
    }

    pub fn ahead(&self, text: &str) -> bool {
        self.words.get(self.at).is_some_and(|word| word.text == text)
    }

    /// The words up to one of these.
    pub fn until(&mut self, ends: &[&str]) -> Vec<Word> {
        let mut all = Vec::new();
        let mut depth = 0;
        while let Some(word) = self.next() {
            match word.text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                text if depth <= 0 && ends.contains(&text) => break,
                _ => {}
            }
            all.push(word);
        }
        all
    }

    /// Goes behind the end of the statement.
    pub fn line(&mut self) {
        self.until(&[";"]);
    }

    /// The words up to the brace that closes an open one, and whether there is one.
    pub fn block(&mut self) -> (Vec<Word>, bool) {
        let (mut all, mut depth) = (Vec::new(), 0);
        while let Some(word) = self.next() {
            match word.text.as_str() {
                "{" => depth += 1,
                "}" if depth == 0 => return (all, true),
                "}" => depth -= 1,
                _ => {}
            }
            all.push(word);
        }
        (all, false)
    }

    pub fn define(&mut self, name: String, value: Vec<Word>) {
        self.defined.insert(name, value);
    }
}

fn split(line: &str, place: Place, words: &mut Vec<Word>) {
    let mut word = String::new();
    let mut letters = line.chars().peekable();
    let push = |word: &mut String, words: &mut Vec<Word>| {
        if !word.is_empty() {
            words.push(Word { text: std::mem::take(word), place });
        }
    };
    while let Some(letter) = letters.next() {
        match letter {
            '#' => break,
            '"' => {
                push(&mut word, words);
                let quoted: String = letters.by_ref().take_while(|letter| *letter != '"').collect();
                words.push(Word { text: quoted, place });
            }
            '!' | '<' | '>' | '=' if letters.peek() == Some(&'=') => {
                letters.next();
                push(&mut word, words);
                words.push(Word { text: format!("{letter}="), place });
            }
            '{' | '}' | ';' | ',' | '=' | '<' | '>' => {
                push(&mut word, words);
                words.push(Word { text: letter.to_string(), place });
            }
            letter if letter.is_whitespace() => push(&mut word, words),
            letter => word.push(letter),
        }
    }
    push(&mut word, words);
}

/// What a table is made of: statements, and blocks, which end with their brace.
pub(super) fn blocks(words: Vec<Word>) -> Vec<Vec<Word>> {
    let (mut all, mut one, mut depth) = (Vec::new(), Vec::new(), 0);
    for word in words {
        let text = word.text.clone();
        if text != ";" || depth > 0 {
            one.push(word);
        }
        match text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 && [";", "}"].contains(&text.as_str()) {
            all.push(std::mem::take(&mut one));
        }
    }
    all.push(one);
    all.retain(|statement: &Vec<Word>| !statement.is_empty());
    all
}

/// The statements of a chain: what `;` and line ends part, outside of inner braces.
pub(super) fn statements(words: Vec<Word>) -> Vec<Vec<Word>> {
    let (mut all, mut one, mut depth) = (Vec::new(), Vec::new(), 0);
    for word in words {
        match word.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            ";" if depth == 0 => {
                all.push(std::mem::take(&mut one));
                continue;
            }
            // A line's end inside a set.
            ";" => continue,
            _ => {}
        }
        one.push(word);
    }
    all.push(one);
    all.retain(|statement: &Vec<Word>| !statement.is_empty());
    all
}
