//! `arvc build`: check, emit, write, and say what was written.

use std::fmt::Write;
use std::path::Path;

use crate::audited::{self, Audited};
use crate::check::{Part, Reported, check};
use crate::lock;
use crate::messages::{self, Format, Texts};
use crate::output::{self, Failure, Options, Reason, Refusal, listing};
use crate::pipeline;
use crate::world::{Stream, World};
use crate::{Stop, exit, outside, project, reason, shown};

/// Builds a site. With an error in it, nothing is written.
pub fn build(
    world: &mut dyn World,
    format: Format,
    site: Option<&Path>,
    out: Option<&Path>,
    overwrite: bool,
    locked: bool,
) -> Result<(), Stop> {
    let reported = check(world, format, site, None, Part::Alone)?;
    if !reported.checked.is_good() {
        return Err(Stop::Silent(exit::SOURCE));
    }
    let changes = reported.changes();
    if locked {
        reported.refuse_changes(world, format)?;
    }
    let Reported { project, checked, lock, .. } = reported;
    let site = checked.site.expect("a source without an error gives a site");
    let derived;
    let policies = match &checked.policies {
        Some(policies) => policies,
        None => {
            derived = arvc_reach::policy::policies(&site);
            &derived
        }
    };
    let tree = pipeline::emit_with(&site, policies, &project.entry);
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let prefix = project::prefix(&project.root.folder, &cwd);
    // What was proved is of the site, and what counts is in the files: nothing becomes visible before they say the same.
    let entry = messages::visible(&format!("{prefix}{}", project.entry));
    let Audited { problem, note } = audited::check(&site, policies, &tree, &entry);
    if let Some(problem) = problem {
        let texts = Texts { sources: &checked.sources, prefix: &prefix };
        messages::print(world, format, texts, &mut vec![problem])?;
        return Err(Stop::Silent(exit::SOURCE));
    }
    if let (Some(note), Format::Human) = (note, format) {
        world.print(Stream::Err, &format!("note: {note}\n"))?;
    }
    let out = out.map_or(project.out, |out| cwd.join(out));
    let name = shown(&out, &cwd);
    // The lock first: a tree whose numbers are held nowhere could not be made again.
    let environment = lock::environment(&project.entry);
    let own = lock::hash(environment, &checked.lock);
    lock::file::update(world, &cwd, &project.root.folder, &lock, environment, checked.lock)?;
    let options = Options { entry: &project.entry, lock: Some(&own), overwrite };
    let plan = output::write(world, &out, &tree, options).map_err(|failure| failed(failure, &name, &cwd))?;
    if format == Format::Human {
        world.print(Stream::Out, &listing::listing(&name, &plan))?;
        if !changes.is_empty() {
            world.print(Stream::Out, &format!("\n{}", lock::report::written(&changes)))?;
        }
    }
    Ok(())
}

/// What the user reads when the tree could not be written.
fn failed(failure: Failure, out: &str, cwd: &Path) -> Stop {
    outside(match failure {
        Failure::Disk { action, path, error } => format!("cannot {action} {}: {}", shown(&path, cwd), reason(&error)),
        Failure::Locked => format!("another arvc writes into {out} right now"),
        Failure::Refused(refusals) => refused(&refusals, out),
        Failure::Manifest(why) => format!(
            "{out}/manifest.json is not one that arvc wrote: {why}\n\
             help: build into another folder with --out DIR, or move that file away"
        ),
        Failure::OtherEntry(entry) => format!(
            "nothing was written: {out} holds the tree of another site, {entry}\n\
             help: build into another folder with --out DIR, or replace that tree with --overwrite"
        ),
        Failure::Staging(why) => format!(
            "{out}/.arvc-staging is not as arvc left it: {why}\n\
             help: move what is yours out of it; arvc keeps that folder for itself"
        ),
    })
}

/// The paths in the way, each with its reason, and what to do about each reason.
fn refused(refusals: &[Refusal], out: &str) -> String {
    let mut text = format!("nothing was written: {out} has files that arvc does not touch");
    let width = refusals.iter().map(|refusal| refusal.path.chars().count()).max().unwrap_or(0).min(60);
    for refusal in refusals {
        let why = match refusal.reason {
            Reason::Edited => "edited since arvc wrote it",
            Reason::Foreign => "not written by arvc",
            Reason::Folder => "a folder with other files in it, where a file must go",
            Reason::Link => "a link, which arvc does not follow",
            Reason::NotFolder => "not a folder, and one must be there",
        };
        let _ = write!(text, "\n  {:width$}  {why}", refusal.path);
    }
    if refusals.iter().any(|refusal| refusal.reason == Reason::Edited) {
        text.push_str("\nhelp: say it in the site instead; or lose the edits with --overwrite");
    }
    if refusals.iter().any(|refusal| refusal.reason != Reason::Edited) {
        text.push_str("\nhelp: move away what arvc did not write, or build into another folder with --out DIR");
    }
    text
}
