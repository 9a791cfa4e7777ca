//! What outlasts an edit: what certificates were granted, and what was applied by hand.

use crate::{Folder, WIKI, site};

/// A certificate outlives the edit that takes from a machine what it says: the plan lists it until it is released.
#[test]
fn what_a_certificate_says_and_its_machine_has_no_more_is_listed_to_be_blocked() {
    let guests = |store: &str| site(&[store, WIKI]);
    let folder = Folder::with(&guests("store = { vmid = 1060; groups = [ groups.all ]; };"));
    let withdrawn = |folder: &Folder| -> Vec<(String, String)> {
        let plan: serde_json::Value = serde_json::from_str(&folder.text("out/nebula/certificates.json")).unwrap();
        let Some(all) = plan["withdrawn"].as_object() else { return Vec::new() };
        let grants = all.iter().flat_map(|(name, grants)| grants.as_array().unwrap().iter().map(move |it| (name, it)));
        grants.map(|(name, grant)| (name.clone(), grant["name"].as_str().unwrap().to_owned())).collect()
    };
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    folder.good("build");
    assert_eq!(withdrawn(&folder), []);
    assert!(!folder.text("out/README.md").contains("Certificates to block"));
    // Another name.
    folder.file("site.arv", &guests("shop = { vmid = 1060; groups = [ groups.all ]; renamed_from = \"store\"; };"));
    folder.good("build");
    assert_eq!(withdrawn(&folder), [pair("shop", "store")]);
    assert!(folder.text("out/README.md").contains("- `store` (now `shop`): "), "{}", folder.text("out/README.md"));
    // Switched off it still has what it has; retired, and then gone, it has nothing, its numbers released or not.
    folder.file("site.arv", &guests("shop = { vmid = 1060; groups = [ groups.all ]; status = Retired; };"));
    folder.good("build");
    assert_eq!(withdrawn(&folder), [pair("shop", "shop"), pair("shop", "store")]);
    folder.file("site.arv", &site(&[WIKI]));
    folder.good("build");
    folder.good("lock release shop");
    folder.good("build");
    assert_eq!(withdrawn(&folder), [pair("shop", "shop"), pair("shop", "store")]);
    folder.good("lock release shop --certificates");
    folder.good("build");
    assert_eq!(withdrawn(&folder), []);
}

/// C44: an edit of what Terraform leaves alone does nothing, until a person says that it was made by hand.
#[test]
fn an_edit_of_an_unmanaged_field_stops_until_it_is_applied() {
    let siem = |fields: &str| {
        site(&[&format!(
            "siem = {{ vmid = 1060; groups = [ groups.all ]; unmanaged = [ \"memory\", \"disks\" ]; {fields} }};"
        )])
    };
    let folder = Folder::with(&siem("memory = 4GiB;"));
    folder.good("build");
    assert!(folder.text("arv.lock").contains("unmanaged.siem = { disks = \"16GiB, local-lvm\", memory = \"4GiB\" }"));
    folder.good("build --locked");
    let lock = folder.text("arv.lock");
    folder.file("site.arv", &siem("memory = 8GiB; disks.scsi1.size = 1TiB;"));
    for command in ["check", "build", "lock"] {
        let (status, text) = folder.arvc(command);
        assert!(status == 1 && text.matches("E0913").count() == 2, "{text}");
        assert!(text.contains("`arvc lock applied siem`"), "{text}");
    }
    assert_eq!(folder.text("arv.lock"), lock);
    assert_eq!(folder.arvc("lock applied siem cores").0, 2);
    assert!(folder.good("lock applied siem memory").contains("applied to siem: memory"));
    let (status, text) = folder.arvc("build");
    assert!(status == 1 && text.matches("E0913").count() == 1 && text.contains("`disks`"), "{text}");
    folder.good("lock applied siem");
    assert_eq!(folder.arvc("lock applied siem").0, 2, "nothing is left to say");
    assert!(folder.good("build").contains("applied: what is declared of siem"));
    assert!(folder.text("arv.lock").contains("memory = \"8GiB\""));
    // What is managed again is applied by Terraform, and nothing is held of it.
    folder.file("site.arv", &siem("memory = 8GiB; disks.scsi1.size = 1TiB;").replace("\"memory\", ", ""));
    folder.good("build");
    assert!(!folder.text("arv.lock").contains("memory ="));
    // Long texts, as descriptions are, are held as a hash.
    let long = "a".repeat(200);
    let described =
        |text: &str| siem(&format!("description = \"{text}\";")).replace("\"memory\", \"disks\"", "\"description\"");
    folder.file("site.arv", &described(&long));
    folder.good("build");
    assert!(folder.text("arv.lock").contains("description = \"fnv:") && !folder.text("arv.lock").contains(&long));
    folder.file("site.arv", &described(&format!("{long}b")));
    assert!(folder.arvc("check").1.contains("E0913"));
}
