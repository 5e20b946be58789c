#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes clients from the committed contract, as an integrator does, and pays with each: a debt position, a checkout
session, the payment at the simulated Node, the receipt. Python and TypeScript, each from both renditions of the contract.

`run.py [language…]`; needs `openapi-generator-cli` (PyPI), a Java, npm, and a built `tramite`.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import demo  # noqa: E402

CONTRACTS = ("tramite", "tramite-3.0")
STEP_SECONDS = 240


def run(*command, folder, **settings):
    """A command that must end well; what it said is shown where it does not."""
    done = subprocess.run([str(part) for part in command], cwd=folder, env=demo.plain_environment() | settings, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=STEP_SECONDS)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout


def generate(language, generator, contract, folder, properties):
    run("openapi-generator-cli", "generate", "-i", demo.ROOT / "openapi" / f"{contract}.json", "-g", generator, "-o", folder,
        "--additional-properties", properties, folder=folder.parent)


def python(contract, folder, settings):
    generate("python", "python", contract, folder / "client", "packageName=tramite_client")
    venv.create(folder / "venv", with_pip=True)
    interpreter = folder / "venv" / "bin" / "python3"
    run(interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", folder / "client", folder=folder)
    return run(interpreter, HERE / "pay.py", folder=folder, **settings)


def typescript(contract, folder, settings):
    generate("typescript", "typescript-fetch", contract, folder / "client", "npmName=tramite-client,importFileExtension=")
    shutil.copy(HERE / "pay.ts", folder / "client" / "src")
    run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "typescript@5.9.3",
        "@types/node@22.19.1", folder=folder / "client")
    run("npx", "tsc", "--outDir", "built", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "commonjs",
        "--lib", "es2022,dom", "--types", "node", "src/pay.ts", folder=folder / "client")
    return run("node", "built/pay.js", folder=folder / "client", **settings)


LANGUAGES = {"python": python, "typescript": typescript}


def main():
    wanted = sys.argv[1:] or list(LANGUAGES)
    with tempfile.TemporaryDirectory(prefix="tramite-clients-") as kept:
        kept = pathlib.Path(kept)
        (kept / "data").mkdir()
        with demo.running(kept / "data") as settings:
            for language in wanted:
                for contract in CONTRACTS:
                    folder = kept / f"{language}-{contract}"
                    folder.mkdir()
                    print(f"--- {language} from {contract}: {LANGUAGES[language](contract, folder, settings).strip()}", flush=True)


if __name__ == "__main__":
    main()
