import { describe, expect, it } from 'vitest';
import { sampleKit } from '../../../testkit/index.js';
import { readEntries } from './entries.js';

const entry = (name: string, more = 'spec: {}') =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}}\n${more}\n`;

function problems(files: Readonly<Record<string, string>>) {
  const kit = sampleKit(
    'applications',
    Object.fromEntries(Object.entries(files).map(([path, body]) => [`project:${path}`, body])),
  );
  return readEntries(kit, kit.project('apps'));
}

describe('the project’s applications', () => {
  it('are the folders with an entry', () => {
    const files = {
      'apps/b/application.yaml': entry('b'),
      'apps/a/application.yaml': entry('a'),
      'apps/readme.md': '#',
      'apps/c/x.yaml': '',
    };
    expect(problems(files)).toEqual([
      { name: 'a', problem: '' },
      { name: 'b', problem: '' },
    ]);
  });

  it('are none where there is no folder', () => {
    expect(problems({})).toEqual([]);
  });

  it.each([
    ['is named other, its folder a', entry('other')],
    ['is v1 ConfigMap, not argoproj.io/v1alpha1 Application', 'apiVersion: v1\nkind: ConfigMap\n'],
    ['has no spec', entry('a', '')],
    ['is nothing nothing, not argoproj.io/v1alpha1 Application', '- a\n'],
  ])('tells that an entry %s', (problem, body) => {
    expect(problems({ 'apps/a/application.yaml': body })).toEqual([{ name: 'a', problem }]);
  });

  it('tells that an entry is not YAML', () => {
    expect(problems({ 'apps/a/application.yaml': 'a: [' })[0]?.problem).toMatch(/^is not YAML: /);
  });
});
