import { Option } from 'commander';
import { OVERLAPS } from '../client/index.js';
import type { Overlap } from '../client/index.js';

/** `--overlap` with the default of its command. */
export function overlapOption(byDefault: Overlap): Option {
  return new Option('--overlap <policy>', 'a slot that is due while an earlier one is at work')
    .choices(OVERLAPS)
    .default(byDefault);
}
