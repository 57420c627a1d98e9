import type { Action, Claim, ReadWorld, SecretRef } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { askCluster } from '../../../../tools/kubectl/index.js';
import { notBooted } from '../errors.js';
import { installedOf } from '../folder.js';

/** Machines that somebody has to boot from the medium. */
export interface BootWant {
  readonly iso: string;
  readonly kubeconfig: SecretRef;
  /** Names, the one that leads first. */
  readonly machines: readonly string[];
  /** Of the machine that leads. */
  readonly address: string;
  readonly minutes: number;
}

/** What was seen of them. */
export interface BootGot {
  /** `rendezvous`: the leading machine runs the medium · `cluster`: the cluster itself answers, so they must have. */
  readonly seen: 'rendezvous' | 'cluster';
}

/** Waits for what this program cannot do itself, and claims no more than it saw. */
export const bootedMachines: Action<BootWant, BootGot> = {
  async observe(want, w) {
    const seen = await look(want, w);
    return ok(seen === undefined ? undefined : { seen });
  },
  diff: (_want, got) => (got === undefined ? [{ what: 'machines', to: 'booted from the medium' }] : []),
  async apply(want, _got, w) {
    const iso = `${w.paths.state}/${want.iso}`;
    w.note(`Boot ${want.machines.join(', ')} from ${iso}; ${want.machines[0] ?? ''} (${want.address}) leads the installation.`);
    const end = w.now().getTime() + want.minutes * 60_000;
    for (;;) {
      const seen = await look(want, w);
      if (seen !== undefined) return ok({ seen });
      if (w.now().getTime() >= end || w.signal.aborted) return err(notBooted(iso, want.address, want.minutes));
      await w.pause(15_000);
    }
  },
  async verify({ machines, address }, { seen }): Promise<readonly Claim[]> {
    const saw = seen === 'rendezvous' ? `The installation service at ${address} answers` : 'The API of the cluster answers';
    return [
      { claim: saw, verdict: 'pass' },
      { claim: `All ${machines.length} machines were booted from the medium`, verdict: 'not-checked' },
    ];
  },
};

/** The leading machine serves the installation on port 8090 until it becomes a node. https://github.com/openshift/installer pkg/agent/rest.go */
async function look({ address, kubeconfig }: BootWant, w: ReadWorld): Promise<BootGot['seen'] | undefined> {
  if ((await w.stat(installedOf(w))) !== undefined) return 'cluster';
  const answer = await w.get({ url: `http://${address}:8090/api/assisted-install/v2/infra-envs`, deadlineMs: 5_000 });
  // Newer releases ask for a token: a refusal is an answer all the same.
  if (answer.ok && answer.value.status < 500) return 'rendezvous';
  const ready = await askCluster(w, kubeconfig, 'asking the API server', ['get', '--raw', '/readyz'], 10_000);
  return ready.ok && ready.value.trim() === 'ok' ? 'cluster' : undefined;
}
