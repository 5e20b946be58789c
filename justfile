# SPDX-License-Identifier: AGPL-3.0-or-later
# Everyday commands; `just` lists them. The checks themselves stand in .ci/step.

_list:
    @just --list --unsorted

# A whole Tramite on this machine in one process: gateway, worker, simulated Node, three institutions
demo *arguments:
    cargo run --release --package tramite -- demo {{arguments}}

# Everything a change must pass; the tools that it needs stand in CONTRIBUTING.md
check:
    .ci/step fmt clippy test contract contract-lint contract-valid deny docs tidy licences files

# The tests; `just test -p tramite-domain`, `just test -- word`
test *arguments:
    cargo test --workspace {{arguments}}

# Formats the code
fmt:
    cargo fmt --all

# Compares the committed contract with the code, and lints it
contract:
    .ci/step contract contract-lint contract-valid

# Tries the contract against a running server with Schemathesis; `just fuzz-contract 20` for a short run
fuzz-contract examples='100':
    FUZZ_EXAMPLES={{examples}} .ci/step fuzz-contract

# Walks the hosted pages of a demonstration in a browser
pages:
    .ci/step pages

# Makes Python and TypeScript clients from the contract, and pays with each in a demonstration
clients:
    .ci/step clients

# Writes the contract from the code into openapi/; read the difference before you commit it
contract-write:
    .ci/step contract-write

# Measures: all benchmarks of the workspace
bench *arguments:
    cargo bench --profile dist --workspace --benches {{arguments}}

# Measures questions and lists among many positions of fifty institutions; it takes some minutes
bench-large positions='1000000':
    TRAMITE_BENCH_POSITIONS={{positions}} cargo bench --profile dist --package tramite-tests --bench http

# Draws so many notices of every model, and reads them back with the tools that readers have
documents count='2000':
    DOCUMENTS={{count}} .ci/step documents

# Paints the notices of docs/notices.md anew
pictures:
    .ci/step pictures

# The documentation of the crates, in target/doc
docs:
    .ci/step docs

# What continuous integration runs, on a Debian machine as root
ci:
    .ci/run
