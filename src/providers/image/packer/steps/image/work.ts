import type { Json, Result, World } from '../../../../../model/index.js';
import { err, ok } from '../../../../../model/index.js';
import { inOrder, run } from '../../commands.js';
import { imageCorrupt } from '../../errors.js';
import { makeKey } from '../../keys.js';
import { inCache } from '../../places.js';
import { roleVariables } from '../../role-variables.js';
import { toGoss, toInspec } from '../../runners.js';
import { fillAnswers } from '../../templates.js';
import { keyTag, buildGroup } from './found.js';
import type { ImageWant } from './want.js';

/** Puts everything a build reads into its work folder; returns the files with values. */
export async function prepareWork(
  w: World,
  want: ImageWant,
  { work, key, name }: { readonly work: string; readonly key: string; readonly name: string },
): Promise<Result<readonly string[]>> {
  const folders = ['', 'keys', 'results', 'bin', 'answers', 'templates', 'checks/controls'];
  const prepared = await inOrder(
    ...folders.map((folder) => () => w.makeDirectory(`${work}/${folder}`, 0o700)),
    ...Object.keys(want.binaries).map((tool) => () => linkTool(w, tool, `${work}/bin/${tool}`)),
    ...Object.entries(want.templates).map(
      ([file, text]) =>
        () =>
          w.write(`${work}/templates/${file}`, text),
    ),
    () => writeChecks(w, want, work),
  );
  if (!prepared.ok) return prepared;
  const login = await makeKey(w, `${work}/keys/login`);
  if (!login.ok) return login;
  const answered = await writeAnswers(w, want, work, login.value.publicKey);
  if (!answered.ok) return answered;
  const common = await commonValues(w, want, { work, key, name });
  if (!common.ok) return common;
  const values = [`${work}/common.pkrvars.json`, `${work}/target.pkrvars.json`, `${work}/variables.json`] as const;
  const written = await inOrder(
    () => w.write(values[0], JSON.stringify(common.value)),
    () => w.write(values[1], JSON.stringify(targetValues(want, { work, key }))),
    () => w.write(values[2], JSON.stringify(roleVariables({ ...want, login: want.target.login, binaries: `${work}/bin` }))),
  );
  return written.ok ? ok(values.slice(0, 2)) : written;
}

async function linkTool(w: World, tool: string, to: string): Promise<Result<unknown>> {
  const path = (await w.locate(tool)) ?? tool;
  return run(w, { what: `finding ${tool}`, tool: 'ln', args: ['-s', path, to] });
}

async function writeChecks(w: World, { runner, checks, os }: ImageWant, work: string): Promise<Result<void>> {
  if (runner === 'goss') return w.write(`${work}/goss.yaml`, toGoss(checks));
  return inOrder(
    ...Object.entries(toInspec(checks, os)).map(
      ([file, text]) =>
        () =>
          w.write(`${work}/checks/${file}`, text),
    ),
  );
}

async function writeAnswers(w: World, { target, answers }: ImageWant, work: string, key: string): Promise<Result<void>> {
  if (target.answers === undefined) return ok(undefined);
  return inOrder(
    () => w.write(`${work}/answers/${target.answers}`, fillAnswers(answers, { login: target.login, key })),
    // cloud-init takes answers only beside the file that names the machine.
    () => w.write(`${work}/answers/meta-data`, 'instance-id: strata\n'),
  );
}

/** Rules of a playbook, which are its tags, that match a pattern of the tailoring. */
export function skippedTags(playbook: string, patterns: readonly string[]): readonly string[] {
  const tags = new Set([...playbook.matchAll(/^\s+- ([A-Za-z0-9_-]+)\s*$/gm)].map(([, tag]) => tag ?? ''));
  const fits = (tag: string): boolean =>
    patterns.some((pattern) => (pattern.endsWith('*') ? tag.startsWith(pattern.slice(0, -1)) : pattern === tag));
  return [...tags].filter(fits).sort();
}

type Values = Readonly<Record<string, Json>>;

async function commonValues(
  w: World,
  want: ImageWant,
  { work, key, name }: { readonly work: string; readonly key: string; readonly name: string },
): Promise<Result<Values>> {
  const playbook = await w.read(inCache(w, want.content.playbook));
  if (!playbook.ok) return playbook;
  if (playbook.value === undefined) return err(imageCorrupt(want.content.playbook));
  const left = [
    ...want.tailoring.map(({ rule }) => rule),
    ...want.deviations.filter(({ tailoring }) => tailoring === 'leave-out').flatMap(({ rules }) => rules),
  ];
  const scratch = '/var/tmp/strata';
  return ok({
    name,
    tags: { [keyTag]: key, 'strata-os': want.os, 'strata-profile': want.profile },
    login: want.target.login,
    ansible: `${w.paths.catalog}/${want.ansible.path}`,
    playbook: inCache(w, want.content.playbook),
    // Never empty: Ansible would take the next argument for the list.
    skip: ['never-skipped', ...skippedTags(playbook.value, left)].join(','),
    variables: `${work}/variables.json`,
    results: `${work}/results`,
    datastream: want.content.present === '' ? inCache(w, want.content.datastream) : '',
    content: want.content.present === '' ? `${scratch}/datastream.xml` : want.content.present,
    profile: want.profileId,
    checks: want.runner === 'goss' ? `${work}/goss.yaml` : `${work}/checks`,
    runner: (await w.locate(want.runner)) ?? want.runner,
    inspec: `${w.paths.catalog}/${want.wrapper.path}`,
    scratch,
  });
}

/** The target's own values, with what is known only now. */
function targetValues({ target }: ImageWant, { work, key }: { readonly work: string; readonly key: string }): Values {
  const login = { key: `${work}/keys/login` };
  const answers = target.answers === undefined ? {} : { answers: `${work}/answers` };
  const own = {
    qemu: { ...login, output: `${work}/out` },
    aws: {},
    azure: { build_group: buildGroup(key) },
    'vsphere-iso': login,
    'vsphere-clone': login,
    rootfs: {},
  };
  return { ...own[target.id], ...answers, ...target.variables };
}
