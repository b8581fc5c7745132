import { expect, it } from 'vitest';
import type { TraceEntry } from './protocol.ts';
import { TraceLog } from './trace-log.ts';

const entry = (source: TraceEntry['source'], seq: number, at: number): TraceEntry => ({
  seq,
  at,
  callId: 'c',
  source,
  direction: 'in',
  peer: { role: 'client', label: 'x', transport: 'WS', address: 'x:1', key: 'k' },
  startLine: 'BYE sip:x SIP/2.0',
  method: 'BYE',
  cseq: '1 BYE',
  text: '',
});

it('puts what phone and gateway saw in the order it happened, each entry once', () => {
  const log = new TraceLog();
  log.add('c', [entry('phone', 1, 10), entry('phone', 2, 30)]);
  log.add('c', [entry('gateway', 7, 20), entry('phone', 2, 30), entry('gateway', 8, 30), entry('gateway', 9, 30)]);
  expect(log.get('c').map(({ source, seq }) => `${source} ${seq}`)).toEqual([
    'phone 1',
    'gateway 7',
    'phone 2',
    'gateway 8',
    'gateway 9',
  ]);
});

it('gives the same list until something is added, so that a view can compare', () => {
  const log = new TraceLog();
  expect(log.get('c')).toBe(log.get('d'));
  log.add('c', [entry('phone', 1, 10)]);
  const before = log.get('c');
  log.add('c', [entry('phone', 1, 10)]);
  expect(log.get('c')).toBe(before);
  log.forget('c');
  expect(log.get('c')).toEqual([]);
});
