//! JSON objects, written member by member.

/// A JSON object that is being written, its members in the order of the calls.
pub(crate) struct Object<'o> {
    out: &'o mut String,
    is_empty: bool,
}

/// Appends an object.
pub(crate) fn object(out: &mut String, fill: impl FnOnce(&mut Object<'_>)) {
    out.push('{');
    fill(&mut Object { out, is_empty: true });
    out.push('}');
}

impl Object<'_> {
    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(',');
        }
        quote(key, self.out);
        self.out.push(':');
    }

    /// Adds JSON.
    pub(crate) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.push_str(json);
    }

    pub(crate) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        quote(value, self.out);
    }

    pub(crate) fn number(&mut self, key: &str, value: u64) {
        self.raw(key, &value.to_string());
    }

    /// Adds text, or `null`.
    pub(crate) fn optional(&mut self, key: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(key, value),
            None => self.raw(key, "null"),
        }
    }

    /// Adds whatever serde writes.
    pub(crate) fn value(&mut self, key: &str, value: &impl serde::Serialize) {
        // Strings, numbers and lists of them can always be written.
        self.raw(key, &serde_json::to_string(value).unwrap_or_default());
    }

    pub(crate) fn flag(&mut self, key: &str, value: bool) {
        self.raw(key, if value { "true" } else { "false" });
    }

    pub(crate) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        object(self.out, fill);
    }

    /// Adds an array of objects.
    pub(crate) fn list<T>(&mut self, key: &str, items: &[T], fill: impl Fn(&T, &mut Object<'_>)) {
        self.key(key);
        self.out.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            object(self.out, |object| fill(item, object));
        }
        self.out.push(']');
    }
}

/// Appends text in quotes.
fn quote(text: &str, out: &mut String) {
    // A string can always be written.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
