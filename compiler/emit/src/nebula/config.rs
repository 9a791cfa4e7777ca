//! One member's configuration: where the others are found, how packets travel, and its rules.

use std::net::{IpAddr, SocketAddr};

use arvc_reach::Addresses;
use arvc_reach::policy::Policy;
use arvc_site::model::{Family, Host, HostId, Site};
use ipnet::IpNet;

use super::Overlay;
use super::profile::Profile;
use super::rules::Rules;
use crate::extra;
use crate::yaml::{Entry, Yaml, entry};

/// 60 bytes of headers over IPv4, 80 over IPv6, and 32 more through a relay fit into 1500 with room to spare.
const MTU: u32 = 1300;

/// The configuration of `host`.
pub fn config(addresses: &Addresses<'_>, overlay: &Overlay<'_>, id: HostId, host: &Host, policy: &Policy) -> Yaml {
    let site = addresses.site;
    let profile = Profile::of(&site.nebula.version.value);
    let device = host.interface_on(overlay.id).map(|interface| interface.device.as_str()).unwrap_or("nebula1");
    let places = places(site, overlay, id, host);
    // Nebula does not start with a lighthouse that it has no place for, and a relay that this machine does not find cannot
    // hand anything on to it: a machine outside knows only those that a node forwards the port to.
    let names = |wanted: fn(&Host) -> bool| {
        let known = places.iter().filter(|place| wanted(place.host));
        Yaml::List(known.map(|place| Yaml::quoted(place.address.to_string())).collect())
    };
    let none = || Yaml::List(Vec::new());

    let mut lighthouse = vec![
        entry("am_lighthouse", Yaml::Bool(host.lighthouse)),
        // Nebula's own default: a lighthouse that was restarted, or has torn its tunnels down, knows nobody until they report.
        entry("interval", Yaml::Int(10)),
        entry("hosts", if host.lighthouse { none() } else { names(|other| other.lighthouse) }),
    ];
    // A machine on the underlay tells the others its address there and no other that it may have. What is outside is
    // found by whatever address it has.
    let inside = host.is_on(overlay.tunnels.underlay);
    if inside {
        let underlay = site.networks[overlay.tunnels.underlay.index()].prefixes();
        let list = underlay.map(|prefix| (prefix.value.to_string(), Yaml::Bool(true)));
        lighthouse.push(entry("local_allow_list", Yaml::map(list)));
    }
    // It cannot see the address that stands for it out there, and nobody else may tell it.
    let translated = host.interfaces.iter().filter_map(|interface| interface.public);
    let translated: Vec<Yaml> = translated
        .map(|public| Yaml::quoted(SocketAddr::new(public.value, overlay.tunnels.port).to_string()))
        .collect();
    if !translated.is_empty() {
        lighthouse.push(entry("advertise_addrs", Yaml::List(translated)));
    }
    let relay = vec![
        entry("am_relay", Yaml::Bool(host.relay)),
        entry("use_relays", Yaml::Bool(!host.relay)),
        entry("relays", if host.relay { none() } else { names(|other| other.relay) }),
    ];
    // A socket of IPv6 takes IPv4 as well.
    let ipv6 = site.networks[overlay.tunnels.underlay.index()].prefixes().any(|prefix| prefix.value.addr().is_ipv6());
    let mut firewall = Vec::new();
    if profile.asks_for_strict_local_addresses() {
        firewall.push(entry("default_local_cidr_any", Yaml::Bool(false)));
    }
    let own: Vec<IpNet> = match overlay.network.behind.iter().any(|behind| behind.member.value == id) {
        true => {
            host.interface_on(overlay.id).into_iter().flat_map(|it| it.addresses()).map(|it| it.value.into()).collect()
        }
        false => Vec::new(),
    };
    let rules = || Rules::new(addresses, id, own.clone());
    firewall.push(entry("outbound", rules().policy(overlay.id, &policy.outbound).yaml()));
    firewall.push(entry("inbound", rules().policy(overlay.id, &policy.inbound).behind(&policy.forward).yaml()));

    let mut tun = vec![
        entry("disabled", Yaml::Bool(false)),
        entry("dev", Yaml::quoted(device)),
        entry("mtu", Yaml::Int(overlay.network.mtu.unwrap_or(MTU).into())),
    ];
    let routes = routes(site, overlay, policy);
    if !routes.is_empty() {
        tun.push(entry("unsafe_routes", Yaml::List(routes)));
    }

    let mut pki = vec![
        entry("ca", Yaml::quoted("/etc/nebula/ca.crt")),
        entry("cert", Yaml::quoted("/etc/nebula/host.crt")),
        entry("key", Yaml::quoted("/etc/nebula/host.key")),
        entry("disconnect_invalid", Yaml::Bool(true)),
    ];
    if profile.knows_certificates_v2() {
        pki.push(entry("initiating_version", Yaml::Int(super::certificates::version(overlay))));
    }
    let mut config = vec![
        entry("pki", Yaml::Map(pki)),
        entry("static_host_map", Yaml::Map(places.iter().map(Place::entry).collect())),
        entry("lighthouse", Yaml::Map(lighthouse)),
        entry(
            "listen",
            Yaml::map([
                ("host", Yaml::quoted(if ipv6 { "::" } else { "0.0.0.0" })),
                ("port", Yaml::Int(overlay.tunnels.port.into())),
            ]),
        ),
        entry("punchy", Yaml::map([("punch", Yaml::Bool(true)), ("respond", Yaml::Bool(true))])),
        entry("relay", Yaml::Map(relay)),
        entry("cipher", Yaml::quoted("aes")),
        entry("tun", Yaml::Map(tun)),
        entry("logging", Yaml::map([("level", Yaml::quoted("info")), ("format", Yaml::quoted("text"))])),
        entry("firewall", Yaml::Map(firewall)),
    ];
    let groups = host.groups.iter().map(|group| &site.groups[group.index()].nebula);
    for keys in [&site.nebula.config].into_iter().chain(groups).chain([&host.nebula]) {
        extra::merge(&mut config, keys);
    }
    Yaml::Map(config)
}

/// The networks behind other members that a machine may open anything on, by prefix.
fn routes(site: &Site, overlay: &Overlay<'_>, policy: &Policy) -> Vec<Yaml> {
    let leads = |network| policy.outbound.iter().any(|rule| rule.network == overlay.id && rule.there == network);
    let mut routes = Vec::new();
    for behind in overlay.network.behind.iter().filter(|behind| leads(behind.network.value)) {
        let member = site.hosts[behind.member.value.index()].interface_on(overlay.id);
        for prefix in site.networks[behind.network.value.index()].prefixes().map(|prefix| prefix.value.trunc()) {
            let of_family = |address: &IpAddr| Family::of(*address) == Family::of_prefix(&prefix);
            let via = member.into_iter().flat_map(|it| it.addresses()).map(|it| it.value).find(of_family);
            routes.extend(via.map(|via| {
                Yaml::map([("route", Yaml::quoted(prefix.to_string())), ("via", Yaml::quoted(via.to_string()))])
            }));
        }
    }
    routes
}

/// A lighthouse or relay, and where a machine finds it without asking.
struct Place<'site> {
    host: &'site Host,
    /// On the overlay.
    address: IpAddr,
    /// Below it; never empty.
    endpoints: Vec<SocketAddr>,
}

impl Place<'_> {
    fn entry(&self) -> Entry {
        let list = self.endpoints.iter().map(|endpoint| Yaml::quoted(endpoint.to_string())).collect();
        entry(self.address.to_string(), Yaml::List(list))
    }
}

/// The lighthouses and relays that `host` finds without asking, by address.
fn places<'site>(site: &Site, overlay: &Overlay<'site>, own: HostId, host: &Host) -> Vec<Place<'site>> {
    let others = overlay.fixed.iter().copied().filter(|(id, _)| *id != own);
    let mut places: Vec<Place> = others
        .filter_map(|(id, other)| {
            let places = overlay.tunnels.places(site, &overlay.segments, host, id).into_iter();
            let endpoints: Vec<SocketAddr> =
                places.map(|address| SocketAddr::new(address, overlay.tunnels.port)).collect();
            let address = other.interface_on(overlay.id)?.address?.value;
            (!endpoints.is_empty()).then_some(Place { host: other, address, endpoints })
        })
        .collect();
    places.sort_by_key(|place| place.address);
    places
}
