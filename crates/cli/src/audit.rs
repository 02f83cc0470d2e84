//! `countersign audit`: whether anybody changed what happened, a signed checkpoint to keep elsewhere, and the entries
//! as lines of JSON. Reads only, beside a running server too; needs the configuration for the database and the keys.

use crate::{ConfigArgument, assemble, config, output};
use clap::Subcommand;
use countersign_core::audit::{Checkpoint, Finding, FindingKind, WalkSummary};
use countersign_core::id::{EventId, ServiceId};
use countersign_flows::{
    AuditReport, AuditSpan, ChainReport, FlowError, Flows, KeptCheckpoint, KeptProblem, audit_moment,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What to do.
#[derive(Subcommand)]
pub(crate) enum AuditAct {
    /// Check every entry against its chain and name what was edited, removed, added, reordered or cut off.
    Verify {
        #[command(flatten)]
        file: ConfigArgument,
        /// Compare with checkpoints kept elsewhere: a file of lines as `countersign audit checkpoint` prints them.
        #[arg(long, value_name = "FILE")]
        from_checkpoint: Option<PathBuf>,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the newest signed checkpoint as one line of JSON, to be kept on another machine.
    Checkpoint {
        #[command(flatten)]
        file: ConfigArgument,
        /// Of another service than the configured one.
        #[arg(long)]
        service: Option<String>,
    },
    /// Print entries as lines of JSON, in the order in which they happened.
    Export {
        #[command(flatten)]
        file: ConfigArgument,
        #[command(flatten)]
        wanted: Wanted,
    },
}

/// A server seals within seconds; a newest checkpoint that is not what was signed is not printed either.
const NO_CHECKPOINT: &str =
    "there is no checkpoint yet, or the newest was changed: start the server, or see `audit verify`";

/// Which entries to print.
#[derive(clap::Args)]
pub(crate) struct Wanted {
    /// From this moment on, in UTC (`2026-11-22`, `2026-11-22T09:05:00Z`).
    #[arg(long)]
    since: Option<String>,
    /// Before this moment.
    #[arg(long)]
    until: Option<String>,
    /// Of this kind only (`code_sent`).
    #[arg(long)]
    kind: Option<String>,
    /// Of this account only (`acc_…`).
    #[arg(long)]
    account: Option<String>,
    /// Of another service than the configured one.
    #[arg(long)]
    service: Option<String>,
}

/// Does one act.
pub(crate) async fn run(act: AuditAct) -> Result<(), String> {
    match act {
        AuditAct::Verify { file, from_checkpoint, json } => {
            let flows = assemble::open_to_read(&config::load(&file.config)?).await?;
            verify(&flows, from_checkpoint.as_deref(), json).await
        }
        AuditAct::Checkpoint { file, service } => {
            let config = config::load(&file.config)?;
            let flows = assemble::open_to_read(&config).await?;
            let service_id = find(&flows, service.as_ref().unwrap_or(&config.service)).await?;
            match flows.audit_checkpoint(service_id).await.map_err(broken)? {
                Some(kept) => output::say(&serde_json::to_string(&kept).map_err(|error| error.to_string())?),
                None => return Err(NO_CHECKPOINT.to_owned()),
            }
            Ok(())
        }
        AuditAct::Export { file, wanted } => {
            let config = config::load(&file.config)?;
            let flows = assemble::open_to_read(&config).await?;
            let service_id = find(&flows, wanted.service.as_ref().unwrap_or(&config.service)).await?;
            export(&flows, service_id, &span(&wanted)?).await
        }
    }
}

fn broken(error: FlowError) -> String {
    format!("the database: {error}")
}

async fn find(flows: &Flows, name: &str) -> Result<ServiceId, String> {
    let services = flows.services().await.map_err(broken)?;
    let found = services.into_iter().find(|service| service.name == name);
    found.map(|service| service.id).ok_or_else(|| format!("there is no service {name:?} in this database"))
}

fn span(wanted: &Wanted) -> Result<AuditSpan, String> {
    let moment = |name: &str, text: &Option<String>| match text
        .as_deref()
        .map(|text| (text, audit_moment(text)))
    {
        Some((text, None)) => Err(format!("--{name}: {text:?} is not a moment such as 2026-11-22T09:05:00Z")),
        Some((_, moment)) => Ok(moment),
        None => Ok(None),
    };
    let account = wanted
        .account
        .as_ref()
        .map(|text| text.parse().map_err(|_| format!("--account: {text:?} is not an account's id (acc_…)")));
    Ok(AuditSpan {
        account_id: account.transpose()?,
        kind: wanted.kind.clone().unwrap_or_default(),
        since: moment("since", &wanted.since)?,
        until: moment("until", &wanted.until)?,
        ..AuditSpan::default()
    })
}

/// Entries read at once.
const PAGE: u32 = 1_000;

async fn export(flows: &Flows, service_id: ServiceId, span: &AuditSpan) -> Result<(), String> {
    let mut after: Option<EventId> = None;
    loop {
        let page = flows.audit_ascending(service_id, span, after, PAGE).await.map_err(broken)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        let lines: Vec<String> = page.iter().map(|entry| entry.to_json().to_string()).collect();
        output::say(&lines.join("\n"));
    }
}

/// How often somebody who waits is told how far it is.
const PROGRESS_EVERY: u64 = 250_000;

async fn verify(flows: &Flows, from: Option<&Path>, as_json: bool) -> Result<(), String> {
    let kept = from.map(|file| kept(flows, file)).transpose()?.unwrap_or_default();
    let mut told = 0;
    let progress = |entries: u64| {
        if entries / PROGRESS_EVERY > told {
            told = entries / PROGRESS_EVERY;
            tracing::info!(entries, "looked at so far");
        }
    };
    let report = flows.verify_audit(&kept, progress).await.map_err(broken)?;
    output::say(&if as_json { json_of(&report).to_string() } else { text_of(&report) });
    match first(&report) {
        None => Ok(()),
        Some(finding) => {
            let found = report.found();
            Err(format!("the audit does not hold ({found} findings); the first: {}", sentence(finding)))
        }
    }
}

/// The checkpoints of a file, each of which must be one of ours.
fn kept(flows: &Flows, file: &Path) -> Result<Vec<Checkpoint>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut kept = Vec::new();
    for (number, line) in lines {
        let place = format!("{}, line {}", file.display(), number + 1);
        let read: KeptCheckpoint =
            serde_json::from_str(line).map_err(|error| format!("{place}: not a checkpoint: {error}"))?;
        kept.push(flows.read_kept_checkpoint(&read).map_err(|problem| match problem {
            KeptProblem::NotOurs => format!(
                "{place}: not signed with a key of this configuration; either the line was changed, or this \
                 configuration has other master keys"
            ),
            KeptProblem::Disagrees => {
                format!("{place}: the line does not say what was signed; it was changed")
            }
        })?);
    }
    if kept.is_empty() {
        return Err(format!("{}: there is no checkpoint in it", file.display()));
    }
    Ok(kept)
}

/// The finding with the lowest place; those without a place come last.
fn first(report: &AuditReport) -> Option<&Finding> {
    let all = report.chains.iter().flat_map(|chain| &chain.walk.findings);
    all.min_by_key(|finding| finding.sequence.unwrap_or(u64::MAX))
}

fn json_of(report: &AuditReport) -> Value {
    let finding = |one: &Finding| {
        json!({
            "kind": one.kind.as_str(),
            "sequence": one.sequence,
            "count": one.count,
            "event": one.event,
            "checkpoint": one.checkpoint,
        })
    };
    let chain = |chain: &ChainReport| {
        json!({
            "service": chain.service_id.to_string(),
            "entries": chain.walk.entries,
            "head": chain.walk.head,
            "signed_sequence": chain.walk.signed.as_ref().map(|signed| signed.sequence),
            "signed_at": chain.walk.signed.as_ref().map(|signed| signed.at.to_rfc3339()),
            "waiting": chain.waiting,
            "began_at": chain.walk.began_at.map(|at| at.to_rfc3339()),
            "late_at_start": chain.walk.late_at_start,
            "late_after_stop": chain.walk.late_after_stop,
            "found": chain.walk.found,
            "findings": chain.walk.findings.iter().map(finding).collect::<Vec<_>>(),
        })
    };
    json!({
        "holds": report.found() == 0,
        "entries": report.entries(),
        "found": report.found(),
        "first": first(report).map(finding),
        "chains": report.chains.iter().map(chain).collect::<Vec<_>>(),
    })
}

/// Findings told one by one to people.
const TOLD_MAX: usize = 20;

fn text_of(report: &AuditReport) -> String {
    let mut lines = Vec::new();
    for chain in &report.chains {
        let walk = &chain.walk;
        let signed = match &walk.signed {
            None => "nothing signed yet".to_owned(),
            Some(one) => format!("signed up to entry {} at {}", one.sequence, one.at.to_rfc3339()),
        };
        let since = walk.head.saturating_sub(walk.signed.as_ref().map_or(0, |one| one.sequence));
        lines.push(format!(
            "{}: {} entries, {signed}; {since} sealed since, {} wait to be sealed",
            chain.service_id, walk.entries, chain.waiting
        ));
        lines.extend(late(walk));
        let mut findings: Vec<&Finding> = walk.findings.iter().collect();
        findings.sort_by_key(|finding| finding.sequence.unwrap_or(u64::MAX));
        lines.extend(findings.iter().take(TOLD_MAX).map(|finding| format!("  {}", sentence(finding))));
        let more = walk.found.saturating_sub(findings.len().min(TOLD_MAX) as u64);
        if more > 0 {
            lines.push(format!("  and {more} more (--json lists them)"));
        }
    }
    lines.push(match report.found() {
        0 => format!("{} entries: nothing was changed.", report.entries()),
        1 => format!("{} entries: 1 place does not fit.", report.entries()),
        found => format!("{} entries: {found} places do not fit.", report.entries()),
    });
    lines.join("\n")
}

/// Entries that nobody can say were not changed before they were signed, in words.
fn late(walk: &WalkSummary) -> Vec<String> {
    let began = walk.began_at.map(|at| at.to_rfc3339()).unwrap_or_default();
    let mut lines = Vec::new();
    if walk.late_at_start > 0 {
        lines.push(format!(
            "  began at {began} with {} entries of before: what they say was not signed when it happened",
            walk.late_at_start
        ));
    }
    if walk.late_after_stop > 0 {
        lines.push(format!(
            "  {} entries were signed more than an hour late, as after a stop of the server",
            walk.late_after_stop
        ));
    }
    lines
}

/// A finding as a sentence.
fn sentence(finding: &Finding) -> String {
    let what = match finding.kind {
        FindingKind::Edited => "edited: it is not what was sealed",
        FindingKind::Removed => "removed: it was written, and its row is gone",
        FindingKind::Reordered => "reordered: it stands in another one's place",
        FindingKind::Added => "added: it did not come the way that entries come",
        FindingKind::LinkAltered => "link altered: the entry fits, its link does not",
        FindingKind::LinkMissing => "links removed",
        FindingKind::CheckpointAltered => "checkpoint altered: it is not what was signed",
        FindingKind::CheckpointMissing => "checkpoint missing: these entries should have been signed",
        FindingKind::CheckpointUnknownKey => "checkpoint signed with a key that is not in this configuration",
        FindingKind::Rewritten => "rewritten: the links were made anew and do not lead to what was signed",
        FindingKind::TailCut => "tail cut off: entries that were signed are gone",
        FindingKind::SealedLate => "sealed late: signed more than an hour after it happened",
        FindingKind::NewestUnknown => "the note of which checkpoint is the newest is gone or was changed",
        FindingKind::Emptied => "nothing is in line, although there are accounts, staff or entries that wait",
    };
    let place = match (finding.sequence, finding.count) {
        (None, _) if finding.event.is_none() => "the chain".to_owned(),
        (None, _) => "an entry without a place".to_owned(),
        (Some(from), 0 | 1) => format!("entry {from}"),
        (Some(from), count) => format!("entries {from} to {}", from + count - 1),
    };
    let event = finding.event.as_ref().map(|event| format!(" ({event})")).unwrap_or_default();
    let checkpoint = finding.checkpoint.map(|number| format!(" (checkpoint {number})")).unwrap_or_default();
    format!("{place}{event}{checkpoint}: {what}")
}
