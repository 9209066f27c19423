//! Takes along which source this is: the commit's name and the source itself, for the page about
//! the server (S38). Without git both stay empty, and the server says that it does not know.

use std::path::Path;
use std::process::{Command, Stdio};

#[expect(
    clippy::disallowed_methods,
    reason = "a build script gets its folders from the environment"
)]
fn main() {
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for watched in [".git/HEAD", ".git/logs/HEAD", ".git/index"] {
        let path = root.join(watched);
        if path.exists() {
            println!("cargo:rerun-if-changed={}", path.display());
        }
    }
    let commit = git(&root, &["rev-parse", "HEAD"]).unwrap_or_default();
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let archive = match commit.as_str() {
        "" => Vec::new(),
        commit => git(&root, &["archive", "--format=tar.gz", commit]).unwrap_or_default(),
    };
    std::fs::write(Path::new(&out).join("source.tar.gz"), archive).expect("OUT_DIR can be written");
    println!("cargo:rustc-env=CANDOR_COMMIT={commit}");
}

fn git(root: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git")
        .current_dir(root)
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}
