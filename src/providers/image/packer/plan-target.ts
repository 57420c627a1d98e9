import type { Kit } from '../../../model/index.js';
import { type ImageData, readChecks, readImage, readScap, readSources, readTailoring, type ScapData } from './catalog-data.js';
import { deviationsOf, readConflicts } from './conflicts.js';
import { type PackerSpec, profileOf } from './spec.js';
import { content } from './steps/content.js';
import { machineImage } from './steps/image/image.js';
import { waivers } from './steps/waivers.js';
import { type TargetPlan, targetOf } from './targets/index.js';
import { assemble } from './templates.js';

/** Where the profile contradicts the platform. */
export const deviations = (spec: PackerSpec, kit: Kit) =>
  deviationsOf(readConflicts(kit.text(kit.catalog('hardening/conflicts.yaml'))), spec.os, profileOf(spec));

/** Names each contradiction in the plan and writes the waivers. */
export function waiverStep(spec: PackerSpec, kit: Kit) {
  const found = deviations(spec, kit);
  const left = found.filter(({ tailoring }) => tailoring === 'leave-out').flatMap(({ rules }) => rules).length;
  return kit.step({
    id: 'waivers',
    title: `${found.length} deviations from ${profileOf(spec)}, ${left} rules left out`,
    effect: 'local',
    inputs: { os: spec.os, profile: profileOf(spec), deviations: found },
    action: waivers,
  });
}

/** The target of a spec that does not make a root file system. */
export function targetPlan(spec: PackerSpec, kit: Kit): TargetPlan | undefined {
  if (spec.target === 'rootfs') return undefined;
  return targetOf(spec, readSources(kit.text(kit.catalog(`image/${spec.os}/sources.yaml`))));
}

/** Texts that Packer is given for the target. */
export function templatesOf(kit: Kit, target: TargetPlan, runner: 'goss' | 'inspec', packer: '1.6' | 'modern' = '1.6') {
  const text = (path: string): string => kit.text(kit.catalog(`image/targets/${path}`));
  const steps = kit.names(kit.catalog('image/targets/common/build'));
  return assemble(
    {
      source: text(`${target.id}/source.pkr.hcl`),
      plugins: text(`${target.id}/plugins.pkr.hcl`),
      variables: text('common/variables.pkr.hcl'),
      steps: Object.fromEntries(steps.map((name) => [name, text(`common/build/${name}`)])),
    },
    target,
    runner,
    packer,
  );
}

/** Steps of an image at a target: content, deviations, the build with scan and checks inside. */
export function planTarget(spec: PackerSpec, kit: Kit, target: TargetPlan) {
  const text = (file: string): string => kit.text(kit.catalog(`image/${spec.os}/${file}`));
  const image = readImage(text('image.yaml'));
  const scap = readScap(text('scap.yaml'));
  const profile = scap.profiles[profileOf(spec)] ?? '';
  const scapContent = contentStep(spec, kit, scap, profile);
  const build = kit.step({
    id: 'image',
    title: `Build with Packer (${target.builder})`,
    effect: target.place.kind === 'file' ? 'local' : 'remote',
    inputs: {
      ...chosen(spec, image),
      name: kit.component,
      target,
      profileId: `${scap.profilePrefix}${profile}`,
      content: {
        sha256: scapContent.out('sha256'),
        datastream: scapContent.out('datastream'),
        playbook: scapContent.out('playbook'),
        present: scap.present ?? '',
      },
      tailoring: readTailoring(text('tailoring.yaml')),
      deviations: deviations(spec, kit),
      checks: readChecks(text('verify.yaml')),
      ansible: kit.catalog('ansible'),
      wrapper: kit.catalog('image/targets/common/run-inspec.sh'),
      templates: templatesOf(kit, target, spec.checks === 'goss' ? 'goss' : 'inspec'),
      answers: answersOf(kit, spec.os, target),
      binaries: Object.fromEntries(image.binaries.map((tool) => [tool, kit.tool(tool)])),
    },
    tools: [
      'packer',
      'ansible-playbook',
      'ssh-keygen',
      spec.checks,
      ...(target.client ? [target.client] : []),
      ...hostTools(target),
    ],
    action: machineImage,
  });
  return { os: image.os, build, steps: [waiverStep(spec, kit), scapContent, build] };
}

/** The SCAP content with the profile's own playbook. */
function contentStep(spec: PackerSpec, kit: Kit, scap: ScapData, profile: string) {
  const { suite, package: name, version, sha256, datastream, playbooks } = scap;
  const mirror = spec.mirror === undefined ? {} : { mirror: spec.mirror };
  return kit.step({
    id: 'content',
    title: 'SCAP content',
    effect: 'local',
    inputs: { suite, package: name, version, sha256, datastream, playbook: `${playbooks}${profile}.yml`, ...mirror },
    action: content,
  });
}

/** What the definition says, over what the catalog says. */
export const chosen = (spec: PackerSpec, { os, user, sudoGroup, snapshot, packages, repositories = [] }: ImageData) => ({
  os,
  user,
  sudoGroup,
  snapshot,
  packages: [...new Set([...packages, ...spec.packages])],
  repositories: spec.repositories ?? repositories,
  profile: profileOf(spec),
  fips: spec.fips ? ('on' as const) : ('off' as const),
  runner: spec.checks,
});

const hostTools = ({ builder }: TargetPlan): readonly string[] => (builder === 'qemu' ? ['qemu-system-x86_64', 'qemu-img'] : []);

/** The installer's answers are the operating system's; cloud-init's are the same for all. */
function answersOf(kit: Kit, os: string, target: TargetPlan): string {
  if (target.answers === undefined) return '';
  const path = target.builder === 'qemu' ? 'targets/common/answers' : `${os}/answers`;
  return kit.text(kit.catalog(`image/${path}/${target.answers}`));
}
