/** What a process that started a run itself makes of its results. */
export { describingFiles, MANIFEST, manifestOf, SYNTHETIC, tableContent } from '../activities/results.js';
export type { Results } from '../activities/results.js';
