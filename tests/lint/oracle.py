"""Asks glean_parser itself what it says of every case of ours and of every product's files.

usage: oracle.py [--write]     compares with what is recorded, or records it

The Rust tests of crates/inventory compare our linter with the record, so that they need no Python.
How a case is written stands in tests/vectors/lint/SOURCES.md.
"""

import io
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

# The day of the record, 2026-11-21: before anything asks for it.
os.environ["SOURCE_DATE_EPOCH"] = "1795219200"

import datetime

import yaml
from glean_parser import __version__, lint, parser, util

VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "lint"
RECORD = VECTORS / "expected.json"


class FixedClock(datetime.datetime):
    """Two years from now are counted from the machine's clock, which no test may ask."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)


def files(case):
    """Returns the files of a case, by name."""
    texts = {path.name: path.read_text() for path in sorted((VECTORS / "base").iterdir())}
    for before, after in (case.get("put") or {}).items():
        (name,) = [name for name, text in texts.items() if text.count(before) == 1]
        texts[name] = texts[name].replace(before, after or "")
    for kind, indent in (("metric", 4), ("ping", 2)):
        if kind in case:
            texts[f"{kind}s.yaml"] = with_properties(texts[f"{kind}s.yaml"], case[kind], indent)
    for name, text in (case.get("end") or {}).items():
        texts[name] += text
    for name, text in (case.get("files") or {}).items():
        texts[name] = text
    return {name: expanded(text) for name, text in texts.items() if text is not None}


def with_properties(text, properties, indent):
    """Puts properties at the end of a text, in place of those of the same names."""
    lines = text.splitlines(keepends=True)
    for line in properties.split("\n"):
        begin = " " * indent + line.split(":")[0] + ":"
        lines = [line for line in lines if not line.startswith(begin)]
    return "".join(lines) + "".join(f"{' ' * indent}{line}\n" for line in properties.split("\n"))


def expanded(text):
    """Repeats each line with {1..N} in it."""
    lines = []
    for line in text.splitlines(keepends=True):
        times = re.search(r"\{1\.\.(\d+)\}", line)
        numbers = range(1, int(times[1]) + 1) if times else [None]
        lines += [line.replace(times[0], str(number)) if times else line for number in numbers]
    return "".join(lines)


def config(flags):
    """Reads the flags of the command line."""
    version = re.search(r"--expire-by-version (\d+)", flags)
    return {
        "allow_reserved": "--allow-reserved" in flags,
        "require_tags": "--require-tags" in flags,
        "expire_by_version": int(version[1]) if version else None,
    }


def verdict(paths, flags):
    """Says whether files have errors, and the nits; none where glean_parser itself breaks off."""
    options = config(flags)
    try:
        objects = parser.parse_objects(paths, options)
        errors = list(objects)
        tree = objects.value
        nits = lint.lint_metrics(tree, options, file=io.StringIO())
        # Only builds hand over all metrics; then two checks more run.
        metrics = [
            metric
            for name, category in tree.items()
            if name not in ("pings", "tags")
            for metric in category.values()
            if metric is not None
        ]
        tree["all_metrics"] = {metric.identifier(): metric for metric in metrics}
        nits += lint._lint_all_objects(tree, options)
    except Exception as stop:
        return {"errors": True, "nits": None, "stopped": type(stop).__name__}
    return {"errors": bool(errors), "nits": sorted(nit.format() for nit in nits)}


def said(found):
    """Returns the names of what was found, as cases write them."""
    names = {nit.split(": ")[1] for nit in found["nits"] or []}
    return names | ({"error"} if found["errors"] else set())


def case_verdict(case):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, text in sorted(files(case).items()):
            paths.append(Path(folder) / name)
            paths[-1].write_bytes(text.encode())
        return verdict(paths, case.get("flags", ""))


def cases():
    """Runs all cases, and compares with what they themselves say."""
    found, wrong = {}, []
    for path in sorted((VECTORS / "cases").iterdir()):
        for name, case in yaml.safe_load(path.read_text()).items():
            key = f"{path.stem}: {name}"
            found[key] = case_verdict(case)
            if said(found[key]) != set(case["says"]):
                wrong.append(f"{key}: the case says {case['says']}, glean_parser {found[key]}")
    return found, wrong


def product(folder):
    """Lints a product's files as the command line does, and returns what is recorded of it."""
    first = (folder / "glinter.expected.txt").read_text().split("\n")[0]
    arguments = first.split("glinter ")[1].split(" (")[0].split()
    paths = [folder / name for name in arguments if name.endswith(".yaml")]
    err, sys.stdout = io.StringIO(), io.StringIO()
    code = lint.glinter(paths, config(" ".join(arguments)), file=err)
    out, sys.stdout = sys.stdout.getvalue(), sys.__stdout__
    return f"{first}\n# exit code {code}\n## stderr\n{err.getvalue()}## stdout\n{out}"


def main():
    util.datetime = SimpleNamespace(**{**vars(datetime), "datetime": FixedClock})
    found, wrong = cases()
    record = json.dumps({"glean_parser": __version__, "cases": found}, indent=1) + "\n"
    if "--write" in sys.argv:
        RECORD.write_text(record)
    elif record != RECORD.read_text():
        wrong.append(f"{RECORD.name} is not what glean_parser says; look at oracle.py --write")
    for folder in sorted((VECTORS / "products").iterdir()):
        if product(folder) != (folder / "glinter.expected.txt").read_text():
            wrong.append(f"{folder.name}: not what glean_parser says; see its glinter.expected.txt")
    for sentence in wrong:
        print(f"lint: {sentence}")
    print(f"lint: {len(found)} cases, {len(wrong)} wrong, glean_parser {__version__}")
    return 1 if wrong else 0


sys.exit(main())
