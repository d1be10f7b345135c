"""Exact keys: records whose keys are equal are one person; plain SQL joins and connected components.

    exact_keys.py PROVINCE OUT [--threads 2] [--memory 12GB]

Starts from the same standardised records as Splink. Writes people.parquet, links.parquet and
stages.json to OUT.
"""

import json

import standardise
from run_folder import write_run

# The given name beside a number keeps a child from the parent whose number it carries.
NUMBERS = [("personal_id", "given"), ("insurance_number", "given"), ("old_id", "given")]
# These link only where all records that agree on them carry one personal number at most.
NAMES = [("name_plain", "birth_date"), ("name_plain", "birth_year", "mother_plain", "father_plain"),
         ("phone", "name_plain")]


def main():
    parser = standardise.command_line(__doc__.split("\n")[0])
    options = parser.parse_args()
    clock = standardise.Clock()
    con = standardise.connect(options)
    clock("reading", standardise.read, con, options.province)
    clock("standardising", standardise.standardise, con)
    clock("blocking, comparing, scoring", link, con)
    clock("clustering", cluster, con)
    clock("writing", write_run, con, options.out,
          "select source, record_id, 'P' || person as person_id from records join persons using (unique_id)",
          """select l.source as left_source, l.record_id as left_id, r.source as right_source,
                 r.record_id as right_id, 'link' as decision, 1.0::double as match_probability
             from links join records as l on l.unique_id = low join records as r on r.unique_id = high""")
    (options.out / "stages.json").write_text(json.dumps(clock.seconds, indent=1) + "\n")


def link(con):
    """Table `links` (low, high): every pair that agrees on a key, once."""
    joins = [_pairs("records", key) for key in NUMBERS]
    for at, key in enumerate(NAMES):
        columns = ", ".join(key)
        con.execute(f"""create temp table unique_{at} as select unique_id, {columns} from records
            where ({columns}) in (select ({columns}) from records group by {columns}
                                  having count(distinct personal_id) <= 1)""")
        joins.append(_pairs(f"unique_{at}", key))
    con.execute("create temp table links as " + " union ".join(joins))


def _pairs(table, key):
    equal = " and ".join(f"l.{column} = r.{column}" for column in key)
    return (f"select l.unique_id as low, r.unique_id as high from {table} as l join {table} as r "
            f"on {equal} and l.unique_id < r.unique_id")


def cluster(con):
    """Table `persons` (unique_id, person): connected components, named by their lowest record."""
    con.execute("create temp table persons as select unique_id, unique_id as person from records")
    con.execute("create temp table edges as select low as here, high as there from links "
                "union all select high, low from links")
    while True:
        con.execute("""create or replace temp table reached as
            select p.unique_id, least(p.person, min(n.person)) as person
            from persons as p join edges as e on e.here = p.unique_id join persons as n on n.unique_id = e.there
            group by p.unique_id, p.person having min(n.person) < p.person""")
        if con.execute("select count(*) from reached").fetchall()[0][0] == 0:
            return
        con.execute("update persons set person = reached.person from reached "
                    "where reached.unique_id = persons.unique_id")


if __name__ == "__main__":
    main()
