"""Says whether an edition shows about as many people for a label as there were.

usage: near.py EDITION PEOPLE     cells: network, disk, other
"""

import json
import sys


def main(edition: str, people: str) -> int:
    edition = json.loads(edition)
    network, disk, other = (cell["people"] for cell in edition["cells"])
    # The mark holds in 95 of 100 cases; four times as far, chance comes once in 10^5.
    error = 4 * edition["error_95"]["people"]
    print(f"network {network}, disk {disk}, other {other}, error {edition['error_95']}", file=sys.stderr)
    near = network is not None and abs(network - int(people)) <= error
    return 0 if near and disk is None and other is None else 1


sys.exit(main(*sys.argv[1:]))
