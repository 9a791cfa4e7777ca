//! Scripts that set up a packet filter by commands. They are told, and not run: what they do depends on more than their lines.

/// The line of the first such command, if a file is one. What a role brings is loaded with files that are read.
pub(crate) fn first_command(path: &str, text: &str) -> Option<u32> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let shell = text.starts_with("#!") || ["", "sh", "bash"].contains(&ending);
    if !shell || path.split('/').any(|part| part == "roles") {
        return None;
    }
    let at = text.lines().position(is_command)?;
    Some(at as u32 + 1)
}

fn is_command(line: &str) -> bool {
    let words = line.split_whitespace().skip_while(|word| ["sudo", "exec"].contains(word));
    let words: Vec<&str> = words.collect();
    let Some((program, rest)) = words.split_first() else { return false };
    let any = |actions: &[&str]| rest.iter().any(|word| actions.contains(word));
    match program.rsplit('/').next().unwrap_or_default() {
        "iptables" | "iptables-nft" | "iptables-legacy" | "ip6tables" | "ip6tables-nft" | "ip6tables-legacy"
        | "$IPT" | "$IPTABLES" => {
            any(&["-A", "-I", "-P", "-F", "-D", "--append", "--insert", "--policy", "--flush", "--delete"])
        }
        "nft" => any(&["add", "insert", "create", "flush", "delete", "replace"]),
        _ => false,
    }
}
