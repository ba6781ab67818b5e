/** What a process that started a run itself makes of its results, and how it reads those of a schedule. */
export { latestOutput } from '../activities/outputs.js';
export { lastRecords } from '../activities/slot-records.js';
export { describingFiles, MANIFEST, manifestOf, SYNTHETIC } from '../activities/results.js';
export type { Results } from '../activities/results.js';
export { TABLE_FORMATS, tableContent } from '../activities/table-content.js';
export type { TableFormat } from '../activities/table-content.js';
