import { describe, expect, it } from 'vitest';
import { tellTroubles, troubleOf } from './pod-troubles.js';

const metadata = { name: 'board-1', namespace: 'board' };

describe('what is wrong below an application', () => {
  it('is why a controller may not make pods', () => {
    const message = 'admission webhook "validation.gatekeeper.sh" denied the request: image has no fixed version';
    const object = {
      kind: 'ReplicaSet',
      metadata,
      status: { conditions: [{ type: 'ReplicaFailure', status: 'True', message }] },
    };
    expect(troubleOf(object)).toEqual([{ object: 'ReplicaSet board/board-1', what: `may not make pods: ${message}` }]);
  });

  it('is why a pod finds no machine', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }];
    expect(troubleOf({ kind: 'Pod', metadata, status: { conditions } })).toEqual([
      { object: 'Pod board/board-1', what: 'finds no machine: 0/3 nodes are available' },
    ]);
  });

  it('is why a container does not run, with its image', () => {
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret "x" not found' };
    const status = {
      containerStatuses: [
        { ready: false, image: 'i:1', state: { waiting } },
        { ready: true, image: 'x' },
      ],
    };
    expect(troubleOf({ kind: 'Pod', metadata, status }).map((t) => t.what)).toEqual([
      'CreateContainerConfigError, image i:1 (secret "x" not found)',
    ]);
  });

  it('is the same text whichever word Kubernetes has for an image that cannot be pulled', () => {
    const pull = (reason: string, message: string) =>
      troubleOf({
        kind: 'Pod',
        metadata,
        status: { containerStatuses: [{ ready: false, image: 'i:9', state: { waiting: { reason, message } } }] },
      });
    const said = [
      pull('ErrImagePull', 'rpc error: i:9: not found'),
      pull('ImagePullBackOff', 'Back-off: rpc error: i:9: not found'),
    ];
    expect(said.map(([t]) => t?.what)).toEqual(['cannot pull image i:9: not found', 'cannot pull image i:9: not found']);
  });

  it('is told once for many pods', () => {
    const what = 'cannot pull image i:9: not found';
    expect(tellTroubles(['a', 'b', 'c'].map((name) => ({ object: `Pod x/${name}`, what })))).toEqual([
      `Pod x/a and 2 more: ${what}`,
    ]);
    expect(tellTroubles([])).toEqual([]);
  });

  it('is a container that runs without being ready', () => {
    const status = { containerStatuses: [{ ready: false, image: 'i', state: { running: {} } }] };
    expect(troubleOf({ kind: 'Pod', metadata, status }).map((t) => t.what)).toEqual(['runs i but is not ready']);
  });

  it('is nothing where all is well, or nothing is known', () => {
    expect(troubleOf({ kind: 'Pod', metadata, status: { containerStatuses: [{ ready: true }] } })).toEqual([]);
    expect(troubleOf({ kind: 'ReplicaSet', metadata })).toEqual([]);
    expect(troubleOf({ kind: 'Service', metadata })).toEqual([]);
    expect(troubleOf(undefined)).toEqual([]);
  });
});
