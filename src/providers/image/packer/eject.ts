import type { EjectedFile, Ejection, Json, Kit } from '../../../model/index.js';
import { readChecks, readImage, readScap, readTailoring } from './catalog-data.js';
import { chosen, deviations, targetPlan, templatesOf } from './plan-target.js';
import { roleVariables } from './role-variables.js';
import { toGoss, toInspec } from './runners.js';
import { type PackerSpec, profileOf } from './spec.js';
import type { TargetPlan } from './targets/index.js';

/** Stands for the folder of the ejected component until make fills it in. */
const here = '@HERE@';
const json = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`;

/** A target's build as Packer and Ansible take it; the local root file system is built without a builder of Packer's, and has no such form. */
export function ejectImage(spec: PackerSpec, kit: Kit): Ejection | undefined {
  const target = targetPlan(spec, kit);
  if (target === undefined) return undefined;
  const text = (file: string): string => kit.text(kit.catalog(`image/${spec.os}/${file}`));
  const image = readImage(text('image.yaml'));
  const scap = readScap(text('scap.yaml'));
  const runner = spec.checks === 'goss' ? 'goss' : 'inspec';
  const values = '-var-file=values.pkrvars.json -var-file=target.pkrvars.json';
  // Packer before 1.7 has its builders inside and knows no list of plugins.
  const old = `case "$$($(PACKER) version)" in *v1.[0-6].*) rm -f templates/plugins.pkr.hcl ;; esac`;
  const filled = [old, './fill.sh', ...(spec.checks === 'goss' ? [] : ['chmod +x run-inspec.sh'])];
  return {
    files: [
      ...Object.entries(templatesOf(kit, target, runner, 'modern')).map(([name, content]) => ({
        path: `templates/${name}`,
        text: content,
      })),
      ...checkFiles(spec, kit),
      { path: 'ansible', copy: kit.catalog('ansible') },
      { path: 'run-inspec.sh', copy: kit.catalog('image/targets/common/run-inspec.sh') },
      {
        path: 'values.json.in',
        text: json(commonValues(spec, kit, target, `${scap.profilePrefix}${scap.profiles[profileOf(spec)] ?? ''}`)),
      },
      { path: 'target.json.in', text: json({ ...target.variables }) },
      {
        path: 'variables.json.in',
        text: json(roleVariables({ ...chosen(spec, image), login: target.login, binaries: '@BIN@' })),
      },
      { path: 'skip.patterns', text: patternsOf(spec, kit) },
      { path: 'fill.sh', text: fillScript, mode: 0o755 },
    ],
    variables: [
      { name: 'PLAYBOOK', why: 'the SCAP content’s Ansible playbook of the profile' },
      { name: 'DATASTREAM', why: 'the SCAP content’s data stream' },
      { name: 'BIN', why: `folder with ${image.binaries.join(', ')}` },
      { name: 'RUNNER', why: `the program ${spec.checks}` },
      { name: 'PACKER', why: 'the program', fallback: 'packer' },
    ],
    programs: ['packer', 'ansible-playbook', spec.checks],
    check: [
      ...filled,
      `$(PACKER) validate -syntax-only ${values} templates`,
      ...['prepare', 'node', 'harden', 'seal'].map(
        (play) => `ansible-playbook --syntax-check -i localhost, ansible/${play}.yml > /dev/null`,
      ),
    ],
    apply: [...filled, '! test -f templates/plugins.pkr.hcl || $(PACKER) init templates', `$(PACKER) build ${values} templates`],
    destroy: [],
    leftOut: [
      `Credentials of ${target.builder} are the builder’s own: its documentation names the environment variables.`,
      'The scan and the checks are written to results/ and not judged: rules that are not met do not stop the build.',
      'An image that was made before is not found again, and nothing takes an image away.',
      ...(target.answers === undefined
        ? []
        : ['The installer’s answers need your login key: see answers in the catalog of images.']),
    ],
  };
}

function checkFiles(spec: PackerSpec, kit: Kit): readonly EjectedFile[] {
  const checks = readChecks(kit.text(kit.catalog(`image/${spec.os}/verify.yaml`)));
  if (spec.checks === 'goss') return [{ path: 'goss.yaml', text: toGoss(checks) }];
  return Object.entries(toInspec(checks, spec.os)).map(([name, text]) => ({ path: `checks/${name}`, text }));
}

function commonValues(spec: PackerSpec, kit: Kit, target: TargetPlan, profile: string): Readonly<Record<string, Json>> {
  const scratch = '/var/tmp/strata';
  return {
    name: `${kit.platform}-${kit.component}`,
    tags: { platform: kit.platform, os: spec.os, profile: profileOf(spec) },
    login: target.login,
    ansible: `${here}/ansible`,
    playbook: '@PLAYBOOK@',
    skip: '@SKIP@',
    variables: `${here}/variables.json`,
    results: `${here}/results`,
    datastream: '@DATASTREAM@',
    content: `${scratch}/datastream.xml`,
    profile,
    checks: spec.checks === 'goss' ? `${here}/goss.yaml` : `${here}/checks`,
    runner: '@RUNNER@',
    inspec: `${here}/run-inspec.sh`,
    scratch,
  };
}

/** Rules whose remediation is left out, as extended regular expressions over the playbook's tags. */
function patternsOf(spec: PackerSpec, kit: Kit): string {
  const rules = [
    ...readTailoring(kit.text(kit.catalog(`image/${spec.os}/tailoring.yaml`))).map(({ rule }) => rule),
    ...deviations(spec, kit)
      .filter(({ tailoring }) => tailoring === 'leave-out')
      .flatMap((one) => one.rules),
  ];
  return [...new Set(rules)]
    .sort()
    .map((rule) => (rule.endsWith('*') ? `^${rule.slice(0, -1)}` : `^${rule}$`))
    .map((line) => `${line}\n`)
    .join('');
}

const fillScript = `#!/bin/sh
# Fills in what is known only here: folders, the content, the programs. Tags of the playbook that match skip.patterns are left out.
set -eu
mkdir -p results
skip=$(sed -n 's/^ *- \\([A-Za-z0-9_-]*\\) *$/\\1/p' "$PLAYBOOK" | sort -u | grep -E -f skip.patterns | paste -s -d, - || true)
fill() { sed -e "s|@HERE@|$PWD|g" -e "s|@PLAYBOOK@|$PLAYBOOK|g" -e "s|@DATASTREAM@|$DATASTREAM|g" -e "s|@BIN@|$BIN|g" -e "s|@RUNNER@|$RUNNER|g" -e "s|@SKIP@|never-skipped\${skip:+,$skip}|g" "$1" > "$2"; }
fill values.json.in values.pkrvars.json
fill target.json.in target.pkrvars.json
fill variables.json.in variables.json
`;
