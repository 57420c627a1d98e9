import { expect, test } from 'vitest';
import { secretRef } from '../../../model/index.js';
import type { Output } from '../../../model/index.js';
import { createPuppet, must } from '../../../testkit/index.js';
import { type ReadyCheck, runCheck, type Sample } from './checks.js';

const kubeconfig = secretRef('kubeconfig');
const scope = { signal: new AbortController().signal, emit: () => {} };

/** What kubectl v1.37.2 prints (recorded 2026-11-24 against Gatekeeper v3.23.1). */
const refused = (...lines: string[]): Partial<Output> => ({
  code: 1,
  stderr: `Error from server (Forbidden): error when creating "STDIN": admission webhook "validation.gatekeeper.sh" denied the request: ${lines.join('\n')}\n`,
});

function clusterThat(answer: (args: readonly string[], stdin: string) => Partial<Output>) {
  const puppet = createPuppet();
  puppet
    .tool('kubectl', { version: 'v1.37.2', recorded: '2026-11-24' })
    .answer((args, command) => answer(args, String(command.stdin ?? '')));
  return puppet.reader(scope);
}

const sample = (expect: Sample['expect'], action: Sample['action'] = 'deny'): Sample => ({
  policy: 'host-paths',
  name: `${expect}-one`,
  expect,
  action,
  object: { kind: 'Pod', metadata: { name: 'x' } },
});
const admission = (...samples: Sample[]): ReadyCheck => ({ kind: 'admission', namespace: 'policy-check', samples });

test('a refusal by the rule itself is proof, with its words', async () => {
  const r = clusterThat(() => refused("[host-paths] volume 'machine' mounts /etc", '[other] something else'));
  const found = must(await runCheck(r, kubeconfig, admission(sample('denied')), 'full'));
  expect(found).toEqual({
    problems: [],
    claims: [{ claim: "host-paths, sample denied-one: refused: volume 'machine' mounts /etc", verdict: 'pass' }],
  });
});

test('a refusal by another rule proves nothing', async () => {
  const r = clusterThat(() => refused('[other] something else'));
  const found = must(await runCheck(r, kubeconfig, admission(sample('denied')), 'full'));
  expect(found.problems).toEqual(['host-paths, sample denied-one: not refused']);
});

test('a bad pod that is admitted fails the proof', async () => {
  const found = must(
    await runCheck(
      clusterThat(() => ({ stdout: 'pod/x' })),
      kubeconfig,
      admission(sample('denied')),
      'full',
    ),
  );
  expect(found.claims).toEqual([{ claim: 'host-paths, sample denied-one: not refused', verdict: 'fail' }]);
});

test('a good pod that is refused fails the proof', async () => {
  const found = must(
    await runCheck(
      clusterThat(() => refused('[host-paths] why')),
      kubeconfig,
      admission(sample('allowed')),
      'full',
    ),
  );
  expect(found.problems).toEqual(['host-paths, sample allowed-one: refused: why']);
});

test('a rule that only warns is heard', async () => {
  const r = clusterThat(() => ({ stdout: 'namespace/x', stderr: 'Warning: [host-paths] no level\n' }));
  const found = must(await runCheck(r, kubeconfig, admission(sample('denied', 'warn')), 'full'));
  expect(found.claims).toEqual([{ claim: 'host-paths, sample denied-one: warned of: no level', verdict: 'pass' }]);
});

test('a quick look offers one bad sample of each policy', async () => {
  const offered: string[] = [];
  const r = clusterThat((_, stdin) => {
    offered.push(stdin);
    return refused('[host-paths] why');
  });
  must(await runCheck(r, kubeconfig, admission(sample('allowed'), sample('denied'), sample('denied')), 'quick'));
  expect(offered).toHaveLength(1);
});

test('a webhook that does not answer is not ready, not a refusal', async () => {
  const stderr =
    'Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "validation.gatekeeper.sh": no endpoints available';
  const found = await runCheck(
    clusterThat(() => ({ code: 1, stderr })),
    kubeconfig,
    admission(sample('denied')),
    'full',
  );
  expect(found).toMatchObject({ ok: false, error: { kind: 'not-ready' } });
});

const targets = (...list: readonly (readonly [string, string, string])[]): Partial<Output> => ({
  stdout: JSON.stringify({
    data: {
      activeTargets: list.map(([job, health, lastError]) => ({ labels: { job, instance: `${job}:1` }, health, lastError })),
    },
  }),
});
const prometheus: ReadyCheck = {
  kind: 'prometheus',
  service: 'monitoring/prometheus-operated:web',
  jobs: ['kubelet', 'coredns'],
};

test('targets: every job is counted, a missing and a broken one are problems', async () => {
  const asked: string[] = [];
  const r = clusterThat((args) => {
    asked.push(args.at(-1) ?? '');
    return targets(['kubelet', 'up', ''], ['kubelet', 'up', ''], ['gatekeeper', 'down', 'connection refused']);
  });
  const found = must(await runCheck(r, kubeconfig, prometheus, 'full'));
  expect(asked).toEqual(['/api/v1/namespaces/monitoring/services/prometheus-operated:web/proxy/api/v1/targets?state=active']);
  expect(found.claims.map((c) => [c.verdict, c.claim])).toEqual([
    ['fail', 'Prometheus scrapes coredns: no target'],
    ['fail', 'Prometheus scrapes gatekeeper: 0 of 1 up; gatekeeper:1 is down: connection refused'],
    ['pass', 'Prometheus scrapes kubelet: 2 of 2 up'],
  ]);
  expect(found.problems).toHaveLength(2);
});

test.each([['not JSON'], ['{"data":{}}'], ['']])('targets: an answer of %j is a problem, not a success', async (stdout) => {
  const found = must(
    await runCheck(
      clusterThat(() => ({ stdout })),
      kubeconfig,
      prometheus,
      'full',
    ),
  );
  expect(found.problems).toHaveLength(1);
});

test('a service must answer with the text', async () => {
  const check: ReadyCheck = {
    kind: 'answers',
    claim: 'it answers',
    service: 'monitoring/web:http',
    path: '/ready',
    contains: 'OK',
  };
  expect(
    must(
      await runCheck(
        clusterThat(() => ({ stdout: 'OK' })),
        kubeconfig,
        check,
        'full',
      ),
    ).problems,
  ).toEqual([]);
  expect(
    must(
      await runCheck(
        clusterThat(() => ({ stdout: 'no' })),
        kubeconfig,
        check,
        'full',
      ),
    ).problems,
  ).toEqual(["monitoring/web:http/ready does not say 'OK'"]);
});
