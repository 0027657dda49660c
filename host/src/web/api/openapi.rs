//! The OpenAPI document, generated from the handlers.

use axum::Json;
use utoipa::OpenApi;

use super::{
    attachments, cases, cells, circle, duty, figures, grid, imports, machines, near, people,
    plugins, problem::Document, readiness, records, search, session, webhooks,
};

/// What `/api/v1` offers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "OneDoor 一门",
        description = "Everything that the pages of the entry app do.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        document,
        session::me,
        session::sign_in,
        session::sign_out,
        session::request_code,
        session::confirm_code,
        session::change_password,
        grid::locate,
        grid::search,
        grid::division,
        grid::children,
        cells::import,
        cells::boundaries,
        duty::versions,
        duty::put,
        duty::version,
        duty::difference,
        duty::calendar,
        duty::put_calendar,
        duty::precedents,
        duty::accept,
        duty::reject,
        duty::instrument,
        circle::near,
        circle::import,
        imports::begin,
        imports::list,
        imports::progress,
        cases::classes,
        search::find,
        near::near,
        near::followed,
        near::duplicates,
        near::follow,
        near::unfollow,
        near::hints,
        near::judge,
        cases::submit,
        cases::mine,
        cases::by_number,
        cases::get,
        cases::timeline,
        cases::files,
        cases::linked,
        cases::choices,
        cases::suggestions,
        cases::contact,
        cases::act,
        cases::queues,
        cases::queue,
        figures::show,
        figures::csv,
        figures::xlsx,
        figures::definitions,
        figures::times,
        figures::behind,
        figures::exclusions,
        figures::digest,
        figures::digest_cases,
        attachments::upload,
        attachments::fetch,
        people::list,
        people::all_units,
        people::invite,
        people::grant_post,
        people::end_post,
        people::create_service,
        people::tokens,
        people::create_token,
        people::revoke_token,
        people::reads_about_me,
        readiness::list,
        records::datasets,
        records::dataset,
        records::list_grants,
        records::give_grant,
        records::revoke_grant,
        records::consents,
        records::withdraw,
        plugins::list,
        plugins::upload,
        plugins::swap,
        plugins::plugin,
        plugins::faults,
        plugins::lines,
        plugins::health,
        plugins::receipts,
        plugins::denials,
        plugins::held,
        plugins::stop,
        plugins::resume,
        plugins::roll_back,
        plugins::retire,
        plugins::revision,
        plugins::difference,
        plugins::approve,
        plugins::activate,
        machines::receive,
        machines::jobs,
        machines::runs,
        machines::parked,
        machines::replay,
        machines::replay_all,
        machines::board,
        machines::messages,
        machines::mark,
        webhooks::list,
        webhooks::create,
        webhooks::delete,
        webhooks::rotate,
        webhooks::deliveries,
        webhooks::replay,
        webhooks::replay_all,
    ),
    components(schemas(Document))
)]
pub struct Api;

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "meta", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Api::openapi())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::router::TABLES;
    use std::collections::BTreeSet;

    /// What is routed is documented, and nothing else is.
    #[test]
    fn the_document_lists_every_route() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        let mut documented = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                documented.insert((method.clone(), path.clone()));
            }
        }
        let routes = TABLES.iter().flat_map(|it| it.iter());
        let routed: BTreeSet<_> = routes
            .filter(|(_, path)| path.starts_with("/api/"))
            .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
            .collect();
        let differing: Vec<_> = documented.symmetric_difference(&routed).collect();
        assert!(differing.is_empty(), "{differing:?}");
    }
}
