//! Proposals: what waits, what has ended, and one of them with what approving it would do.

use askama::Template;
use countersign_flows::core::model::{AccountStatus, ProposalStatus, ProposalTarget};
use countersign_flows::core::proposal::DecideRefusal;
use countersign_flows::{ProposalFile, ProposalView, Voice};

use super::{factor_key, kind_key, proposal_status_key, voice};
use crate::web::views::console::cases::{kind_key as case_kind_key, stage_key};
use crate::web::views::console::status_key;
use crate::web::views::{Field, Layout, Page, Problem};
use crate::web::words::{Moment, Sentence, Words};

/// `GET /console/proposals`
#[derive(Template)]
#[template(path = "console/desk/proposals.html")]
pub(crate) struct ConsoleProposals {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The next to run out first.
    pub(crate) waiting: Vec<ProposalView>,
    /// The newest first.
    pub(crate) ended: Vec<ProposalView>,
}

impl Page for ConsoleProposals {}

impl ConsoleProposals {
    fn what<'w>(&self, view: &ProposalView, words: &'w Words) -> Sentence<'w> {
        what(view, words)
    }

    fn status_key(&self, view: &ProposalView) -> &'static str {
        proposal_status_key(view.status)
    }

    fn expires(&self, view: &ProposalView) -> Moment {
        Moment::full(view.proposal.expires_at.unix_ms())
    }

    fn voice(&self, by: &Voice, words: &Words) -> String {
        voice(by, words)
    }
}

/// `GET /console/proposals/{id}`; posts to `/decide` and `/withdraw` below it.
#[derive(Template)]
#[template(path = "console/desk/proposal.html")]
pub(crate) struct ConsoleProposal {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The proposal, and what it would do.
    pub(crate) file: ProposalFile,
    /// Whoever looks made it.
    pub(crate) is_own: bool,
    /// As typed.
    pub(crate) note: Field,
    /// Why a decision was not taken.
    pub(crate) problem: Option<Problem>,
}

impl Page for ConsoleProposal {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || self.note.problem.is_some()
    }
}

impl ConsoleProposal {
    fn path(&self) -> String {
        format!("/console/proposals/{}", self.file.view.proposal.id)
    }

    fn account(&self) -> String {
        format!("/console/accounts/{}", self.file.view.proposal.account_id)
    }

    fn what<'w>(&self, words: &'w Words) -> Sentence<'w> {
        what(&self.file.view, words)
    }

    fn status_key(&self) -> &'static str {
        proposal_status_key(self.file.view.status)
    }

    fn is_waiting(&self) -> bool {
        self.file.view.status == ProposalStatus::Waiting
    }

    /// Whether there is a form to decide it with.
    fn may_decide(&self) -> bool {
        self.is_waiting() && !self.is_own && self.layout.may("approve")
    }

    fn may_withdraw(&self) -> bool {
        self.is_waiting() && self.is_own && self.layout.may("propose")
    }

    fn by(&self, words: &Words) -> String {
        voice(&self.file.view.by, words)
    }

    fn decided_by(&self, words: &Words) -> Option<String> {
        self.file.view.decided_by.as_ref().map(|by| voice(by, words))
    }

    fn proposed(&self) -> Moment {
        Moment::full(self.file.view.proposal.proposed_at.unix_ms())
    }

    fn expires(&self) -> Moment {
        Moment::full(self.file.view.proposal.expires_at.unix_ms())
    }

    fn decided(&self) -> Option<Moment> {
        self.file.view.proposal.decided_at.map(|at| Moment::full(at.unix_ms()))
    }

    /// What approving does, sentence by sentence: the reach first.
    fn effect<'w>(&self, words: &'w Words) -> Vec<Sentence<'w>> {
        let effect = &self.file.effect;
        let mut said = vec![words.say("desk-affects-one")];
        match self.file.view.proposal.target {
            ProposalTarget::Binding(_) => {
                let number = effect.number.clone().unwrap_or_default();
                said.push(words.say("desk-effect-number").set("number", number));
                said.push(words.say("desk-effect-sessions").set("sessions", effect.sessions));
                said.push(words.say("desk-effect-hold"));
                said.push(words.say("desk-effect-told"));
                if effect.leaves_email_only {
                    said.push(words.say("desk-effect-email"));
                }
            }
            ProposalTarget::Factor { factor, .. } => {
                let factor = words.text(factor_key(factor));
                said.push(words.say("desk-effect-lock").set("factor", factor));
            }
            ProposalTarget::Status { status: AccountStatus::Frozen, .. } => {
                said.push(words.say("desk-effect-open"));
                said.push(words.say("desk-effect-open-hold"));
                said.push(words.say("desk-effect-open-told"));
            }
            ProposalTarget::Status { status, .. } => {
                let status = words.text(status_key(status));
                said.push(words.say("desk-effect-status").set("status", status));
            }
            ProposalTarget::Case(_) => {
                if let Some((kind, stage)) = effect.case {
                    let (kind, stage) = (words.text(case_kind_key(kind)), words.text(stage_key(stage)));
                    said.push(words.say("desk-effect-case").set("kind", kind).set("stage", stage));
                }
                said.push(words.say("desk-effect-told"));
            }
        }
        said.push(words.say("desk-effect-no-hold"));
        said
    }

    /// Why it could not be carried out any more.
    fn hindrance(&self) -> Option<Problem> {
        let refusal = self.file.hindrance.filter(|_| self.is_waiting())?;
        Some(decide_problem(refusal))
    }
}

/// Why a decision is not taken, in words.
pub(crate) fn decide_problem(refusal: DecideRefusal) -> Problem {
    match refusal {
        DecideRefusal::OwnProposal | DecideRefusal::NotStaff => Problem::ProposalOwn,
        DecideRefusal::OwnAccount => Problem::OwnAccount,
        DecideRefusal::NotYours => Problem::ProposalNotYours,
        DecideRefusal::Note => Problem::ReasonMissing,
        DecideRefusal::Ended(_) => Problem::ProposalEnded,
        DecideRefusal::Stale | DecideRefusal::Nothing(_) => Problem::ProposalStale,
    }
}

pub(super) fn what<'w>(view: &ProposalView, words: &'w Words) -> Sentence<'w> {
    match (view.proposal.kind, view.proposal.target) {
        (_, ProposalTarget::Factor { factor, .. }) => {
            words.say("desk-lift-lock-of").set("factor", words.text(factor_key(factor)))
        }
        (_, ProposalTarget::Status { status: AccountStatus::Frozen, .. }) => words.say("desk-open-frozen"),
        (kind, _) => words.say(kind_key(kind)),
    }
}
