//! The pages of the codes: complete, and their examples give what they promise.

use arvc_syntax::parser::parse;
use arvc_syntax::problems::CODES;

/// Codes whose cause cannot be shown in a page: it is too long, or cannot be seen.
const WITHOUT_EXAMPLE: [&str; 2] = ["E0007", "E0011"];

#[test]
fn each_code_has_a_page_whose_example_gives_it() {
    for code in CODES {
        let page = code.page();
        for section in ["\n## What is wrong\n", "\n## Why\n", "\n## Example\n", "\n## What to do\n"] {
            assert!(page.contains(section), "{} lacks {section}", code.id);
        }
        let Some((_, rest)) = page.split_once("```arv\n") else {
            assert!(WITHOUT_EXAMPLE.contains(&code.id), "{} has no example", code.id);
            continue;
        };
        let example = rest.split_once("```").map(|(example, _)| example).unwrap_or_default();
        let expected = format!("# error: {}", code.id);
        let line = example.lines().position(|line| line.ends_with(&expected));
        let found = parse(example, 0).diagnostics;
        assert_eq!(found.len(), 1, "{}: {found:#?}", code.id);
        assert_eq!(found[0].code.id, code.id);
        let at = example[..found[0].span().start as usize].matches('\n').count();
        assert_eq!(Some(at), line, "{}", code.id);
    }
}

#[test]
fn codes_are_in_order_unique_and_of_texts() {
    assert!(CODES.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert!(CODES.iter().all(|code| code.id.starts_with("E00")));
}

#[test]
fn each_file_of_problems_is_listed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/problems");
    let files = std::fs::read_dir(folder).expect("the folder of problems").count();
    assert_eq!(files, CODES.len());
}
