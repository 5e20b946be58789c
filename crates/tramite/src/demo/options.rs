// SPDX-License-Identifier: AGPL-3.0-or-later
//! What `demo` may be told. It needs to be told nothing.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tramite_storage::{DatabaseUrl, MasterKey};

use crate::config::{
    DatabaseOptions, Reader, flag, loopback_address, needs_public, present, read_master_key, socket_address,
};

/// Where the gateway is heard unless said otherwise.
const PORT: u16 = 8_080;
/// Where the sandbox is heard unless said otherwise.
const SANDBOX_PORT: u16 = 8_081;
/// Where the data are unless said otherwise.
const DATA_FOLDER: &str = "./data";

/// What `demo` may be told.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DemoOptions {
    /// Where the gateway is heard [default: 127.0.0.1:8080; with --once a free port]
    #[arg(long, env = "TRAMITE_LISTEN", value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// Where the simulated Node is heard [default: 127.0.0.1:8081; with --once a free port]
    #[arg(long, env = "TRAMITE_SANDBOX_LISTEN", value_name = "ADDRESS")]
    pub(crate) sandbox_listen: Option<String>,
    /// The folder of the embedded database and of its master key [default: ./data; with --once a temporary one]
    #[arg(long, env = "TRAMITE_DATA_DIR", value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The master key of the database, where it is not the one that stands, or is made, in the folder
    #[arg(long, env = "TRAMITE_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<String>,
    /// Lets gateway and simulated Node be heard beyond this machine
    #[arg(long, env = "TRAMITE_PUBLIC", num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOLEAN")]
    pub(crate) public: Option<String>,
    /// Prints one JSON object and nothing else on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Sets up, makes both payments, prints how each step ended, and ends with code 0 or 1
    #[arg(long)]
    pub(crate) once: bool,
}

/// What `demo` was told, read.
pub(crate) struct DemoSettings {
    /// Where the gateway is heard.
    pub(crate) listen: SocketAddr,
    /// Where the simulated Node is heard.
    pub(crate) sandbox_listen: SocketAddr,
    /// The folder of the data; none means a temporary one.
    pub(crate) data_folder: Option<PathBuf>,
    /// Another database than the embedded one in the folder.
    pub(crate) database_url: Option<DatabaseUrl>,
    /// Another key than the one in the folder.
    pub(crate) master_key: Option<MasterKey>,
}

impl DemoOptions {
    /// Reads all of it; none where something is wrong.
    pub(crate) fn read(&self, reader: &mut Reader) -> Option<DemoSettings> {
        // A run that ends by itself must not meet another one: it takes whatever port is free.
        let port = |usual| if self.once { 0 } else { usual };
        let listen = socket_address(reader, "TRAMITE_LISTEN", self.listen.as_deref(), loopback_address(port(PORT)));
        let sandbox_listen = socket_address(
            reader,
            "TRAMITE_SANDBOX_LISTEN",
            self.sandbox_listen.as_deref(),
            loopback_address(port(SANDBOX_PORT)),
        );
        let public = flag(reader, "TRAMITE_PUBLIC", self.public.as_deref());
        needs_public(reader, "TRAMITE_LISTEN", listen, public);
        needs_public(reader, "TRAMITE_SANDBOX_LISTEN", sandbox_listen, public);
        let is_named = present(self.database.database_url.as_deref()).is_some();
        let database_url = if is_named { Some(self.database.read(reader)?) } else { None };
        let is_keyed = present(self.master_key_file.as_deref()).is_some();
        let master_key = if is_keyed { Some(read_master_key(reader, self.master_key_file.as_deref())?) } else { None };
        let data_folder = match (&self.data_dir, self.once) {
            (Some(folder), _) => Some(folder.clone()),
            (None, true) => None,
            (None, false) => Some(PathBuf::from(DATA_FOLDER)),
        };
        Some(DemoSettings { listen, sandbox_listen, data_folder, database_url, master_key })
    }
}
