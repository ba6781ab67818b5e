import type { ReportInput } from '../../report/input.js';
import { csvOf, cycle, typedTable } from '../support/tables.js';
import { reportInput } from './report-input.js';

/** Text that would run, load or break out where it is not escaped. */
export const ATTACKS = [
  '<img src=x onerror=alert(1)>',
  '</style><script>alert(2)</script>',
  '"><svg onload=alert(3)>',
  "' onclick='alert(4)",
  '--><iframe src=https://example.com>',
  '&lt;b&gt;{{7*7}}${alert(5)}`',
];

/** A report whose every text from outside is an attack, on a table that is awkward too. */
export function hostileInput(): ReportInput {
  const [image, style, svg, quote, comment, entity] = ATTACKS as [string, string, string, string, string, string];
  const csv = (cells: string): string => `"${cells.replaceAll('"', '""')}"`;
  const numbers = Array.from({ length: 40 }, (_, index) => (((index * 37) % 41) / 3).toFixed(2));
  const dates = Array.from({ length: 40 }, (_, index) => new Date(1e12 + index * 4e9).toISOString().slice(0, 10));
  const table = typedTable(
    csvOf({
      [csv(image)]: cycle([csv(style), csv(svg), ''], 40),
      [csv(quote)]: numbers,
      [csv(`${comment} ${'x'.repeat(90)}`)]: cycle(['1', '2', '3'], 40),
      when: dates,
      constant: cycle(['7'], 40),
      [csv(entity)]: cycle([csv(quote), csv(entity)], 40),
    }),
    entity,
  );
  const { schema, rows } = table;
  const input = reportInput({
    schema,
    train: rows.slice(0, 24),
    heldOut: rows.slice(24),
    synthetic: rows.slice(0, 20),
  });
  return {
    ...input,
    baselines: [],
    manifest: {
      ...input.manifest,
      name: style,
      runId: image,
      shortfall: comment,
      store: `file:///${svg}`,
      models: { generator: image, optimizer: style },
      rejections: { [image]: 3 },
      drawRejections: { [style]: 3 },
      conditions: [`${image} = ${svg}`],
      unseen: [style],
      exposure: input.manifest.exposure.map((seen) => ({ ...seen, host: svg, model: image })),
      files: { [image]: style },
      options: { ...input.manifest.options, generatorModel: style, edges: [{ from: image, to: svg }] },
    },
    theta: {
      ...input.theta,
      context: `</pre>${style}`,
      thetas: input.theta.thetas.map((record) => ({
        ...record,
        taskInstruction: `${record.taskInstruction} ${ATTACKS[record.number]!}.\n# ${svg}`,
        told: [`- ${image}: ${style}`],
      })),
    },
    evaluation: {
      ...input.evaluation!,
      notes: [image, style],
      verdicts: {
        ...input.evaluation!.verdicts,
        privacy: { level: 'unknown', finding: `${image} \`${svg}\``, advice: `${style} \`<b>\`` },
      },
      privacy: { ...input.evaluation!.privacy, silent: [{ test: image, reason: style }] },
    },
  };
}
