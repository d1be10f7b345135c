"""One markdown table, and the raw numbers behind it, from the three runs of one province."""

import argparse
import json
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

PEERS = {"doisoat": "doisoat", "splink": "Splink", "exact": "exact keys"}
SOURCES = {"cu_tru": "residence", "ho_tich": "civil registry", "bhyt": "insurance", "thue_bao": "telecom"}
KEPT = ["all_pairs", "pairs", "b_cubed", "false_links", "hard_pairs"]
LINKING = ["training", "blocking, comparing, scoring", "clustering"]
# Stages of doisoat's run.json under the names used here. It does not time the parts of `link`.
STAGES = {"ingest": "reading", "normalise": "standardising", "publish": "writing"}


def main():
    options = arguments()
    results = {peer: result(options.runs, peer) for peer in PEERS}
    about = {
        "residents": options.residents, "seed": options.seed, "threads": options.threads,
        "duckdb_memory_limit": options.memory, "processor": processor(), "commit": commit(options.root),
        "doisoat": output([options.doisoat, "--version"]), "python": platform.python_version(),
        "splink": version("splink"), "duckdb": version("duckdb"),
    }
    table = "\n".join([headline(about), "", *rows(results)]) + "\n"
    options.out.with_suffix(".md").write_text(table, encoding="utf-8")
    raw = json.dumps({"about": about, "results": results}, indent=1, ensure_ascii=False)
    options.out.with_suffix(".json").write_text(raw + "\n", encoding="utf-8")
    print(table, end="")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("runs", "out", "root"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("doisoat", "residents", "seed", "threads", "memory"):
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


def result(runs: Path, peer: str):
    """Seconds by stage, what was measured from outside, and the evaluation's figures on links and people."""
    folder = runs / peer / "peers" if peer == "doisoat" else runs / peer
    evaluation = read(folder / "evaluation.json")
    return {
        "seconds": seconds(folder, peer),
        "process": read(runs / f"{peer}.json"),
        "evaluation": {key: evaluation[key] for key in KEPT},
    }


def seconds(folder: Path, peer: str):
    if peer != "doisoat":
        stages = read(folder / "stages.json")
    else:
        stages = {}
        for stage in read(folder / "run.json")["stages"]:
            name = STAGES.get(stage["name"], "linking")
            stages[name] = stages.get(name, 0.0) + stage["seconds"]
    stages.setdefault("linking", sum(stages.get(stage, 0.0) for stage in LINKING))
    stages["total"] = stages["standardising"] + stages["linking"]
    return stages


def rows(results):
    yield "| | " + " | ".join(PEERS.values()) + " |"
    yield "|---|" + "---:|" * len(PEERS)
    yield from timing(results)
    pairs = [(pair["left"], pair["right"]) for pair in results["doisoat"]["evaluation"]["pairs"]]
    for left, right in sorted(pairs, key=in_order):
        left, right = sorted((left, right), key=list(SOURCES).index)
        name = f"{SOURCES[left]} – {SOURCES[right]}"
        yield line(f"F1 {name}: links · people", results, lambda one: both(pair_of(one, left, right)))
    yield line("F1 all: links · people", results, lambda one: both(one["evaluation"]["all_pairs"]))
    for figure in ("precision", "recall"):
        yield line(f"{figure} all: links · people", results,
                   lambda one: both(one["evaluation"]["all_pairs"], figure))
    yield line("B³ F1", results, lambda one: share(one["evaluation"]["b_cubed"]["f1"]))


def timing(results):
    for stage in ("reading", "standardising", *LINKING):
        yield line(f"{stage}, s", results, lambda one: time_of(one, stage))
    yield line("linking (the three above), s", results, lambda one: time_of(one, "linking"))
    yield line("**total without reading, s**", results, lambda one: f"**{time_of(one, 'total')}**")
    yield line("writing, s", results, lambda one: time_of(one, "writing"))
    yield line("whole process, s", results, lambda one: f"{one['process']['wall_seconds']:.1f}")
    yield line("processor time, s", results, lambda one: f"{one['process']['processor_seconds']:.1f}")
    yield line("peak memory, MB", results, lambda one: f"{one['process']['peak_memory_bytes'] / 1e6:,.0f}")


def line(name, results, cell):
    return f"| {name} | " + " | ".join(cell(results[peer]) for peer in PEERS) + " |"


def time_of(one, stage):
    return f"{one['seconds'][stage]:.1f}" if stage in one["seconds"] else "–"


def in_order(pair):
    places = sorted(list(SOURCES).index(source) for source in pair)
    return places[0], places[1]


def pair_of(one, left, right):
    return next(pair for pair in one["evaluation"]["pairs"] if {pair["left"], pair["right"]} == {left, right})


def both(figures, figure="f1"):
    return f"{share(figures['links'][figure])} · {share(figures['people'][figure])}"


def share(ratio):
    return "–" if ratio is None else f"{ratio:.4f}"


def headline(about):
    return (f"{int(about['residents']):,} residents, seed {about['seed']}; {about['processor']}, "
            f"{about['threads']} threads; commit {about['commit']}, {about['doisoat']}; "
            f"Splink {about['splink']}, DuckDB {about['duckdb']} (limit {about['duckdb_memory_limit']}), Python {about['python']}.")


def processor():
    """The model as the kernel names it, and the number of cores."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        told = []
    models = [text.split(":", 1)[1].strip() for text in told if text.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {len(models) or '?'} cores"


def commit(root: Path):
    changed = output(["git", "-C", str(root), "status", "--porcelain", "--untracked-files=no"])
    return output(["git", "-C", str(root), "rev-parse", "--short", "HEAD"]) + (" with changes" if changed else "")


def output(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def read(path: Path):
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
