//! What the rules of machines are called: machines that have the same ones share files, and a name that is held stays, whoever
//! comes or goes.

use std::collections::BTreeMap;

use super::Environment;
use crate::model::Site;

/// What the last build called the rules of each machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyNames {
    /// By the machine's name: that of its files, `web`, or `web.nas` where a part of those that share rules has files of its own.
    pub of: BTreeMap<String, String>,
    /// Whether a machine of which no line says it had its own name. An earlier release said it of none.
    pub certain: bool,
}

impl PolicyNames {
    /// The name of the files that a machine had. A new machine had none.
    pub fn files(&self, host: &str) -> Option<&str> {
        self.of.get(host).map(String::as_str)
    }

    /// The name of the rules that a machine had.
    pub fn policy(&self, host: &str) -> Option<&str> {
        self.files(host).map(policy)
    }
}

/// The name of the rules whose files have this one. No name of a policy has a point in it.
fn policy(files: &str) -> &str {
    files.split_once('.').map_or(files, |(policy, _)| policy)
}

/// Whether files may be called so: what a lock says becomes a path.
pub fn is_policy_name(files: &str) -> bool {
    let plain = |part: &str| {
        let byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty() && !part.starts_with('-') && part.bytes().all(byte)
    };
    files.len() <= 240 && files.splitn(2, '.').all(plain)
}

/// What the machines of a site had, of which `renamed` leads from the new name to the one that the lock knows.
pub(crate) fn names(site: &Site, held: &Environment, renamed: &BTreeMap<String, String>) -> PolicyNames {
    let names = site.hosts.iter().filter_map(|host| {
        let new = &host.named.name;
        let said = match renamed.get(new) {
            Some(old) if held.hosts.contains_key(old) => held.policy_after(old, new),
            _ => held.hosts.get(new)?.policy.clone(),
        };
        Some((new.clone(), said.unwrap_or_else(|| new.clone())))
    });
    PolicyNames { of: names.collect(), certain: held.knows_policies() }
}

impl Environment {
    /// Whether it is known that machines had their own names of which no line says it.
    pub fn knows_policies(&self) -> bool {
        self.hosts.values().any(|numbers| numbers.policy.is_some())
    }

    /// What the rules of a machine are called.
    pub fn policy(&self, host: &str) -> Option<&str> {
        let numbers = self.hosts.get_key_value(host);
        numbers.map(|(name, numbers)| policy(numbers.policy.as_deref().unwrap_or(name)))
    }

    /// What is to be said of the files of a machine that has another name from now on. Those that are called by it alone go with it,
    /// and those that others share stay.
    pub fn policy_after(&self, old: &str, new: &str) -> Option<String> {
        let said = self.hosts.get(old)?.policy.as_deref();
        let others = |name: &str| {
            self.hosts.iter().any(|(host, numbers)| host != old && numbers.policy.as_deref() == Some(name))
        };
        let name = match said {
            None if others(old) => old.to_owned(),
            None => return None,
            Some(name) => match name.split_once('.') {
                Some((policy, own)) if own == old && !others(name) => format!("{policy}.{new}"),
                _ => name.to_owned(),
            },
        };
        (name != new).then_some(name)
    }

    /// Gives the rules that are called `old` another name; how many machines have them.
    pub fn rename_policy(&mut self, old: &str, new: &str) -> usize {
        let mut count = 0;
        for (host, numbers) in &mut self.hosts {
            let files = numbers.policy.as_deref().unwrap_or(host);
            if policy(files) == old {
                let files = format!("{new}{}", &files[old.len()..]);
                numbers.policy = Some(files).filter(|files| files != host);
                count += 1;
            }
        }
        count
    }

    /// Enters what the files of each machine are called now.
    pub fn set_policies(&mut self, names: &BTreeMap<String, String>) {
        for (host, numbers) in &mut self.hosts {
            numbers.policy = names.get(host).filter(|name| *name != host).cloned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::Numbers;

    fn environment(hosts: &[(&str, Option<&str>)]) -> Environment {
        let numbers = |policy: Option<&str>| Numbers { policy: policy.map(str::to_owned), ..Numbers::default() };
        let hosts = hosts.iter().map(|(name, policy)| ((*name).to_owned(), numbers(*policy))).collect();
        Environment { hosts, ..Environment::default() }
    }

    #[test]
    fn what_a_lock_says_becomes_no_path_elsewhere() {
        for name in ["web", "web-2", "web.nas", "0", "xn--e"] {
            assert!(is_policy_name(name), "{name}");
        }
        for name in ["", ".", "..", "../web", "web.", ".web", "web.nas.v4", "web/nas", "Web", "fail_closed", "-web"] {
            assert!(!is_policy_name(name), "{name}");
        }
        assert!(!is_policy_name(&"a".repeat(241)));
    }

    #[test]
    fn a_renamed_machine_takes_along_what_is_called_by_it_alone() {
        let alone = environment(&[("db", None), ("web", Some("shop"))]);
        assert_eq!(alone.policy_after("db", "data"), None);
        let shared = environment(&[("db", None), ("db2", Some("db"))]);
        assert_eq!(shared.policy_after("db", "data"), Some("db".into()));
        assert_eq!(shared.policy_after("db2", "data"), Some("db".into()));
        // One that takes the name of its own files has them as its own.
        assert_eq!(environment(&[("db2", Some("db"))]).policy_after("db2", "db"), None);
        let part = environment(&[("nas", Some("web.nas")), ("disk", Some("web.disk")), ("tape", Some("web.disk"))]);
        assert_eq!(part.policy_after("nas", "box"), Some("web.box".into()));
        assert_eq!(part.policy_after("disk", "box"), Some("web.disk".into()));
    }

    #[test]
    fn rules_get_another_name_with_all_of_their_files() {
        let mut lock = environment(&[("db", None), ("db2", Some("db")), ("db3", Some("db.db3")), ("web", None)]);
        assert_eq!(lock.rename_policy("db", "db2"), 3);
        let expected = environment(&[("db", Some("db2")), ("db2", None), ("db3", Some("db2.db3")), ("web", None)]);
        assert_eq!(lock, expected);
        assert_eq!((lock.policy("db3"), lock.policy("web"), lock.policy("gone")), (Some("db2"), Some("web"), None));
    }
}
