import type { TargetPlan } from './targets/index.js';

/** Files of one build, ready for Packer: names and texts. */
export type Templates = Readonly<Record<string, string>>;

/** Pieces of the catalog that a build is put together from. */
export interface TemplatePieces {
  /** `targets/<target>/source.pkr.hcl`. */
  readonly source: string;
  /** `targets/<target>/plugins.pkr.hcl`, for Packer 1.7 and newer. */
  readonly plugins: string;
  /** `targets/common/variables.pkr.hcl`. */
  readonly variables: string;
  /** Texts of `targets/common/build/*.hcl` by name. */
  readonly steps: Readonly<Record<string, string>>;
}

/**
 * Puts the folder together. A build block names its source literally and takes no provisioners from elsewhere, so that the
 * one list of provisioners for all targets becomes a block of its own here. `modern` adds the plugins file.
 */
export function assemble(
  pieces: TemplatePieces,
  { builder }: Pick<TargetPlan, 'builder'>,
  runner: 'goss' | 'inspec',
  packer: '1.6' | 'modern',
): Templates {
  const other = runner === 'goss' ? '40-inspec.hcl' : '40-goss.hcl';
  const steps = Object.keys(pieces.steps)
    .filter((name) => name !== other)
    .sort();
  const body = steps.map((name) => pieces.steps[name]?.trimEnd() ?? '').join('\n\n');
  return {
    'build.pkr.hcl': `build {\n  sources = ["source.${builder}.machine"]\n\n${body}\n}\n`,
    'source.pkr.hcl': pieces.source,
    'variables.pkr.hcl': pieces.variables,
    ...(packer === 'modern' && { 'plugins.pkr.hcl': pieces.plugins }),
  };
}

/** Fills an installer's or cloud-init's answers in. */
export const fillAnswers = (text: string, { login, key }: { readonly login: string; readonly key: string }): string =>
  text.replaceAll('@LOGIN@', login).replaceAll('@KEY@', key);
