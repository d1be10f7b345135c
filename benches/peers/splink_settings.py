"""What Splink is told: blocking rules, comparisons and their levels, training passes, thresholds.

The thresholds were chosen on the development provinces (see README.md) with
`splink_link.py --sweep` and stay as they are for every other one.
"""

import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule

LINK_THRESHOLD = 0.4
CLUSTER_THRESHOLD = 0.95

# Pairs that agree so are one person nearly always; RECALL is the share of all true pairs that do, as
# measured on the development province. Together they give the prior.
DETERMINISTIC = [block_on("personal_id", "name_sound"), block_on("name_sound_sorted", "birth_date", "ward"),
                 block_on("insurance_number", "name_sound")]
RECALL = 0.9

# Pairs of records of two people that share what random samples cannot show (they would show matches
# instead), per record; u is set from them. Counted on the development province: 0.006 pairs with one
# personal number, 0.014 with one birth date and a parent or an address in common (twins), 0.3 with two of
# father, mother and address in common (brothers and sisters). Taken five to eight times as high, because
# such people share their surname, and Splink counts that agreement once more; both were tried.
WRONGLY_EQUAL_NUMBERS_PER_RECORD = 0.03
TWINS_PER_RECORD = 0.12
SIBLINGS_PER_RECORD = 2.4

# A number or a parent's name is hardly ever another one for one person. EM finds no case at all on some
# provinces and would forbid such links for ever.
NEVER_QUITE = 0.002

# A year of birth that is a generation off, with a given name miswritten beside it, on one person.
PARENTS_AGE_APART = 0.0002

# What two records tell of the family: no parent is another, and two of father, mother and address agree,
# or for the birth date beside it one of them.
OTHER_PARENT = "(not coalesce({father}, true) or not coalesce({mother}, true))".format(
    father="father_sound_l = father_sound_r or father_ends_l = father_ends_r",
    mother="mother_sound_l = mother_sound_r or mother_ends_l = mother_ends_r")
SAME = [f"coalesce({column}_l = {column}_r, false)" for column in ("father_plain", "mother_plain", "address")]
TWO_AGREE = "((" + ") or (".join(f"{one} and {two}" for one, two in
                                 ((SAME[0], SAME[1]), (SAME[0], SAME[2]), (SAME[1], SAME[2]))) + "))"
BORN_IN_ONE_FAMILY = (f"(coalesce(birth_date_l = birth_date_r, false) and not {OTHER_PARENT}"
                      f" and ({' or '.join(SAME)}))")

BLOCKING = [
    block_on("personal_id"),
    block_on("insurance_number"),
    block_on("old_id"),
    block_on("name_sound_sorted", "birth_date"),
    block_on("name_plain", "birth_year", "ward"),
    block_on("phone"),
    block_on("name_sound", "address"),
    block_on("birth_date", "given"),
    block_on("birth_date", "address"),
    block_on("name_sound", "mother_sound"),
    block_on("name_sound", "father_sound"),
    block_on("birth_date", "mother_plain"),
    block_on("birth_date", "father_plain"),
    block_on("birth_date", "ward", "left(given, 1)"),
    block_on("name_sound", "month_day"),
    CustomRule("l.name_plain = r.name_plain and l.ward = r.ward and (l.birth_year is null or r.birth_year is null)",
               sql_dialect="duckdb"),
]

# Each pass trains the comparisons whose columns are not blocked on; every comparison is in one.
TRAINING = [
    block_on("personal_id"),
    block_on("name_plain", "birth_date"),
    block_on("insurance_number"),
]


def _level(sql, label, tf=None):
    level = levels.CustomLevel(sql, label)
    if tf:
        level = level.configure(tf_adjustment_column=tf, tf_adjustment_weight=1.0,
                                disable_tf_exact_match_detection=True)
    return level


def _one_edit(left, right, either):
    """At most one letter miswritten, left out, doubled or swapped with its neighbour.

    Damerau-Levenshtein is dear, so `either` gives two parts of which one must be whole.
    """
    return (f"({either[0]} or {either[1]}) and abs(length({left}) - length({right})) <= 1"
            f" and damerau_levenshtein({left}, {right}) <= 1")


def _never_quite():
    return levels.ElseLevel().configure(m_probability=NEVER_QUITE, fix_m_probability=True)


def _null(sql, label="missing"):
    return levels.CustomLevel(sql, label).configure(is_null_level=True)


def _full_name():
    # DuckDB passes over the rest of an AND only where it is not inside a further CASE.
    slip = _one_edit("name_plain_l", "name_plain_r", ("surname_l = surname_r", "given_l = given_r"))
    return comparisons.CustomComparison(output_column_name="full_name", comparison_levels=[
        _null("name_l is null or name_r is null"),
        _level("name_l = name_r", "exact", tf="name"),
        _level("name_plain_l = name_plain_r and (name_is_plain_l or name_is_plain_r)", "one side has no marks",
               tf="name_plain"),
        _level("name_plain_l = name_plain_r", "same letters, other marks", tf="name_plain"),
        _level("name_sound_l = name_sound_r", "sounds the same", tf="name_sound"),
        _level("name_sound_sorted_l = name_sound_sorted_r", "other order"),
        _level("""(name_has_holes_l and name_written_r like replace(name_written_l, '?', '_'))
            or (name_has_holes_r and name_written_l like replace(name_written_r, '?', '_'))
            or (given_l = given_r and (name_abbreviated_l or name_abbreviated_r) and name_initials_l = name_initials_r)
            or (name_ends_l = name_ends_r
                and (list_has_all(name_words_l, name_words_r) or list_has_all(name_words_r, name_words_l)))""",
            "words or letters left out"),
        _level("given_l = given_r and " + slip, "a slip before the given name"),
        _level(slip, "a slip in the given name"),
        _level("name_ends_l = name_ends_r", "surname and given name"),
        _level("given_l = given_r and jaro_winkler_similarity(name_plain_l, name_plain_r) >= 0.93", "alike"),
        _level("given_l = given_r", "given name"),
        _level("surname_l = surname_r", "surname"),
        levels.ElseLevel(),
    ])


def _birth_date(twins):
    # Twins agree on birth date, parents and address at once. Counted apart, as if they had nothing to do
    # with each other, these would outweigh the name; so they are one level here, and _family has
    # nothing to add to it.
    return comparisons.CustomComparison(output_column_name="birth", comparison_levels=[
        _null("birth_year_l is null or birth_year_r is null"),
        _level(BORN_IN_ONE_FAMILY, "exact, in one family").configure(u_probability=twins, fix_u_probability=True),
        _level("birth_date_l = birth_date_r", "exact", tf="birth_date"),
        _level("birth_year_l = birth_year_r and (is_year_only_l or is_year_only_r)", "one side says the year only"),
        _level("birth_year_l = birth_year_r and left(month_day_l, 2) = right(month_day_r, 2)"
               " and right(month_day_l, 2) = left(month_day_r, 2)", "day and month swapped"),
        _level("""(birth_year_l = birth_year_r and damerau_levenshtein(month_day_l, month_day_r) <= 1)
            or (month_day_l = month_day_r and not is_year_only_l
                and damerau_levenshtein(left(birth_date_l, 4), left(birth_date_r, 4)) <= 1)""", "one digit"),
        _level("month_day_l = month_day_r and not is_year_only_l", "day and month"),
        _level("birth_year_l = birth_year_r", "year"),
        _level("abs(birth_year_l - birth_year_r) <= 1 and (is_year_only_l or is_year_only_r)",
               "a year apart, one side says the year only"),
        levels.ElseLevel(),
    ])


def _number(column, wrongly_equal):
    return comparisons.CustomComparison(output_column_name=column + "_number", comparison_levels=[
        _null(f"{column}_l is null or {column}_r is null"),
        _level(f"{column}_l = {column}_r", "exact").configure(u_probability=wrongly_equal, fix_u_probability=True),
        _never_quite(),
    ])


def _personal_id(wrongly_equal):
    # The fourth digit says the sex: twins of both sexes may have numbers that differ there alone.
    miswritten = ("(substr(personal_id_l, 4, 1) = substr(personal_id_r, 4, 1) or sex_l = sex_r) and "
                  + _one_edit("personal_id_l", "personal_id_r",
                              [f"{end}(personal_id_l, 6) = {end}(personal_id_r, 6)" for end in ("left", "right")]))
    return comparisons.CustomComparison(output_column_name="personal_id_number", comparison_levels=[
        _null("personal_id_l is null or personal_id_r is null"),
        _level("personal_id_l = personal_id_r and given_l <> given_r and abs(birth_year_l - birth_year_r) >= 14",
               "exact, of parent and child").configure(m_probability=PARENTS_AGE_APART, fix_m_probability=True,
                                                       u_probability=wrongly_equal, fix_u_probability=True),
        _level("personal_id_l = personal_id_r", "exact").configure(u_probability=wrongly_equal, fix_u_probability=True),
        _level(miswritten, "one digit"),
        levels.ElseLevel(),
    ])


def _family(siblings):
    return comparisons.CustomComparison(output_column_name="family", comparison_levels=[
        _null(f"""{BORN_IN_ONE_FAMILY} or (coalesce(father_l = father_r, mother_l = mother_r) is null
            and (ward_l is null or ward_r is null))"""),
        _level(OTHER_PARENT, "another parent").configure(m_probability=NEVER_QUITE, fix_m_probability=True),
        _level(TWO_AGREE, "two of father, mother, address").configure(u_probability=siblings, fix_u_probability=True),
        _level("father_plain_l = father_plain_r", "father", tf="father_plain"),
        _level("mother_plain_l = mother_plain_r", "mother", tf="mother_plain"),
        _level("address_l = address_r", "address", tf="address"),
        _level("ward_l = ward_r", "ward", tf="ward"),
        levels.ElseLevel(),
    ])


def _sex():
    return comparisons.CustomComparison(output_column_name="sexes", comparison_levels=[
        _null("sex_l is null or sex_r is null"),
        _level("sex_l = sex_r", "equal"),
        levels.ElseLevel(),
    ])


def _phone(wrongly_equal):
    # Two subscriptions have two numbers, whoever holds them.
    return comparisons.CustomComparison(output_column_name="phone_number", comparison_levels=[
        _null("phone_l is null or phone_r is null or (is_subscription_l and is_subscription_r)"),
        _level("phone_l = phone_r", "exact").configure(u_probability=wrongly_equal, fix_u_probability=True),
        levels.ElseLevel(),
    ])


def settings(records: int):
    """The model before training, for a number of records."""
    wrongly_equal = WRONGLY_EQUAL_NUMBERS_PER_RECORD * 2 / records
    return SettingsCreator(
        # One table of all four sources: the same pairs as link_and_dedupe over four, with plain numbers as ids.
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=BLOCKING,
        comparisons=[
            _full_name(), _birth_date(TWINS_PER_RECORD * 2 / records), _sex(), _personal_id(wrongly_equal),
            _number("old_id", wrongly_equal), _number("insurance_number", wrongly_equal), _phone(wrongly_equal),
            _family(SIBLINGS_PER_RECORD * 2 / records),
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
        max_iterations=20,
    )
