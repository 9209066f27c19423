//! The folder of the files at rest, through an object store: a bucket would answer the same calls.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::{GetResultPayload, MultipartUpload, ObjectStoreExt};

/// How much of a file is handed over at a time.
const PART_BYTES: usize = 4 << 20;

/// The files of a folder. Names are paths below it, with slashes.
#[derive(Clone)]
pub(crate) struct Files {
    folder: PathBuf,
    store: Arc<LocalFileSystem>,
}

impl Files {
    /// Opens a folder that is there.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { folder: folder.to_owned(), store: Arc::new(store) })
    }

    /// Begins a file. It does not exist before [`Upload::end`], and is durable after it.
    pub(crate) fn begin(&self, name: &str) -> io::Result<Upload> {
        let upload = wait(self.store.put_multipart(&Place::from(name)))?;
        Ok(Upload { upload, part: Vec::new() })
    }

    /// Opens a file for reading. What is removed meanwhile can be read to its end.
    pub(crate) fn read(&self, name: &str) -> io::Result<File> {
        match wait(self.store.get(&Place::from(name)))?.payload {
            GetResultPayload::File(file, _) => Ok(file),
            GetResultPayload::Stream(_) => Err(io::Error::other("it lies in no folder")),
        }
    }

    /// Removes a file; one that is not there is removed already.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        match wait(self.store.delete(&Place::from(name))).map_err(io::Error::from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// Returns the names of all files below the folder, those that were never finished too; not
    /// those that lie in the folder itself.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder)? {
                let (entry, at_top) = (entry?, folder == self.folder);
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() && !at_top {
                    let path = entry.path();
                    let below = path.strip_prefix(&self.folder).map_err(io::Error::other)?;
                    names.push(below.to_string_lossy().into_owned());
                }
            }
        }
        Ok(names)
    }

    /// Removes what was never finished, whose names an object store does not take.
    pub(crate) fn remove_raw(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.folder.join(name))
    }
}

/// A file that is being written.
pub(crate) struct Upload {
    upload: Box<dyn MultipartUpload>,
    part: Vec<u8>,
}

impl Upload {
    /// Ends the file: it is whole and durable, or an error.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.hand_over()?;
        wait(self.upload.complete())?;
        Ok(())
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let part = std::mem::take(&mut self.part);
        Ok(wait(self.upload.put_part(part.into()))?)
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART_BYTES {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Waits for an answer on this thread. Nothing here waits for another task of the same runtime: a
/// folder answers from threads of its own, or at once where there is no runtime.
fn wait<T>(answer: impl Future<Output = T>) -> T {
    struct Awake(Thread);
    impl Wake for Awake {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    // A task of the runtime may ask only so often before it must give way. This thread does not give
    // way, so it would wait for itself.
    let mut answer = pin!(tokio::task::unconstrained(answer));
    let waker = Waker::from(Arc::new(Awake(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match answer.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_when_it_is_whole_and_can_be_read_to_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).expect("opens");
        let mut upload = files.begin("shop/till/one").expect("begins");
        let bytes = vec![7; PART_BYTES + 3];
        upload.write_all(&bytes).expect("written");
        assert!(files.read("shop/till/one").is_err(), "it is not whole");
        upload.end().expect("ends");
        let mut open = files.read("shop/till/one").expect("whole");
        assert_eq!(files.names().expect("readable"), ["shop/till/one"]);
        for _ in 0..2 {
            files.remove("shop/till/one").expect("removed, or not there");
        }
        let mut found = Vec::new();
        io::Read::read_to_end(&mut open, &mut found).expect("readable");
        assert_eq!(found, bytes);
    }

    #[tokio::test]
    async fn a_task_that_asks_often_does_not_wait_for_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).expect("opens");
        files.begin("one").expect("begins").end().expect("ends");
        // More than tokio lets a task do before it must give way.
        for _ in 0..500 {
            files.read("one").expect("there");
        }
    }
}
