//! The sections of a file of Proxmox, in the order in which pve-firewall reads them: a rule, or an entry of a set, knows the names
//! above it, and a line that cannot be read is left out (`generic_fw_config_parser`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::{About, line};
use crate::place::{Notes, Place, Why};
use crate::proxmox::{Cluster, IpSet, Rule, Scope, Spec};
use crate::read::rule::{Env, is_name, rules, scoped};

/// Options that were read: their value, and where.
pub(super) type Options = HashMap<String, (String, Place)>;

/// What a file says.
#[derive(Default)]
pub(super) struct Contents {
    pub options: Options,
    pub aliases: HashMap<String, (IpNet, Place)>,
    pub sets: BTreeMap<String, IpSet>,
    pub rules: Vec<Rule>,
    pub groups: BTreeMap<String, Vec<Rule>>,
    /// Lines that are left out, and why.
    pub left_out: Vec<(Place, String)>,
    /// Lines that the other engine may refuse the file for, and why.
    pub strict: Vec<(Place, String)>,
    /// Why nothing of it may be applied.
    pub refused: Option<Why>,
}

#[derive(Clone, PartialEq)]
enum Section {
    None,
    Options,
    Aliases,
    Rules,
    Set(String),
    Group(String),
}

/// The longest name of a group, of a set.
const LONGEST: (usize, usize) = (18, 64);

/// A reading of one file.
struct Reader<'a> {
    about: &'a About,
    cluster: &'a Cluster,
    contents: Contents,
    /// The entries of the set that is read.
    seen: HashSet<String>,
    /// Names that rules asked for, and that were not there yet.
    asked: Vec<(Place, &'static str, String)>,
}

impl Contents {
    /// Reads a file.
    pub fn of(about: &About, text: &str, file: u32, cluster: &Cluster, notes: &mut Notes) -> Self {
        let mut reader = Reader { about, cluster, contents: Self::default(), seen: HashSet::new(), asked: Vec::new() };
        let mut section = Section::None;
        for (number, line) in (1..).zip(text.split('\n')) {
            // The end of a line of Windows is none of the spaces that are taken off.
            let line = line.trim_matches([' ', '\t']);
            let place = Place { file, line: number };
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            match reader.heading(line, place) {
                Some(found) => section = found,
                None => reader.line(&section, line, place, notes),
            }
        }
        for (place, kind, name) in std::mem::take(&mut reader.asked) {
            reader.contents.below(place, kind, &name);
        }
        reader.contents.strictness();
        reader.contents
    }

    /// A rule asked for a name that was not there yet. If it comes later, that is too late; if it does not, it dangles.
    fn below(&mut self, place: Place, kind: &str, name: &str) {
        let there = if kind == "set" { self.sets.contains_key(name) } else { self.aliases.contains_key(name) };
        let all = self.rules.iter_mut().chain(self.groups.values_mut().flatten());
        for rule in all.filter(|rule| there && rule.place == place) {
            rule.broken = Some(format!("the {kind} {name} stands below it, and a rule knows what is above it"));
        }
    }

    /// A rule that the one engine leaves out, the other may stumble over; it takes capitals for what they are.
    fn strictness(&mut self) {
        let all = self.rules.iter().chain(self.groups.values().flatten());
        let broken = all.filter_map(|rule| Some((rule.place, rule.broken.clone()?)));
        self.strict.extend(broken.chain(self.left_out.iter().cloned()));
        self.strict.sort();
    }
}

impl Reader<'_> {
    fn leave_out(&mut self, place: Place, words: impl Into<String>) {
        self.contents.left_out.push((place, words.into()));
    }

    /// A heading, and the section that it begins; none if the line is of the section above.
    fn heading(&mut self, line: &str, place: Place) -> Option<Section> {
        let (cluster, guest) = (matches!(self.about, About::Cluster), matches!(self.about, About::Guest(_)));
        let plain = match line.to_ascii_lowercase().as_str() {
            "[options]" => Some(Section::Options),
            "[rules]" => Some(Section::Rules),
            "[aliases]" if cluster || guest => Some(Section::Aliases),
            _ => None,
        };
        if plain.is_some() {
            return plain;
        }
        let (kind, rest) = line.strip_prefix('[')?.split_once(char::is_whitespace)?;
        let (name, after) = rest.trim_start().split_once(']')?;
        let after = after.trim_start();
        if name.is_empty() || name.contains(char::is_whitespace) || !(after.is_empty() || after.starts_with('#')) {
            return None;
        }
        let group = kind.eq_ignore_ascii_case("group");
        if !(group && cluster || kind.eq_ignore_ascii_case("ipset") && (cluster || guest)) {
            return None;
        }
        let (stored, longest) = (name.to_ascii_lowercase(), if group { LONGEST.0 } else { LONGEST.1 });
        if stored != name {
            self.contents.strict.push((place, format!("capitals in the name {name}")));
        }
        if !is_name(&stored) || stored.len() > longest {
            self.leave_out(
                place,
                format!("{name:?} is no name of a {}: all of the section is left out", kind.to_lowercase()),
            );
            return Some(Section::None);
        }
        let twice = match group {
            true => self.contents.groups.insert(stored.clone(), Vec::new()).is_some(),
            false => {
                self.seen.clear();
                let empty = IpSet { entries: Vec::new(), gap: None, place };
                self.contents.sets.insert(stored.clone(), empty).is_some()
            }
        };
        if twice {
            self.leave_out(place, format!("{stored} is there twice: what stands of it above is forgotten"));
        }
        Some(if group { Section::Group(stored) } else { Section::Set(stored) })
    }

    fn line(&mut self, section: &Section, text: &str, place: Place, notes: &mut Notes) {
        if text.starts_with('[') {
            let words = format!("{text:?} is no heading here: what follows is read as of the section above");
            return self.leave_out(place, words);
        }
        match section {
            Section::None => self.leave_out(place, format!("{text:?} stands in no section")),
            Section::Options => self.option(text, place),
            Section::Aliases => self.alias(text, place, notes),
            Section::Set(name) => self.entry(name, text, place, notes),
            Section::Rules => {
                let env = if matches!(self.about, About::Guest(_)) { Env::Guest } else { Env::Node };
                let rules = self.rule(text, env, place, notes);
                self.contents.rules.extend(rules);
            }
            Section::Group(name) => {
                let rules = self.rule(text, Env::Group, place, notes);
                self.contents.groups.entry(name.clone()).or_default().extend(rules);
            }
        }
    }

    /// `KEY: VALUE`, without a comment. A line that is none leaves what stands above it.
    fn option(&mut self, text: &str, place: Place) {
        let kind = match self.about {
            About::Cluster => OPTIONS[0],
            About::Node(_) => OPTIONS[1],
            _ => OPTIONS[2],
        };
        let (key, value) = text.split_once(':').unwrap_or((text, ""));
        let (key, value) = (key.to_ascii_lowercase(), value.trim());
        let among = |names: &str| names.split(' ').any(|name| name == key);
        let numbers = value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty();
        let good = match () {
            () if among(kind.0) => ["0", "1"].contains(&value),
            () if matches!(self.about, About::Cluster) && key == "enable" => numbers,
            () if among("policy_in policy_out policy_forward") => {
                ["ACCEPT", "DROP", "REJECT"].contains(&value.to_ascii_uppercase().as_str())
            }
            // What it says decides nothing here.
            () => among(kind.1),
        };
        match good {
            true => drop(self.contents.options.insert(key, (value.to_owned(), place))),
            false => self.leave_out(place, format!("{text:?} is no option that pve-firewall reads")),
        }
    }

    /// `NAME PREFIX`, with one space between the two.
    fn alias(&mut self, text: &str, place: Place, notes: &mut Notes) {
        let text = text.split('#').next().unwrap_or_default().trim_end();
        let mut words = text.split(char::is_whitespace);
        match (words.next(), words.next().map(prefix), words.next()) {
            (Some(name), Some(Ok(net)), None) => {
                if self.contents.aliases.insert(name.to_ascii_lowercase(), (net.trunc(), place)).is_some() {
                    self.leave_out(place, format!("the alias {name} is there twice: the last one counts"));
                }
            }
            (Some(_), Some(Err(Some(words))), None) => self.refuse(place, words, notes),
            _ => self.leave_out(place, format!("{text:?} is no alias: a name, one space, and an address or prefix")),
        }
    }

    fn refuse(&mut self, place: Place, words: String, notes: &mut Notes) {
        let words = format!("{words}: what is made of these files is refused as a whole");
        self.contents.refused = Some(notes.unread(place, words));
    }

    /// `[!]PREFIX` or `[!]ALIAS` of a set.
    fn entry(&mut self, set: &str, text: &str, place: Place, notes: &mut Notes) {
        let text = text.split('#').next().unwrap_or_default().trim_end();
        let (spared, name) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest.trim_start()));
        if name.is_empty() || name.contains(char::is_whitespace) {
            self.leave_out(place, format!("{text:?} is no entry of a set"));
            return;
        }
        let (scope, plain) = scoped(name);
        let net = match is_name(plain) {
            true => match self.known_alias(scope, plain) {
                Some(net) => net,
                None => {
                    self.leave_out(place, format!("there is no alias {name} above it: the set is without this entry"));
                    return;
                }
            },
            false => match prefix(name) {
                Ok(net) if net.prefix_len() == 0 => {
                    self.leave_out(place, format!("{name}: a set holds no prefix of length 0"));
                    return;
                }
                Ok(net) => net,
                Err(Some(words)) => return self.refuse(place, words, notes),
                Err(None) => {
                    self.leave_out(place, format!("{name:?} is no address, prefix or alias"));
                    return;
                }
            },
        };
        let written = name.trim_end_matches("/32").trim_end_matches("/128");
        if !self.seen.insert(written.to_owned()) {
            self.leave_out(place, format!("{name} is there twice: the first one counts"));
            return;
        }
        let Some(set) = self.contents.sets.get_mut(set) else { return };
        let net = net.trunc();
        match set.entries.iter_mut().find(|(other, _)| *other == net) {
            None => set.entries.push((net, spared)),
            // The same address in other letters, or behind an alias: the last one counts.
            Some(entry) if net.prefix_len() == net.max_prefix_len() || is_name(plain) => entry.1 = spared,
            Some(_) => self.refuse(place, format!("ipset refuses {name}, which is in the set already"), notes),
        }
    }

    /// The prefix of an alias that stands above, or in the data centre.
    fn known_alias(&self, scope: Scope, name: &str) -> Option<IpNet> {
        let name = name.to_ascii_lowercase();
        let own = || self.contents.aliases.get(&name);
        let found = match (scope, self.about) {
            // Of the data centre nothing is its own when sets are made.
            (Scope::Guest, About::Cluster) => None,
            (_, About::Cluster) => own(),
            (Scope::Guest, _) => own(),
            (Scope::Cluster, _) => self.cluster.aliases.get(&name),
            (Scope::Either, _) => own().or_else(|| self.cluster.aliases.get(&name)),
        };
        found.map(|(net, _)| *net)
    }

    fn rule(&mut self, text: &str, env: Env, place: Place, notes: &mut Notes) -> Vec<Rule> {
        let (fields, wrong) = line::fields(text, env);
        if let Some(words) = wrong {
            // A rule that nobody could take apart is there for those who ask why it does nothing.
            return vec![Rule { broken: Some(words), enabled: fields.enabled, ..Rule::unknown("".into(), place) }];
        }
        let mut all = rules(&fields, place, notes);
        for rule in &mut all {
            self.names(rule, env, notes);
        }
        all
    }

    /// A rule knows the names that stand above it. One that is nowhere else is told by who looks for such.
    fn names(&mut self, rule: &mut Rule, env: Env, notes: &mut Notes) {
        let own = env != Env::Group || matches!(self.about, About::Cluster);
        for spec in [rule.source.clone(), rule.dest.clone()] {
            let (kind, scope, name, above, cluster) = match &spec {
                Spec::Set(scope, name) => {
                    let above = own && self.contents.sets.contains_key(name);
                    ("set", *scope, name, above, self.cluster.sets.contains_key(name) || above)
                }
                Spec::Alias(scope, name) => {
                    let above = own && self.contents.aliases.contains_key(name);
                    ("alias", *scope, name, above, self.cluster.aliases.contains_key(name) || above)
                }
                _ => continue,
            };
            if !above && !cluster {
                self.asked.push((rule.place, kind, name.clone()));
            } else if env == Env::Group && scope == Scope::Guest {
                let words = format!("a name of a guest ({name}) in a group: pve-firewall stops there");
                *rule = Rule::unknown(notes.unread(rule.place, words), rule.place);
                return;
            }
        }
    }
}

/// Of the data centre, of a node, of a guest: options that are 0 or 1, and those that decide nothing here.
const OPTIONS: [(&str, &str); 3] = [
    ("ebtables", "log_ratelimit"),
    (
        "enable nosmurfs tcpflags ndp log_nf_conntrack nf_conntrack_allow_invalid protection_synflood nftables",
        "log_level_in log_level_out log_level_forward tcp_flags_log_level smurf_log_level nf_conntrack_helpers nf_conntrack_max \
         nf_conntrack_tcp_timeout_established nf_conntrack_tcp_timeout_syn_recv protection_synflood_rate \
         protection_synflood_burst protection_limit",
    ),
    ("enable dhcp ndp radv macfilter ipfilter ips", "log_level_in log_level_out ips_queues layer2_protocols"),
];

/// An address or a prefix, whose host bits do not matter. Or what is wrong with it where nobody looks before it is used.
fn prefix(text: &str) -> Result<IpNet, Option<String>> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.into());
    }
    let (address, length) = text.split_once('/').ok_or(None)?;
    let address: IpAddr = address.parse().map_err(|_| None)?;
    if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(None);
    }
    let length = length.parse().ok().and_then(|length| IpNet::new(address, length).ok());
    length.ok_or_else(|| Some(format!("the prefix {text} is longer than an address")))
}
