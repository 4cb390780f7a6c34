#![doc = include_str!("agreement.md")]
