//! `countersign admin account|number|reveal|freeze|flag|restrict|sign-out|propose|approve|decline|withdraw|proposals|
//! holds|lockouts`: what the desk of the console shows and does, by the same rules. A number or an address is read from
//! standard input where `-` stands for it: a command line can be seen by other processes. The command line is one
//! voice: it decides what an operator proposed, and never what it proposed itself.

use super::{answer, broken};
use clap::{Args, Subcommand};
use countersign_core::address::{Address, read_identifier};
use countersign_core::id::{AccountId, ProposalId};
use countersign_core::lock::Refusal;
use countersign_core::look_up::Blocked;
use countersign_core::model::{
    Actor, Factor, Hold, ProposalAbout, ProposalKind, Protection, Revealed, Service,
};
use countersign_core::proposal::{DecideRefusal, Nothing, ProposeRefusal, Verdict};
use countersign_core::time::Timestamp;
use countersign_flows::{
    AccountFile, Among, Caller, DecideOutcome, Flows, Lockout, LookUp, NumberReport, ProposalView,
    ProposeOutcome, ProtectOutcome, RevealOutcome, Voice, Whose,
};
use serde_json::{Value, json};
use std::io::Read;

/// What the desk does.
#[derive(Subcommand)]
pub(super) enum DeskAct {
    /// Show an account, masked.
    Account {
        /// Its id (`acc_…`), or `-`: its id, email address or number is read from standard input.
        account: String,
    },
    /// Say whether a number can receive codes, and why not.
    Number {
        /// `-`: the number, with + and country code, is read from standard input.
        number: String,
    },
    /// Print an address of an account in full, once. That it was shown is an entry with the reason.
    Reveal {
        /// Which: email or number.
        what: String,
        #[command(flatten)]
        target: Target,
    },
    /// Freeze an account; to open it takes two.
    Freeze(Target),
    /// Watch an account: identity must be verified before settings change.
    Flag(Target),
    /// Ask for verified identity before settings change.
    Restrict(Target),
    /// End every session of an account.
    SignOut(Target),
    /// Propose what two must agree on.
    Propose {
        #[command(subcommand)]
        what: Proposed,
    },
    /// Approve and carry out what an operator proposed.
    Approve(Decision),
    /// Decline what an operator proposed.
    Decline(Decision),
    /// Take back what the command line proposed.
    Withdraw(Decision),
    /// List proposals.
    Proposals,
    /// List holds in force. Nobody can lift or shorten one.
    Holds,
    /// List what failures have locked.
    Lockouts,
}

/// What is proposed.
#[derive(Subcommand)]
pub(super) enum Proposed {
    /// End the binding of its number. Nobody but its holder sets one.
    RemoveNumber(Target),
    /// Open a locked factor.
    LiftLock {
        #[command(flatten)]
        target: Target,
        /// Which: password, sms, email, totp, trading_password, passkey, recovery_code.
        #[arg(long, default_value = "sms")]
        factor: String,
    },
    /// Make a restricted or flagged account active; open one that staff or the relying party froze.
    ClearStatus(Target),
    /// End a recovery case that is not over: its access code is lost, or somebody else opened it.
    EndCase {
        #[command(flatten)]
        target: Target,
        /// Which (`cas_…`).
        #[arg(long)]
        case: String,
    },
}

/// Which account, and why.
#[derive(Args)]
pub(super) struct Target {
    /// Its id (`acc_…`), or `-`: its id, email address or number is read from standard input.
    account: String,
    /// Why, for those who ask later.
    #[arg(long)]
    reason: String,
}

/// Which proposal, and why.
#[derive(Args)]
pub(super) struct Decision {
    /// Its id (`prp_…`).
    proposal: String,
    /// Why, for those who ask later.
    #[arg(long)]
    reason: String,
}

/// Does one act of the desk.
pub(super) async fn run(flows: &Flows, service: &Service, act: DeskAct, as_json: bool) -> Result<(), String> {
    let desk = Desk { flows, service, as_json };
    match act {
        DeskAct::Account { account } => desk.account(&account).await,
        DeskAct::Number { number } => desk.number(&number).await,
        DeskAct::Reveal { what, target } => desk.reveal(&what, target).await,
        DeskAct::Freeze(target) => desk.protect(Protection::Freeze, target).await,
        DeskAct::Flag(target) => desk.protect(Protection::Flag, target).await,
        DeskAct::Restrict(target) => desk.protect(Protection::Restrict, target).await,
        DeskAct::SignOut(target) => desk.protect(Protection::EndSessions, target).await,
        DeskAct::Propose { what } => desk.propose(what).await,
        DeskAct::Approve(decision) => desk.decide(Verdict::Approve, decision).await,
        DeskAct::Decline(decision) => desk.decide(Verdict::Decline, decision).await,
        DeskAct::Withdraw(decision) => desk.decide(Verdict::Withdraw, decision).await,
        DeskAct::Proposals => desk.proposals().await,
        DeskAct::Holds => desk.holds().await,
        DeskAct::Lockouts => desk.lockouts().await,
    }
}

struct Desk<'a> {
    flows: &'a Flows,
    service: &'a Service,
    as_json: bool,
}

fn caller() -> Caller {
    Caller { actor: Actor::CommandLine, ..Caller::default() }
}

/// What was written, or one line of standard input for `-`.
fn typed(argument: &str) -> Result<String, String> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut text = String::new();
    let read = std::io::stdin().take(1_024).read_to_string(&mut text);
    read.map_err(|error| format!("standard input: {error}"))?;
    Ok(text.trim().to_owned())
}

impl Desk<'_> {
    async fn find(&self, argument: &str) -> Result<AccountId, String> {
        let text = typed(argument)?;
        let none = || "the service has no such account".to_owned();
        if let Ok(id) = text.parse::<AccountId>() {
            let found = self.flows.account(self.service.id, id).await.map_err(broken)?;
            return found.map(|view| view.account.id).ok_or_else(none);
        }
        if argument != "-" {
            return Err("an email address or a number is read from standard input: write - for it".to_owned());
        }
        let address = read_identifier(&text, None)
            .map_err(|_| "this is no account's id, email address or number".to_owned())?;
        let among = Among { accounts: true, staff: false };
        let found = self.flows.look_up_address(self.service.id, address, among, &caller()).await;
        match found.map_err(broken)? {
            LookUp::Answered(Some(Whose::Account(id))) => Ok(id),
            LookUp::Answered(_) => Err(none()),
            LookUp::Spent { until } => Err(used_up(until)),
        }
    }

    async fn account(&self, argument: &str) -> Result<(), String> {
        let id = self.find(argument).await?;
        let file = self.flows.account_file(self.service.id, id, &caller()).await.map_err(broken)?;
        let file = file.ok_or("the service has no such account")?;
        answer(self.as_json, &account_json(&file), &account_text(&file))
    }

    async fn number(&self, argument: &str) -> Result<(), String> {
        if argument != "-" {
            return Err("a number is read from standard input: write - for it".to_owned());
        }
        let text = typed(argument)?;
        let Ok(Address::Phone(number)) = read_identifier(&text, None) else {
            return Err("this is no number with + and country code".to_owned());
        };
        let found = self.flows.look_up_number(self.service.id, &number, &caller()).await;
        match found.map_err(broken)? {
            LookUp::Answered(report) => answer(self.as_json, &number_json(&report), &number_text(&report)),
            LookUp::Spent { until } => Err(used_up(until)),
        }
    }

    async fn reveal(&self, what: &str, target: Target) -> Result<(), String> {
        let what = Revealed::from_text(what).ok_or("what is shown is email or number")?;
        let id = self.find(&target.account).await?;
        let shown = self.flows.reveal_address(self.service.id, id, what, &target.reason, &caller()).await;
        match shown.map_err(broken)? {
            RevealOutcome::Shown(address) => {
                let line = json!({"account": id.to_string(), what.as_str(): address.expose()});
                answer(self.as_json, &line, address.expose())
            }
            RevealOutcome::Nothing => Err("the account has no such address".to_owned()),
            RevealOutcome::Reason => Err(REASON.to_owned()),
            RevealOutcome::Gone => Err("the service has no such account".to_owned()),
        }
    }

    async fn protect(&self, act: Protection, target: Target) -> Result<(), String> {
        let id = self.find(&target.account).await?;
        let done = self.flows.protect_account(self.service.id, id, act, &target.reason, &caller()).await;
        match done.map_err(broken)? {
            ProtectOutcome::Done => {
                let line = json!({"account": id.to_string(), "act": act.as_str(), "done": true});
                answer(self.as_json, &line, &format!("{id}  {}", act.as_str()))
            }
            ProtectOutcome::Already => Err("the account is protected as much already, or more".to_owned()),
            ProtectOutcome::Reason => Err(REASON.to_owned()),
            ProtectOutcome::Gone => Err("the service has no such account".to_owned()),
        }
    }

    async fn propose(&self, what: Proposed) -> Result<(), String> {
        let (kind, target, about) = match what {
            Proposed::RemoveNumber(target) => (ProposalKind::RemoveNumber, target, ProposalAbout::One),
            Proposed::ClearStatus(target) => (ProposalKind::ClearStatus, target, ProposalAbout::One),
            Proposed::EndCase { target, case } => {
                let id = case.parse().map_err(|_| format!("{case:?} is not a case's id (cas_…)"))?;
                (ProposalKind::EndCase, target, ProposalAbout::Case(id))
            }
            Proposed::LiftLock { target, factor } => {
                let known = Factor::from_text(&factor).ok_or_else(|| format!("{factor:?} is no factor"))?;
                (ProposalKind::LiftLock, target, ProposalAbout::Factor(known))
            }
        };
        let id = self.find(&target.account).await?;
        let made = self.flows.propose(self.service.id, id, kind, about, &target.reason, &caller()).await;
        match made.map_err(broken)? {
            ProposeOutcome::Made(made) => {
                let line = json!({"id": made.id.to_string(), "status": made.status.as_str()});
                answer(self.as_json, &line, &format!("{}  waits for an operator to decide", made.id))
            }
            ProposeOutcome::Refused(refusal) => Err(why_not_proposed(refusal)),
            ProposeOutcome::Gone => Err("the service has no such account".to_owned()),
        }
    }

    async fn decide(&self, verdict: Verdict, decision: Decision) -> Result<(), String> {
        let id: ProposalId = decision
            .proposal
            .parse()
            .map_err(|_| format!("{:?} is not a proposal's id (prp_…)", decision.proposal))?;
        let ended =
            self.flows.decide_proposal(self.service.id, id, verdict, &decision.reason, &caller()).await;
        match ended.map_err(broken)? {
            DecideOutcome::Ended(ended) => {
                let line = json!({"id": id.to_string(), "status": ended.status.as_str()});
                answer(self.as_json, &line, &format!("{id}  {}", ended.status.as_str()))
            }
            DecideOutcome::Refused(refusal) => Err(why_not_decided(refusal).to_owned()),
            DecideOutcome::Gone => Err("the service has no such proposal".to_owned()),
        }
    }

    async fn proposals(&self) -> Result<(), String> {
        let (waiting, ended) = self.flows.proposals(self.service.id).await.map_err(broken)?;
        for view in waiting.iter().chain(&ended) {
            answer(self.as_json, &proposal_json(view), &proposal_text(view))?;
        }
        Ok(())
    }

    async fn holds(&self) -> Result<(), String> {
        for hold in self.flows.holds_in_force(self.service.id).await.map_err(broken)? {
            answer(self.as_json, &hold_json(&hold), &hold_text(&hold))?;
        }
        Ok(())
    }

    async fn lockouts(&self) -> Result<(), String> {
        for row in self.flows.lockouts(self.service.id).await.map_err(broken)? {
            answer(self.as_json, &lockout_json(&row), &lockout_text(&row))?;
        }
        Ok(())
    }
}

fn used_up(until: Timestamp) -> String {
    format!("the look-ups of this hour are used up; go on at {}", until.to_rfc3339())
}

const REASON: &str = "--reason is empty, or longer than 300 characters";

const OWN_ACCOUNT: &str = "nobody has a say about an account of their own";

fn why_not_proposed(refusal: ProposeRefusal) -> String {
    match refusal {
        ProposeRefusal::NotStaff => "only staff propose".to_owned(),
        ProposeRefusal::OwnAccount => OWN_ACCOUNT.to_owned(),
        ProposeRefusal::Reason => REASON.to_owned(),
        ProposeRefusal::Waits(id) => format!("the same waits already: {id}"),
        ProposeRefusal::Nothing(nothing) => nothing_to_do(nothing).to_owned(),
    }
}

fn nothing_to_do(nothing: Nothing) -> &'static str {
    match nothing {
        Nothing::NoNumber => "the account has no number",
        Nothing::NoLock => "the factor is neither locked nor disabled",
        Nothing::BudgetSpent => "the failures of a year are used up: the factor must be bound again",
        Nothing::NoStatus => "the account is neither restricted nor flagged, nor frozen but by its holder",
        Nothing::NoCase => "the account has no such case, or it is over",
    }
}

fn why_not_decided(refusal: DecideRefusal) -> &'static str {
    match refusal {
        DecideRefusal::NotStaff => "only staff decide",
        DecideRefusal::OwnAccount => OWN_ACCOUNT,
        DecideRefusal::OwnProposal => "the command line proposed this: an operator has to decide",
        DecideRefusal::NotYours => "only whoever proposed this can take it back",
        DecideRefusal::Note => REASON,
        DecideRefusal::Ended(_) => "it has been decided already, or its time has run out",
        DecideRefusal::Stale => "the account has changed since this was proposed",
        DecideRefusal::Nothing(nothing) => nothing_to_do(nothing),
    }
}

fn voice(by: &Voice) -> String {
    if by.name.is_empty() { by.actor.kind().to_owned() } else { by.name.clone() }
}

fn refusal_text(refusal: Refusal) -> String {
    match refusal {
        Refusal::Locked { until } => format!("locked until {}", until.to_rfc3339()),
        Refusal::Disabled => "disabled".to_owned(),
    }
}

fn account_json(file: &AccountFile) -> Value {
    let factor = |one: &countersign_flows::FactorFile| {
        json!({
            "factor": one.factor.as_str(),
            "enrolled": one.enrolled,
            "refusal": one.refusal.map(refusal_text),
            "failures_in_a_row": one.failures_in_a_row,
            "failures_this_year": one.failures_this_year,
            "budget": one.budget,
        })
    };
    json!({
        "id": file.id.to_string(),
        "status": file.status.as_str(),
        "email": file.email,
        "number": file.number.as_ref().map(|number| &number.number),
        "region": file.number.as_ref().map(|number| &number.region),
        "level": file.level.as_str(),
        "factors": file.factors.iter().map(factor).collect::<Vec<_>>(),
        "holds": file.holds.iter().map(hold_json).collect::<Vec<_>>(),
        "sessions": file.sessions.len(),
        "devices": file.devices,
        "open_actions": file.actions.len(),
        "proposals": file.proposals.iter().map(proposal_json).collect::<Vec<_>>(),
    })
}

fn account_text(file: &AccountFile) -> String {
    let number = file.number.as_ref().map_or("-", |number| number.number.as_str());
    let email = file.email.as_deref().unwrap_or("-");
    let mut lines = vec![
        format!("{}  {}  {email}  {number}", file.id, file.status.as_str()),
        format!(
            "sessions: {}, browsers: {}, protection: {}",
            file.sessions.len(),
            file.devices,
            file.level.as_str()
        ),
    ];
    for factor in file.factors.iter().filter(|one| one.enrolled > 0 || one.refusal.is_some()) {
        let state = factor.refusal.map_or("works".to_owned(), refusal_text);
        let (row, year) = (factor.failures_in_a_row, factor.failures_this_year);
        lines.push(format!("{}: {state} (wrong in a row {row}, in a year {year})", factor.factor.as_str()));
    }
    lines.extend(file.holds.iter().map(hold_text));
    lines.extend(file.proposals.iter().map(proposal_text));
    lines.join("\n")
}

fn number_json(report: &NumberReport) -> Value {
    let check = |passes: bool| if passes { "pass" } else { "fail" };
    json!({
        "number": report.number,
        "can_receive_codes": report.blocked.is_none(),
        "because": report.blocked.map(blocked_text),
        "region": report.region,
        "line": report.line.as_str(),
        "checks": {
            "line": check(report.line_passes),
            "country": check(report.country_passes),
            "deny_list": check(report.lists_pass),
            "lock": check(report.lock.is_none()),
            "caps": check(report.caps.iter().all(|cap| cap.next <= cap.cap)),
        },
        "had_other_owner": report.had_other_owner,
        "account": report.owner.map(|owner| owner.account_id.to_string()),
        "messages": report.messages.iter().map(|one| one.id.to_string()).collect::<Vec<_>>(),
    })
}

fn number_text(report: &NumberReport) -> String {
    let head = match report.blocked {
        None => format!("{}  can receive codes: YES", report.number),
        Some(blocked) => format!("{}  can receive codes: NO - {}", report.number, blocked_text(blocked)),
    };
    let place = if report.region.is_empty() { "no country" } else { &report.region };
    let account = report.owner.map_or("no account".to_owned(), |owner| owner.account_id.to_string());
    let mut lines = vec![head, format!("{place}, {}, {account}", report.line.as_str())];
    lines.push("Routes are known to the server that drives them: see the console.".to_owned());
    lines.join("\n")
}

fn blocked_text(blocked: Blocked) -> String {
    match blocked {
        Blocked::Refused(refusal) => refusal.as_str().to_owned(),
        Blocked::Frozen => "its account is frozen".to_owned(),
        Blocked::Suspended => "it seems to have changed hands".to_owned(),
        Blocked::Locked { failures, until } => {
            format!("{failures} wrong codes, locked until {}", until.to_rfc3339())
        }
        Blocked::Disabled { failures } => format!("{failures} wrong codes in a year, it must be bound again"),
        Blocked::SendingLocked { until } => {
            format!("too many codes without one entered, none until {}", until.to_rfc3339())
        }
        Blocked::Capped { kind, until } => {
            format!("the cap by {} is reached until {}", kind.as_str(), until.to_rfc3339())
        }
        Blocked::RoutesShut => "every route there is shut at the moment".to_owned(),
        Blocked::NoRoute => "no route goes there".to_owned(),
    }
}

fn proposal_json(view: &ProposalView) -> Value {
    let proposal = &view.proposal;
    json!({
        "id": proposal.id.to_string(),
        "account": proposal.account_id.to_string(),
        "kind": proposal.kind.as_str(),
        "target": proposal.target.name(),
        "reason": proposal.reason,
        "status": view.status.as_str(),
        "proposed_by": voice(&view.by),
        "expires_at": proposal.expires_at.to_rfc3339(),
        "decided_by": view.decided_by.as_ref().map(voice),
        "note": proposal.decision_note,
    })
}

fn proposal_text(view: &ProposalView) -> String {
    let proposal = &view.proposal;
    format!(
        "{}  {}  {} {}  by {}  until {}  ({})",
        proposal.id,
        view.status.as_str(),
        proposal.kind.as_str(),
        proposal.account_id,
        voice(&view.by),
        proposal.expires_at.to_rfc3339(),
        proposal.reason
    )
}

fn hold_json(hold: &Hold) -> Value {
    let (account, cause) = (hold.account_id.to_string(), hold.cause.as_str());
    json!({"account": account, "cause": cause, "ends_at": hold.ends_at.to_rfc3339()})
}

fn hold_text(hold: &Hold) -> String {
    format!("{}  held until {}  {}", hold.account_id, hold.ends_at.to_rfc3339(), hold.cause.as_str())
}

fn lockout_json(row: &Lockout) -> Value {
    json!({
        "account": row.account_id.map(|id| id.to_string()),
        "factor": row.factor.as_str(),
        "one_browser": row.is_one_browser,
        "failures": row.failures,
        "locked_until": row.locked_until.map(|at| at.to_rfc3339()),
        "disabled_at": row.disabled_at.map(|at| at.to_rfc3339()),
        "sends_locked_until": row.sends_locked_until.map(|at| at.to_rfc3339()),
    })
}

fn lockout_text(row: &Lockout) -> String {
    let whose = row.account_id.map_or("an address without account".to_owned(), |id| id.to_string());
    let state = match (row.disabled_at, row.locked_until.or(row.sends_locked_until)) {
        (Some(_), _) => "disabled".to_owned(),
        (None, Some(until)) => format!("locked until {}", until.to_rfc3339()),
        (None, None) => "open".to_owned(),
    };
    format!("{whose}  {}  {state}  wrong in a row: {}", row.factor.as_str(), row.failures)
}
