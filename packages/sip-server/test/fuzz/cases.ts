import type { Random } from '@ringback/sip';
import { bases } from './bases.ts';
import { type Draft, encode, type Fill, type Mutation } from './draft.ts';
import { cuts, mutations } from './mutations.ts';

/** One hostile message. */
export interface Case {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Lacks what every request must have: no 2xx may come. */
  readonly broken: boolean;
}

export interface Recipe {
  readonly name: string;
  readonly make: (number: number, fill: Fill) => Uint8Array;
  readonly broken: boolean;
}

/** Every mutation on every base it fits, and every cut of the octets: always the same list. */
export function singles(): readonly Recipe[] {
  const recipes: Recipe[] = [];
  for (const [base, draft] of Object.entries(bases)) {
    for (const mutation of mutations) {
      const made = mutation.apply(draft);
      if (made)
        recipes.push(
          recipe(`${base}: ${mutation.name}`, made, mutation.breaks === true && base !== 'ok' && base !== 'challenge'),
        );
    }
  }
  for (const [base, draft] of Object.entries(bases)) {
    // The whole set on the first, samples of it on the others, as long as they are alike.
    const step = base === 'invite' ? 1 : 40;
    const list = cuts(encode(draft, 1).length).filter((_, index) => index % step === 0);
    for (const cut of list) {
      recipes.push({
        name: `${base}: ${cut.name}`,
        make: (number, fill) => cut.apply(encode(draft, number, fill)),
        broken: false,
      });
    }
  }
  return recipes;
}

/** Two or three mutations at once, drawn by dice. */
export function composition(random: Random): Recipe {
  const names = Object.keys(bases);
  const base = pick(random, names);
  let draft = bases[base] as Draft;
  const done: string[] = [];
  let broken = false;
  const wanted = random.number() < 0.5 ? 2 : 3;
  while (done.length < wanted) {
    const mutation: Mutation = pick(random, mutations);
    const made = mutation.apply(draft);
    if (!made || size(made) > 60_000) continue;
    draft = made;
    done.push(mutation.name);
    broken ||= mutation.breaks === true && base !== 'ok' && base !== 'challenge';
  }
  // A later mutation may put back what an earlier one took away.
  const still = broken && ['Via', 'From', 'To', 'Call-ID', 'CSeq'].some((name) => !has(draft, name));
  return recipe(`${base}: ${done.join(' + ')}`, draft, still);
}

export function prepare({ name, make, broken }: Recipe, number: number, fill: Fill): Case {
  return { name, bytes: make(number, fill), broken };
}

function recipe(name: string, draft: Draft, broken: boolean): Recipe {
  return { name, make: (number, fill) => encode(draft, number, fill), broken };
}

function has(draft: Draft, name: string): boolean {
  const short: Readonly<Record<string, string>> = { Via: 'v', From: 'f', To: 't', 'Call-ID': 'i' };
  const text = draft.headers.map(([each, value]) => `\n${each}:${value}`).join('');
  return new RegExp(`\\n(?:${name}|${short[name] ?? name})\\s*:`, 'i').test(text);
}

function size({ headers, body }: Draft): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, body.length);
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random.number() * list.length)] as T;
}
