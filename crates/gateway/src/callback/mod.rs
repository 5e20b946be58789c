// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is due is asked of the institution's own system, where its service says so: within a second in all, never while a
//! connection to the database is held, and not by so many at once that one institution could be in another's way.

mod failure;
mod question;
mod secret;

pub(crate) use secret::secret_text;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::given::World;
use tramite_domain::ids::{InstallmentId, InstitutionId};
use tramite_domain::money::Cents;
use tramite_domain::secret::Secret;
use tramite_domain::service::{AmountCallback, OnFailure};
use tramite_domain::time::Instant;
use tramite_outbound::{Flights, LOOKUPS_MAX, Names, Outbound, Signed, SystemNames, Towards, Unreached, check};
use tramite_storage::{Scope, Store, StoreError};
use tramite_telemetry::catalogue::AMOUNT_CALLBACKS;
use tramite_telemetry::{Metrics, trace};
use url::Url;

use self::failure::Failure;
use self::question::{Question, amount};

/// How long an answer may take, in milliseconds: the look-up of the name, the connection, the exchange, and the wait for others.
const ANSWER_MS_MAX: u64 = 1_000;
/// Questions to one institution at a time.
const QUESTIONS_MAX: usize = 16;

/// What is due is not known: the institution's system did not say it, and its service wants no other amount then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountUnknown;

/// Who asks. Clones are the same; all workers of a process share it.
#[derive(Clone)]
pub struct Callbacks(Arc<Shared>);

struct Shared {
    outbound: Outbound,
    names: Arc<dyn Names>,
    world: Arc<dyn World>,
    metrics: Arc<Metrics>,
    /// The same question is asked once at a time: who asks with others is answered as they are.
    under_way: Flights<InstallmentId, Result<Cents, Failure>>,
    places: Mutex<HashMap<InstitutionId, Places>>,
    keys: Mutex<HashMap<InstitutionId, Arc<Secret<[u8; 32]>>>>,
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Callbacks")
    }
}

impl Callbacks {
    /// Asks by the system's own resolver.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(towards: Towards, world: Arc<dyn World>, metrics: Arc<Metrics>) -> Result<Self, reqwest::Error> {
        Self::by_names(towards, Arc::new(SystemNames), world, metrics)
    }

    /// Asks where somebody else knows the names.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn by_names(
        towards: Towards,
        names: Arc<dyn Names>,
        world: Arc<dyn World>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self(Arc::new(Shared {
            outbound: Outbound::new(towards, Arc::clone(&names), Duration::from_millis(ANSWER_MS_MAX))?,
            names,
            world,
            metrics,
            under_way: Flights::default(),
            places: Mutex::default(),
            keys: Mutex::default(),
        })))
    }

    /// What may be asked.
    #[must_use]
    pub fn towards(&self) -> Towards {
        self.0.outbound.towards()
    }

    /// The counters of the process.
    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    /// The same for others who ask: neither waits for the other's questions.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn apart(&self) -> Result<Self, reqwest::Error> {
        let Shared { names, world, metrics, .. } = self.0.as_ref();
        Self::by_names(self.towards(), Arc::clone(names), Arc::clone(world), Arc::clone(metrics))
    }

    /// Asks what is due for installments of a position, of all at once, where that has to be asked, and puts it into the position.
    ///
    /// # Errors
    /// [`AmountUnknown`] without a usable answer, where nothing else may be due then.
    pub async fn tell(
        &self,
        store: &Store,
        scope: &Scope,
        position: &mut DebtPosition,
        installments: &[InstallmentId],
        now: Instant,
    ) -> Result<(), AmountUnknown> {
        let Some(callback) = position.amount_callback.clone() else { return Ok(()) };
        let wanted: Vec<InstallmentId> =
            installments.iter().copied().filter(|one| position.is_to_be_asked(*one)).collect();
        let asked = wanted.iter().map(|one| self.ask(store, scope, position, (*one, &callback), now));
        let said = join_all(asked).await;
        for (installment, said) in wanted.into_iter().zip(said) {
            let taken = said.and_then(|amount| {
                if position.take_told(installment, amount) { Ok(()) } else { Err(Failure::InvalidAmount) }
            });
            self.0.metrics.count(&AMOUNT_CALLBACKS, &[taken.map_or_else(Failure::code, |()| "answered").into()]);
            let Err(failure) = taken else { continue };
            tracing::warn!(
                code = failure.code(),
                institution = %scope.institution(),
                service = position.service_code.as_ref().map(tracing::field::display),
                "an institution's system did not say what is due"
            );
            match (callback.on_failure, position.installment(installment).map(|(_, one)| one.amount)) {
                (OnFailure::StoredAmount, Some(stands)) => _ = position.amounts_told.insert(installment, stands),
                _ => return Err(AmountUnknown),
            }
        }
        Ok(())
    }

    async fn ask(
        &self,
        store: &Store,
        scope: &Scope,
        position: &DebtPosition,
        (installment, callback): (InstallmentId, &AmountCallback),
        now: Instant,
    ) -> Result<Cents, Failure> {
        // The rules may have become stricter since the service was written.
        let url = check(&callback.url, self.towards()).map_err(|_| Failure::Unreached(Unreached::NotAllowed))?;
        let key = self.key(store, scope).await.map_err(|_| Failure::Unsigned)?;
        let question = Question::of(position, installment, now).ok_or(Failure::Broken)?;
        let code = position.service_code.as_ref().ok_or(Failure::Broken)?;
        let secrets = secret::live(&key, code, callback).ok_or(Failure::Unsigned)?;
        let signed = question.signed(&secrets, self.0.world.id())?;
        let shared = Arc::clone(&self.0);
        let places = self.places(scope.institution());
        // What many wait for is done in nobody's span: where it belongs is said by who asks first.
        let signed = signed.within(trace::outgoing());
        let work = || async move { shared.in_time(places, url, signed).await };
        self.0.under_way.join(installment, work).await.unwrap_or(Err(Failure::Broken))
    }

    /// The key that an institution's callback secrets are made of, made at its first use.
    pub(crate) async fn key(&self, store: &Store, scope: &Scope) -> Result<Arc<Secret<[u8; 32]>>, StoreError> {
        let institution = scope.institution();
        let known = self.0.keys.lock().unwrap_or_else(PoisonError::into_inner).get(&institution).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let key = Arc::new(store.callback_key(scope).await?);
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(institution, Arc::clone(&key));
        Ok(key)
    }

    fn places(&self, institution: InstitutionId) -> Places {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner).entry(institution).or_default().clone()
    }
}

/// How much at a time is done for one institution.
#[derive(Clone)]
struct Places {
    questions: Arc<Semaphore>,
    lookups: Arc<Semaphore>,
}

impl Default for Places {
    fn default() -> Self {
        let of = |count| Arc::new(Semaphore::new(count));
        Self { questions: of(QUESTIONS_MAX), lookups: of(LOOKUPS_MAX) }
    }
}

impl Shared {
    async fn in_time(&self, places: Places, url: Url, signed: Signed) -> Result<Cents, Failure> {
        let asking = async {
            let _place = places.questions.acquire().await.map_err(|_| Failure::Broken)?;
            amount(self.outbound.post(url, signed, &places.lookups).await?).await
        };
        timeout(Duration::from_millis(ANSWER_MS_MAX), asking)
            .await
            .unwrap_or(Err(Failure::Unreached(Unreached::Timeout)))
    }
}
