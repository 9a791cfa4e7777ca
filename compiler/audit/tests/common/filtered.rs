//! A guest behind Proxmox's firewall, and what that lets through: two machines of one node, described by the files of Proxmox.

use arvc_audit::Tree;

use super::{expect, tree};

pub const MACHINE: &str = "name: NAME\nnet0: virtio=BC:24:11:00:00:01,bridge=vmbr1,firewall=1\nipconfig0: ip=192.168.1.LAST/24,gw=192.168.1.254\n";

/// Two machines `a` (.1) and `b` (.2) of one node; `a` is not filtered, `b` has these files.
pub struct Site {
    pub cluster: String,
    pub guest: String,
    pub host: String,
    pub nic: bool,
}

impl Site {
    /// A guest whose firewall is on, with options and rules.
    pub fn new(options: &str, rules: &str) -> Self {
        Self {
            cluster: "[OPTIONS]\nenable: 1\n".into(),
            guest: format!("[OPTIONS]\nenable: 1\n{options}\n[RULES]\n{rules}\n"),
            host: String::new(),
            nic: true,
        }
    }

    pub fn cluster(mut self, more: &str) -> Self {
        self.cluster += more;
        self
    }

    pub fn tree(&self) -> Tree {
        let machine = |name: &str, last: &str, firewall: bool| {
            let text = MACHINE.replace("NAME", name).replace("LAST", last);
            if firewall { text } else { text.replace(",firewall=1", "") }
        };
        let (a, b) = (machine("a", "1", false), machine("b", "2", self.nic));
        tree(&[
            ("pve/firewall/cluster.fw", &self.cluster),
            ("pve/nodes/one/host.fw", &self.host),
            ("pve/firewall/102.fw", &self.guest),
            ("pve/nodes/one/qemu-server/101.conf", &a),
            ("pve/nodes/one/qemu-server/102.conf", &b),
            ("wiring.json", r#"{"nodes": {"one": ["192.168.1.254"]}}"#),
        ])
    }
}

/// What a guest lets in from `a`: `VERDICT PACKET` a line.
pub fn lets_in(site: &Site, lines: &str) {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| line.replacen(' ', " a -> b 192.168.1.2, bridge vmbr1, ", 1));
    expect(&site.tree(), &lines.collect::<Vec<_>>().join("\n"));
}

/// What it lets out to `a`.
pub fn lets_out(site: &Site, lines: &str) {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| line.replacen(' ', " b -> a 192.168.1.1, bridge vmbr1, ", 1));
    expect(&site.tree(), &lines.collect::<Vec<_>>().join("\n"));
}
