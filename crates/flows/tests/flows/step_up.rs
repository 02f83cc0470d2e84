//! Step-up from link to redeemed assertion, one journey a test.

mod confirming;
mod guards;
mod settings;
mod telling;

use crate::house::{EXCHANGE, House, Person, caller};
use countersign_core::action::Redeemed;
use countersign_core::id::ActionId;
use countersign_core::model::*;
use countersign_core::requirement::Signal;
use countersign_flows::*;

/// The browser that follows the links.
const BROWSER: &str = "the holder's browser";

fn details(pairs: &[(&str, &str)]) -> ActionDetails {
    ActionDetails(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

fn withdrawal(person: &Person, amount: &str, asset: &str, key: &str) -> NewAction {
    NewAction {
        account_id: person.id,
        kind: ActionKind::Withdrawal,
        details: details(&[
            ("amount", amount),
            ("asset", asset),
            ("network", "bitcoin"),
            ("address", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
        ]),
        audience: Some(EXCHANGE.to_owned()),
        return_url: Some(format!("{EXCHANGE}/orders/7")),
        context: Context { new_device: Some(false), region: None, sim_changed: Signal::No },
        caller: caller(),
        idempotency_key: key.to_owned(),
    }
}

impl House {
    async fn opened(&self, new: NewAction) -> (Action, String) {
        match self.flows.open_action(self.service_id, new).await.unwrap() {
            ActionOpen::Opened(view, link) => (view.action, link.expose().to_owned()),
            other => panic!("not opened: {other:?}"),
        }
    }

    /// A withdrawal whose page is the holder's browser's.
    async fn claimed(&self, person: &Person, amount: &str, key: &str) -> Action {
        let (action, link) = self.opened(withdrawal(person, amount, "BTC", key)).await;
        match self.flows.claim_confirm_page(self.service_id, action.id, &link, BROWSER).await.unwrap() {
            ConfirmLook::Own(view) => view.action,
            other => panic!("not claimed: {other:?}"),
        }
    }

    async fn answer(&self, id: ActionId, answers: Answers) -> ProveOutcome {
        self.flows.prove_on_page(self.service_id, id, BROWSER, answers, caller()).await.unwrap()
    }

    async fn done(&self, id: ActionId, answers: Answers) -> Option<Effect> {
        match self.answer(id, answers).await {
            ProveOutcome::Done { effect, .. } => effect.map(|effect| *effect),
            other => panic!("not done: {other:?}"),
        }
    }

    /// The action as the relying party sees it.
    async fn view(&self, id: ActionId) -> ActionView {
        self.flows.action(self.service_id, id).await.unwrap().unwrap()
    }

    async fn redeem(&self, view: &ActionView, key: &str) -> Redeemed {
        let assertion = view.assertion.as_deref().expect("an assertion");
        self.flows.redeem_assertion(self.service_id, assertion, view.action.digest, key).await.unwrap()
    }

    /// Opens the proof of a setting.
    async fn wants(&self, cookie: &str, setting: Setting) -> Action {
        let signed_in = self.signed_in(cookie).await.expect("signed in");
        match self.flows.step_up(&signed_in, setting, None, BROWSER, caller()).await.unwrap() {
            StepUp::Confirm(action) => *action,
            other => panic!("{setting:?}: {other:?}"),
        }
    }

    /// Proves a setting by the codes of email and SMS, whichever are asked for on the first way that is made
    /// of codes alone; answers what it led to.
    async fn proves_by_codes(&self, action: &Action) -> Effect {
        let is_code = |factor: &Factor| matches!(factor, Factor::Sms | Factor::Email);
        let way = action.any_of.iter().position(|set| set.iter().all(is_code)).expect("a way of codes alone");
        let act = ConfirmAct::Way(u32::try_from(way).unwrap());
        self.flows.act_on_confirm_page(self.service_id, action.id, BROWSER, act, caller()).await.unwrap();
        loop {
            let sent =
                self.flows.send_on_confirm_page(self.service_id, action.id, BROWSER, None, caller()).await;
            assert_eq!(sent.unwrap(), ActionSend::Sent);
            let mut code = self.code().await;
            loop {
                match self.answer(action.id, code_answer(&code)).await {
                    ProveOutcome::Done { effect, .. } => return *effect.expect("an effect"),
                    // The next code leaves by itself.
                    ProveOutcome::Open { sent: Some(ActionSend::Sent), .. } => code = self.code().await,
                    ProveOutcome::Open { sent: None, .. } => break,
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    /// A setting that is proved by codes and goes on; answers the token of its journey.
    async fn may_set(&self, cookie: &str, setting: Setting) -> String {
        let action = self.wants(cookie, setting).await;
        match self.proves_by_codes(&action).await {
            Effect::GoOn { token, .. } => token.expose().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    fn totp(&self, person: &Person) -> String {
        person.app.as_ref().expect("an app").shows(self.clock.wall().unix_ms())
    }
}

fn code_answer(code: &str) -> Answers {
    Answers { code: Some(code.to_owned()), ..Answers::default() }
}

fn totp_answer(code: &str) -> Answers {
    Answers { totp: Some(code.to_owned()), ..Answers::default() }
}

fn trading_answer(person: &Person) -> Answers {
    Answers { trading_password: person.trading.clone(), ..Answers::default() }
}

fn both(person: &Person, totp: &str) -> Answers {
    Answers { totp: Some(totp.to_owned()), ..trading_answer(person) }
}
