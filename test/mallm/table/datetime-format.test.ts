import { describe, expect, test } from 'vitest';
import {
  datetimeStep,
  formatDatetime,
  isDatetimeFormat,
  parseDatetime,
  portableFormat,
  roundDatetime,
} from '../../../mallm/table/datetime-format.js';
import { fileBytes } from '../../support/tables.js';

interface PythonCase {
  format: string;
  text: string;
  seconds: number | null;
  written: string | null;
}

const CASES = JSON.parse(fileBytes('test/fixtures/datetimes/strptime.json').toString()) as PythonCase[];

describe('as Python does', () => {
  test.each(CASES)('$format reads "$text"', ({ format, text, seconds }) => {
    const read = parseDatetime(format, text);
    if (seconds === null) expect(read).toBeNull();
    else expect(read).toBeCloseTo(seconds, 6);
  });

  test.each(CASES.filter(({ seconds }) => seconds !== null))(
    '$format writes "$written"',
    ({ format, seconds, written }) => {
      expect(formatDatetime(format, seconds!)).toBe(written);
    },
  );
});

test.each([
  ['%-d.%-m.%Y', '3.4.2020', '3.4.2020'],
  ['%d %^b %Y', '03 apr 2020', '03 APR 2020'],
  ['%H:%M:%S.%3f', '01:02:03.4567', '01:02:03.456'],
  ['%Y-%m-%dT%H:%M%:z', '2020-01-01T00:30+01:00', '2019-12-31T23:30+00:00'],
])('flags say how it is written: %s', (format, text, written) => {
  expect(formatDatetime(format, parseDatetime(format, text)!)).toBe(written);
});

test('every day of four centuries is read as it is written', () => {
  for (let day = -73_000; day < 73_000; day += 7) {
    expect(parseDatetime('%A, %d %B %Y', formatDatetime('%A, %d %B %Y', day * 86_400))).toBe(day * 86_400);
  }
});

test('points in time are rounded to what the format can write', () => {
  const noon = Date.UTC(2020, 4, 17, 12) / 1000;
  expect(roundDatetime('%Y-%m-%d', noon - 1)).toBe(noon - 43_200);
  expect(roundDatetime('%Y-%m-%d', noon + 1)).toBe(noon + 43_200);
  expect(roundDatetime('%Y-%m-%d %H:%M', noon + 31.5)).toBe(noon + 60);
  expect(roundDatetime('%H:%M:%S.%3f', 1.23456)).toBeCloseTo(1.235, 9);
  expect(roundDatetime('%Y-%m', noon)).toBe(Date.UTC(2020, 4, 1) / 1000);
});

test('a format has a finest step', () => {
  const formats = ['%H:%M:%S.%f', '%H:%M:%S.%3f', '%H:%M:%S', '%H:%M', '%I %p', '%Y-%m-%d', '%Y-%j', '%Y-%m'];
  expect(formats.map(datetimeStep)).toEqual([1e-6, 1e-3, 1, 60, 3600, 86_400, 86_400, null]);
});

test('formats are known or not, and go to Python without their flags', () => {
  expect(['%Y-%m-%d', '%-d.%-m.%y', '%d%%'].map(isDatetimeFormat)).toEqual([true, true, true]);
  expect(['2020', '%Q', '%Y-%', '%k:%M'].map(isDatetimeFormat)).toEqual([false, false, false, false]);
  expect(portableFormat('%-d %^b %Y %H:%M:%S.%3f%:z 100%%')).toBe('%d %b %Y %H:%M:%S.%f%z 100%%');
});

test('characters of a format that mean something elsewhere are taken as they are', () => {
  expect(parseDatetime('(%Y.%m) [%d]?', '(2020.01) [02]?')).toBe(Date.UTC(2020, 0, 2) / 1000);
  expect(parseDatetime('(%Y.%m) [%d]?', '(2020x01) [02]?')).toBeNull();
});
