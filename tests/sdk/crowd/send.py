"""One of many people: sends one label with the Glean SDK for Python, from a data folder of its own.

usage: send.py SERVER FOLDER     prints the status of its upload
"""

import sys
from pathlib import Path

here = Path(__file__).parent
sys.path.insert(0, str(here.parent))

from glean import Configuration, Glean, load_metrics, load_pings  # noqa: E402

from telling import Telling  # noqa: E402


def main(server: str, folder: str) -> None:
    # The SDK for Python sends labels of a closed list as unknown; without the list, as they are.
    text = (here / "metrics.yaml").read_text()
    metrics = Path(folder + ".metrics.yaml")
    metrics.write_text(text.replace("    labels: [network, disk]\n", ""))
    pings = load_pings([here / "pings.yaml"])
    Glean.initialize(
        application_id="org-example-crowd",
        application_version="1.2.3",
        application_build_id="20260821",
        upload_enabled=True,
        data_dir=Path(folder),
        configuration=Configuration(server_endpoint=server, channel="release", ping_uploader=Telling()),
    )
    load_metrics([metrics]).crowd.errors["network"].add(1)
    pings.gathering.submit()
    Glean.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
