//! The environment on top of the file: `COUNTERSIGN__STORAGE__POSTGRES=…` sets `storage.postgres`, and a name that
//! ends in `_FILE` reads the value from the file it names, as secret mounts need it.

use toml::{Table, Value};

const PREFIX: &str = "COUNTERSIGN__";

/// Puts every variable with our prefix into the tree.
pub(crate) fn overlay(
    tree: &mut Table,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(), String> {
    for (name, value) in variables {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        let (path, value) = match path.strip_suffix("_FILE") {
            Some(path) => {
                (path, std::fs::read_to_string(&value).map_err(|e| format!("{name}: {value}: {e}"))?)
            }
            None => (path, value),
        };
        let keys: Vec<String> = path.split("__").map(str::to_ascii_lowercase).collect();
        set(tree, &keys, parsed(value.trim_end()))
            .map_err(|()| format!("{name}: names no place in the file"))?;
    }
    Ok(())
}

/// Numbers, booleans and lists as TOML writes them; anything else is text.
fn parsed(text: &str) -> Value {
    let read = toml::from_str::<Table>(&format!("value = {text}")).ok().and_then(|mut t| t.remove("value"));
    match read {
        Some(value @ (Value::Integer(_) | Value::Boolean(_) | Value::Array(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

fn set(tree: &mut Table, keys: &[String], value: Value) -> Result<(), ()> {
    let (last, parents) = keys.split_last().ok_or(())?;
    let mut place = tree;
    for key in parents {
        place = place.entry(key).or_insert_with(|| Value::Table(Table::new())).as_table_mut().ok_or(())?;
    }
    place.insert(last.clone(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_variable_replaces_or_adds_and_others_are_left_alone() {
        let mut tree: Table = toml::from_str("listen = \"a\"\n[storage]\nsqlite = \"x\"").unwrap();
        let variables = [
            pair("COUNTERSIGN__LISTEN", "127.0.0.1:9"),
            pair("COUNTERSIGN__STORAGE__QUEUE_MAX", "64"),
            pair("COUNTERSIGN__KEYS__MASTER", "[\"1:ab\"]"),
            pair("PATH", "/bin"),
        ];
        overlay(&mut tree, variables.into_iter()).unwrap();
        assert_eq!(tree["listen"].as_str(), Some("127.0.0.1:9"));
        assert_eq!(tree["storage"]["queue_max"].as_integer(), Some(64));
        assert_eq!(tree["storage"]["sqlite"].as_str(), Some("x"));
        assert_eq!(tree["keys"]["master"][0].as_str(), Some("1:ab"));
        assert_eq!(tree.len(), 3);
        let beneath_a_text = [pair("COUNTERSIGN__LISTEN__PORT", "1")];
        assert!(overlay(&mut tree, beneath_a_text.into_iter()).is_err());
    }
}
