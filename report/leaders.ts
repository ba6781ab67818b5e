import type { TrajectoryPoint } from '../mallm/fit/manifest.js';
import type { ThetaFile, ThetaRecord } from '../mallm/theta/theta-file.js';

/** The first θ, each θ that was the best after some iteration, and last the best, in that order and each once. */
export function leadersOf({ thetas, best }: ThetaFile, trajectory: readonly TrajectoryPoint[]): ThetaRecord[] {
  const led = trajectory.map(({ bestTheta }) => bestTheta);
  const numbers = [thetas[0]?.number, ...led.filter((number) => number !== best), best];
  return [...new Set(numbers)].flatMap((number) => thetas.find((record) => record.number === number) ?? []);
}

/** A θ, the one it was made from, and so on back to the first; oldest first. */
export function lineageOf({ thetas }: ThetaFile, number: number): ThetaRecord[] {
  const line: ThetaRecord[] = [];
  for (let next: number | null = number; next !== null;) {
    const record: ThetaRecord | undefined = thetas.find((candidate) => candidate.number === next);
    if (!record || line.includes(record)) break;
    line.unshift(record);
    next = record.parent;
  }
  return line;
}
