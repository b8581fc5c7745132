import { describe, expect, it } from 'vitest';
import { addressParts, cleanDialled, guessServer, sameAddress, shownAddress, toSipAddress } from './address.ts';

describe('addresses as people read them', () => {
  it.each([
    ['sip:bob@example.com:5070;transport=udp', 'bob', 'example.com:5070'],
    ['"Bob" <sip:bob@EXAMPLE.com>;tag=1', 'bob', 'example.com'],
    ['bob@example.com', 'bob', 'example.com'],
    ['tel:+15551234', '+15551234', ''],
    ['101', '101', ''],
    ['sip:example.com', '', 'example.com'],
    ['sip:j%C3%BCrgen@example.com', 'jürgen', 'example.com'],
    ['sip:50%25%off@example.com', '50%25%off', 'example.com'],
  ])('reads %s', (text, user, host) => {
    expect(addressParts(text)).toMatchObject({ user, host });
  });

  it('shows the short form only inside the own domain', () => {
    expect(shownAddress('sip:bob@ringback.local', 'ringback.local')).toBe('bob');
    expect(shownAddress('sip:bob@example.com', 'ringback.local')).toBe('bob@example.com');
    expect(shownAddress('tel:+4930123')).toBe('+4930123');
  });

  it('finds one user behind different spellings, but keeps the case of names apart (§19.1.4)', () => {
    expect(sameAddress('sip:bob@Example.com', 'bob@example.com')).toBe(true);
    expect(sameAddress('101', 'sip:101@ringback.local', 'ringback.local')).toBe(true);
    expect(sameAddress('sip:+49-30-123@a.example', 'sip:+4930123@a.example')).toBe(true);
    expect(sameAddress('sip:Bob@a.example', 'sip:bob@a.example')).toBe(false);
  });
});

describe('what is typed or pasted into the dial field', () => {
  it.each([
    ['+49 (0)30 1234-567', '+49301234567'],
    ['(555) 123.4567', '5551234567'],
    ['tel:+1-555-0100;ext=2', '+15550100'],
    ['\u202a+44\u00a020 7946 0000\u202c', '+442079460000'],
    ['*98#', '*98#'],
    ['sip:bob@example.com', 'sip:bob@example.com'],
    [' bob ', 'bob'],
    ['1+2', '12'],
  ])('%s becomes %s', (text, cleaned) => {
    expect(cleanDialled(text)).toBe(cleaned);
  });
});

it('guesses the server from the domain', () => {
  expect(guessServer('alice@example.com')).toBe('wss://example.com/ws');
  expect(guessServer('alice')).toBe('');
  expect(toSipAddress(' alice@example.com')).toBe('sip:alice@example.com');
});
