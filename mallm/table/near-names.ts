/** `Did you mean "age"?`, or `fallback` when no candidate is near. Cost: length of the name times that of all candidates. */
export function didYouMean(name: string, candidates: readonly string[], fallback: string): string {
  const near = nearNames(name, candidates);
  return near.length > 0
    ? `Did you mean ${near.map((candidate) => JSON.stringify(candidate)).join(' or ')}?`
    : fallback;
}

/** At most three candidates that differ little from a name, nearest first: in case, in few letters, or by a part left out. */
export function nearNames(name: string, candidates: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const scored = candidates.map((candidate) => ({ candidate, distance: unlikeness(wanted, candidate.toLowerCase()) }));
  return scored
    .filter(({ distance }) => distance <= 0.4)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** 0 for equal, 1 for nothing in common. */
function unlikeness(a: string, b: string): number {
  if (a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a))) return 0.3;
  return editDistance(a, b) / Math.max(a.length, b.length, 1);
}

/** Letters to insert, delete or change (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
