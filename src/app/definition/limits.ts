/** Bounds on a definition file: far above any honest one, far below what could hurt. */
export const limits = {
  /** Bytes of one file. */
  bytes: 256 * 1024,
  /** Levels of nesting. */
  depth: 32,
  /** Uses of YAML aliases in one file. */
  aliases: 20,
  /** Values in one file, with each alias counted as what it stands for. */
  nodes: 20_000,
  /** Characters of one piece of text. */
  text: 32 * 1024,
  /** Files in `environments/`. */
  environments: 200,
} as const;
