//! Parses paths: MARCspec, and the spellings that people write from memory.

use nom::branch::alt;
use nom::bytes::complete::{take_while_m_n, take_while1};
use nom::character::complete::{char, digit1, one_of, satisfy};
use nom::combinator::{cut, map, map_opt, not, opt, peek, value, verify};
use nom::error::{ErrorKind, ParseError};
use nom::multi::{fold_many0, many0, many1, separated_list1};
use nom::sequence::{delimited, pair, preceded, terminated};
use nom::{IResult, Parser};

use super::ast::{Code, Condition, Op, Span, Spec, TagSpec, Target, Term, Test, is_special};
use crate::bytes::Cut;
use crate::tag::Tag;

/// Something else was expected, `rest` bytes before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) rest: usize,
    pub(crate) expected: &'static str,
}

impl Fault {
    pub(crate) const fn new(input: &str, expected: &'static str) -> Fault {
        Fault { rest: input.len(), expected }
    }
}

impl ParseError<&str> for Fault {
    fn from_error_kind(input: &str, _: ErrorKind) -> Fault {
        Fault::new(input, "")
    }

    fn append(_: &str, _: ErrorKind, other: Fault) -> Fault {
        other
    }

    fn or(self, other: Fault) -> Fault {
        match self.rest.cmp(&other.rest) {
            std::cmp::Ordering::Less => self,
            std::cmp::Ordering::Equal if other.expected.is_empty() => self,
            _ => other,
        }
    }
}

pub(crate) type Parsed<'i, T> = IResult<&'i str, T, Fault>;

/// Names what is expected where `parser` fails at its first character.
pub(crate) fn expect<'i, T>(
    expected: &'static str,
    mut parser: impl Parser<&'i str, Output = T, Error = Fault>,
) -> impl FnMut(&'i str) -> Parsed<'i, T> {
    move |input| {
        parser.parse(input).map_err(|error| {
            error.map(|fault| match fault.rest == input.len() || fault.expected.is_empty() {
                true => Fault { expected, ..fault },
                false => fault,
            })
        })
    }
}

fn fail<'i, T>(input: &'i str, expected: &'static str) -> Parsed<'i, T> {
    Err(nom::Err::Failure(Fault::new(input, expected)))
}

/// Parses a path at the beginning of `input`: IRBIS, MARCspec, or a shorthand.
pub(super) fn path(input: &str) -> Parsed<'_, Spec> {
    if !input.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return spec(true, true)(input);
    }
    let error = match irbis(input) {
        Ok(read) => return Ok(read),
        Err(error) => inner(error),
    };
    // Three characters beginning with v are also a valid MARCspec tag. The reading that gets further wins.
    match spec(true, true)(input) {
        Ok((rest, spec)) if rest.len() <= error.rest => Ok((rest, spec)),
        Err(other) => Err(other.map(|other| if other.rest < error.rest { other } else { error })),
        Ok(_) => Err(nom::Err::Failure(error)),
    }
}

/// `spec`. Before braces, shorthands are allowed; inside, conditions have none, and no braces of their own.
fn spec(outside: bool, may_embed: bool) -> impl Fn(&str) -> Parsed<'_, Spec> {
    move |input| {
        let (rest, (tag, short)) = field_tag(outside, input)?;
        // A tag of v and digits is the number of an IRBIS field, unless MARCspec syntax follows.
        let (rest, wanted) = match outside && tag != TagSpec::Leader && !input.starts_with('v') {
            true => opt(indicators).parse(rest)?,
            false => (rest, None),
        };
        let mut conditions = wanted.unwrap_or_default();
        let (rest, index) = opt(index).parse(rest)?;
        if tag != TagSpec::Leader {
            if let Some(after) = rest.strip_prefix('^') {
                let (rest, number) = indicator_number(after)?;
                let outer = Outer { chars: false, indicator: true };
                let (rest, more) = conditions_if(outside, outer, rest)?;
                conditions.extend(more);
                return Ok((rest, Spec { tag, index, target: Target::Indicator(number), conditions }));
            }
            if may_embed && let Ok((_, ())) = embedded_ahead(rest) {
                let (rest, inner) = cut(preceded(char('/'), |input| inside(outside, input))).parse(rest)?;
                let target = Target::Embedded(Box::new(inner));
                return Ok((rest, Spec { tag, index, target, conditions }));
            }
        }
        if !conditions.is_empty() && rest.starts_with('/') {
            return fail(rest, "no position: a field with indicators has no characters of its own");
        }
        let (rest, span) = opt(chars).parse(rest)?;
        let outer = Outer { chars: span.is_some(), indicator: false };
        let (rest, more) = conditions_if(outside, outer, rest)?;
        conditions.extend(more);
        if span.is_none() && tag != TagSpec::Leader {
            if rest.starts_with('$') {
                let (rest, target) = codes(outside, may_embed, rest)?;
                return Ok((rest, Spec { tag, index, target, conditions }));
            }
            if outside && short {
                if let Ok((rest, codes)) = short_codes(rest) {
                    return Ok((rest, Spec { tag, index, target: Target::Codes(codes), conditions }));
                }
            }
        }
        Ok((rest, Spec { tag, index, target: Target::Whole(span), conditions }))
    }
}

/// Parses the path of an embedded field. One with conditions always has an index, so that its spelling begins
/// with `/200[` and cannot be read as a character position.
fn inside(outside: bool, input: &str) -> Parsed<'_, Spec> {
    let (rest, mut spec) = spec(outside, false)(input)?;
    if spec.index.is_none() && !spec.conditions.is_empty() {
        spec.index = Some(Span::From(0));
    }
    Ok((rest, spec))
}

/// Parses three characters, `LDR`, or a number above 999; returns also whether codes may follow without `$`.
fn field_tag(outside: bool, input: &str) -> Parsed<'_, (TagSpec, bool)> {
    const EXPECTED: &str = "a tag: three digits, letters of one case, or dots; or a number above 999";
    if let Ok((rest, digits)) = digit1::<_, Fault>(input) {
        if digits.len() > 3 {
            let tag = digits.parse().ok().and_then(Tag::from_number);
            return match tag.filter(|_| !digits.starts_with('0')) {
                Some(tag) => Ok((rest, (TagSpec::Number(tag), true))),
                None => fail(input, EXPECTED),
            };
        }
    }
    let lower = take_while_m_n(3, 3, |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.');
    let upper = take_while_m_n(3, 3, |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.');
    let bytes = |text: &str| <[u8; 3]>::try_from(text.as_bytes()).ok();
    let (rest, tag) = match expect(EXPECTED, map_opt(alt((lower, upper)), bytes))(input) {
        Ok(read) => read,
        Err(_) => {
            // The first character that cannot continue the tag, or has the other case.
            let good = |c: char| c.is_ascii_alphanumeric() || c == '.';
            let upto = input.find(|c| !good(c)).unwrap_or(input.len()).min(3);
            let head = input.cut(..upto);
            let mixed = head.char_indices().find(|(at, c)| {
                let before = head.cut(..*at);
                c.is_ascii_uppercase() && before.contains(|c: char| c.is_ascii_lowercase())
                    || c.is_ascii_lowercase() && before.contains(|c: char| c.is_ascii_uppercase())
            });
            let at = mixed.map_or(upto, |(at, _)| at);
            return Err(nom::Err::Error(Fault::new(input.cut(at..), EXPECTED)));
        }
    };
    let [first, rest_of @ ..] = tag;
    if tag.eq_ignore_ascii_case(b"LDR") {
        return Ok((rest, (TagSpec::Leader, false)));
    }
    let short = first.is_ascii_digit();
    let plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'x' | b'X');
    if outside && short && rest_of.iter().all(plain) {
        let dotted = tag.map(|byte| if byte.eq_ignore_ascii_case(&b'x') { b'.' } else { byte });
        return Ok((rest, (TagSpec::Shape(dotted), true)));
    }
    Ok((rest, (TagSpec::Shape(tag), false)))
}

fn number(input: &str) -> Parsed<'_, u32> {
    expect("a number", map_opt(digit1, |digits: &str| digits.parse().ok()))(input)
}

/// `pr`: one position or a range, not descending.
fn span(input: &str) -> Parsed<'_, Span> {
    let (rest, start) = expect("a number or #", alt((map(number, Some), value(None, char('#')))))(input)?;
    let Some(after) = rest.strip_prefix('-') else {
        return Ok((rest, start.map_or(Span::Last(0), Span::One)));
    };
    let (rest, end) = expect("a number or #", alt((map(number, Some), value(None, char('#')))))(after)
        .map_err(|error| nom::Err::Failure(inner(error)))?;
    match (start, end) {
        (Some(from), Some(to)) if from > to => fail(after, "an end that is not before the start"),
        (Some(from), Some(to)) if from == to => Ok((rest, Span::One(from))),
        (Some(from), Some(to)) => Ok((rest, Span::Range(from, to))),
        (Some(from), None) => Ok((rest, Span::From(from))),
        (None, Some(more)) => Ok((rest, Span::Last(more))),
        (None, None) => Ok((rest, Span::Last(0))),
    }
}

pub(crate) fn inner(error: nom::Err<Fault>) -> Fault {
    match error {
        nom::Err::Error(fault) | nom::Err::Failure(fault) => fault,
        nom::Err::Incomplete(_) => Fault { rest: 0, expected: "" },
    }
}

fn index(input: &str) -> Parsed<'_, Span> {
    delimited(char('['), cut(span), cut(expect("]", char(']')))).parse(input)
}

fn chars(input: &str) -> Parsed<'_, Span> {
    preceded(char('/'), cut(span)).parse(input)
}

fn indicator_number(input: &str) -> Parsed<'_, u8> {
    cut(expect("the number of an indicator, 1 or 2", alt((value(1, char('1')), value(2, char('2'))))))
        .parse(input)
}

/// `[*0]`, `[1,0]`, `[,0]`: required indicators, as conditions; `*` is any, `_` and `#` are blank.
fn indicators(input: &str) -> Parsed<'_, Vec<Condition>> {
    let one = || map(one_of("0123456789abcdefghijklmnopqrstuvwxyz_#*"), Some);
    let pair_of = verify(pair(one(), one()), |both| {
        let telling = |c: &Option<char>| matches!(c, Some('*' | '_'));
        telling(&both.0) || telling(&both.1)
    });
    let with_comma = pair(terminated(opt(one()), char(',')), opt(one()));
    let both = alt((pair_of, map(with_comma, |(a, b)| (a.flatten(), b.flatten()))));
    let both = verify(both, |both| [both.0, both.1].into_iter().flatten().any(|c| c != '*'));
    let (rest, (first, second)) = delimited(char('['), both, char(']')).parse(input)?;
    let condition = |number, wanted: Option<char>| {
        let text = match wanted? {
            '*' => return None,
            '_' | '#' => " ".to_owned(),
            other => other.to_string(),
        };
        let test = Test { left: Some(Term::Indicator(None, number)), op: Op::Equal, right: Term::Text(text) };
        Some(Condition(vec![test]))
    };
    Ok((rest, condition(1, first).into_iter().chain(condition(2, second)).collect()))
}

/// Succeeds if `/200$a` follows: an embedded field.
fn embedded_ahead(input: &str) -> Parsed<'_, ()> {
    let tag = verify(take_while_m_n(3, 3, |c: char| c.is_ascii_digit() || c == '.'), |tag: &str| {
        tag.starts_with(|c: char| c.is_ascii_digit())
    });
    let follows = alt((one_of("$^["), satisfy(|c| c.is_ascii_lowercase())));
    peek(value((), (char('/'), tag, follows))).parse(input)
}

/// Parses one or more codes, each with its conditions.
fn codes(outside: bool, may_embed: bool, input: &str) -> Parsed<'_, Target> {
    if may_embed {
        if let Some(rest) = input.strip_prefix("$1").filter(|rest| embedded_ahead(rest).is_ok()) {
            let (rest, inner) = cut(preceded(char('/'), |input| inside(outside, input))).parse(rest)?;
            return Ok((rest, Target::Embedded(Box::new(inner))));
        }
    }
    // Inside braces, a second code would begin another abbreviation.
    let (rest, codes) = match outside {
        true => many1(|input| code(true, input)).parse(input)?,
        false => map(|input| code(false, input), |code| vec![code]).parse(input)?,
    };
    Ok((rest, Target::Codes(codes)))
}

/// `code idx? chars? sub*`
fn code(outside: bool, input: &str) -> Parsed<'_, Code> {
    const EXPECTED: &str = "a subfield code: a character from ! to ~ but no upper case letter and no |";
    let (after, _) = char('$').parse(input)?;
    let is_code = |c: char| c.is_ascii_graphic() && !c.is_ascii_uppercase() && c != '|';
    let (rest, first) = cut(expect(EXPECTED, satisfy(is_code))).parse(after)?;
    let (rest, last) = match rest.strip_prefix('-') {
        Some(after) if first.is_ascii_alphanumeric() => {
            let kind = move |c: char| match first.is_ascii_digit() {
                true => c.is_ascii_digit(),
                false => c.is_ascii_lowercase(),
            };
            let last = satisfy(move |c| kind(c) && c >= first);
            cut(expect("the last code of the range, not before the first", last)).parse(after)?
        }
        _ => (rest, first),
    };
    let (rest, index) = opt(index).parse(rest)?;
    let (rest, chars) = opt(chars).parse(rest)?;
    let outer = Outer { chars: false, indicator: false };
    let (rest, conditions) = conditions_if(outside, outer, rest)?;
    Ok((rest, Code { first: first as u8, last: last as u8, index, chars, conditions }))
}

/// `ac` after `245`, with the index and characters of the last.
fn short_codes(input: &str) -> Parsed<'_, Vec<Code>> {
    let mut run = verify(take_while1(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()), |run: &str| {
        run.starts_with(|c: char| c.is_ascii_lowercase())
    });
    let (rest, run) = run.parse(input)?;
    let (rest, index) = opt(index).parse(rest)?;
    let (rest, chars) = opt(chars).parse(rest)?;
    let code = |(at, byte): (usize, u8)| {
        let of_last = at + 1 == run.len();
        let (index, chars) = (index.filter(|_| of_last), chars.filter(|_| of_last));
        Code { first: byte, last: byte, index, chars, conditions: Vec::new() }
    };
    Ok((rest, run.bytes().enumerate().map(code).collect()))
}

/// The element before the braces, as far as it limits what they may contain.
#[derive(Debug, Clone, Copy)]
struct Outer {
    /// Characters of a field: it has no indicators.
    chars: bool,
    /// An indicator: it has no characters.
    indicator: bool,
}

fn conditions_if(outside: bool, outer: Outer, input: &str) -> Parsed<'_, Vec<Condition>> {
    match outside {
        true => many0(|input| condition(outer, input)).parse(input),
        false => Ok((input, Vec::new())),
    }
}

/// `{A|B}`
fn condition(outer: Outer, input: &str) -> Parsed<'_, Condition> {
    let tests = separated_list1(char('|'), cut(|input| test(outer, input)));
    let close = cut(expect("an operator, | or }", char('}')));
    map(delimited(char('{'), tests, close), Condition).parse(input)
}

fn operator(input: &str) -> Parsed<'_, Op> {
    Op::ALL
        .into_iter()
        .find_map(|op| Some((input.strip_prefix(op.text())?, op)))
        .map_or_else(|| Err(nom::Err::Error(Fault::new(input, "an operator: = != ~ !~ ? !"))), Ok)
}

/// `(term? op)? term`
fn test(outer: Outer, input: &str) -> Parsed<'_, Test> {
    let mut term = move |input| term(outer, input);
    if let Ok((rest, op)) = operator(input) {
        let (rest, right) = cut(&mut term).parse(rest)?;
        return Ok((rest, Test { left: None, op, right }));
    }
    let (rest, left) = term(input)?;
    match operator(rest) {
        Ok((rest, op)) => {
            let (rest, right) = cut(&mut term).parse(rest)?;
            Ok((rest, Test { left: Some(left), op, right }))
        }
        Err(_) => Ok((rest, Test { left: None, op: Op::Exists, right: left })),
    }
}

fn term(outer: Outer, input: &str) -> Parsed<'_, Term> {
    const EXPECTED: &str = r"a path, a part of one such as $a, or a string such as \text";
    match input.chars().next() {
        Some('\\') => map(preceded(char('\\'), string), Term::Text).parse(input),
        Some('$') => map(|input| code(false, input), Term::Code).parse(input),
        Some('/') if outer.indicator => fail(input, "no position: an indicator has no characters"),
        Some('/') => map(chars, Term::Chars).parse(input),
        Some('^') if outer.chars => fail(input, "no indicator: a field with characters has none"),
        Some('^') => {
            map(preceded(char('^'), indicator_number), |number| Term::Indicator(None, number)).parse(input)
        }
        Some('[') => {
            let (rest, at) = index(input)?;
            if !outer.chars
                && let Some(after) = rest.strip_prefix('^')
            {
                let (rest, number) = indicator_number(after)?;
                return Ok((rest, Term::Indicator(Some(at), number)));
            }
            map(opt(chars), |chars| Term::Index(at, chars)).parse(rest)
        }
        _ => map(expect(EXPECTED, spec(false, true)), Term::Path).parse(input),
    }
}

/// Parses a string: special characters are escaped except in first position; `\s` is a blank.
fn string(input: &str) -> Parsed<'_, String> {
    let plain = |c: char| !is_special(c) && !c.is_whitespace() && !c.is_control();
    let escaped = preceded(char('\\'), alt((value(' ', char('s')), satisfy(is_special))));
    let operator = one_of("=!~?");
    let first = alt((escaped, satisfy(plain), operator));
    let (rest, first) = expect("the characters of a string", first)(input)?;
    let escaped = preceded(char('\\'), alt((value(' ', char('s')), satisfy(is_special))));
    let start = String::from(first);
    let push = |mut text: String, character| {
        text.push(character);
        text
    };
    fold_many0(alt((escaped, satisfy(plain))), move || start.clone(), push).parse(rest)
}

/// `v910[2]^b*0.3`: occurrences count from 1, `*offset.length` are characters.
fn irbis(input: &str) -> Parsed<'_, Spec> {
    const EXPECTED: &str = "a tag number from 1";
    let digits =
        expect(EXPECTED, map_opt(digit1, |digits: &str| digits.parse().ok().and_then(Tag::from_number)));
    let (rest, tag) = preceded(char('v'), digits).parse(input)?;
    let from_one = || map_opt(number, |number: u32| number.checked_sub(1));
    let range = pair(from_one(), opt(preceded(char('-'), from_one())));
    let range = cut(expect("an occurrence, from 1", range));
    let index = delimited(char('['), range, cut(expect("]", char(']'))));
    let (rest, index) = opt(index).parse(rest)?;
    let index = match index {
        Some((from, Some(to))) if to < from => return fail(rest, "an end that is not before the start"),
        Some((from, Some(to))) if to > from => Some(Span::Range(from, to)),
        Some((from, _)) => Some(Span::One(from)),
        None => None,
    };
    let is_code = |c: char| c.is_ascii_graphic() && c != '|';
    let code = preceded(char('^'), cut(expect("a subfield code", satisfy(is_code))));
    let (rest, code) = opt(code).parse(rest)?;
    let offset = opt(preceded(char('*'), cut(expect("an offset", number))));
    let length = opt(preceded(char('.'), cut(expect("a length from 1", from_one()))));
    let (rest, (offset, length)) = pair(offset, length).parse(rest)?;
    let chars = match (offset.unwrap_or_default(), length) {
        (_, None) if offset.is_none() => None,
        (from, None) => Some(Span::From(from)),
        (from, Some(0)) => Some(Span::One(from)),
        (from, Some(more)) => Some(Span::Range(from, from.saturating_add(more))),
    };
    // MARCspec syntax after the tag shows that `v10` is one of its tags.
    let (rest, ()) = not(one_of("$/{[")).parse(rest)?;
    let target = match code {
        Some(code) => {
            let code = code.to_ascii_lowercase() as u8;
            Target::Codes(vec![Code { first: code, last: code, index: None, chars, conditions: Vec::new() }])
        }
        None => Target::Whole(chars),
    };
    let tag = tag.bytes().map_or(TagSpec::Number(tag), TagSpec::Shape);
    Ok((rest, Spec { tag, index, target, conditions: Vec::new() }))
}

/// Parses all of `input`; an error carries the position of the fault.
pub(super) fn whole(input: &str) -> Result<Spec, Fault> {
    match path(input) {
        Ok(("", spec)) => Ok(spec),
        Ok((rest, spec)) => Err(Fault::new(rest, could_follow(&spec))),
        Err(error) => Err(inner(error)),
    }
}

/// Names what may follow a path.
fn could_follow(spec: &Spec) -> &'static str {
    match &spec.target {
        Target::Whole(Some(_)) => "{ or the end",
        Target::Whole(None) if spec.tag == TagSpec::Leader => "/, { or the end",
        Target::Whole(None) => "[, /, ^, $, { or the end",
        Target::Indicator(_) => "{ or the end",
        Target::Codes(_) | Target::Embedded(_) => "$, [, /, { or the end",
    }
}
