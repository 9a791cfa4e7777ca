//! Cells as lines of JSON: what proof, audit and packets are compared by.

use std::path::Path;

use arvc_verdict::{Cell, Counted, Layer, Question, Verdict};

use crate::world::World;
use crate::{Stop, exit, outside, reason};

/// No file of questions is larger.
const LARGEST: u64 = 1 << 30;

/// All layers, or one.
pub(crate) fn counted(layer: Option<Layer>) -> Counted {
    layer.map_or(Counted::All, Counted::Alone)
}

/// A question with its verdict.
pub(crate) fn cell(verdict: Verdict, question: Question) -> Cell {
    Cell { question, verdict }
}

/// A cell a line.
pub(crate) fn lines(cells: &[Cell]) -> String {
    cells.iter().map(|cell| format!("{}\n", serde_json::json!(cell))).collect()
}

/// The questions of a file. What a cell says besides is about packets that nobody sends by himself, and they are left out.
pub(crate) fn read(world: &dyn World, path: &Path, name: &Path) -> Result<Vec<Question>, Stop> {
    let failed = |error| outside(format!("cannot read {}: {}", name.display(), reason(&error)));
    let bytes = world.read(path, LARGEST).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes);
    let wrong = |line: usize, error: serde_json::Error| {
        Stop::Says(exit::USAGE, format!("{}:{}: no cell: {error}", name.display(), line + 1))
    };
    let mut questions = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let value: serde_json::Value = serde_json::from_str(line).map_err(|error| wrong(number, error))?;
        // A source that is not the sender's own, tunnels that are forbidden, another's MAC address, more than a path carries in one.
        if ["source", "relayed", "masked", "large"].iter().any(|word| value.get(word).is_some()) {
            continue;
        }
        questions.push(serde_json::from_value(value).map_err(|error| wrong(number, error))?);
    }
    Ok(questions)
}
