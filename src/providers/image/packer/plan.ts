import type { Kit } from '../../../model/index.js';
import { carriesContent, carriesImage, carriesPackages } from './carries.js';
import { readBoot, readChecks, readImage, readScap, readSources, readTailoring } from './catalog-data.js';
import { type PackerSpec, profileOf } from './spec.js';
import { base } from './steps/base.js';
import { build } from './steps/build.js';
import { content } from './steps/content.js';
import { exportDisks } from './steps/export.js';
import { scan } from './steps/scan.js';
import { verify } from './steps/verify.js';
import { waiverStep } from './plan-target.js';

/** The catalog's folder for the image's operating system, read. */
function dataOf({ os }: PackerSpec, kit: Kit) {
  const folder = `image/${os}`;
  const text = (file: string): string => kit.text(kit.catalog(`${folder}/${file}`));
  return {
    folder,
    image: readImage(text('image.yaml')),
    scap: readScap(text('scap.yaml')),
    tailoring: readTailoring(text('tailoring.yaml')),
    checks: readChecks(text('verify.yaml')),
  };
}

type Data = ReturnType<typeof dataOf>;

/** All steps of an image, from packages to disk files. */
export function planImage(spec: PackerSpec, kit: Kit) {
  const data = dataOf(spec, kit);
  const roots = rootSteps(spec, kit, data);
  const built = buildStep(spec, kit, data, roots);
  const disks = diskStep(spec, kit, data, built);
  return {
    os: data.image.os,
    build: built,
    disks,
    steps: [waiverStep(spec, kit), ...roots.steps, built, ...proofSteps(kit, data, roots, built), ...(disks ? [disks] : [])],
  };
}

/** What the build starts from: SCAP content, base, and what the base does not meet. */
function rootSteps(spec: PackerSpec, kit: Kit, { image, scap, tailoring }: Data) {
  const mirror = spec.mirror === undefined ? {} : { mirror: spec.mirror };
  const { os, suite = '', snapshot, user, sudoGroup, leaveOut = [], include = [] } = image;
  const { package: name, version, sha256, datastream } = scap;
  const scapContent = kit.step({
    id: 'content',
    title: 'SCAP content',
    effect: 'local',
    inputs: { suite: scap.suite, package: name, version, sha256, datastream, ...mirror },
    action: content,
    carries: carriesContent,
  });
  const root = kit.step({
    id: 'base',
    title: 'Base root filesystem',
    effect: 'local',
    inputs: {
      os,
      suite,
      snapshot,
      user,
      sudoGroup,
      leaveOut,
      include,
      packages: [...image.packages, ...spec.packages],
      ...mirror,
    },
    tools: ['mmdebstrap'],
    action: base,
    carries: carriesPackages,
  });
  const profile = `${scap.profilePrefix}${scap.profiles[profileOf(spec)] ?? ''}`;
  const against = { datastream: scapContent.out('datastream'), sha256: scapContent.out('sha256'), profile, tailoring };
  const assess = kit.step({
    id: 'assess',
    title: 'Scan before hardening',
    effect: 'local',
    inputs: { folder: root.out('folder'), ...against },
    tools: ['oscap'],
    action: scan,
  });
  return { scapContent, root, assess, against, steps: [scapContent, root, assess] };
}

type Roots = ReturnType<typeof rootSteps>;

function buildStep(spec: PackerSpec, kit: Kit, { folder, image, tailoring }: Data, { root, assess, scapContent }: Roots) {
  const { os, user, record, binaries } = image;
  return kit.step({
    id: 'build',
    title: 'Build with Packer and Ansible',
    effect: 'local',
    inputs: {
      os,
      user,
      record,
      base: { key: root.out('key'), folder: root.out('folder') },
      assessment: { evidence: assess.out('evidence') },
      content: scapContent.out('sha256'),
      profile: profileOf(spec),
      ansible: kit.catalog('ansible'),
      templates: kit.catalog(`${folder}/packer`),
      tailoring,
      binaries: Object.fromEntries(binaries.map((name) => [name, kit.tool(name)])),
    },
    tools: ['packer', 'ansible-playbook', 'systemd-nspawn', 'ssh-keygen', 'ip'],
    action: build,
    carries: carriesImage,
  });
}

type Built = ReturnType<typeof buildStep>;

/** What is proved of the image, beside the layers that already use it. */
function proofSteps(kit: Kit, { image, checks }: Data, { assess, against }: Roots, built: Built) {
  const folder = built.out('folder');
  return [
    kit.step({
      id: 'scan',
      title: 'Scan after hardening',
      effect: 'local',
      inputs: { folder, before: assess.out('evidence'), ...against },
      tools: ['oscap'],
      action: scan,
    }),
    kit.step({
      id: 'verify',
      title: 'Boot the image and check it',
      effect: 'local',
      inputs: { folder, user: image.user, checks },
      tools: ['systemd-nspawn', 'ssh', 'ssh-keygen', 'ip'],
      action: verify,
    }),
  ];
}

function diskStep({ exports, diskSize, mirror }: PackerSpec, kit: Kit, { folder, image }: Data, built: Built) {
  if (exports.length === 0) return undefined;
  const size = Number.parseInt(diskSize, 10) * 2 ** 30;
  const text = (file: string): string => kit.text(kit.catalog(`${folder}/${file}`));
  return kit.step({
    id: 'export',
    title: 'Write disk files',
    effect: 'local',
    inputs: {
      folder: built.out('folder'),
      key: built.out('key'),
      formats: exports,
      size,
      os: { title: image.title, guest: readSources(text('sources.yaml')).vsphere.guest },
      boot: readBoot(text('boot.yaml')),
      ...(mirror && { mirror }),
    },
    tools: ['qemu-img', 'sfdisk'],
    action: exportDisks,
  });
}
