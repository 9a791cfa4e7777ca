//! The serial of a zone: it grows when and only when the zone's content changes, without a clock.

use std::collections::BTreeMap;

use super::Serial;

/// The serial behind another one (RFC 1982): it wraps, and it is never 0, which some servers take for "none".
pub fn raised(serial: u32) -> u32 {
    serial.wrapping_add(1).max(1)
}

/// The serial of content with this hash.
pub fn next_serial(held: Option<&Serial>, hash: &str) -> Serial {
    let serial = match held {
        None => 1,
        Some(held) if held.hash == hash => held.serial,
        Some(held) => raised(held.serial),
    };
    Serial { serial, hash: hash.to_owned() }
}

/// The serials of all zones. One of a zone that is gone is kept: if the zone comes back, its serial has to grow.
pub(crate) fn next(held: &BTreeMap<String, Serial>, hashes: &BTreeMap<String, String>) -> BTreeMap<String, Serial> {
    let mut serials = held.clone();
    for (zone, hash) in hashes {
        serials.insert(zone.clone(), next_serial(held.get(zone), hash));
    }
    serials
}

impl super::Environment {
    /// Brings the serials up to date with the hashes of the zones' contents.
    pub fn set_serials(&mut self, hashes: &BTreeMap<String, String>) {
        self.serials = next(&self.serials, hashes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(serial: u32, hash: &str) -> Serial {
        Serial { serial, hash: hash.into() }
    }

    #[test]
    fn a_serial_grows_when_and_only_when_the_content_changes() {
        assert_eq!(next_serial(None, "a"), held(1, "a"));
        assert_eq!(next_serial(Some(&held(7, "a")), "a"), held(7, "a"));
        assert_eq!(next_serial(Some(&held(7, "a")), "b"), held(8, "b"));
        assert_eq!(next_serial(Some(&held(7, "")), "a"), held(8, "a"));
    }

    #[test]
    fn it_wraps_and_leaves_out_zero() {
        let next = next_serial(Some(&held(u32::MAX, "a")), "b").serial;
        assert_eq!(next, 1);
        // RFC 1982, 3.2: newer is a difference of less than half of the space.
        assert!((1..1 << 31).contains(&next.wrapping_sub(u32::MAX)));
    }

    #[test]
    fn the_serial_of_a_zone_that_is_gone_waits_for_it() {
        let before = BTreeMap::from([("a".to_owned(), held(5, "x"))]);
        let without = next(&before, &BTreeMap::new());
        let again = next(&without, &BTreeMap::from([("a".to_owned(), "y".to_owned())]));
        assert_eq!(again["a"], held(6, "y"));
    }
}
