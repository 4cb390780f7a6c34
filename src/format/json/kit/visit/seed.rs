//! Macros for the code that all visitors share.

/// The methods of a visitor that leaves out scalar values, with the finding `$what`.
macro_rules! leaves_out_scalars {
    ($what:literal) => {
        fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
            self.0.note(JSON_SHAPE, $what, "left out");
            Ok(())
        }
    };
}

/// Declares a seed that is its own visitor and deserializes by `$how`.
macro_rules! seed {
    ($name:ident, $how:ident) => {
        seed!($name, $how, ());
    };
    ($name:ident, $how:ident, $value:ty) => {
        struct $name<'a, 'b>(&'a mut Build<'b>);

        impl<'de> DeserializeSeed<'de> for $name<'_, '_> {
            type Value = $value;

            #[inline]
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<$value, D::Error> {
                deserializer.$how(self)
            }
        }
    };
}

pub(super) use {leaves_out_scalars, seed};
