//! How a phone comes into the overlay: by the app Mobile Nebula, which keeps configuration, certificate and key itself.

use super::{commands, paragraph};

/// What to do for one, after the sentence that says its addresses.
pub fn steps(name: &str) -> String {
    let mut text = paragraph(&format!(
        "Bring `nebula/{name}.yml` and `../pki/ca.crt` to it as files (by a cable, its cloud, a message to oneself: nothing in them \
         is secret). In the app Mobile Nebula tap `+`, `From file` (0.9 and later), and choose `{name}.yml`. That the app cannot \
         read `pki.ca` and `pki.cert` is right so far: they are paths of Linux, and the app keeps what they stand for itself. \
         Give it a name, and then:"
    ));
    text.push_str("\n1. `CA`: choose the file `ca.crt`.\n");
    text.push_str("2. `Certificate`: the app has made a key, which never leaves it, and shows the public one.\n");
    text.push('\n');
    text.push_str(&paragraph(&format!(
        "Share the public key, put its text into `../pki/hosts/{name}.pub` here, and leave the app on that page: a site that is not \
         saved takes its key along. Sign it:"
    )));
    text.push_str(&commands(&[
        format!("nebula/sign.sh {name}"),
        format!("nebula-cert print -path ../pki/hosts/{name}.crt -out-qr {name}.png"),
    ]));
    text.push('\n');
    text.push_str(&paragraph(&format!(
        "Load the certificate on the same page: from the file `../pki/hosts/{name}.crt`, or by `QR Code` from the picture, which can \
         go then. Save, and switch it on. Before the certificate ends, sign again for the same public key (the script does when \
         two thirds of its time are over) and load the new one at `Certificate`. After a build that changes `nebula/{name}.yml` the \
         app takes no single lines of it: import it again, with a new key, and remove the old site."
    )));
    text
}
