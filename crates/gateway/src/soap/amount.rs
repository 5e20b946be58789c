// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node is told to be due (rules.md 22): what a cart showed within the last half hour, or what is due now, asked of the
//! institution's own system where that alone knows it.

use tramite_domain::attempt::ATTEMPT_LOCK_SECONDS;
use tramite_domain::debt_position::{DebtPosition, amount_shown, honoured_at, rose_lately};
use tramite_domain::ids::InstallmentId;
use tramite_domain::institution::Institution;
use tramite_domain::time::Instant;
use tramite_storage::Scope;

use super::denied::{Denied, UNKNOWN};
use super::door::Soap;

/// The instant of the amount. Where it is asked for, the position holds it afterwards. Carts are looked for only where they could
/// have shown another amount.
pub(crate) async fn as_of(
    soap: &Soap,
    institution: &Institution,
    position: &mut DebtPosition,
    installment: InstallmentId,
    reference: Option<&str>,
    now: Instant,
) -> Result<Instant, Denied> {
    let asks = position.is_to_be_asked(installment);
    let (_, one) = position.installment(installment).ok_or(UNKNOWN)?;
    if !asks && !rose_lately(position, one, now) {
        return Ok(now);
    }
    let scope = Scope::of_node(institution.id);
    let since = now.plus_seconds(-ATTEMPT_LOCK_SECONDS);
    let attempts = soap.store().attempts(&scope, &[installment], since).await?;
    if !asks {
        return Ok(honoured_at(position, one, &attempts, reference, now));
    }
    let shown = amount_shown(one, &attempts, reference, now);
    if !shown.is_some_and(|amount| position.take_told(installment, amount)) {
        let told = soap.callbacks().tell(soap.store(), &scope, position, &[installment], now).await;
        told.map_err(|_| Denied::AmountUnknown)?;
    }
    Ok(now)
}
