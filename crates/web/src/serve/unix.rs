//! The admin socket: a file that only its owner can connect to.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;

use axum::Router;
use tokio::net::UnixListener;

use super::{Bounds, Greeting, ServeError, answer};

/// Answers on a Unix socket until `shutdown` is ready; the file has mode 0600 from its first
/// moment and is removed at the end. A file that a dead server left is replaced; one on which
/// somebody answers, or that is no socket, is an error.
pub async fn serve_unix(
    path: &Path,
    router: Router,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let problem = |source: io::Error| ServeError::File { path: path.to_owned(), source };
    refuse_to_replace(path)?;
    // Bound under another name, closed to others, and only then put where people look.
    let unready = path.with_extension("new");
    match fs::remove_file(&unready) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(problem(error)),
        _ => {}
    }
    let listener = UnixListener::bind(&unready).map_err(problem)?;
    fs::set_permissions(&unready, Permissions::from_mode(0o600)).map_err(problem)?;
    fs::rename(&unready, path).map_err(problem)?;
    answer(listener, |_| None, Greeting::Plain, router, Bounds::default(), shutdown).await;
    fs::remove_file(path).map_err(problem)
}

fn refuse_to_replace(path: &Path) -> Result<(), ServeError> {
    let problem = |source: io::Error| ServeError::File { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(problem(error)),
        Ok(found) if !found.file_type().is_socket() => {
            Err(problem(io::Error::other("a file that is no socket is in the way")))
        }
        Ok(_) => match UnixStream::connect(path) {
            Ok(_) => Err(ServeError::Answered(path.to_owned())),
            Err(_) => Ok(()),
        },
    }
}
