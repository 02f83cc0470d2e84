//! Words that the pages of delivery share: channels, statuses, countries, spans of time.

use countersign_flows::DeliveryWindow;
use countersign_flows::core::model::{AttemptStatus, Channel, MessageStatus, Purpose};
use countersign_flows::core::numbers;
use countersign_flows::core::route::Why;

use crate::web::words::Words;

pub(super) fn channel_key(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "console-channel-sms",
        Channel::Email => "console-channel-email",
        Channel::Voice => "console-channel-voice",
        Channel::Whatsapp => "console-channel-whatsapp",
    }
}

pub(super) fn message_status_key(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Queued => "console-message-queued",
        MessageStatus::Submitted => "console-message-submitted",
        MessageStatus::Delivered => "console-message-delivered",
        MessageStatus::Failed => "console-message-failed",
        MessageStatus::Expired => "console-message-expired",
        MessageStatus::Canceled => "console-message-canceled",
    }
}

pub(super) fn attempt_status_key(status: AttemptStatus) -> &'static str {
    match status {
        AttemptStatus::Submitting => "console-attempt-submitting",
        AttemptStatus::Accepted => "console-attempt-accepted",
        AttemptStatus::Delivered => "console-attempt-delivered",
        AttemptStatus::Failed => "console-attempt-failed",
        AttemptStatus::Unknown => "console-attempt-unknown",
        AttemptStatus::Overdue => "console-attempt-overdue",
    }
}

pub(super) fn why_key(why: Why) -> &'static str {
    match why {
        Why::Best => "console-chosen-best",
        Why::Explored => "console-chosen-explored",
        Why::Probe => "console-chosen-probe",
        Why::Fallback => "console-chosen-fallback",
        Why::Only => "console-chosen-only",
    }
}

pub(in crate::web::views) fn purpose_key(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::SignUp => "console-purpose-sign-up",
        Purpose::SignIn => "console-purpose-sign-in",
        Purpose::Bind => "console-purpose-bind",
        Purpose::SettingChange => "console-purpose-setting",
        Purpose::PasswordReset => "console-purpose-reset",
        Purpose::Withdrawal => "console-purpose-withdrawal",
        Purpose::P2pSell => "console-purpose-sale",
        Purpose::ApiKey => "console-purpose-api-key",
        Purpose::Transfer => "console-purpose-transfer",
        Purpose::Recovery => "console-purpose-recovery",
    }
}

/// A country by its name; the whole route and what has no country have words of their own.
pub(super) fn place_in_words(words: &Words, region: &str) -> String {
    let known = region.parse().ok().and_then(numbers::region);
    match known {
        Some(known) => known.name.to_owned(),
        None if region.is_empty() => words.text("console-place-all").into_owned(),
        None => region.to_owned(),
    }
}

pub(super) fn window_key(window: DeliveryWindow) -> &'static str {
    match window {
        DeliveryWindow::Quarter => "console-window-quarter",
        DeliveryWindow::TwoHours => "console-window-two-hours",
        DeliveryWindow::Day => "console-window-day",
        DeliveryWindow::Week => "console-window-week",
    }
}
