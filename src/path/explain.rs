//! Paths explained in English.

use super::ast::{Code, Condition, Op, Span, Spec, TagSpec, Target, Term, Test};

/// Returns a line for the selection, and an indented line for each condition.
pub(super) fn explain(spec: &Spec) -> String {
    let mut lines = vec![spec_line(spec)];
    for condition in &spec.conditions {
        lines.push(format!("  where {}", condition_line(condition)));
    }
    match &spec.target {
        Target::Codes(codes) => {
            for code in codes {
                for condition in &code.conditions {
                    lines.push(format!("  {} where {}", code_name(code), condition_line(condition)));
                }
            }
        }
        Target::Embedded(inner) => lines.extend(explain(inner).lines().skip(1).map(str::to_owned)),
        Target::Whole(_) | Target::Indicator(_) => {}
    }
    lines.join("\n")
}

fn spec_line(spec: &Spec) -> String {
    let fields = fields(spec);
    match &spec.target {
        Target::Whole(None) if spec.tag == TagSpec::Leader => "the leader".to_owned(),
        Target::Whole(None) => format!("{fields}, as a whole"),
        Target::Whole(Some(span)) => format!("{} of {fields}", characters(*span)),
        Target::Indicator(number) => format!("indicator {number} of {fields}"),
        Target::Codes(codes) => {
            let codes: Vec<_> = codes.iter().map(subfields).collect();
            format!("{} of {fields}", codes.join(", "))
        }
        Target::Embedded(inner) => format!("{}, embedded in {fields}", spec_line(inner)),
    }
}

fn fields(spec: &Spec) -> String {
    let tag = match spec.tag {
        TagSpec::Leader => return "the leader".to_owned(),
        TagSpec::Shape(shape) if shape == *b"..." => "field".to_owned(),
        TagSpec::Shape(shape) if shape.contains(&b'.') => format!("field {} (. is any character)", spec.tag),
        tag => format!("field {tag}"),
    };
    match spec.index {
        None => format!("each {tag}"),
        Some(span) => which(span, &tag),
    }
}

/// Returns the occurrences in words, counted from 1 as people do.
fn which(span: Span, what: &str) -> String {
    let nth = |at: u32| u64::from(at) + 1;
    match span {
        Span::One(at) => format!("{what} number {}", nth(at)),
        Span::Range(from, to) => format!("each {what} from number {} to {}", nth(from), nth(to)),
        Span::From(from) => format!("each {what} from number {} on", nth(from)),
        Span::Last(0) => format!("the last {what}"),
        Span::Last(more) => format!("the last {} of {what}", nth(more)),
    }
}

fn characters(span: Span) -> String {
    match span {
        Span::One(at) => format!("character {at}"),
        Span::Range(from, to) => format!("characters {from} to {to}"),
        Span::From(from) => format!("the characters from {from} on"),
        Span::Last(0) => "the last character".to_owned(),
        Span::Last(more) => format!("the last {} characters", u64::from(more) + 1),
    }
}

fn code_name(code: &Code) -> String {
    let first = char::from(code.first);
    if code.first == code.last {
        format!("${first}")
    } else {
        format!("${first} to ${}", char::from(code.last))
    }
}

fn subfields(code: &Code) -> String {
    let name = format!("subfield {}", code_name(code));
    let named = code.index.map_or(name.clone(), |span| which(span, &name));
    code.chars.map_or(named.clone(), |span| format!("{} of {named}", characters(span)))
}

fn condition_line(Condition(tests): &Condition) -> String {
    let tests: Vec<_> = tests.iter().map(test).collect();
    tests.join(", or ")
}

fn test(test: &Test) -> String {
    let left = test.left.as_ref().map_or("it".to_owned(), term);
    let right = term(&test.right);
    let verb = match (test.op, &test.left) {
        (Op::Exists, None) => return format!("there is {right}"),
        (Op::ExistsNot, None) => return format!("there is no {right}"),
        (Op::Exists, Some(_)) => return format!("there is {left}, and {right}"),
        (Op::ExistsNot, Some(_)) => return format!("there is {left}, and no {right}"),
        (Op::Equal, _) => "is",
        (Op::NotEqual, _) => "is not",
        (Op::Contains, _) => "contains",
        (Op::ContainsNot, _) => "does not contain",
    };
    format!("{left} {verb} {right}")
}

fn term(term: &Term) -> String {
    match term {
        Term::Text(text) => format!("\"{text}\""),
        Term::Path(spec) => format!("{} in the record", spec_line(spec)),
        Term::Code(code) => format!("{} of the field", subfields(code)),
        Term::Indicator(None, number) => format!("indicator {number} of the field"),
        Term::Indicator(Some(index), number) => {
            format!("indicator {number} of {}", which(*index, "field with the tag"))
        }
        Term::Index(index, None) => which(*index, "of the same"),
        Term::Index(index, Some(span)) => {
            format!("{} of {}", characters(*span), which(*index, "of the same"))
        }
        Term::Chars(span) => format!("{} of it", characters(*span)),
    }
}
