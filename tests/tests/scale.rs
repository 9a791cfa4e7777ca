//! What a site costs as it grows, told by what can be counted and never by a clock: twice as many teams give twice as
//! many policies, rules and files.

use arvc::pipeline::{self, Checked};
use arvc::source::Problem;
use arvc_reach::policy::policies;
use arvc_tests::synthetic;
use pretty_assertions::assert_eq;

fn check(hosts: usize) -> Checked {
    pipeline::check("site.arv", synthetic::site(hosts), &mut |_: &str| Err(Problem::NotFound))
}

#[test]
fn a_synthetic_site_gives_no_diagnostic() {
    for hosts in [28, 45, 128] {
        let messages: Vec<String> = check(hosts).diagnostics.iter().map(|found| found.message.clone()).collect();
        assert_eq!(messages, Vec::<String>::new(), "{hosts} hosts");
    }
}

/// Policies, rules, files and bytes.
fn counts(teams: usize) -> [usize; 4] {
    let site = check(8 + 20 * teams).site.expect("the synthetic site is good");
    let policies = policies(&site);
    let tree = arvc_emit::emit(&site, &policies, "site.arv");
    [
        policies.list.len(),
        policies.list.iter().map(|policy| policy.inbound.len() + policy.outbound.len()).sum(),
        tree.files.len(),
        tree.files.values().map(|file| file.text.len()).sum(),
    ]
}

#[test]
fn policies_rules_and_files_grow_with_the_number_of_teams_and_not_with_its_square() {
    let [few, twice, again] = [5, 10, 20].map(counts);
    for (what, index) in [("policies", 0), ("rules", 1), ("files", 2)] {
        let (first, second) = (twice[index] - few[index], again[index] - twice[index]);
        assert!(first > 0, "{what} grow");
        assert_eq!(second, 2 * first, "{what}: {}, {}, {}", few[index], twice[index], again[index]);
    }
    // Numbers have more digits as they grow.
    let (first, second) = (twice[3] - few[3], again[3] - twice[3]);
    assert!(second * 10 < 2 * first * 11, "bytes: {}, {}, {}", few[3], twice[3], again[3]);
}
