import type { Command } from '../model/index.js';

/** An argument as the program gets it: a secret's is the path of the file that holds it. */
export function argumentText(argument: Command['args'][number], pathOf: (name: string) => string): string {
  if (typeof argument === 'string') return argument;
  const path = pathOf(argument.$secretPath);
  return argument.within === undefined ? path : argument.within.replaceAll('{}', () => path);
}
