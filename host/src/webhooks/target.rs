//! Where the host may send what it sends by itself: not into networks that are closed to the
//! outside, whoever names them and whatever a name resolves to, unless the configuration opens one.

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use url::{Host, Url};

use crate::error::{Error, Result};

/// The longest address, in characters.
pub const LONGEST: usize = 500;
/// How long a subscriber has to be reached.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a subscriber has to answer. With all that one turn sends side by side it ends well
/// before the outbox gives a message to another worker (60 s).
const ANSWER: Duration = Duration::from_secs(15);

/// The networks of private addresses that may be sent to.
#[derive(Clone, Debug, Default)]
pub struct Targets(pub Vec<IpNet>);

impl Targets {
    /// Whether an address may be sent to.
    pub fn allow(&self, address: IpAddr) -> bool {
        public(address) || self.opened(address)
    }

    fn opened(&self, address: IpAddr) -> bool {
        self.0.iter().any(|it| it.contains(&address.to_canonical()))
    }

    /// An address of a subscriber: `https` or, into a network that was opened, `http`; without
    /// credentials. `Invalid` says what is wrong with it. What a name resolves to is looked at
    /// again each time something is sent.
    pub fn check(&self, text: &str) -> Result<Url> {
        let refused = |code| Err(Error::invalid("url", code));
        let Ok(url) = Url::parse(text.trim()) else {
            return refused("webhook-url");
        };
        if url.as_str().chars().count() > LONGEST
            || !url.username().is_empty()
            || url.password().is_some()
            || url.fragment().is_some()
        {
            return refused("webhook-url");
        }
        let address = match url.host() {
            Some(Host::Ipv4(it)) => Some(IpAddr::V4(it)),
            Some(Host::Ipv6(it)) => Some(IpAddr::V6(it)),
            Some(Host::Domain("localhost")) => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            Some(Host::Domain(_)) => None,
            None => return refused("webhook-url"),
        };
        if address.is_some_and(|it| !self.allow(it)) {
            return refused("webhook-private");
        }
        match (url.scheme(), address) {
            ("https", _) => Ok(url),
            ("http", Some(address)) if self.opened(address) => Ok(url),
            _ => refused("webhook-https"),
        }
    }

    /// A client that sends nowhere else: no proxy, no redirect, and no address of a name that may
    /// not be sent to.
    pub fn client(&self) -> Result<reqwest::Client> {
        reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .user_agent(concat!("OneDoor/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(std::sync::Arc::new(self.clone()))
            .build()
            .map_err(Error::internal)
    }
}

impl Resolve for Targets {
    fn resolve(&self, name: Name) -> Resolving {
        let targets = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let open: Vec<SocketAddr> = found.filter(|it| targets.allow(it.ip())).collect();
            if open.is_empty() {
                return Err("the name leads to no address that may be sent to".into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is of the open internet (IANA's special-purpose registries, as of RFC 6890).
fn public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(it) => public_v4(it),
        IpAddr::V6(it) => public_v6(it),
    }
}

fn public_v4(it: Ipv4Addr) -> bool {
    let [a, b, c, _] = it.octets();
    !(it.is_private()
        || it.is_loopback()
        || it.is_link_local()
        || it.is_documentation()
        || it.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b)))
}

/// Only what has been given out (2000::/3), without documentation, Teredo and the other protocol
/// assignments, and 6to4, which hides an address of the older kind.
fn public_v6(it: Ipv6Addr) -> bool {
    let [first, second, ..] = it.segments();
    let special = first == 0x2002
        || (first == 0x2001 && (second < 0x200 || second == 0xdb8))
        || (first == 0x3fff && second < 0x1000);
    (0x2000..0x4000).contains(&first) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_networks_are_told_from_the_open_one() {
        for open in ["1.1.1.1", "223.5.5.5", "2400:3200::1", "::ffff:1.1.1.1"] {
            assert!(public(open.parse().unwrap()), "{open}");
        }
        for closed in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.1",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "::ffff:127.0.0.1",
        ] {
            assert!(!public(closed.parse().unwrap()), "{closed}");
        }
    }

    #[test]
    fn an_address_is_checked_before_it_is_kept() {
        let none = Targets::default();
        let open = Targets(vec!["127.0.0.0/8".parse().unwrap()]);
        let code = |targets: &Targets, url: &str| match targets.check(url) {
            Ok(_) => "fine".to_owned(),
            Err(Error::Invalid(problems)) => problems[0].code.clone(),
            Err(error) => panic!("{error}"),
        };
        for (url, closed, opened) in [
            ("https://hooks.example.org/a?b=1", "fine", "fine"),
            (
                "http://hooks.example.org/",
                "webhook-https",
                "webhook-https",
            ),
            ("https://127.0.0.1:8443/", "webhook-private", "fine"),
            ("http://127.0.0.1:80/", "webhook-private", "fine"),
            ("http://localhost:8080/", "webhook-private", "fine"),
            (
                "https://[::ffff:10.0.0.1]/",
                "webhook-private",
                "webhook-private",
            ),
            ("https://0x7f000001/", "webhook-private", "fine"),
            ("http://1.1.1.1/", "webhook-https", "webhook-https"),
            (
                "https://me:secret@hooks.example.org/",
                "webhook-url",
                "webhook-url",
            ),
            (
                "https://hooks.example.org/#top",
                "webhook-url",
                "webhook-url",
            ),
            ("ftp://hooks.example.org/", "webhook-https", "webhook-https"),
            ("hooks", "webhook-url", "webhook-url"),
        ] {
            assert_eq!(code(&none, url), closed, "{url}");
            assert_eq!(code(&open, url), opened, "{url}, with loopback opened");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed() {
        let client = Targets::default().client().unwrap();
        let failed = client.get("https://localhost:9/").send().await.unwrap_err();
        let mut chain = failed.to_string();
        let mut source = std::error::Error::source(&failed);
        while let Some(cause) = source {
            chain += &format!(": {cause}");
            source = cause.source();
        }
        assert!(chain.contains("may be sent to"), "{chain}");
    }
}
