import { describe, expect, it } from 'vitest';
import { gatewayDuty, laneName, type Subject } from './lane-words.ts';
import type { Lane } from './rows.ts';

const dave = { aor: 'sip:dave@ringback.local', name: 'Dave', extension: '104', reachable: true };
const directory = { contacts: [], people: [dave], domain: 'ringback.local' };
const outgoing: Subject = { own: 'sip:alice@ringback.local', remote: { uri: 'sip:104@ringback.local' }, far: 'callee' };
const lane = (role: Lane['role'], label: string): Lane => ({ key: `${role} ${label}`, role, label, detail: '' });

describe('the head of a lane', () => {
  it('is the name of whoever registered there', () => {
    expect(laneName(lane('callee', dave.aor), directory, outgoing)).toBe('Dave');
    expect(laneName(lane('caller', 'sip:alice@ringback.local'), directory, outgoing)).toBe('alice (you)');
  });
  it('is the far party of the call where the gateway knows a host and port only', () => {
    expect(laneName(lane('callee', '192.0.2.2:25062'), directory, outgoing)).toBe('Dave');
    expect(laneName(lane('caller', '[2001:db8::1]:5060'), directory, { ...outgoing, far: 'caller' })).toBe('Dave');
  });
  it('is the host and port at the end that is not the far one', () => {
    const incoming: Subject = { ...outgoing, far: 'caller' };
    expect(laneName(lane('callee', '192.0.2.2:25062'), directory, incoming)).toBe('192.0.2.2:25062');
  });
});

it('says what the gateway is: an edge in front of a server, or the registrar itself', () => {
  const call = [lane('caller', outgoing.own), lane('gateway', '')];
  expect(gatewayDuty([...call, lane('upstream', 'pbx.example.com')], directory)).toBe('edge proxy');
  expect(gatewayDuty(call, directory)).toBe('proxy and registrar');
  expect(gatewayDuty(call, { ...directory, people: [] })).toBe('proxy');
});
