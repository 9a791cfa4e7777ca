//! Questions of a file, a line of JSON each, and their verdicts: for what asked somebody else the same, and where the two differ.

use std::net::IpAddr;
use std::path::Path;

use arvc_audit::{Manner, Tree};
use arvc_verdict::{Answer, Cell, Question, Verdict};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::world::{Stream, World};
use crate::{Stop, exit, outside, reason, shown};

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
    let mut out = String::new();
    each(world, file, |line, _| {
        out += &format!("{}\n", Value::Object(line.answered(&line.decided(tree), decisions)));
        Ok(())
    })?;
    world.print(Stream::Out, &out)?;
    Ok(())
}

/// Holds each line of a file, a cell with somebody else's verdict, against the audit: what the one lets pass and the other does not is
/// told, and how many verdicts only one of the two knows, or none.
pub(super) fn against(world: &mut dyn World, tree: &Tree, file: &Path, decisions: bool) -> Result<(), Stop> {
    let (mut out, mut agree, mut differ, mut unknown) = (String::new(), 0, 0, 0);
    each(world, file, |line, text| {
        let Theirs { verdict } = serde_json::from_str(text)?;
        let answer = line.decided(tree);
        match (&verdict, &answer.verdict) {
            (Verdict::Unknown { .. }, _) | (_, Verdict::Unknown { .. }) => unknown += 1,
            (theirs, ours) if theirs == ours => agree += 1,
            _ => {
                differ += 1;
                let mut said = line.answered(&answer, decisions);
                said.insert("against".into(), json!(verdict.to_string()));
                out += &format!("{}\n", Value::Object(said));
            }
        }
        Ok(())
    })?;
    world.print(Stream::Out, &out)?;
    let told = format!("{agree} verdicts agree, {differ} differ, and {unknown} are not known to both\n");
    world.print(Stream::Err, &told)?;
    if differ == 0 { Ok(()) } else { Err(Stop::Silent(exit::SOURCE)) }
}

/// The verdict that a line has already.
#[derive(Deserialize)]
struct Theirs {
    #[serde(flatten)]
    verdict: Verdict,
}

/// Does something with each line of a file, and its text.
fn each(
    world: &dyn World,
    file: &Path,
    mut then: impl FnMut(&Line, &str) -> Result<(), serde_json::Error>,
) -> Result<(), Stop> {
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let path = cwd.join(file);
    let cannot = |why: String| outside(format!("cannot read {}: {why}", shown(&path, &cwd)));
    let bytes = world.read(&path, LARGEST).map_err(|error| cannot(reason(&error)))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot("it is no text".into()))?;
    for (number, text) in text.lines().enumerate() {
        let line = serde_json::from_str::<Line>(text).and_then(|line| then(&line, text));
        line.map_err(|error| cannot(format!("line {}: {error}", number + 1)))?;
    }
    Ok(())
}

impl Line {
    fn decided(&self, tree: &Tree) -> Answer {
        let Self { source, relayed, masked, large, .. } = *self;
        tree.decide_as(&self.question, Manner { source, relayed, masked, large })
    }

    /// The line with an answer, and with what is out of the ordinary about it.
    fn answered(&self, answer: &Answer, decisions: bool) -> Map<String, Value> {
        let said = match decisions {
            true => json!(answer),
            false => json!(Cell { question: answer.question.clone(), verdict: answer.verdict.clone() }),
        };
        let mut said: Map<String, Value> = match said {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        if let Some(source) = self.source {
            said.insert("source".into(), json!(source));
        }
        for (word, is_so) in [("relayed", self.relayed), ("masked", self.masked), ("large", self.large)] {
            if is_so {
                said.insert(word.into(), json!(true));
            }
        }
        said
    }
}
