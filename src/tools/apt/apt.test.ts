import { expect, test } from 'vitest';
import { parseSimulation } from './index.js';

// Recorded from apt 2.6.1 on Debian 12 (2026-11-24), shortened.
const recorded = `Inst gcc-12-base (12.2.0-14+deb12u1 Debian:12.13/oldstable [amd64])
Inst libc6 [2.36-9] (2.36-9+deb12u14 Debian:12.13/oldstable, Debian-Security:12/oldstable-security [amd64]) []
Inst git (1:2.39.5-0+deb12u3 Debian:12.13/oldstable [amd64])
Conf gcc-12-base (12.2.0-14+deb12u1 Debian:12.13/oldstable [amd64])
Conf git (1:2.39.5-0+deb12u3 Debian:12.13/oldstable [amd64])
`;

test('packages to be installed are read with their versions, sorted', () => {
  expect(parseSimulation(recorded)).toEqual([
    { name: 'gcc-12-base', version: '12.2.0-14+deb12u1' },
    { name: 'git', version: '1:2.39.5-0+deb12u3' },
    { name: 'libc6', version: '2.36-9+deb12u14' },
  ]);
});

test.each(['', 'E: Unable to locate package x', 'Inst broken'])('nothing is read from %j', (text) => {
  expect(parseSimulation(text)).toEqual([]);
});
