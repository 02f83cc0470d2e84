//! `countersign admin cases` and `admin case …`: what the console shows of recovery cases, pictures as files, and one
//! voice in deciding them. Whoever sits at the command line, it is one voice of the two that must agree (R57).

use super::{answer, broken};
use clap::Subcommand;
use countersign_core::case::{DecideRefusal, Decided};
use countersign_core::id::CaseId;
use countersign_core::model::{
    Actor, Case, CaseCheck, EvidenceOwner, EvidenceSlot, IdentityCheck, Redacted, RejectReason, Service,
    Verdict,
};
use countersign_flows::{Caller, CaseTake, CaseWord, Flows};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What is done with a case.
#[derive(Subcommand)]
pub(super) enum CaseAct {
    /// Show it.
    Show {
        /// Its id (`cas_…`).
        id: String,
    },
    /// Write a picture of its present round to a file of its owner's alone. That it was seen is an entry.
    Picture {
        /// Its id (`cas_…`).
        id: String,
        /// Of what: document_front, document_back or note_photo.
        #[arg(long)]
        slot: String,
        /// The JPEG to write; there must be no such file yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Say that it should be approved. Somebody at the console must agree.
    Approve {
        /// Its id (`cas_…`).
        id: String,
        /// What was looked at, with commas: document_genuine, name_matches, photo_matches, note_matches, not_expired.
        #[arg(long, value_delimiter = ',', required = true)]
        checked: Vec<String>,
        /// Why, for those who ask later.
        #[arg(long)]
        reason: String,
    },
    /// Say that it should be refused. Somebody at the console must agree.
    Reject {
        /// Its id (`cas_…`).
        id: String,
        /// What the holder is told: unreadable, expired_document, name_differs, note_missing, face_differs,
        /// suspected_fraud or other.
        #[arg(long)]
        because: String,
        /// Why, for those who ask later.
        #[arg(long)]
        reason: String,
    },
}

fn case_json(case: &Case, voices: usize) -> Value {
    json!({
        "id": case.id.to_string(),
        "account": case.account_id.to_string(),
        "kind": case.kind.as_str(),
        "stage": case.stage.as_str(),
        "round": case.round,
        "voices": voices,
        "unproved": case.file.unproved,
        "opened_at_ms": case.opened_at.unix_ms(),
        "promised_by_ms": case.promised_by.map(|at| at.unix_ms()),
    })
}

fn case_line(case: &Case, voices: usize) -> String {
    let unproved = if case.file.unproved { "  WITHOUT A PROOF" } else { "" };
    format!("{}  {:16} {:10} {voices} decided{unproved}", case.id, case.kind.as_str(), case.stage.as_str())
}

/// Lists cases: those before the operators first, or those that are over.
pub(super) async fn list(flows: &Flows, service: &Service, closed: bool, json: bool) -> Result<(), String> {
    for line in flows.cases(service.id, closed, None).await.map_err(broken)? {
        answer(json, &case_json(&line.case, line.voices), &case_line(&line.case, line.voices))?;
    }
    Ok(())
}

/// Shows a case, or speaks about it.
pub(super) async fn act(flows: &Flows, service: &Service, act: CaseAct, json: bool) -> Result<(), String> {
    match act {
        CaseAct::Show { id } => show(flows, service, case_id(&id)?, json).await,
        CaseAct::Picture { id, slot, out } => {
            let slot = EvidenceSlot::from_text(&slot)
                .ok_or("--slot takes one of document_front, document_back, note_photo")?;
            picture(flows, service, case_id(&id)?, slot, &out, json).await
        }
        CaseAct::Approve { id, checked, reason } => {
            let checks: Option<Vec<CaseCheck>> =
                checked.iter().map(|name| CaseCheck::from_text(name.trim())).collect();
            let checks = checks.ok_or_else(|| {
                let known: Vec<&str> = CaseCheck::ALL.iter().map(|check| check.as_str()).collect();
                format!("--checked takes {}", known.join(", "))
            })?;
            say(flows, service, case_id(&id)?, Verdict::Approve, &reason, checks, json).await
        }
        CaseAct::Reject { id, because, reason } => {
            let because = RejectReason::from_text(&because).ok_or_else(|| {
                let known: Vec<&str> = RejectReason::ALL.iter().map(|reason| reason.as_str()).collect();
                format!("--because takes one of {}", known.join(", "))
            })?;
            say(flows, service, case_id(&id)?, Verdict::Reject(because), &reason, Vec::new(), json).await
        }
    }
}

fn case_id(text: &str) -> Result<CaseId, String> {
    text.parse().map_err(|_| format!("{text:?} is not a case's id (cas_…)"))
}

fn by_hand() -> Caller {
    Caller { actor: Actor::CommandLine, ..Caller::default() }
}

async fn show(flows: &Flows, service: &Service, id: CaseId, as_json: bool) -> Result<(), String> {
    let found = flows.case_desk(service.id, id, by_hand()).await.map_err(broken)?;
    let desk = found.ok_or("there is no such case")?;
    let mut shown = case_json(&desk.case, desk.voices);
    let proved: Vec<&str> = desk.case.file.proved.iter().map(|factor| factor.as_str()).collect();
    let lost: Vec<&str> = desk.case.file.lost.iter().map(|factor| factor.as_str()).collect();
    let said: Vec<Value> = desk
        .said
        .iter()
        .map(|voice| {
            let reason = voice.decision.verdict.reason().map(RejectReason::as_str);
            json!({
                "voice": if voice.name.is_empty() { "command line" } else { &voice.name },
                "verdict": voice.decision.verdict.as_str(),
                "because": reason,
                "note": voice.decision.note.0,
                "round": voice.decision.round,
            })
        })
        .collect();
    let lines: String = said.iter().map(|one| format!("\n  {one}")).collect();
    let checked = desk.check.as_ref().map(|check| format!("\nidentity provider: {}", check_json(check)));
    let text = format!(
        "{}\nproved: {}  not proved: {}{lines}{}",
        case_line(&desk.case, desk.voices),
        proved.join(", "),
        lost.join(", "),
        checked.unwrap_or_default()
    );
    let pictures: Vec<&str> = desk.pictures.iter().map(|picture| picture.slot.as_str()).collect();
    if let Value::Object(members) = &mut shown {
        members.insert("pictures".to_owned(), json!(pictures));
        members.insert("proved".to_owned(), json!(proved));
        members.insert("not_proved".to_owned(), json!(lost));
        members.insert("decisions".to_owned(), Value::Array(said));
        members.insert("identity_provider".to_owned(), desk.check.as_ref().map_or(Value::Null, check_json));
    }
    answer(as_json, &shown, &text)
}

/// The newest picture of a slot, as the console shows it.
async fn picture(
    flows: &Flows,
    service: &Service,
    id: CaseId,
    slot: EvidenceSlot,
    out: &Path,
    as_json: bool,
) -> Result<(), String> {
    let found = flows.case_desk(service.id, id, by_hand()).await.map_err(broken)?;
    let desk = found.ok_or("there is no such case")?;
    let of_slot = desk.pictures.iter().filter(|picture| picture.slot == slot);
    let newest = of_slot.max_by_key(|picture| picture.uploaded_at).map(|picture| picture.id);
    let none = || "the case has no such picture, or it was deleted".to_owned();
    let picture = newest.ok_or_else(none)?;
    // The file first: what cannot be written down is not looked at.
    let mut file = create(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let owner = EvidenceOwner::Case(id);
    let jpeg = flows.evidence_image(service.id, owner, picture, by_hand()).await.map_err(broken)?;
    file.write_all(&jpeg.ok_or_else(none)?).map_err(|error| format!("{}: {error}", out.display()))?;
    let line =
        json!({"evidence": picture.to_string(), "slot": slot.as_str(), "out": out.display().to_string()});
    answer(as_json, &line, &format!("{picture}  {}  {}", slot.as_str(), out.display()))
}

/// A new file that nobody else on the machine may read, where the system knows such files.
fn create(out: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(out)
}

/// What the identity provider was asked and said.
fn check_json(check: &IdentityCheck) -> Value {
    let answer = check.answer.as_ref();
    let failed = answer.map(|answer| answer.failed.iter().map(|check| check.as_str()).collect::<Vec<_>>());
    json!({
        "name": check.provider,
        "state": check.state.as_str(),
        "finding": answer.map(|answer| answer.finding.as_str()),
        "failed_checks": failed,
        "reference": answer.map(|answer| &answer.reference),
    })
}

async fn say(
    flows: &Flows,
    service: &Service,
    id: CaseId,
    verdict: Verdict,
    note: &str,
    checks: Vec<CaseCheck>,
    as_json: bool,
) -> Result<(), String> {
    // No page was looked at: it is about the pictures that are there now.
    let word = CaseWord { verdict, note: Redacted(note.to_owned()), checks, seen: None };
    let taken = flows.decide_case(service.id, id, word, by_hand()).await.map_err(broken)?;
    match taken {
        CaseTake::Gone => Err("there is no such case".to_owned()),
        CaseTake::Refused(refusal) => Err(match refusal {
            DecideRefusal::Stage => "this case is not before the operators",
            DecideRefusal::Twice => "the command line has spoken about it; somebody at the console must, too",
            DecideRefusal::OwnAccount => "nobody decides about their own account",
            DecideRefusal::Note => "--reason takes 1 to 500 characters",
            DecideRefusal::Checks => "approving takes every check: see --checked",
            DecideRefusal::Pictures => "the pictures changed; look at them again",
        }
        .to_owned()),
        CaseTake::Taken(Decided::Waits) => {
            answer(as_json, &json!({"taken": true, "stage": "review"}), "Taken. Another voice is needed.")
        }
        CaseTake::Taken(Decided::Came(stage)) => {
            let line = json!({"taken": true, "stage": stage.as_str()});
            answer(as_json, &line, &format!("Taken. The case is {}.", stage.as_str()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_goes_into_a_new_file_of_its_owner_alone() {
        let out = std::env::temp_dir().join(format!("countersign-picture-{}.jpg", std::process::id()));
        drop(create(&out).unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&out).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "nobody else reads it");
        }
        assert!(create(&out).is_err(), "nothing is written over");
        std::fs::remove_file(&out).unwrap();
    }
}
