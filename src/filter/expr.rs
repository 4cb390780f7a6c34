//! The syntax tree of a filter.

use std::fmt;

use crate::path::FieldPath;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// At least one of them holds.
    Or(Vec<Expr>),
    /// An odd number of them hold.
    Xor(Vec<Expr>),
    /// All of them hold.
    And(Vec<Expr>),
    Not(Box<Expr>),
    Exists(FieldPath),
    Count(FieldPath, Order, u64),
    Test(Test),
}

/// A comparison of values with literals.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Test {
    /// Whether all values must pass, or any.
    pub(super) all: bool,
    pub(super) path: FieldPath,
    pub(super) negated: bool,
    pub(super) how: How,
    pub(super) literals: Vec<Literal>,
}

/// A text or a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Number(i64),
}

/// How a value is compared with a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Equal,
    StartsWith,
    EndsWith,
    Contains,
    Similar,
    Regex,
    Ordered(Order),
}

/// How numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    /// Longer spellings first.
    pub(super) const ALL: [Order; 6] = [
        Order::Equal,
        Order::NotEqual,
        Order::LessOrEqual,
        Order::GreaterOrEqual,
        Order::Less,
        Order::Greater,
    ];

    pub(super) const fn text(self) -> &'static str {
        match self {
            Order::Equal => "==",
            Order::NotEqual => "!=",
            Order::Less => "<",
            Order::LessOrEqual => "<=",
            Order::Greater => ">",
            Order::GreaterOrEqual => ">=",
        }
    }

    pub(super) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Order::Equal => ordering.is_eq(),
            Order::NotEqual => ordering.is_ne(),
            Order::Less => ordering.is_lt(),
            Order::LessOrEqual => ordering.is_le(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Test {
    /// All operators except `in`: spelling, negated, kind. Longer spellings first.
    pub(super) const OPERATORS: [(&'static str, bool, How); 16] = [
        ("==", false, How::Equal),
        ("!=", true, How::Equal),
        ("=^", false, How::StartsWith),
        ("!^", true, How::StartsWith),
        ("=$", false, How::EndsWith),
        ("!$", true, How::EndsWith),
        ("=?", false, How::Contains),
        ("!?", true, How::Contains),
        ("=*", false, How::Similar),
        ("!*", true, How::Similar),
        ("=~", false, How::Regex),
        ("!~", true, How::Regex),
        ("<=", false, How::Ordered(Order::LessOrEqual)),
        (">=", false, How::Ordered(Order::GreaterOrEqual)),
        ("<", false, How::Ordered(Order::Less)),
        (">", false, How::Ordered(Order::Greater)),
    ];
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Literal::Number(number) => return number.fmt(f),
            Literal::Text(text) => text,
        };
        f.write_str("\"")?;
        text.chars().try_for_each(|character| match character {
            '"' => f.write_str("\\\""),
            '\\' => f.write_str("\\\\"),
            control if control.is_control() => write!(f, "\\u{{{:X}}}", u32::from(control)),
            other => write!(f, "{other}"),
        })?;
        f.write_str("\"")
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all {
            f.write_str("ALL ")?;
        }
        let known = |(_, negated, how): &&(&str, bool, How)| *negated == self.negated && *how == self.how;
        let operator = Test::OPERATORS.iter().find(known).map_or("==", |(text, ..)| text);
        write!(f, "{} {operator} ", self.path)?;
        match self.literals.as_slice() {
            [literal] => literal.fmt(f),
            literals => {
                f.write_str("[")?;
                for (at, literal) in literals.iter().enumerate() {
                    write!(f, "{}{literal}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, operator) = match self {
            Expr::Or(parts) => (parts, " || "),
            Expr::Xor(parts) => (parts, " ^ "),
            Expr::And(parts) => (parts, " && "),
            Expr::Not(part) => match part.as_ref() {
                Expr::Exists(path) => return write!(f, "!{path}?"),
                part => return write!(f, "!({part})"),
            },
            Expr::Exists(path) => return write!(f, "{path}?"),
            Expr::Count(path, order, number) => return write!(f, "#{path} {} {number}", order.text()),
            Expr::Test(test) => return test.fmt(f),
        };
        for (at, part) in parts.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { operator })?;
            match part {
                Expr::Or(_) | Expr::Xor(_) | Expr::And(_) => write!(f, "({part})")?,
                _ => part.fmt(f)?,
            }
        }
        Ok(())
    }
}
