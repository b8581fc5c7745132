import { copiesOf, kinds } from './messages.ts';
import { type Stack, stacks } from './stacks.ts';

/** Microseconds of CPU time a message, by stack and job; NaN where a stack cannot do it. */
export interface Costs {
  readonly stack: string;
  readonly parse: number;
  readonly read: number;
  readonly forward: number;
}

type Job = 'parse' | 'read' | 'forward';
const jobs: readonly Job[] = ['parse', 'read', 'forward'];

/** Rounds before the first that counts: the engine compiles as it goes. */
const WARM_UP = 8;
/** Kernels count CPU time in ticks of up to 4 ms: what is measured must last for many. */
const MEASURED = 120_000;

/**
 * Each round every stack gets fresh copies of every kind, in an order that turns, and so many that it works for about MEASURED
 * microseconds; the median of the rounds counts. CPU time is that of the thread that works: what the sweepers of the collector still do for
 * the stack before is not its own.
 */
export function measure(rounds: number, copies: number): readonly Costs[] {
  verify();
  const samples = new Map<string, number[]>();
  const counts = new Map<string, number>();
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const job of jobs) {
      for (let turn = 0; turn < stacks.length; turn++) {
        const stack = stacks[(turn + round + WARM_UP) % stacks.length] as Stack;
        const work = stack[job] as ((input: unknown) => unknown) | undefined;
        if (!work) continue;
        const key = `${stack.name} ${job}`;
        const inputs = Object.keys(kinds).flatMap((kind) =>
          copiesOf(kind, counts.get(key) ?? Math.ceil(copies / 4)).map((copy) => copy[stack.input]),
        );
        // The litter of the stack before. Not a whole collection: it gives memory back, and the next in turn would pay for taking it again.
        collectYoung?.({ type: 'minor' });
        const started = performance.now();
        const before = process.threadCpuUsage();
        for (const input of inputs) work(input);
        const { user, system } = process.threadCpuUsage(before);
        if (round === -1) counts.set(key, enough(((performance.now() - started) * 1000) / inputs.length));
        if (round >= 0) samples.set(key, [...(samples.get(key) ?? []), (user + system) / inputs.length]);
      }
    }
  }
  const cost = (stack: Stack, job: Job) => median(samples.get(`${stack.name} ${job}`) ?? []);
  return stacks.map((stack) => ({
    stack: stack.name,
    parse: cost(stack, 'parse'),
    read: cost(stack, 'read'),
    forward: cost(stack, 'forward'),
  }));
}

const collectYoung = globalThis.gc as ((options: { readonly type: 'minor' }) => void) | undefined;

/** How many copies of each kind last for MEASURED, when a message takes so many microseconds; bounded, for all of them are held at once. */
function enough(each: number): number {
  return Math.min(4000, Math.max(20, Math.ceil(MEASURED / each / Object.keys(kinds).length)));
}

/** What text stacks pay before they begin, microseconds a message: listed apart. */
export function conversion(rounds: number, copies: number): number {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const inputs = Object.keys(kinds).flatMap((kind) => copiesOf(kind, copies).map(({ bytes }) => Buffer.from(bytes)));
    let length = 0;
    const before = process.cpuUsage();
    for (const input of inputs) length += input.toString('utf8').length;
    const { user, system } = process.cpuUsage(before);
    if (length > 0) times.push((user + system) / inputs.length);
  }
  return median(times);
}

/** Who reads something else than the others has not done the job: said once, by name. */
function verify(): void {
  for (const kind of Object.keys(kinds)) {
    const [copy] = copiesOf(kind, 1);
    if (!copy) continue;
    const [first, ...others] = stacks.map((stack) => ({
      stack,
      read: JSON.stringify(attempt(stack, copy[stack.input])),
    }));
    for (const { stack, read } of others) {
      if (read !== first?.read)
        console.log(`note: ${stack.name} reads ${kind} as ${read}, ${first?.stack.name} as ${first?.read}`);
    }
  }
}

function attempt(stack: Stack, input: unknown): unknown {
  try {
    return (stack.read as (input: unknown) => unknown)(input);
  } catch (error) {
    return `refused: ${String(error)}`;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
