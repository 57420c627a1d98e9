import { type Action, type Claim, type Failure, failure, ok, type Result, type Step, type StepId } from '../model/index.js';

/** What a toy step makes: a file with this text. */
export interface Toy {
  readonly text: string;
}

/** How a toy misbehaves. */
export interface ToyOptions {
  /** Text of the file, or Refs into other toys. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly after?: readonly StepId[];
  readonly deadlineMs?: number;
  readonly effect?: Step['effect'];
  /** Called before the file is written, with the number of the call; a failure, or a thrown error, is the step's. */
  readonly apply?: (call: number) => Failure | undefined | Promise<Failure | undefined>;
  readonly observe?: (call: number) => Failure | undefined | Promise<Failure | undefined>;
  readonly remove?: (call: number) => Failure | undefined;
  readonly verify?: (call: number) => readonly Claim[];
  /** Has no `remove`. */
  readonly permanent?: boolean;
}

/** A step that keeps one file in the state folder, `toys/<id>`, holding its inputs as text. */
export function toy(name: string, options: ToyOptions = {}): Step {
  const id = toyId(name);
  const calls = { apply: 0, observe: 0, remove: 0, verify: 0 };
  const path = (state: string): string => `${state}/toys/${id}`;
  const action: Action<unknown, Toy> = {
    async observe(_, world) {
      calls.observe += 1;
      const trouble = await options.observe?.(calls.observe);
      if (trouble) return { ok: false, error: trouble };
      const text = await world.read(path(world.paths.state));
      return text.ok ? ok(text.value === undefined ? undefined : { text: text.value }) : text;
    },
    diff: (want, got) => (got?.text === textOf(want) ? [] : [{ what: 'text', ...(got && { from: got.text }), to: textOf(want) }]),
    async apply(want, _, world): Promise<Result<Toy>> {
      calls.apply += 1;
      const trouble = await options.apply?.(calls.apply);
      if (trouble) return { ok: false, error: trouble };
      const written = await world.write(path(world.paths.state), textOf(want));
      return written.ok ? ok({ text: textOf(want) }) : written;
    },
    ...(options.verify && {
      async verify() {
        calls.verify += 1;
        return options.verify?.(calls.verify) ?? [];
      },
    }),
    ...(!options.permanent && {
      async remove(_, world) {
        calls.remove += 1;
        const trouble = options.remove?.(calls.remove);
        return trouble ? { ok: false, error: trouble } : world.remove(path(world.paths.state));
      },
    }),
  };
  const { inputs = {}, after, deadlineMs, effect = 'local' } = options;
  return {
    id,
    title: `Toy ${name}`,
    effect,
    inputs,
    action,
    ...(after && { after }),
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}

/** Id of a toy; a name with a slash is the id itself. */
export const toyId = (name: string): StepId => (name.includes('/') ? name : `toys/test/${name}`) as StepId; // tests name their steps

/** Reads another toy's text. */
export const textFrom = (name: string) => ({ $step: toyId(name), $path: 'text' });

/** A failure of a toy. */
export const toyFailure = (kind: Failure['kind'] = 'tool-failed'): Failure =>
  failure(kind, 'TOY-BROKE', 'the toy broke', { say: 'Mend it.' });

const textOf = (want: unknown): string => JSON.stringify(want);
