"""Points the Glean SDK for Python at a running demonstration and sends one ping.

usage: send.py SERVER DEFINITIONS DATA
Prints the document id of each ping that the SDK uploaded.
"""

import sys
from pathlib import Path

from glean import Configuration, Glean, load_metrics, load_pings

server, definitions, data = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
pings = load_pings(definitions / "pings.yaml")
metrics = load_metrics(definitions / "metrics.yaml")

Glean.initialize(
    application_id="org-example-sample",
    application_version="1.2.3",
    application_build_id="20260821",
    upload_enabled=True,
    data_dir=data,
    configuration=Configuration(
        server_endpoint=server, channel="beta", allow_multiprocessing=False
    ),
)
metrics.sample.app.started.add(3)
metrics.sample.app.theme.set("sdk-canary-theme")
metrics.sample.app.session_uuid.generate_and_set()
# The reason is an index into the declared reasons.
pings.sample_bundle.submit(0)
Glean.shutdown()
left = list((data / "pending_pings").glob("*"))
print(f"{len(left)} pings left with the SDK")
sys.exit(1 if left else 0)
