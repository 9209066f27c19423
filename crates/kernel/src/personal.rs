//! Values that belong to a person. They have no Debug, no Display and no Serialize, so that a log
//! line, an error or a reply cannot carry one by accident; a named sink opens them.

/// A value that belongs to a person. Only a [`Sink`] opens it.
///
/// ```compile_fail
/// println!("{:?}", candor_kernel::Personal::new("a client id"));
/// ```
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Marks a value as personal, at the place where it arrives.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Opens the value for one declared purpose.
    pub fn open<S: Sink>(&self, _: S) -> &T {
        &self.0
    }
}

/// A declared purpose for which a personal value may be opened. Sealed: the list is in [`sink`].
pub trait Sink: sealed::Sealed {
    /// What the value is opened for, in words that the data model page repeats.
    const PURPOSE: &'static str;
}

mod sealed {
    pub trait Sealed {}
}

/// The sinks there are.
pub mod sink {
    use super::{Sink, sealed::Sealed};

    /// Opened to be turned into a keyed hash; the value itself goes no further.
    pub struct KeyedHash;
    /// Opened to be written where its declaration says it is kept.
    pub struct Store;

    /// Opened for the operator, who asked on the server's own machine.
    pub struct Operator;

    impl Sealed for KeyedHash {}
    impl Sealed for Operator {}
    impl Sealed for Store {}
    impl Sink for Operator {
        const PURPOSE: &'static str = "shown to the operator of this server";
    }
    impl Sink for KeyedHash {
        const PURPOSE: &'static str = "turned into a keyed hash and forgotten";
    }
    impl Sink for Store {
        const PURPOSE: &'static str = "written to the store its declaration names";
    }
}
