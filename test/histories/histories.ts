import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A workflow's history as a Temporal server had it, with the id it ran under. */
export interface KeptHistory {
  /** `optimize-theta-cancelled`: the workflow, and what happened to it. */
  name: string;
  workflowId: string;
  history: { events: Record<string, unknown>[] };
}

/** The file of a committed history. */
export function historyFile(name: string): string {
  return join(import.meta.dirname, `${name}.json`);
}

/** All committed histories; each call gives values of its own. */
export function keptHistories(): KeptHistory[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const name = file.replace(/\.json$/, '');
      return { name, ...(JSON.parse(readFileSync(historyFile(name), 'utf8')) as Omit<KeptHistory, 'name'>) };
    });
}
