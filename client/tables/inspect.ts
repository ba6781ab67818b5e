import { inferColumns, readRows } from '../../mallm/table/inference/schema-inference.js';
import { reportColumns, type ColumnReport } from '../../mallm/table/inference/column-report.js';
import type { ColumnProtection } from '../../mallm/table/protection/column-protection.js';
import { protectTable } from '../../mallm/table/protection/protect-table.js';
import { parseFitOptions } from '../../mallm/options.js';
import { ruleText } from '../../mallm/table/rule.js';
import type { FoundRule } from '../../mallm/rules/finding/find-rules.js';
import { ruleChoice, withRules, type RuleChoice } from '../../mallm/rules/table-rules.js';
import { toMetadata } from '../../mallm/table/inference/sdv-metadata.js';
import { writeWhole } from '../runs/run-folder.js';
import { readMetadata, readTableFile } from './table-file.js';

/** A table to look at. */
export interface InspectRequest extends RuleChoice {
  /** Path of a CSV, Excel, JSON Lines or Parquet file; `-` reads standard input. */
  table: string;
  /** Sheet of a workbook; the first by default. */
  sheet?: string;
  /** The column to be predicted: it is never text or an identifier, and keeps all of its values. */
  target?: string;
  /** SDV metadata JSON that overrides the inferred columns. */
  schema?: string;
  /** Columns that are to be kept as they are, though they look personal or have rare values. */
  keepColumns?: string[];
  /** The column whose rows belong to one person; null for none. By default it is found. */
  group?: string | null;
  /** As of a fit: labels and numbers that fewer people hold are pooled or brought in; 3 by default, 1 for none. */
  minCount?: number;
  /** SDV metadata JSON to write: what was found, to be edited and given back as `schema`. */
  out?: string;
}

/** What a table is taken for. */
export interface Inspection {
  rows: number;
  columns: ColumnReport[];
  /** What a fit would protect. */
  protections: ColumnProtection[];
  /** Rules between columns that every row keeps, and those that a few rows break, which are not enforced. */
  rules: InspectedRule[];
  brokenRules: InspectedRule[];
  /** How the file was read, where that is not obvious. */
  notes: string[];
}

/** A rule as `--rule` takes it, the rows in which its cells are there, and those of them that keep it. */
export interface InspectedRule {
  rule: string;
  of: number;
  kept: number;
}

/**
 * Looks at a table as a fit would, column by column, and at the rules between them. No model call.
 *
 * @throws TableError when it cannot be read, OptionError for a rule that cannot be kept.
 */
export async function inspect(request: InspectRequest): Promise<Inspection> {
  const { table, sheet, target, schema, keepColumns, group, out } = request;
  const { minCount, seed } = parseFitOptions({ minCount: request.minCount });
  const file = await readTableFile(table, sheet);
  const { metadata } = await readMetadata(schema, file);
  const typed = inferColumns(file.header, file.records, { target, metadata, keep: keepColumns, group });
  const rows = readRows(typed, file.header, file.records, file);
  const { schema: inferred, rules, broken } = withRules(typed, rows, ruleChoice(request, metadata));
  const given = new Set(metadata?.columns.keys());
  if (out !== undefined) await writeWhole(out, `${JSON.stringify(toMetadata(inferred), null, 2)}\n`);
  return {
    rows: rows.length,
    columns: reportColumns(inferred, file.header, file.records, given),
    protections: protectTable(inferred, rows, { minCount, keep: keepColumns, seed }).protections,
    rules: rules.map(inspected),
    brokenRules: broken.map(inspected),
    notes: file.notes,
  };
}

function inspected({ rule, of, kept }: FoundRule): InspectedRule {
  return { rule: ruleText(rule), of, kept };
}
