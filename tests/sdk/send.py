"""Sends canaries with the Glean SDK for Python, as a program does that believes more to be declared
than the server's definitions say.

usage: send.py SERVER FOLDER CANARIES on|leave|off
CANARIES is a file of JSON: places, each with the text to plant. The person's switch is on, is
switched off while the program runs, or is off from the start. Prints a line for each upload: ping,
document id, status.
"""

import json
import sys
from pathlib import Path

from glean import Configuration, Glean, load_metrics, load_pings

from telling import Telling

here = Path(__file__).parent / "definitions"


def record(planted: dict[str, str]) -> None:
    canary = load_metrics([here / "asked-metrics.yaml", here / "program-metrics.yaml"]).canary
    canary.kept.set(planted["kept"])
    canary.kinds.set([planted["kinds"], planted["long"] + "x" * 200 + planted["tail"]])
    canary.tag.set(planted["tag"])
    canary.mistyped.set([planted["mistyped"]])
    for name in ("note", "past", "undeclared", "unreviewed"):
        getattr(canary, name).set(planted[name])
    canary.errors["disk"].add(1)
    canary.errors[planted["label"]].add(2)
    words = canary.PressedExtra(button=planted["button"], words=planted["words"])
    canary.pressed.record(words)


def main(server: str, folder: str, canaries: str, switch: str) -> None:
    pings = load_pings([here / "asked-pings.yaml", here / "program-pings.yaml"])
    Glean.initialize(
        application_id="org-example-canary",
        application_version="1.2.3",
        application_build_id="20260821",
        upload_enabled=switch != "off",
        data_dir=Path(folder),
        configuration=Configuration(
            server_endpoint=server,
            channel="release",
            ping_uploader=Telling(),
        ),
    )
    if switch == "leave":
        Glean.set_collection_enabled(False)
    record(json.loads(Path(canaries).read_text()))
    pings.canaries.submit(0)
    pings.waiting.submit()
    pings.stranger.submit()
    Glean.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
