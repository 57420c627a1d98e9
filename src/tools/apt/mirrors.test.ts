import { expect, test } from 'vitest';
import { parseTargets } from './mirrors.js';

// Recorded from `apt-get indextargets` of apt 2.6.1, host names replaced.
const recorded = [
  'Debian\tDebian\thttp://mirror.example/debian/',
  'Debian\tDebian\thttp://mirror.example/debian/',
  'Debian\tDebian-Security\thttp://mirror.example/debian-security/',
  '. nodistro\t. nodistro\thttps://other.example/node/',
].join('\n');

test('finds the archives whatever else is configured', () => {
  expect(parseTargets(recorded)).toEqual({
    archive: 'http://mirror.example/debian',
    security: 'http://mirror.example/debian-security',
  });
});

test('says nothing where there is no Debian', () => {
  expect(parseTargets('Ubuntu\tUbuntu\thttp://mirror.example/ubuntu/')).toBeUndefined();
});
