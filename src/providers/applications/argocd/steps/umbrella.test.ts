import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { umbrellaManifests } from './umbrella.js';

const golden = join(import.meta.dirname, '..', 'cases', 'umbrella.json');

it('is the umbrella, and the borders around it and around the applications', () => {
  const manifests = umbrellaManifests({
    repository: 'apps',
    branch: 'main',
    support: { registry: '10.77.0.2:5000', git: 'git://10.77.0.2:9418' },
    reserved: ['kube-*', 'argocd'],
  });
  expect(JSON.parse(manifests)).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
});
