/** Rows of the dynamic programme that fit in one machine word. */
const WORD = 32;

/** A text prepared for many comparisons: the positions of each character of the alphabet, as bits of 32-bit words. */
interface Pattern {
  length: number;
  words: number;
  /** `words` words a character. */
  positions: Int32Array;
  /** Vertical differences of the current column, up and down. */
  plus: Int32Array;
  minus: Int32Array;
}

/** A text as numbers of its characters in the alphabet of all texts, and how often it has each of them. */
interface CountedText {
  characters: Int32Array;
  counts: Int32Array;
}

/**
 * Least Levenshtein distance of each text to any of `others` (code points; insert, delete, replace cost 1 each).
 * Infinity when `others` is empty. Texts whose characters alone are too many edits apart are skipped; the others are
 * compared bit-parallel (Myers 1999, blocks as by Hyyrö 2003), microseconds a pair of a hundred characters.
 */
export function nearestByEdits(texts: readonly string[], others: readonly string[]): number[] {
  const alphabet = new Map<string, number>();
  for (const text of [...texts, ...others]) {
    for (const character of text) if (!alphabet.has(character)) alphabet.set(character, alphabet.size);
  }
  const targets = [...new Set(others)].map((other) => countedText(other, alphabet));
  const known = new Map<string, number>();
  return texts.map((text) => {
    const nearest = known.get(text) ?? nearestTo(countedText(text, alphabet), targets);
    known.set(text, nearest);
    return nearest;
  });
}

function countedText(text: string, alphabet: ReadonlyMap<string, number>): CountedText {
  const characters = Int32Array.from(Array.from(text), (character) => alphabet.get(character)!);
  const counts = new Int32Array(alphabet.size);
  for (const character of characters) counts[character]! += 1;
  return { characters, counts };
}

/** Tries targets from the least that the characters allow, until no other can be nearer. */
function nearestTo(text: CountedText, targets: readonly CountedText[]): number {
  const bounds = targets.map((target) => leastEdits(text.counts, target.counts));
  const order = Array.from(bounds.keys()).sort((a, b) => bounds[a]! - bounds[b]!);
  const pattern = patternOf(text);
  let nearest = Infinity;
  for (const place of order) {
    if (bounds[place]! >= nearest) break;
    nearest = Math.min(nearest, editDistance(pattern, targets[place]!.characters, nearest));
  }
  return nearest;
}

/** Lower bound of the distance from character counts alone: the greater surplus. */
function leastEdits(a: Int32Array, b: Int32Array): number {
  let surplus = 0;
  let deficit = 0;
  for (let character = 0; character < a.length; character++) {
    const difference = a[character]! - b[character]!;
    if (difference > 0) surplus += difference;
    else deficit -= difference;
  }
  return Math.max(surplus, deficit);
}

function patternOf({ characters, counts }: CountedText): Pattern {
  const words = Math.max(1, Math.ceil(characters.length / WORD));
  const positions = new Int32Array(counts.length * words);
  characters.forEach((character, place) => {
    positions[character * words + (place >> 5)]! |= 1 << (place & 31);
  });
  return {
    length: characters.length,
    words,
    positions,
    plus: new Int32Array(words),
    minus: new Int32Array(words),
  };
}

/** Distance by columns of the dynamic programme, vertical differences held as bits; `most` where it is not below that. */
function editDistance({ length, words, positions, plus, minus }: Pattern, text: Int32Array, most: number): number {
  if (length === 0) return text.length;
  plus.fill(-1);
  minus.fill(0);
  const lastBit = 1 << ((length - 1) & 31);
  let distance = length;
  for (let column = 0; column < text.length; column++) {
    const first = text[column]! * words;
    let carryPlus = 1;
    let carryMinus = 0;
    for (let word = 0; word < words; word++) {
      const up = plus[word]!;
      const down = minus[word]!;
      const matches = positions[first + word]! | carryMinus;
      const vertical = positions[first + word]! | down;
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
    // Each character that is left lowers it by one at most.
    if (distance - (text.length - 1 - column) >= most) return most;
  }
  return distance;
}
