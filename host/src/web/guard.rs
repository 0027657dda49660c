//! What is refused before any handler runs: a write that another site made the browser send, and
//! guessing at secrets. Knows no page and no rule of the domain.

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
};

use super::{edge::OPEN311, session};
use crate::{app::App, error::Error};

/// How many guesses an address may make at once, and then how many a minute.
const GUESSES: (u32, u32) = (40, 30);
/// Where a secret is guessed, or a message sent at somebody's cost.
const GUESSED: [&str; 11] = [
    "/sign-in",
    "/sign-in/code",
    "/sign-in/confirm",
    "/register",
    "/invitation",
    "/account/password",
    "/find",
    "/api/v1/session",
    "/api/v1/session/code",
    "/api/v1/session/confirm",
    "/api/v1/session/password",
];

/// How many messages of devices one account may send at once, and then how many a second.
const SIGNALS: (u32, u32) = (100, 10);

/// How often each address has tried.
pub struct Limits {
    guesses: DefaultKeyedRateLimiter<IpAddr>,
    signals: DefaultKeyedRateLimiter<String>,
}

impl Default for Limits {
    fn default() -> Self {
        let per_minute = NonZeroU32::new(GUESSES.1).unwrap_or(NonZeroU32::MIN);
        let at_once = NonZeroU32::new(GUESSES.0).unwrap_or(NonZeroU32::MIN);
        Self {
            guesses: RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(at_once)),
            signals: RateLimiter::keyed(
                Quota::per_second(NonZeroU32::new(SIGNALS.1).unwrap_or(NonZeroU32::MIN))
                    .allow_burst(NonZeroU32::new(SIGNALS.0).unwrap_or(NonZeroU32::MIN)),
            ),
        }
    }
}

impl Limits {
    /// Whether a service account may send another message of a device now.
    pub fn signal(&self, account: &str) -> bool {
        self.signals.check_key(&account.to_owned()).is_ok()
    }

    /// Forgets addresses that have been quiet.
    pub fn forget(&self) {
        self.guesses.retain_recent();
        self.guesses.shrink_to_fit();
        self.signals.retain_recent();
        self.signals.shrink_to_fit();
    }
}

/// Where a request comes from: the peer, or what a configured proxy says of it. Each proxy adds
/// the address it saw at the end, so the last one that is not a proxy of ours is the sender.
pub fn address(app: &App, headers: &HeaderMap, peer: Option<IpAddr>) -> Option<IpAddr> {
    let trusted = |address: &IpAddr| {
        let networks = &app.config.trusted_proxies;
        networks.iter().any(|network| network.contains(address))
    };
    let peer = peer?;
    if !trusted(&peer) {
        return Some(peer);
    }
    let forwarded = headers.get_all("x-forwarded-for").iter();
    let hops: Vec<IpAddr> = forwarded
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .filter_map(|it| it.trim().parse().ok())
        .collect();
    hops.into_iter()
        .rev()
        .find(|it| !trusted(it))
        .or(Some(peer))
}

/// Slows down whoever tries passwords, codes or numbers of cases.
pub async fn slow_guesses(State(app): State<App>, request: Request, next: Next) -> Response {
    let guess = request.method() == Method::POST && GUESSED.contains(&request.uri().path());
    if guess {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|it| it.0.ip());
        let from = address(&app, request.headers(), peer);
        if from.is_some_and(|it| app.limits.guesses.check_key(&it).is_err()) {
            return Error::TooMany(60).into_response();
        }
    }
    next.run(request).await
}

/// Refuses a write that another site made the browser send (OWASP, CSRF prevention: Fetch
/// Metadata, with Origin for browsers that do not send it). A request with a token in its header
/// and no cookie cannot be forged that way, nor one of Open311: it takes no cookie.
pub async fn same_site(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let path = request.uri().path();
    let page = !path.starts_with("/api/");
    let by_key = path.starts_with(OPEN311);
    let forgeable = !safe && !by_key && (page || session::has_cookie(&app, headers));
    if forgeable && !ours(&app, headers) {
        return Error::Forbidden("other-site").into_response();
    }
    next.run(request).await
}

fn ours(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return false;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    origin == app.config.origin() || (host.is_some() && host == text(header::HOST.as_str()))
}
