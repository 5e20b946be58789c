// SPDX-License-Identifier: AGPL-3.0-or-later
//! paDemandPaymentNotice: a notice for a spontaneous payment begun at the provider. No service of this release offers
//! it, and the Node is told so in the primitive's own wrapper.

use tramite_pagopa::current::PaaFault;

use super::denied::Denied;

/// The refusal of every demand.
pub(crate) const NOT_OFFERED: Denied =
    Denied::Fault(PaaFault::SystemError, "pagamento spontaneo presso il PSP non disponibile");
