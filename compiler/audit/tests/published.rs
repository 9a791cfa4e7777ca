//! Ports that programs of a machine publish: delivered by one chain, handed on by another.

mod common;

use arvc_audit::Tree;
use common::{asks, beside};

/// A table with one list for both chains. `input` and `forward` are further rules.
fn table(input: &str, forward: &str, list: &str) -> Tree {
    let text = format!(
        "table inet arvc\ndelete table inet arvc\ntable inet arvc {{\n chain allowed {{\n{list}\n }}\n chain input {{\n  type filter hook input \
         priority filter - 10; policy drop;\n  ct state vmap {{ established : accept, related : accept, invalid : drop }}\n  icmpv6 type {{ \
         nd-neighbor-solicit, nd-neighbor-advert }} accept\n  {input}\n  iifname != {{ \"eth0\", \"nebula1\" }} meta iifkind {{ \"bridge\", \"veth\" \
         }} accept\n }}\n chain forward {{\n  type filter hook forward priority filter - 10; policy drop;\n  ct state vmap {{ established : \
         accept, related : accept, invalid : drop }}\n  {forward}\n }}\n}}\n"
    );
    let tree = beside(&[("filters/b.nft", &text)]);
    assert!(tree.unread.is_empty(), "{:#?}", tree.unread);
    tree
}

const OWN: &str = "ct status dnat ct original ip daddr 10.0.0.2 jump allowed\nct status dnat ct original ip6 daddr fd00::2 jump allowed";

#[test]
fn one_list_for_both_chains_decides() {
    let list = "iifname \"eth0\" ip saddr 10.0.0.1 meta l4proto tcp ct original proto-dst 5 accept\niifname \"eth0\" ip6 saddr fd00::1 meta l4proto tcp ct \
                original proto-dst vmap { 6 : accept, 8-9 : accept }\niifname \"nebula1\" accept";
    let tree = table("jump allowed", OWN, list);
    asks(&tree, "open tcp/5\nclosed tcp/6\nclosed udp/5\nclosed icmp\nclosed tcp/5 6\nopen tcp/6 6\nclosed tcp/7 6");
    asks(&tree, "open tcp/8 6\nopen tcp/9 6\nclosed tcp/10 6");
}

#[test]
fn where_only_one_of_the_two_lets_it_pass_nobody_knows_which_it_meets() {
    let list = "ip saddr 10.0.0.1 meta l4proto tcp ct original proto-dst 5 accept";
    asks(&table("jump allowed", &OWN.replace("10.0.0.2", "10.0.0.3"), list), "unknown tcp/5\nclosed tcp/6");
    asks(&table("", OWN, list), "unknown tcp/5\nclosed tcp/6");
    // What it is by now is not what was asked for.
    asks(
        &table("jump allowed", "ct status dnat tcp dport 5 accept", list),
        "unknown tcp/5\nunknown tcp/6\nclosed udp/5",
    );
    // Without a word about translated packets there is nothing that it might hand on.
    asks(&table("jump allowed", "", list), "open tcp/5\nclosed tcp/6");
}

#[test]
fn what_docker_has_saved_makes_the_ports_that_it_publishes_unknown_and_no_others() {
    let saved = "\
*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i eth0 -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker0 -j DOCKER
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER-USER -j RETURN
COMMIT
";
    asks(&beside(&[("filters/b.v4", saved)]), "unknown tcp/8080\nopen tcp/22\nclosed tcp/80\nclosed udp/8080");
}
