//! How values are written in answers: times in RFC 3339, bodies as JSON. Knows no resource.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use countersign_flows::core::time::Timestamp;
use serde::Serialize;

/// A body in JSON with its status.
pub(crate) struct Answer<T>(pub(crate) StatusCode, pub(crate) T);

impl<T> Answer<T> {
    /// 200.
    pub(crate) fn ok(body: T) -> Self {
        Self(StatusCode::OK, body)
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut response = (self.0, json_text(&self.1)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

/// The JSON text of one of our own bodies: structs of texts and numbers, which always have one.
pub(crate) fn json_text<T: Serialize>(body: &T) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

/// RFC 3339 in UTC with milliseconds. Times beyond the year 9999 are written as its end.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(time.unix_ms()).unwrap_or(jiff::Timestamp::MAX);
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_with_milliseconds() {
        // Expected values: date -u -d @1751500800 --iso-8601=seconds
        assert_eq!(rfc3339(Timestamp::from_unix_ms(1_751_500_800_000)), "2025-07-03T00:00:00.000Z");
        assert_eq!(rfc3339(Timestamp::from_unix_ms(1_751_500_800_007)), "2025-07-03T00:00:00.007Z");
        assert_eq!(rfc3339(Timestamp::EPOCH), "1970-01-01T00:00:00.000Z");
        assert!(rfc3339(Timestamp::from_unix_ms(i64::MAX)).starts_with("9999-12-30T"));
    }
}
