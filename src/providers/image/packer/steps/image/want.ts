import type { Json, ToolArtefact, Tree } from '../../../../../model/index.js';
import type { Check, ImageData, TailoredRule } from '../../catalog-data.js';
import type { Deviation } from '../../conflicts.js';
import { keyOf } from '../../places.js';
import type { TargetPlan } from '../../targets/index.js';
import type { Templates } from '../../templates.js';

/** Everything an image of a target is made from. */
export interface ImageWant extends Pick<ImageData, 'os' | 'user' | 'sudoGroup' | 'snapshot' | 'packages'> {
  /** Of the component. */
  readonly name: string;
  readonly target: TargetPlan;
  readonly profile: string;
  /** Its full id. */
  readonly profileId: string;
  readonly fips: 'on' | 'off';
  readonly repositories: NonNullable<ImageData['repositories']>;
  /** Data stream and playbook, relative to the cache; the data stream may be on the machine instead. */
  readonly content: { readonly sha256: string; readonly datastream: string; readonly playbook: string; readonly present: string };
  readonly tailoring: readonly TailoredRule[];
  readonly deviations: readonly Deviation[];
  readonly checks: readonly Check[];
  readonly runner: 'goss' | 'inspec' | 'cinc-auditor';
  readonly ansible: Tree;
  /** Starts InSpec. */
  readonly wrapper: Tree;
  readonly templates: Templates;
  /** Text of the installer's or cloud-init's answers; empty where there are none. */
  readonly answers: string;
  readonly binaries: Readonly<Record<string, ToolArtefact>>;
}

/** Everything that decides what comes out; nothing about where or when. */
export function keyOfImage(want: ImageWant): string {
  const { os, snapshot, packages, profile, fips, content, ansible, templates, answers, target, tailoring, deviations } = want;
  return keyOf({
    os,
    snapshot,
    packages: [...packages].sort(),
    repositories: want.repositories.map((one) => ({ ...one })),
    profile,
    fips,
    content: content.sha256,
    left: [...tailoring.map(({ rule }) => rule), ...deviations.flatMap(({ rules }) => rules)],
    ansible: ansible.digest,
    templates: { ...templates },
    answers,
    target: { id: target.id, login: target.login, ...target.identity },
    binaries: Object.entries(want.binaries).map(([name, { digest }]): Json => [name, digest]),
  });
}

/** Name at its place: the same inputs, the same name. Letters, digits and hyphens, which every place takes. */
export const imageName = ({ name, os }: Pick<ImageWant, 'name' | 'os'>, key: string): string =>
  `strata-${name}-${os.replaceAll('.', '')}-${key}`;
