//! Questions of a file, a line of JSON each, and their verdicts: for what asked somebody else the same.

use std::net::IpAddr;
use std::path::Path;

use arvc_audit::{Manner, Tree};
use arvc_verdict::{Cell, Question};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::world::{Stream, World};
use crate::{Stop, outside, reason, shown};

/// A line: a question, what is out of the ordinary about it, and whatever else somebody wrote beside it.
#[derive(Deserialize)]
struct Line {
    #[serde(flatten)]
    question: Question,
    #[serde(default)]
    source: Option<IpAddr>,
    #[serde(default)]
    relayed: bool,
    #[serde(default)]
    masked: bool,
    #[serde(default)]
    large: bool,
}

/// No file of questions is larger.
const LARGEST: u64 = 1 << 28;

/// Answers each line of a file: the cell with the audit's own verdict, and with the decisions of the layers if they are wanted.
pub(super) fn ask(world: &mut dyn World, tree: &Tree, file: &Path, decisions: bool) -> Result<(), Stop> {
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let path = cwd.join(file);
    let cannot = |why: String| outside(format!("cannot read {}: {why}", shown(&path, &cwd)));
    let bytes = world.read(&path, LARGEST).map_err(|error| cannot(reason(&error)))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot("it is no text".into()))?;
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        let line: Line = serde_json::from_str(line).map_err(|error| cannot(format!("line {}: {error}", number + 1)))?;
        let manner = Manner { source: line.source, relayed: line.relayed, masked: line.masked, large: line.large };
        let answer = tree.decide_as(&line.question, manner);
        let said = match decisions {
            true => json!(answer),
            false => json!(Cell { question: answer.question, verdict: answer.verdict }),
        };
        let mut said: Map<String, Value> = match said {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        if let Some(source) = line.source {
            said.insert("source".into(), json!(source));
        }
        for (word, is_so) in [("relayed", line.relayed), ("masked", line.masked), ("large", line.large)] {
            if is_so {
                said.insert(word.into(), json!(true));
            }
        }
        out += &format!("{}\n", Value::Object(said));
    }
    world.print(Stream::Out, &out)?;
    Ok(())
}
