//! Two branches that each have a lock.

use crate::{Folder, MAIL, SHOP, WIKI, site};

/// Two branches that each add a machine.
fn branches(folder: &Folder, one: &[&str], other: &[&str]) -> bool {
    assert!(folder.git("init -q -b main") && folder.git("add site.arv arv.lock") && folder.git("commit -qm base"));
    for (branch, guests) in [("one", one), ("other", other)] {
        assert!(folder.git("checkout -q main") && folder.git(&format!("checkout -qb {branch}")));
        folder.file("site.arv", &site(guests));
        folder.good("lock");
        assert!(folder.git("commit -qam x"));
    }
    let merged = folder.git("merge -q one");
    // The sources are merged by hand here: the lock is what this is about.
    let mut all: Vec<&str> = one.iter().chain(other).copied().collect();
    all.sort_unstable();
    all.dedup();
    folder.file("site.arv", &site(&all));
    merged
}

#[test]
fn two_branches_that_each_add_a_machine_merge() {
    for union in [false, true] {
        let folder = Folder::with(&site(&[SHOP]));
        if union {
            folder.file(".gitattributes", "arv.lock merge=union\n");
        }
        folder.good("lock");
        let before = folder.vmids();
        branches(&folder, &[SHOP, WIKI], &[SHOP, MAIL]);
        if !union {
            assert!(folder.text("arv.lock").contains("<<<<<<<"));
            let (status, text) = folder.arvc("check");
            assert!(status == 1 && text.contains("E0724") && text.contains("`arvc lock`"), "{text}");
        }
        folder.good("lock");
        let after = folder.vmids();
        assert_eq!(after.keys().collect::<Vec<_>>(), ["site/dns", "site/mail", "site/shop", "site/wiki"]);
        assert!(before.iter().all(|(name, vmid)| after[name] == *vmid));
        assert!(!folder.text("arv.lock").contains("<<<<<<<"));
        folder.good("check --locked");
        // Either branch had serial 2.
        assert!(folder.text("arv.lock").contains("serials.\"example.internal\" = { serial = 3,"));
    }
}

#[test]
fn one_number_on_two_branches_is_for_the_owner_to_settle() {
    let folder = Folder::with(&site(&[SHOP]));
    folder.good("lock");
    let wiki = "wiki = { vmid = 1050; groups = [ groups.all ]; };";
    let mail = "mail = { vmid = 1050; groups = [ groups.all ]; };";
    branches(&folder, &[SHOP, wiki], &[SHOP, mail]);
    // Nobody states it any more: the lock alone says whose it is.
    folder.file("site.arv", &site(&[SHOP, WIKI, MAIL]));
    let (status, text) = folder.arvc("lock");
    assert!(status == 1 && text.contains("E0904") && text.contains("`hosts.mail` and `hosts.wiki`"), "{text}");
    folder.good("lock release mail");
    folder.good("lock");
    let vmids = folder.vmids();
    assert_eq!(vmids["site/wiki"], 1050);
    assert_ne!(vmids["site/mail"], 1050);
}
