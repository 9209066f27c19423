//! The definitions of real products.

use std::fs;

use candor_inventory::lint::{Profile, Severity, lint};

use crate::{line, options, vectors, without_days};

#[test]
fn of_real_products_we_say_what_glean_parser_says() {
    let folders = fs::read_dir(vectors().join("products")).expect("the products are there");
    let mut metrics = 0;
    for folder in folders {
        let folder = folder.expect("the folder can be read").path();
        let Ok(expected) = fs::read_to_string(folder.join("glinter.expected.txt")) else {
            panic!("{folder:?} has no record");
        };
        let arguments = expected.lines().next().and_then(|first| first.split("glinter ").nth(1));
        let arguments = arguments.expect("it says how it was run").split(" (").next();
        let arguments = arguments.unwrap_or_default();
        let files = arguments.split(' ').filter(|word| word.ends_with(".yaml"));
        let read = |name: &str| {
            let text = fs::read_to_string(folder.join(name)).expect("the file is there");
            (name.to_owned(), text)
        };
        let files: Vec<_> = files.map(read).collect();
        let linted = lint(&files, &options(arguments, Profile::Glean));
        metrics += linted.metrics;

        let is_nit = |line: &&str| line.starts_with("WARNING: ") || line.starts_with("ERROR: ");
        let mut told: Vec<_> = expected.lines().filter(is_nit).map(without_days).collect();
        let mut ours: Vec<_> = linted.nits.iter().map(line).collect();
        told.sort();
        ours.sort();
        assert_eq!(ours, told, "{folder:?}");
        let code = expected.lines().nth(1).and_then(|line| line.strip_prefix("# exit code "));
        let ours = if linted.count(Severity::Error) > 0 { "1" } else { "0" };
        assert_eq!(Some(ours), code, "{folder:?}");
    }
    assert_eq!(metrics, 855, "all of them were read");
}
