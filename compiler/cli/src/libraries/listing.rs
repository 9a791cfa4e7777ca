//! The canonical listing of a library, and its hash: what `arv.lock` holds. The law is `lang-spec/libraries.md`.

use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::contents::Contents;

/// The first line of every listing. Another form would have another number, and so never the same hash.
const HEAD: &str = "arvc library 1\n";

/// What a library is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hashes {
    /// SHA-256 of the listing.
    pub library: String,
    /// SHA-256 of each file's bytes, by path.
    pub files: BTreeMap<String, String>,
}

/// The hashes of a library.
pub fn hashes(contents: &Contents) -> Hashes {
    let mut listing = Sha256::new();
    pieces(contents, |piece| listing.update(piece));
    let files = contents.iter().map(|(path, bytes)| (path.clone(), of(bytes))).collect();
    Hashes { library: hex(&listing.finalize()), files }
}

/// SHA-256 of a file's bytes.
pub fn of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The listing itself, for whoever wants to see what is hashed.
pub fn text(contents: &Contents) -> Vec<u8> {
    let mut text = Vec::new();
    pieces(contents, |piece| text.extend_from_slice(piece));
    text
}

/// A listing is its head and then, for each file in the order of the bytes of its path, the path, the number of its bytes in
/// decimal digits, and the bytes themselves, with a line feed behind each of the three. No path has a line feed in it, and
/// the number says where the bytes end, so two libraries with one listing are one.
fn pieces(contents: &Contents, mut add: impl FnMut(&[u8])) {
    add(HEAD.as_bytes());
    for (path, bytes) in contents {
        add(format!("{path}\n{}\n", bytes.len()).as_bytes());
        add(bytes);
        add(b"\n");
    }
}

/// Whether a text is a hash as these are written.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(files: &[(&str, &str)]) -> Hashes {
        hashes(&files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
    }

    #[test]
    fn the_hash_is_that_of_the_listing_in_the_law() {
        let listing = "arvc library 1\ndefault.arv\n24\n{ n = import ./n.arv; }\n\nn.arv\n2\n1\n\n";
        let found = library(&[("n.arv", "1\n"), ("default.arv", "{ n = import ./n.arv; }\n")]);
        assert_eq!(found.library, hex(&Sha256::digest(listing)));
        assert_eq!(found.files["n.arv"], hex(&Sha256::digest("1\n")));
        assert!(is_hash(&found.library) && !is_hash("") && !is_hash(&found.library.to_uppercase()));
    }

    #[test]
    fn another_path_or_another_byte_is_another_hash() {
        let all = [
            library(&[]),
            library(&[("a", "")]),
            library(&[("a", "b")]),
            library(&[("ab", "")]),
            library(&[("a", "\nb\n0\n")]),
            library(&[("a", ""), ("b", "")]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(all[..index].iter().all(|other| other.library != one.library), "{index}");
        }
    }
}
