/** Whether some point of the search is nearer than its limit. */
export type NeighbourSearch = (point: Float64Array) => boolean;

/** Cells of one column: labels differ or not (scale 0); numbers by their difference times the scale, 1 where one is NaN. */
export function cellDistance(a: number, b: number, scale: number): number {
  if (scale === 0) return a === b ? 0 : 1;
  const gap = Math.abs(a - b) * scale;
  if (!Number.isNaN(gap)) return gap;
  return Number.isNaN(a) && Number.isNaN(b) ? 0 : 1;
}

/**
 * Search for points nearer than a limit, a distance being the sum over columns (see `cellDistance`). Up to a limit of 1
 * only points with the same labels and the same missing cells come into question, and of these a stretch of the number
 * column that varies most; above it all points, the columns that vary most compared first.
 */
export function createNeighbourSearch(
  points: readonly Float64Array[],
  scales: readonly number[],
  limit: number,
): NeighbourSearch {
  const order = [...scales.keys()].sort((a, b) => variation(points, b, scales[b]!) - variation(points, a, scales[a]!));
  return limit <= 1 ? searchAlike(points, scales, order, limit) : searchAll(points, scales, order, limit);
}

function searchAll(
  points: readonly Float64Array[],
  scales: readonly number[],
  order: readonly number[],
  limit: number,
): NeighbourSearch {
  const width = order.length;
  const columns = Int32Array.from(order);
  const factors = Float64Array.from(order, (c) => scales[c]!);
  const cells = new Float64Array(points.length * width);
  points.forEach((point, i) => columns.forEach((c, k) => (cells[i * width + k] = point[c]!)));
  const own = new Float64Array(width);
  return (point) => {
    for (let k = 0; k < width; k++) own[k] = point[columns[k]!]!;
    for (let start = 0; start < cells.length; start += width) {
      let distance = 0;
      for (let k = 0; k < width && distance < limit; k++) {
        const a = own[k]!;
        const b = cells[start + k]!;
        if (factors[k] === 0) distance += a === b ? 0 : 1;
        else if (a === a && b === b) distance += (a < b ? b - a : a - b) * factors[k]!;
        else if (a === a || b === b) distance += 1;
      }
      if (distance < limit) return true;
    }
    return false;
  };
}

function searchAlike(
  points: readonly Float64Array[],
  scales: readonly number[],
  order: readonly number[],
  limit: number,
): NeighbourSearch {
  const numbers = Int32Array.from(order.filter((c) => scales[c] !== 0));
  const lead = numbers[0] ?? -1;
  const leadOf = (point: Float64Array): number => (lead < 0 || Number.isNaN(point[lead]!) ? 0 : point[lead]!);
  const factor = lead < 0 ? 1 : scales[lead]!;
  const groups = new Map<number, Float64Array[]>();
  for (const point of points) {
    const key = alikeKey(point, scales);
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }
  const sorted = new Map(
    [...groups].map(([key, group]) => {
      const members = group.sort((a, b) => leadOf(a) - leadOf(b));
      return [key, { members, leads: Float64Array.from(members, leadOf) }];
    }),
  );
  return (point) => {
    const group = sorted.get(alikeKey(point, scales));
    if (!group) return false;
    const { members, leads } = group;
    const own = leadOf(point);
    const reach = limit / factor;
    let low = 0;
    let high = leads.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (leads[middle]! < own - reach) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < leads.length && leads[i]! <= own + reach; i++) {
      const member = members[i]!;
      let distance = 0;
      for (let c = 0; c < scales.length && distance < limit; c++) {
        distance += cellDistance(point[c]!, member[c]!, scales[c]!);
      }
      if (distance < limit) return true;
    }
    return false;
  };
}

/** Equal for points with the same labels and the same missing numbers; seldom equal for others. */
function alikeKey(point: Float64Array, scales: readonly number[]): number {
  let key = 0;
  for (let c = 0; c < scales.length; c++) {
    const value = point[c]!;
    key = (Math.imul(key, 31) + (scales[c] === 0 ? value : value === value ? 1 : 0)) | 0;
  }
  return key;
}

/** Mean distance of rows of one column, by neighbours in the table and rows half the table apart. */
function variation(points: readonly Float64Array[], column: number, scale: number): number {
  const half = points.length >> 1;
  return points.reduce((sum, point, i) => {
    const next = points[(i + 1) % points.length]!;
    const far = points[(i + half) % points.length]!;
    return sum + cellDistance(point[column]!, next[column]!, scale) + cellDistance(point[column]!, far[column]!, scale);
  }, 0);
}
