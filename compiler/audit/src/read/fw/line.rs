//! One line of rules, as pve-firewall takes it apart (`parse_fw_rule`): it is strict about spaces, and about the end of the line.

use crate::read::rule::{Env, Fields};

/// Levels of `-log`, in the order in which they are tried.
const LEVELS: [&str; 9] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", "nolog"];

/// `[|]IN|OUT|FORWARD ACTION|MACRO(ACTION) [-OPTION VALUE]…` or `[|]GROUP NAME [-i IF]`; or what is wrong with it.
pub(super) fn fields(line: &str, env: Env) -> (Fields, Option<String>) {
    let line = line.split('#').next().unwrap_or_default();
    let (enabled, line) = line.strip_prefix('|').map_or((true, line), |rest| (false, rest));
    let mut fields = Fields { env, enabled, ..Fields::default() };
    let (direction, rest) = word(line);
    let (action, rest) = word(rest.trim_start());
    if direction.is_empty() || action.is_empty() {
        return (fields, Some("it is no rule".into()));
    }
    let group = direction.eq_ignore_ascii_case("group");
    if group {
        action.clone_into(&mut fields.group);
    } else {
        direction.clone_into(&mut fields.direction);
        let inner = action.strip_suffix(')').and_then(|action| action.rsplit_once('('));
        match inner.filter(|(name, inner)| !name.is_empty() && ["ACCEPT", "DROP", "REJECT"].contains(inner)) {
            Some((name, inner)) => {
                name.clone_into(&mut fields.macro_name);
                inner.clone_into(&mut fields.action);
            }
            None => action.clone_into(&mut fields.action),
        }
    }
    let mut rest = rest.trim_start();
    while !rest.is_empty() {
        match option(rest, group, &mut fields) {
            Some(after) => rest = after,
            None => return (fields, Some(wrong(rest, group))),
        }
    }
    (fields, None)
}

/// Up to the next space, and what follows.
fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// Takes one option off. There is one space in front of a value, and no other.
fn option<'a>(text: &'a str, group: bool, fields: &mut Fields) -> Option<&'a str> {
    let dashes = text.strip_prefix('-')?;
    let (double, name) = dashes.strip_prefix('-').map_or((false, dashes), |name| (true, name));
    let (name, rest) = name.split_once(' ')?;
    if name == "log" && !group {
        let level = LEVELS.into_iter().find(|level| rest.starts_with(level))?;
        return Some(rest[level.len()..].trim_start());
    }
    let (value, rest) = word(rest);
    let field = match name {
        _ if value.is_empty() => return None,
        "i" if !double => &mut fields.iface,
        _ if group => return None,
        "p" if !double => &mut fields.proto,
        "proto" => &mut fields.proto,
        "dport" => &mut fields.dport,
        "sport" => &mut fields.sport,
        "source" => &mut fields.source,
        "dest" => &mut fields.dest,
        "icmp-type" => &mut fields.icmp,
        _ => return None,
    };
    value.clone_into(field);
    Some(rest.trim_start())
}

fn wrong(rest: &str, group: bool) -> String {
    let name = rest.split_whitespace().next().unwrap_or_default();
    match name.trim_start_matches('-') {
        "log" => format!("the level in {rest:?}: there are {}", LEVELS.join(", ")),
        "i" | "p" | "proto" | "dport" | "sport" | "source" | "dest" | "icmp-type" if !group => {
            format!("one space and a value follow {name}")
        }
        _ if group && name != "-i" => format!("{name} at a group: there is -i alone"),
        _ if name.starts_with('-') => format!("the option {name}"),
        _ => format!("{name:?} is no option"),
    }
}
