//! Telling admins what another of them did about somebody's access (R57): whoever lets helpers in, or takes over a
//! colleague's name, is seen. Decides who is told, not the words.

use crate::change::Change;
use crate::id::MessageId;
use crate::model::*;
use crate::operator::{StaffAct, runs_console};
use crate::time::days;
use crate::verification::World;

/// Who did it, where nobody at the console did.
const COMMAND_LINE: &str = "countersign admin";

/// A message to every admin but whoever acted and whoever is meant. Nobody is let in by it, and it has no link.
pub fn tell_admins(act: &StaffAct<'_>, notice: Notice, world: World<'_>) -> Vec<Change> {
    let actor = act.everyone.iter().find(|one| Some(one.id) == act.by);
    let by = actor.map_or_else(|| COMMAND_LINE.to_owned(), |one| one.email.masked());
    let detail = format!("{} / {by}", act.meant.email.masked());
    let is_other = |one: &&Operator| Some(one.id) != act.by && one.id != act.meant.id && runs_console(one);
    let message = |admin: &Operator| {
        Change::InsertMessage(Message {
            id: MessageId::draw(world.now, world.entropy),
            service_id: admin.service_id,
            account_id: None,
            verification_id: None,
            send: 0,
            channel: Channel::Email,
            to: admin.email.clone(),
            body: Body::Notice {
                notice,
                at_ms: world.now.unix_ms(),
                detail: detail.clone(),
                freeze_path: String::new(),
            },
            locale: act.locale.to_owned(),
            expires_at: world.now.after(days(1)),
            created_at: world.now,
        })
    };
    act.everyone.iter().filter(is_other).map(message).collect()
}
