import { describe, expect, it } from 'vitest';
import { edgeDomains, registrarDomains } from './own-names.ts';

const NAMES = {
  domain: 'example.com',
  hosts: new Set(['192.168.1.20', 'desk.local', 'fd00::1']),
  ports: new Set([5070, 8080]),
};

describe('what is ours', () => {
  it.each([
    // host, port, with the registrar inside, in front of another server
    ['example.com', undefined, true, false],
    ['example.com', 5060, true, false],
    ['192.168.1.20', undefined, true, false],
    ['192.168.1.20', 5070, true, true],
    ['192.168.1.20', 5080, false, false],
    ['desk.local', 8080, true, true],
    ['fd00::1', 5070, true, true],
    ['127.0.0.1', 5070, true, true],
    ['127.0.0.1', 5060, false, false],
    ['localhost', undefined, true, false],
    ['elsewhere.example.com', undefined, false, false],
  ])('%s port %s: registrar %s, edge %s', (host, port, registrar, edge) => {
    expect(registrarDomains(NAMES).isLocal(host, port)).toBe(registrar);
    expect(edgeDomains(NAMES).isLocal(host, port)).toBe(edge);
  });
});
