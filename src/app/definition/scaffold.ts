export interface Scaffolded {
  readonly path: string;
}
export const scaffold = (): readonly Scaffolded[] => [];
