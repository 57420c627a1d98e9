import { describe, expect, it } from 'vitest';
import { describeAnswer, isAnswered, machineToAsk, planChecks } from './http-checks.js';

const service = (more: object = {}, annotations: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'hello',
    namespace: 'greetings',
    annotations: {
      'strata.dev/http-check': '/healthz',
      'argocd.argoproj.io/tracking-id': 'hello:/Service:greetings/hello',
      ...annotations,
    },
  },
  spec: { ports: [{ port: 80, nodePort: 30080 }], ...more },
});

const node = (name: string, address: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  status: {
    addresses: [
      { type: 'Hostname', address: name },
      { type: 'InternalIP', address },
    ],
  },
});

describe('which addresses are asked', () => {
  it('asks a node port from outside and the name from inside', () => {
    expect(planChecks(['hello'], [service()], '10.0.0.21')).toEqual([
      { application: 'hello', from: 'outside', url: 'http://10.0.0.21:30080/healthz' },
      { application: 'hello', from: 'inside', url: 'http://hello.greetings.svc:80/healthz' },
    ]);
  });

  it('asks from inside only where there is no node port, or no machine', () => {
    expect(planChecks(['hello'], [service({ ports: [{ port: 8080 }] })], '10.0.0.21').map((c) => c.from)).toEqual(['inside']);
    expect(planChecks(['hello'], [service()], undefined).map((c) => c.from)).toEqual(['inside']);
  });

  it('leaves alone what is not annotated, not deployed by an application, or not wanted', () => {
    const foreign = service({}, { 'argocd.argoproj.io/tracking-id': 'other:/Service:x/y' });
    const plain = { ...service(), metadata: { name: 'x', namespace: 'y' } };
    expect(planChecks(['hello'], [foreign, plain], '10.0.0.21')).toEqual([]);
  });

  it('reads a path without its slash', () => {
    const [check] = planChecks(['hello'], [service({}, { 'strata.dev/http-check': 'x' })], undefined);
    expect(check?.url).toBe('http://hello.greetings.svc:80/x');
  });

  it('prefers a worker, and takes a control plane where there is no other', () => {
    const plane = node('cp', '10.0.0.11', { 'node-role.kubernetes.io/control-plane': '' });
    expect(machineToAsk([plane, node('w', '10.0.0.21')])).toBe('10.0.0.21');
    expect(machineToAsk([plane])).toBe('10.0.0.11');
    expect(machineToAsk([])).toBeUndefined();
  });
});

describe('an answer', () => {
  const check = { application: 'hello', from: 'outside', url: 'http://h/' } as const;

  it('counts below 400 only', () => {
    const at = (status: number) => isAnswered({ ...check, status, bytes: 0, digest: '', error: '' });
    expect([200, 302, 399, 400, 503, 0].map(at)).toEqual([true, true, true, false, false, false]);
  });

  it('is told with what came, or with why nothing came', () => {
    expect(describeAnswer({ ...check, status: 200, bytes: 12, digest: 'sha256:ab', error: '' })).toBe(
      'hello: http://h/, asked from outside, answered 200, 12 bytes, sha256:ab',
    );
    expect(describeAnswer({ ...check, status: 0, bytes: 0, digest: '', error: 'refused' })).toContain('did not answer: refused');
  });
});
