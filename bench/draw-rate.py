#!/usr/bin/env python3
"""Sequential CART with scikit-learn: the same work as bench/draw-rate.ts, for comparison.

draw-rate.py TRAIN.csv ROWS    (prints one line of JSON; scikit-learn and pandas from PyPI)

Each column is drawn from the leaf of a tree on the columns before it (labels as ordinal codes), at least 10 rows a
leaf, in shards of 10,000, one thread. No weights, no distance, no choice: less work than the refined generator does.
"""
import json
import os
import resource
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

SHARD = 10_000


def fit(table):
    labels = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    codes = {name: {value: i for i, value in enumerate(sorted(table[name].unique()))} for name in labels}
    x = np.column_stack([table[name].map(codes[name]) if name in codes else table[name] for name in table]).astype(float)
    steps = [(None, {0: x[:, 0]})]
    for i, name in enumerate(table):
        if i == 0:
            continue
        kind = DecisionTreeClassifier if name in codes else DecisionTreeRegressor
        tree = kind(min_samples_leaf=10, random_state=0).fit(x[:, :i], x[:, i])
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
    start = time.perf_counter()
    steps = fit(table)
    fitted = time.perf_counter() - start
    rng = np.random.default_rng(1)
    start, cpu = time.perf_counter(), time.process_time()
    for first in range(0, rows, SHARD):
        draw(steps, min(SHARD, rows - first), rng)
    figures = {
        "fitSeconds": fitted,
        "rows": rows,
        "seconds": time.perf_counter() - start,
        "cpuSeconds": time.process_time() - cpu,
        "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(figures))
