//! The example of each code's page gives that code, at the line that says so, and no other; the example sites none.

use arvc_lang::functions::Calls;
use arvc_lang::{LoadError, Loader, evaluate_site};

/// Examples import nothing but `std`, which is in the library.
struct Nothing;

impl Loader for Nothing {
    fn load(&mut self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::NotFound)
    }

    fn list(&mut self, _: &str) -> Result<Vec<String>, LoadError> {
        Err(LoadError::NotFound)
    }
}

/// The code and line of every problem of a site.
fn problems(text: &str) -> Vec<(String, u32)> {
    let mut outcome = evaluate_site("site.arv", text.to_owned(), &mut Nothing);
    let mut problems = outcome.diagnostics;
    let data = outcome.data.expect("the example is a record");
    let calls = Calls::new(&outcome.sources, &mut outcome.functions);
    let (site, found) = arvc_site::resolve(&data, calls);
    problems.extend(found);
    problems.extend(arvc_reach::check(&site.expect("the example is a site")));
    let line = |span| outcome.sources.position(span).line;
    problems.iter().map(|problem| (problem.code.id.to_owned(), line(problem.span()))).collect()
}

#[test]
fn the_example_of_each_page_gives_its_code_and_nothing_else() {
    for code in arvc_reach::CODES {
        let page = code.page();
        let (_, example) = page.split_once("```arv site\n").expect("a page has an example");
        let (example, _) = example.split_once("```").expect("the example ends");
        // What a lock holds is read by `cli`, and the law's own test runs the page with it.
        if example.contains("# arv.lock:") {
            continue;
        }
        let mark = format!("# error: {}", code.id);
        let line = example.lines().position(|line| line.ends_with(&mark)).expect("the example says where");
        assert_eq!(problems(example), [(code.id.to_owned(), line as u32 + 1)], "{}", code.id);
    }
}

#[test]
fn the_example_sites_have_no_problem() {
    for name in ["small", "containers", "arvandor"] {
        let path = format!("{}/../../examples/{name}/site.arv", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("the example is there");
        let deserved: &[&str] = if name == "arvandor" { &["L0850"] } else { &[] };
        let found = problems(&text);
        assert_eq!(found.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), deserved, "{name}");
    }
}
