import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copiesOf, kinds } from './messages.ts';

/** libosip2 (C, Debian's libosip2-dev) at jobs (a) and (b), microseconds a message; undefined where it or a compiler is not installed. */
export function osip(
  copies: number,
): { readonly parse: number; readonly read: number; readonly refused: number } | undefined {
  if (!existsSync('/usr/include/osipparser2/osip_parser.h')) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'osip-'));
  try {
    const program = join(folder, 'osip');
    const source = join(import.meta.dirname, '../osip.c');
    const built = spawnSync('cc', ['-O2', '-o', program, source, '-losipparser2'], { encoding: 'utf8' });
    if (built.status !== 0) return undefined;
    const input = Buffer.concat(
      Object.keys(kinds).flatMap((kind) =>
        copiesOf(kind, copies).map(({ bytes }) => Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes])),
      ),
    );
    const { stdout } = spawnSync(program, { input, encoding: 'utf8' });
    const [[parse, refused], [read]] = stdout
      .trim()
      .split('\n')
      .map((row) => row.split(' ').map(Number)) as [[number, number], [number]];
    return { parse, read, refused };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
