const DAY = 86_400;
/** Bins of so many seconds, then of so many months. */
const SECONDS = [1, 10, 60, 600, 3600, 6 * 3600, DAY, 7 * DAY];
const MONTHS = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200];
const MOST_BINS = 12;

/** Edges of bins over a span of dates, in seconds since 1970 UTC, on round dates; `write` names an edge. */
export function dateEdges(min: number, max: number): { edges: number[]; write: (seconds: number) => string } {
  const seconds = SECONDS.find((step) => (max - min) / step < MOST_BINS - 1);
  if (seconds !== undefined) {
    const edges = upwards(Math.floor(min / seconds), (place) => place * seconds, max);
    return { edges, write: (edge) => dateText(edge).slice(0, seconds >= DAY ? 10 : 16) };
  }
  const months = MONTHS.find((step) => (max - min) / (step * 30 * DAY) < MOST_BINS - 1) ?? MONTHS.at(-1)!;
  const first = new Date(min * 1000);
  const month = first.getUTCFullYear() * 12 + first.getUTCMonth();
  const startOf = (place: number): number => {
    const date = new Date(0);
    date.setUTCFullYear(Math.floor((place * months) / 12), (place * months) % 12, 1);
    return date.getTime() / 1000;
  };
  const edges = upwards(Math.floor(month / months), startOf, max);
  return { edges, write: (edge) => dateText(edge).slice(0, months % 12 === 0 ? 4 : 7) };
}

function upwards(first: number, edgeAt: (place: number) => number, max: number): number[] {
  const edges = [edgeAt(first)];
  do edges.push(edgeAt(first + edges.length));
  while (edges.at(-1)! <= max);
  return edges;
}

function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('T', ' ');
}
