//! Child processes. What they write is read as it comes, no wait is endless, and none outlives the
//! test that started it, whether it passes or not.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Longer than anything here takes, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);
/// What would send requests of this machine to itself over another one.
const PROXIES: [&str; 6] =
    ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// A running `candor`. It is killed and reaped when dropped.
pub(crate) struct Process {
    child: Child,
    out: Arc<Pipe>,
    err: Arc<Pipe>,
}

/// What a process that has ended said.
#[derive(Debug)]
pub(crate) struct Said {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Process {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        for proxy in PROXIES {
            command.env_remove(proxy);
        }
        let command = command.args(arguments).stdin(Stdio::null());
        let started = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = started.expect("the binary under test was built");
        let out = Pipe::follow(child.stdout.take().expect("it is piped"));
        let err = Pipe::follow(child.stderr.take().expect("it is piped"));
        Self { child, out, err }
    }

    /// Waits for words on standard output, and returns everything up to the end of their line.
    pub(crate) fn says(&self, words: &str) -> String {
        let said = self.out.wait(words);
        said.unwrap_or_else(|text| panic!("{words:?} was not said: {text}\n{}", self.err.text()))
    }

    /// Waits for words in the log.
    pub(crate) fn logs(&self, words: &str) -> String {
        self.err.wait(words).unwrap_or_else(|text| panic!("{words:?} was not logged: {text}"))
    }

    /// Asks it to stop, as service managers do.
    pub(crate) fn terminate(&self) {
        // The shell has a `kill` of its own, so no package has to be there.
        let line = format!("kill -TERM {}", self.child.id());
        let sent = Command::new("sh").arg("-c").arg(line).status();
        assert!(sent.expect("there is a shell").success(), "the process is there");
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is a child of this process");
        self.child.wait().expect("it is a child of this process");
    }

    /// Waits for its end.
    pub(crate) fn finish(self) -> Said {
        self.finish_within(PATIENCE)
    }

    /// Waits for its end, for so long at most.
    pub(crate) fn finish_within(mut self, patience: Duration) -> Said {
        for _ in 0..patience.as_millis() / PAUSE.as_millis() {
            if let Some(status) = self.child.try_wait().expect("it is a child of this process") {
                return Said { code: status.code(), out: self.out.rest(), err: self.err.rest() };
            }
            std::thread::sleep(PAUSE);
        }
        panic!("still running after {patience:?}: {}{}", self.out.text(), self.err.text());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already when these fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Said {
    /// Returns the standard output of a command that must have succeeded.
    pub(crate) fn fine(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    /// Returns the last sentences of a command that must have failed with this code, which all
    /// hold these words.
    pub(crate) fn failed(self, code: i32, words: &[&str]) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        let start =
            self.err.find("candor: ").unwrap_or_else(|| panic!("no sentence: {}", self.err));
        let sentence = self.err[start..].to_owned();
        for word in words {
            assert!(sentence.contains(word), "{word:?} is not in: {sentence}");
        }
        sentence
    }
}

/// What came out of one end of a process so far, and whether that end is closed.
#[derive(Default)]
struct Pipe {
    came: Mutex<(String, bool)>,
    more: Condvar,
}

impl Pipe {
    fn follow(end: impl Read + Send + 'static) -> Arc<Self> {
        let pipe = Arc::new(Self::default());
        let ours = Arc::clone(&pipe);
        std::thread::spawn(move || {
            let (mut end, mut line) = (BufReader::new(end), Vec::new());
            while end.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
                ours.change(|(text, _)| text.push_str(&String::from_utf8_lossy(&line)));
                line.clear();
            }
            ours.change(|(_, closed)| *closed = true);
        });
        pipe
    }

    fn change(&self, change: impl FnOnce(&mut (String, bool))) {
        change(&mut self.came.lock().expect("no holder of this lock panics"));
        self.more.notify_all();
    }

    /// Waits until the words are there, or the end is closed; everything that came otherwise.
    fn wait(&self, words: &str) -> Result<String, String> {
        let came = self.came.lock().expect("no holder of this lock panics");
        let missing = |came: &mut (String, bool)| !came.1 && !came.0.contains(words);
        let waited = self.more.wait_timeout_while(came, PATIENCE, missing);
        let (came, _) = waited.expect("no holder of this lock panics");
        let Some(at) = came.0.find(words) else { return Err(came.0.clone()) };
        let end = came.0[at..].find('\n').map_or(came.0.len(), |end| at + end);
        Ok(came.0[..end].to_owned())
    }

    /// Waits for the end and returns everything.
    fn rest(&self) -> String {
        // Not a character of any text.
        let _ = self.wait("\u{fffe}");
        self.text()
    }

    fn text(&self) -> String {
        self.came.lock().expect("no holder of this lock panics").0.clone()
    }
}
