/** Size of a tar header, and of the blocks that files are filled up to. */
export const block = 512;

/** Bytes a file takes in an archive, without its header. */
export const padded = (size: number): number => Math.ceil(size / block) * block;

/** Octal digits that fit a header's size. */
const largest = 8 ** 11 - 1;

/** The one header a file may have: no owner, no time, no link, no extension. `undefined` where name or size do not fit. */
export function header(name: string, size: number): Uint8Array | undefined {
  if (Buffer.byteLength(name) > 100 || size > largest) return undefined;
  const bytes = Buffer.alloc(block);
  bytes.write(name, 0, 'utf8');
  bytes.write('0000644\0', 100);
  bytes.write('0000000\0', 108);
  bytes.write('0000000\0', 116);
  bytes.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  bytes.write('00000000000\0', 136);
  bytes.write('        0', 148);
  bytes.write('ustar\x0000', 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

/** What a header says, or what is wrong with it; the end of an archive is `end`. */
export type Read = { readonly name: string; readonly size: number } | { readonly fault: string } | 'end';

const types: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '5': 'a folder',
  '6': 'a pipe',
  '7': 'a contiguous file',
  L: "GNU tar's long name",
  K: "GNU tar's long link",
  S: 'a sparse file',
  x: 'a PAX extension',
  g: 'a global PAX extension',
  M: 'a part of another volume',
};

/** Reads a header and refuses every one that is not, byte for byte, the one that we would write. */
export function readHeader(bytes: Uint8Array): Read {
  if (bytes.every((byte) => byte === 0)) return 'end';
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const name = text.subarray(0, 100).toString('utf8').split('\0')[0] ?? '';
  const type = String.fromCharCode(bytes[156] ?? 0);
  if (type !== '0') return { fault: `is ${types[type] ?? `an entry of type ${JSON.stringify(type)}`} (${JSON.stringify(name)})` };
  const digits = text.subarray(124, 135).toString('latin1');
  if (!/^[0-7]{11}$/.test(digits)) return { fault: `has a size that is no number (${JSON.stringify(name)})` };
  const size = Number.parseInt(digits, 8);
  const own = header(name, size);
  if (own === undefined || Buffer.compare(own, text) !== 0)
    return { fault: `has a header of another form (${JSON.stringify(name)})` };
  return { name, size };
}
