import { describe, expect, it } from 'vitest';
import { type KeyPress, type Situation, shortcutFor } from './shortcuts.ts';

const idle: Situation = { typing: false, dialog: false, inCall: false, incoming: false };
const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  shift: false,
  alt: false,
  ...more,
});
const hard = { ctrl: true, shift: true };

describe('shortcuts', () => {
  it('answers and declines only while something rings', () => {
    expect(shortcutFor(press('S', hard), { ...idle, incoming: true })).toEqual({ type: 'answer' });
    expect(shortcutFor(press('D', hard), { ...idle, incoming: true })).toEqual({ type: 'decline' });
    expect(shortcutFor(press('S', hard), idle)).toBeUndefined();
  });

  it('leaves letters alone in fields, with modifiers, and while a dialog is open (WCAG 2.1.4)', () => {
    const inCall = { ...idle, inCall: true };
    expect(shortcutFor(press('m'), inCall)).toEqual({ type: 'mute' });
    expect(shortcutFor(press('m'), { ...inCall, typing: true })).toBeUndefined();
    expect(shortcutFor(press('m'), { ...inCall, dialog: true })).toBeUndefined();
    expect(shortcutFor(press('m', { ctrl: true }), inCall)).toBeUndefined();
    expect(shortcutFor(press('m', { alt: true }), inCall)).toBeUndefined();
    expect(shortcutFor(press('M', hard), { ...inCall, typing: true })).toEqual({ type: 'mute' });
  });

  it('never answers with Enter and never hangs up with Escape', () => {
    const ringing = { ...idle, incoming: true, inCall: true };
    expect(shortcutFor(press('Enter'), ringing)).toBeUndefined();
    expect(shortcutFor(press('Escape'), ringing)).toEqual({ type: 'close' });
  });

  it('takes digits when no field has the focus', () => {
    expect(shortcutFor(press('5'), idle)).toEqual({ type: 'digit', digit: '5' });
    expect(shortcutFor(press('#', { shift: true }), idle)).toEqual({ type: 'digit', digit: '#' });
    expect(shortcutFor(press('5'), { ...idle, typing: true })).toBeUndefined();
  });
});
