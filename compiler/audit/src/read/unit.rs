//! Units of systemd beside rules that are loaded: by their commands the chains of such a file are called.

use super::iptables::{Tables, split};
use crate::filter::Filter;
use crate::place::{Notes, Place};

/// Whether a file is one that has to do with packets.
pub(crate) fn is(path: &str, text: &str) -> bool {
    path.ends_with(".service") && text.lines().any(|line| line.starts_with("ExecStart") && line.contains("tables"))
}

/// Reads what starts it: commands of iptables, each by itself or in a line of a shell. Those that load a file are that file, and
/// those that ask whether a rule is there are followed by the one that makes it so.
pub(crate) fn read(text: &str, file: u32, tables: &mut Tables, notes: &mut Notes, filter: &mut Filter) {
    for (line, text) in (1..).zip(text.lines()) {
        let Some(("ExecStartPre" | "ExecStart" | "ExecStartPost", command)) = text.split_once('=') else { continue };
        let words = split(command.trim_start_matches(['-', '@', '+', '!', ':']));
        let words = match words.as_slice() {
            [shell, option, script] if shell.ends_with("sh") && option == "-c" => split(script),
            _ => words,
        };
        for command in words.split(|word| ["||", "&&", ";"].contains(&word.as_str())) {
            let words: Vec<&str> =
                command.iter().map(String::as_str).filter(|word| !word.contains("/dev/null")).collect();
            let Some((program, rest)) = words.split_first() else { continue };
            let v6 = match program.rsplit('/').next().unwrap_or_default() {
                "iptables" | "iptables-nft" | "iptables-legacy" => false,
                "ip6tables" | "ip6tables-nft" | "ip6tables-legacy" => true,
                _ => continue,
            };
            if !rest.iter().any(|word| ["-C", "--check"].contains(word)) {
                tables.command(rest, v6, Place { file, line }, notes, filter);
            }
        }
    }
}
