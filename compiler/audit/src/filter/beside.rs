//! The tables of two files that one machine loads, side by side.

use super::{Filter, Then};
use crate::place::Why;

/// A table: a name alone is none, each family has its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// `ip`, `ip6`, `inet`, …
    pub family: String,
    /// Its name.
    pub name: String,
}

impl TableName {
    /// Whether it sees IPv4, IPv6.
    pub fn families(&self) -> (bool, bool) {
        match self.family.as_str() {
            "ip" => (true, false),
            "ip6" => (false, true),
            _ => (true, true),
        }
    }
}

impl std::fmt::Display for TableName {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{} {}", self.family, self.name)
    }
}

impl Filter {
    /// Takes in the chains of another file, and says from where on they are. Why those of the one or of the other may not be there.
    pub fn beside(&mut self, other: Self, own_gone: Option<Why>, other_gone: Option<Why>) -> usize {
        let from = self.chains.len();
        if let Some(why) = own_gone {
            for base in &mut self.bases {
                base.unsure.get_or_insert_with(|| why.clone());
            }
        }
        self.bases.extend(other.bases.into_iter().map(|mut base| {
            base.chain += from;
            base.unsure = base.unsure.or_else(|| other_gone.clone());
            base
        }));
        self.chains.extend(other.chains.into_iter().map(|mut chain| {
            for rule in &mut chain.rules {
                if let Then::Jump(inner) | Then::Goto(inner) = &mut rule.then {
                    *inner += from;
                }
            }
            chain
        }));
        for (table, place) in other.tables {
            self.tables.entry(table).or_insert(place);
        }
        self.families = (self.families.0 || other.families.0, self.families.1 || other.families.1);
        self.flushes = self.flushes.or(other.flushes);
        let (four, six) = other.doubted;
        four.into_iter().for_each(|why| self.doubt((true, false), &why));
        six.into_iter().for_each(|why| self.doubt((false, true), &why));
        from
    }
}
