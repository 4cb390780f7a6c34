//! Values that have a name: on the command line, in configuration files, and in other languages.

use std::fmt;

/// A value out of a fixed list, each with a name and a sentence that explains it. Its [`FromStr`](std::str::FromStr)
/// takes the names, in any case.
///
/// # Example
/// ```
/// use kartoteka::{Named, Policy};
///
/// assert_eq!("escape".parse(), Ok(Policy::Escape));
/// assert_eq!(Policy::Escape.name(), "escape");
/// let names: Vec<_> = Policy::ALL.iter().map(Named::name).collect();
/// assert_eq!(names, ["strict", "replace", "escape"]);
/// let error = "loose".parse::<Policy>().unwrap_err();
/// assert_eq!(error.to_string(), r#"no value "loose"; there are strict, replace, escape"#);
/// ```
pub trait Named: Copy + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// All values that have a name.
    const ALL: &'static [Self];

    /// Returns the name.
    fn name(&self) -> &'static str;

    /// Returns what the value means, in a few words; empty if the name says it.
    fn description(&self) -> &'static str {
        ""
    }

    /// Returns the value of this name, in any case; `None` if there is none.
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|value| value.name().eq_ignore_ascii_case(name)).copied()
    }
}

/// No value has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no value {name:?}; there are {known}")]
pub struct ParseNameError {
    name: String,
    known: String,
}

impl ParseNameError {
    pub(crate) fn new<T: Named>(name: &str) -> ParseNameError {
        let known: Vec<_> = T::ALL.iter().map(Named::name).collect();
        ParseNameError { name: name.to_owned(), known: known.join(", ") }
    }
}

/// Gives the values of a type their names and explanations.
macro_rules! named {
    ($type:ty { $($(#[$meta:meta])* $value:ident $name:literal $description:literal,)+ }) => {
        impl $crate::named::Named for $type {
            const ALL: &'static [Self] = &[$($(#[$meta])* Self::$value,)+];

            fn name(&self) -> &'static str {
                match self {
                    $($(#[$meta])* Self::$value => $name,)+
                }
            }

            fn description(&self) -> &'static str {
                match self {
                    $($(#[$meta])* Self::$value => $description,)+
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::named::ParseNameError;

            fn from_str(name: &str) -> Result<$type, $crate::named::ParseNameError> {
                let found = <$type as $crate::named::Named>::from_name(name);
                found.ok_or_else(|| $crate::named::ParseNameError::new::<$type>(name))
            }
        }
    };
}
pub(crate) use named;
