"""Reads `candor lint --format sarif` with sarif-tools, and compares it with the list of findings.

usage: read_sarif.py CANDOR     its program
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from sarif import loader

PRODUCTS = Path(__file__).resolve().parent.parent / "vectors" / "lint" / "products"
# How severities are called there.
LEVELS = {"error": "error", "warning": "warning", "note": "note"}


def lint(candor, folder, form):
    """Lints a product and returns what is written; that there are errors is no failure here."""
    command = [candor, "lint", str(folder), "--date", "2026-11-21", "--format", form]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode not in (0, 21):
        sys.exit(f"sarif: {' '.join(command)} ended with {ran.returncode}: {ran.stderr}")
    return ran.stdout


def main():
    candor, compared = sys.argv[1], 0
    for folder in sorted(PRODUCTS.iterdir()):
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "found.sarif"
            file.write_text(lint(candor, folder, "sarif"))
            records = loader.load_sarif_file(str(file)).get_records()
        found = json.loads(lint(candor, folder, "json"))
        theirs = sorted((r["Severity"], r["Code"], str(r["Line"])) for r in records)
        ours = sorted(
            (LEVELS[f["severity"]], f["check"], str(f["line"] or 1)) for f in found
        )
        if theirs != ours:
            sys.exit(f"sarif: {folder.name}: sarif-tools reads {theirs[:3]}, we found {ours[:3]}")
        compared += len(ours)
    if compared < 100:
        sys.exit(f"sarif: only {compared} findings were compared")
    print(f"lint: {compared} findings as SARIF, read by sarif-tools")


main()
