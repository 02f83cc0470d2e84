//! The console's pages of its people, in every state that their fields allow.
//!
//! Decides nothing: made-up facts.

use countersign_flows::core::model::{Factor, InvitationPurpose, Role};

use super::{Drawn, MINUTE_MS, Samples, draw};
use crate::web::views::*;
use crate::web::words::Moment;

const QR: &str = "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";

impl Samples {
    fn new_key(&self) -> NewKey {
        NewKey {
            qr_svg: QR.to_owned(),
            key: "GEZD GNBV GY3T QOJQ".to_owned(),
            uri: "otpauth://totp/Acme:op?secret=GEZDGNBVGY3TQOJQ".to_owned(),
        }
    }

    fn own_factor(&self, factor: Factor) -> OwnFactorRow {
        OwnFactorRow {
            id: "aut_1".to_owned(),
            factor,
            name: self.text("my phone"),
            added_ms: self.now_ms,
            used_ms: (factor == Factor::Totp).then_some(self.now_ms),
        }
    }

    fn staff_row(&self, state: StaffState) -> StaffRow {
        StaffRow {
            id: "opr_1".to_owned(),
            name: if state == StaffState::Invited { String::new() } else { self.text("Ada") },
            email: self.text("ada@acme.example"),
            roles: Role::ALL.to_vec(),
            seen_ms: (state == StaffState::Here).then_some(self.now_ms),
            state,
        }
    }

    fn confirm_act(&self, act: StaffActShown, code: Field, password: Option<Problem>) -> ConsoleStaffConfirm {
        ConsoleStaffConfirm {
            layout: self.in_console(true),
            act,
            email: self.text("ada@acme.example"),
            name: self.text("Ada"),
            roles: vec![Role::Support, Role::Reviewer],
            reason: self.text("lost phone"),
            has_app: true,
            app_refusal: None,
            attempts_left: code.problem.is_some().then_some(2),
            code,
            passkey_options: Some(self.text("{\"publicKey\":{}}")),
            passkey_problem: None,
            password_problem: password,
            problem: None,
        }
    }

    fn step(&self, refusal: Option<Problem>, code: Field, passkey_problem: Option<Problem>) -> ConsoleStep {
        ConsoleStep {
            layout: self.in_console(false),
            who: self.text("op•••@acme.example"),
            has_app: true,
            app_refusal: refusal,
            attempts_left: code.problem.is_some().then_some(2),
            code,
            passkey_options: Some(self.text("{\"publicKey\":{}}")),
            passkey_problem,
        }
    }

    fn member(&self, state: StaffState, reason: Field, problem: Option<Problem>) -> ConsoleStaffMember {
        ConsoleStaffMember {
            layout: self.in_console(true),
            row: self.staff_row(state),
            added_ms: self.now_ms,
            factors: vec![self.own_factor(Factor::Totp), self.own_factor(Factor::Passkey)],
            sessions: 2,
            is_oneself: false,
            voice_from_ms: Some(self.now_ms + 60 * MINUTE_MS),
            act: "roles",
            reason,
            chosen: vec![Role::Support],
            problem,
        }
    }

    fn me(&self, name: Field) -> ConsoleMe {
        let session = |is_this| OwnSessionRow {
            id: "ops_1".to_owned(),
            device: self.text("Firefox on Linux"),
            since_ms: self.now_ms,
            seen_ms: self.now_ms,
            is_this,
        };
        ConsoleMe {
            layout: self.in_console(true),
            name,
            email: self.text("ada@acme.example"),
            roles: Role::ALL.to_vec(),
            factors: vec![self.own_factor(Factor::Totp), self.own_factor(Factor::Passkey)],
            passkeys_are_possible: true,
            sessions: vec![session(true), session(false)],
        }
    }

    fn prove(&self, new: Option<Problem>, password: Option<Problem>, form: Option<Problem>) -> ConsoleProve {
        ConsoleProve {
            layout: self.in_console(true),
            act: OwnAct::Password,
            action: "/console/me/password".to_owned(),
            what: Some(self.text("my phone")),
            new_characters_min: Some(8),
            new_problem: new,
            password_problem: password,
            problem: form,
        }
    }

    fn list(&self, email: Field, name: Field, roles_problem: Option<Problem>) -> ConsoleStaff {
        let states = [StaffState::Here, StaffState::Invited, StaffState::Disabled];
        ConsoleStaff {
            layout: self.in_console(true),
            rows: states.into_iter().map(|state| self.staff_row(state)).collect(),
            email,
            name,
            chosen: vec![Role::Support],
            roles_problem,
        }
    }

    fn join(&self, link: Option<InvitationPurpose>, password_problem: Option<Problem>) -> ConsoleJoin {
        ConsoleJoin {
            layout: self.in_console(false),
            link: link.map(|purpose| (purpose, self.text("op•••@acme.example"))),
            characters_min: 8,
            password_problem,
        }
    }

    fn enrol(&self, joins: bool, key: bool, passkey: bool, problem: bool) -> ConsoleEnrol {
        let wrong = |is: bool, problem| is.then_some(problem);
        ConsoleEnrol {
            layout: self.in_console(!joins),
            joins,
            key: key.then(|| self.new_key()),
            code: self.typed("123456", wrong(problem && key, Problem::TotpWrong)),
            passkey_options: passkey.then(|| self.text("{\"publicKey\":{}}")),
            name: self.typed("my laptop", None),
            passkey_problem: wrong(problem && passkey && !key, Problem::PasskeyRefused),
        }
    }

    pub(super) fn staff(&self) -> Drawn {
        let until = Moment::near(self.now_ms + 15 * MINUTE_MS, self.now_ms);
        let wrong = |problem| self.typed("as typed", Some(problem));
        let long = || Problem::NameLong { characters_max: 60 };
        let mut waits = self.me(self.typed("Ada", None));
        waits.layout.voice_from_ms = Some(self.now_ms + 60 * MINUTE_MS);
        let mut locked = self.confirm_act(StaffActShown::Reset, Field::default(), None);
        locked.app_refusal = Some(Problem::CodesLocked { until });
        let mut refused = self.confirm_act(StaffActShown::Disable, Field::default(), None);
        refused.passkey_problem = Some(Problem::PasskeyRefused);
        refused.problem = Some(Problem::PasswordLocked { until });
        let mut oneself = self.member(StaffState::Here, Field::default(), None);
        oneself.is_oneself = true;
        oneself.factors.clear();
        let find = |what| ConsoleFind { layout: self.in_console(true), what };
        draw(vec![
            ("console-step", &self.step(None, Field::default(), None)),
            ("console-step-wrong", &self.step(None, wrong(Problem::TotpWrong), None)),
            ("console-step-passkey", &self.step(None, Field::default(), Some(Problem::PasskeyRefused))),
            ("console-step-locked", &self.step(Some(Problem::CodesLocked { until }), Field::default(), None)),
            ("console-join", &self.join(Some(InvitationPurpose::Invite), None)),
            ("console-join-weak", &self.join(Some(InvitationPurpose::Reset), Some(Problem::PasswordCommon))),
            ("console-join-gone", &self.join(None, None)),
            ("console-join-second", &self.enrol(true, true, true, false)),
            ("console-join-second-wrong", &self.enrol(true, true, true, true)),
            ("console-enrol-app", &self.enrol(false, true, false, false)),
            ("console-enrol-passkey", &self.enrol(false, false, true, true)),
            ("console-me", &self.me(self.typed("Ada", None))),
            ("console-me-long", &self.me(wrong(long()))),
            ("console-prove", &self.prove(None, None, None)),
            ("console-prove-new", &self.prove(Some(Problem::PasswordCommon), None, None)),
            ("console-prove-wrong", &self.prove(None, Some(Problem::PasswordWrong), None)),
            ("console-prove-last", &self.prove(None, None, Some(Problem::StaffFactorLast))),
            ("console-staff", &self.list(Field::default(), Field::default(), None)),
            ("console-staff-confirm-add", &self.confirm_act(StaffActShown::Add, Field::default(), None)),
            (
                "console-staff-confirm-wrong",
                &self.confirm_act(
                    StaffActShown::Roles,
                    wrong(Problem::TotpWrong),
                    Some(Problem::PasswordWrong),
                ),
            ),
            ("console-staff-confirm-locked", &locked),
            ("console-staff-confirm-refused", &refused),
            ("console-me-waits", &waits),
            (
                "console-staff-wrong",
                &self.list(wrong(Problem::StaffTaken), wrong(long()), Some(Problem::RolesMissing)),
            ),
            ("console-staff-member", &self.member(StaffState::Here, Field::default(), None)),
            ("console-staff-invited", &self.member(StaffState::Invited, Field::default(), None)),
            (
                "console-staff-disabled",
                &self.member(StaffState::Disabled, wrong(Problem::ReasonMissing), None),
            ),
            (
                "console-staff-last",
                &self.member(StaffState::Here, Field::default(), Some(Problem::StaffLastAdmin)),
            ),
            ("console-staff-oneself", &oneself),
            ("console-find", &find(Field::default())),
            ("console-find-nothing", &find(wrong(Problem::NothingFound))),
        ])
    }

    pub(super) fn staff_problems(&self) -> Vec<Problem> {
        vec![
            Problem::StaffTaken,
            Problem::RolesMissing,
            Problem::StaffOneself,
            Problem::StaffLastAdmin,
            Problem::StaffUnchanged,
            Problem::StaffNotThere,
            Problem::NothingFound,
            Problem::SecondFactorMissing,
            Problem::StaffFactorDisabled,
            Problem::StaffFactorLast,
            Problem::PasskeysTooMany,
        ]
    }
}
