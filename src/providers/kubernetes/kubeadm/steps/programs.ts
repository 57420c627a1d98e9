import type { Action, Claim, Node, OciImage, ReadWorld, Result } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { fetchProgramsScript, installScript, programFolder } from '../../../../tools/kubeadm/index.js';
import { askMachine, changeMachine, parseFacts } from '../../../../tools/ssh/index.js';

/** Programs of one version on a machine. */
export interface ProgramsWant {
  readonly node: Node;
  readonly version: string;
  /** Image that holds them. */
  readonly image: OciImage;
  /** `host:port` of the environment's registry. */
  readonly registry: string;
}

/** The programs as found. */
export interface ProgramsGot {
  readonly name: string;
  /** Version of the kubeadm the machine starts. */
  readonly installed: string;
  /** Digest of the image whose programs lie ready; empty where none do. */
  readonly ready: string;
  /** It is a node of a cluster: then its programs are exchanged by an upgrade alone. */
  readonly member: boolean;
}

/** Brings programs to a machine whose image carries another version: put in place at once, or laid ready where it runs pods. */
export const versionedPrograms: Action<ProgramsWant, ProgramsGot> = {
  observe: look,
  diff(want, got) {
    if (got === undefined) return [{ what: 'version', to: want.version }];
    return serves(want, got) ? [] : [{ what: 'version', from: got.installed || 'none', to: want.version }];
  },
  async apply(want, got, w) {
    const seen = got === undefined ? await look(want, w) : ok(got);
    if (!seen.ok) return seen;
    const { ref, digest } = want.image;
    const reference = `${want.registry}/${ref}@${digest}`;
    const fetch = seen.value.ready === digest ? '' : fetchProgramsScript(reference, want.version);
    const install = seen.value.member ? '' : installScript(programFolder(want.version));
    const script = `${fetch === '' ? '' : `(\n${fetch})\n`}${install}`;
    const done = await changeMachine(w, want.node, { what: `fetching programs of ${want.version}`, script, deadlineMs: 180_000 });
    return done.ok ? look(want, w) : done;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const right = seen.ok && serves(want, seen.value);
    return [
      {
        claim: `${want.node.name} has kubeadm and kubelet ${want.version}, as their image's digest says`,
        verdict: right ? 'pass' : 'fail',
      },
    ];
  },
};

const serves = (want: ProgramsWant, { installed, ready, member }: ProgramsGot): boolean =>
  installed === want.version || (member && ready === want.image.digest);

async function look({ node, version }: ProgramsWant, w: ReadWorld): Promise<Result<ProgramsGot>> {
  const script = `
printf 'version=%s\\n' "$(kubeadm version -o short 2>/dev/null || true)"
printf 'ready=%s\\n' "$(cat ${programFolder(version)}/digest 2>/dev/null || true)"
[ -e /etc/kubernetes/kubelet.conf ] && echo joined=yes || echo joined=no
`;
  const said = await askMachine(w, node, { what: 'looking at its programs', script });
  if (!said.ok) return said;
  const facts = parseFacts(said.value);
  return ok({
    name: node.name,
    installed: facts.get('version') ?? '',
    ready: facts.get('ready') ?? '',
    member: facts.get('joined') === 'yes',
  });
}
