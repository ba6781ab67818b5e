import { TableError } from '../../errors.js';
import type { CsvTable } from './csv.js';
import { PLAIN_DIALECT } from './csv-dialect.js';
import { decodeTable } from './csv-text.js';

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

type Json = Record<string, unknown>;

/** Whether a file begins as JSON Lines, or a JSON array, does. */
export function isJson(bytes: Uint8Array): boolean {
  return /^\uFEFF?\s*(?:\{\s*["}]|\[\s*\{)/.test(new TextDecoder().decode(bytes.subarray(0, 200)));
}

/**
 * Reads JSON Lines, or an array of objects, as a table: the columns are the keys in the order in which they come first,
 * a missing key or null is an empty cell, numbers are taken as they are written.
 * @throws TableError for a line that is no object, or a value that is a list or an object.
 */
export function parseJsonRecords(bytes: Uint8Array): CsvTable {
  const { text } = decodeTable(bytes);
  const objects = text.trimStart().startsWith('[') ? readArray(text) : readLines(text);
  const header = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const records = objects.map((object, row) => header.map((name) => cellText(ownValue(object, name), name, row)));
  return { header, records, dialect: PLAIN_DIALECT, plainNumbers: true, notes: [] };
}

function readLines(text: string): Json[] {
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
  return lines.filter(({ line }) => line !== '').map(({ line, number }) => asObject(parse(line, number), number));
}

function readArray(text: string): Json[] {
  const list = parse(text, 1);
  return (Array.isArray(list) ? list : [list]).map((item, index) => asObject(item, index + 1));
}

/** Parses JSON with numbers as the texts that they are written as: `35.0` stays `35.0`. */
function parse(json: string, number: number): unknown {
  try {
    JSON.parse(json);
    return JSON.parse(json.replace(STRING_OR_NUMBER, (part) => (part.startsWith('"') ? part : `"${part}"`))) as unknown;
  } catch {
    throw notRows(number, 'a line that is not JSON');
  }
}

function asObject(value: unknown, number: number): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw notRows(number, 'a value that is no object');
}

function ownValue(object: Json, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : null;
}

function cellText(value: unknown, name: string, row: number): string {
  if (value === null) return '';
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  throw new TableError({
    problem: `row ${row + 1} has no plain value in column ${JSON.stringify(name)}`,
    expected: 'a text, a number, true, false or null',
    got: Array.isArray(value) ? 'a list' : 'an object',
    remedy: 'Flatten it: one key for every value.',
  });
}

function notRows(number: number, got: string): TableError {
  return new TableError({
    problem: `line ${number} of the table cannot be read`,
    expected: 'one JSON object with a cell for every key',
    got,
    remedy: 'Write one object a line, or one array of objects.',
  });
}
