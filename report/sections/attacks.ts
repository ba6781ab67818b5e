import { sureExcess } from '../../mallm/evaluation/attacks/risk.js';
import type { Evaluation, Privacy } from '../../mallm/evaluation/result.js';
import { details, paragraph, table, type Content } from '../html.js';
import { fixed, percent, range } from '../numbers.js';

type Attacks = NonNullable<Privacy['attacks']>;
type Risk = Attacks['inference'][number] | NonNullable<Attacks['linkability']>;

/** The attackers, against training rows and against held-out rows as control; nothing for an evaluation without them. */
export function attackTables({ privacy, rows }: Pick<Evaluation, 'privacy' | 'rows'>): string {
  const { attacks, silent } = privacy;
  if (!attacks) return '';
  const isSilent = new Set(silent.map(({ test }) => test));
  const worst = attacks.inference.toSorted((a, b) => sureExcess(b) - sureExcess(a))[0];
  const lines: [string, string, Risk | null | undefined][] = [
    ['singlingOutUnivariate', 'singling out, by one column', attacks.singlingOut.univariate],
    ['singlingOutMultivariate', 'singling out, by three columns', attacks.singlingOut.multivariate],
    ['linkability', 'linking two halves of a record', attacks.linkability],
    ['inference', worst ? `inferring “${worst.column}”, the worst column` : 'inferring a column', worst],
  ];
  const counts = (test: string): string => (isSilent.has(test) ? 'says nothing here' : 'counts');
  const found = lines.map(([test, name, risk]): Content[] => [name, ...riskCells(risk), counts(test)]);
  const columns = [
    'attack',
    'right on training rows',
    'right on held-out rows',
    'risk (95 % interval)',
    'in the verdict',
  ];
  const text = `An attacker who has the synthetic rows guesses about real rows: ${rows.train} training rows and, as control, ${rows.heldOut} held-out rows that no generator saw. The risk is what is right beyond the control, of all that is left to get right, by the centres of the Wilson intervals of both shares: 0 is best.`;
  const { auc, interval, surelyFound } = attacks.membership;
  const membership = `Membership by distance: AUC ${fixed(auc)} (${range(interval)}), chance 0.5; ${surelyFound} training rows have a synthetic row nearer than any held-out row has: ${counts('membership')}.`;
  const each = attacks.inference.map((one): Content[] => [one.column, ...riskCells(one)]);
  return [
    '<h3>Attacks, each with its control</h3>',
    paragraph(text),
    table('Attacks on training and held-out rows', columns, found),
    paragraph(membership),
    each.length > 0
      ? details(
          'Inference of each column from all others',
          table('Inference by column', ['secret column', ...columns.slice(1, 4)], each),
        )
      : '',
  ].join('');
}

function riskCells(found: Risk | null | undefined): Content[] {
  if (!found) return ['–', '–', '–'];
  const { rates, risk, interval } = found;
  return [percent(rates.train), percent(rates.control), `${fixed(risk)} (${range(interval)})`];
}

/** Real identifiers, long numbers and rare labels that are released, beside what held-out rows show. */
export function releasedValueTable({ realIdentifiers = [], realNumbers = [], rareLabels = [] }: Privacy): string {
  const lines: Content[][] = [
    ...realIdentifiers.map(({ column, rows, share }) => [
      `identifiers of real rows in ${column}`,
      `${rows} rows (${percent(share)})`,
      'none',
    ]),
    ...realNumbers.map(({ column, share, heldOutShare }) => [
      `numbers of more than six digits in ${column} that are a training row’s`,
      percent(share),
      `held-out rows: ${percent(heldOutShare)}`,
    ]),
    ...rareLabels.map(({ column, label, realRows, rows }) => [
      `label “${label}” of ${column}`,
      `${rows} rows`,
      `real rows: ${realRows}`,
    ]),
  ];
  if (lines.length === 0) return '';
  return `<h3>Values of real rows</h3>${table('Values of real rows', ['what', 'this table', 'for scale'], lines)}`;
}
