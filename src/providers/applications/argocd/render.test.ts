import { describe, expect, it } from 'vitest';
import { rootKustomization, splitRendered } from './render.js';
import { summary } from './import.js';

const digest = `sha256:${'0'.repeat(64)}` as never; // a constant of the right form

describe('rendering', () => {
  it('names the images by what upstream calls them', () => {
    const root = JSON.parse(
      rootKustomization(
        { argocd: { ref: 'quay.io/argoproj/argocd:v3.6.1', digest }, redis: { ref: 'reg:5000/library/redis:7', digest } },
        ['x.yaml'],
      ),
    );
    expect(root.resources).toEqual(['base', 'x.yaml']);
    expect(root.images).toEqual([
      { name: 'quay.io/argoproj/argocd', newName: 'quay.io/argoproj/argocd', newTag: 'v3.6.1' },
      { name: 'public.ecr.aws/docker/library/redis', newName: 'reg:5000/library/redis', newTag: '7' },
    ]);
  });

  it('puts namespace and definitions before all that needs them, and loses nothing', () => {
    const rendered =
      'kind: Namespace\nname: n\n---\nkind: Role\ntext: |\n  kind: Namespace\n---\nkind: CustomResourceDefinition\nname: c\n';
    const { first, rest } = splitRendered(rendered);
    expect(first.split('---\n').map((d) => d.trim())).toEqual([
      'kind: Namespace\nname: n',
      'kind: CustomResourceDefinition\nname: c',
    ]);
    expect(rest.trim()).toBe('kind: Role\ntext: |\n  kind: Namespace');
  });
});

describe('a commit’s message', () => {
  it('says what came, changed and went', () => {
    const changes = [
      { what: 'removed', name: 'z' },
      { what: 'added', name: 'a' },
      { what: 'added', name: 'b' },
      { what: 'changed', name: 'c' },
    ] as const;
    expect(summary(changes)).toBe('Add a, b; change c; remove z');
    expect(summary([])).toBe('Nothing yet');
  });
});
