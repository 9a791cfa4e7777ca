//! Two texts as a unified diff, as `diff -u` and `git apply` know it.

use std::fmt::Write;

/// Lines that are shown around a change.
const CONTEXT: usize = 3;

/// More differences than these are not looked for one by one: the lines between the first and the last are replaced.
const MAX_EDITS: usize = 2_000;

/// One line of a comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Keep,
    Remove,
    Add,
}

/// The difference of two texts that differ, each with its name.
pub(crate) fn unified((name, before): (&str, &str), (name_after, after): (&str, &str)) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(before), lines(after));
    let steps = steps(&old, &new);
    let mut text = format!("--- {name}\n+++ {name_after}\n");
    let changed: Vec<usize> = (0..steps.len()).filter(|at| steps[*at] != Step::Keep).collect();
    let mut rest = changed.as_slice();
    // How many lines of each text lie before a step.
    let (mut at, mut left, mut right) = (0, 0, 0);
    while let Some(first) = rest.first() {
        let apart =
            rest.windows(2).position(|pair| pair[1] - pair[0] > 2 * CONTEXT + 1).map_or(rest.len(), |at| at + 1);
        let last = rest[apart - 1];
        rest = &rest[apart..];
        let (start, end) = (first.saturating_sub(CONTEXT).max(at), (last + CONTEXT + 1).min(steps.len()));
        for step in &steps[at..start] {
            left += usize::from(*step != Step::Add);
            right += usize::from(*step != Step::Remove);
        }
        let hunk = &steps[start..end];
        let count = |other: Step| hunk.iter().filter(|step| **step != other).count();
        let (removed, added) = (count(Step::Add), count(Step::Remove));
        let _ = writeln!(text, "@@ -{},{removed} +{},{added} @@", begin(left, removed), begin(right, added));
        for step in hunk {
            let (mark, line) = match step {
                Step::Keep => (' ', old[left]),
                Step::Remove => ('-', old[left]),
                Step::Add => ('+', new[right]),
            };
            left += usize::from(*step != Step::Add);
            right += usize::from(*step != Step::Remove);
            let _ = write!(text, "{mark}{line}");
            if !line.ends_with('\n') {
                text.push_str("\n\\ No newline at end of file\n");
            }
        }
        at = end;
    }
    text
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The number of a hunk's first line; that of the line before it if it has none.
fn begin(before: usize, count: usize) -> usize {
    if count == 0 { before } else { before + 1 }
}

/// The shortest way from the old lines to the new ones, after Myers (1986).
fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(old, new)| old == new).count();
    let (middle_old, middle_new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut steps = vec![Step::Keep; head];
    match shortest(middle_old, middle_new) {
        Some(middle) => steps.extend(middle),
        None => {
            steps.extend(vec![Step::Remove; middle_old.len()]);
            steps.extend(vec![Step::Add; middle_new.len()]);
        }
    }
    steps.extend(vec![Step::Keep; tail]);
    steps
}

fn shortest(old: &[&str], new: &[&str]) -> Option<Vec<Step>> {
    // `reached[d]` holds, for each diagonal that `d` edits can reach, how many old lines are behind the furthest place.
    let mut reached: Vec<Vec<usize>> = Vec::new();
    let limit = (old.len() + new.len()).min(MAX_EDITS);
    for edits in 0..=limit {
        let mut row = vec![0; 2 * edits + 1];
        for (index, place) in row.iter_mut().enumerate() {
            let diagonal = index as isize - edits as isize;
            let mut x = furthest(&reached, edits, diagonal);
            while let Some(y) = x.checked_add_signed(-diagonal)
                && x < old.len()
                && y < new.len()
                && old[x] == new[y]
            {
                x += 1;
            }
            *place = x;
            if x >= old.len() && x.checked_add_signed(-diagonal).is_some_and(|y| y >= new.len()) {
                return Some(trace(&reached, edits, old.len(), new.len()));
            }
        }
        reached.push(row);
    }
    None
}

/// Where a diagonal begins with its last edit: an added line from the diagonal above, or a removed one from below.
fn furthest(reached: &[Vec<usize>], edits: usize, diagonal: isize) -> usize {
    let Some(before) = edits.checked_sub(1) else { return 0 };
    match (at(&reached[before], before, diagonal + 1), at(&reached[before], before, diagonal - 1)) {
        (Some(added), Some(removed)) if added > removed => added,
        (Some(added), None) => added,
        (_, Some(removed)) => removed + 1,
        (None, None) => 0,
    }
}

fn at(row: &[usize], edits: usize, diagonal: isize) -> Option<usize> {
    usize::try_from(diagonal + edits as isize).ok().and_then(|index| row.get(index).copied())
}

fn trace(reached: &[Vec<usize>], edits: usize, old: usize, new: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut x, mut diagonal) = (old, old as isize - new as isize);
    for edits in (0..=edits).rev() {
        let from = furthest(reached, edits, diagonal);
        steps.extend(std::iter::repeat_n(Step::Keep, x - from));
        x = from;
        let Some(before) = edits.checked_sub(1) else { break };
        let added = at(&reached[before], before, diagonal + 1);
        let removed = at(&reached[before], before, diagonal - 1);
        if removed.is_none() || added > removed {
            steps.push(Step::Add);
            diagonal += 1;
        } else {
            steps.push(Step::Remove);
            diagonal -= 1;
            x -= 1;
        }
    }
    steps.reverse();
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_change_is_shown_with_the_lines_around_it() {
        let before = "1\n2\n3\n4\n5\n6\n7\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n";
        let expected = "--- a\n+++ a (formatted)\n@@ -2,6 +2,6 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n";
        assert_eq!(unified(("a", before), ("a (formatted)", after)), expected);
    }

    #[test]
    fn changes_far_apart_are_hunks_of_their_own() {
        let before: String = (0..40).map(|n| format!("{n}\n")).collect();
        let after = before.replace("\n3\n", "\nthree\n").replace("\n30\n", "\nthirty\nand more\n");
        let text = unified(("a", &before), ("a (formatted)", &after));
        let hunks: Vec<_> = text.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(hunks, ["@@ -1,7 +1,7 @@", "@@ -28,7 +28,8 @@"]);
    }

    #[test]
    fn a_last_line_without_an_end_is_said_to_have_none() {
        let text = unified(("a", "1"), ("a (formatted)", "1\n"));
        assert_eq!(text, "--- a\n+++ a (formatted)\n@@ -1,1 +1,1 @@\n-1\n\\ No newline at end of file\n+1\n");
    }

    /// The old text with the steps taken.
    fn applied(old: &[&str], new: &[&str]) -> Vec<std::string::String> {
        let (mut left, mut right, mut out) = (0, 0, Vec::new());
        for step in steps(old, new) {
            match step {
                Step::Keep => {
                    assert_eq!(old[left], new[right]);
                    out.push(old[left].to_owned());
                    (left, right) = (left + 1, right + 1);
                }
                Step::Remove => left += 1,
                Step::Add => {
                    out.push(new[right].to_owned());
                    right += 1;
                }
            }
        }
        assert_eq!((left, right), (old.len(), new.len()));
        out
    }

    proptest::proptest! {
        #[test]
        fn the_steps_lead_from_one_text_to_the_other(old in "[ab\n]{0,30}", new in "[ab\n]{0,30}") {
            let (old, new) = (lines(&old), lines(&new));
            assert_eq!(applied(&old, &new), new);
        }
    }
}
