//! Schemas of the words that the rules define, made from the rules' own lists so that the description cannot
//! fall behind.

use countersign_flows::core::{level, model, requirement};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident of $list:expr;)*) => {$(
        $(#[doc = $doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let list = $list;
                let words = list.iter().map(|word| word.as_str());
                let about = concat!($($doc),*).trim();
                let text = ObjectBuilder::new().schema_type(Type::String).description(Some(about));
                RefOr::from(Schema::from(text.enum_values(Some(words))))
            }
        }

        impl ToSchema for $name {}
    )*};
}

words! {
    /// How a message reaches a person.
    Channel of model::Channel::ALL;
    /// Something that an account can prove.
    Factor of model::Factor::ALL;
    /// Why a code was sent.
    Purpose of model::Purpose::ALL;
    /// Where a verification stands.
    VerificationStatus of model::VerificationStatus::ALL;
    /// What an account may do.
    AccountStatus of model::AccountStatus::ALL;
    /// How well an account is protected.
    Level of level::Level::ALL;
    /// Where a message stands.
    MessageStatus of model::MessageStatus::ALL;
    /// What is to be authorised.
    ActionKind of kinds();
    /// Where an action stands.
    ActionStatus of model::ActionStatus::ALL;
    /// Why an action was cancelled.
    CancelReason of model::CancelReason::ALL;
    /// What a source says: never more than three answers.
    Signal of requirement::Signal::ALL;
    /// What a hold began with.
    HoldCause of model::HoldCause::ALL;
    /// What happened.
    WebhookKind of model::WebhookKind::ALL;
    /// Where one telling stands.
    DeliveryStatus of model::DeliveryStatus::ALL;
}

/// Those that a relying party can open.
fn kinds() -> Vec<model::ActionKind> {
    model::ActionKind::ALL.iter().copied().filter(|kind| !kind.is_own()).collect()
}
