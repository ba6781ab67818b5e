/** What a process that started a run itself makes of its results, and how it reads those of a schedule. */
export { latestOutput } from '../activities/outputs.js';
export { lastRecords } from '../activities/slot-records.js';
export { describingFiles, MANIFEST, manifestOf, SYNTHETIC, tableContent } from '../activities/results.js';
export type { Results } from '../activities/results.js';
