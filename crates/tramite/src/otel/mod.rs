// SPDX-License-Identifier: AGPL-3.0-or-later
//! Traces for OpenTelemetry, where the program was built with the feature `otel` and is told where to send them.

#[cfg(feature = "otel")]
mod export;

#[cfg(feature = "otel")]
pub(crate) use export::{Traces, start};

#[cfg(not(feature = "otel"))]
mod absent {
    use tracing::Subscriber;
    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::Identity;

    use crate::config::WrongConfiguration;

    /// What is traced: nothing, in this build.
    pub(crate) struct Traces;

    impl Traces {
        /// Sends what is left.
        pub(crate) fn end(self) {}
    }

    /// Starts nothing.
    pub(crate) fn start<S: Subscriber>() -> Result<(Traces, impl Layer<S> + Send + Sync), WrongConfiguration> {
        Ok((Traces, Identity::new()))
    }
}

#[cfg(not(feature = "otel"))]
pub(crate) use absent::{Traces, start};
