//! What can be wrong with what a holder sent, and the numbered sentence that says so.
//!
//! Decides number and key of each sentence: the numbers are in the pages (`data-problem`) for tests and for
//! support, and never change their meaning. Refuses to know how the problem was found.

use crate::web::words::{Moment, Sentence, Words};
use countersign_flows::core::model::EvidenceRefusal;

/// One problem, beside the field or above the form it belongs to. 1xxx identity, 2xxx codes, 3xxx numbers,
/// 4xxx settings, 5xxx actions and factors, 6xxx the console, 7xxx support, 9xxx the service
/// itself.
/// 4xxx settings, 5xxx actions and factors, 6xxx the console, 7xxx documents and photos, 9xxx the service itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Problem {
    /// No email address or phone number was given.
    IdentifierMissing,
    /// It is neither.
    IdentifierUnreadable,
    /// A phone number without a country.
    RegionMissing,
    /// No password was given.
    PasswordMissing,
    /// Fewer characters than the policy asks.
    PasswordShort {
        /// The fewest allowed.
        characters_min: u32,
    },
    /// More than can be hashed.
    PasswordLong {
        /// The most allowed.
        characters_max: u32,
    },
    /// On the list of common or leaked passwords (R38).
    PasswordCommon,
    /// Sign-in refused. Says neither whether the account exists nor which part was wrong (R46).
    SignInRefused,
    /// The password of a signed-in holder is not right.
    PasswordWrong,
    /// Too many tries of the password.
    PasswordLocked {
        /// When it may be tried again.
        until: Moment,
    },

    /// Staff sign in with an email address, and this is none.
    EmailUnreadable,

    /// No code was given.
    CodeMissing,
    /// Letters, or anything that is not a code.
    CodeUnreadable {
        /// Digits of a right code.
        digits: u32,
    },
    /// Too few or too many digits.
    CodeLength {
        /// Digits of a right code.
        digits: u32,
        /// Digits that were entered.
        entered: u32,
    },
    /// Not the code.
    CodeWrong,
    /// It was the code before the newest one; counted.
    CodeEarlier,
    /// Its time ran out.
    CodeExpired,
    /// Its time ran out and a new one was sent at once.
    CodeExpiredNewSent,
    /// Asked for by another browser or page.
    CodeElsewhere,
    /// Asked for a new code before its time.
    ResendEarly {
        /// When a new one may be asked for.
        at: Moment,
    },
    /// Too many codes were sent without success.
    SendingLocked {
        /// When sending is possible again.
        until: Moment,
    },
    /// Too many wrong codes.
    CodesLocked {
        /// When codes are taken again.
        until: Moment,
    },
    /// The factor was disabled after too many failures (R17).
    FactorDisabled,
    /// The holder's own text has not come.
    OwnTextAwaited,

    /// No number was given.
    NumberMissing,
    /// Not a number.
    NumberUnreadable,
    /// Too few digits for its country.
    NumberShort,
    /// Too many digits for its country.
    NumberLong,
    /// No such number in its country's plan.
    NumberUnknown,
    /// The service does not text this country.
    RegionRefused {
        /// The country's name.
        region: String,
    },
    /// A fixed line.
    NumberFixedLine,
    /// An internet line.
    NumberVoip,
    /// Premium rate or shared cost.
    NumberPremium,
    /// A pager.
    NumberPager,
    /// Toll-free.
    NumberTollFree,
    /// Any other kind that takes no texts (voicemail, company-wide numbers).
    NumberOtherKind,
    /// Denied, without saying by which list.
    NumberDenied {
        /// For support.
        reference: String,
    },
    /// Bound to another account.
    NumberTaken,
    /// Already bound to this account.
    NumberYours,
    /// Another step was skipped or ran out.
    StepsAgain,

    /// No such recovery case, or not its access code: which of the two is not said (R46).
    CaseUnknown,
    /// Too many wrong access codes.
    CaseLocked {
        /// When one is looked at again.
        until: Moment,
    },
    /// The account has an open case of this kind.
    CaseOpenAlready,
    /// Nothing is left to prove for a new access code.
    CaseAccessUnprovable,
    /// No second factor of the account can be asked for now.
    SecondFactorNone,
    /// It had too many lately.
    CaseTooMany,
    /// No picture of the document's front.
    DocumentFrontMissing,
    /// None of its back.
    DocumentBackMissing,
    /// No photo with a note that carries a code of this round.
    NotePhotoMissing,
    /// No name, or one that is too long.
    DocumentNameMissing,
    /// A remark longer than is kept.
    RemarkLong {
        /// The most characters.
        characters_max: u32,
    },
    /// Which document it is was not said.
    DocumentKindMissing,
    /// Neither approved nor refused with a reason.
    VerdictMissing,
    /// Approved without having looked at everything.
    CaseChecksMissing,
    /// The operator has decided in this round.
    CaseDecidedTwice,
    /// The operator's own account.
    CaseOwn,
    /// The case does not stand where the page thought.
    CaseMoved,

    /// SMS is the only second factor.
    SmsOnlyFactor,
    /// The account is restricted or flagged.
    IdentityNeeded,
    /// No phone to text.
    PhoneNeeded,
    /// The session, device or factor was not found: it has ended already.
    SessionGone,
    /// The method is not one of this account's.
    MethodUnknown,

    /// No code of the authenticator app was given.
    TotpMissing,
    /// Not the app's code of this moment, or one that was used already (R35).
    TotpWrong,
    /// The app's code of another time: the phone's clock is off.
    TotpClockOff,
    /// No trading password was given.
    TradingPasswordMissing,
    /// Not six digits.
    TradingPasswordDigits,
    /// Not the trading password.
    TradingPasswordWrong,
    /// On the list of those tried first (R37).
    TradingPasswordCommon,
    /// A date, as birthdays are written.
    TradingPasswordDate,
    /// Digits of the account's own phone number.
    TradingPasswordOwnNumber,
    /// The two are not the same.
    TradingPasswordsDiffer,
    /// No recovery code was given.
    RecoveryCodeMissing,
    /// Not one of the set, or used already.
    RecoveryCodeWrong,
    /// The passkey's answer did not do.
    PasskeyRefused,
    /// This passkey is set up already.
    PasskeyKnown,
    /// The factor is set up already.
    FactorStands,
    /// It is the last strong factor and may not go (R43).
    FactorLastStrong,
    /// A name longer than is kept.
    NameLong {
        /// The most characters.
        characters_max: u32,
    },
    /// No phrase was given.
    PhraseMissing,
    /// A phrase longer than is kept.
    PhraseLong {
        /// The most characters.
        characters_max: u32,
    },
    /// No more time can be had for this action.
    MoreTimeSpent,
    /// The account is frozen.
    AccountFrozen,
    /// The account has nothing to confirm a setting with.
    NothingToConfirmWith,

    /// Not an amount of BTC.
    AmountUnreadable,
    /// Not a number of seconds.
    SecondsUnreadable,
    /// An operator's act without a reason.
    ReasonMissing,
    /// A reason longer than is kept.
    ReasonLong {
        /// The most characters.
        characters_max: u32,
    },
    /// Neither a message's identifier nor an address.
    LookUpUnreadable,
    /// Not what the audit can be narrowed to there.
    AuditFilterUnreadable,
    /// Nothing is known of that message.
    MessageUnknown,
    /// The address is not one that the route's channel reaches.
    AddressUnfit,
    /// A cap on sending was reached.
    CapReached {
        /// When its window ends.
        until: Moment,
    },
    /// This server does not drive the route.
    RouteElsewhere,
    /// Not a language tag.
    LocaleUnreadable,
    /// No text was written.
    TextMissing,
    /// More than is kept.
    TextLong {
        /// The most characters.
        characters_max: u32,
    },
    /// Line breaks or characters that cannot be seen.
    TextControl,
    /// A brace that opens or closes nothing.
    TextBrace,
    /// No value has this name.
    TextUnknown {
        /// In its braces.
        name: String,
    },
    /// A value that must be there is not.
    TextLacks {
        /// In its braces.
        name: String,
    },
    /// Such codes never have this value.
    TextOutOfPlace {
        /// In its braces.
        name: String,
    },
    /// A digit or another value stands right beside the code.
    TextCodeTouched,
    /// Something that phones make a link of (R12).
    TextLink {
        /// The word.
        link: String,
    },
    /// Two messages, and nobody agreed to pay for the second.
    TextSplit,
    /// More messages than anybody can agree to.
    TextSegments {
        /// How many.
        segments: u32,
    },

    /// A ticket without a title.
    TicketTitleMissing,
    /// A title longer than is kept.
    TicketTitleLong {
        /// The most characters.
        characters_max: u32,
    },
    /// Nothing was written.
    TicketTextMissing,
    /// A message longer than is kept.
    TicketTextLong {
        /// The most characters.
        characters_max: u32,
    },
    /// As many open tickets as an account may have.
    TicketsTooMany,
    /// As many messages as may be written in an hour.
    TicketMessagesTooMany,
    /// The ticket is over.
    TicketClosed,
    /// Something had to be masked; it is shown before it is sent.
    TicketMasked,
    /// That cannot be asked without signing in.
    TicketTopicRefused,
    /// Not the access code of this ticket.
    AccessCodeWrong,
    /// A ready answer without a name, or with a longer one than is kept.
    CannedName {
        /// The most characters.
        characters_max: u32,
    },
    /// A picture was not taken.
    Upload(EvidenceRefusal),
    /// No picture was chosen.
    UploadMissing,
    /// The upload is not known any more.
    UploadGone,
    /// Neither an account's identifier nor an address.
    AccountUnreadable,
    /// No account has it.
    AccountUnknown,
    /// The account has no such address.
    AddressNone,
    /// The account is protected as much already.
    ProtectedAlready,
    /// There is nothing of that kind to propose.
    ProposalNothing,
    /// A year's failures are used up: no proposal helps.
    BudgetSpent,
    /// The same proposal waits already.
    ProposalWaits,
    /// Whoever proposes never decides.
    ProposalOwn,
    /// Only whoever proposed takes it back.
    ProposalNotYours,
    /// The proposal has ended already.
    ProposalEnded,
    /// What was proposed is not there any more.
    ProposalStale,
    /// The address has a member of staff already.
    StaffTaken,
    /// A member of staff without a role.
    RolesMissing,
    /// Nobody changes their own access.
    StaffOneself,
    /// Without them nobody could let anybody in.
    StaffLastAdmin,
    /// It is so already.
    StaffUnchanged,
    /// They have no access.
    StaffNotThere,
    /// The command bar found nothing that the member of staff may see.
    NothingFound,
    /// A member of staff has nothing to take the second step with.
    SecondFactorMissing,
    /// An operator's app was disabled after too many wrong codes (R20).
    StaffFactorDisabled,
    /// It is an operator's last second factor.
    StaffFactorLast,
    /// As many passkeys as may be.
    PasskeysTooMany,

    /// No route takes messages at the moment.
    SendingUnavailable,
}

impl Problem {
    /// Stable, for tests and support.
    pub(crate) fn number(&self) -> u16 {
        self.entry().0
    }

    /// The sentence in the language of the page.
    pub(crate) fn sentence<'w>(&self, words: &'w Words) -> Sentence<'w> {
        let sentence = words.say(self.entry().1);
        match self {
            Problem::PasswordShort { characters_min: limit }
            | Problem::PasswordLong { characters_max: limit }
            | Problem::NameLong { characters_max: limit }
            | Problem::PhraseLong { characters_max: limit }
            | Problem::TextLong { characters_max: limit }
            | Problem::TicketTitleLong { characters_max: limit }
            | Problem::TicketTextLong { characters_max: limit }
            | Problem::CannedName { characters_max: limit }
            | Problem::ReasonLong { characters_max: limit }
            | Problem::RemarkLong { characters_max: limit } => sentence.set("limit", *limit),
            Problem::CaseLocked { until }
            | Problem::PasswordLocked { until }
            | Problem::SendingLocked { until }
            | Problem::CodesLocked { until }
            | Problem::CapReached { until } => sentence.set("until", *until),
            Problem::ResendEarly { at } => sentence.set("at", *at),
            Problem::CodeUnreadable { digits } => sentence.set("digits", *digits),
            Problem::CodeLength { digits, entered } => {
                sentence.set("digits", *digits).set("entered", *entered)
            }
            Problem::RegionRefused { region } => sentence.set("region", region),
            Problem::NumberDenied { reference } => sentence.set("reference", reference),
            Problem::TextUnknown { name }
            | Problem::TextLacks { name }
            | Problem::TextOutOfPlace { name } => sentence.set("name", name),
            Problem::TextLink { link } => sentence.set("link", link),
            Problem::TextSegments { segments } => sentence.set("count", *segments),
            _ => sentence,
        }
    }
}

/// The number and the key of every problem, one row each.
macro_rules! entries {
    ($($problem:pat => $number:literal $key:literal,)*) => {
        impl Problem {
            fn entry(&self) -> (u16, &'static str) {
                match self { $($problem => ($number, $key),)* }
            }
        }
    };
}

entries! {
    Problem::CaseUnknown => 3401 "problem-case-unknown",
    Problem::CaseLocked { .. } => 3402 "problem-case-locked",
    Problem::CaseOpenAlready => 3403 "problem-case-open-already",
    Problem::CaseTooMany => 3404 "problem-case-too-many",
    Problem::DocumentFrontMissing => 3405 "problem-document-front-missing",
    Problem::DocumentBackMissing => 3406 "problem-document-back-missing",
    Problem::NotePhotoMissing => 3407 "problem-note-photo-missing",
    Problem::DocumentNameMissing => 3408 "problem-document-name-missing",
    Problem::RemarkLong { .. } => 3409 "problem-remark-long",
    Problem::DocumentKindMissing => 3410 "problem-document-kind-missing",
    Problem::VerdictMissing => 3411 "problem-verdict-missing",
    Problem::CaseChecksMissing => 3412 "problem-case-checks-missing",
    Problem::CaseDecidedTwice => 3413 "problem-case-decided-twice",
    Problem::CaseOwn => 3414 "problem-case-own",
    Problem::CaseMoved => 3415 "problem-case-moved",
    Problem::CaseAccessUnprovable => 3416 "problem-case-access-unprovable",
    Problem::IdentifierMissing => 1001 "problem-identifier-missing",
    Problem::IdentifierUnreadable => 1002 "problem-identifier-unreadable",
    Problem::RegionMissing => 1003 "problem-region-missing",
    Problem::PasswordMissing => 1004 "problem-password-missing",
    Problem::PasswordShort { .. } => 1005 "problem-password-short",
    Problem::PasswordLong { .. } => 1006 "problem-password-long",
    Problem::PasswordCommon => 1007 "problem-password-common",
    Problem::SignInRefused => 1008 "problem-sign-in-refused",
    Problem::PasswordWrong => 1009 "problem-password-wrong",
    Problem::PasswordLocked { .. } => 1010 "problem-password-locked",
    Problem::EmailUnreadable => 1011 "problem-email-unreadable",
    Problem::CodeMissing => 2001 "problem-code-missing",
    Problem::CodeUnreadable { .. } => 2002 "problem-code-unreadable",
    Problem::CodeLength { .. } => 2003 "problem-code-length",
    Problem::CodeWrong => 2004 "problem-code-wrong",
    Problem::CodeEarlier => 2005 "problem-code-earlier",
    Problem::CodeExpired => 2006 "problem-code-expired",
    Problem::CodeExpiredNewSent => 2007 "problem-code-expired-new-sent",
    Problem::CodeElsewhere => 2008 "problem-code-elsewhere",
    Problem::ResendEarly { .. } => 2009 "problem-resend-early",
    Problem::SendingLocked { .. } => 2010 "problem-sending-locked",
    Problem::CodesLocked { .. } => 2011 "problem-codes-locked",
    Problem::FactorDisabled => 2012 "problem-factor-disabled",
    Problem::OwnTextAwaited => 2013 "problem-own-text-awaited",
    Problem::NumberMissing => 3001 "problem-number-missing",
    Problem::NumberUnreadable => 3002 "problem-number-unreadable",
    Problem::NumberShort => 3003 "problem-number-short",
    Problem::NumberLong => 3004 "problem-number-long",
    Problem::NumberUnknown => 3005 "problem-number-unknown",
    Problem::RegionRefused { .. } => 3006 "problem-region-refused",
    Problem::NumberFixedLine => 3007 "problem-number-fixed-line",
    Problem::NumberVoip => 3008 "problem-number-voip",
    Problem::NumberPremium => 3009 "problem-number-premium",
    Problem::NumberPager => 3010 "problem-number-pager",
    Problem::NumberTollFree => 3011 "problem-number-toll-free",
    Problem::NumberOtherKind => 3012 "problem-number-other-kind",
    Problem::NumberDenied { .. } => 3013 "problem-number-denied",
    Problem::NumberTaken => 3014 "problem-number-taken",
    Problem::NumberYours => 3015 "problem-number-yours",
    Problem::StepsAgain => 3016 "problem-steps-again",
    Problem::SmsOnlyFactor => 4001 "problem-sms-only-factor",
    Problem::IdentityNeeded => 4002 "problem-identity-needed",
    Problem::PhoneNeeded => 4003 "problem-phone-needed",
    Problem::SessionGone => 4004 "problem-session-gone",
    Problem::MethodUnknown => 4005 "problem-method-unknown",
    Problem::SecondFactorNone => 4006 "problem-second-factor-none",
    Problem::TotpMissing => 5001 "problem-totp-missing",
    Problem::TotpWrong => 5002 "problem-totp-wrong",
    Problem::TotpClockOff => 5003 "problem-totp-clock-off",
    Problem::TradingPasswordMissing => 5004 "problem-trading-password-missing",
    Problem::TradingPasswordDigits => 5005 "problem-trading-password-digits",
    Problem::TradingPasswordWrong => 5006 "problem-trading-password-wrong",
    Problem::TradingPasswordCommon => 5007 "problem-trading-password-common",
    Problem::TradingPasswordDate => 5008 "problem-trading-password-date",
    Problem::TradingPasswordOwnNumber => 5009 "problem-trading-password-own-number",
    Problem::TradingPasswordsDiffer => 5010 "problem-trading-passwords-differ",
    Problem::RecoveryCodeMissing => 5011 "problem-recovery-code-missing",
    Problem::RecoveryCodeWrong => 5012 "problem-recovery-code-wrong",
    Problem::PasskeyRefused => 5013 "problem-passkey-refused",
    Problem::PasskeyKnown => 5014 "problem-passkey-known",
    Problem::FactorStands => 5015 "problem-factor-stands",
    Problem::FactorLastStrong => 5016 "problem-factor-last-strong",
    Problem::NameLong { .. } => 5017 "problem-name-long",
    Problem::PhraseMissing => 5018 "problem-phrase-missing",
    Problem::PhraseLong { .. } => 5019 "problem-phrase-long",
    Problem::MoreTimeSpent => 5020 "problem-more-time-spent",
    Problem::AccountFrozen => 5021 "problem-account-frozen",
    Problem::NothingToConfirmWith => 5022 "problem-nothing-to-confirm-with",
    Problem::AmountUnreadable => 6001 "problem-amount-unreadable",
    Problem::SecondsUnreadable => 6002 "problem-seconds-unreadable",
    Problem::ReasonMissing => 6003 "problem-reason-missing",
    Problem::ReasonLong { .. } => 6004 "problem-reason-long",
    Problem::LookUpUnreadable => 6005 "problem-look-up-unreadable",
    Problem::MessageUnknown => 6006 "problem-message-unknown",
    Problem::AddressUnfit => 6007 "problem-address-unfit",
    Problem::CapReached { .. } => 6008 "problem-cap-reached",
    Problem::RouteElsewhere => 6009 "problem-route-elsewhere",
    Problem::AuditFilterUnreadable => 6401 "problem-audit-filter-unreadable",
    Problem::LocaleUnreadable => 6101 "problem-locale-unreadable",
    Problem::TextMissing => 6102 "problem-text-missing",
    Problem::TextLong { .. } => 6103 "problem-text-long",
    Problem::TextControl => 6104 "problem-text-control",
    Problem::TextBrace => 6105 "problem-text-brace",
    Problem::TextUnknown { .. } => 6106 "problem-text-unknown",
    Problem::TextLacks { .. } => 6107 "problem-text-lacks",
    Problem::TextOutOfPlace { .. } => 6108 "problem-text-out-of-place",
    Problem::TextCodeTouched => 6109 "problem-text-code-touched",
    Problem::TextLink { .. } => 6110 "problem-text-link",
    Problem::TextSplit => 6111 "problem-text-split",
    Problem::TextSegments { .. } => 6112 "problem-text-segments",
    Problem::TicketTitleMissing => 7360 "problem-ticket-title-missing",
    Problem::TicketTitleLong { .. } => 7361 "problem-ticket-title-long",
    Problem::TicketTextMissing => 7362 "problem-ticket-text-missing",
    Problem::TicketTextLong { .. } => 7363 "problem-ticket-text-long",
    Problem::TicketsTooMany => 7364 "problem-tickets-too-many",
    Problem::TicketMessagesTooMany => 7365 "problem-ticket-messages-too-many",
    Problem::TicketClosed => 7366 "problem-ticket-closed",
    Problem::TicketMasked => 7367 "problem-ticket-masked",
    Problem::TicketTopicRefused => 7368 "problem-ticket-topic-refused",
    Problem::AccessCodeWrong => 7369 "problem-access-code-wrong",
    Problem::CannedName { .. } => 7370 "problem-canned-name",
    Problem::Upload(EvidenceRefusal::Empty) => 7300 "problem-upload-empty",
    Problem::Upload(EvidenceRefusal::TooManyBytes) => 7301 "problem-upload-too-many-bytes",
    Problem::Upload(EvidenceRefusal::Svg) => 7302 "problem-upload-svg",
    Problem::Upload(EvidenceRefusal::Pdf) => 7303 "problem-upload-pdf",
    Problem::Upload(EvidenceRefusal::Heic) => 7304 "problem-upload-heic",
    Problem::Upload(EvidenceRefusal::Gif) => 7305 "problem-upload-gif",
    Problem::Upload(EvidenceRefusal::Archive) => 7306 "problem-upload-archive",
    Problem::Upload(EvidenceRefusal::NotAPicture) => 7307 "problem-upload-not-a-picture",
    Problem::Upload(EvidenceRefusal::TooManyPixels) => 7308 "problem-upload-too-many-pixels",
    Problem::Upload(EvidenceRefusal::TooSmall) => 7309 "problem-upload-too-small",
    Problem::Upload(EvidenceRefusal::Damaged) => 7310 "problem-upload-damaged",
    Problem::Upload(EvidenceRefusal::TooMany) => 7311 "problem-upload-too-many",
    Problem::Upload(EvidenceRefusal::TooMuchUnfinished) => 7312 "problem-upload-too-much-unfinished",
    Problem::Upload(EvidenceRefusal::TooManyPieces) => 7313 "problem-upload-too-many-pieces",
    Problem::UploadMissing => 7314 "problem-upload-missing",
    Problem::UploadGone => 7315 "problem-upload-gone",
    Problem::AccountUnreadable => 6380 "problem-account-unreadable",
    Problem::AccountUnknown => 6381 "problem-account-unknown",
    Problem::AddressNone => 6382 "problem-address-none",
    Problem::ProtectedAlready => 6383 "problem-protected-already",
    Problem::ProposalNothing => 6384 "problem-proposal-nothing",
    Problem::BudgetSpent => 6385 "problem-budget-spent",
    Problem::ProposalWaits => 6386 "problem-proposal-waits",
    Problem::ProposalOwn => 6387 "problem-proposal-own",
    Problem::ProposalNotYours => 6388 "problem-proposal-not-yours",
    Problem::ProposalEnded => 6389 "problem-proposal-ended",
    Problem::ProposalStale => 6390 "problem-proposal-stale",
    Problem::StaffTaken => 6201 "problem-staff-taken",
    Problem::RolesMissing => 6202 "problem-roles-missing",
    Problem::StaffOneself => 6203 "problem-staff-oneself",
    Problem::StaffLastAdmin => 6204 "problem-staff-last-admin",
    Problem::StaffUnchanged => 6205 "problem-staff-unchanged",
    Problem::StaffNotThere => 6206 "problem-staff-not-there",
    Problem::NothingFound => 6207 "problem-nothing-found",
    Problem::SecondFactorMissing => 6208 "problem-second-factor-missing",
    Problem::StaffFactorDisabled => 6209 "problem-staff-factor-disabled",
    Problem::StaffFactorLast => 6210 "problem-staff-factor-last",
    Problem::PasskeysTooMany => 6211 "problem-passkeys-too-many",
    Problem::SendingUnavailable => 9001 "problem-sending-unavailable",
}
