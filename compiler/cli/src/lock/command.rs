//! `arvc lock`: brings the lock up to date without building; lists it, lets go of numbers, renames. What a site needs is decided
//! where sites are resolved; here it is only written down.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use arvc_site::lock::{Environment, Numbers, is_policy_name};

use super::{FILE, Lock, Marks, environment, file, report};
use crate::check::{self, Part, Reported};
use crate::messages::{Format, visible};
use crate::world::{Stream, World};
use crate::{Stop, exit, outside, project, reason};

/// What is done with the lock.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// The site's file [default: `entry` of the nearest arv.toml, else ./site.arv]
    pub site: Option<PathBuf>,
    /// What to do instead
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What else is done with it.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// List the machines that arv.lock holds numbers of, with those that are gone
    List {
        /// Only one environment: the path of its entry without .arv
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
    },
    /// Let go of the numbers of a machine: one that is gone for good, or one that may be replaced
    ///
    /// A machine that is still in the sources gets other numbers with the next build: Terraform destroys the one that has the old
    /// ones.
    Release {
        /// The machine; without it, with --environment, everything of an environment that is gone
        #[arg(value_name = "HOST", required_unless_present = "environment")]
        host: Option<String>,
        /// The environment, if several have a machine of this name
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
        /// Let go of what its certificates were granted, which have expired or were blocked, and not of its numbers
        #[arg(long, requires = "host")]
        certificates: bool,
        /// Let go of the node that was chosen for it, and not of its numbers: the next build chooses again
        #[arg(long, requires = "host", conflicts_with = "certificates")]
        node: bool,
    },
    /// Say that what is declared of fields that Terraform leaves alone is so: applied by hand, or not made yet
    ///
    /// The next build holds what the sources say of them then.
    Applied {
        /// The machine
        #[arg(value_name = "HOST")]
        host: String,
        /// Only these of its fields that are `unmanaged` [default: all]
        #[arg(value_name = "FIELD")]
        fields: Vec<String>,
        /// The environment, if several have a machine of this name
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
    },
    /// Give the numbers of a machine to its new name, where the sources do not say `renamed_from`
    ///
    /// With --policy, the files of the rules that machines share get another name.
    Rename {
        /// The name that arv.lock knows
        #[arg(value_name = "OLD")]
        old: String,
        /// The name that the sources have now
        #[arg(value_name = "NEW")]
        new: String,
        /// Both are names of rules, as files and security groups have them, and not of machines
        #[arg(long)]
        policy: bool,
        /// The environment, if several have a machine of this name
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
    },
}

/// Runs one of them.
pub fn run(world: &mut dyn World, format: Format, arguments: &Arguments) -> Result<(), Stop> {
    match &arguments.command {
        None => update(world, format, arguments.site.as_deref()),
        Some(Command::List { environment }) => {
            let run = Run::start(world, format)?;
            run.list(environment.as_deref())
        }
        Some(Command::Release { host, environment, certificates, node }) => {
            let mut run = Run::start(world, format)?;
            run.hold()?;
            match host {
                Some(host) if *node => run.release_node(host, environment.as_deref()),
                Some(host) => run.release(host, environment.as_deref(), *certificates),
                None => run.release_all(environment.as_deref().unwrap_or_default()),
            }
        }
        Some(Command::Applied { host, fields, environment }) => {
            let mut run = Run::start(world, format)?;
            run.hold()?;
            run.applied(host, fields, environment.as_deref())
        }
        Some(Command::Rename { old, new, policy, environment }) => {
            let mut run = Run::start(world, format)?;
            run.hold()?;
            match policy {
                true => run.rename_policy(old, new, environment.as_deref()),
                false => run.rename(old, new, environment.as_deref()),
            }
        }
    }
}

/// Makes the lock hold what the site needs, and takes out the marks of a merge.
fn update(world: &mut dyn World, format: Format, site: Option<&Path>) -> Result<(), Stop> {
    let reported = check::check_marked(world, format, site, None, Part::Alone, Marks::Settled)?;
    if !reported.checked.is_good() {
        return Err(Stop::Silent(exit::SOURCE));
    }
    let changes = reported.changes();
    let Reported { project, checked, lock, .. } = reported;
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let root = &project.root.folder;
    let was_marked = Lock::read(&*world, root, Marks::Refused).is_err();
    let name = environment(&project.entry);
    let mut written = file::update(world, &cwd, root, &lock, name, checked.lock)?;
    if !written && was_marked {
        written = file::write(world, &cwd, root, &lock)?;
    }
    let mut text = match (changes.is_empty(), written) {
        (false, _) => match format {
            Format::Human => report::written(&changes),
            _ => report::plain(format, &changes),
        },
        (true, false) if format == Format::Human => format!("{FILE} holds what {} needs\n", reported.name),
        (true, true) if format == Format::Human => format!("{FILE} was written anew; nothing that it holds changed\n"),
        _ => String::new(),
    };
    if was_marked && format == Format::Human {
        text +=
            "Both sides of the merge are kept. With `arv.lock merge=union` in .gitattributes Git does that itself.\n";
    }
    Ok(world.print(Stream::Out, &text)?)
}

/// One run on the lock of the project around the user's folder.
struct Run<'w> {
    world: &'w mut dyn World,
    format: Format,
    cwd: PathBuf,
    root: PathBuf,
    /// The environment of the project's own entry.
    main: Option<String>,
    lock: Lock,
}

impl<'w> Run<'w> {
    fn start(world: &'w mut dyn World, format: Format) -> Result<Self, Stop> {
        let cwd =
            world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
        let root = match project::root(&*world, &cwd) {
            Ok(root) => root,
            // A folder with a lock is one whose sites have names of their own.
            Err(project::Problem::NoSite) if matches!(world.kind(&cwd.join(FILE)), Ok(Some(_))) => {
                project::around(&*world, &cwd)
                    .or_else(|problem| Err(check::no_project(world, format, &cwd, problem)?))?
            }
            Err(problem) => return Err(check::no_project(world, format, &cwd, problem)?),
        };
        let main = root.main.as_deref().map(|entry| environment(entry).to_owned());
        let lock = file::read(world, format, &cwd, &root.folder, Marks::Settled)?;
        Ok(Self { world, format, cwd, root: root.folder, main, lock })
    }

    /// Keeps others from writing, and reads what nobody can change any more.
    fn hold(&mut self) -> Result<(), Stop> {
        file::hold(self.world, &self.cwd, &self.root)?;
        self.lock = file::read(self.world, self.format, &self.cwd, &self.root, Marks::Settled)?;
        Ok(())
    }

    fn list(self, wanted: Option<&str>) -> Result<(), Stop> {
        let mut rows = Vec::new();
        for (name, environment) in &self.lock.environments {
            if wanted.is_some_and(|wanted| wanted != name) {
                continue;
            }
            rows.extend(environment.hosts.iter().map(|(host, numbers)| (name, host, "present", numbers)));
            rows.extend(environment.retired.iter().map(|(host, numbers)| (name, host, "retired", numbers)));
        }
        let width = |names: &mut dyn Iterator<Item = &String>| names.map(|it| it.chars().count()).max().unwrap_or(0);
        let first = width(&mut rows.iter().map(|row| row.0));
        let second = width(&mut rows.iter().map(|row| row.1));
        let line = |(environment, host, state, numbers): &(&String, &String, &str, &Numbers)| match self.format {
            Format::Json => {
                let addresses = &numbers.addresses;
                let object = json!({
                    "version": 1, "environment": environment, "name": host, "state": state,
                    "vmid": numbers.vmid.map(|vmid| vmid.0), "slot": numbers.slot, "datacenter": numbers.datacenter, "node": numbers.node,
                    "addresses": addresses, "policy": self.lock.environments[*environment].policy(host),
                });
                format!("{object}\n")
            }
            Format::Short => format!("{}\n", visible(&format!("{environment}/{host}"))),
            Format::Human => {
                let vmid = numbers.vmid.map_or(String::new(), |vmid| vmid.0.to_string());
                let addresses: Vec<String> = numbers.addresses.values().flatten().map(ToString::to_string).collect();
                let gone = if *state == "retired" { "  retired" } else { "" };
                let (environment, host) = (visible(environment), visible(host));
                let line = format!("{environment:first$}  {host:second$}  {vmid:>9}  {}{gone}", addresses.join(" "));
                format!("{}\n", line.trim_end())
            }
        };
        let mut text: String = rows.iter().map(line).collect();
        if rows.is_empty() && self.format == Format::Human {
            text = format!("{FILE} holds no machine\n");
        }
        Ok(self.world.print(Stream::Out, &text)?)
    }

    /// The environment that holds a machine by what is asked of it: the one that was named, or the only one, or the project's own.
    fn environment(
        &self,
        named: Option<&str>,
        host: &str,
        holds: impl Fn(&Environment) -> bool,
    ) -> Result<String, Stop> {
        let usage = |text: String| Err(Stop::Says(exit::USAGE, text));
        if let Some(named) = named
            && !self.lock.environments.contains_key(named)
        {
            let names = self.lock.environments.keys().map(String::as_str);
            let hint = match arvc_syntax::diagnostic::nearest(named, names) {
                Some(near) => format!("\nhelp: did you mean {near}?"),
                None => String::new(),
            };
            return usage(format!("{FILE} holds no environment {}{hint}", visible(named)));
        }
        let found = self.lock.environments.iter().filter(|(name, it)| named.is_none_or(|it| it == *name) && holds(it));
        let found: Vec<&String> = found.map(|(name, _)| name).collect();
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                let names = self.lock.environments.values().flat_map(|it| it.hosts.keys().chain(it.retired.keys()));
                let hint = match arvc_syntax::diagnostic::nearest(host, names.map(String::as_str)) {
                    Some(near) => format!("did you mean {near}?"),
                    None => "`arvc lock list` lists what it holds".into(),
                };
                usage(format!("{FILE} holds nothing of {}\nhelp: {hint}", visible(host)))
            }
            several => match &self.main {
                Some(main) if several.contains(&main) => Ok(main.clone()),
                _ => {
                    let names: Vec<String> = several.iter().map(|name| visible(name)).collect();
                    usage(format!(
                        "several environments hold {}: {}\nhelp: say which with --environment NAME",
                        visible(host),
                        names.join(", ")
                    ))
                }
            },
        }
    }

    fn release(&mut self, host: &str, named: Option<&str>, certificates: bool) -> Result<(), Stop> {
        let name = self.environment(named, host, |it| match certificates {
            true => it.certificates.contains_key(host),
            false => it.hosts.contains_key(host) || it.retired.contains_key(host),
        })?;
        let environment = self.lock.environments.entry(name.clone()).or_default();
        let said = if certificates {
            let grants = environment.certificates.remove(host).unwrap_or_default();
            let plural = if grants.len() == 1 { "" } else { "s" };
            format!("released what {} certificate{plural} of {} granted\n", grants.len(), visible(host))
        } else {
            let (present, retired) = (environment.hosts.remove(host), environment.retired.remove(host));
            environment.renamed.retain(|_, new| new != host);
            environment.unmanaged.remove(host);
            let mut said = String::new();
            for numbers in present.iter().chain(&retired) {
                said +=
                    &format!("released {} in {}: {}\n", visible(host), visible(&name), super::form::written(numbers));
            }
            if present.is_some() {
                said += "If the sources still have it, the next build numbers it anew, where they state no number: that is another machine.\n";
            }
            said
        };
        self.write(&said)
    }

    /// Lets go of where a machine runs; what it is stays.
    fn release_node(&mut self, host: &str, named: Option<&str>) -> Result<(), Stop> {
        let is_placed = |it: &Environment| it.hosts.get(host).is_some_and(|numbers| numbers.node.is_some());
        let name = self.environment(named, host, is_placed)?;
        let environment = self.lock.environments.entry(name).or_default();
        let node = environment.hosts.get_mut(host).and_then(|numbers| numbers.node.take()).unwrap_or_default();
        let said =
            format!("released {} from {}: the next build chooses its node again\n", visible(host), visible(&node));
        self.write(&said)
    }

    fn applied(&mut self, host: &str, fields: &[String], named: Option<&str>) -> Result<(), Stop> {
        let name = self.environment(named, host, |it| it.unmanaged.contains_key(host))?;
        let environment = self.lock.environments.entry(name).or_default();
        let held = environment.unmanaged.get(host).cloned().unwrap_or_default();
        let (done, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            held.into_iter().partition(|(field, _)| fields.is_empty() || fields.contains(field));
        if let Some(unknown) = fields.iter().find(|field| !done.contains_key(*field)) {
            let known: Vec<String> = done.keys().chain(rest.keys()).map(|field| visible(field)).collect();
            return Err(Stop::Says(
                exit::USAGE,
                format!(
                    "{FILE} holds nothing of {} of {}\nhelp: it holds {}",
                    visible(unknown),
                    visible(host),
                    known.join(", ")
                ),
            ));
        }
        match rest.is_empty() {
            true => drop(environment.unmanaged.remove(host)),
            false => drop(environment.unmanaged.insert(host.to_owned(), rest)),
        }
        let done: Vec<String> = done.keys().map(|field| visible(field)).collect();
        self.write(&format!(
            "applied to {}: {}; the next build holds what the sources say\n",
            visible(host),
            done.join(", ")
        ))
    }

    fn release_all(&mut self, name: &str) -> Result<(), Stop> {
        let name = self.environment(Some(name), name, |_| true)?;
        let gone = self.lock.environments.remove(&name).unwrap_or_default();
        let count = gone.hosts.len() + gone.retired.len();
        let plural = if count == 1 { "" } else { "s" };
        self.write(&format!("released the environment {}: {count} machine{plural}\n", visible(&name)))
    }

    fn rename(&mut self, old: &str, new: &str, named: Option<&str>) -> Result<(), Stop> {
        let name = self.environment(named, old, |it| it.hosts.contains_key(old) || it.retired.contains_key(old))?;
        let environment = self.lock.environments.entry(name).or_default();
        if environment.hosts.contains_key(new) || environment.retired.contains_key(new) {
            return Err(Stop::Says(
                exit::USAGE,
                format!(
                    "{FILE} holds {0} already, with numbers of its own\nhelp: if no machine has those: `arvc lock release {0}`",
                    visible(new)
                ),
            ));
        }
        let policy = environment.policy_after(old, new);
        let Some(mut numbers) = environment.hosts.remove(old).or_else(|| environment.retired.remove(old)) else {
            return Ok(());
        };
        numbers.policy = policy;
        let said = format!("{} is {} now: {}\n", visible(old), visible(new), super::form::written(&numbers));
        environment.rename(old, new);
        environment.hosts.insert(new.to_owned(), numbers);
        self.write(&said)
    }

    /// Gives rules another name; which machines have them stays.
    fn rename_policy(&mut self, old: &str, new: &str, named: Option<&str>) -> Result<(), Stop> {
        let has = |it: &Environment, name: &str| it.hosts.keys().any(|host| it.policy(host) == Some(name));
        let usage = |text: String| Err(Stop::Says(exit::USAGE, text));
        if !is_policy_name(new) || new.contains('.') {
            return usage(format!(
                "{} is no name of rules\nhelp: it becomes a file's name: lower-case letters, digits and hyphens",
                visible(new)
            ));
        }
        let known = self.lock.environments.values();
        let known: BTreeSet<&str> = known.flat_map(|it| it.hosts.keys().filter_map(|host| it.policy(host))).collect();
        if !known.contains(old) {
            let hint = match arvc_syntax::diagnostic::nearest(old, known) {
                Some(near) => format!("\nhelp: did you mean {near}?"),
                None => String::new(),
            };
            return usage(format!("{FILE} holds no rules that are called {}{hint}", visible(old)));
        }
        let name = self.environment(named, old, |it| has(it, old))?;
        let environment = self.lock.environments.entry(name).or_default();
        if old != new && has(environment, new) {
            return usage(format!("{FILE} holds other rules that are called {} already", visible(new)));
        }
        let count = environment.rename_policy(old, new);
        let plural = if count == 1 { "" } else { "s" };
        self.write(&format!("the rules {} of {count} machine{plural} are called {} now\n", visible(old), visible(new)))
    }

    /// Writes the lock, and tells people.
    fn write(&mut self, said: &str) -> Result<(), Stop> {
        file::write(self.world, &self.cwd, &self.root, &self.lock)?;
        match self.format {
            Format::Human => Ok(self.world.print(Stream::Out, said)?),
            _ => Ok(()),
        }
    }
}
