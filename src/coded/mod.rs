//! The coded view of a record: what the characters of its leader, its fields of fixed length and its codes say.
//!
//! [`Coded::of`] reads leader, 006, 007 and 008 of MARC 21, also of authority, holdings and classification records, the fields
//! 1XX of UNIMARC and RUSMARC, and every subfield that has a code of a list, such as 041, 043 and 044. [`set()`] writes
//! them by code or by label, and refuses what the format does not know. [`CodeList`] is a list of codes on its own.
//!
//! What a position means is data: the tables of [`schema`](crate::schema), by which records are validated too. Labels are in English
//! and in Russian, as far as there are any: see [`Lang`]. IRBIS keeps codes in subfields of its own, which are in
//! [`model`](crate::model).
//!
//! # Example
//! ```
//! use kartoteka::coded::{self, CodeList, Coded, Lang, Meaning};
//!
//! let mut record = kartoteka::Record::builder()
//!     .leader("00000cam a2200000 i 4500")
//!     .control_field("008", "990101s1999    aj a   j      000 f aze d")
//!     .data_field("245", "10", [('a', "Leyli və Məcnun")])
//!     .build()?;
//! let view = Coded::of(record.view());
//! let form = view.get("008/33").unwrap();
//! assert_eq!(form.to_string(), "008[0]/33 Literary form: f (Novels)");
//! assert_eq!(form.meaning(), Meaning::Known("Novels"));
//! assert_eq!(view.get("LDR/06").unwrap().label(Lang::Ru), "Текстовый материал");
//! assert_eq!(view.get("008/22").unwrap().label(Lang::En), "Juvenile");
//!
//! coded::set(&mut record, "008/33", "Poetry")?;
//! coded::set(&mut record, "008/18-21", "ab")?;
//! assert!(coded::set(&mut record, "008/33", "q").is_err());
//! assert_eq!(record.field("008").unwrap().lead(), "990101s1999    aj ab  j      000 p aze d");
//!
//! let languages = CodeList::named("languages").unwrap();
//! assert_eq!(languages.label("aze", Lang::Ru), Some("азербайджанский"));
//! assert_eq!(languages.code("Kazakh"), Some("kaz"));
//! # Ok::<(), kartoteka::Error>(())
//! ```
mod element;
mod encode;
mod lang;
mod list;
mod set;
mod spot;
mod template;
mod view;

pub use self::lang::Lang;
pub use self::list::CodeList;
pub use self::set::{set, set_as};
pub use self::view::{Code, Coded, Meaning, Value};
