//! Bounds instead of guesses: a test that may hold, and an outcome that may be either.

use crate::place::{Place, Why};

/// Whether a condition holds for a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tri {
    /// It does not.
    No,
    /// It does.
    Yes,
    /// The files do not say.
    Maybe(Why),
}

impl Tri {
    /// Both must hold.
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Maybe(why) => match other() {
                Self::No => Self::No,
                _ => Self::Maybe(why),
            },
        }
    }

    /// One must hold.
    pub fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => Self::Yes,
            Self::No => other(),
            Self::Maybe(why) => match other() {
                Self::Yes => Self::Yes,
                _ => Self::Maybe(why),
            },
        }
    }

    /// The contrary.
    pub fn negated(self, not: bool) -> Self {
        match (self, not) {
            (Self::Yes, true) => Self::No,
            (Self::No, true) => Self::Yes,
            (same, _) => same,
        }
    }
}

impl From<bool> for Tri {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// What may become of a packet, and which lines decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// It may pass.
    pub open: bool,
    /// It may be dropped.
    pub closed: bool,
    /// What would have to be known to say which.
    pub missing: Vec<Why>,
    /// The lines that decide.
    pub places: Vec<Place>,
    /// Why, in words.
    pub words: &'static str,
}

impl Outcome {
    /// It passes.
    pub fn pass(words: &'static str, place: Option<Place>) -> Self {
        Self { open: true, words, places: place.into_iter().collect(), ..Self::default() }
    }

    /// It is dropped.
    pub fn drop(words: &'static str, place: Option<Place>) -> Self {
        Self { closed: true, words, places: place.into_iter().collect(), ..Self::default() }
    }

    /// It may be either.
    pub fn unknown(why: Why, words: &'static str, place: Option<Place>) -> Self {
        Self { open: true, closed: true, missing: vec![why], words, places: place.into_iter().collect() }
    }

    /// One more thing that may become of it, if `tri`. Whether nothing else can: the walk is over.
    pub fn may(&mut self, tri: &Tri, passes: bool, words: &'static str, place: Option<Place>) -> bool {
        if *tri == Tri::No {
            return false;
        }
        self.open |= passes;
        self.closed |= !passes;
        self.places.extend(place);
        self.words = words;
        if let Tri::Maybe(why) = tri {
            self.missing.push(why.clone());
            return false;
        }
        true
    }

    /// One of two things becomes of it, and nobody says which. Both may come to the same.
    pub fn either(mut self, other: Self, which: &'static str) -> Self {
        if (self.open, self.closed) != (other.open, other.closed) {
            self.missing.push(which.into());
        }
        self.open |= other.open;
        self.closed |= other.closed;
        self.missing.extend(other.missing);
        self.places.extend(other.places);
        self.places.dedup();
        self
    }

    /// Whether it is dropped, whatever else is.
    pub fn closed_for_sure(&self) -> bool {
        !self.open
    }

    /// Both must let it pass.
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
        if !self.open {
            return self;
        }
        let mut other = other();
        if !other.open || !self.closed {
            return other;
        }
        other.closed = true;
        other.missing.extend(self.missing);
        other.places.extend(self.places);
        other
    }
}
