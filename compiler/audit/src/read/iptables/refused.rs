//! What `iptables-restore` refuses about a rule, and the whole file with it: seen with 1.8.9, with both of its backends.
//!
//! Only what is refused for certain: an extension that is not of iptables itself may be there, and what it takes is its own.

/// Why a rule is refused, in words behind the name of its chain. `declared` are the chains of its table so far.
pub(super) fn reason(words: &[&str], chain: &str, table: &str, declared: impl Fn(&str) -> bool) -> Option<String> {
    let mut rest = words.iter().copied().peekable();
    let (mut negated, mut protocol, mut needs_protocol, mut described) = (false, None, false, true);
    let mut unknown = None;
    while let Some(word) = rest.next() {
        let not = std::mem::take(&mut negated);
        match word {
            "!" => negated = true,
            "-m" | "--match" => {
                let Some(name) = rest.next() else { return Some("a match without a name".to_owned()) };
                if !MATCHES.contains(&name) && !ELSEWHERE.contains(&name) {
                    return Some(format!("a match that iptables does not have ({name})"));
                }
                described &= DESCRIBED.contains(&name);
            }
            "-p" | "--protocol" | "--proto" => protocol = rest.next().filter(|_| !not),
            "-j" | "--jump" | "-g" | "--goto" => {
                let Some(name) = rest.next() else { return Some("a jump to nowhere".to_owned()) };
                if KERNEL.contains(&name) {
                    return Some(format!("a jump to a chain of the kernel ({name})"));
                }
                let own = declared(name);
                if !own && !TARGETS.contains(&name) && !ELSEWHERE.contains(&name) {
                    return Some(format!("a target that is neither a chain nor one of iptables ({name})"));
                }
                if ["DNAT", "SNAT", "MASQUERADE", "REDIRECT"].contains(&name) && table != "nat" {
                    return Some(format!("a target of the table nat ({name})"));
                }
                described &= own || DESCRIBED.contains(&name);
            }
            "-i" | "--in-interface" if ["OUTPUT", "POSTROUTING"].contains(&chain) => {
                return Some(format!("what comes in by a device, in {chain}"));
            }
            "-o" | "--out-interface" if ["INPUT", "PREROUTING"].contains(&chain) => {
                return Some(format!("what leaves by a device, in {chain}"));
            }
            // These are of the protocol, which has to stand in front.
            "--dport" | "--destination-port" | "--sport" | "--source-port" if !words.contains(&"multiport") => {
                if protocol.is_none_or(|name| !has_ports(name)) {
                    return Some(format!("{word} without a protocol that has ports in front of it"));
                }
                let value = rest.next().unwrap_or_default();
                if value.split([':', ',']).any(is_no_port) {
                    return Some(format!("a port that is none ({value})"));
                }
            }
            "--dports" | "--destination-ports" | "--sports" | "--source-ports" | "--ports" => {
                needs_protocol = true;
                rest.next();
            }
            "--ctstate" | "--state" => {
                let value = rest.next().unwrap_or_default();
                if let Some(state) = value.split(',').find(|state| !is_state(state)) {
                    return Some(format!("a state that is none ({state})"));
                }
            }
            _ => match arity(word) {
                Some(values) => {
                    rest.by_ref().take(values).for_each(|_| {});
                }
                None => {
                    unknown = unknown.or(Some(word));
                    // How many values it has, only its extension knows.
                    while rest.next_if(|next| !next.starts_with('-') && *next != "!").is_some() {}
                }
            },
        }
    }
    if needs_protocol && protocol.is_none_or(|name| !has_ports(name)) {
        return Some("several ports without a protocol that has ports".to_owned());
    }
    unknown.filter(|_| described).map(|word| format!("a word that iptables does not have ({word})"))
}

fn has_ports(protocol: &str) -> bool {
    let known = ["tcp", "udp", "sctp", "dccp", "udplite", "6", "17", "132", "33", "136"];
    known.contains(&protocol.to_ascii_lowercase().as_str())
}

fn is_no_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_err() && !text.is_empty()
}

/// A state may be abbreviated.
fn is_state(text: &str) -> bool {
    let states = ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "SNAT", "DNAT"];
    states.iter().any(|state| state.starts_with(&text.to_ascii_uppercase()))
}

/// How many values an option of what is described here has; it may be abbreviated, as getopt takes it.
fn arity(word: &str) -> Option<usize> {
    let long = |names: &str| {
        word.len() > 2 && word.starts_with("--") && names.split_whitespace().any(|name| name.starts_with(&word[2..]))
    };
    match word {
        "-s" | "-d" | "-i" | "-o" | "-c" => Some(1),
        "-f" | "-4" | "-6" => Some(0),
        "--tcp-flags" => Some(2),
        _ if long(VALUES) => Some(1),
        _ if long(FLAGS) => Some(0),
        _ => None,
    }
}

const KERNEL: &[&str] = &["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

/// The matches and targets that are read: their options are all in the two lists below.
pub(super) const DESCRIBED: &[&str] = &[
    "tcp",
    "udp",
    "icmp",
    "icmp6",
    "conntrack",
    "state",
    "multiport",
    "comment",
    "iprange",
    "physdev",
    "addrtype",
    "ACCEPT",
    "DROP",
    "RETURN",
    "REJECT",
    "LOG",
    "NFLOG",
    "MARK",
    "CONNMARK",
    "CT",
    "TCPMSS",
    "AUDIT",
    "CHECKSUM",
    "MASQUERADE",
    "SNAT",
    "DNAT",
    "REDIRECT",
    "NOTRACK",
];

/// Options with a value, of iptables itself and of what is described.
const VALUES: &str = "source src destination dst in-interface out-interface tcp-option icmp-type icmpv6-type ctproto ctorigsrc ctorigdst \
    ctreplsrc ctrepldst ctorigsrcport ctorigdstport ctreplsrcport ctrepldstport ctstatus ctexpire ctdir comment src-range dst-range \
    physdev-in physdev-out src-type dst-type reject-with log-level log-prefix nflog-group nflog-prefix nflog-range nflog-size \
    nflog-threshold set-mark set-xmark and-mark or-mark xor-mark nfmask ctmask mask zone zone-orig zone-reply helper ctevents expevents \
    timeout set-mss type to-source to-destination to-ports set-counters dports sports destination-ports source-ports";

/// Options without one.
const FLAGS: &str = "syn fragment ipv4 ipv6 limit-iface-in limit-iface-out physdev-is-in physdev-is-out physdev-is-bridged \
    log-tcp-sequence log-tcp-options log-ip-options log-uid log-macdecode save-mark restore-mark notrack clamp-mss-to-pmtu \
    checksum-fill random random-fully persistent";

/// All targets of iptables.
const TARGETS: &[&str] = &[
    "ACCEPT",
    "DROP",
    "RETURN",
    "QUEUE",
    "AUDIT",
    "CHECKSUM",
    "CLASSIFY",
    "CLUSTERIP",
    "CONNMARK",
    "CONNSECMARK",
    "CT",
    "DNAT",
    "DNPT",
    "DSCP",
    "ECN",
    "HL",
    "HMARK",
    "IDLETIMER",
    "LED",
    "LOG",
    "MARK",
    "MASQUERADE",
    "NAT",
    "NETMAP",
    "NFLOG",
    "NFQUEUE",
    "NOTRACK",
    "RATEEST",
    "REDIRECT",
    "REJECT",
    "SECMARK",
    "SET",
    "SNAT",
    "SNPT",
    "SYNPROXY",
    "TCPMSS",
    "TCPOPTSTRIP",
    "TEE",
    "TOS",
    "TPROXY",
    "TRACE",
    "TTL",
    "ULOG",
];

/// All matches of iptables.
const MATCHES: &[&str] = &[
    "addrtype",
    "ah",
    "bpf",
    "cgroup",
    "cluster",
    "comment",
    "connbytes",
    "connlabel",
    "connlimit",
    "connmark",
    "conntrack",
    "cpu",
    "dccp",
    "devgroup",
    "dscp",
    "dst",
    "ecn",
    "esp",
    "eui64",
    "frag",
    "hashlimit",
    "hbh",
    "helper",
    "hl",
    "icmp",
    "icmp6",
    "icmpv6",
    "ipcomp",
    "iprange",
    "ipv6header",
    "ipvs",
    "length",
    "limit",
    "mac",
    "mark",
    "mh",
    "multiport",
    "nfacct",
    "osf",
    "owner",
    "physdev",
    "pkttype",
    "policy",
    "quota",
    "rateest",
    "realm",
    "recent",
    "rpfilter",
    "rt",
    "sctp",
    "set",
    "socket",
    "srh",
    "standard",
    "state",
    "statistic",
    "string",
    "tcp",
    "tcpmss",
    "time",
    "tos",
    "ttl",
    "u32",
    "udp",
    "udplite",
    "unclean",
];

/// Matches and targets of xtables-addons and of what distributions add.
const ELSEWHERE: &[&str] = &[
    "ACCOUNT",
    "CHAOS",
    "DELUDE",
    "DHCPMAC",
    "DNETMAP",
    "ECHO",
    "FULLCONENAT",
    "IMQ",
    "IPMARK",
    "LOGMARK",
    "PROTO",
    "RAWDNAT",
    "RAWSNAT",
    "RTPENGINE",
    "STEAL",
    "SYSRQ",
    "TARPIT",
    "FLOWOFFLOAD",
    "NFLUA",
    "NDPI",
    "condition",
    "dhcpmac",
    "dnetmap",
    "fuzzy",
    "geoip",
    "gradm",
    "iface",
    "ipp2p",
    "ipv4options",
    "layer7",
    "length2",
    "lscan",
    "ndpi",
    "pknock",
    "psd",
    "quota2",
];
