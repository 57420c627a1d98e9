import { renderCompletion } from '../../report/completion.js';
import type { Call } from '../call.js';
import { exitCodes } from '../exit-codes.js';
import { everywhere, grammar } from '../grammar.js';

/** `strata completion`. */
export async function run({ args, streams }: Call): Promise<number> {
  const [shell] = args;
  const commands = grammar.map(({ name, text, args: words, options }) => ({
    name,
    text,
    words: words.flatMap((word) => word.choices ?? []),
    takesFolder: words.some((word) => word.name === '[DIR]'),
    options: [...options, ...everywhere].map(({ flags, text: about, choices }) => ({
      flags,
      text: about,
      choices: choices ?? [],
    })),
  }));
  streams.out(renderCompletion(shell === 'zsh' || shell === 'fish' ? shell : 'bash', commands));
  return exitCodes.ok;
}
