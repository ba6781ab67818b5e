import type { Row, TableSchema } from '../../mallm/table/dataset.js';

const plain = { description: '', nullable: false, missingToken: '' };

/** A small table with a column of every kind; the target is `smoker`. */
export const clinicSchema: TableSchema = {
  target: 'smoker',
  columns: [
    { ...plain, name: 'patient id', kind: 'identifier', pattern: 'A-999' },
    { ...plain, name: 'age', kind: 'numeric', min: 17, max: 90, decimals: { min: 0, max: 0 }, description: 'in years' },
    {
      ...plain,
      name: 'charges',
      kind: 'numeric',
      min: 1121.8739,
      max: 62592.8734,
      decimals: { min: 1, max: 4 },
      nullable: true,
    },
    { ...plain, name: 'sex', kind: 'categorical', categories: ['Female', 'Male', 'say "x"'] },
    { ...plain, name: 'grade', kind: 'ordered', categories: ['I', 'II', 'III'], nullable: true },
    { ...plain, name: 'visit', kind: 'datetime', format: '%Y-%m-%d', min: 1577836800, max: 1609372800 },
    { ...plain, name: 'note', kind: 'text', maxLength: 40, nullable: true },
    { ...plain, name: 'smoker', kind: 'boolean', categories: ['no', 'yes'] },
  ],
};

/** Two rows that satisfy the schema. */
export const clinicRows: Row[] = [
  ['K-001', 34, 2500.5, 'Female', 'II', 1584057600, 'came on foot', 'no'],
  ['K-002', 71, null, 'Male', null, 1600000000 - (1600000000 % 86400), null, 'yes'],
];
