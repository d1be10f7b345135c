"""F1 by threshold on a development province: how the thresholds in splink_settings.py were chosen."""

from pathlib import Path

THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999]


def sweep(con, linker, pairs, province: Path):
    con.execute("create temp table truth as select unique_id as id, person_id "
                "from read_parquet(?) join records using (source, record_id)",
                [str(province / "truth" / "truth_people.parquet")])
    (true,) = con.execute("select sum(n * (n - 1) / 2) from "
                          "(select count(*) as n from truth group by person_id)").fetchall()[0]
    con.execute(f"""create or replace temp table judged as
        select p.*, l.person_id = r.person_id as is_true
        from {pairs.physical_name} as p
        join truth as l on l.id = p.unique_id_l
        join truth as r on r.id = p.unique_id_r""")
    print("threshold  links: precision recall F1   people: precision recall F1")
    for threshold in THRESHOLDS:
        links = con.execute("select count(*), count(*) filter (is_true) from judged where match_probability >= ?",
                            [threshold]).fetchall()[0]
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
        people = con.execute(f"""
            with cells as (select cluster_id, person_id, count(*) as n
                           from {clusters.physical_name} join truth on id = unique_id group by all),
            groups as (select sum(n) as n from cells group by cluster_id)
            select (select sum(n * (n - 1) / 2) from groups), (select sum(n * (n - 1) / 2) from cells)"""
        ).fetchall()[0]
        clusters.drop_table_from_database_and_remove_from_cache()
        print(f"{threshold:9}  {_figures(*links, true)}   {_figures(*people, true)}", flush=True)


def _figures(predicted, right, true):
    precision, recall = right / predicted, right / true
    return f"{precision:.5f} {recall:.5f} {2 * precision * recall / (precision + recall):.5f}"
