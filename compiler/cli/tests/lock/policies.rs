//! What the files of machines that share rules are called, from build to build.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;

use crate::{Folder, SITE};

/// The site with these guests, where the Internet may open what is said.
fn site(guests: &[&str], allow: &str) -> String {
    let lines: String = guests.iter().map(|guest| format!("  hosts.{guest}\n")).collect();
    SITE.replace("groups.all = {};", "groups = { all = {}; data = {}; web = {}; };")
        .replace("  # guests\n", &format!("{lines}  allow = [ {allow} ];\n"))
}

fn guest(name: &str, groups: &str) -> String {
    let groups: Vec<String> = groups.split(' ').map(|group| format!("groups.{group}")).collect();
    format!("{name} = {{ groups = [ {} ]; }};", groups.join(", "))
}

/// Builds, and tells what each machine's files are called. All of them are there, and no others.
fn built(folder: &Folder, text: &str) -> BTreeMap<String, String> {
    folder.file("site.arv", text);
    folder.good("build");
    folder.good("build --locked");
    let names = |path: &str| -> Vec<String> {
        let files = std::fs::read_dir(folder.path(path)).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    let hosts = names("out/ansible/inventory/host_vars").into_iter();
    let of = |file: String| {
        let text = folder.text(&format!("out/ansible/inventory/host_vars/{file}"));
        let name = text.lines().find_map(|line| line.strip_prefix("security_policy: ")).unwrap();
        (file.strip_suffix(".yml").unwrap().to_owned(), name.to_owned())
    };
    let called: BTreeMap<String, String> = hosts.map(of).filter(|(host, _)| host != "dns").collect();
    for file in names("out/ansible/files/filter") {
        let (policy, _) = file.rsplit_once('.').unwrap();
        assert!(
            ["dns", "fail_closed"].contains(&policy) || called.values().any(|it| it == policy),
            "{file}: {called:?}"
        );
    }
    called
}

fn are(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(host, name)| ((*host).to_owned(), (*name).to_owned())).collect()
}

#[test]
fn whoever_enters_a_class_of_one_takes_its_name() {
    let folder = Folder::with("");
    let db = guest("db", "data");
    let open = "internet -> groups.data : 443/tcp";
    assert_eq!(built(&folder, &site(&[&db], open)), are(&[("db", "db")]));
    assert!(!folder.text("arv.lock").contains("policy"), "what has its own name is not said");
    let both = site(&[&db, &guest("db2", "data")], open);
    assert_eq!(built(&folder, &both), are(&[("db", "db"), ("db2", "db")]));
    assert!(folder.text("arv.lock").contains("hosts.db2 = { vmid ="), "{}", folder.text("arv.lock"));
    assert_eq!(folder.text("arv.lock").matches("policy = \"db\"").count(), 1);
    // The one that it was called by goes, and the name stays.
    assert_eq!(built(&folder, &site(&[&guest("db2", "data")], open)), are(&[("db2", "db")]));
    // A machine that comes back is new to the others.
    assert_eq!(built(&folder, &both), are(&[("db", "db"), ("db2", "db")]));
}

#[test]
fn a_name_stays_though_its_machines_have_less_in_common() {
    let folder = Folder::with("");
    let (a, b) = (guest("a", "all web"), guest("b", "all web"));
    let first = built(&folder, &site(&[&a, &b], "internet -> groups.web : 443/tcp"));
    assert_eq!(first, are(&[("a", "all-web"), ("b", "all-web")]));
    let more = built(&folder, &site(&[&a, &b, &guest("c", "web")], "internet -> groups.web : 443/tcp"));
    assert_eq!(more, are(&[("a", "all-web"), ("b", "all-web"), ("c", "all-web")]));
}

#[test]
fn whoever_is_like_the_members_of_a_cluster_does_not_rename_them() {
    let folder = Folder::with("");
    let cluster = |guests: &[&str]| {
        let text = site(guests, "internet -> groups.data : 443/tcp");
        let end = text.rfind('}').unwrap();
        format!(
            "{} clusters.keep = {{ groups = [ groups.data ]; members = {{ a = {{}}; b = {{}}; }}; }};\n}}\n",
            &text[..end]
        )
    };
    assert_eq!(built(&folder, &cluster(&[])), are(&[("keep-a", "keep"), ("keep-b", "keep")]));
    let more = built(&folder, &cluster(&[&guest("box", "data web")]));
    assert_eq!(more, are(&[("box", "keep"), ("keep-a", "keep"), ("keep-b", "keep")]));
}

#[test]
fn a_machine_that_is_called_like_a_class_has_the_next_name() {
    let folder = Folder::with("");
    let (a, b) = (guest("a", "web"), guest("b", "web"));
    let open = "internet -> groups.web : 443/tcp";
    assert_eq!(built(&folder, &site(&[&a, &b], open)), are(&[("a", "web"), ("b", "web")]));
    let web = guest("web", "all");
    let named = built(&folder, &site(&[&a, &b, &web], open));
    assert_eq!(named, are(&[("a", "web"), ("b", "web"), ("web", "web-web")]));
    // Where nothing is held the machine comes first.
    let fresh = Folder::with("");
    let fresh = built(&fresh, &site(&[&a, &b, &web], open));
    assert_eq!(fresh, are(&[("a", "web-a"), ("b", "web-a"), ("web", "web")]));
}

#[test]
fn of_a_class_that_splits_the_larger_part_keeps_the_name() {
    let folder = Folder::with("");
    let guests: Vec<String> = ["a", "b", "c"].iter().map(|name| guest(name, "web")).collect();
    let guests: Vec<&str> = guests.iter().map(String::as_str).collect();
    let open = "internet -> groups.web : 443/tcp";
    assert_eq!(built(&folder, &site(&guests, open)), are(&[("a", "web"), ("b", "web"), ("c", "web")]));
    let other = format!("{open}, internet -> hosts.a : 80/tcp");
    assert_eq!(built(&folder, &site(&guests, &other)), are(&[("a", "a"), ("b", "web"), ("c", "web")]));
    // Together again they are called as most of them were, and so they are when all are as the one was.
    assert_eq!(built(&folder, &site(&guests, open)), are(&[("a", "web"), ("b", "web"), ("c", "web")]));
    // Of equal parts the one that is in the group has the name of the group.
    let moved = [&guest("a", "data"), guests[1]];
    built(&folder, &site(&guests[..2], open));
    assert_eq!(built(&folder, &site(&moved, open)), are(&[("a", "a"), ("b", "web")]));
}

#[test]
fn a_lock_of_an_earlier_arvc_changes_no_name() {
    let folder = Folder::with("");
    let open = "internet -> groups.web : 443/tcp";
    let (a, b) = (guest("a", "web"), guest("b", "web"));
    let text = site(&[&a, &b, &guest("c", "data")], open);
    let before = built(&folder, &text);
    let lock = folder.text("arv.lock");
    folder.file("arv.lock", &lock.replace(", policy = \"web\"", ""));
    let (status, said) = folder.arvc("check --locked");
    assert!(status == 1 && said.contains("names of rules: web (a, b)\n"), "{said}");
    assert_eq!(built(&folder, &text), before);
    assert_eq!(folder.text("arv.lock"), lock);
}

#[test]
fn rules_get_another_name_by_command() {
    let folder = Folder::with("");
    let open = "internet -> groups.web : 443/tcp";
    let text = site(&[&guest("a", "web"), &guest("b", "web"), &guest("c", "data")], open);
    built(&folder, &text);
    let said = folder.good("lock rename web shop --policy");
    assert_eq!(said, "the rules web of 2 machines are called shop now\n");
    assert_eq!(built(&folder, &text), are(&[("a", "shop"), ("b", "shop"), ("c", "c")]));
    folder.good("lock rename shop b --policy");
    assert_eq!(built(&folder, &text), are(&[("a", "b"), ("b", "b"), ("c", "c")]));
    for (line, why) in [
        ("lock rename web shop --policy", "arv.lock holds no rules that are called web"),
        ("lock rename b c --policy", "arv.lock holds other rules that are called c already"),
        ("lock rename b ../c --policy", "../c is no name of rules"),
        ("lock rename b b.c --policy", "b.c is no name of rules"),
        ("lock rename b fail_closed --policy", "fail_closed is no name of rules"),
    ] {
        let (status, text) = folder.arvc(line);
        assert!(status == 2 && text.contains(why), "{line}: {text}");
    }
}

#[test]
fn a_name_in_the_lock_is_no_path() {
    let folder = Folder::with("");
    let text = site(&[&guest("a", "web"), &guest("b", "web")], "internet -> groups.web : 443/tcp");
    built(&folder, &text);
    let lock = folder.text("arv.lock");
    folder.file("arv.lock", &lock.replace("policy = \"web\"", "policy = \"../../../x\""));
    let (status, text) = folder.arvc("build");
    assert!(status == 1 && text.contains("E0724"), "{text}");
}

#[test]
fn a_renamed_machine_leaves_to_the_others_what_they_share() {
    let folder = Folder::with("");
    let open = "internet -> groups.data : 443/tcp";
    let (db, db2, shop) = (guest("db", "data"), guest("db2", "data"), guest("shop", "all"));
    built(&folder, &site(&[&db, &shop], open));
    built(&folder, &site(&[&db, &db2, &shop], open));
    let renamed = |guest: &str, old: &str| guest.replace("{ ", &format!("{{ renamed_from = \"{old}\"; "));
    let (data, store) = (renamed(&guest("data", "data"), "db"), renamed(&guest("store", "all"), "shop"));
    let after = built(&folder, &site(&[&data, &db2, &store], open));
    assert_eq!(after, are(&[("data", "db"), ("db2", "db"), ("store", "store")]));
    // The same by command.
    folder.good("lock rename store market");
    folder.good("lock rename db2 other");
    let guests = [guest("data", "data"), guest("other", "data"), guest("market", "all")];
    let guests: Vec<&str> = guests.iter().map(String::as_str).collect();
    let after = built(&folder, &site(&guests, open));
    assert_eq!(after, are(&[("data", "db"), ("market", "market"), ("other", "db")]));
}

#[test]
fn two_branches_that_each_add_a_machine_to_a_class_name_it_alike() {
    let folder = Folder::with("");
    let open = "internet -> groups.data : 443/tcp";
    let (db, mail, wiki) = (guest("db", "data"), guest("mail", "data"), guest("wiki", "data"));
    folder.file(".gitattributes", "arv.lock merge=union\n");
    folder.file("site.arv", &site(&[&db], open));
    folder.good("lock");
    assert!(folder.git("init -q -b main") && folder.git("add site.arv arv.lock") && folder.git("commit -qm base"));
    for (branch, more) in [("one", &mail), ("other", &wiki)] {
        assert!(folder.git("checkout -q main") && folder.git(&format!("checkout -qb {branch}")));
        folder.file("site.arv", &site(&[&db, more], open));
        folder.good("lock");
        assert!(folder.git("commit -qam x"));
    }
    folder.git("merge -q one");
    let all = site(&[&db, &mail, &wiki], open);
    assert_eq!(built(&folder, &all), are(&[("db", "db"), ("mail", "db"), ("wiki", "db")]));
}

/// Of machines with the same rules, those whose devices are called otherwise have files of their own; these keep their names too.
#[test]
fn files_of_machines_whose_devices_are_called_otherwise_keep_their_names() {
    let folder = Folder::with("");
    let nas = |name: &str, device: &str| {
        let on = format!("on = {{ bridge.device = \"{device}\"; overlay = {{}}; }};");
        format!("{name} = {{ groups = [ groups.data ]; {on} }};")
    };
    let open = "internet -> groups.data : 443/tcp";
    let (b, d) = (nas("b", "eth0"), nas("d", "ens18"));
    assert_eq!(built(&folder, &site(&[&b, &d], open)), are(&[("b", "data"), ("d", "data.d")]));
    // Whoever comes first now, of either kind, takes nobody's name.
    let (a, c) = (nas("a", "ens18"), nas("c", "ens19"));
    let more = built(&folder, &site(&[&a, &b, &c, &d], open));
    assert_eq!(more, are(&[("a", "data.d"), ("b", "data"), ("c", "data.c"), ("d", "data.d")]));
    // Without the first, nobody moves up.
    let rest = built(&folder, &site(&[&a, &c, &d], open));
    assert_eq!(rest, are(&[("a", "data.d"), ("c", "data.c"), ("d", "data.d")]));
    folder.good("lock rename data nas --policy");
    let named = built(&folder, &site(&[&a, &c, &d], open));
    assert_eq!(named, are(&[("a", "nas.d"), ("c", "nas.c"), ("d", "nas.d")]));
}
