import { expect, it } from 'vitest';
import { parseInvitation, parseRoute, printRoute, type Route } from './route.ts';

it('comes back from the address bar as it went there', () => {
  const routes: Route[] = [
    { page: 'calls' },
    { page: 'people', selection: { kind: 'person', id: 'sip:bob/office@x' } },
    { page: 'people', selection: { kind: 'new', id: '' } },
  ];
  for (const route of routes) expect(parseRoute(printRoute(route))).toEqual(route);
});

it('reads anything else as the keypad', () => {
  expect(parseRoute('')).toEqual({ page: 'keypad' });
  expect(parseRoute('#/nowhere/person/x')).toMatchObject({ page: 'keypad' });
  expect(parseRoute('#/people/person/%E0%A4%A')).toEqual({ page: 'people' });
});

it('reads a sign-in link, and no route as one', () => {
  expect(parseInvitation('#t=abc-123')).toEqual({ token: 'abc-123' });
  expect(parseInvitation('#d=pbx.example.com')).toEqual({ domain: 'pbx.example.com' });
  expect(parseInvitation('#/people')).toBeUndefined();
});
