//! Where a new number is looked for.
//!
//! Not from the start of the range: two branches that each add a machine would then always take the same number, and
//! somebody would have to settle it at each merge. The search begins at a place that follows from the machine's name alone:
//! from its stem, and from there as many further as the number behind the stem says, so that `web-1`, `web-2`, `web-3` and
//! the members of a cluster lie beside one another.
//!
//! The place is part of the law (`lang-spec/lock.md`): another one would give the next machine of every site another number.

use std::collections::HashMap;

use super::Place;
use super::taken::Taken;
use crate::model::{DatacenterId, RangeId, Site};

/// Machines that ask alike: of one range, one Proxmox cluster, and the same networks.
type Class = (RangeId, Option<DatacenterId>, Vec<Place>);

/// Looks for free slots. A slot that was found taken is not looked at again.
#[derive(Default)]
pub(super) struct Chooser {
    classes: HashMap<Class, Cursor>,
}

/// For slots that are not free, one behind which the search goes on.
#[derive(Default)]
struct Cursor {
    next: HashMap<u64, u64>,
    /// How many slots may still be looked at in vain. A range with huge spans of numbers that give nothing is full before
    /// all of them were tried.
    budget: u64,
}

impl Cursor {
    /// The next slot from here that nothing is known of.
    fn find(&mut self, slot: u64) -> u64 {
        let mut end = slot;
        while let Some(next) = self.next.get(&end) {
            end = *next;
        }
        let mut at = slot;
        while at != end {
            at = self.next.insert(at, end).unwrap_or(end);
        }
        end
    }
}

impl Chooser {
    /// A free slot of a range, which is not marked as taken yet. One of a range with VMIDs has a VMID.
    pub(super) fn choose(
        &mut self,
        site: &Site,
        taken: &Taken,
        range: RangeId,
        owner: Option<DatacenterId>,
        name: &str,
        places: &[Place],
    ) -> Option<u64> {
        let numbering = &site.numbering[range.index()];
        let (first, last) = numbering.slots();
        let capacity = numbering.capacity();
        if first > last || capacity == 0 {
            return None;
        }
        let cursor = self
            .classes
            .entry((range, owner, places.to_vec()))
            .or_insert_with(|| Cursor { next: HashMap::new(), budget: taken.count().saturating_add(SPARE) });
        // A rule numbers its first slots, mostly; behind as many as it can number there may be some more.
        let dense = last.min(first.saturating_add(capacity - 1));
        let begin = first + start(name) % (dense - first).saturating_add(1);
        let parts = [(begin, Some(dense)), (first, begin.checked_sub(1)), (dense.saturating_add(1), Some(last))];
        for (from, to) in parts {
            let Some(to) = to else { continue };
            let mut slot = cursor.find(from);
            while slot <= to {
                let vmid = numbering.vmid(slot);
                let has_number = vmid.is_some() || !numbering.has_vmids();
                if has_number && taken.is_free(site, range, owner, slot, vmid, places) {
                    return Some(slot);
                }
                cursor.budget = cursor.budget.checked_sub(1)?;
                cursor.next.insert(slot, slot.checked_add(1)?);
                slot = cursor.find(slot);
            }
        }
        None
    }
}

/// Slots that may be looked at in vain beyond those which are taken: reserved ones, and those that a rule leaves out.
const SPARE: u64 = 1 << 20;

/// Where the search for a name begins, before it is brought into the range.
pub(super) fn start(name: &str) -> u64 {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    // Longer ones are no number that somebody counted to.
    let behind = name[stem.len()..].parse::<u32>().unwrap_or(0);
    fnv(stem.as_bytes()).wrapping_add(u64::from(behind))
}

/// FNV-1a with 64 bits: short, known, and the same for ever.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        // The test vectors of its authors.
        assert_eq!(fnv(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn machines_that_are_counted_lie_beside_one_another() {
        assert_eq!(start("web-2"), start("web-1").wrapping_add(1));
        assert_eq!(start("web-10"), start("web-1").wrapping_add(9));
        assert_eq!(start("postgres-01").wrapping_add(2), start("postgres-03"));
        assert_ne!(start("web"), start("shop"));
    }

    #[test]
    fn a_cursor_goes_over_what_is_taken() {
        let mut cursor = Cursor::default();
        for slot in [3, 4, 5, 7] {
            cursor.next.insert(slot, slot + 1);
        }
        assert_eq!([2, 3, 4, 6, 7].map(|slot| cursor.find(slot)), [2, 6, 6, 6, 8]);
        assert_eq!(cursor.next[&3], 6);
    }
}
