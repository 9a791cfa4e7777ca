//! `manifest.json`: every file that arvc wrote, with its hash. It decides which files are arvc's.
//!
//! It holds no time and no path of a machine: the same site gives the same manifest everywhere.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use arvc_emit::tree::Tree;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Failure, LIMIT, failed, proper};
use crate::world::{Disk, Kind};

/// Its name below the output folder.
pub const NAME: &str = "manifest.json";

/// The version of its fields.
const VERSION: u32 = 1;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// `0644`, or `0755` for a script.
    pub mode: String,
}

/// The files of one tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of these fields.
    pub version: u32,
    /// The version of the arvc that wrote the tree.
    pub arvc: String,
    /// The site's entry, relative to its project.
    pub entry: String,
    /// The hash of the lines of `arv.lock` that the tree was made with.
    #[serde(default)]
    pub lock: Option<String>,
    /// The files by path, the manifest itself left out.
    pub files: BTreeMap<String, Listed>,
}

impl Manifest {
    /// The manifest of a tree.
    pub fn of(tree: &Tree, entry: &str, lock: Option<&str>) -> Self {
        let listed = |file: &arvc_emit::tree::File| Listed {
            sha256: sha256(file.text.as_bytes()),
            mode: if file.executable { "0755" } else { "0644" }.into(),
        };
        let files: BTreeMap<_, _> = tree.files.iter().map(|(path, file)| (path.clone(), listed(file))).collect();
        if let Some(path) = files.keys().find(|path| !proper(path)) {
            panic!("an emitter made the path {path:?}, which arvc keeps for itself or cannot write");
        }
        Self {
            version: VERSION,
            arvc: env!("CARGO_PKG_VERSION").into(),
            entry: entry.into(),
            lock: lock.map(str::to_owned),
            files,
        }
    }

    /// Its text: a line a file, so that a review sees which files changed.
    pub fn text(&self) -> String {
        let string = |text: &str| serde_json::Value::from(text).to_string();
        let mut out = String::from("{\n");
        let _ = writeln!(out, "  \"version\": {},", self.version);
        let _ = writeln!(out, "  \"arvc\": {},", string(&self.arvc));
        let _ = writeln!(out, "  \"entry\": {},", string(&self.entry));
        if let Some(lock) = &self.lock {
            let _ = writeln!(out, "  \"lock\": {},", string(lock));
        }
        out.push_str("  \"files\": {");
        for (index, (path, listed)) in self.files.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let (path, sha256, mode) = (string(path), string(&listed.sha256), string(&listed.mode));
            let _ = write!(out, "{comma}\n    {path}: {{ \"sha256\": {sha256}, \"mode\": {mode} }}");
        }
        out.push_str(if self.files.is_empty() { "}\n}\n" } else { "\n  }\n}\n" });
        out
    }

    /// The manifest in the output folder, if there is one. One that names a path outside the folder is not arvc's.
    pub(crate) fn read(disk: &dyn Disk, out: &Path) -> Result<Option<Self>, Failure> {
        let path = out.join(NAME);
        match disk.kind(&path).map_err(failed("read", &path))? {
            None => return Ok(None),
            Some(Kind::File { .. }) => {}
            Some(_) => return Err(Failure::Manifest("it is not a file".into())),
        }
        let bytes = disk.read(&path, LIMIT).map_err(failed("read", &path))?;
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|error| Failure::Manifest(error.to_string()))?;
        if manifest.version != VERSION {
            return Err(Failure::Manifest(format!("it has version {}", manifest.version)));
        }
        match manifest.files.keys().find(|path| !proper(path)) {
            Some(path) => Err(Failure::Manifest(format!("it names the path {path:?}"))),
            None => Ok(Some(manifest)),
        }
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
