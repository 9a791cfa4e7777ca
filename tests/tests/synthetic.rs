//! The synthetic site that times are measured on says nothing: a check that is loud there would be loud everywhere.

use arvc::pipeline;
use arvc::source::Problem;

#[test]
fn the_synthetic_site_and_every_example_check_without_a_word() {
    let synthetic = ("synthetic".to_owned(), arvc_tests::synthetic::site(120));
    let examples = ["arvandor", "containers", "small"].map(|name| {
        let text = std::fs::read_to_string(arvc_tests::example(name)).expect("the example is there");
        (name.to_owned(), text)
    });
    for (name, text) in examples.into_iter().chain([synthetic]) {
        let mut load = |path: &str| {
            let file = arvc_tests::example(&name).with_file_name(path);
            std::fs::read_to_string(file).map_err(|_| Problem::NotFound)
        };
        let checked = pipeline::check("site.arv", text, &mut load);
        let words: Vec<String> =
            checked.diagnostics.iter().map(|problem| format!("{}: {}", problem.code.id, problem.message)).collect();
        let deserved = match name.as_str() {
            // Its clusters of three are on its only node.
            "arvandor" => vec![arvc_tests::ARVANDOR_LINT],
            _ => Vec::new(),
        };
        assert_eq!(words, deserved, "{name}");
    }
}
