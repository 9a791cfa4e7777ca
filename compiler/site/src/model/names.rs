//! Names of the site beyond those of its machines: domains, aliases, and what proxies serve.

use arvc_lang::data::Ports;
use arvc_syntax::source::Span;

use super::{ClusterId, EndpointId, HostId, Named, ServiceId, Spanned, VipId};

/// Names that are no machine's own.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Domains with their whole names, in the order of these. The site's own is among them only if more is said of it.
    pub domains: Vec<Domain>,
    /// Further names of machines.
    pub aliases: Vec<Alias>,
    /// What proxies serve.
    pub routes: Vec<Route>,
    /// Names by which clients look for a service.
    pub services: Vec<ServiceName>,
}

/// A DNS domain.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Its name, whole and without a final dot, and its place.
    pub named: Named,
    /// The name servers that the world asks, as whole names. None: it has no public view.
    pub servers: Vec<Spanned<String>>,
}

/// Who is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Whoever asks the site's resolvers.
    Internal,
    /// The world.
    Public,
}

/// What has a further name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AliasOf {
    /// A machine.
    Host(HostId),
    /// The machines that run a service.
    Service(ServiceId),
    /// The members of a cluster.
    Cluster(ClusterId),
}

/// A further name.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The whole name, without a final dot.
    pub name: String,
    /// What it leads to.
    pub of: AliasOf,
    /// Where it is written.
    pub span: Span,
}

/// A name by which clients look for an endpoint (RFC 2782).
#[derive(Clone, Debug)]
pub struct ServiceName {
    /// The whole name, without a final dot: `_ldap._tcp.example.org`.
    pub name: String,
    /// What they look for.
    pub endpoint: EndpointId,
    /// Its port of the protocol that the name says.
    pub ports: Ports,
    /// Where it is written.
    pub span: Span,
}

/// What a proxy does with TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tls {
    /// It ends it, and speaks plainly to the backend.
    Terminate,
    /// It ends it, and speaks TLS to the backend too.
    Reencrypt,
    /// It hands it on unopened.
    Passthrough,
    /// There is none.
    Plain,
}

/// A name that a proxy serves.
#[derive(Clone, Debug)]
pub struct Route {
    /// The whole name, without a final dot, and its place.
    pub named: Named,
    /// The service that is the proxy, if it is no cluster.
    pub proxy: Option<ServiceId>,
    /// Where the proxy is reached.
    pub frontend: Spanned<EndpointId>,
    /// Where it hands requests on to.
    pub backend: Spanned<EndpointId>,
    /// The address of several machines that it reaches the backend by, in place of their own.
    pub at: Option<Spanned<VipId>>,
    /// What becomes of TLS.
    pub tls: Tls,
    /// Who may come.
    pub exposure: View,
}
