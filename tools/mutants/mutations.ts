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
    trap: '4.1 #2',
    file: 'packages/sip/src/message/headers.ts',
    find: '!isCommaList(canonicalName(name)) ? -1 : findComma(value, 0);',
    replace: '!isCommaList(canonicalName(name)) ? -1 : -1;',
  },
  {
    trap: '4.1 #3',
    file: 'packages/sip/src/message/header-names.ts',
    find: "'www-authenticate', 'proxy-authenticate']",
    replace: ']',
  },
  {
    trap: '4.1 #4',
    file: 'packages/sip/src/message/split.ts',
    find: 'bracket = true;',
    replace: 'bracket = false;',
  },
  {
    trap: '4.1 #7',
    file: 'packages/sip/src/message/parse.ts',
    find: 'if (length === undefined || length <= available) return undefined;',
    replace: 'return undefined;',
  },
  {
    trap: '4.1 #20',
    file: 'packages/sip/src/dialog/dialog.ts',
    find: "uri.value.params.has('lr')",
    replace: "uri.value.params.get('lr') === ''",
  },
  {
    trap: '4.1 #24',
    file: 'packages/sip/src/message/create.ts',
    find: "const TRYING = new Set([...ALWAYS, 'timestamp']);",
    replace: 'const TRYING = new Set(ALWAYS);',
  },
  {
    trap: '4.1 #25',
    file: 'packages/sip/src/message/create.ts',
    find: "const DIALOG_FORMING = new Set([...ALWAYS, 'record-route']);",
    replace: 'const DIALOG_FORMING = new Set(ALWAYS);',
  },
  {
    trap: '4.2 #28',
    file: 'packages/sip/src/transport/via-stamp.ts',
    find: "return symmetric ? withViaParam(received, 'rport', String(remote.port)) : received;",
    replace: 'return received;',
  },
  {
    trap: '4.3 #39',
    file: 'packages/sip/src/transaction/hop-by-hop.ts',
    find: "response.headers.get('to') ?? ''",
    replace: "invite.headers.get('to') ?? ''",
  },
  {
    trap: '4.3 #44',
    file: 'packages/sip/src/ua/repeat.ts',
    find: 'step(Math.min(2 * interval, longest))',
    replace: 'void longest',
  },
  {
    trap: '4.3 #45',
    file: 'packages/sip/src/transaction/matching.ts',
    find: 'host.toLowerCase()',
    replace: "''",
  },
  {
    trap: '4.3 #50',
    file: 'packages/sip/src/transaction/hop-by-hop.ts',
    find: '      ...routes,\n',
    replace: '',
  },
  {
    trap: '4.4 #60',
    file: 'packages/sip/src/ua/client-invite.ts',
    find: 'this.#core.sayGoodbye({ dialog, ...(this.#kept !== undefined && { reason: elsewhere }) });',
    replace: '',
  },
  {
    trap: '4.4 #62',
    file: 'packages/sip/src/dialog/dialog.ts',
    find: '[...rest, ',
    replace: '[...rest.slice(1), ',
  },
  {
    trap: '4.4 #64',
    file: 'packages/sip/src/dialog/dialog.ts',
    find: 'number <= dialog.remoteCSeq',
    replace: 'number < dialog.remoteCSeq',
  },
  {
    trap: '4.5 #77',
    file: 'packages/sip/src/ua/re-invite.ts',
    find: '2100 + step(190)',
    replace: 'step(200)',
  },
  {
    trap: '4.5 #81',
    file: 'packages/sip/src/ua/origin-continuity.ts',
    find: 'printSdp(bumpVersion(continued))',
    replace: 'printSdp(continued)',
  },
  {
    trap: '4.5 #85',
    file: 'packages/sip/src/ua/reliable-provisionals.ts',
    find: 'this.#rseq += 1;',
    replace: 'this.#rseq += 2;',
  },
  {
    trap: '4.6 #93',
    file: 'packages/sip/src/ua/session-timer.ts',
    find: 'Math.min(32, interval / 3)',
    replace: '-interval',
  },
  {
    trap: '4.7 #98',
    file: 'packages/sip/src/ua/registration.ts',
    find: '(0.8 + 0.1 * random.number())',
    replace: '(1.2 + 0.1 * random.number())',
  },
  {
    trap: '4.7 #100',
    file: 'packages/sip/src/ua/registration.ts',
    find: 'this.#expires = minimum;',
    replace: '',
  },
  {
    trap: '4.7 #101',
    file: 'packages/sip/src/ua/registration.ts',
    find: 'if (status === 439 && this.#outbound)',
    replace: 'if (status === 438 && this.#outbound)',
  },
  {
    trap: '4.8 #108',
    file: 'packages/sip/src/auth/digest-client.ts',
    find: 'space.count.toString(16)',
    replace: '(1).toString(16)',
  },
  {
    trap: '4.9 #113',
    file: 'packages/sip/src/ua/transfer/referral.ts',
    find: "this.#usage.terminate('noresource',",
    replace: "this.#usage.terminate('giveup',",
  },
  {
    trap: '4.4 #69',
    file: 'packages/sip/src/ua/transfer/replaces.ts',
    find: 'if (!session) return { status: 481 };',
    replace: 'if (!session) return { status: 486 };',
  },
  {
    trap: '4.10 #124',
    file: 'packages/sip-server/src/proxy/best-response.ts',
    find: 'if (status >= 600) return 0;',
    replace: '',
  },
];
