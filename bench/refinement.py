#!/usr/bin/env python3
"""Rows of the Python prototype of the refinement, for bench/refinement.ts and bench/fit-times.ts.

refinement.py TRAIN.csv TARGET TASK SEED ROWS OUT.csv [POOL.json]     (prints one line of JSON)

Faithful, without a pool or with one: {"rows": [[...]], "shown": [[...]]}. Needs scikit-learn, xgboost, scipy, pandas.
"""
import json
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "refinement"))
import pandas as pd
from prototype import Recipe

path, target, task, seed, rows, out, *pool = sys.argv[1:]
train = pd.read_csv(path)
given = json.load(open(pool[0])) if pool else None
start = time.process_time()
recipe = Recipe(
    train,
    target,
    task,
    pool=pd.DataFrame(given["rows"], columns=train.columns) if given else None,
    shown=given["shown"] if given else None,
    seed=int(seed),
    sharpen=1,
    residual=1,
)
fitted = time.process_time() - start
if int(rows):
    recipe.draw(int(rows)).to_csv(out, index=False)
print(json.dumps({"fitSeconds": fitted, "weights": recipe.weights}))
