//! `README.md` at the top of the tree: the way from these files to a running site, in the order in which it is gone.
//!
//! It speaks of what the other emitters wrote and decides nothing. Its text is made of labels, addresses and numbers that
//! the site has checked, and never of free text, so nothing in it can become Markdown or a command. It is not a manual of
//! the tools: what a file's own head says is not said again.

mod mobile;
mod outside;
mod restart;
mod steps;
mod unmanaged;
mod withdrawn;

use arvc_site::model::{Host, NetworkId, Site};

use crate::nebula;
use crate::tree::Tree;

/// Writes the file, last of all.
pub fn emit(site: &Site, header: &str, tree: &mut Tree) {
    let mut text = format!(
        "<!-- {header} -->\n# {}\n\nThe way from these files to a running site. Commands begin in this folder, on the operator's \
         machine.\n",
        site.name
    );
    for (number, step) in steps::steps(site, tree).iter().enumerate() {
        text.push_str(&format!("\n## {}. {}\n\n{}", number + 1, step.title, step.text));
    }
    text.push_str(&outside::section(site));
    text.push_str(&restart::section(site));
    text.push_str(&unmanaged::section(site));
    text.push_str(&withdrawn::section(site, tree));
    tree.text("README.md", text);
}

/// A part of the way.
struct Step {
    title: &'static str,
    /// Paragraphs with a final line break.
    text: String,
}

/// Members of the overlay that no playbook brings into it.
fn members_by_hand(site: &Site) -> Vec<(&Host, NetworkId)> {
    let Some(overlay) = nebula::overlay(site) else { return Vec::new() };
    let hosts = site.hosts.iter().filter(|host| is_by_hand(host) && nebula::is_member(host, overlay.id));
    hosts.map(|host| (host, overlay.id)).collect()
}

/// Whether none of the emitted roles is for a machine.
fn is_by_hand(host: &Host) -> bool {
    !host.managed || host.connection.winrm
}

/// Machines that are there and that nothing of the tree configures.
fn left_alone(site: &Site) -> Vec<&Host> {
    let members = members_by_hand(site);
    let is_member = |host: &Host| members.iter().any(|(member, _)| member.named.name == host.named.name);
    // What runs on Windows may have a role of the site's own.
    let deployed = |host: &Host| {
        let mut services = host.services.iter().map(|service| &site.services[service.index()]);
        host.managed && services.any(|service| service.role.is_some())
    };
    let hosts = site.hosts.iter().filter(|host| is_by_hand(host) && host.status.is_there());
    hosts.filter(|host| !is_member(host) && !deployed(host)).collect()
}

/// Names or addresses as a list in a sentence.
fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| format!("`{item}`")).collect();
    match items.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

/// A sentence or more as lines of at most 120 characters. A word is never broken.
fn paragraph(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > 120 {
            out.push('\n');
            width = 0;
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out.push('\n');
    out
}

/// A point of a list.
fn point(text: &str) -> String {
    format!("- {}", paragraph(text).trim_end().replace('\n', "\n  ")) + "\n"
}

/// Commands to copy.
fn commands(lines: &[String]) -> String {
    format!("\n```\n{}\n```\n", lines.join("\n"))
}
