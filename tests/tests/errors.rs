//! `lang-spec/errors.md` prints what `arvc check` prints: each `message` block is held against the `arv` block in front of
//! it. `ARVC_BLESS=1` rewrites them.

use std::fs;

use arvc::world::memory::Memory;
use arvc_tests::root;

/// What `arvc check site.arv` prints for these files. The comments that say what is expected are not shown to it.
fn printed(files: &[(String, String)]) -> String {
    let mut world = Memory::new("/site");
    for (name, text) in files {
        let lines = text.lines().map(|line| line.split(" # error: ").next().unwrap_or_default());
        world.file(name, lines.collect::<Vec<_>>().join("\n") + "\n");
    }
    arvc::run(["arvc", "check", "site.arv"].map(Into::into), &mut world);
    // The line with the count is of the whole run.
    let (message, _) = world.stderr.trim_end().rsplit_once("\n\n").expect("an error, and the count");
    format!("{message}\n")
}

#[test]
fn the_page_shows_each_message_as_it_is_printed() {
    let path = root().join("lang-spec/errors.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let (mut written, mut files, mut messages) = (String::new(), Vec::new(), 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        written.push_str(&format!("{line}\n"));
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let body: String = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
        match info.strip_prefix("arv") {
            Some(kind) => {
                let name = kind.trim().strip_prefix("file:").unwrap_or("site.arv");
                files.push((name.to_owned(), body.clone()));
                written.push_str(&body);
            }
            None if info == "message" => {
                messages += 1;
                written.push_str(&printed(&std::mem::take(&mut files)));
            }
            None => written.push_str(&body),
        }
        written.push_str("```\n");
    }
    assert!(messages >= 10, "only {messages} messages");
    if std::env::var_os("ARVC_BLESS").is_some() {
        fs::write(&path, &written).expect("the page can be written");
    }
    let there = fs::read_to_string(&path).expect("the page is there");
    pretty_assertions::assert_str_eq!(there, written, "lang-spec/errors.md (ARVC_BLESS=1 rewrites it)");
}
