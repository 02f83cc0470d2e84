//! What each provider's answers mean. Words and numbers in them are never kept (R10).

use super::*;
use Failure::{Number, Route, Temporary, Throttled};

fn judge(provider: &str, account: Value, status: u16, body: &str) -> Submission {
    let answer = Answer { status, body: body.as_bytes().to_vec() };
    route(provider, account, Some(TOKEN)).provider.judge(&answer)
}

fn accepted(ids: &[&str]) -> Submission {
    Submission::Accepted { provider_ids: ids.iter().map(|id| (*id).to_owned()).collect() }
}

#[test]
fn a_yes_has_an_identifier_and_without_one_it_is_lost() {
    let cases = [
        ("twilio", 201, "{\"sid\":\"SM77\",\"status\":\"queued\",\"to\":\"+4915112345678\"}"),
        (
            "infobip",
            200,
            "{\"bulkId\":\"b\",\"messages\":[{\"messageId\":\"SM77\",\"status\":{\"groupId\":1}}]}",
        ),
        ("telnyx", 200, "{\"data\":{\"id\":\"SM77\",\"to\":[{\"status\":\"queued\"}]}}"),
        ("aws", 200, "{\"MessageId\":\"SM77\"}"),
        ("messagebird", 201, "{\"id\":\"SM77\",\"recipients\":{\"totalCount\":1}}"),
        ("plivo", 202, "{\"message\":\"message(s) queued\",\"message_uuid\":[\"SM77\"],\"api_id\":\"a\"}"),
        ("sinch", 201, "{\"id\":\"SM77\",\"to\":[\"4915112345678\"]}"),
        ("whatsapp", 200, "{\"contacts\":[{\"wa_id\":\"49\"}],\"messages\":[{\"id\":\"SM77\"}]}"),
        ("generic", 200, "{\"id\":\"SM77\"}"),
        (
            "vonage",
            200,
            "{\"message-count\":\"1\",\"messages\":[{\"status\":\"0\",\"message-id\":\"SM77\"}]}",
        ),
    ];
    assert_eq!(cases.len(), PROVIDERS.len());
    for (provider, status, body) in cases {
        assert_eq!(judge(provider, account(provider), status, body), accepted(&["SM77"]), "{provider}");
        for nothing in ["", "<html>", "{}", "[]", &body.replace("SM77", ""), &body.replace("SM77", "a b")] {
            let said = judge(provider, account(provider), status, nothing);
            assert_eq!(said, Submission::Lost, "{provider}: {nothing}");
        }
    }
    let two =
        "{\"messages\":[{\"status\":\"0\",\"message-id\":\"A\"},{\"status\":\"0\",\"message-id\":\"B\"}]}";
    assert_eq!(judge("vonage", account("vonage"), 200, two), accepted(&["A", "B"]));
}

#[test]
fn a_status_alone_says_whose_fault_it_is() {
    for provider in PROVIDERS {
        for (status, failure) in [
            (401, Route),
            (403, Route),
            (404, Route),
            (307, Route),
            (429, Throttled),
            (408, Temporary),
            (503, Temporary),
        ] {
            let expected = Submission::Refused { failure, code: status.to_string() };
            let said = judge(provider, account(provider), status, "<h1>+4915112345678 482913</h1>");
            assert_eq!(said, expected, "{provider} {status}");
        }
    }
}

#[test]
fn a_code_of_vonage_says_more() {
    let vonage =
        |status: &str| format!("{{\"messages\":[{{\"status\":\"{status}\",\"error-text\":\"+49151\"}}]}}");
    let vonage_cases =
        [("1", Throttled), ("5", Temporary), ("7", Number), ("9", Route), ("15", Route), ("29", Route)];
    for (status, failure) in vonage_cases {
        let expected = Submission::Refused { failure, code: status.to_owned() };
        assert_eq!(judge("vonage", account("vonage"), 200, &vonage(status)), expected);
    }
}

#[test]
fn a_code_says_more() {
    let cases = [
        ("twilio", 400, "{\"code\":21614,\"message\":\"+4915112345678 is not\"}", Number, "21614"),
        ("twilio", 400, "{\"code\":21610}", Number, "21610"),
        ("twilio", 400, "{\"code\":21408}", Route, "21408"),
        ("twilio", 429, "{\"code\":20429}", Throttled, "20429"),
        (
            "infobip",
            200,
            "{\"messages\":[{\"messageId\":\"x\",\"status\":{\"groupId\":5,\"id\":52}}]}",
            Number,
            "52",
        ),
        (
            "infobip",
            200,
            "{\"messages\":[{\"messageId\":\"x\",\"status\":{\"groupId\":5,\"id\":12}}]}",
            Route,
            "12",
        ),
        ("telnyx", 400, "{\"errors\":[{\"code\":\"40310\",\"detail\":\"+4915\"}]}", Number, "40310"),
        ("telnyx", 400, "{\"errors\":[{\"code\":\"40305\"}]}", Route, "40305"),
        ("telnyx", 429, "{\"errors\":[{\"code\":\"10011\"}]}", Throttled, "10011"),
        (
            "aws",
            400,
            "{\"__type\":\"com.amazonaws.sms#ThrottlingException\"}",
            Throttled,
            "ThrottlingException",
        ),
        (
            "aws",
            400,
            "{\"__type\":\"ConflictException\",\"Reason\":\"DESTINATION_PHONE_NUMBER_OPTED_OUT\"}",
            Number,
            "DESTINATION_PHONE_NUMBER_OPTED_OUT",
        ),
        (
            "aws",
            400,
            "{\"__type\":\"ValidationException\",\"Reason\":\"SENDER_ID_NOT_REGISTERED\"}",
            Route,
            "SENDER_ID_NOT_REGISTERED",
        ),
        ("aws", 500, "{\"__type\":\"InternalServerException\"}", Temporary, "InternalServerException"),
        ("messagebird", 422, "{\"errors\":[{\"code\":10,\"parameter\":\"recipients\"}]}", Number, "10"),
        ("messagebird", 422, "{\"errors\":[{\"code\":10,\"parameter\":\"originator\"}]}", Route, "10"),
        ("messagebird", 422, "{\"errors\":[{\"code\":25}]}", Route, "25"),
        (
            "sinch",
            400,
            "{\"code\":\"syntax_invalid_parameter_format\"}",
            Number,
            "syntax_invalid_parameter_format",
        ),
        ("sinch", 403, "{\"code\":\"unknown_principal\"}", Route, "unknown_principal"),
        ("whatsapp", 400, "{\"error\":{\"code\":131026,\"message\":\"+4915\"}}", Number, "131026"),
        ("whatsapp", 400, "{\"error\":{\"code\":130429}}", Throttled, "130429"),
        ("whatsapp", 500, "{\"error\":{\"code\":131000}}", Temporary, "131000"),
        ("whatsapp", 401, "{\"error\":{\"code\":190}}", Route, "190"),
        // A code that could be a number, or words, is not kept.
        ("twilio", 400, "{\"code\":\"4915112345678\"}", Route, "unreadable"),
        ("sinch", 400, "{\"code\":\"no route to +49\"}", Route, "unreadable"),
    ];
    for (provider, status, body, failure, code) in cases {
        let expected = Submission::Refused { failure, code: code.to_owned() };
        assert_eq!(judge(provider, account(provider), status, body), expected, "{provider} {body}");
    }
}

#[test]
fn a_generic_answer_is_read_as_configured() {
    let mut rules = account("generic");
    rules["answer"] = json!({
        "id": "/m/0/id", "error": "/m/0/err", "accepted": ["0", "OK"],
        "number": ["13"], "throttled": ["88"], "temporary": ["99"],
    });
    let answer = |error: &str| format!("{{\"m\":[{{\"id\":7,\"err\":\"{error}\"}}]}}");
    for error in ["0", "OK"] {
        assert_eq!(judge("generic", rules.clone(), 200, &answer(error)), accepted(&["7"]));
    }
    for (error, failure) in [("13", Number), ("88", Throttled), ("99", Temporary), ("1", Route)] {
        let expected = Submission::Refused { failure, code: error.to_owned() };
        assert_eq!(judge("generic", rules.clone(), 200, &answer(error)), expected);
    }
}

#[test]
fn no_answer_is_lost_only_once_the_request_was_out() {
    assert_eq!(unanswered(HttpError::NoAnswer), Submission::Lost);
    assert_eq!(unanswered(HttpError::TimedOut { begun: true }), Submission::Lost);
    for error in [HttpError::NoConnection, HttpError::UnknownHost, HttpError::TimedOut { begun: false }] {
        assert_eq!(unanswered(error), Submission::NotSent);
    }
    for error in [HttpError::Forbidden, HttpError::NotTrusted] {
        assert!(matches!(unanswered(error), Submission::Refused { failure: Route, .. }), "{error}");
    }
}
