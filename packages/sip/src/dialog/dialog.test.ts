import { describe, expect, test } from 'vitest';
import { createRequest, createResponse, Headers, type SipRequest } from '../message/index.ts';
import {
  confirmDialog,
  createAck,
  createDialogRequest,
  type DialogState,
  dialogFromRequest,
  dialogFromResponse,
  receiveCSeq,
  refreshTarget,
} from './dialog.ts';

function invite(headers: readonly (readonly [string, string])[] = [], cseq = 7): SipRequest {
  return createRequest({
    method: 'INVITE',
    uri: 'sip:bob@example.com',
    headers: Headers.of(
      ['Via', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa'],
      ['From', '"Alice" <sip:alice@example.com>;tag=a1'],
      ['To', 'Bob <sip:bob@example.com>'],
      ['Call-ID', 'call'],
      ['CSeq', `${cseq} INVITE`],
      ['Contact', '<sip:alice@192.0.2.1>'],
      ...headers,
    ),
  });
}

const ok = (status: number, headers: readonly (readonly [string, string])[], toTag = 'b1') =>
  createResponse(invite(), status, { toTag, headers });

const bobs: readonly [string, string] = ['Contact', '<sip:bob@192.0.2.2>'];
const base: DialogState = {
  callId: 'call',
  localTag: 'a1',
  remoteTag: 'b1',
  local: '<sip:alice@example.com>;tag=a1',
  remote: '<sip:bob@example.com>;tag=b1',
  target: 'sip:bob@192.0.2.2',
  routes: [],
  localCSeq: 7,
  state: 'confirmed',
  role: 'uac',
};

describe('a dialog is formed', () => {
  test('by a 1xx or 2xx with To tag and Contact, not by a 1xx without either (§12.1, trap 4.4 #58)', () => {
    expect(dialogFromResponse(invite(), ok(180, [bobs]))).toMatchObject({ state: 'early', remoteTag: 'b1' });
    expect(dialogFromResponse(invite(), ok(200, [bobs]))).toMatchObject({ state: 'confirmed', localCSeq: 7 });
    expect(dialogFromResponse(invite(), ok(180, []))).toBeUndefined();
    expect(dialogFromResponse(invite(), createResponse(invite(), 180, { headers: [bobs] }))).toBeUndefined();
    expect(dialogFromResponse(invite(), createResponse(invite(), 100))).toBeUndefined();
  });

  test('with the Record-Route of the response reversed at the UAC, in order at the UAS (§12.1, trap 4.4 #61, UAC-015, DLG-002)', () => {
    const routes: readonly (readonly [string, string])[] = [
      ['Record-Route', '<sip:p2.example.com;lr>, <sip:p1.example.com;lr>'],
      ['Record-Route', '<sip:p0.example.com;lr>'],
    ];
    expect(dialogFromResponse(invite(), ok(200, [...routes, bobs]))?.routes).toEqual([
      '<sip:p0.example.com;lr>',
      '<sip:p1.example.com;lr>',
      '<sip:p2.example.com;lr>',
    ]);
    expect(dialogFromRequest(invite(routes), 'b1', 'early')?.routes).toEqual([
      '<sip:p2.example.com;lr>',
      '<sip:p1.example.com;lr>',
      '<sip:p0.example.com;lr>',
    ]);
  });

  test('and the 2xx gives an early one its route set anew, frozen from then on (§13.2.2.4, trap 4.4 #61)', () => {
    const early = dialogFromResponse(invite(), ok(180, [['Record-Route', '<sip:old.example.com;lr>'], bobs]));
    const confirmed = confirmDialog(
      early as DialogState,
      ok(200, [['Record-Route', '<sip:new.example.com;lr>'], bobs]),
    );
    expect(confirmed).toMatchObject({ state: 'confirmed', routes: ['<sip:new.example.com;lr>'] });
    const moved = refreshTarget(
      confirmed,
      ok(200, [
        ['Record-Route', '<sip:other.example.com;lr>'],
        ['Contact', '<sip:bob@192.0.2.9>'],
      ]),
    );
    expect(moved).toMatchObject({ target: 'sip:bob@192.0.2.9', routes: ['<sip:new.example.com;lr>'] });
  });

  test('with a target that has neither headers nor method, which a Request-URI may not have (RFC 3261 §19.1.1, §12.2.1.1)', () => {
    const odd: readonly [string, string] = ['Contact', '<sip:Bob@192.0.2.2;X=%41;method=INVITE?x=%p>'];
    expect(dialogFromResponse(invite(), ok(200, [odd]))?.target).toBe('sip:Bob@192.0.2.2;X=%41');
    expect(refreshTarget(base, ok(200, [odd])).target).toBe('sip:Bob@192.0.2.2;X=%41');
  });

  test('as UAS with the tags the other way round, and for a client without From tag (§12.1.1)', () => {
    const dialog = dialogFromRequest(invite(), 'b9', 'early');
    expect(dialog).toMatchObject({
      localTag: 'b9',
      remoteTag: 'a1',
      local: 'Bob <sip:bob@example.com>;tag=b9',
      remote: '"Alice" <sip:alice@example.com>;tag=a1',
      target: 'sip:alice@192.0.2.1',
      remoteCSeq: 7,
    });
    const old = invite().with({ headers: invite().headers.with('From', '<sip:alice@example.com>') });
    expect(dialogFromRequest(old, 'b9', 'early')?.remoteTag).toBe('');
  });
});

describe('a request in the dialog', () => {
  const get = (request: SipRequest, name: string) => request.headers.list(name);

  test('goes to the target through loose routes (§12.2.1.1, trap 4.1 #20, UAC-016)', () => {
    for (const lr of ['lr', 'lr=on', 'lr=true']) {
      const routes = [`<sip:p1.example.com;${lr}>`, '<sip:p2.example.com>'];
      const { request, dialog } = createDialogRequest({ ...base, routes }, { method: 'BYE' });
      expect(request.uriText).toBe('sip:bob@192.0.2.2');
      expect(get(request, 'route')).toEqual(routes);
      expect(request.cseq).toMatchObject({ number: 8, method: 'BYE' });
      expect(dialog.localCSeq).toBe(8);
    }
  });

  test('puts a strict first router in the Request-URI and the target last (§12.2.1.1, trap 4.4 #62, UAC-008, UAC-016)', () => {
    const routes = ['<sip:strict.example.com;method=INVITE;x=1?Subject=a>', '<sip:p2.example.com;lr>'];
    const { request } = createDialogRequest({ ...base, routes }, { method: 'BYE' });
    expect(request.uriText).toBe('sip:strict.example.com;x=1');
    expect(get(request, 'route')).toEqual(['<sip:p2.example.com;lr>', '<sip:bob@192.0.2.2>']);
  });

  test('the ACK has the CSeq number of its INVITE and its credentials, not the dialog counter (§13.2.2.4, trap 4.3 #40, UAC-021)', () => {
    const signed = invite([
      ['Authorization', 'Digest realm="a"'],
      ['Proxy-Authorization', 'Digest realm="b"'],
    ]);
    const ack = createAck({ ...base, localCSeq: 12, routes: ['<sip:p1.example.com;lr>'] }, signed);
    expect(ack.cseq).toMatchObject({ number: 7, method: 'ACK' });
    expect(ack.uriText).toBe('sip:bob@192.0.2.2');
    expect(get(ack, 'route')).toEqual(['<sip:p1.example.com;lr>']);
    expect(ack.headers.all('authorization')).toEqual(['Digest realm="a"']);
    expect(ack.headers.all('proxy-authorization')).toEqual(['Digest realm="b"']);
    expect(ack.headers.has('content-type')).toBe(false);
  });
});

describe('the CSeq of the far side', () => {
  const bye = (cseq: number) => invite([], cseq);

  test('rises, with gaps; equal and lower are refused (§12.2.2, trap 4.4 #64)', () => {
    const at7 = receiveCSeq(base, bye(7));
    expect(at7?.remoteCSeq).toBe(7);
    expect(receiveCSeq(at7 as DialogState, bye(7))).toBeUndefined();
    expect(receiveCSeq(at7 as DialogState, bye(6))).toBeUndefined();
    expect(receiveCSeq(at7 as DialogState, bye(700))?.remoteCSeq).toBe(700);
  });

  test('may be zero, which is a number and not "none" (§8.1.1.5, trap 4.4 #64)', () => {
    const at0 = receiveCSeq(base, bye(0));
    expect(at0?.remoteCSeq).toBe(0);
    expect(receiveCSeq(at0 as DialogState, bye(0))).toBeUndefined();
  });
});
