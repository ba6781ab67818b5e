import type { Command } from 'commander';
import type { Config } from '../config/index.js';
import { several } from './options.js';

/** Flags for the requests to the models. Each sets an environment variable, which workers elsewhere read. */
export interface ModelFlags {
  extraBody?: string;
  header?: string[];
  reasoningEffort?: string;
  optimizerExtraBody?: string;
  optimizerHeader?: string[];
  optimizerReasoningEffort?: string;
}

/** Adds the flags to a command that asks models. */
export function addModelFlags(command: Command): Command {
  return command
    .option('--extra-body <json>', 'fields added to each request of the models, such as {"top_k": 40}')
    .option('--header <name=value>', 'a header added to each request; may be given several times', several)
    .option('--reasoning-effort <effort>', 'how much a reasoning model is to think: minimal, low, …')
    .option('--optimizer-extra-body <json>', '… of the optimizer, where they are to be others')
    .option('--optimizer-header <name=value>', '… of the optimizer', several)
    .option('--optimizer-reasoning-effort <effort>', '… of the optimizer');
}

/** The configuration with these flags, and the other flags. @throws ConfigError. */
export async function configWith<Flags extends ModelFlags>(
  flags: Flags,
): Promise<{ config: Config; rest: Omit<Flags, keyof ModelFlags> }> {
  const { extraBody, header, reasoningEffort, optimizerExtraBody, optimizerHeader, optimizerReasoningEffort, ...rest } =
    flags;
  const given = {
    MALLM_GENERATOR_EXTRA_BODY: extraBody,
    MALLM_GENERATOR_HEADERS: header?.join('\n'),
    MALLM_GENERATOR_REASONING_EFFORT: reasoningEffort,
    MALLM_OPTIMIZER_EXTRA_BODY: optimizerExtraBody,
    MALLM_OPTIMIZER_HEADERS: optimizerHeader?.join('\n'),
    MALLM_OPTIMIZER_REASONING_EFFORT: optimizerReasoningEffort,
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { readConfig } = await import('../config/index.js');
  return { config: readConfig(undefined, set), rest };
}
