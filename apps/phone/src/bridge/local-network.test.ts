import { expect, it } from 'vitest';
import { isLocal } from './local-network.ts';

it.each([
  'localhost',
  'phone.localhost',
  'pbx.local',
  '127.0.0.1',
  '10.1.2.3',
  '192.168.1.1',
  '172.16.0.1',
  '172.31.9.9',
  '[::1]',
  '[fd00::2]',
  '[fe80::1]',
])('takes %s for local', (host) => expect(isLocal(host)).toBe(true));

it.each(['example.com', 'local.example.com', '172.32.0.1', '8.8.8.8', '[2001:db8::1]'])(
  'takes %s for somewhere else',
  (host) => expect(isLocal(host)).toBe(false),
);
