//! Everything that is logged while the tests run, as text, so that a test can look for what must not be there
//! (R10).

use std::fmt::Debug;
use std::sync::{Mutex, Once};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static WRITTEN: Mutex<String> = Mutex::new(String::new());
static START: Once = Once::new();

/// Starts writing, once for all tests.
pub(crate) fn start() {
    START.call_once(|| {
        tracing::subscriber::set_global_default(Logbook).unwrap();
    });
}

/// All that was logged so far, by any test.
pub(crate) fn text() -> String {
    WRITTEN.lock().unwrap().clone()
}

struct Logbook;

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl Subscriber for Logbook {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("countersign")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Line(&mut WRITTEN.lock().unwrap()));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Line(&mut WRITTEN.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut written = WRITTEN.lock().unwrap();
        event.record(&mut Line(&mut written));
        written.push('\n');
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
