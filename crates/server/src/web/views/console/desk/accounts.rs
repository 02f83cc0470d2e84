//! Finding an account, and one account: facts first, then what may be done, each act with what follows from it.

use askama::Template;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::{
    AccountStatus, ActionKind, ActionStatus, Case, CaseKind, CaseStage, Factor, Hold, ProposalKind,
    Protection, Revealed, TicketStatus, TicketTopic,
};
use countersign_flows::{AccountFile, FactorFile, MessageView, ProposalView, Voice};

use super::{factor_key, kind_key, proposal_status_key, protection_effect, protection_key};
use crate::web::views::confirm::action_name;
use crate::web::views::console::cases::{kind_key as kind_key_of_case, stage_key};
use crate::web::views::console::messages::MessageRow;
use crate::web::views::console::parts::place_in_words;
use crate::web::views::console::status_key;
use crate::web::views::guard::hold_cause;
use crate::web::views::tickets::{staff_status_key, topic_key};
use crate::web::views::{ActivityRow, Field, Layout, Page, Problem};
use crate::web::words::{Address, Moment, Sentence, Words};

/// `GET /console/accounts`; posts `what` to itself, so that no address stands in one of ours.
#[derive(Template)]
#[template(path = "console/desk/accounts.html")]
pub(crate) struct ConsoleAccounts {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What was looked for and not found.
    pub(crate) what: Field,
}

impl Page for ConsoleAccounts {
    fn has_problem(&self) -> bool {
        self.what.problem.is_some()
    }
}

/// Which form of the page is in trouble.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AccountForm {
    /// An address in full.
    Reveal,
    /// An act of one.
    Protect,
    /// An act of two.
    Propose,
}

/// One entry of what happened, and who was behind it.
pub(crate) struct EntryRow {
    /// What.
    pub(crate) row: ActivityRow,
    /// Who.
    pub(crate) by: Voice,
    /// Why; may be empty.
    pub(crate) reason: String,
}

/// `GET /console/accounts/{id}`; forms post to `/reveal`, `/protect` and `/propose` below it.
#[derive(Template)]
#[template(path = "console/desk/account.html")]
pub(crate) struct ConsoleAccount {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The account.
    pub(crate) file: AccountFile,
    /// What happened last.
    pub(crate) entries: Vec<EntryRow>,
    /// The last messages.
    pub(crate) messages: Vec<MessageRow>,
    /// An address in full: on the answer to the form only.
    pub(crate) revealed: Option<Address>,
    /// The form that was refused, and what was typed into it.
    pub(crate) trouble: Option<(AccountForm, Field)>,
}

impl Page for ConsoleAccount {
    fn has_problem(&self) -> bool {
        self.trouble.is_some()
    }
}

/// Something that can be proposed now, as the form sends it and as it is read.
struct Offer {
    value: String,
    label: String,
}

const NO_FIELD: &Field = &Field { value: String::new(), problem: None };

impl ConsoleAccount {
    fn case_kind_key(&self, kind: &CaseKind) -> &'static str {
        kind_key_of_case(*kind)
    }

    fn case_stage_key(&self, stage: &CaseStage) -> &'static str {
        stage_key(*stage)
    }

    fn ticket_topic_key(&self, topic: &TicketTopic) -> &'static str {
        topic_key(*topic)
    }

    fn ticket_status_key(&self, status: &TicketStatus) -> &'static str {
        staff_status_key(*status)
    }

    fn path(&self) -> String {
        format!("/console/accounts/{}", self.file.id)
    }

    fn name(&self) -> Address {
        let id = || self.file.id.to_string();
        let number = || self.file.number.as_ref().map(|number| number.number.clone());
        Address::new(self.file.email.clone().or_else(number).unwrap_or_else(id))
    }

    fn field(&self, form: AccountForm) -> &Field {
        match &self.trouble {
            Some((at, field)) if *at == form => field,
            _ => NO_FIELD,
        }
    }

    fn reveal(&self) -> &Field {
        self.field(AccountForm::Reveal)
    }

    fn protect(&self) -> &Field {
        self.field(AccountForm::Protect)
    }

    fn propose(&self) -> &Field {
        self.field(AccountForm::Propose)
    }

    fn status_key(&self) -> &'static str {
        status_key(self.file.status)
    }

    fn level_key(&self) -> &'static str {
        crate::web::views::security::level_key(self.file.level)
    }

    fn opened(&self) -> Moment {
        Moment::full(self.file.created_at.unix_ms())
    }

    fn email(&self) -> Option<Address> {
        self.file.email.clone().map(Address::new)
    }

    fn number(&self) -> Option<Address> {
        self.file.number.as_ref().map(|number| Address::new(number.number.clone()))
    }

    /// Country, line and since when, in one line.
    fn number_facts(&self, words: &Words) -> Option<String> {
        let number = self.file.number.as_ref()?;
        let place = place_in_words(words, &number.region);
        let line = words.text(super::numbers::line_key(number.line));
        let since = words.say("desk-since").set("since", Moment::day(number.bound_at.unix_ms())).plain();
        Some(format!("{place} · {line} · {since}"))
    }

    fn is_suspended(&self) -> bool {
        self.file.number.as_ref().is_some_and(|number| number.suspended_at.is_some())
    }

    fn factor_key(&self, factor: &FactorFile) -> &'static str {
        factor_key(factor.factor)
    }

    fn factor_state<'w>(&self, factor: &FactorFile, words: &'w Words) -> Sentence<'w> {
        let at = |at_ms| Moment::near(at_ms, self.layout.now_ms);
        match (factor.refusal, factor.sends_locked_until) {
            (Some(Refusal::Disabled), _) if factor.is_spent => words.say("desk-factor-spent"),
            (Some(Refusal::Disabled), _) => words.say("desk-factor-disabled"),
            (Some(Refusal::Locked { until }), _) => {
                words.say("desk-factor-locked").set("until", at(until.unix_ms()))
            }
            (None, Some(until)) => words.say("desk-factor-unsent").set("until", at(until.unix_ms())),
            (None, None) if factor.enrolled == 0 => words.say("desk-factor-none"),
            (None, None) if factor.enrolled > 1 => {
                words.say("desk-factor-several").set("count", factor.enrolled)
            }
            (None, None) => words.say("desk-factor-works"),
        }
    }

    fn failures<'w>(&self, factor: &FactorFile, words: &'w Words) -> Sentence<'w> {
        let sentence = match factor.budget {
            Some(budget) => {
                words.say("desk-failures-of").set("budget", u32::try_from(budget).unwrap_or(u32::MAX))
            }
            None => words.say("desk-failures"),
        };
        sentence.set("row", factor.failures_in_a_row).set("year", factor.failures_this_year)
    }

    fn hold<'w>(&self, hold: &Hold, words: &'w Words) -> Sentence<'w> {
        let until = Moment::full(hold.ends_at.unix_ms());
        words.say("desk-held").set("until", until).set("cause", words.text(hold_cause(hold.cause)))
    }

    fn action_key(&self, kind: &ActionKind) -> &'static str {
        action_name(*kind)
    }

    fn action_status_key(&self, status: &ActionStatus) -> &'static str {
        match status {
            ActionStatus::Pending => "desk-action-pending",
            _ => "desk-action-authorised",
        }
    }

    fn moment(&self, at: &countersign_flows::core::time::Timestamp) -> Moment {
        Moment::full(at.unix_ms())
    }

    fn proposal<'w>(&self, view: &ProposalView, words: &'w Words) -> Sentence<'w> {
        words
            .say("desk-proposal-line")
            .set("what", super::proposals::what(view, words).plain())
            .set("status", words.text(proposal_status_key(view.status)))
    }

    fn voice(&self, by: &Voice, words: &Words) -> String {
        super::voice(by, words)
    }

    /// What may be revealed: only what is there.
    fn reveals(&self) -> Vec<(&'static str, &'static str)> {
        let email = self.file.email.as_ref().map(|_| (Revealed::Email.as_str(), "desk-reveal-email"));
        let number = self.file.number.as_ref().map(|_| (Revealed::Number.as_str(), "desk-reveal-number"));
        [email, number].into_iter().flatten().collect()
    }

    /// Protections that would add something.
    fn protections(&self) -> Vec<Protection> {
        let adds = |act: &Protection| match act {
            Protection::Freeze => self.file.status != AccountStatus::Frozen || self.file.frozen_by_holder,
            Protection::Flag => {
                matches!(self.file.status, AccountStatus::Active | AccountStatus::Restricted)
            }
            Protection::Restrict => self.file.status == AccountStatus::Active,
            Protection::EndSessions => !self.file.sessions.is_empty(),
        };
        Protection::ALL.iter().copied().filter(adds).collect()
    }

    fn protection_key(&self, act: &Protection) -> &'static str {
        protection_key(*act)
    }

    fn protection_effect<'w>(&self, act: &Protection, words: &'w Words) -> Sentence<'w> {
        protection_effect(*act, u32::try_from(self.file.sessions.len()).unwrap_or(u32::MAX), words)
    }

    /// What can be proposed now.
    fn offers(&self, words: &Words) -> Vec<Offer> {
        let label = |kind: ProposalKind| words.text(kind_key(kind)).into_owned();
        let mut offers = Vec::new();
        if self.file.number.is_some() {
            let kind = ProposalKind::RemoveNumber;
            offers.push(Offer { value: kind.as_str().to_owned(), label: label(kind) });
        }
        for factor in self.file.factors.iter().filter(|factor| factor.can_be_lifted()) {
            let name = words.text(factor_key(factor.factor));
            let label = words.say("desk-lift-lock-of").set("factor", name).plain();
            offers.push(Offer { value: lift(factor.factor), label });
        }
        let kind = ProposalKind::ClearStatus;
        let label = match self.file.status {
            AccountStatus::Restricted | AccountStatus::Flagged => Some(label(kind)),
            AccountStatus::Frozen if !self.file.frozen_by_holder => {
                Some(words.text("desk-open-frozen").into_owned())
            }
            AccountStatus::Active | AccountStatus::Frozen => None,
        };
        offers.extend(label.map(|label| Offer { value: kind.as_str().to_owned(), label }));
        for case in self.file.cases.iter().filter(|case| !case.stage.is_over()) {
            let label = words.say("desk-end-case-of").set("kind", words.text(kind_key_of_case(case.kind)));
            offers.push(Offer { value: end_of(case), label: label.plain() });
        }
        offers
    }
}

/// As the form sends it: what, and of which case.
fn end_of(case: &Case) -> String {
    format!("{}:{}", ProposalKind::EndCase.as_str(), case.id)
}

/// As the form sends it: what, and for a lock of which factor.
pub(crate) fn lift(factor: Factor) -> String {
    format!("{}:{}", ProposalKind::LiftLock.as_str(), factor.as_str())
}

/// A message as its row shows it.
pub(crate) fn message_row(view: MessageView) -> MessageRow {
    MessageRow {
        id: view.id.to_string(),
        created_ms: view.created_at.unix_ms(),
        channel: view.channel,
        to: Address::new(view.to),
        region: view.region,
        purpose: view.purpose,
        status: view.status,
        route: view.route,
    }
}

/// Trouble of a form of the page.
pub(crate) fn in_trouble(form: AccountForm, value: String, problem: Problem) -> Option<(AccountForm, Field)> {
    Some((form, Field { value, problem: Some(problem) }))
}
