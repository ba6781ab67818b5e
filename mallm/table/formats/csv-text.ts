import { TableError } from '../../errors.js';

const BOM = '\uFEFF';
/** Bytes that are looked at to tell UTF-16 without a byte order mark from UTF-8. */
const SAMPLE = 2000;
/** Share of zero bytes at odd or even places from which on a text is UTF-16. */
const MANY_ZEROS = 0.3;
/** A control character that no text has: the file is not text. */
const BINARY = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;

const WINDOWS_80_TO_9F = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** The text of a file. */
export interface DecodedText {
  text: string;
  /** Whether it began with a byte order mark, which is left out. */
  bom: boolean;
  encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

/**
 * Decodes a text file: UTF-8, UTF-16 with or without a byte order mark, and Windows-1252 where it is neither.
 * @throws TableError for an empty file, a gzip file, damaged UTF-8, and a file that is not text.
 */
export function decodeTable(bytes: Uint8Array): DecodedText {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw notText('a gzip file', 'Unpack it first: gunzip FILE');
  const { text: decoded, encoding } = decode(bytes);
  const bom = decoded.startsWith(BOM);
  const text = bom ? decoded.slice(1) : decoded;
  if (text.trim() === '') {
    throw new TableError({
      problem: 'the table is empty',
      expected: 'a header line and rows below it',
      remedy: 'Check that the right file was given, and that it was written to the end.',
    });
  }
  const binary = BINARY.exec(text);
  if (binary) throw notText(`a control character at character ${binary.index}`, 'Save it as CSV in UTF-8.');
  return { text, bom, encoding };
}

function decode(bytes: Uint8Array): Omit<DecodedText, 'bom'> {
  const wide = utf16Of(bytes);
  if (wide) return { text: new TextDecoder(wide, { ignoreBOM: true }).decode(bytes), encoding: 'UTF-16' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding: 'UTF-8' };
  } catch {
    assertNoUtf8(bytes);
    return { text: decodeWindows1252(bytes), encoding: 'Windows-1252' };
  }
}

/** @throws TableError for what is UTF-8 in parts: it is damaged, and would be read wrongly as anything else. */
function assertNoUtf8(bytes: Uint8Array): void {
  const lenient = new TextDecoder('utf-8').decode(bytes);
  if (!/[^\p{ASCII}\uFFFD]/u.test(lenient)) return;
  const before = lenient.slice(0, lenient.indexOf('\uFFFD'));
  throw notText(
    `UTF-8 with bytes that are not, the first in line ${before.split('\n').length}`,
    'Save it as "CSV UTF-8"; check that it was written to the end.',
  );
}

/** Several versions of Node decode `windows-1252` as Latin-1: the 32 characters in which they differ are replaced here. */
function decodeWindows1252(bytes: Uint8Array): string {
  const latin = Buffer.from(bytes).toString('latin1');
  return latin.replace(/[\x80-\x9f]/g, (character) => WINDOWS_80_TO_9F[character.charCodeAt(0) - 0x80]!);
}

/** Which UTF-16 a file is in: by its byte order mark, else by the zero bytes of its Latin letters; null when it is not. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const sample = bytes.subarray(0, SAMPLE);
  const zeros = [0, 0];
  sample.forEach((byte, place) => (zeros[place % 2]! += byte === 0 ? 1 : 0));
  const [even, odd] = zeros.map((count) => count / Math.max(1, sample.length / 2));
  if (odd! > MANY_ZEROS && even === 0) return 'utf-16le';
  return even! > MANY_ZEROS && odd === 0 ? 'utf-16be' : null;
}

function notText(got: string, remedy: string): TableError {
  return new TableError({ problem: 'the table is not a text file', expected: 'CSV or JSON Lines', got, remedy });
}
