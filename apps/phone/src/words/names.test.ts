import { describe, expect, it } from 'vitest';
import { type Directory, initials, partyOf, suggestions, tintOf } from './names.ts';

const directory: Directory = {
  domain: 'ringback.local',
  contacts: [
    { id: 'c1', name: 'Mum', address: '+49301234' },
    { id: 'c2', name: 'José Núñez', address: 'jose@example.com' },
  ],
  people: [
    { aor: 'sip:bob@ringback.local', name: 'Bob', extension: '102', reachable: true },
    { aor: 'sip:carol@ringback.local', name: 'Carol Bobson', extension: '103', reachable: false },
  ],
};

describe('the name shown for a caller', () => {
  it.each([
    [{ uri: 'sip:bob@ringback.local', displayName: 'Someone Else' }, 'Bob', '102'],
    [{ uri: 'sip:102@ringback.local' }, 'Bob', '102'],
    [{ uri: 'sip:jose@example.com' }, 'José Núñez', 'jose@example.com'],
    [{ uri: 'sip:eve@evil.example', displayName: 'Bob' }, 'Bob', 'eve@evil.example'],
    [{ uri: 'sip:eve@evil.example', displayName: '  ' }, 'eve@evil.example', ''],
    [{ uri: 'tel:+49301234' }, 'Mum', '+49301234'],
    [{ uri: 'tel:+4930999' }, '+4930999', ''],
  ])('%o is %s', (remote, name, address) => {
    expect(partyOf(remote, directory)).toEqual({ name, address });
  });

  it('takes letters of any script for the avatar and none of a number', () => {
    expect(initials('Alice Beth Cooper')).toBe('AC');
    expect(initials('ليلى حسن')).toBe('لح');
    expect(initials('élodie')).toBe('É');
    expect(initials('+49 30 1234')).toBe('');
    expect(initials('+15550100@trunk.example')).toBe('');
    expect(initials('🦊')).toBe('');
    expect(tintOf('Alice')).toBe(tintOf('Alice'));
  });
});

describe('suggestions while typing', () => {
  it('finds by name, extension and without accents, beginnings first', () => {
    expect(suggestions('bob', directory).map((one) => one.name)).toEqual(['Bob', 'Carol Bobson']);
    expect(suggestions('nun', directory).map((one) => one.name)).toEqual(['José Núñez']);
    expect(suggestions('10', directory).map((one) => one.address)).toEqual(['102', '103']);
    expect(suggestions(' ', directory)).toEqual([]);
  });
});
