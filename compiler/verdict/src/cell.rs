//! One line of a matrix, as the programs that are held against one another write it.

use serde::{Deserialize, Serialize};

use crate::{Question, Verdict};

/// A question and its verdict, without the reasons.
///
/// As JSON, one object a line:
/// `{"from":"shop","to":"dns","address":"10.10.10.11","path":"overlay","protocol":"tcp","port":53,"verdict":"open"}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cell {
    /// What is asked.
    #[serde(flatten)]
    pub question: Question,
    /// What is answered.
    #[serde(flatten)]
    pub verdict: Verdict,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Path, Protocol};

    #[test]
    fn a_cell_is_one_line_of_json() {
        let question = Question {
            from: "shop".into(),
            to: "dns".into(),
            address: "10.10.10.11".parse().expect("an address"),
            path: Path::Overlay(None),
            protocol: Protocol::Tcp,
            port: Some(53),
        };
        let cell = Cell { question, verdict: Verdict::Open };
        let text = r#"{"from":"shop","to":"dns","address":"10.10.10.11","path":"overlay","protocol":"tcp","port":53,"verdict":"open"}"#;
        assert_eq!(serde_json::to_string(&cell).expect("JSON"), text);
        assert_eq!(serde_json::from_str::<Cell>(text).expect("a cell"), cell);
        let text = r#"{"from":"a","to":"b","address":"fd00::1","path":"bridge vmbr1.20","protocol":"47","verdict":"unknown","missing":"x"}"#;
        let cell: Cell = serde_json::from_str(text).expect("a cell");
        assert_eq!(cell.question.port, None);
        assert_eq!(serde_json::to_string(&cell).expect("JSON"), text);
    }
}
