//! `arvc diff` against revisions, by the binary and the machine's own git.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const SITE: &str = r#"{
  name = "home";
  domain = "home.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve = { address = 192.168.100.1; };
  networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
  ranges.guests = { vmids = 100..199; addresses = 100..199; };
  images.debian = { vmid = 900; };
  include ./hosts/;
  hosts.db = { vmid = 100; lighthouse = true; };
  allow = [ hosts.web -> hosts.db : 5432/tcp ];
}
"#;

/// A repository with a project in the folder `lab`.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let new = Self(tempfile::tempdir().expect("a folder"));
        new.file("lab/site.arv", SITE);
        new.file("lab/hosts/web.arv", "{ hosts.web = { range = ranges.guests; }; }\n");
        new.git(&["init", "-q", "-b", "main"]);
        assert!(new.arvc("lab", &["build"]).status.success());
        new.commit("one");
        new
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn git(&self, args: &[&str]) {
        let own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        let ran = Command::new("git").args(own).args(args).current_dir(self.path()).output().expect("git runs");
        assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    fn arvc(&self, folder: &str, args: &[&str]) -> Output {
        let mut arvc = Command::new(env!("CARGO_BIN_EXE_arvc"));
        arvc.args(args).current_dir(self.path().join(folder)).env("NO_COLOR", "1").output().expect("arvc runs")
    }

    /// Standard output of a run that went well.
    fn diff(&self, folder: &str, args: &[&str]) -> String {
        let ran = self.arvc(folder, &[&["diff"], args].concat());
        assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).expect("text")
    }

    fn fails(&self, folder: &str, args: &[&str], status: i32) -> String {
        let ran = self.arvc(folder, &[&["diff"], args].concat());
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(status), "{args:?}: {said}");
        said
    }
}

#[test]
fn a_revision_is_compiled_with_its_own_sources_and_nothing_is_checked_out() {
    let repository = Repository::new();
    assert_eq!(repository.diff("lab", &["HEAD"]), "HEAD -> site.arv\n\nnothing changes\n");
    repository.file("lab/hosts/web.arv", "{ hosts.web = { range = ranges.guests; }; hosts.app = { vmid = 150; }; }\n");
    let said = repository.diff("lab", &["main"]);
    assert!(said.contains("\n  created   app\n") && said.starts_with("main -> site.arv\n"), "{said}");
    repository.commit("two: an app");
    repository.file("lab/site.arv", &SITE.replace("5432/tcp", "5433/tcp"));
    repository.commit("three");
    // From above, between two, by a tag, by words, by a hash.
    let between = "HEAD~1 -> HEAD\n\nConnections\n  + web -> db : 5433/tcp over networks.overlay";
    assert!(repository.diff("", &["HEAD~1", "HEAD", "--site", "lab/site.arv"]).starts_with(between));
    repository.git(&["tag", "v1/first", "HEAD~2"]);
    for name in ["v1/first", ":/one", "HEAD^^"] {
        let said = repository.diff("lab", &[name]);
        assert!(said.contains("created   app") && said.contains("5433/tcp"), "{name}: {said}");
    }
    let status = Command::new("git").args(["status", "--porcelain"]).current_dir(repository.path()).output();
    assert_eq!(status.expect("git runs").stdout, b"", "nothing is left behind");
}

#[test]
fn numbers_are_those_that_the_lock_of_the_revision_held() {
    let repository = Repository::new();
    let lock = fs::read_to_string(repository.path().join("lab/arv.lock")).expect("a lock");
    let held = lock.lines().find(|line| line.contains("hosts.web")).expect("the machine is held");
    assert!(!held.contains("vmid = 177"), "{held}");
    repository.file("lab/arv.lock", "");
    repository.file("lab/hosts/web.arv", "{ hosts.web = { vmid = 177; }; }\n");
    fs::remove_file(repository.path().join("lab/arv.lock")).expect("the lock was there");
    let said = repository.diff("lab", &["HEAD"]);
    assert!(said.contains("\n  replaced  web: vm_id ") && said.contains(" -> 177 (forces replacement)"), "{said}");
}

#[test]
fn a_revision_that_does_not_compile_tells_why_at_its_own_lines() {
    let repository = Repository::new();
    repository.file("lab/hosts/web.arv", "{ hosts.web = { range = ranges.gests; }; }\n");
    repository.commit("two");
    repository.file("lab/hosts/web.arv", "{ hosts.web = { range = ranges.guests; }; }\n");
    let said = repository.fails("lab", &["HEAD"], 1);
    assert!(said.contains("HEAD:lab/hosts/web.arv:1:"), "{said}");
    assert!(said.contains("error: HEAD does not compile, so there is nothing to compare\n"), "{said}");
    let said = repository.fails("", &["HEAD", "--site", "lab/site.arv", "--message-format", "short"], 1);
    assert!(said.starts_with("HEAD:lab/hosts/web.arv:1:"), "{said}");
    // What is wrong now is told as ever, with the path as it is.
    repository.file("lab/hosts/web.arv", "{ hosts.web = { range = ranges.gests; }; }\n");
    assert!(repository.fails("lab", &["HEAD~1"], 1).contains(" hosts/web.arv:1:"));
}

#[test]
fn what_is_no_revision_is_said() {
    let repository = Repository::new();
    for name in ["nope", "HEAD~9", "main..HEAD", "HEAD^{tree}", "$(touch x)"] {
        let said = repository.fails("lab", &[name], 2);
        assert!(said.contains("git knows no revision"), "{name}: {said}");
    }
    repository.git(&["mv", "lab", "other"]);
    repository.commit("two");
    let said = repository.fails("other", &["HEAD~1"], 3);
    assert!(said.contains("HEAD~1 has no folder other"), "{said}");
    repository.git(&["mv", "other/site.arv", "other/home.arv"]);
    repository.commit("three");
    let said = repository.fails("other", &["HEAD~1", "--site", "home.arv"], 3);
    assert!(said.contains("cannot read HEAD~1:other/home.arv: there is no such file"), "{said}");
    let lone = tempfile::tempdir().expect("a folder");
    fs::write(lone.path().join("site.arv"), SITE).expect("a file");
    let mut arvc = Command::new(env!("CARGO_BIN_EXE_arvc"));
    arvc.args(["diff", "main"])
        .current_dir(lone.path())
        .env("GIT_CEILING_DIRECTORIES", lone.path().parent().expect("a folder"));
    let ran = arvc.output().expect("arvc runs");
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.code() == Some(2) && said.contains("no repository of git"), "{said}");
}

#[test]
fn a_revision_cannot_read_what_lies_outside_of_it() {
    let repository = Repository::new();
    repository.file("secret.arv", "{ hosts.secret = { vmid = 155; }; }\n");
    let link = repository.path().join("lab/hosts/more.arv");
    std::os::unix::fs::symlink("../../secret.arv", &link).expect("a link");
    repository.commit("two");
    fs::remove_file(&link).expect("the link was there");
    let said = repository.fails("lab", &["HEAD"], 1);
    assert!(said.contains("more.arv") && !said.contains("155"), "{said}");
    // One that stays inside is followed.
    std::os::unix::fs::symlink("web.arv", repository.path().join("lab/web-link.arv")).expect("a link");
    fs::rename(repository.path().join("lab/hosts/web.arv"), repository.path().join("lab/web.arv")).expect("a file");
    repository.file("lab/site.arv", &SITE.replace("./hosts/", "./web-link.arv"));
    repository.commit("three");
    assert!(repository.diff("lab", &["HEAD"]).ends_with("nothing changes\n"));
}

#[test]
fn in_ci_status_and_json_tell_what_a_branch_does() {
    let repository = Repository::new();
    repository.git(&["checkout", "-q", "-b", "feature"]);
    repository.file("lab/site.arv", &SITE.replace("5432/tcp", "5432-5433/tcp"));
    repository.commit("two");
    let ran = repository.arvc("lab", &["diff", "main", "--exit-code", "--json"]);
    assert_eq!(ran.status.code(), Some(4));
    let found: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    let row = &found["connections"]["changed"][0];
    assert_eq!((&row["turn"], &row["packets"]), (&"opened".into(), &"5433/tcp".into()));
    assert_eq!((&found["before"], &found["after"]), (&"main".into(), &"site.arv".into()));
    assert_eq!(repository.arvc("lab", &["diff", "HEAD", "--exit-code"]).status.code(), Some(0));
}
