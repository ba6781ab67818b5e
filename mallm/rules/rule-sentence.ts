import { columnNamed, type TableSchema } from '../table/dataset.js';
import { ruleText, type Rule } from '../table/rule.js';

/** Most pairs of a code and what it stands for that a sentence lists. */
const MOST_PAIRS = 40;

/** A rule as a sentence for people and for prompts: `"discharge" is never before "admission".` */
export function ruleSentence(schema: TableSchema, rule: Rule): string {
  switch (rule.is) {
    case 'order': {
      const areDates = columnNamed(schema, rule.low).kind === 'datetime';
      const [at, above] = areDates
        ? ['is never before', 'is always after']
        : ['is never less than', 'is always greater than'];
      return `${name(rule.high)} ${rule.strict ? above : at} ${name(rule.low)}.`;
    }
    case 'equal':
      return `${name(rule.column)} is always the same as ${name(rule.of)}.`;
    case 'sum':
      return `Always ${ruleText(rule)}.`;
    case 'product':
      return `Always ${ruleText(rule)}, rounded as "${rule.column}" is written.`;
    case 'determined':
      return `${name(rule.column)} follows from ${name(rule.by)}${pairsOf(rule.values)}.`;
    case 'missing-together':
      return `${rule.columns.map(name).join(', ')} are missing in the same rows.`;
  }
}

function pairsOf(values: readonly (readonly unknown[])[]): string {
  if (values.length > MOST_PAIRS) return ': the same always has the same';
  return `: ${values.map(([by, cell]) => `${JSON.stringify(by)} has ${JSON.stringify(cell)}`).join(', ')}`;
}

function name(column: string): string {
  return JSON.stringify(column);
}
