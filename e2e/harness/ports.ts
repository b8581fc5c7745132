import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Each worker has a hundred ports of its own; nothing else listens in the namespace the tests run in. */
const base = 21_000 + 100 * Number(process.env['TEST_PARALLEL_INDEX'] ?? 0);

export const ports = {
  /** HTTP and WebSocket of the gateway as the browser names it. */
  http: base,
  /** Where that connection really goes: the tap in front of the gateway. */
  tap: base + 1,
  sip: base + 2,
  pages: base + 3,
  kamailioSip: base + 10,
  kamailioWeb: base + 11,
  kamailioTap: base + 12,
  /** Four ports for each of the desk phones. */
  deskPhone: (index: number): number => base + 20 + index * 4,
  sipp: (index: number): number => base + 60 + index * 2,
  media: { from: 30_000 + 500 * Number(process.env['TEST_PARALLEL_INDEX'] ?? 0), count: 400 },
};

/** An address outside 127/8 that leads to this machine, when there is one. */
export const address: string | undefined = process.env['RINGBACK_E2E_ADDRESS'];

/** A folder for one process of a test; the run's own folder, with all of them, goes when it ends. */
export const scratch = (name: string): string =>
  mkdtempSync(join(process.env['RINGBACK_E2E_SCRATCH'] ?? tmpdir(), `ringback-${name}-`));
