//! Every route of the host, on this one page. Each table makes the router and the list that the
//! tests hold against the permission matrix and the OpenAPI document, so that no route can be
//! added without being in both.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
};
use std::time::Duration;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer,
};

use super::{api, assets, edge, guard, layout, open311, pages};
use crate::{
    app::App,
    plugins::{COMPILATION, verify},
    serve,
};

/// The longest body of an ordinary request, in bytes.
const BODY: usize = 256 * 1024;
/// The longest body of a request that brings files, in bytes: six photos of 10 MiB.
const UPLOAD: usize = 64 * 1024 * 1024;
/// The longest body of a request that brings a component, with the frame of a form around it.
const COMPONENT: usize = verify::LARGEST + 64 * 1024;
/// How long a request may take before it is given up.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long one that brings a component may: it is compiled before it is answered.
const COMPILING: Duration = COMPILATION.saturating_add(TIMEOUT);

/// A route: its method in lower case, and its path as axum has it.
pub type Route = (&'static str, &'static str);

macro_rules! table {
    ($(#[$doc:meta])* $router:ident, $list:ident: $($method:ident $path:literal $handler:path;)*) => {
        $(#[$doc])*
        pub const $list: &[Route] = &[$((stringify!($method), $path)),*];

        fn $router() -> Router<App> {
            Router::new()$(.route($path, axum::routing::$method($handler)))*
        }
    };
}

table! {
    /// The API.
    api_routes, API:
    get "/api/v1/openapi.json" api::openapi::document;
    get "/api/v1/session" api::session::me;
    post "/api/v1/session" api::session::sign_in;
    delete "/api/v1/session" api::session::sign_out;
    post "/api/v1/session/code" api::session::request_code;
    post "/api/v1/session/confirm" api::session::confirm_code;
    post "/api/v1/session/password" api::session::change_password;
    get "/api/v1/grid/locate" api::grid::locate;
    get "/api/v1/grid/divisions" api::grid::search;
    get "/api/v1/grid/divisions/{code}" api::grid::division;
    get "/api/v1/grid/divisions/{code}/children" api::grid::children;
    get "/api/v1/grid/divisions/{code}/boundaries" api::cells::boundaries;
    get "/api/v1/service-points" api::circle::near;
    get "/api/v1/grid/imports" api::imports::list;
    get "/api/v1/grid/imports/{id}" api::imports::progress;
    get "/api/v1/classes" api::cases::classes;
    get "/api/v1/cases" api::search::find;
    post "/api/v1/cases" api::cases::submit;
    get "/api/v1/cases/mine" api::cases::mine;
    get "/api/v1/cases/followed" api::near::followed;
    post "/api/v1/cases/near" api::near::near;
    get "/api/v1/cases/number/{number}" api::cases::by_number;
    get "/api/v1/cases/{id}" api::cases::get;
    get "/api/v1/cases/{id}/timeline" api::cases::timeline;
    get "/api/v1/cases/{id}/files" api::cases::files;
    get "/api/v1/cases/{id}/linked" api::cases::linked;
    get "/api/v1/cases/{id}/choices" api::cases::choices;
    get "/api/v1/cases/{id}/suggestions" api::cases::suggestions;
    get "/api/v1/cases/{id}/duplicates" api::near::duplicates;
    post "/api/v1/cases/{id}/follow" api::near::follow;
    delete "/api/v1/cases/{id}/follow" api::near::unfollow;
    post "/api/v1/cases/{id}/contact" api::cases::contact;
    post "/api/v1/cases/{id}/actions" api::cases::act;
    get "/api/v1/hints" api::near::hints;
    post "/api/v1/hints/{id}/decision" api::near::judge;
    get "/api/v1/queues" api::cases::queues;
    get "/api/v1/queues/{queue}" api::cases::queue;
    get "/api/v1/figures" api::figures::show;
    get "/api/v1/figures/csv" api::figures::csv;
    get "/api/v1/figures/xlsx" api::figures::xlsx;
    get "/api/v1/figures/definitions" api::figures::definitions;
    get "/api/v1/figures/times" api::figures::times;
    get "/api/v1/figures/cases" api::figures::behind;
    get "/api/v1/figures/exclusions" api::figures::exclusions;
    get "/api/v1/digest" api::figures::digest;
    get "/api/v1/digest/cases" api::figures::digest_cases;
    get "/api/v1/attachments/{id}" api::attachments::fetch;
    get "/api/v1/duty-lists" api::duty::versions;
    get "/api/v1/duty-lists/{version}" api::duty::version;
    get "/api/v1/duty-lists/{version}/difference" api::duty::difference;
    get "/api/v1/calendar" api::duty::calendar;
    post "/api/v1/calendar" api::duty::put_calendar;
    get "/api/v1/precedents" api::duty::precedents;
    post "/api/v1/precedents/{id}/accept" api::duty::accept;
    post "/api/v1/precedents/{id}/reject" api::duty::reject;
    post "/api/v1/units/{id}/instrument" api::duty::instrument;
    get "/api/v1/readiness" api::readiness::list;
    get "/api/v1/people" api::people::list;
    get "/api/v1/units" api::people::all_units;
    post "/api/v1/invitations" api::people::invite;
    post "/api/v1/people/{account}/posts" api::people::grant_post;
    delete "/api/v1/posts/{id}" api::people::end_post;
    post "/api/v1/services" api::people::create_service;
    get "/api/v1/tokens" api::people::tokens;
    post "/api/v1/tokens" api::people::create_token;
    delete "/api/v1/tokens/{id}" api::people::revoke_token;
    get "/api/v1/my-data/reads" api::people::reads_about_me;
    get "/api/v1/my-data/consents" api::records::consents;
    delete "/api/v1/my-data/consents/{id}" api::records::withdraw;
    get "/api/v1/datasets" api::records::datasets;
    get "/api/v1/datasets/{id}" api::records::dataset;
    get "/api/v1/grants" api::records::list_grants;
    post "/api/v1/grants" api::records::give_grant;
    delete "/api/v1/grants/{id}" api::records::revoke_grant;
    get "/api/v1/plugins" api::plugins::list;
    get "/api/v1/plugins/{id}" api::plugins::plugin;
    get "/api/v1/plugins/{id}/faults" api::plugins::faults;
    get "/api/v1/plugins/{id}/lines" api::plugins::lines;
    get "/api/v1/plugins/{id}/health" api::plugins::health;
    get "/api/v1/plugins/{id}/receipts" api::plugins::receipts;
    get "/api/v1/plugins/{id}/denials" api::plugins::denials;
    get "/api/v1/plugins/{id}/hold" api::plugins::held;
    post "/api/v1/plugins/{id}/stop" api::plugins::stop;
    post "/api/v1/plugins/{id}/resume" api::plugins::resume;
    post "/api/v1/plugins/{id}/roll-back" api::plugins::roll_back;
    post "/api/v1/plugins/{id}/retire" api::plugins::retire;
    get "/api/v1/revisions/{digest}" api::plugins::revision;
    get "/api/v1/revisions/{digest}/difference" api::plugins::difference;
    post "/api/v1/revisions/{digest}/approve" api::plugins::approve;
    post "/api/v1/revisions/{digest}/activate" api::plugins::activate;
    post "/api/v1/plugins/{id}/inbox/{inbox}" api::machines::receive;
    get "/api/v1/plugins/{id}/jobs" api::machines::jobs;
    get "/api/v1/plugins/{id}/jobs/runs" api::machines::runs;
    post "/api/v1/plugins/{id}/replay" api::machines::replay_all;
    get "/api/v1/parked" api::machines::parked;
    post "/api/v1/parked/{message}/replay" api::machines::replay;
    get "/api/v1/board" api::machines::board;
    get "/api/v1/messages" api::machines::messages;
    post "/api/v1/messages/{message}/read" api::machines::mark;
    get "/api/v1/webhooks" api::webhooks::list;
    post "/api/v1/webhooks" api::webhooks::create;
    delete "/api/v1/webhooks/{id}" api::webhooks::delete;
    post "/api/v1/webhooks/{id}/secret" api::webhooks::rotate;
    post "/api/v1/webhooks/{id}/replay" api::webhooks::replay_all;
    get "/api/v1/webhooks/{id}/deliveries" api::webhooks::deliveries;
    post "/api/v1/webhooks/{id}/deliveries/{delivery}/replay" api::webhooks::replay;
}

table! {
    /// Pages that everyone may open.
    page_routes, PAGES:
    get "/" pages::home::show;
    get "/assets/{name}" assets::serve;
    post "/preferences" pages::preferences::choose;
    get "/sign-in" pages::sign_in::show;
    post "/sign-in" pages::sign_in::by_password;
    post "/sign-in/code" pages::sign_in::send_code;
    post "/sign-in/confirm" pages::sign_in::by_code;
    post "/sign-out" pages::sign_in::out;
    get "/register" pages::account::register_form;
    post "/register" pages::account::register;
    get "/invitation" pages::account::invitation_form;
    post "/invitation" pages::account::invitation;
    get "/account/password" pages::account::password_form;
    post "/account/password" pages::account::password;
    get "/report" pages::report::show;
    get "/drafts/{id}/steps/{step}" pages::drafts::step;
    get "/drafts/{id}/check" pages::drafts::check;
    post "/drafts/{id}/send" pages::drafts::send;
    get "/circle" pages::circle::show;
    get "/matters" pages::matters::show;
    get "/find" pages::matters::find_form;
    post "/find" pages::matters::find;
    get "/cases/{id}" pages::case::show;
    post "/cases/{id}/follow" pages::near::follow;
    post "/cases/{id}/unfollow" pages::near::unfollow;
    get "/files/{id}" pages::files::show;
    get "/services" pages::home::all;
    get "/services/{plugin}/{page}" pages::service::show;
    get "/services/{plugin}/{page}/confirm/{action}" pages::service::confirm;
    post "/services/{plugin}/{page}/actions/{action}" pages::service::act;
    get "/my-data" pages::my_data::show;
    get "/messages" pages::messages::show;
    post "/messages/read" pages::messages::read_all;
    post "/messages/{message}/open" pages::messages::open;
    post "/my-data/consents/{id}/withdraw" pages::my_data::withdraw;
    get "/family" pages::family::show;
    post "/family/children" pages::family::add_child;
    post "/family/helpers" pages::family::let_act;
    post "/family/{id}/end" pages::family::end;
}

table! {
    /// Open311: what ends with the form of the answer is told apart by the handlers.
    open311_routes, OPEN311:
    get "/open311/discovery.xml" open311::discovery;
    get "/open311/discovery.json" open311::discovery;
    get "/open311/v2/services.xml" open311::services;
    get "/open311/v2/services.json" open311::services;
    get "/open311/v2/services/{code}" open311::definition;
    get "/open311/v2/requests.xml" open311::list;
    get "/open311/v2/requests.json" open311::list;
    post "/open311/v2/requests.xml" open311::file;
    post "/open311/v2/requests.json" open311::file;
    get "/open311/v2/requests/{service_request_id}" open311::one;
    get "/open311/v2/tokens/{token}" open311::token;
}

table! {
    /// Pages of staff.
    work_routes, WORK:
    get "/work" pages::work::home::show;
    get "/work/find" pages::work::home::find;
    get "/work/search" pages::work::search::show;
    get "/work/queues/{queue}" pages::work::home::queue;
    get "/work/visits/new" pages::work::visits::form;
    post "/work/visits/new" pages::work::visits::plan;
    get "/work/cases/{id}" pages::work::case::show;
    post "/work/cases/{id}/contact" pages::work::case::contact;
    get "/work/people" pages::work::people::list;
    get "/work/ready" pages::work::ready::show;
    get "/work/people/import" pages::work::ready::import_form;
    get "/work/people/invite" pages::work::people::invite_form;
    post "/work/people/invite" pages::work::people::invite;
    get "/work/people/{account}" pages::work::person::show;
    post "/work/people/{account}/posts" pages::work::person::give_post;
    post "/work/people/{account}/posts/{post}/end" pages::work::person::end_post;
    get "/work/grid" pages::work::grid::show;
    get "/work/duty-list" pages::work::duty::show;
    get "/work/duty-list/versions/{version}" pages::work::duty::version;
    get "/work/duty-list/difference" pages::work::duty::difference;
    get "/work/precedents" pages::work::precedents::show;
    post "/work/precedents/{id}/{step}" pages::work::precedents::decide;
    get "/work/units" pages::work::units::show;
    post "/work/units/{id}/instrument" pages::work::units::name;
    get "/work/datasets" pages::work::datasets::list;
    get "/work/grants" pages::work::grants::show;
    post "/work/grants" pages::work::grants::give;
    post "/work/grants/{id}/revoke" pages::work::grants::revoke;
    get "/work/family" pages::work::datasets::witness_form;
    post "/work/family" pages::work::datasets::witness;
    get "/work/plugins" pages::work::plugins::list;
    get "/work/plugins/{id}" pages::work::console::show;
    get "/work/plugins/{id}/faults" pages::work::console::faults;
    get "/work/plugins/{id}/lines" pages::work::console::lines;
    get "/work/plugins/{id}/stop" pages::work::console::ask_to_stop;
    post "/work/plugins/{id}/stop" pages::work::console::stop;
    get "/work/plugins/{id}/{step}" pages::work::revision::confirm_of_plugin;
    post "/work/plugins/{id}/{step}" pages::work::revision::take_of_plugin;
    get "/work/board" pages::work::board::show;
    get "/work/board/cases" pages::work::board::cases;
    get "/work/figures" pages::work::figures::show;
    get "/work/figures/cases" pages::work::behind::cases;
    get "/work/figures/exclusions" pages::work::behind::exclusions;
    get "/work/digest" pages::work::digest::show;
    get "/work/digest/cases" pages::work::digest::cases;
    post "/work/hints/{id}/{decision}" pages::work::hints::decide;
    get "/work/messages" pages::work::messages::show;
    get "/work/webhooks" pages::work::webhooks::show;
    post "/work/webhooks" pages::work::webhooks::create;
    get "/work/webhooks/{id}" pages::work::webhooks::one;
    post "/work/webhooks/{id}/replay" pages::work::webhooks::replay;
    post "/work/webhooks/{id}/secret" pages::work::webhooks::rotate;
    post "/work/webhooks/{id}/delete" pages::work::webhooks::delete;
    post "/work/messages/{message}/replay" pages::work::messages::replay;
    get "/work/plugins/{id}/jobs" pages::work::messages::jobs;
    post "/work/plugins/{id}/messages/replay" pages::work::messages::replay_all;
    get "/work/revisions/{digest}" pages::work::revision::show;
    get "/work/revisions/{digest}/{step}" pages::work::revision::confirm;
    post "/work/revisions/{digest}/{step}" pages::work::revision::take;
}

table! {
    /// Pages that take files.
    upload_routes, UPLOADS:
    post "/report" pages::report::begin;
    post "/drafts/{id}/steps/{step}" pages::drafts::save;
    post "/cases/{id}/{action}" pages::case::act;
    post "/services/{plugin}/{page}/forms/{form}" pages::service::begin;
    post "/work/cases/{id}/actions/{action}" pages::work::case::act;
    post "/work/people/import" pages::work::ready::import;
    post "/work/duty-list" pages::work::duty::upload;
    post "/work/grid/cells" pages::work::grid::bring;
}

table! {
    /// What of the API takes files.
    api_upload_routes, API_UPLOADS:
    post "/api/v1/attachments" api::attachments::upload;
    post "/api/v1/duty-lists" api::duty::put;
    post "/api/v1/service-points" api::circle::import;
    post "/api/v1/grid/cells" api::cells::import;
}

table! {
    /// What takes components.
    component_routes, COMPONENTS:
    post "/api/v1/plugins" api::plugins::upload;
    post "/api/v1/plugins/swap" api::plugins::swap;
    post "/work/plugins" pages::work::plugins::upload;
}

table! {
    /// What brings in lists that are too long for a form; each bounds its body by itself.
    import_routes, IMPORTS:
    post "/api/v1/grid/imports" api::imports::begin;
}

/// Every table. A new table belongs in here and in [`router`]; the tests walk it.
pub const TABLES: &[&[Route]] = &[
    API,
    API_UPLOADS,
    COMPONENTS,
    IMPORTS,
    OPEN311,
    PAGES,
    WORK,
    UPLOADS,
];

/// The whole host.
pub fn router(app: App) -> Router {
    with(app, Router::new())
}

/// The whole host with `more` routes inside the same layers: how a benchmark puts its own page
/// beside a plugin's.
#[doc(hidden)]
pub fn with(app: App, more: Router<App>) -> Router {
    let ordinary = api_routes()
        .merge(open311_routes())
        .merge(page_routes())
        .merge(work_routes())
        .layer(DefaultBodyLimit::max(BODY));
    let uploads = upload_routes()
        .merge(api_upload_routes())
        .layer(DefaultBodyLimit::max(UPLOAD));
    let components = component_routes().layer(DefaultBodyLimit::max(COMPONENT));
    let imports = import_routes().layer(DefaultBodyLimit::disable());
    Router::new()
        .merge(serve::health())
        .merge(ordinary)
        .merge(uploads)
        .merge(more)
        .layer(given_up_after(TIMEOUT))
        .merge(components.layer(given_up_after(COMPILING)))
        .merge(imports.layer(given_up_after(COMPILING)))
        .layer(from_fn_with_state(app.clone(), guard::slow_guesses))
        .layer(from_fn_with_state(app.clone(), guard::same_site))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(from_fn(edge::explain))
        .layer(from_fn_with_state(app.clone(), layout::explain))
        .layer(from_fn_with_state(app.clone(), layout::protect))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), edge::identify))
        .with_state(app)
}

fn given_up_after(time: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, time)
}
