"""Reads a province and brings its four extracts to one table of common columns, `records`.

Both peers start from this table. Takes: a DuckDB connection and two folders. Costs: a pass over
each distinct name, date and address, then one join a record.
"""

import argparse
import time
from pathlib import Path

import duckdb

import names

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "rules" / "reference"
SOURCES = ["cu_tru", "ho_tich", "bhyt", "thue_bao"]


class Clock:
    """Seconds by stage, in the order in which the stages were run."""

    def __init__(self):
        self.seconds = {}

    def __call__(self, stage, work, *arguments):
        began = time.perf_counter()
        result = work(*arguments)
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began
        return result


def command_line(description):
    """The arguments that both peers take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("province", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="12GB")
    return parser


def connect(options):
    """A database in memory that may spill into the folder for results, which is made if missing."""
    options.out.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    con.execute(f"set threads = {options.threads}")
    con.execute(f"set memory_limit = '{options.memory}'")
    con.execute("set temp_directory = ?", [str(options.out / "spill")])
    con.execute("set enable_progress_bar = false")
    con.execute("set preserve_insertion_order = false")
    return con


def read(con, province: Path):
    for source in SOURCES:
        con.execute(f"create table raw_{source} as from read_parquet(?)", [str(province / f"{source}.parquet")])


def standardise(con):
    """Fills `records` and drops what was read."""
    repairs, syllables = names.Repairs(REFERENCE), names.Syllables(REFERENCE)
    varchar = duckdb.sqltype("VARCHAR")
    con.create_function("repair", repairs.repair, [varchar], varchar)
    con.create_function("syllable", syllables.forms, [varchar], duckdb.sqltype("VARCHAR[]"))
    con.execute("create or replace macro needs_repair(x) as regexp_matches(x, ?) "
                .replace("?", "'" + names.NEEDS_REPAIR.replace("'", "''") + "'"))
    _reference_tables(con)
    con.execute((HERE / "standardise.sql").read_text(encoding="utf-8"))
    for source in SOURCES:
        con.execute(f"drop table raw_{source}")


def _reference_tables(con):
    def table(name):
        options = "delim = '\t', header = true, all_varchar = true, quote = ''"
        return f"read_csv('{REFERENCE / name}', {options})"

    # A whole unit has one successor; a divided one is taken for the successor of most of its people.
    con.execute(f"""
        create temp table wards as select code, full_name, name from {table('admin_units.tsv')};
        create temp table ward_changes as
            select old_code, arg_max(new_code, main_successor_est) as new_code
            from {table('admin_unit_changes.tsv')}
            where old_code not in (select code from wards) group by old_code;
        create temp table phone_prefixes as
            select old_prefix, min(new_prefix) as new_prefix from {table('phone_prefix_conversion_2018.tsv')}
            group by old_prefix;
        create or replace macro plain_unit(x) as
            trim(regexp_replace(translate(strip_accents(lower(nfc_normalize(x))), 'đð', 'dd'),
                                '[^a-z0-9]+', ' ', 'g'));
        create temp table old_ward_names as
            select plain_unit(old_name) as ward, plain_unit(old_district_name) as district,
                arg_max(new_code, main_successor_est) as new_code
            from {table('admin_unit_changes.tsv')} group by ward, district;
        create temp table ward_names as
            select plain_unit(name) as ward, min(code) as code from wards group by ward;
    """)
