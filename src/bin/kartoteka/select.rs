//! `select`: a table of the values at paths.

use kartoteka::{FieldPath, Repeats, Row, Table};

use crate::args::{Select, TableForm};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::output::{Output, is_stdout};

/// What comes of a batch.
#[derive(Default)]
struct Made {
    text: String,
    row: Row,
    failure: Option<String>,
}

pub(crate) fn run(options: &Select) -> Result<Outcome, Failure> {
    let columns = FieldPath::parse_list(&options.paths)
        .map_err(|error| Failure::at(format_args!("{:?}", options.paths), error))?;
    let mut run = Run::new(&options.reading, is_stdout(&options.output))?;
    let output = Output::open(&options.output, &options.reading.inputs)?;
    let table = Table::new(columns)
        .repeats(options.repeats)
        .separator(&options.separator)
        .options(options.asking.options());
    let names: Vec<String> = table.columns().iter().map(ToString::to_string).collect();
    let form = options.to;
    let mut writer = output.writer(&options.output)?;
    let mut put = |text: &str| {
        writer.write_all(text.as_bytes()).map_err(|why| {
            output.sink.failure().unwrap_or_else(|| Failure::writing(options.output.display(), &why))
        })
    };
    if form != TableForm::Ndjson && !options.no_header {
        let mut head = String::new();
        for (at, name) in names.iter().enumerate() {
            separate(form, at, &mut head);
            cell(form, name, &mut head);
        }
        head.push('\n');
        put(&head)?;
    }
    let keys: Vec<String> = names.iter().map(|name| json(name)).collect();
    for path in &options.reading.inputs {
        let mut input = run.open(path)?;
        run.each_record(
            &mut input,
            options.jobs,
            |made: &mut Made, seen| {
                let Some(record) = seen.record else { return };
                let text = &mut made.text;
                let given = table.rows(record.view(), &mut made.row, &mut |row| match form {
                    TableForm::Ndjson => object(row, &keys, options.repeats, text),
                    form => line(row, form, options.repeats, text),
                });
                if let Err(error) = given {
                    let number = record.position().record.saturating_add(1);
                    made.failure.get_or_insert_with(|| format!("record {number}: {error}"));
                }
            },
            |made| {
                put(&made.text)?;
                made.text.clear();
                made.failure.take().map_or(Ok(()), |message| Err(Failure::new(message)))
            },
        )?;
    }
    writer.flush().map_err(|why| {
        output.sink.failure().unwrap_or_else(|| Failure::writing(options.output.display(), &why))
    })?;
    drop(writer);
    if let Some(failure) = output.sink.failure() {
        return Err(failure);
    }
    output.commit()?;
    Ok(run.finish())
}

fn separate(form: TableForm, at: usize, out: &mut String) {
    if at > 0 {
        out.push(if form == TableForm::Csv { ',' } else { '\t' });
    }
}

fn line(row: &Row, form: TableForm, repeats: Repeats, out: &mut String) {
    for (at, mut values) in row.cells().enumerate() {
        separate(form, at, out);
        match repeats {
            Repeats::List => {
                let values: Vec<_> = values.collect();
                cell(form, &serde_json::to_string(&values).unwrap_or_default(), out);
            }
            _ => cell(form, values.next().unwrap_or_default(), out),
        }
    }
    out.push('\n');
}

/// A value in CSV, quoted where it must be; in TSV with escapes for tab, line end and backslash.
fn cell(form: TableForm, value: &str, out: &mut String) {
    let is_special = |byte: u8| match form {
        TableForm::Csv => matches!(byte, b',' | b'"' | b'\n' | b'\r'),
        _ => matches!(byte, b'\t' | b'\\' | b'\n' | b'\r'),
    };
    if !value.bytes().any(is_special) {
        out.push_str(value);
        return;
    }
    if form == TableForm::Csv {
        out.push('"');
    }
    for character in value.chars() {
        match (form, character) {
            (TableForm::Csv, '"') => out.push_str("\"\""),
            (TableForm::Csv, other) => out.push(other),
            (_, '\t') => out.push_str("\\t"),
            (_, '\\') => out.push_str("\\\\"),
            (_, '\n') => out.push_str("\\n"),
            (_, '\r') => out.push_str("\\r"),
            (_, other) => out.push(other),
        }
    }
    if form == TableForm::Csv {
        out.push('"');
    }
}

fn json(value: &str) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn object(row: &Row, keys: &[String], repeats: Repeats, out: &mut String) {
    out.push('{');
    for (at, (mut values, key)) in row.cells().zip(keys).enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(key);
        out.push(':');
        match repeats {
            Repeats::List => {
                let values: Vec<_> = values.collect();
                out.push_str(&serde_json::to_string(&values).unwrap_or_default());
            }
            _ => match values.next() {
                Some(value) => out.push_str(&json(value)),
                None => out.push_str("null"),
            },
        }
    }
    out.push_str("}\n");
}
