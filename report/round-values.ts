/** The round step (1, 2 or 5 times a power of ten) that cuts a span into about `count` parts; 1 for an empty span. */
export function roundStep(low: number, high: number, count: number): number {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const rest = span / count / power;
  return power * (rest >= Math.sqrt(50) ? 10 : rest >= Math.sqrt(10) ? 5 : rest >= Math.SQRT2 ? 2 : 1);
}

/** Round values within a span, ascending: about `count` of them. */
export function roundValues(low: number, high: number, count: number): number[] {
  const step = roundStep(low, high, count);
  return multiples(Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9), step);
}

/** Round edges that enclose a span, ascending: two at least, and no nearer to each other than `least`. */
export function roundEdges(low: number, high: number, count: number, least = 0): number[] {
  const step = Math.max(least, roundStep(low, high, count));
  const first = Math.floor(low / step + 1e-9);
  return multiples(first, Math.max(first + 1, Math.ceil(high / step - 1e-9)), step);
}

function multiples(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, place) =>
    Number(((first + place) * step).toPrecision(12)),
  );
}
