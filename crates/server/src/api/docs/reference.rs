//! The API reference: the OpenAPI document, cut into what a page shows. Reads the document as any other
//! program would, so the page says exactly what the document says.

use super::prose::Prose;
use crate::api::description;
use serde_json::Value;
use std::sync::LazyLock;

/// What the page shows, read once.
pub(super) static REFERENCE: LazyLock<Reference> = LazyLock::new(|| {
    // Our own document: if it could not be read, the test of the golden file would have said so.
    let document: Value = serde_json::from_str(&description::TEXT).unwrap_or_default();
    Reference::read(&document)
});

/// The whole reference.
#[derive(Debug)]
pub(super) struct Reference {
    /// What is the same everywhere.
    pub(super) about: Vec<Prose>,
    /// The operations by what they are about.
    pub(super) groups: Vec<Group>,
}

/// Operations on one kind of thing.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) about: Prose,
    pub(super) operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    /// Also its anchor.
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) title: String,
    pub(super) about: Vec<Prose>,
    /// In the path, the query and the headers.
    pub(super) parameters: Vec<Field>,
    /// In the body.
    pub(super) body: Vec<Field>,
    pub(super) answer: Answer,
    pub(super) errors: Vec<ErrorLine>,
    call: Call,
}

/// A parameter, or a part of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// Its type in words, and where it stands if not in a body.
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) about: Prose,
    /// The values it can have, if they are few.
    pub(super) values: Vec<String>,
}

/// What comes back when nothing is wrong.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) about: Prose,
    pub(super) fields: Vec<Field>,
    pub(super) example: String,
}

/// One error that an operation answers with.
#[derive(Debug)]
pub(super) struct ErrorLine {
    pub(super) status: String,
    pub(super) code: String,
    pub(super) title: String,
}

#[derive(Debug)]
struct Call {
    /// Path and query with examples in them.
    target: String,
    needs_key: bool,
    needs_idempotency_key: bool,
    body: Option<Value>,
}

impl Reference {
    fn read(document: &Value) -> Reference {
        let operations: Vec<(&str, Operation)> = objects(&document["paths"])
            .flat_map(|(path, item)| objects(item).map(move |(method, operation)| (path, method, operation)))
            .map(|(path, method, operation)| {
                let tag = operation["tags"][0].as_str().unwrap_or_default();
                (tag, Operation::read(document, path, method, operation))
            })
            .collect();
        let mut groups: Vec<Group> = items(&document["tags"])
            .map(|tag| Group {
                name: text(&tag["name"]),
                about: Prose::of(&text(&tag["description"])),
                operations: Vec::new(),
            })
            .collect();
        for (tag, operation) in operations {
            if let Some(group) = groups.iter_mut().find(|group| group.name == tag) {
                group.operations.push(operation);
            }
        }
        Reference { about: Prose::paragraphs(&text(&document["info"]["description"])), groups }
    }

    /// Anchor and title of the operations that answer with an error.
    pub(super) fn operations_with(&self, code: &str) -> Vec<(&str, &str)> {
        let all = self.groups.iter().flat_map(|group| &group.operations);
        all.filter(|operation| operation.errors.iter().any(|error| error.code == code))
            .map(|operation| (operation.id.as_str(), operation.title.as_str()))
            .collect()
    }
}

impl Operation {
    fn read(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
        let responses = &operation["responses"];
        let good = objects(responses).find(|(status, _)| status.starts_with('2'));
        let request = &operation["requestBody"]["content"]["application/json"];
        Operation {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            title: text(&operation["summary"]),
            about: Prose::paragraphs(&text(&operation["description"])),
            parameters: items(&operation["parameters"]).map(parameter).collect(),
            body: fields(document, &request["schema"], ""),
            answer: good.map_or_else(Answer::none, |(status, found)| Answer::read(document, status, found)),
            errors: objects(responses).flat_map(|(status, found)| errors(status, found)).collect(),
            call: Call {
                target: target(path, &operation["parameters"]),
                needs_key: items(&operation["security"]).next().is_some(),
                needs_idempotency_key: items(&operation["parameters"])
                    .any(|p| p["name"] == "Idempotency-Key"),
                body: request.get("example").cloned(),
            },
        }
    }

    /// The call on a command line, with the key left to the reader's environment.
    pub(super) fn curl(&self, base: &str) -> String {
        let target = &self.call.target;
        // The shell would read a question mark as a pattern.
        let quote = if target.contains('?') { "'" } else { "" };
        let mut lines = vec![format!("curl {quote}{base}{target}{quote}")];
        if self.call.needs_key {
            lines.push("-H \"Authorization: Bearer $COUNTERSIGN_KEY\"".to_owned());
        }
        if self.call.needs_idempotency_key {
            // Every shell has these two; not every machine has a program that draws a UUID.
            lines.push("-H \"Idempotency-Key: $(date +%s)-$$\"".to_owned());
        }
        match &self.call.body {
            Some(body) => {
                lines.extend((self.method != "POST").then(|| format!("-X {}", self.method)));
                lines.push("-H \"Content-Type: application/json\"".to_owned());
                lines.push(format!("-d '{}'", body.to_string().replace('\'', "'\\''")));
            }
            None if self.method == "GET" => {}
            None => lines.push(format!("-X {}", self.method)),
        }
        lines.join(" \\\n  ")
    }
}

impl Answer {
    fn read(document: &Value, status: &str, response: &Value) -> Answer {
        let content = objects(&response["content"]).next().map_or(&Value::Null, |(_, content)| content);
        // What an answer has it always has; saying so on every line would only hide the words.
        let stated = |field| Field { is_required: false, ..field };
        Answer {
            status: status.to_owned(),
            about: Prose::of(&text(&response["description"])),
            fields: fields(document, &content["schema"], "").into_iter().map(stated).collect(),
            example: content.get("example").map(pretty).unwrap_or_default(),
        }
    }

    fn none() -> Answer {
        Answer { status: String::new(), about: Prose::of(""), fields: Vec::new(), example: String::new() }
    }
}

fn parameter(parameter: &Value) -> Field {
    let place = text(&parameter["in"]);
    Field {
        name: text(&parameter["name"]),
        kind: format!("{} in the {place}", kind(&parameter["schema"])),
        is_required: parameter["required"] == true,
        about: Prose::of(&text(&parameter["description"])),
        values: values(&parameter["schema"]),
    }
}

fn errors(status: &str, response: &Value) -> Vec<ErrorLine> {
    let examples = &response["content"]["application/problem+json"]["examples"];
    let line = |(code, example): (&str, &Value)| ErrorLine {
        status: status.to_owned(),
        code: code.to_owned(),
        title: text(&example["summary"]),
    };
    objects(examples).map(line).collect()
}

/// The parts of an object, required ones first, each with the parts of its own: `details.amount`,
/// `data[].name`. Our bodies are three levels deep at most, and none holds itself.
fn fields(document: &Value, schema: &Value, under: &str) -> Vec<Field> {
    let schema = resolve(document, schema);
    let required: Vec<&str> = items(&schema["required"]).filter_map(Value::as_str).collect();
    let mut parts: Vec<(&str, &Value)> = objects(&schema["properties"]).collect();
    parts.sort_by_key(|(name, _)| !required.contains(name));
    let mut found = Vec::new();
    for (name, part) in parts {
        let resolved = resolve(document, part);
        let is_list = resolved["type"] == "array";
        let beside_null = items(&part["oneOf"]).find_map(|one| one.get("description"));
        let about = part.get("description").or(beside_null).or_else(|| resolved.get("description"));
        let path = format!("{under}{name}");
        found.push(Field {
            name: path.clone(),
            kind: kind_of_part(part, resolved),
            is_required: required.contains(&name),
            about: Prose::of(&about.map(text).unwrap_or_default()),
            values: values(resolved),
        });
        let (inner, mark) = if is_list { (&resolved["items"], "[].") } else { (part, ".") };
        found.extend(fields(document, inner, &format!("{path}{mark}")));
    }
    found
}

/// What a schema refers to, `null` beside it set apart.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let either = schema.get("oneOf").map(items);
    let schema = either.and_then(|mut all| all.find(|one| one["type"] != "null")).unwrap_or(schema);
    match schema["$ref"].as_str().and_then(|place| place.strip_prefix('#')) {
        Some(place) => document.pointer(place).unwrap_or(&Value::Null),
        None => schema,
    }
}

fn kind_of_part(part: &Value, resolved: &Value) -> String {
    let may_be_null = items(&part["oneOf"]).any(|one| one["type"] == "null");
    if may_be_null { format!("{} or null", kind(resolved)) } else { kind(resolved) }
}

fn kind(schema: &Value) -> String {
    let name = |word: &Value| match text(word).as_str() {
        "string" if schema["format"] == "date-time" => "time".to_owned(),
        other => other.to_owned(),
    };
    match &schema["type"] {
        Value::Array(all) => all.iter().map(name).collect::<Vec<_>>().join(" or "),
        one => name(one),
    }
}

fn values(schema: &Value) -> Vec<String> {
    items(&schema["enum"]).filter(|value| !value.is_null()).map(text).collect()
}

/// The path with its parameters' examples in place.
fn target(path: &str, parameters: &Value) -> String {
    let mut target = path.to_owned();
    let mut query = Vec::new();
    for parameter in items(parameters) {
        let (name, example) = (text(&parameter["name"]), text(&parameter["example"]));
        match parameter["in"].as_str() {
            Some("path") => target = target.replace(&format!("{{{name}}}"), &example),
            Some("query") => query.push(format!("{name}={example}")),
            _ => {}
        }
    }
    if query.is_empty() { target } else { format!("{target}?{}", query.join("&")) }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn items(value: &Value) -> std::slice::Iter<'_, Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn objects(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(id: &str) -> &'static Operation {
        let mut all = REFERENCE.groups.iter().flat_map(|group| &group.operations);
        all.find(|operation| operation.id == id).unwrap()
    }

    #[test]
    fn every_operation_of_the_document_stands_on_the_page_whole() {
        let document: Value = serde_json::from_str(&description::TEXT).unwrap();
        let described: usize = objects(&document["paths"]).map(|(_, item)| objects(item).count()).sum();
        let shown: Vec<&Operation> = REFERENCE.groups.iter().flat_map(|group| &group.operations).collect();
        assert_eq!(shown.len(), described);
        for operation in shown {
            assert!(!operation.title.is_empty() && !operation.about.is_empty(), "{}", operation.id);
            assert!(
                !operation.answer.example.is_empty() && !operation.answer.fields.is_empty(),
                "{}",
                operation.id
            );
            let is_open = operation.id == "list_assertion_keys";
            assert_ne!(operation.call.needs_key, is_open, "{}", operation.id);
            let refuses = operation.errors.iter().any(|error| error.code == "key_invalid");
            assert_ne!(refuses, is_open, "{}", operation.id);
            let parts = operation.body.iter().chain(&operation.parameters).chain(&operation.answer.fields);
            for field in parts {
                let whole = !field.kind.is_empty() && !field.about.pieces.is_empty();
                assert!(whole, "{}: {field:?}", operation.id);
            }
        }
    }

    #[test]
    fn objects_inside_objects_are_shown_by_their_path() {
        let start = operation("start_verification");
        let names: Vec<&str> = start.body.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names[..2], ["purpose", "to"], "required ones come first");
        assert!(names.contains(&"details.amount") && names.contains(&"details.payee"), "{names:?}");
        // Its own words, not those of all details everywhere.
        let details = start.body.iter().find(|field| field.name == "details").unwrap();
        assert_eq!(details.kind, "object or null");
        assert!(details.about.pieces.iter().any(|(_, piece)| piece == "p2p_sell"), "{details:?}");
        let listed = operation("list_regions");
        assert!(listed.answer.fields.iter().any(|field| field.name == "data[].calling_code"));
        let checked = operation("check_verification");
        assert!(checked.answer.fields.iter().any(|field| field.name == "verification.status"));
    }

    #[test]
    fn the_calls_can_be_pasted() {
        let base = "https://accounts.example";
        assert_eq!(
            operation("cancel_verification").curl(base),
            "curl https://accounts.example/v1/verifications/vrf_0197cd5f4a007a6ab1c2d3e4f5061728/cancel \
             \\\n  -H \"Authorization: Bearer $COUNTERSIGN_KEY\" \\\n  -X POST"
        );
        let start = operation("start_verification").curl(base);
        assert!(start.contains("Idempotency-Key: $(date +%s)-$$") && start.contains("-d '{"), "{start}");
        let rates = operation("set_rates").curl(base);
        assert!(rates.contains("-X PUT \\\n") && rates.contains("-d '{"), "{rates}");
        let keys = operation("list_assertion_keys").curl(base);
        assert_eq!(keys, "curl https://accounts.example/.well-known/jwks.json");
        let regions = operation("list_regions").curl(base);
        assert!(regions.starts_with("curl 'https://accounts.example/v1/regions?search=thai'"), "{regions}");
    }
}
