import { describe, expect, it } from 'vitest';
import { isPiece, readReply } from '../../../mallm/prompts/reply-json.js';
import type { ReplyValue } from '../../../mallm/prompts/reply-json.js';

/** Plain values; pieces that are not whole are shown as `[state, value]`. */
function plain(value: ReplyValue): unknown {
  if (!isPiece(value)) return value;
  const inner: unknown =
    value.type === 'list'
      ? value.items.map(plain)
      : Object.fromEntries(value.entries.map(([key, each]) => [key, plain(each)]));
  return value.state === 'whole' ? inner : [value.state, inner];
}

const read = (text: string): unknown[] => readReply(text).map(plain);

describe('readReply', () => {
  it('reads what JSON.parse reads', () => {
    const value = { a: [1, -2.5e3, { b: null }], 'c "x"\n': 'é\u2028\\ ☃ 😀', d: true, e: false, f: {}, g: [] };
    expect(read(JSON.stringify(value))).toEqual([value]);
    expect(read(JSON.stringify(value, null, 2))).toEqual([value]);
    expect(read('{"a": "\\u00e9\\/\\b\\f\\r\\t"}')).toEqual([{ a: 'é/\b\f\r\t' }]);
  });

  it.each([
    ['prose round it', 'Here you are: {"a":1}. Anything else?', [{ a: 1 }]],
    ['fences', '```json\n[{"a":1}]\n```', [[{ a: 1 }]]],
    ['one object a line', '{"a":1}\n{"a":2}', [{ a: 1 }, { a: 2 }]],
    [
      'python',
      "[{'a': None, 'b': True, 'c': nan, 'd': 'it\\'s', 'e': 'l'homme'}]",
      [[{ a: null, b: true, c: null, d: "it's", e: "l'homme" }]],
    ],
    ['typographic quotes', '{“a”: “x”, ‘b’: ‘y’}', [{ a: 'x', b: 'y' }]],
    ['bare words', '{a: x y, b: +.5, c: <=50K}', [{ a: 'x y', b: 0.5, c: '<=50K' }]],
    ['commas too many and too few', '{"a":1,,"b":2 "c":3,}', [{ a: 1, b: 2, c: 3 }]],
    ['comments', '{"a":1, // one\n"b":2}', [{ a: 1, b: 2 }]],
    ['a list that the object round it ends', '{"rows":[{"a":1}}', [{ rows: [{ a: 1 }] }]],
    ['a number too great', '{"a":38e6007150000000001}', [{ a: Number.MAX_VALUE }]],
  ])('forgives %s', (_name, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ['an end that never came', '{"a":1,"b":"Mal', [['cut-off', { a: 1 }]]],
    ['a value that never came', '{"a":1,"b":}', [['broken', { a: 1 }]]],
    ['a key alone', '{"a"}', [['broken', {}]]],
    ['words in a list', '[as a model, {"a":1}]', [['broken', [{ a: 1 }]]]],
    ['a list that ends too early', '[{"a":1]', [[['broken', { a: 1 }]]]],
    ['two values for a key', '{"a":"1" "2"}', [['broken', { a: '1' }]]],
  ])('does not invent a value for %s', (_name, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('finds its way after a quote too few', () => {
    expect(read('[{"a": "5, "b": "x"}, {"a": "7", "b": "y"}]')).toEqual([
      [['broken', { a: '5, ' }], { a: '7', b: 'y' }],
    ]);
  });

  it('keeps whole objects of a reply that was cut off', () => {
    expect(read('{"rows":[{"a":1},{"a":')).toEqual([['cut-off', { rows: ['cut-off', [{ a: 1 }, ['cut-off', {}]]] }]]);
  });

  it('keeps repeated and peculiar keys', () => {
    const [piece] = readReply('{"a":1,"a":2,"__proto__":{"x":1},"constructor":3}');
    expect(piece?.type === 'object' && piece.entries.map(([key]) => key)).toEqual([
      'a',
      'a',
      '__proto__',
      'constructor',
    ]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it.each([
    ['open objects', '{'],
    ['nested objects', '{"a":'],
    ['nested lists', '[['],
    ['open and wrong ends', '[[}'],
    ['quotes that nothing closes', "{'a"],
    ['typographic quotes', '{“x'],
    ['strings', '"x'],
    ['quotes and spaces', "{'a'   "],
    ['spaces', '   \n'],
    ['backslashes', '{"\\'],
    ['words', '{a b'],
    ['commas', '{"a":1,},'],
    ['comments', '{//'],
    ['ends', ']}'],
  ])('takes 200,000 characters of %s in linear time', (_name, unit) => {
    const text = unit.repeat(Math.ceil(2e5 / unit.length));
    const start = performance.now();
    readReply(`{ ${text}`);
    readReply(`[${text}`);
    readReply(text);
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
