//! The parts of the layers, as they are called, and what they say as a decision.

use arvc_verdict::{Decision, Layer, Verdict};

use super::{End, Step, verdict};
use crate::place::source;
use crate::tree::{Host, Tree};

/// A part of a layer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'t> {
    Device(&'t Host),
    Segment,
    /// The messages by which neighbours find one another, and the layer that they meet.
    Neighbours(Layer),
    Way,
    ProxmoxOut(&'t Host, usize),
    ProxmoxIn(&'t Host, usize),
    NodeOut(&'t str),
    NodeIn(&'t str),
    Member(End<'t>),
    Inside(&'t Host),
    NebulaOut(&'t Host),
    NebulaIn(&'t Host),
    Tunnel(&'t Host, &'t Host),
    GuestOut(&'t Host),
    GuestIn(&'t Host),
    ReplyOut(&'t Host),
    ReplyIn(&'t Host),
    Forward(&'t Host),
    ReplyForward(&'t Host),
}

impl Part<'_> {
    /// Whether it is one of what the sender has to pass at its own side.
    pub fn is_sender(&self, host: &Host) -> bool {
        match self {
            Self::GuestOut(own) | Self::ProxmoxOut(own, _) | Self::Device(own) => std::ptr::eq(*own, host),
            _ => false,
        }
    }

    /// Whether it is about the answer.
    pub fn is_reply(&self) -> bool {
        matches!(self, Self::ReplyOut(_) | Self::ReplyIn(_))
    }

    /// Whether it is about what carries the packet, and there whatever rules say: that a member is one, and that there is a
    /// tunnel, are of Nebula, but none of its rules.
    pub fn carries(&self) -> bool {
        matches!(self, Self::Member(_) | Self::Inside(_) | Self::Tunnel(..)) || self.layer() == Layer::Path
    }

    pub fn layer(&self) -> Layer {
        match self {
            Self::Device(_) | Self::Segment | Self::Way => Layer::Path,
            Self::Neighbours(layer) => *layer,
            Self::ProxmoxOut(..) | Self::ProxmoxIn(..) | Self::NodeOut(_) | Self::NodeIn(_) => Layer::Proxmox,
            Self::Member(_) | Self::Inside(_) | Self::NebulaOut(_) | Self::NebulaIn(_) | Self::Tunnel(..) => {
                Layer::Nebula
            }
            Self::GuestOut(_) | Self::GuestIn(_) | Self::ReplyOut(_) | Self::ReplyIn(_) => Layer::Guest,
            Self::Forward(_) | Self::ReplyForward(_) => Layer::Guest,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Device(host) => format!("devices of {}", host.name),
            Self::Segment => "the segment".into(),
            Self::Neighbours(_) => "neighbour discovery".into(),
            Self::Way => "the way".into(),
            Self::ProxmoxOut(host, net) => format!("out of {} (net{net})", host.name),
            Self::ProxmoxIn(host, net) => format!("into {} (net{net})", host.name),
            Self::NodeOut(node) => format!("out of the node {node}"),
            Self::NodeIn(node) => format!("into the node {node}"),
            Self::Member(End::Host(host)) => format!("{} as a member", host.name),
            Self::Member(_) => "membership".into(),
            Self::Inside(host) => format!("the address of {}", host.name),
            Self::NebulaOut(host) => format!("outbound rules of {}", host.name),
            Self::NebulaIn(host) => format!("inbound rules of {}", host.name),
            Self::Tunnel(from, to) => format!("the tunnel {} - {}", from.name, to.name),
            Self::GuestOut(host) => format!("filter of {}, out", host.name),
            Self::GuestIn(host) => format!("filter of {}, in", host.name),
            Self::ReplyOut(host) => format!("filter of {}, out, for the reply", host.name),
            Self::ReplyIn(host) => format!("filter of {}, in, for the reply", host.name),
            Self::Forward(host) => format!("filter of {}, through", host.name),
            Self::ReplyForward(host) => format!("filter of {}, through, for the reply", host.name),
        }
    }
}

impl Tree {
    pub(super) fn decision(&self, step: Step<'_>) -> Decision {
        let verdict = match verdict(std::slice::from_ref(&step)) {
            Verdict::Unknown { missing } => Verdict::Unknown { missing },
            other => other,
        };
        let mut sources: Vec<_> = step.outcome.places.iter().map(|place| source(&self.files, *place)).collect();
        sources.dedup();
        Decision {
            layer: step.part.layer(),
            part: step.part.name(),
            verdict,
            sources,
            words: step.outcome.words.to_owned(),
        }
    }
}
