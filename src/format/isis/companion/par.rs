use super::{decode, lines, wrong};
use crate::error::Result;

/// A parameter file (`.par`): the folders of the files of a base, relative to the root of the server.
///
/// # Example
/// ```
/// use kartoteka::isis::companion::Par;
///
/// let par = Par::parse(b"1=.\\datai\\ibis\\\r\n2=.\\datai\\ibis\\\r\n")?;
/// assert_eq!(par.path(2), Some(".\\datai\\ibis\\"));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Par {
    /// Number and folder, in the order of the file: 1 XRF, 2 MST, 3 CNT, 4 N01, 5 N02, 6 L01, 7 L02, 8 IFP, 9 ANY, 10
    /// formats and worksheets, 11 full texts.
    pub paths: Vec<(u32, String)>,
}

impl Par {
    /// Parses the file.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if a line is not a number, `=` and a folder.
    pub fn parse(bytes: &[u8]) -> Result<Par> {
        let text = decode(bytes);
        let mut par = Par::default();
        for (number, line) in lines(&text).filter(|(_, line)| !line.trim().is_empty()) {
            let parts =
                line.split_once('=').and_then(|(key, path)| Some((key.trim().parse().ok()?, path.trim())));
            let Some((key, path)) = parts else {
                return Err(wrong("parameter file", number, "expected a number, = and a folder"));
            };
            par.paths.push((key, path.to_owned()));
        }
        Ok(par)
    }

    /// Returns the folder with this number.
    pub fn path(&self, number: u32) -> Option<&str> {
        self.paths.iter().find(|(key, _)| *key == number).map(|(_, path)| path.as_str())
    }
}
