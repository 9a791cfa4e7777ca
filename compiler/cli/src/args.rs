//! The command line's grammar and its help, written for somebody who has never seen arvc.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::libraries::command::Lib;
use crate::messages::Format;
use crate::{audit, diff, lock, reach};

/// arvc compiles the description of a self-hosted infrastructure into the files that its tools read: Terraform for
/// Proxmox, Ansible, Nebula, packet filters, DNS. It writes nothing before the whole description is proved to hold
/// together.
#[derive(Debug, Parser)]
#[command(name = "arvc", version, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// Same as `arvc check SITE`, as editors call it
    #[arg(long, value_name = "SITE", num_args = 0..=1)]
    check: Option<Option<PathBuf>>,

    /// With --check: take the text of PATH from standard input
    #[arg(long, value_name = "PATH", requires = "check")]
    stdin_path: Option<PathBuf>,

    /// How problems and results are printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "human", global = true)]
    message_format: Format,
}

/// What arvc does.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Compile a site and write the tree of files that its tools read
    ///
    /// The new tree is staged beside the old one and takes its place as a whole. Files that arvc did not write stay as
    /// they are: Terraform's state and lock files, keys, notes. If one of them stands where a file must go, or if
    /// somebody edited a file that arvc wrote, nothing is written and the list is printed.
    #[command(after_help = BUILD)]
    Build {
        /// The site's file [default: `entry` of the nearest arv.toml, else ./site.arv]
        site: Option<PathBuf>,
        /// The folder of the tree [default: `out` of arv.toml, else out/ beside SITE]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Replace files of the tree that were edited by hand, and a tree that another site wrote
        #[arg(long)]
        overwrite: bool,
        /// Fail if arv.lock would change: for CI
        #[arg(long)]
        locked: bool,
    },
    /// Report every problem of a site, or of a library; write nothing
    ///
    /// A file that a site includes or imports is checked with that site, which is looked for in the project. A folder without a
    /// site.arv is a library: each source in it is checked by itself.
    #[command(after_help = CHECK)]
    Check {
        /// The site's file, a part of it, or the folder of a library [default: `entry` of the nearest arv.toml, else
        /// ./site.arv]
        #[arg(value_name = "SITE")]
        site: Option<PathBuf>,
        /// Take the text of PATH from standard input, for editors: what is not saved yet is checked as if it stood there.
        /// Without SITE, PATH is the site or a part of it; with it, a file that the site imports
        #[arg(long, value_name = "PATH")]
        stdin_path: Option<PathBuf>,
        /// Fail if arv.lock would change: for CI
        #[arg(long)]
        locked: bool,
    },
    /// Print the value of a path or an expression, or who says what it is
    ///
    /// An expression stands where a further field of the site's record would: the names of the record and of the `let` in
    /// front of it are in scope. Problems of the site that the value does not depend on do not matter.
    #[command(after_help = EVAL)]
    Eval {
        /// The site's file [default: `entry` of the nearest arv.toml, else ./site.arv]. A single argument is PATH, unless
        /// it ends in .arv or has a `/`
        site: Option<PathBuf>,
        /// A path of the site, as hosts.web.memory; without it and --expr, the whole site
        path: Option<String>,
        /// An expression
        #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
        expr: Option<String>,
        /// Take FILE as it is: no site, but a library, a function, any value
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Tell who says what PATH is, who lost, and where
        #[arg(long, conflicts_with = "expr")]
        why: bool,
        /// Print the type instead of the value; nothing is evaluated
        #[arg(long = "type", conflicts_with = "why")]
        of_type: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print documentation: of std, the schema, the functions of the language, and of files with `##` comments
    ///
    /// Without NAME it lists what there is. A `##` comment in front of a definition, an argument or a file documents it; it
    /// is Markdown.
    #[command(after_help = DOC)]
    Doc {
        /// A file of the project. A single argument is NAME, unless it ends in .arv or has a `/`
        file: Option<PathBuf>,
        /// A name, as std.dns, Host.memory, map; with FILE, one of its definitions
        name: Option<String>,
        /// Print Markdown
        #[arg(long)]
        markdown: bool,
    },
    /// Bring sources into the one style
    ///
    /// There is nothing to set: indentation is two blanks, lines have up to 120 characters, and comments stay where they
    /// belong. What was written over several lines stays so. A file with mistakes is left as it is, and they are printed.
    #[command(after_help = FMT)]
    Fmt {
        /// Files, and folders whose *.arv are formatted, but for out/, vendor/ and what is hidden [default: the folder of
        /// the site]
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Write nothing: show what would change, and end with status 1 if anything would
        #[arg(long)]
        check: bool,
        /// Read a source from standard input and print it formatted, for editors
        #[arg(long, conflicts_with = "paths")]
        stdin: bool,
    },
    /// Keep libraries: copy them into the project, lock them, list them, remove them
    ///
    /// A library lies in vendor/NAME and is imported as `import "NAME"`. arv.toml lists it, and arv.lock holds its hash: a build
    /// stops if a file of it is not what was locked. Nothing is fetched; all of it is meant to be committed.
    #[command(after_help = LIB)]
    Lib {
        /// What to do
        #[command(subcommand)]
        command: Lib,
    },
    /// Bring arv.lock up to date without building; list it, release numbers, rename
    ///
    /// arv.lock holds the numbers of machines from build to build, and is meant to be committed. After a merge, this keeps what both
    /// sides say.
    #[command(after_help = LOCK)]
    Lock(lock::command::Arguments),
    /// Tell who can reach whom, on which path, and what each layer on it does
    ///
    /// Every path is judged layer by layer, by what is emitted: the Proxmox firewall, Nebula, the packet filters. Beside each
    /// decision stand the flows that open it and their lines.
    #[command(after_help = REACH)]
    Reach(reach::Arguments),
    /// Read a tree of files back and say what it lets through, whoever wrote it
    ///
    /// It reads Terraform's machines and firewalls for Proxmox, Proxmox's own .fw files, Nebula's configurations and certificates,
    /// rules of iptables and nft, and Ansible's inventory; it decides packets as the programs do that these files are for. What it
    /// cannot read or decide is unknown, and never guessed.
    #[command(after_help = AUDIT)]
    Audit(audit::Arguments),
    /// Tell what a change does: connections, machines, certificates, names, files
    ///
    /// Without BEFORE, it is what a build would change. BEFORE and AFTER are revisions of git, folders with a tree, or sites. A
    /// revision is compiled with its own sources, lock and libraries, and nothing is checked out; sites are compared by what is
    /// proved of them, and a tree by what is read back from its files.
    #[command(after_help = DIFF)]
    Diff(diff::Arguments),
    /// Print what a code means and what to do; without CODE, list all codes
    #[command(after_help = EXPLAIN)]
    Explain {
        /// A code that a message shows between brackets, as E0301
        code: Option<String>,
    },
}

const EXAMPLES: &str = "\
Examples:
  arvc check                     check ./site.arv, or the entry of the nearest arv.toml
  arvc build lab/site.arv        write lab/out/
  arvc build --out /srv/tree     write another folder
  arvc eval --why hosts.a.vmid   what it is, who says so, and who lost
  arvc doc std.dns               what a function of the library takes and gives
  arvc fmt                       bring the site's sources into the one style
  arvc reach shop dns:53/udp     whether it is open, layer by layer
  arvc diff                      what a build would change
  arvc explain E0301             what a message is about

Exit status:
  0  good; there may be warnings
  1  problems in the source, and nothing was written; sources that `fmt --check` would change
  2  wrong use of the command line or of arv.toml
  3  the outside world failed: a file that cannot be read, a folder that cannot be written
  4  `diff --exit-code`, and something changes

Messages for people go to standard error, results and JSON to standard output.
NO_COLOR=1 turns colour off.";

const BUILD: &str = "\
Examples:
  arvc build                     the site here, into out/ beside it
  arvc build site.arv --out tree
  arvc build --overwrite         lose what was edited by hand inside the tree";

const CHECK: &str = "\
Examples:
  arvc check
  arvc check --message-format json site.arv
  arvc check lib/                          a folder of sources that are no site
  arvc check --stdin-path hosts/web.arv < buffer
  arvc check site.arv --stdin-path hosts/web.arv < buffer";

const EVAL: &str = "\
Examples:
  arvc eval hosts.web.memory
  arvc eval staging.arv hosts.web        what the host is in another environment
  arvc eval --why hosts.web.memory       every definition of it, the winner first
  arvc eval --type --expr 'h: h.vmid'
  arvc eval --expr 'map (h: h.vmid) (values hosts)' --json
  arvc eval --file lib/net.arv           a file that is no site";

const DOC: &str = "\
Examples:
  arvc doc                       everything that has a name
  arvc doc std.dns               a function: its arguments, what it gives, an example
  arvc doc Host.memory           a field of the schema
  arvc doc lib/net.arv           a library of your own
  arvc doc lib/net.arv member
  arvc doc std --markdown > std.md";

const FMT: &str = "\
Examples:
  arvc fmt                       every source of the site here
  arvc fmt site.arv lib/
  arvc fmt --check               for CI: a diff, and status 1 if there is one
  arvc fmt --stdin < buffer      for editors";

const LIB: &str = "\
Examples:
  arvc lib add acme ~/src/acme
  arvc lib add acme acme-1.2.0.tar.gz --source https://example.org/acme-1.2.0.tar.gz
  arvc lib list
  arvc lib lock                  after a change in vendor/ that is meant, and after a merge";

const LOCK: &str = "\
Examples:
  arvc lock                      after a merge, or to see what is new before a build
  arvc lock list
  arvc lock release wiki         its numbers may be another machine's from now on
  arvc lock release db-2 --node  its node is chosen again
  arvc lock rename store shop
  arvc lock applied siem disks   its disks were changed by hand to what the site says
  arvc lock release web-1 --environment staging";

const REACH: &str = "\
Examples:
  arvc reach shop dns:53/udp             every layer, with the lines that open it
  arvc reach shop db                     what is open
  arvc reach groups.games any            all, some or none; the exit status is 0 only for all
  arvc reach --to services.db.sql        who can reach it
  arvc reach --table                     which group can reach which
  arvc reach --matrix --csv
  arvc reach --unused                    what is allowed and nothing needs
  arvc reach --tightest                  the policy that would do";

const AUDIT: &str = "\
Examples:
  arvc audit out                       what is open, what means other than it seems, what was not understood
  arvc audit out shop dns              between two machines
  arvc audit out shop dns:53/udp       one question, and each layer's decision with its lines
  arvc audit out internet web:443/tcp
  arvc audit site.arv                  the tree that a build of a site would write
  arvc audit /etc/pve --nebula 1.9.3 --json";

const DIFF: &str = "\
Examples:
  arvc diff                            what a build would change in out/
  arvc diff --text                     and the lines of its files
  arvc diff main                       since a revision
  arvc diff v1.2 v1.3                  between two
  arvc diff /srv/tree                  from a tree, whoever wrote it
  arvc diff staging.arv prod.arv       between two sites
  arvc diff --exit-code --json main    for CI: status 0 if nothing changes, 4 if something does";

const EXPLAIN: &str = "\
Examples:
  arvc explain                   every code with its title
  arvc explain E0301";

/// A command line that makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub command: Command,
    /// How problems are printed.
    pub format: Format,
}

/// A command line that asks for help, or makes no sense.
pub type Usage = clap::Error;

/// Reads the command line; the first argument is the program's name.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, Usage> {
    let arguments = Arguments::try_parse_from(args)?;
    let usage = |kind, message: &str| Err(Arguments::command().error(kind, message));
    let command = match (arguments.command, arguments.check) {
        (Some(command), None) => command,
        (None, Some(site)) => Command::Check { site, stdin_path: arguments.stdin_path, locked: false },
        (Some(_), Some(_)) => {
            return usage(
                ErrorKind::ArgumentConflict,
                "--check is a command of its own; it goes with no other command",
            );
        }
        (None, None) => {
            return usage(
                ErrorKind::MissingSubcommand,
                "a command is missing: build, check, eval, doc, fmt, lib, lock, reach, audit, diff or explain",
            );
        }
    };
    Ok(Request { command, format: arguments.message_format })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, Usage> {
        parse(format!("arvc {line}").split_whitespace().map(OsString::from))
    }

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_editors_form_is_the_command_check() {
        assert_eq!(parsed("--check a.arv").unwrap(), parsed("check a.arv").unwrap());
        assert_eq!(parsed("--check").unwrap(), parsed("check").unwrap());
        assert_eq!(
            parsed("--check --stdin-path a.arv --message-format json").unwrap(),
            parsed("--message-format json check --stdin-path a.arv").unwrap()
        );
    }

    #[test]
    fn a_command_line_that_makes_no_sense_is_refused() {
        let bad = [
            "",
            "biuld",
            "build a b",
            "check --out x",
            "--check a build",
            "--stdin-path a check",
            "--stdin-path a",
            "check --message-format xml",
            "explain E1 E2",
            "build --stdin-path a",
            "fmt --stdin a.arv",
            "fmt --out x",
            "lib",
            "lib add acme",
            "lib add acme x y",
            "lib remove",
            "lib list acme",
            "lock release",
            "lock rename a",
            "lock list a",
            "lock release --certificates",
            "lock release --node",
            "lock release a --node --certificates",
            "diff a b c",
        ];
        for line in bad {
            assert_eq!(parsed(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
