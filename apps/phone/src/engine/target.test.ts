import { describe, expect, it } from 'vitest';
import { addressOfRecord, dialled } from './target.ts';

describe('what a person dials', () => {
  it.each([
    ['101', 'sip:101@example.com'],
    [' +49 (30) 123-456 ', 'sip:+4930123456@example.com'],
    ['tel:+49-30-123456', 'sip:+4930123456@example.com'],
    ['*#21#', 'sip:*%2321%23@example.com'],
    ['bob', 'sip:bob@example.com'],
    ['bob@other.org', 'sip:bob@other.org'],
    ['sip:bob@other.org;transport=tcp', 'sip:bob@other.org;transport=tcp'],
    ['sip:bob', 'sip:bob@example.com'],
    ['jörg', 'sip:j%C3%B6rg@example.com'],
  ])('%s is %s', (typed, uri) => {
    expect(dialled(typed, 'example.com')).toBe(uri);
  });
  it.each(['', '   ', '@', 'sip:@x', 'a b@c d'])('%j is nothing to call', (typed) => {
    expect(dialled(typed, 'example.com')).toBeUndefined();
  });
});

describe('an address of record', () => {
  it('is taken with and without the scheme, its host in lower case', () => {
    expect(addressOfRecord('Alice@Example.COM')).toEqual({ aor: 'sip:Alice@example.com', domain: 'example.com' });
    expect(addressOfRecord(' sip:alice@10.0.0.1:5070 ')).toEqual({
      aor: 'sip:alice@10.0.0.1:5070',
      domain: '10.0.0.1:5070',
    });
  });
  it('needs a user and a host', () => {
    expect(addressOfRecord('alice')).toBeUndefined();
    expect(addressOfRecord('sip:example.com')).toBeUndefined();
  });
});
