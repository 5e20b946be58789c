// SPDX-License-Identifier: AGPL-3.0-or-later
//! The client for such addresses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use tokio::sync::Semaphore;
use url::Url;

use crate::address::Towards;
use crate::failure::Unreached;
use crate::resolver::{Names, Resolver};
use crate::signed::Signed;

/// How long a connection that nobody uses is kept, in seconds: soon a name may be somebody else's.
const IDLE_SECONDS_MAX: u64 = 30;
const JSON: &str = "application/json";

/// Sends to addresses that somebody else named. Clones are the same.
#[derive(Clone)]
pub struct Outbound {
    client: Client,
    resolver: Resolver,
    towards: Towards,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outbound").field("towards", &self.towards).finish_non_exhaustive()
    }
}

impl Outbound {
    /// A client that gives up a connection after `connect`. How long a whole exchange may take its user says: the look-up and
    /// the wait for others belong to it, which no client knows.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(towards: Towards, names: Arc<dyn Names>, connect: Duration) -> Result<Self, reqwest::Error> {
        let resolver = Resolver::new(towards, names);
        let client = Client::builder()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .user_agent(concat!("Tramite/", env!("CARGO_PKG_VERSION")))
            // The client goes on with a connection although nobody waits for the request any more, to keep it for others: one
            // that never comes about must end by itself.
            .connect_timeout(connect)
            .pool_idle_timeout(Duration::from_secs(IDLE_SECONDS_MAX))
            .dns_resolver(Arc::new(resolver.clone()))
            .build()?;
        Ok(Self { client, resolver, towards })
    }

    /// What may be reached.
    #[must_use]
    pub const fn towards(&self) -> Towards {
        self.towards
    }

    /// Gets what stands at an address. The look-up of the name is at the cost of its asker, as in [`Outbound::post`].
    ///
    /// # Errors
    /// [`Unreached`] where no answer comes.
    pub async fn get(&self, url: Url, lookups: &Arc<Semaphore>) -> Result<Response, Unreached> {
        if let Some(name) = url.domain() {
            self.resolver.prepare(name, lookups).await;
        }
        Ok(self.client.get(url).header(ACCEPT, JSON).send().await?)
    }

    /// Posts a signed message. The look-up of the name is at the cost of its asker, who may let so many hang at a time.
    ///
    /// # Errors
    /// [`Unreached`] where no answer comes.
    pub async fn post(&self, url: Url, signed: Signed, lookups: &Arc<Semaphore>) -> Result<Response, Unreached> {
        if let Some(name) = url.domain() {
            self.resolver.prepare(name, lookups).await;
        }
        let mut request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, JSON)
            .header(ACCEPT, JSON)
            .header("webhook-id", signed.id)
            .header("webhook-timestamp", signed.timestamp)
            .header("webhook-signature", signed.signature)
            .body(signed.body);
        if let Some(parent) = signed.parent {
            request = request.header("traceparent", parent);
        }
        Ok(request.send().await?)
    }
}
