// All five layers on this machine, with the real tools, from whatever the cache holds to a platform that was killed ten
// times, drilled and destroyed. One story: each test goes on from the platform the one before left.
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { proves } from '../../src/testkit/index.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Finished, eventually, exampleCopy, startStrata, strata, system, traces } from './strata.js';

const root = process.getuid?.() === 0 && process.platform === 'linux';

describe('the local platform', () => {
  let directory = '';
  let before: readonly string[] = [];
  let kubeconfig = '';
  let kubectlPath = '';

  const kubectl = (...args: readonly string[]): string => system(kubectlPath, '--kubeconfig', kubeconfig, ...args);
  const json = (...args: readonly string[]) => JSON.parse(kubectl(...args, '-o', 'json'));
  const document = (finished: Finished) => JSON.parse(finished.stdout);
  const phases = (finished: Finished): readonly (readonly [string, string])[] =>
    document(finished).steps.map(({ step, phase }: { step: string; phase: string }) => [step, phase]);

  beforeAll(() => {
    if (!root) throw new Error('this test builds machines: it needs root on Linux');
    directory = exampleCopy();
    before = traces();
    console.log(`platform in ${directory}`);
  });

  afterAll(async () => {
    if (directory !== '' && existsSync(join(directory, '.strata'))) await strata('destroy', directory, '--confirm', 'local');
    rmSync(dirname(directory), { recursive: true, force: true });
  });

  test('one command builds all five layers and says how to reach them', async () => {
    const up = await strata('up', directory, '--install', '-o', 'json');
    expect(up.code).toBe(0);
    const { verdict, reach } = document(up);
    expect(verdict).toBe('ok');
    for (const provider of [
      'image/packer',
      'infrastructure/nspawn',
      'kubernetes/kubeadm',
      'services/flux',
      'applications/argocd',
    ] as const)
      proves({ provider, level: 'real', what: 'up on this host, all proofs' });
    kubeconfig = reach.kubeconfig;
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    const doctor = document(await strata('doctor', directory, '-o', 'json'));
    kubectlPath = doctor.toolchain.tools.find((tool: { name: string }) => tool.name === 'kubectl').location;
    console.log(kubectl('get', 'nodes,pods', '-A', '-o', 'wide'));
  });

  test('three nodes are ready and every pod runs', () => {
    const nodes = json('get', 'nodes').items;
    expect(nodes).toHaveLength(3);
    for (const node of nodes) {
      expect(node.status.conditions.find((c: { type: string }) => c.type === 'Ready').status).toBe('True');
    }
    const pods = json('get', 'pods', '-A').items.filter((pod: { status: { phase: string } }) => pod.status.phase !== 'Succeeded');
    expect(pods.filter((pod: { status: { phase: string } }) => pod.status.phase !== 'Running')).toEqual([]);
  });

  test('a second up finds nothing to do', async () => {
    const again = await strata('up', directory, '-o', 'json');
    expect(again.code).toBe(0);
    console.log(`second up: ${(again.ms / 1000).toFixed(1)} s`);
    expect(phases(again).filter(([, phase]) => phase !== 'kept')).toEqual([]);
    for (const provider of [
      'image/packer',
      'infrastructure/nspawn',
      'kubernetes/kubeadm',
      'services/flux',
      'applications/argocd',
    ] as const)
      proves({ provider, level: 'real', what: 'a second run finds nothing to do' });
  });

  test('a plan shows no changes, and says so to scripts', async () => {
    const plan = await strata('plan', directory, '--detailed-exitcode', '-o', 'json');
    expect(plan.code).toBe(0);
    expect(document(plan).steps.filter((step: { verdict: string }) => step.verdict !== 'keep')).toEqual([]);
  });

  test('policies refuse a bad pod, with at least four reasons', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bad', namespace: 'default' },
      spec: {
        hostNetwork: true,
        hostPID: true,
        volumes: [{ name: 'host', hostPath: { path: '/' } }],
        containers: [
          {
            name: 'bad',
            image: 'example.com/bad:latest',
            securityContext: { privileged: true },
            volumeMounts: [{ name: 'host', mountPath: '/host' }],
          },
        ],
      },
    };
    const file = join(dirname(directory), 'bad.json');
    appendFileSync(file, JSON.stringify(pod));
    expect(() => kubectl('apply', '-f', file)).toThrow(/denied the request/);
    try {
      kubectl('apply', '-f', file);
    } catch (error) {
      const reasons = new Set([...String(error).matchAll(/\[([a-z0-9-]+)\]/g)].map((match) => match[1]));
      console.log(String(error));
      expect(reasons.size).toBeGreaterThanOrEqual(4);
    }
  });

  test('Prometheus scrapes the cluster and every target is up', async () => {
    const path = '/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1/targets?state=active';
    const targets = await eventually(90, 'all targets up', () => {
      const active = JSON.parse(kubectl('get', '--raw', path)).data.activeTargets;
      return active.every((target: { health: string }) => target.health === 'up') ? active : undefined;
    });
    const jobs = new Set(targets.map((target: { labels: { job: string } }) => target.labels.job));
    console.log(`targets: ${targets.length}, jobs: ${[...jobs].join(', ')}`);
    expect(jobs.size).toBeGreaterThanOrEqual(4);
  });

  test('applications are Synced and Healthy, and answer over HTTP', async () => {
    const applications = json('get', 'applications.argoproj.io', '-A').items;
    for (const { metadata, status } of applications) {
      console.log(`${metadata.name}: ${status.sync.status}, ${status.health.status}`);
      expect([status.sync.status, status.health.status]).toEqual(['Synced', 'Healthy']);
    }
    expect(applications.length).toBeGreaterThanOrEqual(3);
    const worker = json('get', 'nodes', '-l', '!node-role.kubernetes.io/control-plane').items[0];
    const address = worker.status.addresses.find((a: { type: string }) => a.type === 'InternalIP').address;
    const answer = await fetch(`http://${address}:30080/`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('hello');
  });

  test('an entry added to git adds an application, and removing it removes the application', async () => {
    const repository = join(directory, '.strata', 'local', 'git', 'apps.git');
    const clone = join(mkdtempSync(join(tmpdir(), 'strata-clone-')), 'apps');
    const git = (...args: readonly string[]): string =>
      system('git', '-C', clone, '-c', 'user.name=tester', '-c', 'user.email=tester@strata.local', ...args);
    system('git', 'clone', '-q', repository, clone);
    cpSync(join(clone, 'hello'), join(clone, 'second'), { recursive: true });
    for (const file of system('grep', '-rlE', 'hello|30080', join(clone, 'second')).trim().split('\n')) {
      system(
        'sed',
        '-i',
        '-e',
        's/name: hello/name: second/; s/namespace: hello/namespace: second/; s/: hello$/: second/; s/30080/30085/; s#path: hello#path: second#',
        file,
      );
    }
    git('add', '-A');
    git('commit', '-qm', 'Add second');
    git('push', '-q', 'origin', 'HEAD');
    const names = (): string[] =>
      json('get', 'applications.argoproj.io', '-A').items.map((item: { metadata: { name: string } }) => item.metadata.name);
    await eventually(120, 'second application appears', () => (names().includes('second') ? true : undefined));
    git('rm', '-rq', 'second');
    git('commit', '-qm', 'Remove second');
    git('push', '-q', 'origin', 'HEAD');
    await eventually(120, 'second application goes', () => (names().includes('second') ? undefined : true));
    rmSync(dirname(clone), { recursive: true, force: true });
  });

  test('evidence of the image: hardening raised the score', async () => {
    const evidence = document(await strata('evidence', directory, '-o', 'json')).evidence;
    const failed = evidence.filter((one: { verdict: string }) => one.verdict === 'fail');
    for (const one of evidence) console.log(`${one.verdict}  ${one.step}  ${one.claim}`);
    expect(failed).toEqual([]);
    expect(evidence.some((one: { claim: string }) => /score/i.test(one.claim))).toBe(true);
  });

  test('a second run beside the first is refused at once, naming the holder', async () => {
    const first = startStrata(['up', directory]);
    const lock = join(directory, '.strata', 'local', 'lock');
    await eventually(20, 'the first run holds the lock', () => (existsSync(lock) ? true : undefined));
    const second = await strata('up', directory);
    expect(second.code).toBe(7);
    expect(second.stderr).toContain(String(first.child.pid === undefined ? 'pid' : JSON.parse(readFileSync(lock, 'utf8')).pid));
    expect((await first.finished).code).toBe(0);
  });

  test('nothing is destroyed without its name', async () => {
    expect((await strata('destroy', directory)).code).toBe(9);
    expect((await strata('destroy', directory, '--confirm', 'other')).code).toBe(9);
    expect(json('get', 'nodes').items).toHaveLength(3);
  });

  test('a drill destroys and rebuilds within the hour', async () => {
    const html = join(dirname(directory), 'drill.html');
    const drill = await strata('drill', directory, '--confirm', 'local', '-o', 'json', '--html', html);
    expect(drill.code).toBe(0);
    const report = document(drill);
    console.log(`drill: ${(report.totalMs / 1000).toFixed(0)} s; critical path: ${report.criticalPath.join(' > ')}`);
    expect(report.verdict).toBe('pass');
    expect(report.totalMs).toBeLessThan(report.budgetMs);
    expect(readFileSync(html, 'utf8')).toContain('<svg');
    expect(json('get', 'nodes').items).toHaveLength(3);
  });

  test('killed at ten random moments, up goes on and repeats nothing that was finished', async () => {
    expect((await strata('destroy', directory, '--confirm', 'local')).code).toBe(0);
    const finished = new Set<string>();
    for (let kill = 1; kill <= 10; kill += 1) {
      const run = startStrata(['up', directory, '--events', 'ndjson']);
      const delay = 1000 + Math.random() * 14_000;
      const timer = setTimeout(() => run.child.kill('SIGKILL'), delay);
      const result = await run.finished;
      clearTimeout(timer);
      console.log(`kill ${kill} after ${(delay / 1000).toFixed(1)} s: ${result.signal ?? `exit ${result.code}`}`);
      repeatsNothing(result, finished);
      if (result.signal === null) expect(result.code).toBe(0);
    }
    const last = await strata('up', directory, '--events', 'ndjson');
    expect(last.code).toBe(0);
    repeatsNothing(last, finished);
    expect(json('get', 'nodes').items).toHaveLength(3);
  });

  /** No step is done twice over all runs; adds this run's finished ones. */
  function repeatsNothing(run: Finished, finished: Set<string>): void {
    const events = run.stdout.split('\n').flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line)];
      } catch {
        return []; // the line that was being written when the process was killed
      }
    });
    const done = events.filter((e) => e.type === 'step-finished' && e.verdict === 'done').map((e) => e.step);
    expect(done.filter((step) => finished.has(step))).toEqual([]);
    for (const step of done) finished.add(step);
  }

  test('destroy leaves no process, mount, link, namespace or file', async () => {
    expect((await strata('destroy', directory, '--confirm', 'local')).code).toBe(0);
    expect(existsSync(join(directory, '.strata'))).toBe(false);
    expect(traces().filter((line) => !before.includes(line))).toEqual([]);
  });
});
