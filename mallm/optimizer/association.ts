/** A table of counts of two columns' levels. */
export interface Association {
  /** Cramér's V with Bergsma's correction for bias, in [0, 1]; about 0 for columns that are not related. */
  strength: number;
  /** Pearson's chi-squared as a standard normal deviate: above 2.6, one chance in two hundred. */
  deviate: number;
}

/** How strongly two columns of levels are related. Levels that no row has count for nothing. */
export function associationOf(first: ArrayLike<number>, second: ArrayLike<number>): Association {
  const rows = first.length;
  const [firstCounts, secondCounts] = [countsOf(first), countsOf(second)];
  const cells = new Map<string, { observed: number; expected: number }>();
  for (let row = 0; row < rows; row++) {
    const key = `${first[row]!},${second[row]!}`;
    const cell = cells.get(key);
    if (cell) cell.observed += 1;
    else
      cells.set(key, {
        observed: 1,
        expected: (firstCounts.get(first[row]!)! * secondCounts.get(second[row]!)!) / rows,
      });
  }
  let chiSquared = -rows;
  for (const { observed, expected } of cells.values()) chiSquared += observed ** 2 / expected;
  const [width, height] = [firstCounts.size, secondCounts.size];
  if (width < 2 || height < 2) return { strength: 0, deviate: 0 };
  return {
    strength: correctedStrength(chiSquared / rows, width, height, rows),
    deviate: normalDeviate(chiSquared, (width - 1) * (height - 1)),
  };
}

/** Bergsma 2013: what chance alone gives is taken off. */
function correctedStrength(meanSquare: number, width: number, height: number, rows: number): number {
  const corrected = Math.max(0, meanSquare - ((width - 1) * (height - 1)) / (rows - 1));
  const least = Math.min(width - (width - 1) ** 2 / (rows - 1), height - (height - 1) ** 2 / (rows - 1)) - 1;
  return least <= 0 ? 0 : Math.min(1, Math.sqrt(corrected / least));
}

/** Wilson and Hilferty 1931. */
function normalDeviate(chiSquared: number, freedom: number): number {
  const variance = 2 / (9 * freedom);
  return (Math.cbrt(Math.max(0, chiSquared) / freedom) - (1 - variance)) / Math.sqrt(variance);
}

function countsOf(levels: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let row = 0; row < levels.length; row++) counts.set(levels[row]!, (counts.get(levels[row]!) ?? 0) + 1);
  return counts;
}
