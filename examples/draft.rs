//! One book as a record of MARC 21, UNIMARC, RUSMARC and IRBIS, made without a tag, and what its codes say.

use kartoteka::Dialect;
use kartoteka::coded::{Coded, Lang};
use kartoteka::draft::{Agent, Draft};

fn main() -> kartoteka::Result<()> {
    let draft = Draft::new("Leyli və Məcnun")
        .remainder("poema")
        .author(Agent::person("Füzuli", "Məhəmməd").dates("1494-1556"))
        .contributor(Agent::person("Araslı", "Həmid").role("compiler"))
        .isbn("9789952340006")
        .language("Azerbaijani")
        .country("Azerbaijan")
        .published("Bakı", "Yazıçı", 2004)
        .pages(320)
        .subject("Azərbaycan ədəbiyyatı", ["Poeziya"]);
    for dialect in [Dialect::Marc21, Dialect::Unimarc, Dialect::Rusmarc, Dialect::Irbis] {
        let record = draft.record(dialect)?;
        println!("{dialect}");
        record.fields().for_each(|field| println!("  {field}"));
        for value in Coded::of(record.view()).values() {
            println!("    {}: {}", value.name(Lang::Ru), value.label(Lang::Ru));
        }
    }
    Ok(())
}
