//! The numbers of machines that state none, put into an answer: those that the lock holds, or that a build would choose.
//!
//! The language knows what the sources say, and no number that follows from the lock. So an expression that computes with a
//! `vmid` that nobody states is answered without; the path of one, and of the machine, with it.

use arvc_lang::data::{Data, DataId, Datum, Field, Node};
use arvc_lang::query::Answer;
use arvc_site::model::{Host, Site};

/// The keys of a path; none if the question is no path to machines, whose answer has no such number.
pub(super) fn path(asked: Option<&str>) -> Option<Vec<String>> {
    let Some(asked) = asked else { return Some(Vec::new()) };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '"');
    let keys: Vec<String> = asked.trim().split('.').map(|key| key.trim_matches('"').to_owned()).collect();
    let leads = matches!(keys.first().map(String::as_str), Some("hosts" | "clusters"));
    (leads && asked.trim().chars().all(plain)).then_some(keys)
}

/// Whether an answer may lack a number.
pub(super) fn may_lack(answer: &Answer) -> bool {
    answer.absent || answer.data.as_ref().is_some_and(|data| matches!(data.value(data.root), Datum::Record(_)))
}

/// Fills in what the answer to a path lacks.
pub(super) fn fill(answer: &mut Answer, keys: &[String], site: &Site) {
    for host in &site.hosts {
        let own: Vec<&str> = host.named.path.split('.').collect();
        if own.len() >= keys.len() && own.iter().zip(keys).all(|(own, key)| own == key) {
            if let (Some(data), false, Some(vmid)) = (&mut answer.data, answer.absent, host.vmid) {
                insert(data, &own[keys.len()..], i64::from(vmid.value.0));
            }
        } else if answer.absent
            && keys.len() > own.len()
            && own.iter().zip(keys).all(|(own, key)| own == key)
            && let Some(value) = number(site, host, &keys[own.len()..])
        {
            (answer.data, answer.absent) = (Some(alone(value)), false);
        }
    }
}

/// A number of a machine that its sources leave out.
fn number(site: &Site, host: &Host, rest: &[String]) -> Option<Datum> {
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match rest.as_slice() {
        ["vmid"] => host.vmid.map(|vmid| Datum::Int(vmid.value.0.into())),
        ["slot"] => host.slot.and_then(|slot| i64::try_from(slot.value).ok()).map(Datum::Int),
        ["on", network, "address"] => {
            let interface = host.interfaces.iter().find(|it| site.networks[it.network.index()].named.name == *network);
            interface.and_then(|interface| interface.address).map(|address| Datum::Address(address.value))
        }
        _ => None,
    }
}

/// A value that stands nowhere.
fn alone(value: Datum) -> Data {
    let span = arvc_syntax::source::Span::new(0, 0);
    let nodes = vec![Node { value, span, call: None }];
    Data { nodes, calls: Vec::new(), entities: Vec::new(), names: Default::default(), root: DataId(0) }
}

/// Gives the record of a machine its VMID, if it has none.
fn insert(data: &mut Data, rest: &[&str], vmid: i64) {
    let mut at = data.root;
    for key in rest {
        let name = data.names.intern(key);
        let Some(field) = data.field(at, name) else { return };
        at = field.value;
    }
    let (name, span) = (data.names.intern("vmid"), data.span(at));
    let Datum::Record(fields) = data.value(at) else { return };
    let Err(place) = fields.binary_search_by(|field| data.names.get(field.name).cmp("vmid")) else { return };
    let value = DataId(data.nodes.len() as u32);
    data.nodes.push(Node { value: Datum::Int(vmid), span, call: None });
    if let Datum::Record(fields) = &mut data.nodes[at.0 as usize].value {
        fields.insert(place, Field { name, key: span, value });
    }
}
