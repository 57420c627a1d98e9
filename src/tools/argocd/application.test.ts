import { describe, expect, it } from 'vitest';
import { explainState, hasGivenUp, isWell, objectsInTheWay, ownerOf, parseApplication } from './application.js';

const healthy = {
  metadata: { name: 'hello' },
  status: {
    sync: { status: 'Synced', revision: 'a'.repeat(40) },
    health: { status: 'Healthy' },
    operationState: { phase: 'Succeeded', message: 'successfully synced' },
    resources: [
      { kind: 'Namespace', name: 'hello', status: 'Synced' },
      { kind: 'Deployment', namespace: 'hello', name: 'hello', status: 'Synced', health: { status: 'Healthy' } },
    ],
  },
};

const sick = {
  metadata: { name: 'board' },
  status: {
    sync: { status: 'OutOfSync', revision: 'b'.repeat(40) },
    health: { status: 'Degraded' },
    conditions: [{ type: 'SyncError', message: 'one or more objects failed to apply' }],
    operationState: { phase: 'Running', message: 'Retrying attempt #2' },
    resources: [
      {
        kind: 'Deployment',
        namespace: 'board',
        name: 'board',
        status: 'Synced',
        health: { status: 'Degraded', message: 'exceeded its progress deadline' },
      },
      { kind: 'Namespace', name: 'board', status: 'OutOfSync' },
    ],
  },
};

describe('what Argo CD says of an application', () => {
  it('is well when it is as in git and at work', () => {
    expect(isWell(parseApplication(healthy))).toBe(true);
    expect(explainState(parseApplication(healthy))).toBe('Synced, Healthy');
  });

  it('names the condition, the sync and every object in the way', () => {
    const state = parseApplication(sick);
    expect(isWell(state)).toBe(false);
    expect(objectsInTheWay(state).map((o) => o.kind)).toEqual(['Namespace', 'Deployment']);
    expect(explainState(state)).toBe(
      'OutOfSync, Degraded; SyncError: one or more objects failed to apply; sync Running: Retrying attempt #2; ' +
        'Namespace board OutOfSync; Deployment board/board Degraded (exceeded its progress deadline)',
    );
  });

  it('is unknown before Argo CD has looked', () => {
    const state = parseApplication({ metadata: { name: 'new' } });
    expect(state).toMatchObject({ name: 'new', sync: 'Unknown', health: 'Unknown', objects: [], conditions: [] });
    expect(isWell(state)).toBe(false);
  });

  it('is not well while it is being deleted', () => {
    const state = parseApplication({ ...healthy, metadata: { name: 'hello', deletionTimestamp: '2026-01-01T00:00:00Z' } });
    expect(isWell(state)).toBe(false);
    expect(explainState(state)).toContain('being deleted');
  });

  it('has given up when its last sync failed, not while one is tried again', () => {
    const at = (phase: string) => hasGivenUp(parseApplication({ status: { operationState: { phase } } }));
    expect(['Failed', 'Error', 'Running', 'Succeeded'].map(at)).toEqual([true, true, false, false]);
    expect(hasGivenUp(parseApplication({}))).toBe(false);
  });

  it('survives any shape', () => {
    for (const odd of [undefined, null, 1, 'x', [], { status: [] }, { status: { resources: {}, conditions: 'x' } }]) {
      expect(parseApplication(odd).sync).toBe('Unknown');
    }
  });
});

describe('who made an object', () => {
  it('is read from the tracking id', () => {
    const annotations = { 'argocd.argoproj.io/tracking-id': 'hello:apps/Deployment:hello/hello' };
    expect(ownerOf({ metadata: { annotations } })).toBe('hello');
    expect(ownerOf({ metadata: {} })).toBeUndefined();
  });
});
