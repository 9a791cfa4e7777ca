//! The answer: what each layer says, where it stands, and what all of them make together.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Question;

/// Whether something passes.
///
/// A layer that knows everything says `Open` or `Closed`. One that does not has a lower bound of nothing and an upper bound of
/// everything: `Unknown`, with what is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// It passes.
    Open,
    /// It does not.
    Closed,
    /// What is there does not say.
    Unknown {
        /// What would have to be known, in words.
        missing: String,
    },
}

impl Verdict {
    /// Whether it passes for certain: what `needs` may rest on.
    pub fn lower(&self) -> bool {
        *self == Self::Open
    }

    /// Whether it may pass: what `never` must fear.
    pub fn upper(&self) -> bool {
        *self != Self::Closed
    }

    /// Both must let it pass. What is closed is closed, whatever is missing elsewhere.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Closed, _) | (_, Self::Closed) => Self::Closed,
            (Self::Open, other) | (other, Self::Open) => other,
            (Self::Unknown { missing }, Self::Unknown { missing: more }) if missing == more => {
                Self::Unknown { missing }
            }
            (Self::Unknown { missing }, Self::Unknown { missing: more }) => {
                Self::Unknown { missing: format!("{missing}; {more}") }
            }
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => write!(f, "open"),
            Self::Closed => write!(f, "closed"),
            Self::Unknown { missing } => write!(f, "unknown: {missing}"),
        }
    }
}

/// What may stop a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The firewall of Proxmox at the devices of both ends, with its chain of switches, and that of a node.
    Proxmox,
    /// Nebula: the tunnel, the sender's outbound rules, the receiver's inbound rules.
    Nebula,
    /// The guest's own packet filter.
    Guest,
    /// What carries the packet: the segment, the routers between, address translation.
    Path,
}

/// Which layers are looked at. The others let everything through, so that what one of them does is seen though another one
/// closes the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// All of them.
    #[default]
    All,
    /// One, and what carries the packet.
    Alone(Layer),
}

impl Counted {
    /// Whether a layer is looked at. What carries the packet always is.
    pub fn counts(self, layer: Layer) -> bool {
        match self {
            Self::All => true,
            Self::Alone(alone) => layer == alone || layer == Layer::Path,
        }
    }
}

impl FromStr for Layer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "proxmox" => Ok(Self::Proxmox),
            "nebula" => Ok(Self::Nebula),
            "guest" => Ok(Self::Guest),
            "path" => Ok(Self::Path),
            _ => Err(format!("there is no layer {text:?}: proxmox, nebula, guest or path")),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Padded as the caller wants it.
        f.pad(match self {
            Self::Proxmox => "proxmox",
            Self::Nebula => "nebula",
            Self::Guest => "guest",
            Self::Path => "path",
        })
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Source {
    /// The path of the file inside the tree, or of the site's source.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What one layer says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Decision {
    /// Which.
    pub layer: Layer,
    /// What of it, as `out of shop (net0)`.
    pub part: String,
    /// What it says.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The lines that decide.
    pub sources: Vec<Source>,
    /// Why, for an operator.
    pub words: String,
}

/// What all layers say together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    #[serde(flatten)]
    pub question: Question,
    /// For the first packet of a connection and its replies.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Every layer that the packet meets, in order; those that close it are all there, not the first alone.
    pub decisions: Vec<Decision>,
    /// What would open it all the same, and no `needs` may rest on: the destination sends first, and a connection table that
    /// both ends share takes the packet for its answer. `never` is broken by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by_state: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(missing: &str) -> Verdict {
        Verdict::Unknown { missing: missing.to_owned() }
    }

    #[test]
    fn what_is_closed_stays_so_and_what_is_missing_adds_up() {
        assert_eq!(Verdict::Open.and(Verdict::Open), Verdict::Open);
        assert_eq!(unknown("a").and(Verdict::Closed), Verdict::Closed);
        assert_eq!(Verdict::Open.and(unknown("a")), unknown("a"));
        assert_eq!(unknown("a").and(unknown("a")), unknown("a"));
        assert_eq!(unknown("a").and(unknown("b")), unknown("a; b"));
        assert!(!unknown("a").lower() && unknown("a").upper());
    }
}
