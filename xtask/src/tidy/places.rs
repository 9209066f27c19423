//! Rooms that only some files may enter: SQL, the router, the file system.

use super::has_word;
use crate::tree::{File, Tree};

/// What only some files may name.
struct Room {
    /// Names of packages, or of what is in them.
    names: &'static [&'static str],
    /// Folders that may name it: their first steps.
    folders: &'static [&'static str],
    /// The room of a slice that may: a file `NAME.rs` or a folder `NAME`.
    room: Option<&'static str>,
    /// Where it belongs.
    belongs: &'static str,
}

const ROOMS: [Room; 3] = [
    Room {
        names: &["sqlx::query", "sqlx::raw_sql", "sqlx::QueryBuilder", "rusqlite"],
        folders: &["crates/database/", "crates/segments/"],
        room: Some("store"),
        belongs: "SQL stands in the store of a slice, in database and in segments",
    },
    Room {
        names: &["axum"],
        folders: &["crates/web/", "crates/candor/"],
        room: Some("http"),
        belongs: "axum is known to the http of a slice, to web and to the binary",
    },
    Room {
        names: &["std::fs", "tokio::fs"],
        folders: &[
            "crates/candor/",
            "crates/segments/",
            "crates/database/",
            "crates/web/src/serve",
        ],
        room: None,
        belongs: "files are opened by the binary, by segments and database, and where web serves",
    },
];

/// Finds code that is in the wrong room.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let files = tree.ending(".rs").filter(|file| file.path.starts_with("crates/"));
    let mut findings = Vec::new();
    for file in files.filter(|file| !file.serves_tests()) {
        for room in ROOMS.iter().filter(|room| !room.is_open_to(file)) {
            let path = &file.path;
            let wrong =
                file.code().filter(|(_, line)| room.names.iter().any(|name| names(line, name)));
            findings.extend(wrong.map(|(number, _)| format!("{path}:{number}: {}.", room.belongs)));
        }
    }
    findings
}

impl Room {
    fn is_open_to(&self, file: &File) -> bool {
        let in_room = |room: &str| {
            let mut steps = file.path.trim_end_matches(".rs").split('/').skip(3);
            steps.any(|step| step == room)
        };
        self.folders.iter().any(|folder| file.path.starts_with(folder))
            || self.room.is_some_and(in_room)
    }
}

/// Tells whether a line names a package, or something in it: `std::fs`, or `use std::{fs, io}`.
fn names(line: &str, name: &str) -> bool {
    let Some((package, item)) = name.split_once("::") else { return has_word(line, name) };
    let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    let group = format!("use {package}::{{");
    line.contains(name) || (line.contains(&group) && words.any(|word| word.starts_with(item)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn sql_stands_in_stores() {
        for line in
            ["sqlx::query(\"x\")", "sqlx::query_as()", "use sqlx::{Row, query};", "rusqlite::Row"]
        {
            for (path, expected) in [
                ("crates/review/src/store.rs", 0),
                ("crates/review/src/store/requests.rs", 0),
                ("crates/database/src/jobs.rs", 0),
                ("crates/segments/src/read.rs", 0),
                ("crates/testing/src/databases.rs", 0),
                ("crates/review/tests/it/main.rs", 0),
                ("crates/review/src/rules/tests.rs", 0),
                ("crates/review/src/rules.rs", 1),
                ("crates/review/src/restore.rs", 1),
                ("crates/candor/src/main.rs", 1),
                ("crates/store/src/lib.rs", 1),
            ] {
                assert_eq!(findings(path, line), expected, "{path}: {line}");
            }
        }
        assert_eq!(findings("crates/review/src/rules.rs", "#[from] sqlx::Error"), 0);
    }

    #[test]
    fn the_router_is_known_to_few() {
        for (path, expected) in [
            ("crates/web/src/page.rs", 0),
            ("crates/review/src/http.rs", 0),
            ("crates/review/src/http/forms.rs", 0),
            ("crates/candor/src/main.rs", 0),
            ("crates/review/src/rules.rs", 1),
            ("crates/kernel/src/lib.rs", 1),
        ] {
            assert_eq!(findings(path, "use axum::Router;"), expected, "{path}");
        }
    }

    #[test]
    fn files_are_opened_by_few() {
        for line in ["std::fs::read(path)", "use std::{fs, io};", "use tokio::fs::File;"] {
            for (path, expected) in [
                ("crates/candor/src/config.rs", 0),
                ("crates/web/src/serve.rs", 0),
                ("crates/web/src/serve/tls.rs", 0),
                ("crates/web/src/page.rs", 1),
                ("crates/review/src/store.rs", 1),
            ] {
                assert_eq!(findings(path, line), expected, "{path}: {line}");
            }
        }
    }

    #[test]
    fn comments_and_tests_may_name_anything() {
        let text =
            "//! Knows no axum.\nfn rule() {}\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert_eq!(findings("crates/review/src/rules.rs", text), 0);
    }
}
