//! JSON as strictly as RFC 8259 allows: one value in UTF-8, every name once in each object (R9: two readers
//! of one body must not see different values). Keeps only what parameters are made of: no number is a
//! parameter's value, and no list stands within a list, so of those only the kind is kept.

use crate::api::problem::Problem;
use crate::api::problem::table::Kind;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::collections::BTreeMap;
use std::fmt;

/// A value, as far as parameters care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Flag(bool),
    Text(String),
    Object(BTreeMap<String, Json>),
    List(Vec<Json>),
    /// A number, or a list within a list.
    Other,
}

/// Reads a body. Whether its value is the right kind is for the caller.
pub(super) fn read(bytes: &[u8]) -> Result<Json, Problem> {
    let malformed = |detail: String| Problem::new(Kind::BodyMalformed).detail(detail);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let sound = &bytes[..error.valid_up_to()];
        let line = sound.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = sound.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        malformed(format!("Not UTF-8 at line {line}, column {column}."))
    })?;
    // The parser's own words quote what it read, so only the place is told.
    serde_json::from_str(text).map_err(|error| {
        let what = if error.is_data() { "A name stands twice" } else { "Not JSON" };
        malformed(format!("{what} at line {}, column {}.", error.line(), error.column()))
    })
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AnyValue { in_list: false }.deserialize(deserializer)
    }
}

/// Reads whatever stands there; lists are skipped within a list.
#[derive(Clone, Copy)]
struct AnyValue {
    in_list: bool,
}

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        if self.in_list {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Json::Other);
        }
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(AnyValue { in_list: true })? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(name) = entries.next_key::<String>()? {
            if fields.insert(name, entries.next_value_seed(self)?).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &[u8]) -> BTreeMap<String, Json> {
        match read(body).unwrap() {
            Json::Object(fields) => fields,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_object_is_read_and_nothing_of_it_is_lost_that_a_parameter_could_be() {
        let read = fields(br#" {"a":"\u0661","b":null,"c":{"d":"e"},"f":1,"g":[{"h":"j"},[]],"i":true} "#);
        assert_eq!(read["a"], Json::Text("\u{661}".to_owned()));
        assert_eq!(read["b"], Json::Null);
        assert_eq!(read["c"], Json::Object(BTreeMap::from([("d".to_owned(), Json::Text("e".to_owned()))])));
        assert_eq!((&read["f"], &read["i"]), (&Json::Other, &Json::Flag(true)));
        let item = BTreeMap::from([("h".to_owned(), Json::Text("j".to_owned()))]);
        assert_eq!(read["g"], Json::List(vec![Json::Object(item), Json::Other]));
        // Lists within lists are skipped, not entered, however deep they are.
        for (open, close) in [("[", "]"), ("[{\"b\":[", "]}]")] {
            let deep = format!("{{\"a\":{open}{}{}{close}}}", "[".repeat(100_000), "]".repeat(100_000));
            assert!(matches!(&fields(deep.as_bytes())["a"], Json::List(items) if items.len() == 1));
        }
    }

    #[test]
    fn whatever_is_not_one_value_is_refused_without_being_quoted() {
        let deep = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        for body in [
            "",
            " ",
            "secret",
            "\"secret",
            "{",
            "{}{}",
            "{} x",
            "{\"a\":1,}",
            "{'a':1}",
            "{a:1}",
            "{\"a\":01}",
            "{\"a\":\"secret\",\"a\":\"b\"}",
            "{\"a\":{\"secret\":1,\"secret\":1}}",
            "{\"a\":[{\"secret\":1,\"secret\":1}]}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":1e999}",
            "{\"a\":\"\u{1}\"}",
            "\u{feff}{}",
            "{\"a\":NaN}",
            &deep,
        ] {
            let problem = read(body.as_bytes()).unwrap_err();
            let shown = format!("{problem:?}");
            assert!(shown.contains("BodyMalformed") && !shown.contains("secret"), "{shown}");
        }
        let shown = format!("{:?}", read(b"{\n \"ab\": \"\xff\"}").unwrap_err());
        assert!(shown.contains("line 2, column 9"), "{shown}");
        let shown = format!("{:?}", read(b"{\n\n  \"a\": }").unwrap_err());
        assert!(shown.contains("line 3, column 8"), "{shown}");
    }
}
