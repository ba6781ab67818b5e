import { TableError } from '../../errors.js';

const BOM = '\uFEFF';
/** First bytes of files that are often taken for CSV. */
const OTHER_FILES: { bytes: number[]; what: string; remedy: string }[] = [
  { bytes: [0xff, 0xfe], what: 'UTF-16 text', remedy: 'Convert it: iconv -f UTF-16 -t UTF-8 OLD.csv > NEW.csv' },
  { bytes: [0xfe, 0xff], what: 'UTF-16 text', remedy: 'Convert it: iconv -f UTF-16 -t UTF-8 OLD.csv > NEW.csv' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'a spreadsheet or ZIP file', remedy: 'Save the sheet as "CSV UTF-8".' },
  { bytes: [0x1f, 0x8b], what: 'a gzip file', remedy: 'Unpack it first: gunzip FILE' },
  { bytes: [0x50, 0x41, 0x52, 0x31], what: 'a Parquet file', remedy: 'Write the table as CSV.' },
];

/**
 * The text of a file in UTF-8, without the byte order mark.
 * @throws TableError for an empty file, other kinds of files, and the first byte that is not UTF-8 (its offset, from 0).
 */
export function decodeTable(bytes: Uint8Array): { text: string; bom: boolean } {
  const other = OTHER_FILES.find((file) => file.bytes.every((byte, index) => bytes[index] === byte));
  if (other)
    throw new TableError({
      problem: 'the table is not a CSV file',
      expected: 'UTF-8 text',
      got: other.what,
      remedy: other.remedy,
    });
  const decoded = decodeUtf8(bytes);
  const bom = decoded.startsWith(BOM);
  const text = bom ? decoded.slice(1) : decoded;
  if (text.trim() === '') {
    throw new TableError({
      problem: 'the table is empty',
      expected: 'a header line and rows below it',
      remedy: 'Check that the right file was given, and that it was written to the end.',
    });
  }
  if (text.includes('\0')) {
    const offset = bytes.indexOf(0);
    throw new TableError({
      problem: 'the table is not a text file',
      expected: 'UTF-8 text',
      got: `a zero byte at offset ${offset}`,
      remedy: 'Save it as CSV in UTF-8.',
    });
  }
  return { text, bom };
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TableError({
      problem: 'the table is not UTF-8 text',
      expected: 'UTF-8',
      got: `a byte at offset ${firstBadByte(bytes)} (line ${lineOf(bytes, firstBadByte(bytes))}) that cannot stand there`,
      remedy: 'Save it as "CSV UTF-8", or convert it: iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv',
    });
  }
}

/** Offset of the first byte at which the text before it, that byte included, can no longer become UTF-8. */
function firstBadByte(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (mayBecomeUtf8(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return Math.min(bad, bytes.length) - 1;
}

function mayBecomeUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function lineOf(bytes: Uint8Array, offset: number): number {
  return bytes.subarray(0, offset).reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 1);
}
