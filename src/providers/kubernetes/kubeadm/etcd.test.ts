import { expect, it } from 'vitest';
import { parseMembers } from './etcd.js';

it('members of etcd are read from the simple form', () => {
  // Recorded from etcdctl v3.7.3 on a cluster of three; the last line as a member looks that was never heard of.
  const text = `74cf718fcdebf05e, started, cp-3, https://10.97.0.13:2380, https://10.97.0.13:2379, false
caac8cc69394e5da, started, cp-1, https://10.97.0.11:2380, https://10.97.0.11:2379, false
f5e29552d5ead321, unstarted, , https://10.97.0.12:2380, , true
`;
  expect(parseMembers(text)).toEqual([
    { id: '74cf718fcdebf05e', state: 'started', name: 'cp-3', peer: 'https://10.97.0.13:2380', learner: false },
    { id: 'caac8cc69394e5da', state: 'started', name: 'cp-1', peer: 'https://10.97.0.11:2380', learner: false },
    { id: 'f5e29552d5ead321', state: 'unstarted', name: '', peer: 'https://10.97.0.12:2380', learner: true },
  ]);
  expect(parseMembers('Error: context deadline exceeded')).toEqual([]);
});
