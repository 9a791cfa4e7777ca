//! The part of the model that is the author's own: resources, records and files beside those that arvc makes.

use std::net::IpAddr;

use arvc_lang::data::Ports;
use arvc_syntax::source::Span;

use crate::extra::ExtraField;
use crate::model::View;

/// What Terraform has to manage besides, in one root module.
#[derive(Clone, Debug, Default)]
pub struct Terraform {
    /// Resources by type and name.
    pub resources: Vec<Resource>,
    /// The providers that they come from, by name.
    pub providers: Vec<Provider>,
}

/// A further resource.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its type.
    pub kind: String,
    /// Where the type is written.
    pub kind_key: Span,
    /// Its name.
    pub name: String,
    /// Where the name is written.
    pub key: Span,
    /// What its block says.
    pub arguments: Vec<ExtraField>,
}

/// A further provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its local name.
    pub name: String,
    /// Where the name is written.
    pub key: Span,
    /// Its address in a registry.
    pub source: String,
    /// The versions that do.
    pub version: String,
    /// What its block says.
    pub configuration: Vec<ExtraField>,
}

/// A further record of the domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneRecord {
    /// The domain that it is in.
    pub domain: String,
    /// The whole name, without a final dot.
    pub owner: String,
    /// What is answered.
    pub answer: Answer,
    /// How many seconds it may be kept.
    pub ttl: Option<u32>,
    /// Who is answered; `None` is everybody.
    pub view: Option<View>,
    /// Where the name is written.
    pub name: Span,
    /// Where the answer is.
    pub span: Span,
}

/// What a record answers. Names are whole, without a final dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An address: an A or AAAA record.
    Address(IpAddr),
    /// Another name.
    Cname(String),
    /// Text.
    Txt(String),
    /// A mail exchanger.
    Mx {
        /// The lowest is asked first.
        preference: i64,
        /// Its name.
        host: String,
    },
    /// A service (RFC 2782).
    Srv {
        /// The lowest is asked first.
        priority: i64,
        /// Among equals, how often.
        weight: i64,
        /// Its port.
        ports: Ports,
        /// Its machine.
        target: String,
    },
    /// Who may issue certificates (RFC 8659).
    Caa {
        /// 128 is critical.
        flags: i64,
        /// The property.
        tag: String,
        /// Its value.
        value: String,
    },
}

/// A further file of the tree.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path below the output folder.
    pub path: String,
    /// Where the path is written.
    pub key: Span,
    /// What it holds, to the byte.
    pub text: String,
}
