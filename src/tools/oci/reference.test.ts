import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mirrored, parseReference } from './reference.js';

test.each([
  ['registry.k8s.io/coredns/coredns:v1.15.0', { host: 'registry.k8s.io', path: 'coredns/coredns', tag: 'v1.15.0' }],
  ['127.0.0.1:5000/a:b', { host: '127.0.0.1:5000', path: 'a', tag: 'b' }],
  ['localhost/a/b_c-d:1', { host: 'localhost', path: 'a/b_c-d', tag: '1' }],
])('%s is read', (text, reference) => {
  expect(parseReference(text)).toEqual({ ok: true, value: reference });
});

test.each([
  '',
  'redis',
  'redis:7',
  'library/redis:7',
  'docker.io/redis',
  'docker.io/Redis:7',
  'docker.io/../etc:1',
  'docker.io/a:',
  'https://docker.io/a:1',
  'docker.io/a:1\n',
  'docker.io//a:1',
])('%j is refused with a remedy', (text) => {
  const parsed = parseReference(text);
  expect(parsed).toMatchObject({ ok: false, error: { kind: 'invalid', diagnostic: { code: 'OCI-REFERENCE' } } });
});

test('no text makes a repository that leaves its registry', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseReference(text);
      if (!parsed.ok) return;
      const name = mirrored(parsed.value);
      expect(name).not.toMatch(/\.\.|\/\/|^\/|[?#%\s]/);
      expect(`${name}:${parsed.value.tag}`).toBe(text);
    }),
  );
});
