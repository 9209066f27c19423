"""Answers the questions of `cargo xtask bench query` with DuckDB or chDB.

usage: engine.py duckdb|chdb QUESTIONS

QUESTIONS is a file that the bench writes: a JSON object of questions by name. Each line of standard
input names one; its answer is a line of JSON: true totals, bounded as Candor bounds them, two numbers
for each cell. Which cells of a client count, where it stands in too many, is decided by the smallest
SHA-256 of client and cell.
"""

import json
import os
import sys


class DuckDb:
    """DuckDB, in memory, with as many threads as the machine has cores."""

    FILE = "filename"

    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()

    def rows(self, sql):
        return self.connection.execute(sql).fetchall()

    def source(self, files):
        listed = ", ".join(f"'{file}'" for file in files)
        return f"read_parquet([{listed}], filename = true)"

    def name(self, column):
        return f'"{column}"'

    def place(self, column, values):
        cases = " ".join(f"WHEN '{value}' THEN {at}" for at, value in enumerate(values))
        return f"(CASE {self.name(column)} {cases} ELSE {len(values)} END)"

    def bucket(self, number, edges):
        cases = " ".join(f"WHEN {number} < {edge} THEN {at}" for at, edge in enumerate(edges))
        return f"(CASE {cases} ELSE {len(edges)} END)"

    def total(self, number):
        return f"sum({number})::BIGINT"

    def is_client(self, hexadecimal):
        return f"subject = unhex('{hexadecimal}')"

    def labels(self, columns, source):
        """Each client and label once, with its total."""
        sums = ", ".join(f"sum({self.name(one)}) AS c{at}" for at, one in enumerate(columns))
        pairs = ", ".join(f"{{'place': {at}, 'number': c{at}}}" for at in range(len(columns)))
        return f"""
            SELECT '' AS file, subject, pair.place AS place, pair.number AS number
            FROM (SELECT subject, unnest([{pairs}]) AS pair
                  FROM (SELECT subject, {sums} FROM {source} GROUP BY subject))
            WHERE pair.number > 0"""

    def bounded(self, held, cells_max, value_max):
        """At most so many cells of each client, and so much in each."""
        # Lists by client: a window over all rows took longer.
        lot = "sha256(subject || unhex(printf('%016x', one.place)))"
        drawn = f"{{'lot': {lot}, 'place': one.place, 'number': one.number}}"
        return f"""
            SELECT file, cell.place, count(*), sum(least(cell.number, {value_max}))
            FROM (
                SELECT file, unnest(CASE WHEN len(cells) <= {cells_max} THEN cells ELSE
                    list_slice(list_sort(list_transform(cells, lambda one: {drawn})),
                        1, {cells_max}) END) AS cell
                FROM (
                    SELECT file, subject,
                        list({{'lot': '', 'place': place, 'number': number}}) AS cells
                    FROM ({held}) GROUP BY file, subject))
            GROUP BY file, cell.place"""


class ChDb(DuckDb):
    """chDB, which is ClickHouse in this process."""

    FILE = "_path"

    def __init__(self):
        from chdb import session

        self.session = session.Session()

    def rows(self, sql):
        text = self.session.query(sql, "JSONCompactEachRow").bytes().decode()
        return [json.loads(line) for line in text.splitlines()]

    def source(self, files):
        folder = os.path.dirname(files[0])
        listed = ",".join(os.path.basename(file) for file in files)
        return f"file('{folder}/{{{listed}}}', Parquet)"

    def name(self, column):
        return f"`{column}`"

    def place(self, column, values):
        listed = ", ".join(f"'{value}'" for value in values)
        places = ", ".join(map(str, range(len(values))))
        other = len(values)
        return f"transform(ifNull({self.name(column)}, ''), [{listed}], [{places}], {other})"

    def total(self, number):
        return f"sum({number})"

    def is_client(self, hexadecimal):
        return f"subject = unhex('{hexadecimal}')"

    def labels(self, columns, source):
        sums = ", ".join(f"sum(ifNull({self.name(one)}, 0))" for one in columns)
        places = f"range({len(columns)})"
        return f"""
            SELECT '' AS file, subject, pair.1 AS place, pair.2 AS number
            FROM (SELECT subject, [{sums}] AS totals FROM {source} GROUP BY subject)
            ARRAY JOIN arrayFilter(one -> one.2 > 0, arrayZip({places}, totals)) AS pair"""

    def bounded(self, held, cells_max, value_max):
        # By way of hex: a text made of a subject loses the zeros at its end.
        lot = "SHA256(unhex(concat(hex(subject), leftPad(hex(toUInt64(one.1)), 16, '0'))))"
        return f"""
            SELECT file, cell.1 AS place, count(), sum(least(cell.2, {value_max}))
            FROM (
                SELECT file, if(length(cells) <= {cells_max}, cells,
                    arraySlice(arraySort(one -> {lot}, cells), 1, {cells_max})) AS chosen
                FROM (
                    SELECT file, assumeNotNull(subject) AS subject,
                        groupArray((toUInt64(place), toUInt64(number))) AS cells
                    FROM ({held}) GROUP BY file, subject))
            ARRAY JOIN chosen AS cell
            GROUP BY file, place"""


def held(engine, question):
    """What each client says at each place."""
    source = engine.source(question["files"])
    kind = question["kind"]
    if kind == "labels":
        return engine.labels(question["columns"], source)
    file = engine.FILE if question["by_day"] else "''"
    by = f"subject, {engine.FILE}" if question["by_day"] else "subject"
    place = "0"
    for dimension in question["dimensions"]:
        values = dimension["values"]
        place = f"{place} * {len(values) + 1} + {engine.place(dimension['column'], values)}"
    if kind == "people":
        return f"""
            SELECT {file} AS file, subject, {place} AS place, 0 AS number
            FROM {source} GROUP BY {by}, place"""
    number, edges = engine.name(question["column"]), question["edges"]
    cell = f"place * {len(edges) + 1} + {engine.bucket('total', edges)}"
    return f"""
        SELECT '' AS file, subject, {cell} AS place, 0 AS number
        FROM (SELECT subject, {place} AS place, {engine.total(number)} AS total
              FROM {source} WHERE {number} IS NOT NULL GROUP BY subject, place)"""


def answer(engine, question):
    """Returns the two totals of every cell, day by day where days are told apart."""
    files = question["files"]
    if question["kind"] == "find":
        sql = f"""
            SELECT {engine.FILE}, count(*) FROM {engine.source(files)}
            WHERE {engine.is_client(question["subject"])} GROUP BY {engine.FILE}"""
        found = {str(row[0]): int(row[1]) for row in engine.rows(sql)}
        return [[found.get(file, 0), 0] for file in files]
    if question["kind"] == "people" and not question["dimensions"] and not question["by_day"]:
        # One cell: there is nothing to bound.
        rows = engine.rows(f"SELECT count(DISTINCT subject) FROM {engine.source(files)}")
        return [[int(rows[0][0]), 0]]
    cells, days = question["cells"], len(files) if question["by_day"] else 1
    totals = [[0, 0] for _ in range(days * cells)]
    bounds = question["cells_max"], question["value_max"]
    for file, place, contributors, total in engine.rows(
        engine.bounded(held(engine, question), *bounds)
    ):
        day = files.index(file) if file else 0
        totals[day * cells + int(place)] = [int(contributors), int(total)]
    return totals


def main():
    engine = {"duckdb": DuckDb, "chdb": ChDb}[sys.argv[1]]()
    with open(sys.argv[2]) as file:
        questions = json.load(file)
    for line in sys.stdin:
        print(json.dumps(answer(engine, questions[line.strip()])), flush=True)


main()
