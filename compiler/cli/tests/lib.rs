//! `arvc lib` on a real disk, as its users meet it: archives, links, what is left in the folder.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use pretty_assertions::assert_eq;
use tempfile::TempDir;

/// A folder with a site, in which arvc runs.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let site = fs::read_to_string(arvc_tests::example("small")).unwrap();
        let site = site.replace("std = import \"std\";", "std = import \"std\";\n  acme = import \"acme\";");
        folder.file("lab/site.arv", site.replace("vmid = 4001", "vmid = acme.id 1"));
        folder.file("acme/default.arv", "{ id = (import ./id.arv).id; }\n");
        folder.file("acme/id.arv", "{ id = n: 4000 + n; }\n");
        folder.file("acme/README.md", "# acme\n");
        folder.file("acme/run.sh", "exit 1\n");
        folder
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    fn file(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The status, and what was printed.
    fn arvc(&self, line: &str) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_arvc"))
            .args(line.split_whitespace())
            .current_dir(self.path("lab"))
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().expect("arvc ends by itself"), String::from_utf8(text).unwrap())
    }

    fn good(&self, line: &str) -> String {
        let (status, text) = self.arvc(line);
        assert_eq!(status, 0, "{line}: {text}");
        text
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    found.sort();
    found
}

#[test]
fn a_folder_and_its_archive_are_one_library() {
    let folder = Folder::new();
    folder.good("lib add acme ../acme");
    let lock = fs::read(folder.path("lab/arv.lock")).unwrap();
    assert_eq!(files(&folder.path("lab/vendor/acme")), ["README.md", "default.arv", "id.arv"]);
    assert_eq!(files(&folder.path("lab/vendor")), ["acme"]);
    folder.good("build");
    assert_eq!(files(&folder.path("lab")), ["arv.lock", "arv.toml", "out", "site.arv", "vendor"]);
    folder.good("lib remove acme");
    assert_eq!(files(&folder.path("lab")), ["arv.lock", "arv.toml", "out", "site.arv"]);
    fs::remove_file(folder.path("lab/arv.lock")).unwrap();
    let archive = fs::File::create(folder.path("acme.tgz")).unwrap();
    let mut builder = tar::Builder::new(GzEncoder::new(archive, Compression::default()));
    builder.append_dir_all("acme-1.2.0", folder.path("acme")).unwrap();
    builder.into_inner().unwrap().finish().unwrap();
    let text = folder.good("lib add acme ../acme.tgz --source https://a.example/acme-1.2.0.tar.gz");
    assert!(text.ends_with("\nleft out: 1 file, neither sources nor licences nor readmes\n"), "{text}");
    assert_eq!(fs::read(folder.path("lab/arv.lock")).unwrap(), lock);
    assert!(folder.good("lib list").contains("https://a.example/acme-1.2.0.tar.gz"));
    folder.good("check");
}

#[test]
fn a_changed_byte_stops_the_build() {
    let folder = Folder::new();
    folder.good("lib add acme ../acme");
    folder.file("lab/vendor/acme/id.arv", "{ id = n: 4001 + n; }\n");
    let (status, text) = folder.arvc("build");
    assert_eq!(status, 1);
    assert!(text.contains("error[E0723]") && text.contains("changed  id.arv"), "{text}");
    assert!(!folder.path("lab/out").exists());
    folder.good("lib add acme ../acme --overwrite");
    folder.good("build");
}

#[test]
fn no_link_leads_into_or_out_of_a_library() {
    let folder = Folder::new();
    folder.file("secret.arv", "\"secret\"\n");
    symlink(folder.path("secret.arv"), folder.path("acme/secret.arv")).unwrap();
    let (status, text) = folder.arvc("lib add acme ../acme");
    assert_eq!((status, folder.path("lab/vendor").exists()), (3, false), "{text}");
    fs::remove_file(folder.path("acme/secret.arv")).unwrap();
    folder.file("elsewhere/keep", "");
    symlink(folder.path("elsewhere"), folder.path("lab/vendor")).unwrap();
    let (status, text) = folder.arvc("lib add acme ../acme");
    assert_eq!((status, files(&folder.path("elsewhere"))), (3, vec!["keep".to_owned()]), "{text}");
    assert!(!folder.path("lab/arv.toml").exists());
}

#[test]
fn two_branches_that_add_libraries_are_merged_by_git_or_say_how_to_go_on() {
    if Command::new("git").arg("--version").output().is_err() {
        return;
    }
    let folder = Folder::new();
    for name in ["beta", "delta", "zeta"] {
        folder.good(&format!("lib add {name} ../acme"));
    }
    let state = |name: &str| {
        fs::copy(folder.path("lab/arv.lock"), folder.path(name)).unwrap();
    };
    state("base");
    let merge = || {
        let merged =
            Command::new("git").args(["merge-file", "ours", "base", "theirs"]).current_dir(folder.path("")).output();
        let merged = merged.unwrap().status.code().unwrap();
        fs::copy(folder.path("ours"), folder.path("lab/arv.lock")).unwrap();
        merged
    };
    for (ours, theirs, conflicts) in [("alpha", "gamma", 0), ("eta", "epsilon", 1)] {
        folder.good(&format!("lib add {ours} ../acme"));
        state("ours");
        fs::copy(folder.path("base"), folder.path("lab/arv.lock")).unwrap();
        folder.good(&format!("lib add {theirs} ../acme"));
        state("theirs");
        assert_eq!(merge(), conflicts, "{ours} and {theirs}");
        if conflicts > 0 {
            let (status, text) = folder.arvc("lib lock");
            assert!(status == 1 && text.contains("E0724") && text.contains("merge"), "{text}");
            let text = fs::read_to_string(folder.path("lab/arv.lock")).unwrap();
            let marks = |line: &&str| !["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark));
            let kept: Vec<&str> = text.lines().filter(marks).collect();
            folder.file("lab/arv.lock", kept.join("\n") + "\n");
        }
        folder.good("lib lock");
        let listed = folder.good("lib list");
        assert!(listed.lines().all(|line| line.contains("  locked ")), "{listed}");
        state("base");
    }
}
