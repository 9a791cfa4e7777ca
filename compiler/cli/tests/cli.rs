//! The binary as its users meet it: exit statuses, streams, formats, and what it does with bad input.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pretty_assertions::assert_eq;
use tempfile::TempDir;

/// A folder with a copy of the smallest example in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self::with(small())
    }

    fn with(site: impl AsRef<[u8]>) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.file("site.arv", site);
        folder
    }

    fn file(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn arvc(&self, line: &str) -> Ran {
        self.arvc_with(line, "")
    }

    fn arvc_with(&self, line: &str, stdin: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_arvc"))
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .env_remove("NO_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A run that ends before it reads is none that this test is about.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        Ran::from(child.wait_with_output().unwrap())
    }

    /// Every file below the folder.
    fn files(&self) -> Vec<String> {
        fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(root, &path, found);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        let mut found = Vec::new();
        walk(self.0.path(), self.0.path(), &mut found);
        found.sort();
        found
    }
}

#[derive(Debug)]
struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().expect("arvc ends by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The problems of a run in the short format, as `line code`.
    fn problems(&self) -> Vec<String> {
        let problem = |line: &str| {
            let (place, rest) = line.split_once(": ")?;
            let number = place.rsplit(':').nth(1)?;
            Some(format!("{number} {}", rest.split_once('[')?.1.split_once(']')?.0))
        };
        self.stderr.lines().map(|line| problem(line).unwrap_or_else(|| panic!("{line:?} is no problem"))).collect()
    }
}

fn small() -> String {
    fs::read_to_string(arvc_tests::example("small")).unwrap()
}

/// The smallest example with one text in it replaced.
fn replaced(old: &str, new: &str) -> String {
    let text = small();
    assert_eq!(text.matches(old).count(), 1, "{old:?} is in the example once");
    text.replace(old, new)
}

fn line_of(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{part:?} is in the text")) + 1
}

// --- good -------------------------------------------------------------------------------------------------------------

#[test]
fn every_example_checks_without_a_problem() {
    for name in ["small", "containers", "arvandor"] {
        let folder = Folder::with(fs::read(arvc_tests::example(name)).unwrap());
        let ran = folder.arvc("check");
        let deserved = usize::from(name == "arvandor");
        assert_eq!((ran.status, ran.stderr.matches("warning[").count()), (0, deserved), "{name}: {}", ran.stderr);
        assert!(ran.stdout.starts_with("site.arv is good"), "{}", ran.stdout);
        assert_eq!(folder.files(), ["site.arv"]);
    }
}

#[test]
fn a_build_prints_the_tree_that_it_wrote_and_a_second_one_changes_nothing() {
    let folder = Folder::new();
    let ran = folder.arvc("build");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    for part in ["out/\n", "terraform/", "ansible/", "nebula/", "dns/", " added, 0 changed, 0 removed, 0 unchanged\n"] {
        assert!(ran.stdout.contains(part), "{part:?} is not in {}", ran.stdout);
    }
    let files = folder.files();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path("out/manifest.json")).unwrap()).unwrap();
    let listed: Vec<_> = manifest["files"].as_object().unwrap().keys().map(|path| format!("out/{path}")).collect();
    let written: Vec<_> =
        files.iter().filter(|path| path.starts_with("out/") && *path != "out/manifest.json").cloned().collect();
    assert_eq!(listed, written);
    let ran = folder.arvc("build");
    assert!(ran.stdout.contains("\n0 added, 0 changed, 0 removed, "), "{}", ran.stdout);
    assert_eq!(folder.files(), files);
}

#[test]
fn two_folders_get_the_same_bytes() {
    let (one, two) = (Folder::new(), Folder::new());
    assert_eq!(one.arvc("build").status, 0);
    assert_eq!(two.arvc("build site.arv --out out").status, 0);
    assert_eq!(one.files(), two.files());
    for path in one.files() {
        assert_eq!(fs::read(one.path(&path)).unwrap(), fs::read(two.path(&path)).unwrap(), "{path}");
    }
}

#[test]
fn a_site_elsewhere_is_built_beside_itself_and_its_messages_name_it_from_here() {
    let folder = Folder::new();
    folder.file("lab/arv.toml", "entry = \"main.arv\"\nout = \"tree\"\n");
    folder.file("lab/main.arv", small());
    assert_eq!(folder.arvc("build lab/main.arv").status, 0);
    assert!(folder.path("lab/tree/manifest.json").exists());
    folder.file("lab/main.arv", replaced("vmid = 3000;", "vmid = 0;"));
    let ran = folder.arvc("check lab/main.arv --message-format short");
    assert!(ran.stderr.starts_with("lab/main.arv:"), "{}", ran.stderr);
}

#[test]
fn the_editors_form_says_the_same_as_check() {
    let folder = Folder::with(replaced("vmid = 3000;", "vmid = 0;"));
    let (one, two) = (folder.arvc("--check site.arv"), folder.arvc("check site.arv"));
    assert_eq!((one.status, one.stderr), (two.status, two.stderr));
}

#[test]
fn an_unsaved_text_is_checked_as_if_it_stood_at_its_path() {
    let folder = Folder::new();
    let bad = replaced("vmid = 3000;", "vmid = 0;");
    let ran = folder.arvc_with("check --message-format short --stdin-path site.arv", &bad);
    assert_eq!((ran.status, ran.problems()), (1, vec![format!("{} E0302", line_of(&bad, "vmid = 0;"))]));
    assert_eq!(folder.arvc_with("--check --stdin-path not/yet/there.arv", &small()).status, 0);
}

#[test]
fn an_unsaved_text_of_an_imported_file_is_checked_in_its_site() {
    let folder = Folder::with(replaced("hosts.db = {", "hosts.db = import ./db.arv // {"));
    folder.file("db.arv", "{ cores = 4; }\n");
    assert_eq!(folder.arvc("check").status, 0, "{}", folder.arvc("check").stderr);
    let ran = folder.arvc_with("check site.arv --message-format short --stdin-path ./db.arv", "\n{ cores = ; }\n");
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.starts_with("db.arv:2:"), "{}", ran.stderr);
}

#[test]
fn an_unsaved_text_that_the_site_does_not_import_is_not_called_good() {
    let folder = Folder::new();
    let ran = folder.arvc_with("check site.arv --stdin-path unused.arv", "{ x = ; }");
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.starts_with("error: site.arv does not import or include unused.arv"), "{}", ran.stderr);
    folder.file("site.arv", replaced("vmid = 3000;", "vmid = ;"));
    let ran = folder.arvc_with("check site.arv --message-format short --stdin-path unused.arv", "{ x = ; }");
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(!ran.stderr.contains("unused.arv"), "{}", ran.stderr);
}

#[test]
fn a_buffer_is_formatted_and_a_file_in_its_place() {
    let folder = Folder::with("{a=1;}");
    let ran = folder.arvc_with("fmt --stdin", "{a=1;}");
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (0, "{ a = 1; }\n", ""));
    assert_eq!(folder.arvc("fmt --check").status, 1);
    assert_eq!(folder.arvc("fmt").status, 0);
    assert_eq!(fs::read_to_string(folder.path("site.arv")).unwrap(), "{ a = 1; }\n");
    assert_eq!((folder.arvc("fmt --check").status, folder.files()), (0, vec!["site.arv".to_owned()]));
}

// --- formats ----------------------------------------------------------------------------------------------------------

#[test]
fn people_read_standard_error_with_a_last_line_of_counts() {
    let folder = Folder::with(replaced("vmid = 3000;", "vmid = 0;"));
    let ran = folder.arvc("check");
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.starts_with("error[E0302]: "), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("\n1 error\n"), "{}", ran.stderr);
    assert!(!ran.stderr.contains('\u{1b}'));
}

#[test]
fn programs_read_one_object_a_line_on_standard_output() {
    let bad = replaced("vmid = 3000;", "vmid = 0;");
    let ran = Folder::with(&bad).arvc("check --message-format json");
    assert_eq!((ran.status, ran.stderr.as_str(), ran.stdout.lines().count()), (1, "", 1));
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&value["version"], &value["code"], &value["severity"]), (&1.into(), &"E0302".into(), &"error".into()));
    let span = &value["spans"][0];
    assert_eq!(span["line_start"], line_of(&bad, "vmid = 0;"));
    let (start, end) = (span["byte_start"].as_u64().unwrap(), span["byte_end"].as_u64().unwrap());
    assert_eq!(&bad[start as usize..end as usize], "0");
    assert_eq!(Folder::new().arvc("build --message-format json").stdout, "");
}

#[test]
fn every_page_is_explained_and_an_unknown_code_is_a_wrong_use() {
    let folder = Folder::new();
    for line in folder.arvc("explain").stdout.lines() {
        let code = line.split(' ').next().unwrap();
        let page = folder.arvc(&format!("explain {code}"));
        assert_eq!(page.status, 0);
        assert!(page.stdout.starts_with(&format!("{code}: ")), "{code}: {}", page.stdout);
    }
    assert_eq!(folder.arvc("explain E9999").status, 2);
}

#[test]
fn a_reader_that_goes_away_changes_no_status() {
    let folder = Folder::with(replaced("vmid = 3000;", "vmid = 0;"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_arvc"))
        .args(["check", "--message-format", "json"])
        .current_dir(folder.0.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

// --- bad input --------------------------------------------------------------------------------------------------------

/// Builds a bad site and gives its problems: the status is 1, nothing is written, and nothing panics.
fn problems(site: impl AsRef<[u8]>) -> Vec<String> {
    let folder = Folder::with(site);
    let ran = folder.arvc("build --message-format short");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(ran.stdout, "");
    assert_eq!(folder.files(), ["site.arv"]);
    ran.problems()
}

#[test]
fn an_empty_file_is_one_problem() {
    assert_eq!(problems("").len(), 1);
    assert_eq!(problems("\n# nothing\n").len(), 1);
}

#[test]
fn a_binary_file_is_one_problem_whatever_is_in_it() {
    assert_eq!(problems(b"\x7fELF\x02\x01\x01\0\0\0"), ["1 E0701"]);
    assert_eq!(problems(b"{\n\xff\xfe}"), ["2 E0701"]);
    assert_eq!(problems(fs::read(env!("CARGO_BIN_EXE_arvc")).unwrap()).len(), 1);
}

#[test]
fn a_file_that_imports_itself_is_found() {
    assert_eq!(problems("import ./site.arv\n"), ["1 E0110"]);
    // A file may import one that imports it, as long as no value needs itself.
    let bad = replaced("groups.projects = {};", "groups.projects = (import ./site.arv).groups.projects;");
    assert_eq!(problems(&bad), [format!("{} E0501", line_of(&bad, "import ./site.arv"))]);
}

#[test]
fn a_missing_import_is_found_and_so_is_one_that_leaves_the_project() {
    let bad = replaced("groups.projects = {};", "groups.projects = import ./none.arv;");
    assert_eq!(problems(&bad), [format!("{} E0105", line_of(&bad, "import ./none"))]);
    for path in ["../other.arv", "./a/../../other.arv"] {
        assert_eq!(problems(replaced("groups.projects = {};", &format!("groups.projects = import {path};"))).len(), 1);
    }
}

#[test]
fn a_host_that_refers_to_itself_is_found() {
    let bad = replaced("hosts.db = {", "hosts.db = hosts.db // {");
    assert_eq!(problems(&bad), [format!("{} E0501", line_of(&bad, "hosts.db = "))]);
    let bad = replaced("vmid = 3000;", "vmid = hosts.db.vmid;");
    assert_eq!(problems(&bad), [format!("{} E0501", line_of(&bad, "vmid = hosts"))]);
}

#[test]
fn a_vmid_that_proxmox_does_not_accept_is_found() {
    for vmid in ["0", "4294967296", "-1", "99", "1000000000"] {
        let bad = replaced("vmid = 3000;", &format!("vmid = {vmid};"));
        assert_eq!(problems(&bad), [format!("{} E0302", line_of(&bad, "hosts.db = "))], "{vmid}");
    }
    assert_eq!(problems(replaced("vmid = 3000;", "vmid = 99999999999999999999;")).len(), 1);
}

#[test]
fn an_address_outside_its_network_is_found() {
    let bad = replaced("vmid = 3000;", "vmid = 3000; on.bridge = {}; on.overlay.address = 10.10.11.30;");
    assert_eq!(problems(&bad), [format!("{} E0321", line_of(&bad, "hosts.db = "))]);
}

#[test]
fn two_hosts_with_one_vmid_are_one_problem() {
    let bad = replaced("vmid = 4001;", "vmid = 3000;");
    assert_eq!(problems(&bad).len(), 1);
    assert!(problems(&bad)[0].ends_with("E0301"), "{:?}", problems(&bad));
}

#[test]
fn a_group_that_does_not_exist_is_found() {
    let bad = replaced(
        "hosts.db = { vmid = 3000; groups = [ groups.infrastructure ];",
        "hosts.db = { vmid = 3000; groups = [ groups.infra ];",
    );
    assert_eq!(problems(&bad), [format!("{} E0208", line_of(&bad, "groups.infra ]"))]);
}

#[test]
fn a_name_that_could_become_syntax_is_found() {
    for name in ["a/b", "a\\\"b", "a\\nb", "a\\${b}", "%{ if true }", "{{ a }}", "..", ".", "", "-a", "a b", "ä", "A"]
    {
        let bad = replaced("hosts.db = {", &format!("hosts.\"{name}\" = {{"));
        let problems = problems(&bad);
        let expected = format!("{} E0310", line_of(&bad, "vmid = 3000;"));
        assert!(problems.contains(&expected), "{name}: {problems:?}");
    }
}

#[test]
fn free_text_is_data_whatever_it_looks_like() {
    for text in
        ["${a}", "%{ if true }", "{{ a }}", "a/b", "'\"\"'", "# x", "ünï€ 漢字 🦀", "\\", "*/ --> : - x", "{% raw %}"]
    {
        let written = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
        let site = replaced("hosts.db = {", &format!("hosts.db = {{ description = \"{written}\";"));
        let folder = Folder::with(&site);
        let ran = folder.arvc("build");
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{text}");
    }
}

#[test]
fn a_line_break_in_a_text_never_begins_a_line_of_syntax() {
    let folder = Folder::with(replaced("hosts.db = {", "hosts.db = { description = \"a\\nforged: true\";"));
    assert_eq!(folder.arvc("build").status, 0);
    for path in folder.files().iter().filter(|path| path.starts_with("out/")) {
        let text = fs::read_to_string(folder.path(path)).unwrap();
        assert!(!text.lines().any(|line| line.trim_start().starts_with("forged")), "{path}");
    }
}

#[test]
fn a_text_with_what_nobody_sees_is_found() {
    let bad = replaced("hosts.db = {", "hosts.db = { description = \"a\\rb\";");
    assert_eq!(problems(&bad), [format!("{} E0317", line_of(&bad, "description = \"a"))]);
}

// --- what is in the way -----------------------------------------------------------------------------------------------

#[test]
fn an_error_leaves_the_old_tree_and_a_lint_does_not_stop_a_build() {
    let folder = Folder::new();
    folder.arvc("build");
    let before = fs::read(folder.path("out/manifest.json")).unwrap();
    folder.file("site.arv", replaced("vmid = 3000;", "vmid = 0;"));
    assert_eq!(folder.arvc("build").status, 1);
    assert_eq!(fs::read(folder.path("out/manifest.json")).unwrap(), before);
    folder.file(
        "site.arv",
        replaced("allow = [", "allow = [ groups.projects -> groups.infrastructure : [ services.db.sql ],"),
    );
    let ran = folder.arvc("build");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("warning[L0401]"), "{}", ran.stderr);
}

#[test]
fn an_edited_file_stops_a_build_with_the_list_until_it_is_given_up() {
    let folder = Folder::new();
    folder.arvc("build");
    let path = folder.path("out/ansible/ansible.cfg");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}# by hand\n")).unwrap();
    let ran = folder.arvc("build");
    assert_eq!((ran.status, ran.stdout.as_str()), (3, ""));
    for part in ["  ansible/ansible.cfg  edited since arvc wrote it\n", "--overwrite"] {
        assert!(ran.stderr.contains(part), "{part:?} is not in {}", ran.stderr);
    }
    assert!(fs::read_to_string(&path).unwrap().ends_with("# by hand\n"));
    assert_eq!(folder.arvc("build --overwrite").status, 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn what_operators_and_their_tools_put_into_the_tree_stays() {
    let folder = Folder::new();
    folder.arvc("build");
    for path in ["out/terraform/.terraform/x", "out/terraform/terraform.tfstate", "out/nebula/pki/ca.key"] {
        folder.file(path, "mine");
    }
    folder.file(
        "site.arv",
        small()
            .replace("hosts.app = {", "hosts.application = { renamed_from = \"app\";")
            .replace("hosts.app ", "hosts.application "),
    );
    let ran = folder.arvc("build");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for path in ["out/terraform/.terraform/x", "out/terraform/terraform.tfstate", "out/nebula/pki/ca.key"] {
        assert_eq!(fs::read_to_string(folder.path(path)).unwrap(), "mine");
    }
    assert!(!folder.files().iter().any(|path| path.ends_with("/app.yml") || path.ends_with("/app.yaml")));
}

#[test]
fn a_folder_that_cannot_be_written_is_the_outside_worlds_failure() {
    let folder = Folder::new();
    folder.file("out", "a file");
    let ran = folder.arvc("build");
    assert_eq!(ran.status, 3);
    assert!(ran.stderr.starts_with("error: cannot write into out: "), "{}", ran.stderr);
}

#[test]
fn a_service_that_stands_in_a_list_is_printed_as_what_can_be_written() {
    let section = include_str!("../../../tests/suite/reach/needs.arv");
    let (_, site) = section.split_once("--- a-service-in-a-list-is-called-by-what-can-be-written ---\n").unwrap();
    let folder = Folder::with(site.split("\n---").next().unwrap());
    let ran = folder.arvc("check site.arv");
    assert!(
        ran.stderr.contains("help: add to `allow`: `clusters.app -> services.db : services.db.sql`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("+   allow = [ hosts.lone -> services.db : services.db.sql ];"), "{}", ran.stderr);
    assert!(!ran.stderr.contains(".services.0"), "{}", ran.stderr);
}
