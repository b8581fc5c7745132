import { calls } from './calls.ts';
import { worst } from './hostile.ts';
import { osip } from './osip.ts';
import { type Costs, conversion, measure } from './parse.ts';
import { registrations } from './registrations.ts';
import { sizes } from './sizes.ts';

/** `npm run bench:sip [-- rounds]`: @ringback/sip beside the stacks a user would pick, in one run. Nothing here is a test: machines differ, ratios less so. */
const rounds = Number(process.argv[2] ?? 15);
const copies = 60;
const costs: Costs[] = [...measure(rounds, copies)];
const c = osip(copies);
if (c) costs.push({ stack: 'libosip2 (C)', parse: c.parse, read: c.read, forward: Number.NaN });
const [ours] = costs;
const jobs = ['parse', 'read', 'forward'] as const;
const cell = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(2)).padStart(12);

console.log(`\nCPU microseconds a message, median of ${rounds} rounds, twelve kinds of message`);
console.log(`${''.padEnd(14)}${['(a) parse', '(b) read', '(c) forward'].map((name) => name.padStart(12)).join('')}`);
for (const each of costs) console.log(`${each.stack.padEnd(14)}${jobs.map((job) => cell(each[job])).join('')}`);
console.log('\nas long as Ringback, times');
for (const each of costs.slice(1)) {
  if (ours) console.log(`${each.stack.padEnd(14)}${jobs.map((job) => cell(each[job] / ours[job])).join('')}`);
}
console.log(
  `\noctets to text, which the other JavaScript stacks are given made: ${conversion(rounds, copies).toFixed(2)} µs a message`,
);
if (c) console.log(`libosip2 refused ${c.refused} of ${copies * 12} messages`);
else console.log('libosip2 is not here (Debian: apt-get install libosip2-dev gcc)');

const slow = worst();
console.log(`\nslowest hostile message of 64 KB: ${slow.milliseconds.toFixed(2)} ms (${slow.name})`);

console.log('\nbundles, octets minified and with gzip');
for (const { name, minified, gzip } of await sizes()) {
  console.log(`${name.padEnd(44)}${String(minified).padStart(9)}${String(gzip).padStart(9)}`);
}

const { perSecond, heapPerCall, left } = await calls(2000);
console.log(
  `\ncalls between two user agents in memory: ${perSecond.toFixed(0)} a CPU second, ${(heapPerCall / 1024).toFixed(1)} KB a call that is up (both ends)`,
);
console.log(`heap after 2000 calls: ${(left / 1024).toFixed(0)} KB more than before`);

const idle = 10_000;
const { perAgent, perConnection } = await registrations(idle);
console.log(
  `${idle} user agents registered and at rest: ${(perAgent / 1024).toFixed(1)} KB of heap each, and ${(perConnection / 1024).toFixed(1)} KB for the connection in memory`,
);
