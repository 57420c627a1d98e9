const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;

function checksum(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) if ((top >>> bit) & 1) sum ^= generator;
  }
  return sum >>> 0;
}

const expanded = (prefix: string): readonly number[] => {
  const codes = [...prefix].map((sign) => sign.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
};

/** Groups of `from` bits as groups of `to` bits. */
function regroup(values: Iterable<number>, from: number, to: number): { readonly groups: number[]; readonly rest: number[] } {
  const groups: number[] = [];
  let held = 0;
  let bits = 0;
  for (const value of values) {
    held = ((held << from) | value) & 0xffff;
    bits += from;
    while (bits >= to) {
      bits -= to;
      groups.push((held >> bits) & ((1 << to) - 1));
    }
  }
  return { groups, rest: bits > 0 ? [(held << (to - bits)) & ((1 << to) - 1)] : [] };
}

/** Bytes as Bech32 (BIP 173), the form in which age writes its keys; lower case. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const { groups, rest } = regroup(bytes, 8, 5);
  const data = [...groups, ...rest];
  const sum = checksum([...expanded(prefix), ...data, 0, 0, 0, 0, 0, 0]) ^ 1;
  const tail = [0, 1, 2, 3, 4, 5].map((at) => (sum >>> (5 * (5 - at))) & 31);
  return `${prefix}1${[...data, ...tail].map((value) => alphabet[value]).join('')}`;
}

/** The bytes of a Bech32 text with this prefix; `undefined` where it is no such text or was miscopied. */
export function decodeBech32(prefix: string, text: string): Uint8Array | undefined {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return undefined;
  const lower = text.toLowerCase();
  if (!lower.startsWith(`${prefix}1`)) return undefined;
  const values = [...lower.slice(prefix.length + 1)].map((sign) => alphabet.indexOf(sign));
  if (values.length < 6 || values.includes(-1) || checksum([...expanded(prefix), ...values]) !== 1) return undefined;
  const { groups, rest } = regroup(values.slice(0, -6), 5, 8);
  return rest.every((value) => value === 0) ? Uint8Array.from(groups) : undefined;
}
