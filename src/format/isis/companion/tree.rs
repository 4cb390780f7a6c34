use super::{decode, lines, wrong};
use crate::error::Result;

/// A tree (`.tre`): a classification, indented by tabs.
///
/// # Example
/// ```
/// use kartoteka::isis::companion::Tree;
///
/// let tree = Tree::parse("1 - First\r\n\t1.1 - Inside\r\n2 - Second\r\n".as_bytes())?;
/// let depths: Vec<_> = tree.nodes.iter().map(|node| (node.depth, node.code())).collect();
/// assert_eq!(depths, [(0, "1"), (1, "1.1"), (0, "2")]);
/// assert_eq!(tree.parent(1), Some(0));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// The nodes in the order of the file: each after its parent.
    pub nodes: Vec<TreeNode>,
}

/// A node of a [`Tree`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeNode {
    /// Number of its ancestors.
    pub depth: usize,
    /// The line without its tabs: code and explanation.
    pub text: String,
}

impl TreeNode {
    /// Returns the text before ` - `; all of it if there is none.
    pub fn code(&self) -> &str {
        self.text.split_once(" - ").map_or(self.text.as_str(), |(code, _)| code)
    }

    /// Returns the text after ` - `; empty if there is none.
    pub fn meaning(&self) -> &str {
        self.text.split_once(" - ").map_or("", |(_, meaning)| meaning)
    }
}

impl Tree {
    /// Parses the file. Empty lines are ignored.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if a line is more than one step deeper than the one before it.
    pub fn parse(bytes: &[u8]) -> Result<Tree> {
        let text = decode(bytes);
        let mut tree = Tree::default();
        let mut most = 0usize;
        for (number, line) in lines(&text).filter(|(_, line)| !line.trim().is_empty()) {
            let text = line.trim_start_matches('\t');
            let depth = line.len() - text.len();
            if depth > most {
                return Err(wrong("tree", number, format_args!("{depth} tabs, where at most {most} can be")));
            }
            most = depth + 1;
            tree.nodes.push(TreeNode { depth, text: text.to_owned() });
        }
        Ok(tree)
    }

    /// Returns the index of a node's parent; `None` at the top.
    pub fn parent(&self, index: usize) -> Option<usize> {
        let depth = self.nodes.get(index)?.depth;
        self.nodes.get(..index)?.iter().rposition(|node| node.depth < depth)
    }
}
