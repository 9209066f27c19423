//! Takes along which source this is: a name for it, and the source itself, for the page about the
//! server (S38). Files that were changed since the last commit are taken as they are, and the name
//! says so. Without git both stay empty, and the server says that it does not know.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is built into the program, and what makes a new name.
const WATCHED: [&str; 8] =
    [".git/HEAD", ".git/index", "crates", "pages", "assets", "Cargo.toml", "Cargo.lock", "tests"];

#[expect(
    clippy::disallowed_methods,
    reason = "a build script gets its folders from the environment"
)]
fn main() {
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets it"));
    // Asked when it runs: this program may have been compiled for another checkout.
    let package = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let root = Path::new(&package).join("../..");
    for path in WATCHED.map(|name| root.join(name)).iter().filter(|path| path.exists()) {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    let (name, archive) = Git::of(&root, &out).and_then(|git| git.source()).unwrap_or_default();
    std::fs::write(out.join("source.tar.gz"), archive).expect("OUT_DIR can be written");
    println!("cargo:rustc-env=CANDOR_BUILD={name}");
}

/// Git on the checkout, with an index and new objects of its own, so that nothing there changes.
struct Git {
    root: PathBuf,
    index: PathBuf,
    objects: PathBuf,
    old_objects: PathBuf,
}

impl Git {
    fn of(root: &Path, out: &Path) -> Option<Self> {
        let objects = out.join("objects");
        std::fs::create_dir_all(&objects).ok()?;
        let mut git = Self {
            root: root.to_owned(),
            index: out.join("index"),
            objects,
            old_objects: PathBuf::new(),
        };
        let folder = git.line(&["rev-parse", "--git-common-dir"])?;
        git.old_objects = root.join(folder).join("objects").canonicalize().ok()?;
        Some(git)
    }

    /// Names and packs the files as they are now.
    fn source(&self) -> Option<(String, Vec<u8>)> {
        let head = self.line(&["rev-parse", "HEAD"])?;
        self.run(&["read-tree", "HEAD"])?;
        self.run(&["add", "--all", "."])?;
        let tree = self.line(&["write-tree"])?;
        let unchanged = self.line(&["rev-parse", "HEAD^{tree}"])? == tree;
        let (name, commit) = match unchanged {
            true => (head.get(..12)?.to_owned(), head),
            false => {
                let changed =
                    self.line(&["commit-tree", &tree, "-p", &head, "-m", "changed files"])?;
                (format!("{}-changed-{}", head.get(..12)?, tree.get(..8)?), changed)
            }
        };
        Some((name, self.run(&["archive", "--format=tar.gz", "--prefix=candor/", &commit])?))
    }

    fn line(&self, arguments: &[&str]) -> Option<String> {
        Some(String::from_utf8(self.run(arguments)?).ok()?.trim().to_owned())
    }

    fn run(&self, arguments: &[&str]) -> Option<Vec<u8>> {
        let mut git = Command::new("git");
        // Whoever owns the checkout: nothing of it is run. Same files, same archive: no real dates.
        git.args([
            "-c",
            "safe.directory=*",
            "-c",
            "user.name=build",
            "-c",
            "user.email=build@localhost",
        ]);
        git.env("GIT_INDEX_FILE", &self.index).env("GIT_OBJECT_DIRECTORY", &self.objects);
        git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &self.old_objects);
        git.env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z");
        git.env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z");
        let output =
            git.current_dir(&self.root).args(arguments).stderr(Stdio::null()).output().ok()?;
        output.status.success().then_some(output.stdout)
    }
}
