/** How a piece came out: `broken` holds something that is no JSON, `cut-off` has no end. */
type State = 'whole' | 'broken' | 'cut-off';

/** An object as it stands in a text: entries in order, repeated keys kept. */
export interface ReplyObject {
  type: 'object';
  state: State;
  entries: [key: string, value: ReplyValue][];
  /** Whether an object stands in it, however deep. */
  holdsObjects: boolean;
}

/** A list as it stands in a text. */
export interface ReplyList {
  type: 'list';
  state: State;
  items: ReplyValue[];
  /** Whether an object stands in it, however deep. */
  holdsObjects: boolean;
}

export type ReplyValue = null | boolean | number | string | ReplyObject | ReplyList;

/** A piece that is not closed yet; `key` and `colon` say how far the next entry of an object is. */
type OpenPiece = (ReplyObject | ReplyList) & { key: string | null; colon: boolean };

const CLOSERS: Record<string, string> = { '"': '"', "'": "'", '“': '”“', '”': '”“', '‘': '’', '’': '’' };
const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const OPENING = /[{[]/g;
const BRACE = /[{}]/g;
const BRACKET = /[{}[\]]/g;
const SPACE = /(?:[\s\uFEFF]|\/\/[^\n]*)*/y;
const AFTER_VALUE = /\s*[,:}\]]/y;
const WORD = /[^\s,:{}[\]"“”][^,:{}[\]"“”\n]*/y;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const NOTHING = /^(?:null|none|nan|undefined)$/i;

/**
 * Cuts the outermost objects and lists out of a model's reply, with whatever stands round them, in one pass.
 *
 * Forgiven: prose, fences, comments, single and typographic quotes, bare words, None, NaN, True, missing and surplus
 * commas. Not forgiven, because a value would have to be invented: a key without a value, text that is no JSON
 * (`broken`), and an end that never came (`cut-off`). Time is linear in the length; no depth or length is too much.
 */
export function readReply(text: string): (ReplyObject | ReplyList)[] {
  return new ReplyReader(text).read();
}

/** Whether a value is an object or a list. */
export function isPiece(value: ReplyValue | undefined): value is ReplyObject | ReplyList {
  return typeof value === 'object' && value !== null;
}

class ReplyReader {
  private at = 0;
  private readonly roots: (ReplyObject | ReplyList)[] = [];
  private readonly open: OpenPiece[] = [];
  private openObjects = 0;
  /** Quotes that nothing closes in the rest of the text: looked for once, or the time would be quadratic. */
  private readonly unclosed = new Set<string>();

  constructor(private readonly text: string) {}

  read(): (ReplyObject | ReplyList)[] {
    while (this.at < this.text.length) {
      const piece = this.open.at(-1);
      if (!piece) this.skipTo(OPENING);
      else if (piece.state === 'broken') this.skipTo(piece.type === 'object' ? BRACE : BRACKET);
      else this.at = this.matchEnd(SPACE);
      if (this.at < this.text.length) this.readToken(piece, this.text[this.at]!);
    }
    while (this.open.length > 0) this.close('cut-off');
    return this.roots;
  }

  private readToken(piece: OpenPiece | undefined, character: string): void {
    if (character === '{' || character === '[') this.begin(character === '{' ? 'object' : 'list', piece);
    else if (character === '}') this.endObject();
    else if (character === ']') this.endList();
    else if (piece && character === ',') this.comma(piece);
    else if (piece && character === ':') this.colon(piece);
    else if (piece && character in CLOSERS) this.quoted(piece, character);
    else if (piece) this.word(piece);
  }

  private begin(type: 'object' | 'list', parent: OpenPiece | undefined): void {
    if (parent?.type === 'object' && !parent.colon) parent.state = 'broken';
    const rest = { state: 'whole', holdsObjects: false, key: null, colon: false } as const;
    this.open.push(type === 'object' ? { type, entries: [], ...rest } : { type, items: [], ...rest });
    if (type === 'object') this.openObjects++;
    this.at++;
  }

  /** A list that was left open ends with the object round it. */
  private endObject(): void {
    this.at++;
    if (this.openObjects === 0) return;
    while (this.open.at(-1)!.type === 'list') this.close();
    const object = this.open.at(-1)!;
    if (object.key !== null) object.state = 'broken';
    this.close();
  }

  /** An object that was left open is broken by the end of the list round it. */
  private endList(): void {
    this.at++;
    if (this.openObjects === this.open.length) return;
    while (this.open.at(-1)!.type === 'object') this.close('broken');
    this.close();
  }

  private comma(piece: OpenPiece): void {
    if (piece.key !== null) piece.state = 'broken';
    this.at++;
  }

  private colon(piece: OpenPiece): void {
    if (piece.key === null || piece.colon) piece.state = 'broken';
    piece.colon = true;
    this.at++;
  }

  private quoted(piece: OpenPiece, quote: string): void {
    const end = this.closingQuote(quote);
    if (end < 0) {
      piece.state = 'broken';
      return;
    }
    const value = unescaped(this.text.slice(this.at + 1, end));
    this.at = end + 1;
    this.take(piece, value, value);
  }

  private closingQuote(quote: string): number {
    if (this.unclosed.has(quote)) return -1;
    const closers = CLOSERS[quote]!;
    for (let end = this.at + 1; end < this.text.length; end++) {
      const character = this.text[end]!;
      if (character === '\\') end++;
      else if (closers.includes(character) && (quote === '"' || this.matchEnd(AFTER_VALUE, end + 1) >= 0)) return end;
    }
    this.unclosed.add(quote);
    return -1;
  }

  private word(piece: OpenPiece): void {
    const end = Math.max(this.matchEnd(WORD), this.at + 1);
    const word = this.text.slice(this.at, end).trim();
    this.at = end;
    this.take(piece, word, wordValue(word));
  }

  /** The next key of an object, the value of that key, or the next item of a list. */
  private take(piece: OpenPiece, key: string, value: ReplyValue): void {
    if (piece.type === 'list') piece.items.push(value);
    else if (piece.key === null) piece.key = key;
    else if (!piece.colon) piece.state = 'broken';
    else this.enter(piece, value);
  }

  private enter(object: OpenPiece & ReplyObject, value: ReplyValue): void {
    object.entries.push([object.key ?? '', value]);
    object.key = null;
    object.colon = false;
  }

  private close(state?: State): void {
    const { key: _key, colon: _colon, ...piece } = this.open.pop()!;
    if (state) piece.state = state;
    if (piece.type === 'object') this.openObjects--;
    const parent = this.open.at(-1);
    if (!parent) this.roots.push(piece);
    else if (parent.type === 'list') parent.items.push(piece);
    else this.enter(parent, piece);
    if (parent) parent.holdsObjects ||= piece.type === 'object' || piece.holdsObjects;
  }

  private skipTo(pattern: RegExp): void {
    pattern.lastIndex = this.at;
    this.at = pattern.exec(this.text)?.index ?? this.text.length;
  }

  /** Where a sticky pattern ends that is tried here, or -1. */
  private matchEnd(pattern: RegExp, from = this.at): number {
    pattern.lastIndex = from;
    return pattern.test(this.text) ? pattern.lastIndex : -1;
  }
}

function wordValue(word: string): ReplyValue {
  if (NUMBER.test(word)) return Number(word);
  if (NOTHING.test(word)) return null;
  return /^(?:true|false)$/i.test(word) ? word.toLowerCase() === 'true' : word;
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_whole, code: string | undefined, plain: string) =>
    code === undefined ? (ESCAPES[plain] ?? plain) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
