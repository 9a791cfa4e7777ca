//! What `iptables-restore` and `ip6tables-restore` load, and what single commands add to it.

mod refused;
mod rule;
mod values;

use std::collections::{HashMap, HashSet};

use crate::filter::{Base, Chain, Condition, Filter, Hook, Rule, TableName, Test, Then};
use crate::place::{Notes, Place};

pub(super) use values::{icmp, net, port, protocol, split};

/// The chains of one table by their names.
type Names = HashMap<String, usize>;

/// The tables of a filter, each with its chains, and what is known of them beside their rules.
#[derive(Clone, Default)]
pub(crate) struct Tables(HashMap<(String, bool), Names>);

/// What the files of one restore know of a table that they have begun.
struct Begun {
    name: String,
    chains: Names,
    /// Chains of the kernel that have rules here, and no policy.
    unsaid: Vec<(usize, Place)>,
}

impl Tables {
    /// Reads one file of one family into a filter that may hold the other already.
    pub fn restore(&mut self, text: &str, v6: bool, file: u32, notes: &mut Notes, filter: &mut Filter) {
        let mut begun: Option<Begun> = None;
        let mut place = Place { file, line: 1 };
        // It stops at the first line that it does not take, and a table is there from its COMMIT on.
        let mut refused = None;
        let text = text.replace("\\\n", "  ");
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            place.line = index as u32 + 1;
            let refusal = match (&mut begun, line) {
                (Some(_), "COMMIT") => {
                    begun.take().into_iter().for_each(|table| self.commit(table, v6, notes, filter));
                    None
                }
                (None, line) if line.starts_with('*') => {
                    let name = line[1..].to_owned();
                    let known = TABLES.contains(&name.as_str());
                    let family = if v6 { "ip6" } else { "ip" }.to_owned();
                    filter.tables.entry(TableName { family, name: name.clone() }).or_insert(place);
                    begun = Some(Begun { name, chains: HashMap::new(), unsaid: Vec::new() });
                    (!known).then(|| "a table that iptables does not have".to_owned())
                }
                (None, _) => Some("outside of a table".to_owned()),
                (Some(_), line) if line.starts_with('*') => Some("a table before the COMMIT of another one".to_owned()),
                (Some(table), line) => table.line(line, v6, place, notes, filter),
            };
            if let Some(words) = refusal {
                let why = notes.unread(place, format!("a line that iptables-restore refuses, {words}: {line}"));
                refused = refused.or(Some(why));
            }
        }
        if let Some(table) = begun {
            let words = format!("the table {} ends without COMMIT, so that nothing of it is loaded", table.name);
            let why = notes.unread(place, words);
            refused = refused.or(Some(why));
            self.commit(table, v6, notes, filter);
        }
        if let Some(why) = refused {
            filter.doubt((!v6, v6), &why);
        }
        match v6 {
            true => filter.families.1 = true,
            false => filter.families.0 = true,
        }
    }

    fn commit(&mut self, table: Begun, v6: bool, notes: &mut Notes, filter: &mut Filter) {
        for (chain, place) in table.unsaid {
            // A chain of nat, or of what only marks, has no other policy than to let pass.
            if table.name == "filter" {
                let name = filter.chains[chain].name.clone();
                let why = notes.unread(place, format!("which policy the chain {name} has: no line says it"));
                filter.chains[chain].rules.push(Rule { place, conditions: Vec::new(), then: Then::Unknown(why) });
            }
        }
        self.0.entry((table.name, v6)).or_default().extend(table.chains);
    }

    /// One command, `iptables -t nat -A POSTROUTING …`, in words behind its name. What it appends comes behind what is there.
    pub fn command(&mut self, words: &[&str], v6: bool, place: Place, notes: &mut Notes, filter: &mut Filter) {
        let mut words: Vec<&str> = words.iter().copied().filter(|word| !["-w", "--wait"].contains(word)).collect();
        let table = words.iter().position(|word| ["-t", "--table"].contains(word)).filter(|at| at + 1 < words.len());
        let table = table.map_or("filter", |at| words.drain(at..at + 2).nth(1).unwrap_or("filter"));
        let chains = self.0.entry((table.to_owned(), v6)).or_default();
        let (action, name) = match words.as_slice() {
            [action @ ("-A" | "--append" | "-I" | "--insert" | "-N" | "--new-chain" | "-P" | "--policy"), name, ..] => {
                (*action, *name)
            }
            _ => {
                notes.unread(place, format!("a command of iptables that is not understood: {}", words.join(" ")));
                return;
            }
        };
        if let (Some(hook), false) = (hook(name), chains.contains_key(name)) {
            match filter.base_at(hook, priority(table), table == "nat", v6) {
                Some(chain) => drop(chains.insert(name.to_owned(), chain)),
                None => {
                    let chain = named(name, chains, filter);
                    base(table, hook, true, chain, v6, place, filter);
                }
            }
        }
        let chain = named(name, chains, filter);
        let rest = &words[2..];
        match action {
            "-A" | "--append" => {
                let rule = rule::rule(rest, place, chains, filter, notes);
                filter.chains[chain].rules.push(rule);
            }
            "-I" | "--insert" => insert(rest, place, chain, chains, filter, notes),
            "-P" | "--policy" => {
                let accepts = rest.first() != Some(&"DROP");
                filter
                    .bases
                    .iter_mut()
                    .filter(|base| base.chain == chain)
                    .for_each(|base| base.accepts = accepts || base.nat);
            }
            _ => {}
        }
        match v6 {
            true => filter.families.1 = true,
            false => filter.families.0 = true,
        }
    }

    /// Takes in the tables of another file, whose chains begin here.
    pub fn beside(&mut self, other: Self, from: usize) {
        for (table, chains) in other.0 {
            let chains = chains.into_iter().map(|(name, chain)| (name, chain + from));
            self.0.entry(table).or_default().extend(chains);
        }
    }

    /// All files and commands are read. A table that says nothing of the kernel's own chains is added to what is there: who calls
    /// its chains is then said elsewhere, or nowhere.
    pub fn finish(&self, notes: &mut Notes, filter: &mut Filter) {
        let jumps = filter.chains.iter().flat_map(|chain| &chain.rules);
        let called: HashSet<usize> = jumps.filter_map(|rule| rule.then.chain()).collect();
        let mut tables: Vec<_> =
            self.0.iter().filter(|(_, chains)| chains.keys().all(|name| hook(name).is_none())).collect();
        tables.sort_by_key(|(of, _)| *of);
        for ((table, v6), chains) in tables {
            let mut chains: Vec<_> = chains.iter().collect();
            chains.sort_unstable();
            for (name, chain) in chains.into_iter().filter(|(_, chain)| !called.contains(chain)) {
                let Some(place) = filter.chains[*chain].rules.first().map(|rule| rule.place) else { continue };
                let why =
                    notes.unread(place, format!("what calls the chain {name} of the table {table}: no file says it"));
                for hook in hooks(table) {
                    let may = Condition { not: false, test: Test::Unread(why.clone()) };
                    let mut caller = Chain::new(name);
                    caller.rules.push(Rule { place, conditions: vec![may], then: Then::Jump(*chain) });
                    filter.chains.push(caller);
                    base(table, *hook, true, filter.chains.len() - 1, *v6, place, filter);
                }
            }
        }
    }
}

impl Begun {
    /// A line inside of a table; why it is refused, if it is.
    fn line(&mut self, line: &str, v6: bool, place: Place, notes: &mut Notes, filter: &mut Filter) -> Option<String> {
        if let Some(head) = line.strip_prefix(':') {
            let mut words = head.split_whitespace();
            let (Some(name), policy) = (words.next(), words.next()) else {
                return Some("a chain without a name".to_owned());
            };
            let chain = named(name, &mut self.chains, filter);
            if let Some(hook) = hook(name) {
                base(&self.name, hook, policy != Some("DROP"), chain, v6, place, filter);
            }
            return None;
        }
        let words = split(line);
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words.first().is_some_and(|word| word.starts_with('[')) {
            words.remove(0);
        }
        match words.as_slice() {
            ["-A" | "--append", name, rest @ ..] => {
                let Some(chain) = self.of_a_rule(name, v6, place, filter) else {
                    return Some("a chain that is not declared".to_owned());
                };
                if let Some(words) = self.refusal(name, rest) {
                    return Some(words);
                }
                let rule = rule::rule(rest, place, &mut self.chains, filter, notes);
                filter.chains[chain].rules.push(rule);
            }
            ["-I" | "--insert", name, rest @ ..] => {
                let Some(chain) = self.of_a_rule(name, v6, place, filter) else {
                    return Some("a chain that is not declared".to_owned());
                };
                if let Some(words) = self.refusal(name, behind_place(rest)) {
                    return Some(words);
                }
                insert(rest, place, chain, &mut self.chains, filter, notes);
            }
            ["-P" | "--policy", name, policy, ..] => {
                let chain = named(name, &mut self.chains, filter);
                self.unsaid.retain(|(unsaid, _)| *unsaid != chain);
                match hook(name) {
                    Some(hook) => base(&self.name, hook, *policy != "DROP", chain, v6, place, filter),
                    None => return Some("a policy of a chain that has none".to_owned()),
                }
            }
            ["-N" | "--new-chain", name, ..] => drop(named(name, &mut self.chains, filter)),
            ["-F" | "--flush", rest @ ..] => {
                let named = |name: &str| rest.first().is_none_or(|one| *one == name);
                let emptied = self.chains.iter().filter(|(name, _)| named(name));
                emptied.for_each(|(_, chain)| filter.chains[*chain].rules.clear());
            }
            // Counters, and chains that nothing calls.
            ["-X" | "--delete-chain" | "-Z" | "--zero", ..] => {}
            _ => return Some("or what it does is not known".to_owned()),
        }
        None
    }

    fn refusal(&self, chain: &str, words: &[&str]) -> Option<String> {
        refused::reason(words, chain, &self.name, |name| self.chains.contains_key(name))
    }

    /// The chain that a rule is for, if it is declared or the kernel's own.
    fn of_a_rule(&mut self, name: &str, v6: bool, place: Place, filter: &mut Filter) -> Option<usize> {
        let hook = hook(name);
        if !self.chains.contains_key(name) {
            let chain = named(name, &mut self.chains, filter);
            base(&self.name, hook?, true, chain, v6, place, filter);
            self.unsaid.push((chain, place));
        }
        self.chains.get(name).copied()
    }
}

/// The words of a rule, behind a number that they may begin with.
fn behind_place<'a, 'w>(words: &'a [&'w str]) -> &'a [&'w str] {
    if words.first().is_some_and(|word| word.parse::<usize>().is_ok()) { &words[1..] } else { words }
}

/// A rule in front of others, or at a place that its words begin with.
fn insert(words: &[&str], place: Place, chain: usize, chains: &mut Names, filter: &mut Filter, notes: &mut Notes) {
    let at = words.first().and_then(|word| word.parse::<usize>().ok());
    let rule = rule::rule(behind_place(words), place, chains, filter, notes);
    let rules = &mut filter.chains[chain].rules;
    rules.insert((at.unwrap_or(1).max(1) - 1).min(rules.len()), rule);
}

fn named(name: &str, chains: &mut Names, filter: &mut Filter) -> usize {
    *chains.entry(name.to_owned()).or_insert_with(|| {
        filter.chains.push(Chain::new(name));
        filter.chains.len() - 1
    })
}

const TABLES: &[&str] = &["raw", "mangle", "nat", "filter", "security"];

fn hook(chain: &str) -> Option<Hook> {
    Some(match chain {
        "PREROUTING" => Hook::Prerouting,
        "INPUT" => Hook::Input,
        "FORWARD" => Hook::Forward,
        "OUTPUT" => Hook::Output,
        "POSTROUTING" => Hook::Postrouting,
        _ => return None,
    })
}

/// Where a table has chains.
fn hooks(table: &str) -> &'static [Hook] {
    match table {
        "raw" => &[Hook::Prerouting, Hook::Output],
        "nat" => &[Hook::Prerouting, Hook::Input, Hook::Output, Hook::Postrouting],
        "mangle" => &[Hook::Prerouting, Hook::Input, Hook::Forward, Hook::Output, Hook::Postrouting],
        _ => &[Hook::Input, Hook::Forward, Hook::Output],
    }
}

fn priority(table: &str) -> i32 {
    match table {
        "raw" => -300,
        "mangle" => -150,
        "nat" => -100,
        "security" => 50,
        _ => 0,
    }
}

fn base(table: &str, hook: Hook, accepts: bool, chain: usize, v6: bool, place: Place, filter: &mut Filter) {
    let priority = priority(table);
    let nat = table == "nat";
    filter.bases.retain(|base| base.chain != chain);
    filter.bases.push(Base {
        hook,
        families: (!v6, v6),
        priority,
        accepts: accepts || nat,
        nat,
        chain,
        place,
        unsure: None,
    });
}
