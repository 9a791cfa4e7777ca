//! A place within itself
//!
//! ## What is wrong
//!
//! A place is within a place that is within it.
//!
//! ## Why
//!
//! `within` says what else is lost: with a room, the racks in it. A rack whose room stands in the rack is no place that anybody
//! can find.
//!
//! ## Example
//!
//! ```arv part
//!   places.rack = { within = [ places.room ]; }; # error: E0850
//!   places.room = { within = [ places.rack ]; };
//! ```
//!
//! ## What to do
//!
//! Say `within` on the smaller one only.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Place;
use crate::place::report;

/// A place within itself.
pub static CODE: Code = Code::new("E0850", "a place within itself", include_str!("place_circle.rs"));

/// One problem a circle, at the first of its places; the others are shown.
pub(crate) fn check(places: &[Place]) -> Vec<Diagnostic> {
    // 0: not seen, 1: on the way, 2: done.
    let mut state = vec![0_u8; places.len()];
    let mut problems = Vec::new();
    for start in 0..places.len() {
        // The way from the start to the place that is looked at, and which of its `within` is next.
        let mut way: Vec<(usize, usize)> = Vec::new();
        if state[start] == 0 {
            (state[start], way) = (1, vec![(start, 0)]);
        }
        while let Some((at, next)) = way.last_mut() {
            let Some(place) = places[*at].within.get(*next) else {
                state[*at] = 2;
                way.pop();
                continue;
            };
            *next += 1;
            let place = place.index();
            match state[place] {
                0 => {
                    state[place] = 1;
                    way.push((place, 0));
                }
                1 => {
                    let begin = way.iter().position(|(at, _)| *at == place).unwrap_or(0);
                    problems.push(diagnostic(places, way[begin..].iter().map(|(at, _)| *at).collect()));
                }
                _ => {}
            }
        }
    }
    problems
}

fn diagnostic(places: &[Place], mut circle: Vec<usize>) -> Diagnostic {
    let first = (0..circle.len()).min_by_key(|at| circle[*at]).unwrap_or(0);
    circle.rotate_left(first);
    let names: Vec<_> = circle.iter().map(|at| places[*at].named.path.as_str()).collect();
    let named = &places[circle[0]].named;
    let way = [names.as_slice(), &names[..1]].concat().join(" → ");
    let mut problem =
        report(&CODE, format!("`{}` is within itself", named.path), named, named.key, &format!("within: {way}"));
    for at in &circle[1..] {
        let other = &places[*at].named;
        problem = problem.secondary(other.key, format!("`{}` is on the way", other.path));
    }
    problem.help("say `within` on the smaller one only")
}
