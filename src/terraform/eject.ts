import { type EjectedVariable, type Ejection, isRef, type Kit, type SecretRef, type Step } from '../model/index.js';
import type { MachineKeysWant } from './keys.js';
import type { ModuleWant } from './module.js';
import type { WorkspaceWant } from './settings.js';

/** What stands for the machine image in the file of variables until make fills it in. */
const imageMark = '@IMAGE@';
const loginMark = '@LOGIN_KEY@';

/**
 * The steps of an environment as plain Terraform: the module, its variables as a file, where its state lies, and keys that
 * a script makes. What an earlier step would give is filled in by make.
 */
export function ejectEnvironment(steps: readonly Step[], kit: Kit): Ejection {
  const workspace = inputsOf<WorkspaceWant>(steps, 'workspace');
  const module = inputsOf<ModuleWant>(steps, 'terraform');
  const keys = inputsOf<MachineKeysWant>(steps, 'keys');
  const bin = workspace?.bin ?? 'terraform';
  const files = ['terraform.tfvars.json.in', 'keys.sh', 'keys.tfvars.json'];
  const run = '$(TERRAFORM) -chdir=module';
  const vars = '-input=false -var-file=../terraform.tfvars.json -var-file=../keys.tfvars.json';
  const filled = [
    './keys.sh',
    `sed -e "s|${imageMark}|$(IMAGE)|g" -e "s|${loginMark}|$$(cat keys/login.pub)|g" ${files[0]} > terraform.tfvars.json`,
  ];
  return {
    files: [
      ...(workspace === undefined ? [] : [{ path: 'module', copy: workspace.module }]),
      {
        path: 'module/backend.tf.json',
        text: json({ terraform: { backend: { [workspace?.backend.type ?? 'local']: workspace?.backend.config ?? {} } } }),
      },
      { path: 'terraform.tfvars.json.in', text: json(withoutRefs(module?.variables ?? {}, 'variables')) },
      { path: 'keys.sh', text: keysScript(['login', ...(keys?.machines ?? [])]), mode: 0o755 },
      {
        path: '.gitignore',
        text: 'keys/\nkeys.tfvars.json\nterraform.tfvars.json\nmodule/.terraform/\n*.tfstate*\noutputs.json\n',
      },
    ],
    variables: [
      { name: 'IMAGE', why: 'the machine image: an id, a template or a file, as the module says' },
      { name: 'TERRAFORM', why: 'the program', fallback: bin },
      ...environment(module?.env ?? {}),
    ],
    programs: [bin, 'ssh-keygen'],
    check: [`${run} init -backend=false -input=false > /dev/null`, `${run} validate`, `${run} fmt -check`],
    apply: [
      ...filled,
      `${run} init -input=false > /dev/null`,
      `${run} apply -auto-approve ${vars}`,
      `${run} output -json > outputs.json`,
    ],
    destroy: [...filled, `${run} init -input=false > /dev/null`, `${run} destroy -auto-approve ${vars}`],
    leftOut: [
      'Control planes are not guarded against a plan that would replace them: read the plan before you apply.',
      'Nobody waits until a machine answers; keys/NAME.pub is the host key that it must show.',
      `${kit.platform}'s registry and git server are yours to run.`,
    ],
  };
}

/** Inputs of the step of that name, as its own planner wrote them. */
function inputsOf<T>(steps: readonly Step[], name: string): T | undefined {
  return steps.find(({ id }) => id.endsWith(`/${name}`))?.inputs as T | undefined; // both ends are in this folder
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Values that come from earlier steps: the login key by where it stands, the image everywhere else. */
function withoutRefs(value: unknown, key: string): unknown {
  if (isRef(value)) return key === 'key' || key.endsWith('_key') ? loginMark : imageMark;
  if (Array.isArray(value)) return value.map((one) => withoutRefs(one, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (one === undefined ? [] : [[name, withoutRefs(one, name)]])),
  );
}

/** What the module's own provider reads from its environment. */
const environment = (env: Readonly<Record<string, string | SecretRef>>): readonly EjectedVariable[] =>
  Object.entries(env).map(([name, one]) =>
    typeof one === 'string'
      ? { name, why: 'read by the provider', fallback: one }
      : { name, why: `read by the provider; what Strata keeps as ${one.$secret}` },
  );

/** Makes keys that are missing and hands them to the module as one variable; POSIX shell and ssh-keygen alone. */
const keysScript = (names: readonly string[]): string => `#!/bin/sh
# Makes one ed25519 key for each machine, and one to log in with; keys that are there stay.
set -eu
umask 077
mkdir -p keys
text() { awk '{ printf "%s\\\\n", $0 }' "$1"; }
separator=
{
  printf '{"host_keys":{'
  for name in ${names.join(' ')}; do
    test -f "keys/$name" || ssh-keygen -q -t ed25519 -N '' -C "$name" -f "keys/$name" < /dev/null > /dev/null
    test "$name" = login && continue
    printf '%s"%s":{"private":"%s","public":"%s"}' "$separator" "$name" "$(text "keys/$name")" "$(cut -d' ' -f1,2 "keys/$name.pub")"
    separator=,
  done
  printf '}}\\n'
} > keys.tfvars.json
`;
