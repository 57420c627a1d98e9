/** What reading one file gave. */
export type Read =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  /** It was not read. */
  | { readonly kind: 'too-large'; readonly bytes: number }
  /** It is no file, may not be read, or is not UTF-8. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** All that definitions need of a file system; the host implements it. */
export interface DefinitionFiles {
  /** Text of a file of at most `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Read>;
  /** Names in a folder, sorted; empty where there is none. */
  list(path: string): Promise<readonly string[]>;
  /** Writes a new file and its folders; false where it exists already. */
  create(path: string, text: string): Promise<boolean>;
}
