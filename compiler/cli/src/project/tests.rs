//! Which files a run works on.

use arvc_syntax::diagnostic::Severity;

use super::*;
use crate::world::memory::Memory;

fn found(disk: &Memory, site: Option<&str>) -> (String, String, String) {
    let project = find(disk, &disk.cwd, site.map(Path::new)).unwrap();
    let show = |path: PathBuf| path.to_str().unwrap().to_owned();
    (show(project.root.folder), project.entry, show(project.out))
}

fn codes(toml: &str) -> Vec<(&'static str, String)> {
    let mut disk = Memory::new("/site");
    disk.file("arv.toml", toml);
    match find(&disk, Path::new("/site"), None) {
        Err(Problem::Settings(_, sources, diagnostics)) => {
            assert!(diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Error));
            diagnostics.iter().map(|d| (d.code.id, sources.text(d.span()).to_owned())).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_nearest_settings_name_entry_and_output_folder() {
    let mut disk = Memory::new("/a/site/hosts");
    disk.file("/a/arv.toml", "entry = \"far.arv\"");
    disk.file("/a/site/arv.toml", "entry = \"./main/prod.arv\"\nout = \"tree/prod\"\n");
    assert_eq!(found(&disk, None), ("/a/site".into(), "main/prod.arv".into(), "/a/site/tree/prod".into()));
}

#[test]
fn without_settings_the_site_here_is_built_into_out_beside_it() {
    let mut disk = Memory::new("/site");
    disk.file("site.arv", "{}");
    assert_eq!(found(&disk, None), ("/site".into(), "site.arv".into(), "/site/out".into()));
}

#[test]
fn a_named_site_is_found_from_elsewhere_with_its_own_settings() {
    let mut disk = Memory::new("/home");
    disk.file("/home/lab/sub/test.arv", "{}");
    assert_eq!(
        found(&disk, Some("lab/sub/test.arv")),
        ("/home/lab/sub".into(), "test.arv".into(), "/home/lab/sub/out".into())
    );
    disk.file("/home/lab/arv.toml", "");
    assert_eq!(
        found(&disk, Some("lab/sub/test.arv")),
        ("/home/lab".into(), "sub/test.arv".into(), "/home/lab/sub/out".into())
    );
    assert_eq!(found(&disk, Some("lab/./sub/../sub/test.arv")).1, "sub/test.arv");
}

#[test]
fn settings_without_an_entry_mean_site_arv() {
    let mut disk = Memory::new("/site/hosts");
    disk.file("/site/arv.toml", "");
    assert!(matches!(find(&disk, &disk.cwd, None), Err(Problem::NoSite)));
    disk.file("/site/site.arv", "{}");
    assert_eq!(found(&disk, None), ("/site".into(), "site.arv".into(), "/site/out".into()));
}

#[test]
fn nothing_here_is_a_wrong_use() {
    let mut disk = Memory::new("/empty/folder");
    assert!(matches!(find(&disk, &disk.cwd, None), Err(Problem::NoSite)));
    disk.folders(Path::new("/empty/folder/lab"));
    assert!(matches!(find(&disk, &disk.cwd, Some(Path::new("lab"))), Err(Problem::Folder(_))));
}

#[test]
fn an_unknown_key_is_found_at_its_line() {
    assert_eq!(codes("entry = \"a.arv\"\nouput = \"x\"\n"), [("E0711", "ouput".into())]);
    assert_eq!(codes("[lints]\n"), [("E0711", "lints".into())]);
}

#[test]
fn a_value_that_is_no_path_inside_the_project_is_found_at_its_place() {
    assert_eq!(codes("entry = 1\nout = [ \"a\" ]"), [("E0712", "1".into()), ("E0712", "[ \"a\" ]".into())]);
    for path in ["../x", "/x", "", "a/../../x"] {
        assert_eq!(codes(&format!("out = \"{path}\""))[0].0, "E0712", "{path}");
    }
}

#[test]
fn text_that_is_no_toml_is_found_at_its_place() {
    assert_eq!(codes("entry = site.arv")[0].0, "E0710");
    assert_eq!(codes("\u{0}")[0].0, "E0710");
    assert_eq!(codes("out = \"a\"\nout = \"b\"")[0].0, "E0710");
}

#[test]
fn settings_behind_a_link_out_of_the_project_are_not_read() {
    let mut disk = Memory::new("/site");
    disk.file("/etc/shadow", "root:x");
    disk.link("arv.toml", "/etc/shadow");
    assert!(matches!(find(&disk, Path::new("/site"), None), Err(Problem::Disk(path, _)) if path.ends_with("arv.toml")));
}

#[test]
fn messages_name_files_from_where_the_user_is() {
    let prefix = |root: &str, cwd: &str| prefix(Path::new(root), Path::new(cwd));
    assert_eq!(prefix("/a/b", "/a/b"), "");
    assert_eq!(prefix("/a/b", "/a"), "b/");
    assert_eq!(prefix("/a", "/a/b/c"), "../../");
    assert_eq!(prefix("/x", "/a"), "/x/");
}
