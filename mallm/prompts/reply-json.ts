/** How a piece came out: `broken` holds something that is no JSON, `cut-off` has no end. */
type State = 'whole' | 'broken' | 'cut-off';

/** An object as written in a text: entries in order, repeated keys kept. */
export interface ReplyObject {
  type: 'object';
  state: State;
  entries: [key: string, value: ReplyValue][];
  /** Whether it holds an object, at any depth. */
  holdsObjects: boolean;
}

/** A list as written in a text. */
export interface ReplyList {
  type: 'list';
  state: State;
  items: ReplyValue[];
  /** Whether it holds an object, at any depth. */
  holdsObjects: boolean;
}

export type ReplyValue = null | boolean | number | string | ReplyObject | ReplyList;

/** A piece that is not closed yet; `key` and `colon` say how far the next entry of an object is. */
interface OpenPiece {
  piece: ReplyObject | ReplyList;
  key: string | null;
  colon: boolean;
}

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
 * Cuts the outermost objects and lists out of a model's reply, ignoring the text around them, in one pass.
 *
 * Forgiven: prose, fences, comments, single and typographic quotes, bare words, None, NaN, True, missing and surplus
 * commas. Not forgiven, because a value would have to be invented: a key without a value, text that is no JSON
 * (`broken`), and a missing end (`cut-off`). Numbers too great for a double become the greatest one. Time is linear in
 * the length; depth and length are unlimited.
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
      const open = this.open.at(-1);
      if (!open) this.skipTo(OPENING);
      else if (open.piece.state === 'broken') this.skipTo(open.piece.type === 'object' ? BRACE : BRACKET);
      else this.at = this.matchEnd(SPACE);
      if (this.at < this.text.length) this.readToken(open, this.text[this.at]!);
    }
    while (this.open.length > 0) this.close('cut-off');
    return this.roots;
  }

  private readToken(open: OpenPiece | undefined, character: string): void {
    if (character === '{' || character === '[') this.begin(character === '{' ? 'object' : 'list', open);
    else if (character === '}') this.endObject();
    else if (character === ']') this.endList();
    else if (open && character === ',') this.comma(open);
    else if (open && character === ':') this.colon(open);
    else if (open && character in CLOSERS) this.quoted(open, character);
    else if (open) this.word(open);
  }

  private begin(type: 'object' | 'list', parent: OpenPiece | undefined): void {
    this.at++;
    if (parent?.piece.type === 'object' && !parent.colon) parent.piece.state = 'broken';
    if (type === 'object') this.openObjects++;
    const piece: ReplyObject | ReplyList =
      type === 'object'
        ? { type, state: 'whole', entries: [], holdsObjects: false }
        : { type, state: 'whole', items: [], holdsObjects: false };
    this.open.push({ piece, key: null, colon: false });
  }

  /** A list that was left open ends with the object round it. */
  private endObject(): void {
    this.at++;
    if (this.openObjects === 0) return;
    while (this.open.at(-1)!.piece.type === 'list') this.close();
    const object = this.open.at(-1)!;
    if (object.key !== null) object.piece.state = 'broken';
    this.close();
  }

  /** An object that was left open is broken by the end of the list round it. */
  private endList(): void {
    this.at++;
    if (this.openObjects === this.open.length) return;
    while (this.open.at(-1)!.piece.type === 'object') this.close('broken');
    this.close();
  }

  private comma(open: OpenPiece): void {
    this.at++;
    if (open.key !== null) open.piece.state = 'broken';
  }

  private colon(open: OpenPiece): void {
    this.at++;
    if (open.key === null || open.colon) open.piece.state = 'broken';
    open.colon = true;
  }

  private quoted(open: OpenPiece, quote: string): void {
    const end = this.closingQuote(quote);
    if (end < 0) {
      open.piece.state = 'broken';
      return;
    }
    const value = unescaped(this.text.slice(this.at + 1, end));
    this.at = end + 1;
    this.take(open, value, value);
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

  private word(open: OpenPiece): void {
    const end = Math.max(this.matchEnd(WORD), this.at + 1);
    const word = this.text.slice(this.at, end).trim();
    this.at = end;
    const value = wordValue(word);
    if (open.piece.type === 'list' && typeof value === 'string') open.piece.state = 'broken';
    else this.take(open, word, value);
  }

  /** The next key of an object, the value of that key, or the next item of a list. */
  private take(open: OpenPiece, key: string, value: ReplyValue): void {
    if (open.piece.type === 'object' && open.key === null) open.key = key;
    else if (open.piece.type === 'object' && !open.colon) open.piece.state = 'broken';
    else this.enter(open, value);
  }

  private enter(open: OpenPiece, value: ReplyValue): void {
    if (open.piece.type === 'list') open.piece.items.push(value);
    else open.piece.entries.push([open.key ?? '', value]);
    open.key = null;
    open.colon = false;
  }

  private close(state?: State): void {
    const { piece } = this.open.pop()!;
    if (state && (piece.type === 'object' || piece.state === 'whole')) piece.state = state;
    if (piece.type === 'object') this.openObjects--;
    const parent = this.open.at(-1);
    if (!parent) {
      this.roots.push(piece);
      return;
    }
    this.enter(parent, piece);
    parent.piece.holdsObjects ||= piece.type === 'object' || piece.holdsObjects;
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

/** A bare word as the value that it means. */
export function wordValue(word: string): ReplyValue {
  if (NUMBER.test(word)) return Math.min(Math.max(Number(word), -Number.MAX_VALUE), Number.MAX_VALUE);
  if (NOTHING.test(word)) return null;
  return /^(?:true|false)$/i.test(word) ? word.toLowerCase() === 'true' : word;
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_whole, code: string | undefined, plain: string) =>
    code === undefined ? (ESCAPES[plain] ?? plain) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
