//! Schemas of the words that the rules define, made from the rules' own lists so that the description cannot
//! fall behind.

use countersign_flows::core::model;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident)*) => {$(
        $(#[doc = $doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = model::$name::ALL.iter().map(|word| word.as_str());
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
    Channel
    /// Something that an account can prove.
    Factor
    /// Why a code was sent.
    Purpose
    /// Where a verification stands.
    VerificationStatus
    /// What an account may do.
    AccountStatus
    /// Where a message stands.
    MessageStatus
}
