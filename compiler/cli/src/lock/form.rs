//! One line of the lock: a dotted key and an inline table, so that a line says all of what it says and two branches that
//! add lines merge line by line, whatever stands around them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::IpAddr;

use arvc_site::lock::{
    Datacenter, Environment, Fetched, Grant, Numbers, Segment, Serial, SharedAddress, is_policy_name,
};
use arvc_site::model::{NAMESPACE, Vmid};
use toml::{Table, Value};

/// What every line of an environment begins with.
pub const START: &str = "environments.";

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A machine's numbers.
    Host(Numbers),
    /// Those of a machine that is gone.
    Retired(Numbers),
    /// The new name of a machine.
    Renamed(String),
    /// A zone's serial.
    Serial(Serial),
    /// What certificates were granted to a machine.
    Certificates(BTreeSet<Grant>),
    /// What was last applied of fields that Terraform leaves alone.
    Unmanaged(BTreeMap<String, String>),
    /// A Proxmox cluster.
    Datacenter(Datacenter),
    /// A network.
    Network(Segment),
    /// An address that machines have by turns.
    Vip(SharedAddress),
}

/// Whom a line is about: the environment, the kind of thing, its name.
pub type Subject = (String, &'static str, String);

/// Reads a line. The error is what is wrong with it.
pub fn read(line: &str) -> Result<(Subject, Said), String> {
    let mut table: Table = line.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let environments = table.remove("environments").ok_or("it is no line that arvc writes")?;
    let (environment, kinds) = only(environments)?;
    let (kind, names) = only(kinds)?;
    let (name, value) = only(names)?;
    let (kind, said) = match kind.as_str() {
        "hosts" => ("hosts", numbers(&value).map(Said::Host)),
        "retired" => ("retired", numbers(&value).map(Said::Retired)),
        "renamed" => ("renamed", text(&value).map(Said::Renamed)),
        "serials" => ("serials", serial(&value).map(Said::Serial)),
        "certificates" => ("certificates", grants(&value).map(Said::Certificates)),
        "unmanaged" => ("unmanaged", fields_of(&value).map(Said::Unmanaged)),
        "datacenters" => ("datacenters", datacenter(&value).map(Said::Datacenter)),
        "networks" => ("networks", segment(&value).map(Said::Network)),
        "vips" => ("vips", shared_address(&value).map(Said::Vip)),
        _ => return Err(format!("this arvc knows no `{kind}` of an environment")),
    };
    let said = said.ok_or("it is not whole, or says more than this arvc knows")?;
    Ok(((environment, kind, name), said))
}

/// The only entry of a table.
fn only(value: Value) -> Result<(String, Value), String> {
    let Value::Table(table) = value else { return Err("it is no line that arvc writes".into()) };
    let mut entries = table.into_iter();
    match (entries.next(), entries.next()) {
        (Some(entry), None) => Ok(entry),
        _ => Err("it is no line that arvc writes".into()),
    }
}

/// The fields of an inline table that has no others than these.
fn fields<'v>(value: &'v Value, known: &[&str]) -> Option<&'v Table> {
    let table = value.as_table()?;
    table.keys().all(|key| known.contains(&key.as_str())).then_some(table)
}

fn optional<T>(table: &Table, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<Option<T>> {
    match table.get(key) {
        None => Some(None),
        Some(value) => read(value).map(Some),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn parsed<T: std::str::FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

fn vmid(value: &Value) -> Option<Vmid> {
    u32::try_from(value.as_integer()?).ok().map(Vmid)
}

fn list<T, C: FromIterator<T>>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<C> {
    value.as_array()?.iter().map(read).collect()
}

/// A list, of which one of a single item may be the item itself.
fn one_or_several<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    if value.is_array() { list(value, read) } else { Some(vec![read(value)?]) }
}

fn numbers(value: &Value) -> Option<Numbers> {
    let table = fields(value, &["vmid", "slot", "kind", "arch", "datacenter", "node", "policy", "on", "devices"])?;
    let addresses = |value: &Value| -> Option<BTreeMap<String, Vec<IpAddr>>> {
        let entries = value.as_table()?.iter();
        entries.map(|(network, value)| Some((network.clone(), one_or_several(value, parsed)?))).collect()
    };
    let devices = |value: &Value| -> Option<BTreeMap<String, u32>> {
        let entries = value.as_table()?.iter();
        entries.map(|(network, value)| Some((network.clone(), u32::try_from(value.as_integer()?).ok()?))).collect()
    };
    // What is not said is a VM, and amd64.
    let is = |key: &str, known: &str| optional(table, key, |value| (value.as_str()? == known).then_some(true));
    Some(Numbers {
        container: is("kind", "container")?.unwrap_or_default(),
        arm64: is("arch", "arm64")?.unwrap_or_default(),
        devices: optional(table, "devices", devices)?.unwrap_or_default(),
        datacenter: optional(table, "datacenter", text)?,
        vmid: optional(table, "vmid", vmid)?,
        slot: optional(table, "slot", |value| u64::try_from(value.as_integer()?).ok())?,
        addresses: optional(table, "on", addresses)?.unwrap_or_default(),
        node: optional(table, "node", text)?,
        policy: optional(table, "policy", |value| text(value).filter(|name| is_policy_name(name)))?,
    })
}

fn serial(value: &Value) -> Option<Serial> {
    let table = fields(value, &["serial", "hash"])?;
    let serial = u32::try_from(table.get("serial")?.as_integer()?).ok()?;
    Some(Serial { serial, hash: text(table.get("hash")?)? })
}

fn fields_of(value: &Value) -> Option<BTreeMap<String, String>> {
    value.as_table()?.iter().map(|(field, value)| Some((field.clone(), text(value)?))).collect()
}

fn grants(value: &Value) -> Option<BTreeSet<Grant>> {
    let grant = |value: &Value| {
        let table = fields(value, &["name", "networks", "groups"])?;
        Some(Grant {
            name: text(table.get("name")?)?,
            networks: list(table.get("networks")?, parsed)?,
            groups: list(table.get("groups")?, text)?,
        })
    };
    list(value, grant)
}

fn datacenter(value: &Value) -> Option<Datacenter> {
    let known = ["declared", "nodes", "arm64", "pool", "namespace", "firewall", "mappings", "templates", "files"];
    let table = fields(value, &known)?;
    Some(Datacenter {
        declared: optional(table, "declared", Value::as_bool)?.unwrap_or_default(),
        namespace: optional(table, "namespace", text)?.unwrap_or_else(|| NAMESPACE.to_owned()),
        mappings: optional(table, "mappings", |value| list(value, text))?.unwrap_or_default(),
        nodes: list(table.get("nodes")?, text)?,
        arm64: optional(table, "arm64", |value| list(value, text))?.unwrap_or_default(),
        pool: text(table.get("pool")?)?,
        firewall: table.get("firewall")?.as_bool()?,
        templates: optional(table, "templates", |value| list(value, vmid))?.unwrap_or_default(),
        files: optional(table, "files", |value| list(value, fetched))?.unwrap_or_default(),
    })
}

/// `pve/local:import/debian.qcow2`, or without the node where nodes share it. No datastore has a `/` in its name.
fn fetched(value: &Value) -> Option<Fetched> {
    let text = value.as_str()?;
    let (before, _) = text.split_once(':')?;
    let (node, volume) = match before.split_once('/') {
        Some((node, _)) => (Some(node.to_owned()), &text[node.len() + 1..]),
        None => (None, text),
    };
    Some(Fetched { volume: volume.to_owned(), node })
}

fn shared_address(value: &Value) -> Option<SharedAddress> {
    let table = fields(value, &["network", "address"])?;
    let addresses = one_or_several(table.get("address")?, parsed)?;
    Some(SharedAddress { network: text(table.get("network")?)?, addresses })
}

/// `10.0.0.100-10.0.0.199`.
fn span(value: &Value) -> Option<(IpAddr, IpAddr)> {
    let (first, last) = value.as_str()?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn segment(value: &Value) -> Option<Segment> {
    let table = fields(value, &["cidr", "bridge", "vlan", "datacenters", "handed_out"])?;
    let vlan = optional(table, "vlan", |value| u16::try_from(value.as_integer()?).ok())?;
    let bridge = optional(table, "bridge", text)?;
    if vlan.is_some() && bridge.is_none() {
        return None;
    }
    Some(Segment {
        prefixes: one_or_several(table.get("cidr")?, parsed)?,
        bridge: bridge.map(|bridge| (bridge, vlan)),
        datacenters: optional(table, "datacenters", |value| list(value, text))?.unwrap_or_default(),
        handed_out: optional(table, "handed_out", |value| list(value, span))?.unwrap_or_default(),
    })
}

/// The lines of an environment, in their order: what it is, then what it holds.
pub fn lines(out: &mut String, name: &str, environment: &Environment) {
    let name = key(name);
    let mut line = |kind: &str, of: &str, value: String| {
        let _ = writeln!(out, "{START}{name}.{kind}.{} = {value}", key(of));
    };
    for (of, serials) in &environment.certificates {
        line("certificates", of, array(serials.iter().map(grant)));
    }
    for (of, datacenter) in &environment.datacenters {
        let mut value = "{ ".to_owned();
        if datacenter.declared {
            value += "declared = true, ";
        }
        let nodes = array(datacenter.nodes.iter().map(|it| string(it)));
        let _ = write!(value, "nodes = {nodes}, pool = {}", string(&datacenter.pool));
        if !datacenter.arm64.is_empty() {
            let _ = write!(value, ", arm64 = {}", array(datacenter.arm64.iter().map(|it| string(it))));
        }
        if datacenter.namespace != NAMESPACE {
            let _ = write!(value, ", namespace = {}", string(&datacenter.namespace));
        }
        let _ = write!(value, ", firewall = {}", datacenter.firewall);
        if !datacenter.mappings.is_empty() {
            let _ = write!(value, ", mappings = {}", array(datacenter.mappings.iter().map(|it| string(it))));
        }
        if !datacenter.templates.is_empty() {
            let _ =
                write!(value, ", templates = {}", array(datacenter.templates.iter().map(|vmid| vmid.0.to_string())));
        }
        if !datacenter.files.is_empty() {
            let file = |file: &Fetched| {
                let node = file.node.as_ref().map(|node| format!("{node}/")).unwrap_or_default();
                string(&format!("{node}{}", file.volume))
            };
            let _ = write!(value, ", files = {}", array(datacenter.files.iter().map(file)));
        }
        line("datacenters", of, value + " }");
    }
    for (of, numbers) in &environment.hosts {
        line("hosts", of, written(numbers));
    }
    for (of, segment) in &environment.networks {
        let mut value = format!("{{ cidr = {}", several(segment.prefixes.iter().map(ToString::to_string)));
        if let Some((bridge, vlan)) = &segment.bridge {
            let _ = write!(value, ", bridge = {}", string(bridge));
            if let Some(vlan) = vlan {
                let _ = write!(value, ", vlan = {vlan}");
            }
        }
        if !segment.datacenters.is_empty() {
            let _ = write!(value, ", datacenters = {}", array(segment.datacenters.iter().map(|it| string(it))));
        }
        if !segment.handed_out.is_empty() {
            let spans = segment.handed_out.iter().map(|(first, last)| string(&format!("{first}-{last}")));
            let _ = write!(value, ", handed_out = {}", array(spans));
        }
        line("networks", of, value + " }");
    }
    for (of, to) in &environment.renamed {
        line("renamed", of, string(to));
    }
    for (of, numbers) in &environment.retired {
        line("retired", of, written(numbers));
    }
    for (of, Serial { serial, hash }) in &environment.serials {
        line("serials", of, format!("{{ serial = {serial}, hash = {} }}", string(hash)));
    }
    for (of, fields) in &environment.unmanaged {
        let fields: Vec<String> =
            fields.iter().map(|(field, text)| format!("{} = {}", key(field), string(text))).collect();
        line("unmanaged", of, format!("{{ {} }}", fields.join(", ")));
    }
    for (of, SharedAddress { network, addresses }) in &environment.vips {
        let addresses = several(addresses.iter().map(ToString::to_string));
        line("vips", of, format!("{{ network = {}, address = {addresses} }}", string(network)));
    }
}

/// The numbers of a machine as an inline table.
pub fn written(numbers: &Numbers) -> String {
    let mut parts = Vec::new();
    parts.extend(numbers.vmid.map(|vmid| format!("vmid = {}", vmid.0)));
    parts.extend(numbers.slot.map(|slot| format!("slot = {slot}")));
    parts.extend(numbers.container.then(|| "kind = \"container\"".to_owned()));
    parts.extend(numbers.arm64.then(|| "arch = \"arm64\"".to_owned()));
    parts.extend(numbers.datacenter.iter().map(|it| format!("datacenter = {}", string(it))));
    parts.extend(numbers.node.iter().map(|it| format!("node = {}", string(it))));
    parts.extend(numbers.policy.iter().map(|it| format!("policy = {}", string(it))));
    let on = numbers.addresses.iter().map(|(network, addresses)| {
        let addresses = several(addresses.iter().map(ToString::to_string));
        format!("{} = {addresses}", key(network))
    });
    let on: Vec<String> = on.collect();
    if !on.is_empty() {
        parts.push(format!("on = {{ {} }}", on.join(", ")));
    }
    let devices: Vec<String> =
        numbers.devices.iter().map(|(network, index)| format!("{} = {index}", key(network))).collect();
    if !devices.is_empty() {
        parts.push(format!("devices = {{ {} }}", devices.join(", ")));
    }
    if parts.is_empty() { "{}".into() } else { format!("{{ {} }}", parts.join(", ")) }
}

fn grant(grant: &Grant) -> String {
    format!(
        "{{ name = {}, networks = {}, groups = {} }}",
        string(&grant.name),
        array(grant.networks.iter().map(|it| string(&it.to_string()))),
        array(grant.groups.iter().map(|it| string(it)))
    )
}

fn several(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|item| string(&item)).collect();
    if let [item] = items.as_slice() { item.clone() } else { array(items.into_iter()) }
}

fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A key: bare if TOML allows it.
fn key(text: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !text.is_empty() && text.bytes().all(bare) { text.to_owned() } else { string(text) }
}

/// A basic string on one line, whatever it holds.
fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
