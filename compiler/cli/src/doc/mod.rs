//! `arvc doc`: what the comments of sources say about what has a name. The language finds it; here it is printed.

use std::path::{Path, PathBuf};

use arvc_lang::docs::{self, Entry, Reader};
use arvc_syntax::diagnostic::nearest;

use crate::check::{self, Reader as Files};
use crate::messages::{self, Format};
use crate::pipeline::{self, Read};
use crate::world::{Stream, World};
use crate::{Stop, exit, explain, libraries, outside, project, reason};

mod text;

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file, or with nothing behind it perhaps the name.
    pub file: Option<PathBuf>,
    /// The name.
    pub name: Option<String>,
    /// Whether Markdown is printed.
    pub markdown: bool,
    /// How it is printed.
    pub format: Format,
}

/// A kind of things, with a word for people.
struct Section {
    title: &'static str,
    entries: Vec<Entry>,
}

/// Prints documentation.
pub fn doc(world: &mut dyn World, options: &Options) -> Result<(), Stop> {
    let looks_like_a_file =
        |path: &Path| path.extension().is_some_and(|extension| extension == "arv") || path.components().count() > 1;
    let text = match (&options.file, &options.name) {
        (Some(only), None) if !looks_like_a_file(only) => known(world, &only.to_string_lossy(), options)?,
        (Some(file), name) => of_file(world, options, file, name.as_deref())?,
        (None, _) => list(world, options),
    };
    world.print(Stream::Out, &text)?;
    Ok(())
}

/// Everything that has a name here: what comes with the compiler, and the libraries of the project, if there is one.
fn sections(world: &dyn World) -> Vec<Section> {
    let mut sections = vec![
        Section { title: "The library: import \"std\"", entries: vec![docs::std()] },
        Section { title: "The schema", entries: docs::types() },
        Section { title: "Functions of the language", entries: docs::builtins() },
        Section { title: "What values have", entries: docs::kinds() },
        Section { title: "Names of the prelude", entries: docs::prelude() },
    ];
    let libraries = libraries_here(world);
    if !libraries.is_empty() {
        sections.insert(1, Section { title: "Libraries of the project", entries: libraries });
    }
    sections
}

/// The libraries of the project here. One that is not what it should be is said to be so by `check`, not here.
fn libraries_here(world: &dyn World) -> Vec<Entry> {
    let Ok(cwd) = world.cwd() else { return Vec::new() };
    let Ok(project) = project::find(world, &cwd, None) else { return Vec::new() };
    let Ok(libraries) = libraries::verify(world, &project.root, crate::lock::Marks::Refused) else { return Vec::new() };
    let mut load = Files::of(world, &project.root.folder, &libraries);
    Reader::new(&mut pipeline::Files { load: &mut load }).libraries()
}

/// One thing that comes with the compiler.
fn known(world: &dyn World, name: &str, options: &Options) -> Result<String, Stop> {
    if let Ok(page) = explain::explain(Some(name), options.format) {
        return Ok(page);
    }
    let roots: Vec<Entry> = sections(world).into_iter().flat_map(|section| section.entries).collect();
    match docs::find(&roots, name) {
        Ok(found) => Ok(page(&found.name, &found.entry, options)),
        Err(near) => Err(unknown(name, near, "`arvc doc` lists all names")),
    }
}

fn unknown(name: &str, near: Option<String>, otherwise: &str) -> Stop {
    let help = near.map_or_else(|| otherwise.to_owned(), |near| format!("did you mean {near}?"));
    Stop::Says(exit::USAGE, format!("nothing is named {}\nhelp: {help}", messages::visible(name)))
}

/// A file of the user, or a definition of it.
fn of_file(world: &mut dyn World, options: &Options, file: &Path, name: Option<&str>) -> Result<String, Stop> {
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let project = check::find(world, options.format, &cwd, Some(file))?;
    let libraries = check::verified(world, options.format, &cwd, &project.root)?;
    let prefix = project::prefix(&project.root.folder, &cwd);
    let mut load = Files::of(&*world, &project.root.folder, &libraries);
    if let Err(problem) = load.text(&project.entry) {
        let mut checked = check::entry_problem(&cwd, &project, problem)?;
        let texts = messages::Texts { sources: &checked.sources, prefix: &prefix };
        messages::print(world, options.format, texts, &mut checked.diagnostics)?;
        return Err(Stop::Silent(exit::SOURCE));
    }
    let loader = &mut pipeline::Files { load: &mut load };
    let shown = messages::visible(&format!("{prefix}{}", project.entry));
    let Some(entry) = Reader::new(loader).project(&project.entry) else {
        return Err(Stop::Says(exit::SOURCE, format!("{shown} says nothing: it has no expression")));
    };
    let Some(name) = name else { return Ok(page(&shown, &Entry { name: shown.clone(), ..entry }, options)) };
    let parts: Vec<Entry> = entry.shape.parts().to_vec();
    match docs::find(&parts, name) {
        Ok(found) => Ok(page(&found.name, &found.entry, options)),
        Err(near) => {
            let near = near.or_else(|| nearest(name, parts.iter().map(|part| part.name.as_str())).map(str::to_owned));
            Err(unknown(name, near, &format!("`arvc doc {shown}` lists what it has")))
        }
    }
}

fn page(name: &str, entry: &Entry, options: &Options) -> String {
    let chapter = name == entry.name
        && (matches!(entry.shape.as_ref(), docs::Shape::Record(_)) && !name.contains('.') || name.ends_with(".arv"));
    match (options.format, options.markdown) {
        (Format::Json, _) => json(name, entry).to_string() + "\n",
        (_, true) if chapter => docs::chapter(&title(name), entry),
        (_, true) => docs::markdown(name, entry, 1),
        (Format::Human, _) => messages::printable(&text::page(name, entry)),
        (Format::Short, _) => messages::printable(&text::line(name, entry)),
    }
}

fn title(name: &str) -> String {
    if name.ends_with(".arv") { format!("`{name}`") } else { format!("The library `{name}`") }
}

/// All names with their first sentences.
fn list(world: &dyn World, options: &Options) -> String {
    let sections = sections(world);
    let mut out = String::new();
    for section in &sections {
        let lines = text::lines(&section.entries);
        match (options.format, options.markdown) {
            (Format::Json, _) => out.extend(lines.iter().map(|(name, entry)| json(name, entry).to_string() + "\n")),
            (Format::Short, false) => out.extend(lines.iter().map(|(name, entry)| text::line(name, entry))),
            (_, true) => {
                out.push_str(&format!("# {}\n\n", section.title));
                for (name, entry) in lines {
                    out.push_str(&docs::markdown(&name, &entry, 2));
                    out.push('\n');
                }
            }
            (Format::Human, false) => {
                out.push_str(&format!("{}\n", section.title));
                out.push_str(&text::table(&lines));
                out.push('\n');
            }
        }
    }
    if let (Format::Human, false) = (options.format, options.markdown) {
        out.push_str(
            "`arvc doc NAME` prints one, `arvc doc FILE.arv` a file of yours, `arvc explain` the codes of messages.\n",
        );
    }
    messages::printable(&out)
}

/// One object: `version`, `name`, `kind`, `said`, `about` (Markdown), `parts`, and for a function `gives`.
fn json(name: &str, entry: &Entry) -> serde_json::Value {
    let part = |part: &Entry| {
        serde_json::json!({
            "name": part.name, "kind": part.shape.kind(), "said": part.said.trim(), "about": part.about,
        })
    };
    let mut object = serde_json::json!({
        "version": 1, "name": name, "kind": entry.shape.kind(), "said": entry.said.trim(), "about": entry.about,
        "parts": entry.shape.parts().iter().map(part).collect::<Vec<_>>(),
    });
    match entry.shape.as_ref() {
        docs::Shape::Function(_, gives) => object["gives"] = gives.parts().iter().map(part).collect(),
        docs::Shape::Call(usage) => object["usage"] = usage.as_str().into(),
        _ => {}
    }
    object
}

#[cfg(test)]
mod tests;
