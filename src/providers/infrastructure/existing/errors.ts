import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** Two machines of the inventory are one. */
export const listedTwice = (what: 'name' | 'address', values: readonly string[]): Failure =>
  failure('invalid', 'EXISTING-TWICE', `The inventory lists more than one machine with the ${what} ${values.join(', ')}.`, {
    say: 'Give each machine a name and an address of its own.',
    command: 'strata validate',
  });

/** No machine is meant for the control plane. */
export const noControlPlane = (): Failure =>
  failure('invalid', 'EXISTING-NO-CONTROL-PLANE', 'No machine of the inventory has the role control-plane.', {
    say: 'Write `role: control-plane` at the machine that carries it.',
    command: 'strata validate',
  });

/** A machine whose host key nobody said would have to be trusted on first use. */
export const hostKeysMissing = (machines: readonly string[], addresses: readonly string[], file: string): Failure =>
  failure('invalid', 'EXISTING-HOST-KEY', `No host key is known for ${machines.join(', ')}.`, {
    say: `Write \`hostKey\` at the machine, or put its line into ${file}. Compare what the machine shows with what its console says before you trust it.`,
    command: `ssh-keyscan -t ed25519 ${addresses.join(' ')}`,
  });

/** The key that opens the machines is not there. */
export const keyMissing = (where: string): Failure =>
  failure('invalid', 'EXISTING-KEY-MISSING', `There is no private key at ${where}.`, {
    say: 'Set `key.file` to the private key that opens the machines; make one and install its public half where there is none.',
    command: 'ssh-keygen -t ed25519',
  });

/** What is there is no key that can be used without somebody at the keyboard. */
export const keyUnusable = (where: string): Failure =>
  failure('invalid', 'EXISTING-KEY-UNUSABLE', `${where} holds no private key that opens without a passphrase.`, {
    say: 'Use a key of its own for this, without a passphrase and readable by you alone.',
    command: 'ssh-keygen -t ed25519',
  });

/** Only Linux carries the layers above. */
export const notLinux = (machine: string, system: string): Failure =>
  failure('refused', 'EXISTING-NOT-LINUX', `${machine} runs ${system || 'an unknown system'}, Linux is needed.`, {
    say: 'Take the machine out of the inventory, or install Linux on it.',
    command: 'strata validate',
  });

/** The machine has less than the definition counts on. */
export const tooSmall = (machine: string, lacks: readonly string[]): Failure =>
  failure('refused', 'EXISTING-TOO-SMALL', `${machine} has less than the inventory says: ${lacks.join('; ')}.`, {
    say: 'Write what the machine really has, and rehearse whether everything still fits.',
    command: 'strata rehearse',
  });

/** One cluster cannot have both kinds of control groups. */
export const cgroupDiffers = (machine: string, has: string, first: string): Failure =>
  failure(
    'refused',
    'EXISTING-CGROUP-DIFFERS',
    `${machine} has control groups ${has}, the first control plane has ${first}; kubelet is set up for one of them.`,
    { say: 'Boot all machines with the same kind.', command: 'stat -fc %T /sys/fs/cgroup' },
  );

/** What a machine printed cannot be read. */
export const unreadable = (machine: string, said: string): Failure =>
  failure('tool-failed', 'EXISTING-UNREADABLE', `${machine} did not say what it is: ${said.slice(0, 200)}`, {
    say: 'Look whether a login shell prints or ends something before our script runs.',
    command: 'ssh -T MACHINE uname -s',
  });

/** A supporting service does not come up. */
export const supportSilent = (what: string, address: string, log: string): Failure =>
  failure('not-ready', 'EXISTING-SUPPORT', `The ${what} at ${address} does not answer: ${log}`, {
    say: 'Check that the address belongs to the machine Strata runs on and that nothing else listens there.',
    command: 'ip -brief address',
  });

/** A program that serves the machines is nowhere. */
export const programMissing = (program: string): Failure =>
  failure('tool-missing', 'EXISTING-PROGRAM', `The program ${program} is not installed.`, {
    say: 'Install what is missing.',
    command: 'strata doctor --install',
  });
