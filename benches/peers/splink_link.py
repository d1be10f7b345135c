"""Splink on DuckDB: standardise, train, predict, cluster, write a run folder.

    splink_link.py PROVINCE OUT [--threads 2] [--memory 12GB] [--sweep]

Writes people.parquet, links.parquet, stages.json and model.json to OUT. `--sweep` holds the
predictions against the truth at many thresholds: it is how those in splink_settings.py were
chosen, and no part of a comparison.
"""

import json
from pathlib import Path

from splink import DuckDBAPI, Linker

import splink_settings
import standardise
from run_folder import write_run

LOWEST = 0.01
U_PAIRS = 3e6
EM_PAIRS = 1e6


def main():
    parser = standardise.command_line(__doc__.split("\n")[0])
    parser.add_argument("--sweep", action="store_true")
    options = parser.parse_args()
    clock = standardise.Clock()
    con = standardise.connect(options)
    clock("reading", standardise.read, con, options.province)
    clock("standardising", standardise.standardise, con)
    linker = clock("training", trained, con)
    lowest = LOWEST if options.sweep else min(splink_settings.LINK_THRESHOLD, splink_settings.CLUSTER_THRESHOLD)
    pairs = clock("blocking, comparing, scoring", linker.inference.predict, lowest)
    if options.sweep:
        from sweep import sweep
        sweep(con, linker, pairs, options.province)
    people = clock("clustering", linker.clustering.cluster_pairwise_predictions_at_threshold,
                   pairs, splink_settings.CLUSTER_THRESHOLD)
    clock("writing", write, con, pairs, people, options.out)
    linker.misc.save_model_to_json(str(options.out / "model.json"), overwrite=True)
    (options.out / "stages.json").write_text(json.dumps(clock.seconds, indent=1) + "\n")


def trained(con):
    """A linker over the four tables whose m, u and prior have been estimated."""
    api = DuckDBAPI(connection=con)
    (records,) = con.execute("select count(*) from records").fetchall()[0]
    table = api.register("records", dataset_display_name="records")
    linker = Linker(table, splink_settings.settings(records), log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        splink_settings.DETERMINISTIC, recall=splink_settings.RECALL)
    training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=1)
    for rule in splink_settings.TRAINING:
        training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=EM_PAIRS)
    return linker


def write(con, pairs, people, out: Path):
    con.execute("create temp table keys as select unique_id, source, record_id from records")
    write_run(
        con, out,
        people=f"select keys.source, keys.record_id, 'P' || c.cluster_id as person_id "
               f"from {people.physical_name} as c join keys using (unique_id)",
        links=f"select l.source as left_source, l.record_id as left_id, r.source as right_source, "
              f"r.record_id as right_id, 'link' as decision, p.match_probability from {pairs.physical_name} as p "
              f"join keys as l on l.unique_id = p.unique_id_l join keys as r on r.unique_id = p.unique_id_r "
              f"where p.match_probability >= {splink_settings.LINK_THRESHOLD}")


if __name__ == "__main__":
    main()
