//! Which openings a set of connections may meet, found without looking at all of them.

use crate::bits::Bits;
use crate::flows::Piece;

/// A piece of `allow`: the flow's index and the piece's.
pub(crate) type Place = (u32, u32);

/// A side with more classes than this is not listed at each of them: a list for every class of every flow from `any`
/// would be the square of the site.
const WIDE: usize = 256;

/// The pieces of `allow` by the classes of their sources, and by those of their targets.
pub(crate) struct Near {
    sources: Side,
    targets: Side,
}

/// The pieces by the classes of one side.
#[derive(Default)]
struct Side {
    /// For each class, the pieces that have it. Each list is in the order of [`Place`].
    of_class: Vec<Vec<Place>>,
    /// Those that have very many, in the same order.
    wide: Vec<Place>,
}

impl Near {
    /// Lists pieces, which come in the order of their places.
    pub fn new<'a>(pieces: impl Iterator<Item = (Place, &'a Piece)>) -> Self {
        let mut near = Self { sources: Side::default(), targets: Side::default() };
        for (place, piece) in pieces {
            near.sources.add(place, &piece.sources);
            near.targets.add(place, &piece.targets);
        }
        near
    }

    /// All pieces that meet this one, and some that do not, in the order of their places: what has one of its sources,
    /// or what has one of its targets, whichever are fewer.
    pub fn to(&self, piece: &Piece) -> Vec<Place> {
        let by_source = self.sources.count(&piece.sources, usize::MAX);
        match self.targets.count(&piece.targets, by_source) < by_source {
            true => self.targets.list(&piece.targets),
            false => self.sources.list(&piece.sources),
        }
    }

    /// All pieces that have one of its sources or one of its targets, and some that have neither, in the same order.
    pub fn beside(&self, piece: &Piece) -> Vec<Place> {
        let mut places = self.sources.list(&piece.sources);
        places.extend(self.targets.list(&piece.targets));
        places.sort_unstable();
        places.dedup();
        places
    }

    /// All pieces that have a class as a source, and some that do not.
    pub fn from(&self, class: usize) -> Vec<Place> {
        self.sources.list(&Bits::from_iter([class]))
    }
}

impl Side {
    fn add(&mut self, place: Place, classes: &Bits) {
        if classes.iter().nth(WIDE).is_some() {
            self.wide.push(place);
            return;
        }
        for class in classes.iter() {
            if self.of_class.len() <= class {
                self.of_class.resize(class + 1, Vec::new());
            }
            self.of_class[class].push(place);
        }
    }

    fn of_class(&self, class: usize) -> &[Place] {
        self.of_class.get(class).map_or(&[], Vec::as_slice)
    }

    /// How many places the list of these classes has, repetitions too; counted until they are enough.
    fn count(&self, classes: &Bits, enough: usize) -> usize {
        let mut count = self.wide.len();
        for class in classes.iter() {
            if count >= enough {
                break;
            }
            count += self.of_class(class).len();
        }
        count
    }

    fn list(&self, classes: &Bits) -> Vec<Place> {
        let mut places = self.wide.clone();
        places.extend(classes.iter().flat_map(|class| self.of_class(class)));
        places.sort_unstable();
        places.dedup();
        places
    }
}
