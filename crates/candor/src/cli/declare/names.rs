//! The names under which files are pushed: what they say of the pushing machine is not sent.

/// Takes from each name the folders that all of them share.
pub(super) fn short(files: Vec<(String, String)>) -> Vec<(String, String)> {
    let folder = |name: &str| name.rfind('/').map_or(0, |end| end + 1);
    let mut names = files.iter().map(|(name, _)| &name[..folder(name)]);
    let first = names.next().unwrap_or_default();
    let shared = names.fold(first, |shared, name| {
        let alike = shared.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        &shared[..shared[..shared.floor_char_boundary(alike)].rfind('/').map_or(0, |end| end + 1)]
    });
    let length = shared.len();
    files.into_iter().map(|(name, text)| (name[length..].to_owned(), text)).collect()
}

/// Returns the name under which a file of an SDK is pushed.
pub(super) fn of_library(name: &str) -> String {
    format!("library/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_where_they_differ() {
        for (given, expected) in [
            (&["/srv/app/metrics.yaml"][..], &["metrics.yaml"][..]),
            (&["a/metrics.yaml", "a/pings.yaml"], &["metrics.yaml", "pings.yaml"]),
            (&["app/a/m.yaml", "app/ab/m.yaml"], &["a/m.yaml", "ab/m.yaml"]),
            (&["m.yaml", "app/p.yaml"], &["m.yaml", "app/p.yaml"]),
            (&["/x/é/m.yaml", "/x/è/m.yaml"], &["é/m.yaml", "è/m.yaml"]),
            (&[], &[]),
        ] {
            let files = given.iter().map(|name| ((*name).to_owned(), String::new())).collect();
            let names: Vec<_> = short(files).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, expected);
        }
    }
}
