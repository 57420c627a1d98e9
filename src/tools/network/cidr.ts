/** An IPv4 range; addresses are unsigned 32-bit numbers. */
export interface Cidr {
  readonly first: number;
  /** Prefix length, 0 to 32. */
  readonly bits: number;
}

const shape = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/;

/** Reads `a.b.c.d/n` (`/32` where absent); `undefined` where it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const parts = shape.exec(text);
  if (!parts) return undefined;
  const octets = parts.slice(1, 5).map(Number);
  const bits = parts[5] === undefined ? 32 : Number(parts[5]);
  if (octets.some((octet) => octet > 255) || bits > 32) return undefined;
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - bits);
  return { first: Math.floor(address / size) * size, bits };
}

/** Whether two ranges share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first < b.first + 2 ** (32 - b.bits) && b.first < a.first + 2 ** (32 - a.bits);
}

/** Dotted form of a number. */
export const dotted = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

/** The n-th address of a range, dotted; `undefined` past its end. */
export function addressAt(range: Cidr, n: number): string | undefined {
  return n >= 0 && n < 2 ** (32 - range.bits) ? dotted(range.first + n) : undefined;
}

/** The n-th sub-range of `bits` in a range, e.g. one /24 of a /16. */
export function subnetAt(range: Cidr, bits: number, n: number): string | undefined {
  if (bits < range.bits || n < 0 || n >= 2 ** (bits - range.bits)) return undefined;
  return `${dotted(range.first + n * 2 ** (32 - bits))}/${bits}`;
}
