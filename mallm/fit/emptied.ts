import type { Manifest } from './manifest.js';

/** What is said of columns that came out without any value, one line each: an error of ours, and a way round it. */
export function emptiedLines({ emptied = [] }: Pick<Manifest, 'emptied'>): string[] {
  return emptied.map(
    (name) =>
      `column ${JSON.stringify(name)} has no value in any released row, though training rows have: this is an error of mallm-gan. Say what the column is in the metadata (\`mallm-gan inspect TABLE --out metadata.json\`, then --schema metadata.json), or leave it out, and report it.`,
  );
}
