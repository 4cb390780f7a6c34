//! Parses filters.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while};
use nom::character::complete::{char, digit1, satisfy};
use nom::combinator::{cut, map, map_opt, opt, recognize, value};
use nom::multi::{fold_many0, separated_list1};
use nom::sequence::{delimited, pair, preceded, terminated};

use super::expr::{Expr, How, Literal, Order, Test};
use crate::path::{Fault, FieldPath, Parsed, expect, fault_of};

/// The greatest depth of nested parentheses.
const DEPTH: usize = 64;

/// Parses all of `text`; an error carries the position of the fault.
pub(super) fn whole(text: &str) -> Result<Expr, Fault> {
    match or(DEPTH, text).map_err(fault_of)? {
        ("", expr) => Ok(expr),
        (rest, _) => Err(Fault::new(rest, "&&, ||, ^ or the end")),
    }
}

fn blank(input: &str) -> Parsed<'_, ()> {
    value((), take_while(char::is_whitespace)).parse(input)
}

/// Parses expressions with an operator between them; a single one is returned as it is.
fn chain<'i>(
    operator: &'static str,
    make: fn(Vec<Expr>) -> Expr,
    mut part: impl FnMut(&'i str) -> Parsed<'i, Expr>,
    input: &'i str,
) -> Parsed<'i, Expr> {
    let (mut rest, first) = part(input)?;
    let mut parts = vec![first];
    while let Some(after) = rest.strip_prefix(operator) {
        let (after, next) = part(after).map_err(|error| nom::Err::Failure(fault_of(error)))?;
        parts.push(next);
        rest = after;
    }
    match <[Expr; 1]>::try_from(parts) {
        Ok([only]) => Ok((rest, only)),
        Err(parts) => Ok((rest, make(parts))),
    }
}

fn or(depth: usize, input: &str) -> Parsed<'_, Expr> {
    let and = move |input| chain("&&", Expr::And, |input| not(depth, input), input);
    let xor = move |input| chain("^", Expr::Xor, and, input);
    chain("||", Expr::Or, xor, input)
}

/// Parses `!x?`, `!(…)`, `(…)`, or a test, with optional blanks around it.
fn not(depth: usize, input: &str) -> Parsed<'_, Expr> {
    let (start, ()) = blank(input)?;
    let (rest, expr) = match (start.strip_prefix('!'), start.starts_with('(')) {
        (_, true) => group(depth, start)?,
        (Some(after), _) => {
            let (after, ()) = blank(after)?;
            let (rest, expr) = match after.starts_with('(') {
                true => group(depth, after)?,
                false => cut(exists).parse(after)?,
            };
            (rest, Expr::Not(Box::new(expr)))
        }
        _ => test(start)?,
    };
    let (rest, ()) = blank(rest)?;
    Ok((rest, expr))
}

fn group(depth: usize, input: &str) -> Parsed<'_, Expr> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(nom::Err::Failure(Fault::new(input, "no more than 64 parentheses inside each other")));
    };
    let inside = move |input| or(depth, input);
    delimited(char('('), cut(inside), cut(expect(")", char(')')))).parse(input)
}

fn exists(input: &str) -> Parsed<'_, Expr> {
    map(terminated(path, expect("? after the path", preceded(blank, char('?')))), Expr::Exists).parse(input)
}

fn path(input: &str) -> Parsed<'_, FieldPath> {
    FieldPath::parse_prefix(input)
}

/// Parses `ALL` or `ANY` as a whole word; true for `ALL`.
fn quantifier(input: &str) -> Parsed<'_, bool> {
    let word = alt((value(true, tag("ALL")), value(false, tag("ANY"))));
    terminated(word, satisfy(char::is_whitespace)).parse(input)
}

/// Parses `in` or `not in`; true if `not` is present.
fn is_in(input: &str) -> Parsed<'_, bool> {
    let not = (tag("not"), satisfy(char::is_whitespace), blank);
    map(terminated(opt(not), tag("in")), |not| not.is_some()).parse(input)
}

fn test(input: &str) -> Parsed<'_, Expr> {
    if let Some(after) = input.strip_prefix('#') {
        return cut(count).parse(after);
    }
    if let Ok((rest, all)) = quantifier(input)
        && let Ok((rest, path)) = preceded(blank, path).parse(rest)
    {
        return map(cut(|input| compared(all, path.clone(), input)), Expr::Test).parse(rest);
    }
    let (rest, path) = expect("a path, #, ! or (", path)(input)?;
    let (after, ()) = blank(rest)?;
    if let Some(rest) = after.strip_prefix('?') {
        return Ok((rest, Expr::Exists(path)));
    }
    map(cut(|input| compared(false, path.clone(), input)), Expr::Test).parse(rest)
}

/// Parses `650 >= 3`, the rest of a count after `#`.
fn count(input: &str) -> Parsed<'_, Expr> {
    let (rest, path) = path(input)?;
    let (rest, ()) = blank(rest)?;
    let order = Order::ALL.into_iter().find_map(|order| Some((rest.strip_prefix(order.text())?, order)));
    let Some((rest, order)) = order else {
        return Err(nom::Err::Error(Fault::new(rest, "== != < <= > or >=")));
    };
    let number = map_opt(digit1, |digits: &str| digits.parse().ok());
    let (rest, number) = preceded(blank, expect("a number", number)).parse(rest)?;
    Ok((rest, Expr::Count(path, order, number)))
}

/// Parses an operator and its literals, which follow a path.
fn compared(all: bool, path: FieldPath, input: &str) -> Parsed<'_, Test> {
    const EXPECTED: &str = "an operator: ? == != =^ !^ =$ !$ =? !? =* !* =~ !~ < <= > >= in, not in";
    let (start, ()) = blank(input)?;
    let known = Test::OPERATORS
        .iter()
        .find_map(|(text, negated, how)| Some((start.strip_prefix(text)?, *negated, *how)));
    let (rest, negated, how) = match known {
        Some(known) => known,
        None => {
            let (rest, negated) = expect(EXPECTED, is_in)(start)?;
            (rest, negated, How::Equal)
        }
    };
    let list = delimited(
        pair(char('['), blank),
        cut(separated_list1(
            delimited(blank, char(','), blank),
            expect("a text in quotes, or a number", literal),
        )),
        cut(preceded(blank, expect(", or ]", char(']')))),
    );
    let literals = alt((list, map(literal, |literal| vec![literal])));
    let (rest, literals) =
        preceded(blank, expect("a text in quotes, a number, or a list of them in [ ]", literals))
            .parse(rest)?;
    Ok((rest, Test { all, path, negated, how, literals }))
}

fn literal(input: &str) -> Parsed<'_, Literal> {
    let number = map_opt(recognize(pair(opt(char('-')), digit1)), |digits: &str| digits.parse().ok());
    alt((map(number, Literal::Number), map(quoted('"'), Literal::Text), map(quoted('\''), Literal::Text)))
        .parse(input)
}

/// Parses a text in quotes; `\"`, `\'`, `\\`, `\n`, `\t` and `\u{4D9}` are escapes. Any other backslash is
/// literal, because regular expressions have many.
fn quoted<'i>(quote: char) -> impl FnMut(&'i str) -> Parsed<'i, String> {
    move |input| {
        let hex = delimited(tag("u{"), take_while(|c: char| c.is_ascii_hexdigit()), char('}'));
        let hex = map_opt(hex, |digits| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32));
        let named =
            alt((char('"'), char('\''), char('\\'), value('\n', char('n')), value('\t', char('t')), hex));
        let escaped = alt((preceded(char('\\'), named), char('\\')));
        let character = alt((escaped, satisfy(move |c| c != quote && c != '\\')));
        let push = |mut text: String, character| {
            text.push(character);
            text
        };
        let text = fold_many0(character, String::new, push);
        delimited(char(quote), text, cut(expect("a quote", char(quote)))).parse(input)
    }
}
