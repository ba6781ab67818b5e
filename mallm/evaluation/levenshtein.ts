/** Rows of the dynamic programme that fit in one machine word. */
const WORD = 32;

/** A text prepared for many comparisons: in which of its positions each character stands, as bits of 32-bit words. */
interface Pattern {
  length: number;
  words: number;
  positions: Map<number, Int32Array>;
  nowhere: Int32Array;
}

/**
 * Least Levenshtein distance of each text to any of `others` (code points; insert, delete, replace cost 1 each).
 * Infinity when `others` is empty. Bit-parallel (Myers 1999, blocks as by Hyyrö 2003): about a microsecond a pair of
 * a hundred characters.
 */
export function nearestByEdits(texts: readonly string[], others: readonly string[]): number[] {
  const targets = [...new Set(others)].map((other) => Array.from(other, (character) => character.codePointAt(0)!));
  const known = new Map<string, number>();
  return texts.map((text) => {
    let nearest = known.get(text);
    if (nearest === undefined) {
      const pattern = patternOf(text);
      nearest = Infinity;
      for (const target of targets) {
        if (Math.abs(target.length - pattern.length) >= nearest) continue;
        nearest = Math.min(nearest, editDistance(pattern, target));
      }
      known.set(text, nearest);
    }
    return nearest;
  });
}

function patternOf(text: string): Pattern {
  const characters = Array.from(text, (character) => character.codePointAt(0)!);
  const words = Math.max(1, Math.ceil(characters.length / WORD));
  const positions = new Map<number, Int32Array>();
  characters.forEach((character, place) => {
    let bits = positions.get(character);
    if (!bits) positions.set(character, (bits = new Int32Array(words)));
    bits[place >> 5]! |= 1 << (place & 31);
  });
  return { length: characters.length, words, positions, nowhere: new Int32Array(words) };
}

/** Distance by columns of the dynamic programme, vertical differences held as bits. */
function editDistance({ length, words, positions, nowhere }: Pattern, text: readonly number[]): number {
  if (length === 0) return text.length;
  const plus = new Int32Array(words).fill(-1);
  const minus = new Int32Array(words);
  const lastBit = 1 << ((length - 1) & 31);
  let distance = length;
  for (const character of text) {
    const equal = positions.get(character) ?? nowhere;
    let carryPlus = 1;
    let carryMinus = 0;
    for (let word = 0; word < words; word++) {
      const up = plus[word]!;
      const down = minus[word]!;
      const matches = equal[word]! | carryMinus;
      const vertical = equal[word]! | down;
      const horizontal = (((matches & up) + up) ^ up) | matches;
      let risePlus = down | ~(horizontal | up);
      let riseMinus = up & horizontal;
      if (word === words - 1) {
        if (risePlus & lastBit) distance++;
        else if (riseMinus & lastBit) distance--;
      }
      const nextPlus = risePlus >>> 31;
      const nextMinus = riseMinus >>> 31;
      risePlus = (risePlus << 1) | carryPlus;
      riseMinus = (riseMinus << 1) | carryMinus;
      plus[word] = riseMinus | ~(vertical | risePlus);
      minus[word] = risePlus & vertical;
      carryPlus = nextPlus;
      carryMinus = nextMinus;
    }
  }
  return distance;
}
