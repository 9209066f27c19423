"""Compares what the server shows of one ping with what may be kept of the canaries.

usage: candor pings --json --document ID | kept.py CANARIES SDK
"""

import json
import sys
from pathlib import Path

planted = json.loads(Path(sys.argv[1]).read_text())
sdk = sys.argv[2]
# The SDKs cut texts in lists at 100 bytes, before they send.
long = (planted["long"] + "x" * 200)[:100]
expected = {
    "client_info": {
        "app_build": "20260821",
        "app_display_version": "1.2.3",
        "architecture": "x86_64",
        "os": "Linux",
        "os_version": "Unknown",
        "telemetry_sdk_build": sdk,
    },
    "ping_info": {"reason": "asked", "seq": 0},
    "metrics": {
        "string": {"canary.kept": planted["kept"]},
        "string_list": {"canary.kinds": [planted["kinds"], long]},
        "labeled_counter": {"canary.errors": {"disk": 1, "__other__": 2}},
    },
    "events": [
        {
            "category": "canary",
            "name": "pressed",
            "timestamp": 0,
            "extra": {"button": planted["button"]},
        }
    ],
}
pings = json.load(sys.stdin)
payload = pings[0]["payload"] if len(pings) == 1 else {}
# How many pings came before it and what the browser tells of the machine is not ours to say.
for part, field in (("ping_info", "seq"), ("client_info", "architecture")):
    if field in payload.get(part, {}):
        payload[part][field] = expected[part][field]
if payload != expected:
    print(f"sdk: kept was {json.dumps(pings)}, but it should be {json.dumps(expected)}", file=sys.stderr)
    sys.exit(1)
