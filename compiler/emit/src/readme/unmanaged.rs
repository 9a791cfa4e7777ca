//! What is declared and left as it is: the other side of `unmanaged`.

use arvc_site::model::Site;

use super::{list, paragraph, point};

/// The section, or nothing if Terraform manages all of every guest.
pub fn section(site: &Site) -> String {
    let mut points = String::new();
    for host in site.hosts.iter().filter(|host| host.status.is_there() && !host.unmanaged.is_empty()) {
        let fields = list(host.unmanaged.iter().map(|field| field.value.name().to_owned()));
        points.push_str(&point(&format!("`{}`: {fields}", host.named.path)));
    }
    if points.is_empty() {
        return String::new();
    }
    let text = paragraph(
        "Terraform sets these for a new guest and leaves them as they are from then on. An edit of them in the site does nothing \
         to a guest that exists: it is made by hand, and what the site says may not be so.",
    );
    format!("\n## Declared and not applied\n\n{text}\n{points}")
}
