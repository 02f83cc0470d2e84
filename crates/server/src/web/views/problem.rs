//! What can be wrong with what a holder sent, and the numbered sentence that says so.
//!
//! Decides number and key of each sentence: the numbers are in the pages (`data-problem`) for tests and for
//! support, and never change their meaning. Refuses to know how the problem was found.

mod numbers;

use crate::web::words::{Moment, Sentence, Words};
use countersign_flows::core::model::EvidenceRefusal;

/// One problem, beside the field or above the form it belongs to. 1xxx identity, 2xxx codes, 3xxx numbers,
/// 4xxx settings, 5xxx actions and factors, 6xxx the console, 7xxx support and pictures, 9xxx the service itself.
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
    OwnAccount,
    /// The case does not stand where the page thought.
    CaseMoved,
    /// The pictures are others than those that the page showed.
    CasePicturesChanged,

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
    /// What the account has was set up a short while ago and does not count yet.
    FactorSettling {
        /// When it does.
        until: Moment,
    },

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
    /// As many as may be opened for an account in a day.
    TicketsTooManyToday,
    /// As many tickets and cases as may be opened without signing in from one network address in an hour.
    OpeningsTooMany,
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
    /// The hour's look-ups by an address are used up.
    LookUpsSpent {
        /// When the next hour's begin.
        until: Moment,
    },
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
            | Problem::FactorSettling { until }
            | Problem::PasswordLocked { until }
            | Problem::SendingLocked { until }
            | Problem::CodesLocked { until }
            | Problem::LookUpsSpent { until }
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
