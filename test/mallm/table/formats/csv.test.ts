import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatCell, formatCsv, parseCsv } from '../../../../mallm/table/formats/csv.js';
import { TableError } from '../../../../mallm/errors.js';
import { createRandom } from '../../../../mallm/random.js';
import { csvOf, cycle, fileBytes, typedTable } from '../../../support/tables.js';

const TARGETS: Record<string, string> = { adult: 'Income', asia: 'Dyspnea', insurance: 'charges' };
const SECRET = 'Rumpelstiltskin';

function written(csv: string | Uint8Array, target: string): string {
  const { schema, rows, dialect } = typedTable(csv, target);
  return formatCsv(schema, rows, dialect);
}

function failure(bytes: Uint8Array | string): TableError {
  try {
    parseCsv(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(TableError);
    return error as TableError;
  }
  throw new Error('no error');
}

describe('a table is written as it was read', () => {
  const files = readdirSync(new URL('../../../fixtures/tables/', import.meta.url)).filter((file) =>
    /^(adult|asia|insurance)-.*\.csv$/.test(file),
  );

  test.each(files)('%s: byte for byte', (file) => {
    const bytes = fileBytes(`test/fixtures/tables/${file}`);
    expect(written(bytes, TARGETS[file.split('-')[0]!]!)).toBe(bytes.toString('utf8'));
  });

  test('the penguins, with their missing cells: byte for byte', () => {
    const bytes = fileBytes('examples/penguins.csv');
    expect(written(bytes, 'species')).toBe(bytes.toString('utf8'));
  });

  test('the raw penguins, with dates, quotes and remarks: all but the noise of doubles', () => {
    const bytes = fileBytes('test/fixtures/tables/penguins-raw.csv');
    const noise = /(\d\.\d{5})0{6,}\d\b/g;
    expect(bytes.toString('utf8')).toMatch(noise);
    expect(written(bytes, 'Species')).toBe(
      bytes
        .toString('utf8')
        .replace('26.695430000000002', '26.69543')
        .replace(/(\d\.\d*?)0{6,}9\b/g, '$1'),
    );
  });

  const rows = ['1.50', '2.25', '-3.00', '', '10.75', '0.00', '7.50', '8.25', '9.00', '1.25'];
  const lines = (separator: string, newline: string, label: (text: string) => string, missing = ''): string =>
    [
      ['x', 'label', 'n'].join(separator),
      ...rows.map((x, i) => [x || missing, label(i % 3 ? 'a' : 'b'), i % 4].join(separator)),
      '',
    ].join(newline);

  test.each([
    ['semicolons', lines(';', '\n', (text) => text)],
    ['tabs', lines('\t', '\n', (text) => text)],
    ['bars', lines('|', '\n', (text) => text)],
    ['a space after each comma', lines(', ', '\n', (text) => text, '?')],
    ['carriage returns', lines(',', '\r\n', (text) => text)],
    ['a byte order mark', `\uFEFF${lines(',', '\n', (text) => text)}`],
    ['labels in quotes throughout', lines(',', '\n', (text) => `"${text}"`)],
    ['a label with a comma', lines(',', '\n', (text) => (text === 'a' ? '"a, or so"' : text))],
    ['a label with quotes', lines(',', '\n', (text) => (text === 'a' ? '"the ""a"""' : text))],
    ['a label of two lines', lines(',', '\n', (text) => (text === 'a' ? '"a\nb"' : text))],
    ['letters beyond ASCII', lines(',', '\n', (text) => (text === 'a' ? 'Grüße 漢字 🐧' : text))],
    ['decimal commas', lines(';', '\n', (text) => text).replace(/\./g, ',')],
  ])('%s', (_, csv) => {
    expect(written(csv, 'label')).toBe(csv);
  });

  test('everything in quotes, missing cells too', () => {
    const csv = lines(',', '\n', (text) => `"${text}"`, '""').replace(/(^|,|\n)([^",\n]+)/g, '$1"$2"');
    expect(csv).toContain('\n"","b","3"\n');
    expect(written(csv, 'label')).toBe(csv);
  });

  test('as R writes: labels and names in quotes, numbers and NA not', () => {
    const csv = lines(',', '\n', (text) => `"${text}"`, 'NA').replace('x,label,n', '"x","label","n"');
    expect(written(csv, 'label')).toBe(csv);
  });

  test('one line only, or none, in a part without header', () => {
    const {
      schema,
      rows: typed,
      dialect,
    } = typedTable(
      lines(',', '\r\n', (text) => text),
      'label',
    );
    expect(formatCsv(schema, typed.slice(0, 1), dialect, { header: false })).toBe('1.50,b,0\r\n');
    expect(formatCsv(schema, [], dialect)).toBe('x,label,n\r\n');
    expect(formatCsv(schema, [], dialect, { header: false })).toBe('');
  });

  test('a random table in any dialect', () => {
    const random = createRandom(7);
    for (let round = 0; round < 60; round++) {
      const separator = random.pick([',', ';', '\t', '|']);
      const words = ['plain', `with ${separator} in it`, 'a "word"', 'two\nlines', ' spaces ', "it's", 'ünï'];
      const quote = (text: string): string =>
        /["\n\r]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
      const cells = Array.from({ length: 30 }, () => [
        String(random.integer(50)),
        quote(random.pick(words)),
        (random.normal() * 100).toFixed(2),
      ]);
      const csv =
        [['n', quote(`the ${separator} name`), 'x'], ...cells].map((line) => line.join(separator)).join('\n') + '\n';
      expect(written(csv, 'n')).toBe(csv);
    }
  });
});

test('a cell is written as its column writes it', () => {
  const { schema } = typedTable(
    csvOf({
      x: cycle(['1.50', '2.25', 'NA', '3.00'], 12),
      day: cycle(['1/2/2020', '12/31/2020'], 12),
      y: cycle(['a', 'b'], 12),
    }),
    'y',
  );
  const [x, day, y] = schema.columns;
  expect([formatCell(x!, 1.4999), formatCell(x!, 7), formatCell(x!, null)]).toEqual(['1.50', '7.00', 'NA']);
  expect([formatCell(day!, Date.UTC(2021, 5, 3, 23) / 1000), formatCell(day!, null)]).toEqual(['6/3/2021', 'NA']);
  expect(formatCell(y!, 'b')).toBe('b');
});

describe('how a file is written is found out', () => {
  test('a delimiter within fields does not mislead', () => {
    const csv = ['name;note', ...cycle(['a;one, two, three', 'b;four'], 12), ''].join('\n');
    expect(parseCsv(Buffer.from(csv)).dialect.delimiter).toBe(';');
    expect(parseCsv(Buffer.from(csv)).header).toEqual(['name', 'note']);
  });

  test('empty lines, and empty rows at the end, are no rows', () => {
    expect(parseCsv(Buffer.from('a,b\n1,2\n\n3,4\n,\n,\n\n')).records).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test('bare carriage returns end lines too', () => {
    expect(parseCsv(Buffer.from('a,b\r1,2\r3,4')).records).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });
});

describe('a file that is no table is refused with one clear message', () => {
  const good = csvOf({ a: cycle(['1', '2'], 12), b: cycle([SECRET, 'x'], 12) });

  test.each([
    ['nothing', '', /table is empty.*Check/],
    ['blanks', ' \n\n', /table is empty/],
    ['a header only', 'a,b\n', /header and no rows.*at least 10/],
    ['one column', 'a\n1\n2\n', /one column only.*delimiter/],
    ['a name twice', good.replace('a,b', 'a,a'), /"a" more than once.*Rename/],
    ['a column without name', good.replace('a,b', 'a,'), /no name for column 2.*index=False/],
    ['a short row', `${good}1\n`, /line 14 .*expected 2 fields, got 1\./],
    ['a long row', good.replace(`1,${SECRET}`, `1,${SECRET},3`), /line 2 .*expected 2 fields, got 3\./],
    ['several such', good.replaceAll('x\n', 'x,3\n'), /line 3 .*\(nor do 5 more\)/],
    ['a quote that stays open', `${good}1,"${SECRET}\n`, /cannot be read.*never closed/],
    ['a quote in the middle', `${good}1,5" nail\n`, /line 14 .*quote inside a field/],
    ['zero bytes', good.replace('x', 'x\0'), /control character at character \d+/],
  ])('%s', (_, csv, message) => {
    const error = failure(csv);
    expect(error.message).toMatch(message);
    expect(error.parts.remedy).toBeTruthy();
    expect(error.message).not.toContain(SECRET);
    expect(error.message).not.toContain('\n');
  });

  test('damaged UTF-8 is named by its line', () => {
    const damaged = Buffer.concat([
      Buffer.from(`name,town\nä,b\n${SECRET},K`),
      Buffer.from([0xf6]),
      Buffer.from('ln\n'),
    ]);
    expect(failure(damaged).message).toMatch(/line 3.*CSV UTF-8/);
    expect(failure(damaged).message).not.toContain(SECRET);
  });

  test.each([
    ['a binary file', Buffer.from('a,b\n\0\0'), /control character at character 4/],
    ['gzip', Buffer.from([0x1f, 0x8b, 8]), /gzip/],
  ])('%s is recognised', (_, bytes, message) => expect(failure(bytes).message).toMatch(message));
});
