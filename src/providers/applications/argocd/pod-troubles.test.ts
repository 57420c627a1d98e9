import { describe, expect, it } from 'vitest';
import { troubleOf } from './pod-troubles.js';

const metadata = { name: 'board-1', namespace: 'board' };

describe('what is wrong below an application', () => {
  it('is why a controller may not make pods', () => {
    const message = 'admission webhook "validation.gatekeeper.sh" denied the request: image has no fixed version';
    const object = {
      kind: 'ReplicaSet',
      metadata,
      status: { conditions: [{ type: 'ReplicaFailure', status: 'True', message }] },
    };
    expect(troubleOf(object)).toEqual([`ReplicaSet board/board-1 may not make pods: ${message}`]);
  });

  it('is why a pod finds no machine', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }];
    expect(troubleOf({ kind: 'Pod', metadata, status: { conditions } })).toEqual([
      'Pod board/board-1 finds no machine: 0/3 nodes are available',
    ]);
  });

  it('is why a container does not run, with its image', () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'not found' };
    const status = {
      containerStatuses: [
        { ready: false, image: 'strata.local/board:9', state: { waiting } },
        { ready: true, image: 'x' },
      ],
    };
    expect(troubleOf({ kind: 'Pod', metadata, status })).toEqual([
      'Pod board/board-1: ImagePullBackOff, image strata.local/board:9 (not found)',
    ]);
  });

  it('is a container that runs without being ready', () => {
    const status = { containerStatuses: [{ ready: false, image: 'i', state: { running: {} } }] };
    expect(troubleOf({ kind: 'Pod', metadata, status })).toEqual(['Pod board/board-1 runs i but is not ready']);
  });

  it('is nothing where all is well, or nothing is known', () => {
    expect(troubleOf({ kind: 'Pod', metadata, status: { containerStatuses: [{ ready: true }] } })).toEqual([]);
    expect(troubleOf({ kind: 'ReplicaSet', metadata })).toEqual([]);
    expect(troubleOf({ kind: 'Service', metadata })).toEqual([]);
    expect(troubleOf(undefined)).toEqual([]);
  });
});
