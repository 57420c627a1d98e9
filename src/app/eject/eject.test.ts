import { describe, expect, it } from 'vitest';
import type { KubeObject, RenderedDelivery, RenderedPackage } from '../../model/index.js';
import { ejectDelivery } from './deliver.js';
import { componentMakefile, type EjectedComponent, readme, topMakefile } from './makefile.js';

const from = { file: 'x.yaml', line: 1, column: 1 };
const object = (kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'blue' },
  ...more,
});
const pod = { template: { spec: { containers: [{ name: 'a', image: 'docker.io/library/a:1@sha256:00' }] } } };
const rendered = (name: string, objects: RenderedPackage['objects']): RenderedPackage => ({
  name,
  file: from,
  provides: [],
  requires: [],
  after: [],
  objects,
  health: [],
  programs: [],
  plays: [],
});
const delivery: RenderedDelivery = {
  bootstrap: [rendered('base', [{ object: object('CustomResourceDefinition', 'as.example'), from, stage: 0 }])],
  packages: [
    rendered('web', [
      { object: object('Job', 'first', { spec: pod }), from, stage: 0 },
      { object: object('Deployment', 'web', { spec: pod }), from, stage: 1 },
      { object: object('Secret', 'key', { data: { a: 'Yg==' } }), from, stage: 1 },
    ]),
  ],
  files: new Map(),
  problems: [],
  tell: () => [],
};
const ejection = ejectDelivery(delivery);

describe('a delivery without Strata', () => {
  it('is applied package by package and stage by stage, and waited for', () => {
    expect(ejection.apply).toEqual([
      './take.sh 001-base/0.yaml',
      '$(KUBECTL) --kubeconfig $(KUBECONFIG) wait --for=condition=Established --timeout=$(TIMEOUT) crd/as.example',
      './take.sh 002-web/0.yaml',
      '$(KUBECTL) --kubeconfig $(KUBECONFIG) -n blue wait --for=condition=Complete --timeout=$(TIMEOUT) job/first',
      './take.sh 002-web/1.yaml',
      '$(KUBECTL) --kubeconfig $(KUBECONFIG) -n blue rollout status --timeout=$(TIMEOUT) deployment/web',
    ]);
  });
  it('goes away in the opposite order', () => {
    expect(ejection.destroy.map((line) => line.split(' ').at(-1))).toEqual([
      '002-web/1.yaml',
      '002-web/0.yaml',
      '001-base/0.yaml',
    ]);
  });
  it('lists its images once, and keeps files with Secrets from others', () => {
    const file = (path: string) => ejection.files.find((one) => one.path === path);
    expect(file('images.txt')).toMatchObject({ text: 'docker.io/library/a:1@sha256:00\n' });
    expect(file('002-web/1.yaml')).toMatchObject({ mode: 0o600 });
    expect(file('002-web/0.yaml')).toMatchObject({ mode: 0o644 });
    expect(file('take.sh')).toMatchObject({ mode: 0o755 });
  });
});

describe('its makefiles', () => {
  const one: EjectedComponent = { layer: 'services', name: 'core', use: 'x', folder: 'services/core', ejection };
  const bare: EjectedComponent = { layer: 'image', name: 'node', use: 'y', folder: 'image/node', ejection: undefined };
  it('ask for what has no fallback', () => {
    const text = componentMakefile(one);
    expect(text).toContain('@test -n "$(KUBECONFIG)" || { echo "set KUBECONFIG: the cluster" >&2; exit 2; }');
    expect(text).toContain('KUBECTL ?= kubectl');
    expect(text).not.toContain('test -n "$(KUBECTL)"');
  });
  it('build the layers that have a plain form, in order', () => {
    const text = topMakefile([bare, one]);
    expect(text).toContain('all: services\n');
    expect(text).not.toContain('image/node');
  });
  it('say what is not there', () => {
    expect(readme('p', 'e', [bare, one])).toContain('| `image/node` | y | – | nothing: it has no form without Strata |');
  });
});
