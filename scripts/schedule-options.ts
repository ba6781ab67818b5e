import { Option } from 'commander';
import type { Overlap } from '../client/index.js';

/** By name, so that the compiler sees one that is missing. */
const OVERLAPS: Record<Overlap, true> = {
  skip: true,
  'buffer-one': true,
  'buffer-all': true,
  'cancel-other': true,
  'terminate-other': true,
  'allow-all': true,
};

/** `--overlap` with the default of its command. */
export function overlapOption(byDefault: Overlap): Option {
  return new Option('--overlap <policy>', 'a slot that is due while an earlier one is at work')
    .choices(Object.keys(OVERLAPS))
    .default(byDefault);
}
