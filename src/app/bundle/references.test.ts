import { expect, test } from 'vitest';
import type { RenderedObject } from '../../model/index.js';
import { readExpiry, readRelease, readSize, releaseAt, toSecond } from './options.js';
import { inFull, referencesIn } from './references.js';

const rendered = (kind: string, spec: unknown): RenderedObject => ({
  object: { apiVersion: 'v1', kind, metadata: { name: 'x' }, spec },
  from: { file: `${kind}.yaml`, line: 1, column: 1 },
  stage: 0,
});

test('images of containers, of operators’ fields and behind flags are found; patterns and descriptions of fields are not', () => {
  const objects = [
    rendered('Deployment', {
      template: {
        spec: {
          initContainers: [{ image: 'busybox' }],
          containers: [
            {
              image: 'quay.io/a/b:1',
              args: ['--reloader-image=quay.io/a/reloader:2', '--config-reloader=quay.io/a/other:3', '--name=x'],
            },
          ],
        },
      },
    }),
    rendered('Prometheus', { image: '', thanos: { baseImage: 'quay.io/thanos/thanos:1' }, pullSecret: 'x' }),
    rendered('ConstraintTemplate', { match: [{ image: 'registry.test/*' }, { image: '{{ .Values.image }}' }] }),
    rendered('CustomResourceDefinition', { versions: [{ default: { image: 'never.test/a:1' } }] }),
  ];
  expect(referencesIn(objects).map(({ image, by }) => `${image} (${by})`)).toEqual([
    'busybox (Deployment x in Deployment.yaml)',
    'quay.io/a/b:1 (Deployment x in Deployment.yaml)',
    'quay.io/a/reloader:2 (Deployment x in Deployment.yaml)',
    'quay.io/a/other:3 (Deployment x in Deployment.yaml)',
    'quay.io/thanos/thanos:1 (Prometheus x in Prometheus.yaml)',
  ]);
});

test('a short reference means what a container runtime makes of it', () => {
  expect(['busybox', 'a/b:1', 'quay.io/a/b', 'localhost:5000/a:1', `quay.io/a/b:1@sha256:${'a'.repeat(64)}`].map(inFull)).toEqual(
    ['docker.io/library/busybox:latest', 'docker.io/a/b:1', 'quay.io/a/b:latest', 'localhost:5000/a:1', 'quay.io/a/b:1'],
  );
});

test('sizes, times and releases as people write them; anything else is refused with its form', () => {
  const now = new Date('2026-11-24T12:34:56.789Z');
  const value = <T>(result: { readonly ok: boolean; readonly value?: T }): T | undefined => result.value;
  expect(['4G', '700M', '64KiB', '1000', '2TB'].map((text) => value(readSize(text)))).toEqual([
    4 * 1024 ** 3,
    700 * 1024 ** 2,
    65_536,
    1000,
    2 * 1024 ** 4,
  ]);
  for (const text of ['', '0', '-1', '4X', '1.5G', '99999999999999999G', '4g'])
    expect(readSize(text)).toMatchObject({ ok: false, error: { kind: 'invalid', diagnostic: { code: 'BUNDLE-OPTION' } } });
  expect(['90d', '2027-03-31', '2027-03-31T08:00:00Z'].map((text) => value(readExpiry(text, now)))).toEqual([
    '2027-02-22T12:34:56Z',
    '2027-03-31T00:00:00Z',
    '2027-03-31T08:00:00Z',
  ]);
  for (const text of ['', 'soon', '0d', '90', '2027-13-01', '31.3.2027', '2027-03-31T08:00'])
    expect(readExpiry(text, now).ok).toBe(false);
  expect([readRelease('v1.2+x_y').ok, readRelease('').ok, readRelease('../x').ok, readRelease('a b').ok]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect([releaseAt(now), toSecond(now)]).toEqual(['2026.11.24-12.34.56', '2026-11-24T12:34:56Z']);
});
