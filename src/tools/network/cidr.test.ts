import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt, overlaps, parseCidr, subnetAt } from './index.js';

const cidr = (text: string) => parseCidr(text) ?? { first: -1, bits: -1 };

describe('ranges', () => {
  it('are read with their first address', () => {
    expect(parseCidr('10.77.0.9/24')).toEqual({ first: 10 * 2 ** 24 + 77 * 2 ** 16, bits: 24 });
    expect(parseCidr('192.0.2.1')).toEqual({ first: 0xc0000201, bits: 32 });
  });
  it.each(['', '10.77.0/24', '10.77.0.0/33', '300.1.1.1/8', '10.77.0.0/24 ', 'default'])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
  it('overlap exactly where they share an address', () => {
    expect(overlaps(cidr('10.77.0.0/24'), cidr('10.0.0.0/8'))).toBe(true);
    expect(overlaps(cidr('10.77.0.0/24'), cidr('10.77.1.0/24'))).toBe(false);
    expect(overlaps(cidr('10.77.0.0/24'), cidr('10.77.0.255'))).toBe(true);
  });
  it('overlap symmetrically, and with themselves', () => {
    const range = fc.record({ address: fc.nat(0xffffffff), bits: fc.integer({ min: 0, max: 32 }) }).map(({ address, bits }) => {
      const size = 2 ** (32 - bits);
      return { first: Math.floor(address / size) * size, bits };
    });
    fc.assert(fc.property(range, range, (a, b) => overlaps(a, b) === overlaps(b, a) && overlaps(a, a)));
  });
  it('give addresses and sub-ranges, and none beyond their end', () => {
    expect(addressAt(cidr('10.79.0.0/16'), 10)).toBe('10.79.0.10');
    expect(addressAt(cidr('10.79.0.0/30'), 4)).toBeUndefined();
    expect(subnetAt(cidr('10.78.0.0/16'), 24, 2)).toBe('10.78.2.0/24');
    expect(subnetAt(cidr('10.78.0.0/16'), 24, 256)).toBeUndefined();
    expect(subnetAt(cidr('10.78.0.0/28'), 24, 0)).toBeUndefined();
  });
});
