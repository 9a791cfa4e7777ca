//! `arvc eval`: what a path or an expression of a site gives, and who says so. It prints what the language answers.

use std::path::{Path, PathBuf};

use arvc_lang::data::Data;
use arvc_lang::query::{self, Answer, Explanation, Typed};
use arvc_syntax::diagnostic::{Diagnostic, Severity};
use arvc_syntax::format::format;
use arvc_syntax::parse;
use arvc_syntax::source::Sources;

use crate::check::{self, Reader};
use crate::lock::{self, Marks};
use crate::messages::{self, Format, Texts};
use crate::pipeline::{self, Files, Read};
use crate::project::{self, Project};
use crate::world::{Stream, World};
use crate::{Stop, exit, outside, reason};

pub mod json;
mod numbers;
mod why;

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site, or with nothing behind it perhaps the path.
    pub site: Option<PathBuf>,
    /// The path.
    pub path: Option<String>,
    /// The expression.
    pub expr: Option<String>,
    /// A file that is evaluated as it is.
    pub file: Option<PathBuf>,
    /// Whether to tell who says so.
    pub why: bool,
    /// Whether the type is asked for, and not the value.
    pub of_type: bool,
    /// Whether the value is printed as JSON.
    pub json: bool,
    /// How problems and results are printed.
    pub format: Format,
}

/// What is asked of which file.
struct Question {
    entry: Option<PathBuf>,
    site: bool,
    text: Option<String>,
}

/// Evaluates, and prints the value.
pub fn eval(world: &mut dyn World, options: Options) -> Result<(), Stop> {
    let question = question(&options)?;
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let mut project = check::find(world, options.format, &cwd, question.entry.as_deref())?;
    let libraries = check::verified(world, options.format, &cwd, &project.root)?;
    // What is written in a part means something in its site only.
    if question.site {
        let mut load = Reader::of(&*world, &project.root.folder, &libraries);
        if let Some(owner) = check::owner(&mut load, &project) {
            project.entry = owner;
        } else if let Some((wider, owner)) = check::wider(&*world, &project) {
            (project.root, project.entry) = (wider, owner);
        }
    }
    let prefix = project::prefix(&project.root.folder, &cwd);
    let mut load = Reader::of(&*world, &project.root.folder, &libraries);
    let text = match load.text(&project.entry) {
        Ok(text) => text,
        Err(problem) => {
            let mut checked = check::entry_problem(&cwd, &project, problem)?;
            let texts = Texts { sources: &checked.sources, prefix: &prefix };
            messages::print(world, options.format, texts, &mut checked.diagnostics)?;
            return Err(Stop::Silent(exit::SOURCE));
        }
    };
    let loader = &mut Files { load: &mut load };
    let asked = question.text.as_deref();
    if let (true, Some(path)) = (options.why, asked) {
        let mut explanation = query::explain_path(&project.entry, text, path, loader, question.site);
        let mut diagnostics = std::mem::take(&mut explanation.diagnostics);
        // What failed has definitions too: they are perhaps the reason.
        let good = report(world, &options, &explanation.sources, &prefix, &mut diagnostics);
        if good.is_ok() || !explanation.definitions.is_empty() {
            let texts = Texts { sources: &explanation.sources, prefix: &prefix };
            let text = told(&options, texts, &explanation, messages::color(world, Stream::Out))?;
            world.print(Stream::Out, &text)?;
        }
        others(world, &options, &project, &prefix, explanation.others)?;
        return good;
    }
    if let (true, Some(expression)) = (options.of_type, asked) {
        let Typed { sources, ty, mut diagnostics } =
            query::type_of(&project.entry, text, expression, loader, question.site);
        report(world, &options, &sources, &prefix, &mut diagnostics)?;
        world.print(Stream::Out, &typed(&options, &ty.unwrap_or_else(|| "_".to_owned())))?;
        return Ok(());
    }
    let mut answer = query::evaluate_expression(&project.entry, text.clone(), asked, loader, question.site);
    if let (true, Some(keys)) = (question.site && numbers::may_lack(&answer), numbers::path(asked)) {
        let lock = lock::file::read(world, options.format, &cwd, &project.root.folder, Marks::Refused)?;
        let held = lock.held(lock::environment(&project.entry));
        let mut load = Reader::of(&*world, &project.root.folder, &libraries);
        let site = pipeline::resolve_held(&project.entry, text, &mut load, &held).1.site;
        site.iter().for_each(|site| numbers::fill(&mut answer, &keys, site));
    }
    let Answer { sources, data, absent, mut diagnostics, others: left } = answer;
    let good = report(world, &options, &sources, &prefix, &mut diagnostics);
    if good.is_ok() {
        let text = value(&options, data.as_ref(), absent);
        world.print(Stream::Out, &text)?;
    }
    others(world, &options, &project, &prefix, left)?;
    good
}

/// What the arguments mean: of two the first is the site, and one alone is the site if it looks like a file.
fn question(options: &Options) -> Result<Question, Stop> {
    let wrong = |text: &str| Err(Stop::Says(exit::USAGE, text.to_owned()));
    let looks_like_a_file =
        |path: &Path| path.extension().is_some_and(|extension| extension == "arv") || path.components().count() > 1;
    let (mut site, mut path) = (options.site.clone(), options.path.clone());
    if let (Some(only), None) = (&site, &path)
        && (options.file.is_some() || !looks_like_a_file(only))
    {
        match only.to_str() {
            Some(text) => path = Some(text.to_owned()),
            None => return wrong("the path is not UTF-8"),
        }
        site = None;
    }
    if options.file.is_some() && site.is_some() {
        return wrong("with --file there is no site: name only a path of the file");
    }
    if path.is_some() && options.expr.is_some() {
        return wrong("either PATH or --expr: one question at a time");
    }
    let text = path.or_else(|| options.expr.clone());
    match (&text, options.why) {
        (None, false) if options.of_type => {
            return wrong("--type needs a path or an expression\nhelp: as in `arvc eval --type hosts.web`");
        }
        (None, true) => {
            return wrong("--why needs a path\nhelp: name a field, as in `arvc eval --why hosts.web.memory`");
        }
        (Some(text), _) if text.trim().is_empty() => return wrong("there is nothing to evaluate"),
        _ => {}
    }
    Ok(Question { site: options.file.is_none(), entry: options.file.clone().or(site), text })
}

/// Prints the problems, and ends the run if one of them is an error.
fn report(
    world: &mut dyn World,
    options: &Options,
    sources: &Sources,
    prefix: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Stop> {
    messages::print(world, options.format, Texts { sources, prefix }, diagnostics)?;
    match diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        true => Err(Stop::Silent(exit::SOURCE)),
        false => Ok(()),
    }
}

/// A value as it is asked for.
fn value(options: &Options, data: Option<&Data>, absent: bool) -> String {
    let json = || match data.filter(|_| !absent) {
        Some(data) => json::value(data, data.root),
        None => "null".to_owned(),
    };
    match (options.format, data) {
        (Format::Json, _) => format!("{{\"version\":1,\"value\":{}}}\n", json()),
        _ if options.json => json() + "\n",
        (_, None) => "none\n".to_owned(),
        (Format::Short, Some(data)) => messages::printable(&arvc_lang::print(data, data.root)) + "\n",
        (Format::Human, Some(data)) => messages::printable(&pretty(data)),
    }
}

/// A type as it is asked for.
fn typed(options: &Options, ty: &str) -> String {
    match options.format {
        Format::Json => format!("{{\"version\":1,\"type\":{}}}\n", json::text(ty)),
        _ if options.json => json::text(ty) + "\n",
        Format::Human | Format::Short => messages::printable(ty) + "\n",
    }
}

/// A value over several lines where it is long, in the style of `arvc fmt`.
fn pretty(data: &Data) -> String {
    // A function has no text: a name stands for it while the lines are broken.
    let line = arvc_lang::print(data, data.root);
    let mut function = String::from("function__");
    while line.contains(&function) {
        function.push('_');
    }
    let written = arvc_lang::print_with(data, data.root, &function);
    match format(&parse(&written, 0)) {
        Ok(text) => text.replace(&function, "<function>"),
        Err(_) => line + "\n",
    }
}

fn told(options: &Options, texts: Texts<'_>, explanation: &Explanation, color: bool) -> Result<String, Stop> {
    if explanation.path.is_none() {
        return Err(Stop::Says(
            exit::USAGE,
            "--why explains a path, as hosts.web.memory\nhelp: `arvc eval --expr` gives the value of any expression"
                .into(),
        ));
    }
    Ok(match (options.format, options.json) {
        (Format::Json, _) | (_, true) => why::json(texts, explanation),
        (Format::Human, _) => why::table(texts, explanation, color),
        (Format::Short, _) => why::short(texts, explanation),
    })
}

/// What else is wrong with the site is not what was asked, and is not hidden either.
fn others(world: &mut dyn World, options: &Options, project: &Project, prefix: &str, count: usize) -> Result<(), Stop> {
    if count > 0 && options.format == Format::Human {
        let name = messages::visible(&format!("{prefix}{}", project.entry));
        let errors = if count == 1 { "an error".to_owned() } else { format!("{count} errors") };
        let text = format!("note: {name} has {errors} that this does not depend on; `arvc check` shows all\n");
        world.print(Stream::Err, &text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
