#!/usr/bin/env python3
"""Sequential CART with scikit-learn: the same work as bench/draw-rate.ts, for comparison.

draw-rate.py TRAIN.csv ROWS    (scikit-learn 1.9, pandas 2.3; prints one line of JSON)

Each column is drawn from the leaf of a tree on the columns before it (labels as ordinal codes), at least 10 rows a
leaf, drawn in shards of 10,000. No weights, no distance, no choice: less work than the refined generator does.
"""
import json, os, resource, sys, time
os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np, pandas as pd
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

SHARD = 10_000


def fit(table):
    codes = {c: {v: i for i, v in enumerate(sorted(table[c].unique()))} for c in table if table[c].dtype == object}
    x = np.column_stack([table[c].map(codes[c]) if c in codes else table[c] for c in table]).astype(float)
    steps = []
    for i, c in enumerate(table):
        if i == 0:
            steps.append((None, {0: x[:, 0]})); continue
        tree = (DecisionTreeClassifier if c in codes else DecisionTreeRegressor)(min_samples_leaf=10, random_state=0).fit(x[:, :i], x[:, i])
        leaves = tree.apply(x[:, :i])
        steps.append((tree, {leaf: x[leaves == leaf, i] for leaf in np.unique(leaves)}))
    return steps


def draw(steps, count, rng):
    out = np.zeros((count, len(steps)))
    for i, (tree, donors) in enumerate(steps):
        leaves = np.zeros(count, int) if tree is None else tree.apply(out[:, :i])
        for leaf in np.unique(leaves):
            rows = leaves == leaf
            out[rows, i] = rng.choice(donors[leaf], rows.sum())
    return out


if __name__ == "__main__":
    table, rows = pd.read_csv(sys.argv[1]), int(sys.argv[2])
    start = time.perf_counter(); steps = fit(table); fitted = time.perf_counter() - start
    rng, start = np.random.default_rng(1), time.perf_counter()
    for first in range(0, rows, SHARD):
        draw(steps, min(SHARD, rows - first), rng)
    seconds = time.perf_counter() - start
    print(json.dumps({"fitSeconds": round(fitted, 3), "rows": rows, "seconds": round(seconds, 3),
                      "rowsPerSecond": round(rows / seconds), "peakMegabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}))
