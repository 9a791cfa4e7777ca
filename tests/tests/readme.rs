//! What README and the chapter of the command line show: the site there is a good one, and the messages are the real ones.

use std::ffi::OsString;
use std::fs;

use arvc::world::memory::Memory;
use arvc_tests::root;
use pretty_assertions::assert_eq;

/// The fenced blocks of a text behind one of its lines.
fn blocks(path: &str, behind: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(path)).expect("the text can be read");
    let (_, rest) = text.split_once(behind).unwrap_or_else(|| panic!("{path} has no {behind:?}"));
    rest.split("\n```").skip(1).step_by(2).map(|block| block.split_once('\n').expect("lines").1.to_owned()).collect()
}

/// The site that README shows, and what the text changes in it.
fn site() -> (String, String) {
    let site = format!("{}\n", blocks("README.md", "## A site")[0]);
    let wrong = site.replace("vmid = 1002;", "vmid = 1001;");
    assert_ne!(site, wrong);
    (site, wrong)
}

fn check(site: &str, format: &str) -> Memory {
    let mut world = Memory::new("/lab");
    world.file("/lab/site.arv", site);
    let line = format!("arvc check site.arv --message-format {format}");
    arvc::run(line.split_whitespace().map(OsString::from), &mut world);
    world
}

#[test]
fn the_site_of_the_readme_is_good_and_draws_no_lint() {
    let world = check(&site().0, "human");
    assert_eq!(world.stderr, "");
    assert!(world.stdout.starts_with("site.arv is good: 2 machines"), "{}", world.stdout);
}

#[test]
fn the_message_of_the_readme_is_the_real_one() {
    let shown = &blocks("README.md", "## A site")[1];
    assert_eq!(check(&site().1, "human").stderr, format!("{shown}\n\n1 error\n"));
}

#[test]
fn the_short_message_of_the_law_is_the_real_one() {
    let shown = &blocks("lang-spec/cli.md", "## Message formats")[0];
    assert_eq!(check(&site().1, "short").stderr, format!("{shown}\n"));
}

/// Runs lines of a shell, as far as they are a command of arvc and where its output goes to; the last one's status and output.
fn shell(world: &mut Memory, folder: &str, lines: &str) -> (u8, String) {
    let mut last = (0, String::new());
    for line in lines.lines() {
        let (command, file) = line.split_once(" > ").map_or((line, None), |(command, file)| (command, Some(file)));
        let status = arvc::run(command.split_whitespace().map(OsString::from), world);
        last = (status, std::mem::take(&mut world.stdout));
        if let Some(file) = file {
            assert_eq!(status, 0, "{line}: {}", world.stderr);
            world.file(format!("{folder}/{file}"), &last.1);
        }
    }
    last
}

#[test]
fn proof_and_files_are_compared_by_the_lines_of_the_law() {
    let recipe = blocks("lang-spec/cli.md", "With `--against`").swap_remove(0);
    let projects = arvc_tests::projects::examples();
    let project = projects.iter().find(|project| project.name == "nuc").expect("the example");
    let mut world = Memory::new("/lab");
    for (path, text) in &project.files {
        world.file(format!("/lab/{path}"), text);
    }
    assert_eq!(shell(&mut world, "/lab", "arvc build").0, 0, "{}", world.stderr);
    world.stderr.clear();
    assert_eq!(shell(&mut world, "/lab", &recipe), (0, String::new()), "{}", world.stderr);
    // Some are known to neither, with other words.
    assert!(!world.stderr.ends_with(" 0 are not known to both\n"), "{}", world.stderr);
    let filter = "/lab/out/ansible/files/filter/front.v4";
    let text = world.text(filter).expect("the filter of a machine").replace(":INPUT DROP", ":INPUT ACCEPT");
    world.file(filter, text);
    let (status, told) = shell(&mut world, "/lab", &recipe);
    assert_eq!(status, 1);
    assert!(told.lines().count() > 0 && told.lines().all(|line| line.contains(r#""against":"closed""#)), "{told}");
}
