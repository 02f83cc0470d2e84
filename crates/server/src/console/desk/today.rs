//! The first page: each figure is read for those only who may see it.

use crate::console::{Staff, delivery};
use crate::web::views::ConsoleToday;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::model::{Right, Role};
use countersign_flows::core::staff;
use countersign_flows::{FlowError, Flows, Queue, QueueKind};

/// `GET /console`
pub(crate) async fn page(Staff { visit, signed_in }: Staff) -> Response {
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let roles = &signed_in.operator.roles;
    let read = async {
        let delivery = match staff::may(roles, Right::DeliverySee) {
            true => Some((flows.today_delivery().await?, delivery::shown_routes(flows).await?)),
            false => None,
        };
        let lockouts = match staff::may(roles, Right::AccountsSee) {
            true => Some(flows.today_lockouts(service_id).await?),
            false => None,
        };
        let layout = visit.layout("/console");
        Ok(ConsoleToday { layout, delivery, lockouts, queues: queues(flows, service_id, roles).await? })
    };
    match read.await {
        Err(error) => visit.broke(error),
        Ok(page) => visit.page(StatusCode::OK, &page),
    }
}

async fn queues(
    flows: &Flows,
    service_id: countersign_flows::core::id::ServiceId,
    roles: &[Role],
) -> Result<Vec<Queue>, FlowError> {
    let mut queues = flows.today_queues(service_id).await?;
    queues.retain(|queue| {
        let right = match queue.kind {
            QueueKind::Cases => Right::CasesSee,
            QueueKind::Tickets => Right::TicketsSee,
            QueueKind::Proposals => Right::AccountsSee,
        };
        staff::may(roles, right)
    });
    Ok(queues)
}
