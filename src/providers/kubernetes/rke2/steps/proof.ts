import type { Action, Claim, Node, ReadWorld, Result } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { askCluster, command, getObjects } from '../../../../tools/kubectl/index.js';
import { encryptionScript, places } from '../../../../tools/rke2/index.js';
import { askMachine, parseFacts } from '../../../../tools/ssh/index.js';
import { kubeconfig } from '../member-look.js';

/** What is proved of the servers and of the cluster. */
export interface ProofWant {
  readonly servers: readonly Node[];
  readonly profile: 'cis' | 'none';
  readonly audit: boolean;
  readonly enforce: 'restricted' | 'baseline' | 'privileged';
  /** What it is proved for; another version is proved again. */
  readonly version: string;
}

/** What was found. */
export interface ProofGot {
  readonly version: string;
  readonly claims: readonly Claim[];
}

/** Looks at the cluster from outside and at each server from inside; changes nothing. */
export const proof: Action<ProofWant, ProofGot> = {
  observe: async (want, w) => ((await w.holds(kubeconfig)) ? prove(want, w) : ok(undefined)),
  diff: (_want, got) =>
    got === undefined
      ? [{ what: 'proof' }]
      : got.claims.filter(({ verdict }) => verdict === 'fail').map(({ claim }) => ({ what: claim })),
  apply: async (want, _got, w) => prove(want, w),
  verify: async (_want, got) => got.claims,
};

async function prove(want: ProofWant, w: ReadWorld): Promise<Result<ProofGot>> {
  const claims: Claim[] = [];
  for (const server of want.servers) {
    const seen = await inside(want, server, w);
    if (!seen.ok) return seen;
    claims.push(...seen.value);
    if (want.profile === 'cis') claims.push(await kernelKept(w, server.name));
  }
  if (want.enforce === 'restricted') claims.push(await restricted(w));
  if (want.profile === 'cis') claims.push(await networkPolicies(w));
  return ok({ version: want.version, claims });
}

const claim = (text: string, pass: boolean, ...controls: readonly string[]): Claim => ({
  claim: text,
  verdict: pass ? 'pass' : 'fail',
  ...(controls.length > 0 && { controls }),
});

/** What only the server itself can say. */
async function inside({ profile, audit }: ProofWant, server: Node, w: ReadWorld): Promise<Result<readonly Claim[]>> {
  const script = `set +e
${encryptionScript.trim()} 2>&1 | sed -n 's/^Encryption Status: */encryption=/p'
printf 'etcd=%s\\n' "$(stat -c %U:%G:%a ${places.etcd} 2>/dev/null)"
printf 'profile=%s\\n' "$(sed -n 's/^profile: *//p' ${places.config} 2>/dev/null)"
printf 'token=%s\\n' "$(stat -c %U:%a ${places.token} 2>/dev/null)"
printf 'audit=%s\\n' "$(grep -c '"kind":"Event"' ${places.auditLog} 2>/dev/null)"
exit 0
`;
  const said = await askMachine(w, server, { what: 'proving the server', script });
  if (!said.ok) return said;
  const facts = parseFacts(said.value);
  const { name } = server;
  return ok([
    claim(`${name} says that Secrets are encrypted in etcd`, facts.get('encryption') === 'Enabled', 'CIS-K8S-1.2.27'),
    claim(`only root of ${name} reads the token`, facts.get('token') === 'root:600'),
    ...(audit ? [claim(`${name} writes an audit log`, Number(facts.get('audit')) > 0, 'CIS-K8S-1.2.16')] : []),
    ...(profile === 'cis'
      ? [
          claim(`etcd's data on ${name} belongs to the user etcd alone`, facts.get('etcd') === 'etcd:etcd:700', 'CIS-K8S-1.1.12'),
          claim(`${name} is set up with the CIS profile`, facts.get('profile') === 'cis'),
        ]
      : []),
  ]);
}

/** The kubelet's own word for what it runs with: only with the profile does it refuse to start on another kernel setting. */
async function kernelKept(w: ReadWorld, name: string): Promise<Claim> {
  const args = ['get', '--raw', `/api/v1/nodes/${name}/proxy/configz`];
  const said = await askCluster(w, kubeconfig, 'asking a kubelet for its configuration', args, 15_000);
  const kept = said.ok && /"protectKernelDefaults":\s*true/.test(said.value);
  return claim(`the kubelet of ${name} keeps the kernel's defaults`, kept);
}

const privilegedPod = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'strata-proof' },
  spec: { containers: [{ name: 'main', image: 'strata.local/none', securityContext: { privileged: true } }] },
});

/** A privileged pod is offered as a dry run; v1.36 refuses it with `violates PodSecurity "restricted:latest"`. */
async function restricted(w: ReadWorld): Promise<Claim> {
  const args = ['create', '--dry-run=server', '--validate=false', '--namespace=default', '-f', '-'];
  const ran = await w.query({ ...command(w, kubeconfig, args), stdin: privilegedPod });
  const refused = ran.ok && ran.value.code !== 0 && ran.value.stderr.includes('violates PodSecurity');
  return claim('a privileged pod in a namespace that says nothing is refused', refused, 'CIS-K8S-5.2.2');
}

/** RKE2 makes them with the profile: https://docs.rke2.io/security/hardening_guide#network-policies */
async function networkPolicies(w: ReadWorld): Promise<Claim> {
  const found = await getObjects(w, kubeconfig, ['networkpolicies', '-A']);
  const spaces = (found.ok ? found.value : []).map(({ metadata }) => metadata.namespace);
  const all = ['default', 'kube-public', 'kube-system'].every((space) => spaces.includes(space));
  return claim('the namespaces of Kubernetes itself have network policies', all, 'CIS-K8S-5.3.2');
}
