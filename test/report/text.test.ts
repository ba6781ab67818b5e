import { describe, expect, it } from 'vitest';
import { escape, prose, table } from '../../report/html.js';
import { count, counted, fixed, percent, percentRange, range, short, signed } from '../../report/numbers.js';
import { roundEdges, roundValues } from '../../report/round-values.js';

describe('escape', () => {
  it('leaves no character that HTML reads as markup, in content or in attributes', () => {
    expect(escape(`<a href="x" id='y'>&`)).toBe('&#60;a href=&#34;x&#34; id=&#39;y&#39;&#62;&#38;');
  });

  it('shows control characters, which HTML forbids, and keeps lines', () => {
    expect(escape('a\u0000b\u001bc\nd\te')).toBe('a\ufffdb\ufffdc\nd\te');
  });
});

describe('prose', () => {
  it('marks code, after escaping', () => {
    expect(prose('use `--a <b>`').html).toBe('use <code>--a &#60;b&#62;</code>');
  });

  it('keeps a number and its unit on one line', () => {
    expect(prose('12 % and 3 sd').html).toBe('12\u00a0% and 3\u00a0sd');
  });
});

describe('table', () => {
  it('can be reached and scrolled by keyboard, and names itself', () => {
    const html = table('What is <in> it', ['a'], [['<b>', { html: '<i>safe</i>' }]]);
    expect(html).toContain('tabindex="0"');
    expect(html).toContain('aria-label="What is &#60;in&#62; it"');
    expect(html).toContain('<th scope="row"><span>&#60;b&#62;</span></th><td><i>safe</i></td>');
  });
});

describe('numbers', () => {
  it('are written with a true minus and no negative zero', () => {
    expect([fixed(-0.126), fixed(-0.001), fixed(0.5, 0), signed(0.4), signed(-0.4), signed(-0.001)]).toEqual([
      '−0.13',
      '0.00',
      '1',
      '+0.40',
      '−0.40',
      '0.00',
    ]);
  });

  it('give a dash for what is not there or not finite', () => {
    for (const value of [null, undefined, NaN, Infinity]) expect([fixed(value), percent(value)]).toEqual(['–', '–']);
    expect([range(null), percentRange(undefined)]).toEqual(['–', '–']);
  });

  it('are written as percent, ranges, counts', () => {
    expect(percent(0.126)).toBe('12.6\u00a0%');
    expect(percentRange([0.5, 0.625])).toBe('50.0 to 62.5\u00a0%');
    expect(range([0.5, 1])).toBe('0.50 to 1.00');
    expect(['1', '1234', '1234567'].map(Number).map(count)).toEqual(['1', '1\u202f234', '1\u202f234\u202f567']);
    expect([counted(1, 'row'), counted(2, 'row'), counted(0, 'time', 'times')]).toEqual(['1 row', '2 rows', '0 times']);
    expect([short(12345.678), short(0.000012), short(-3)]).toEqual(['12350', '1.2e−5', '−3']);
  });
});

describe('round values', () => {
  it('are steps of 1, 2 or 5', () => {
    expect(roundValues(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(roundValues(0.48, 0.97, 5)).toEqual([0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(roundValues(-3, 12, 5)).toEqual([-2, 0, 2, 4, 6, 8, 10, 12]);
  });

  it('enclose every span, the empty one too', () => {
    for (const [low, high] of [
      [1121.87, 62592.87],
      [0.1, 0.3],
      [-7, -7],
      [0, 0],
      [-1e-9, 1e-9],
      [17, 90],
    ] as const) {
      const edges = roundEdges(low, high, 10);
      expect(edges.length).toBeGreaterThanOrEqual(2);
      expect(edges.length).toBeLessThanOrEqual(17);
      expect(edges[0]).toBeLessThanOrEqual(low);
      expect(edges.at(-1)).toBeGreaterThanOrEqual(high);
      expect(edges).toEqual([...edges].sort((a, b) => a - b));
    }
  });

  it('are no nearer than asked', () => {
    expect(roundEdges(0, 6, 24, 1)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
