//! Starts that cannot work: each ends with its own code and a sentence, and leaves nothing behind
//! that a better start would stumble over.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::home::{Home, SERVICES};
use crate::process::Process;

/// An address of this machine on which nobody answers, at least just now.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has one").to_string()
}

fn names(home: &Home) -> Vec<String> {
    let name = |path: &std::path::PathBuf| path.file_name().map(|name| name.display().to_string());
    home.files("data").keys().filter_map(name).collect()
}

/// Starts, expects the failure, and then starts as it should have been.
fn check(config: &str, arguments: &[(&str, &str)], code: i32, words: &[&str]) {
    let home = Home::new(config);
    std::fs::write(home.path("file"), "").expect("the folder is ours");
    let root = home.argument("");
    let values: Vec<_> = arguments.iter().map(|(_, value)| value.replace("~/", &root)).collect();
    let all = arguments.iter().zip(&values).flat_map(|((name, _), value)| [*name, value.as_str()]);
    let said = home.run(&[&["serve"][..], &all.collect::<Vec<_>>()].concat());
    assert_eq!(said.out, "", "{arguments:?}");
    let sentence = said.failed(code, words);
    assert!(sentence.trim_end().ends_with(['.', '\n', ')']) || code == 11, "{sentence}");
    for name in names(&home) {
        let whole = ["candor.lock", "candor.id", "dev-ca.pem", "dev-cert.pem", "dev-key.pem"];
        assert!(whole.contains(&name.as_str()), "{arguments:?}: {name}");
    }
    std::fs::write(home.path("candor.toml"), SERVICES).expect("the folder is ours");
    home.run(&["init"]).fine();
}

#[test]
fn folders_that_cannot_be_written() {
    let words = &["cannot be written", "name another"];
    check("", &[("--data", "~/file/data")], 12, words);
    check("", &[("--data", "/proc/candor")], 12, words);
    check("", &[("--keys", "~/file/keys")], 12, words);
    check("", &[("--database", "sqlite:~/file/candor.db")], 12, &["cannot be written"]);
}

#[test]
fn configurations_that_are_wrong() {
    check("listen = \"127.0.0.1:0\"\nlistn = 1\n", &[], 11, &["candor.toml", "line 2", "listn"]);
    check("", &[("--config", "~/none.toml")], 11, &["none.toml cannot be read"]);
    check("", &[("--keys", "~/data/keys")], 11, &["a copy of the data would hold its keys"]);
    check("", &[("--listen", "here")], 11, &["write it like 127.0.0.1:8080"]);
    for level in ["loud", "debug,hyper=trace"] {
        let words = &["is no level; write error, warn, info"];
        check(&format!("log = {level:?}"), &[], 11, words);
    }
    check("", &[("--tls", "maybe")], 11, &["write files, dev or off"]);
    let files = "[tls]\nmode = \"files\"\ncertificate = \"/none.pem\"\nkey = \"/none.pem\"\n";
    check(files, &[], 11, &["/none.pem", "PEM certificate chain"]);
    check("[services]\nreports = true\n", &[], 11, &["needs telemetry = true"]);
    check("", &[("--database", "mysql://me:secret@host/db")], 11, &["Write sqlite:PATH or"]);
}

#[test]
fn addresses_that_cannot_be_used() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it has one").to_string();
    let words = &["is in use by another program", "--listen"];
    check("", &[("--listen", &address)], 13, words);
    check("", &[("--listen", &address), ("--tls", "dev")], 13, words);
    check(&format!("metrics_listen = \"{address}\"\n"), &[], 13, &["is in use"]);
    // An address for documentation, RFC 5737, is none of this machine's.
    check("", &[("--listen", "192.0.2.1:0")], 13, &["cannot listen on 192.0.2.1:0"]);
}

#[test]
fn a_database_that_does_not_answer() {
    let words = &["The database does not answer", "--database"];
    check("", &[("--database", &format!("postgres://me@{}/db", closed()))], 14, words);
}

#[test]
fn a_database_that_takes_connections_and_says_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("postgres://me@{}/db", silent.local_addr().expect("it has one"));
    let home = Home::new(SERVICES);
    let said = home.start(&["serve", "--database", &url]).finish_within(Duration::from_secs(10));
    said.failed(14, &["no answer within 5 s"]);
}

#[test]
fn keys_that_are_not_those_of_the_data() {
    let (home, other) = (Home::new(SERVICES).accepted(), Home::new("").accepted());
    let before = (home.files("data"), other.files("keys"));
    for keys in [other.argument("keys"), home.argument("new-keys")] {
        let said = home.run(&["serve", "--keys", &keys]);
        said.failed(15, &["are not those that the data", "--keys"]);
    }
    assert_eq!((home.files("data"), other.files("keys")), before);
    assert!(!home.path("new-keys").exists(), "a mistyped folder is not made");
}

#[test]
fn keys_that_others_can_read() {
    let home = Home::new(SERVICES).accepted();
    let chmod = |mode| std::fs::set_permissions(home.path("keys"), PermissionsExt::from_mode(mode));
    for mode in [0o750, 0o701, 0o777] {
        chmod(mode).expect("the folder is ours");
        home.run(&["serve"]).failed(15, &["Run: chmod 700 ", "keys"]);
    }
    chmod(0o700).expect("the folder is ours");
    home.run(&["init"]).fine();
}

#[tokio::test]
async fn a_second_server_on_the_same_folder() {
    let home = Home::new(SERVICES).accepted();
    let first = home.serve_ready().await;
    for command in ["serve", "init"] {
        home.run(&[command]).failed(17, &["Another Candor uses the data folder", "Stop it first"]);
    }
    assert_eq!(first.get("/health/ready").await.0, 200, "the first one goes on");
    home.ask("promises check @", &[]).fine();
    assert_eq!(first.stop().code, Some(0));
}

/// Who looks at pings, and why.
const LOOK: &str = "--by Tess --reason what-was-kept";

#[test]
fn commands_without_a_server() {
    let home = Home::new("");
    let closed = closed();
    for (line, code, words) in [
        (format!("promises check --server http://{closed}"), 20, "No server answers at http://"),
        ("promises check --server nonsense".to_owned(), 20, "No server answers at nonsense"),
        ("promises check @".to_owned(), 20, "No server answers at the admin socket"),
        (format!("pings {LOOK}"), 11, "Say which server"),
        (format!("pings @ {LOOK} --token-file /none"), 12, "/none cannot be read"),
        (
            format!("pings {LOOK} --server http://{closed} --cacert /none"),
            12,
            "/none cannot be read",
        ),
        (
            "definitions push @ --product p --title T --contact c --app a --by B f".to_owned(),
            11,
            "id=channel",
        ),
    ] {
        home.ask(&line, &[]).failed(code, &[words]);
    }
    let both = home.ask(&format!("pings @ {LOOK} --server http://x"), &[]);
    assert_eq!(both.code, Some(2), "one of the two");
    let silent = home.ask("pings @ --by Tess", &[]);
    assert_eq!(silent.code, Some(2));
    assert!(silent.err.contains("--reason <TEXT>"), "{}", silent.err);
    assert_eq!(Process::start(&["sevre"]).finish().code, Some(2));
}
