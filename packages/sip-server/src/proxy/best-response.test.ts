import { createRequest, createResponse, Headers } from '@ringback/sip';
import { expect, test } from 'vitest';
import { bestResponse } from './best-response.ts';

const request = createRequest({ method: 'INVITE', uri: 'sip:a@example.com', headers: Headers.of(['Via', 'x']) });
const responses = (...statuses: readonly number[]) => statuses.map((status) => createResponse(request, status));

test('§16.7 step 6: 6xx before all, else the lowest class, in 4xx what can be mended first (PROXY-026)', () => {
  for (const [statuses, best] of [
    [[486, 404], 486],
    [[404, 486], 404],
    [[503, 486], 486],
    [[302, 404], 302],
    [[600, 200], 600],
    [[404, 401, 407], 401],
    [[404, 484, 415], 415],
    [[408, 480], 480],
    [[487, 408], 408],
    [[430, 486], 486],
    [[500, 408], 408],
  ] as const) {
    expect(bestResponse(responses(...statuses))?.status).toBe(best);
  }
  expect(bestResponse([])).toBeUndefined();
});
