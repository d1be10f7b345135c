"""Splink on Febrl4, as its users would set it up: F1 of the links at its own even odds.

    febrl4.py DATASETS

Prints precision, recall and F1 at the match probability 0.5 and at the best threshold the truth
could choose, which nobody has.
"""

import sys
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

LINK = 0.5
TRUE_PAIRS = 5000


def table(con, datasets: Path, source: str):
    """A table of the trimmed values; headers and values have a space before them."""
    read = f"read_csv('{datasets}/febrl4{source}.csv', all_varchar = true)"
    names = [column[0] for column in con.execute(f"select * from {read}").description]
    fields = ", ".join(f"nullif(trim(\"{name}\"), '') as {name.strip()}" for name in names)
    con.execute(f"create table {source} as select {fields} from {read}")
    con.execute(f"alter table {source} rename rec_id to unique_id")


def settings():
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number"),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
            cl.JaroWinklerAtThresholds("suburb", [0.9]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"),
            block_on("soc_sec_id"),
            block_on("date_of_birth"),
            block_on("surname", "postcode"),
            block_on("given_name", "suburb"),
            block_on("address_1", "street_number"),
        ],
    )


def main():
    datasets = Path(sys.argv[1])
    con = duckdb.connect()
    api = DuckDBAPI(connection=con)
    tables = []
    for source in "ab":
        table(con, datasets, source)
        tables.append(api.register(source, dataset_display_name=source))
    linker = Linker(tables, settings(), log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("soc_sec_id")], recall=0.9)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("date_of_birth"), block_on("soc_sec_id")):
        training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.001).physical_name
    number = r"regexp_extract({}, 'rec-(\d+)-', 1)"
    is_true = f"{number.format('unique_id_l')} = {number.format('unique_id_r')}"
    found = con.execute(f"select match_probability, {is_true} from {pairs} order by 1 desc").fetchall()
    right = sum(is_right for p, is_right in found if p >= LINK)
    links = sum(p >= LINK for p, _ in found)
    f1 = 2 * right / (links + TRUE_PAIRS)
    print(f"at {LINK}: precision {right / links:.4f}, recall {right / TRUE_PAIRS:.4f}, F1 {f1:.4f}")
    right = best = 0
    for at, (_, is_right) in enumerate(found, 1):
        right += is_right
        best = max(best, 2 * right / (at + TRUE_PAIRS))
    print(f"best F1 of any threshold: {best:.4f}")


if __name__ == "__main__":
    main()
