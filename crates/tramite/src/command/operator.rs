// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite operator create`: the first operators of a platform. Their secret is shown once, and lives 90 days.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use tramite_domain::access::{Client, ClientKind, ClientSecret, ClientStatus, OPERATOR_SECRET_DAYS};
use tramite_domain::audit::AuditLine;
use tramite_domain::environment::Environment;
use tramite_domain::given::World;
use tramite_domain::ids::ClientId;
use tramite_domain::secret::Secret;
use tramite_domain::text::Text;
use tramite_storage::Change;

use crate::clock::SystemWorld;
use crate::config::{Reader, StoreOptions, WrongConfiguration};
use crate::failure::Failure;
use crate::server::open_store;
use crate::terminal::Terminal;

const DAY_SECONDS: i64 = 86_400;

/// What there is to do about operators.
#[derive(Debug, Subcommand)]
pub(crate) enum OperatorCommand {
    /// Makes an operator, and prints its client id and its secret once
    Create(CreateOptions),
}

/// What `operator create` is told.
#[derive(Debug, Args)]
pub(crate) struct CreateOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The operator's name, for people
    #[arg(long, value_name = "NAME")]
    display_name: String,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

/// A secret that was made: what is kept of it, and what nobody will see again.
pub(crate) struct Issued {
    /// What is kept.
    pub(crate) secret: ClientSecret,
    /// The secret.
    pub(crate) text: Secret<String>,
}

/// A secret of an operator, in the form of its environment.
pub(crate) fn issue(world: &dyn World, environment: Environment) -> Result<Issued, String> {
    let (text, sha256) =
        tramite_gateway::secret::generate(environment).map_err(|_| "the system gives no random bytes".to_owned())?;
    let now = world.now();
    let expires_at = now.plus_seconds(OPERATOR_SECRET_DAYS.saturating_mul(DAY_SECONDS));
    Ok(Issued {
        secret: ClientSecret { id: world.id().into(), sha256, created_at: now, expires_at: Some(expires_at) },
        text,
    })
}

/// A new operator with that secret.
pub(crate) fn new_operator(world: &dyn World, display_name: Text<1, 140>, secret: ClientSecret) -> Client {
    let now = world.now();
    Client {
        id: world.id().into(),
        kind: ClientKind::Operator,
        display_name,
        status: ClientStatus::Active,
        demo: false,
        secrets: vec![secret],
        keys: Vec::new(),
        limits: None,
        delegations: Vec::new(),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// What goes with a change of a client that the program itself makes: a line of the platform's audit trail.
pub(crate) fn change_of_client(world: &dyn World, action: &str, client: ClientId) -> Change {
    Change { audit: vec![(None, audit(world, action, format!("client/{client}")))], ..Change::default() }
}

/// A line of the audit trail; the program itself did it.
pub(crate) fn audit(world: &dyn World, action: &str, subject: String) -> AuditLine {
    AuditLine {
        id: world.id().into(),
        at: world.now(),
        client_id: None,
        request_id: None,
        action: action.to_owned(),
        subject,
        reason: None,
    }
}

/// Makes an operator.
pub(crate) async fn run(command: OperatorCommand) -> Result<ExitCode, Failure> {
    let OperatorCommand::Create(options) = command;
    let mut reader = Reader::default();
    let settings = options.store.read(&mut reader);
    let settings = reader.finish(settings)?;
    let display_name = Text::new(options.display_name).map_err(|error| {
        WrongConfiguration::one("--display-name", format!("{error}; expected 1 to 140 characters on one line"))
    })?;
    let store = open_store(settings).await?;
    let Issued { secret, text } = issue(&SystemWorld, store.environment()).map_err(Failure::Part)?;
    let expires_at = secret.expires_at;
    let operator = new_operator(&SystemWorld, display_name, secret);
    let id = operator.id;
    store.system().insert_client(operator, change_of_client(&SystemWorld, "client.added", id)).await?;
    if options.json {
        let shown = json!({"client_id": id.to_string(), "client_secret": text.expose(), "expires_at": expires_at});
        Terminal::Output.line(&shown.to_string());
    } else {
        Terminal::Output.line(&format!("client_id      {id}"));
        Terminal::Output.line(&format!("client_secret  {}", text.expose()));
        let until = expires_at.map_or_else(String::new, |end| end.to_string());
        Terminal::Errors.line(&format!("The secret is shown this once and holds until {until}."));
    }
    Ok(ExitCode::SUCCESS)
}
