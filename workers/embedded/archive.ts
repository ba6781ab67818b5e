import { promisify } from 'node:util';
import { gunzip, inflateRaw } from 'node:zlib';

const ZIP_END = 0x06054b50;
const ZIP_ENTRY = 0x02014b50;
const TAR_BLOCK = 512;
const DEFLATED = 8;

/**
 * One file out of a zip archive, the first whose path fulfils `wanted`; undefined when there is none.
 *
 * @throws Error when the archive is cut off or packed in a way other than stored or deflated.
 */
export async function fileFromZip(zip: Buffer, wanted: (path: string) => boolean): Promise<Buffer | undefined> {
  // The end record is followed by a comment of at most 64 KiB.
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== ZIP_END) end--;
  if (end < 0) throw new Error('not a whole zip archive');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== ZIP_ENTRY) throw new Error('a zip archive with a damaged directory');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const path = zip.toString('utf8', at + 46, at + 46 + nameLength!);
    if (wanted(path)) return unpack(zip, at);
    at += 46 + nameLength! + extraLength! + commentLength!;
  }
  return undefined;
}

/**
 * One file out of a gzipped tar archive, by its path; undefined when there is none.
 *
 * @throws Error when the archive is cut off.
 */
export async function fileFromTarGz(archive: Buffer, path: string): Promise<Buffer | undefined> {
  const tar = await promisify(gunzip)(archive);
  let at = 0;
  while (at + TAR_BLOCK <= tar.length) {
    const name = field(tar, at, 100);
    if (name === '') return undefined;
    const size = Number.parseInt(field(tar, at + 124, 12), 8);
    const [start, end] = [at + TAR_BLOCK, at + TAR_BLOCK + size];
    if (!(end <= tar.length)) throw new Error('a tar archive that is cut off');
    if (name.replace(/^\.\//, '') === path) return tar.subarray(start, end);
    at = start + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  return undefined;
}

async function unpack(zip: Buffer, entry: number): Promise<Buffer> {
  const method = zip.readUInt16LE(entry + 10);
  const packedBytes = zip.readUInt32LE(entry + 20);
  const header = zip.readUInt32LE(entry + 42);
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const packed = zip.subarray(start, start + packedBytes);
  if (method === 0) return packed;
  if (method === DEFLATED) return promisify(inflateRaw)(packed);
  throw new Error(`a zip archive packed with method ${method}`);
}

function field(tar: Buffer, at: number, length: number): string {
  const bytes = tar.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end).trim();
}
