/** A mistake planted in the code: the tests that cite the trap must notice it. */
export interface Mutation {
  /** `4.3 #44`, as in docs/sip-traps.md. */
  readonly trap: string;
  /** Path below the root. */
  readonly file: string;
  /** Stands exactly once in the file … */
  readonly find: string;
  /** … and becomes this. */
  readonly replace: string;
}

export const mutations: readonly Mutation[] = [
  {
    trap: '4.3 #44',
    file: 'packages/sip/src/ua/accepted-invite.ts',
    find: 'this.#schedule(core.timers.t1);',
    replace: '',
  },
];
