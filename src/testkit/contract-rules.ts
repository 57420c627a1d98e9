/** Titles of the rules every provider keeps; the contract pages are made from them. */
export const contractRules = {
  1: 'plan is pure: the same spec gives the same bytes',
  2: 'step ids are unique and do not depend on the order in the spec',
  3: 'publishes everything its layer promises',
  4: 'observe changes nothing',
  5: 'after a run, a plan says keep for every step',
  6: 'a second run creates nothing again',
  7: 'killed after any deed, the next run converges',
  8: 'removal works twice and leaves nothing behind',
  9: 'every failure carries a code and a remedy',
  10: 'every remote step proves what it did',
  11: 'no secret is in any event',
  12: 'only declared tools are called',
  13: 'an abort ends it',
  14: 'has a readme',
} as const;

/** Number of a rule. */
export type ContractRule = keyof typeof contractRules;
