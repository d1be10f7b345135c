"""The two tables of a run's folder that `doisoat evaluate` reads."""

from pathlib import Path


def write_run(con, out: Path, people: str, links: str):
    """Writes the results of two queries; their columns are those of docs/evaluation.md."""
    for name, query in (("people", people), ("links", links)):
        con.execute(f"copy ({query}) to '{out / name}.parquet' (format parquet)")
