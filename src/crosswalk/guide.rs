#![doc = include_str!("guide.md")]
#![doc = "\n\n# Examples\n\n"]
#![doc = include_str!("examples.md")]
