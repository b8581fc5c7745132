import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const sip = fileURLToPath(import.meta.resolve('@ringback/sip'));
const bundles: readonly (readonly [string, string])[] = [
  ['parser: parseMessage and SipStreamFramer', `export { parseMessage, SipStreamFramer } from '${sip}'`],
  ['whole user agent', `export { UserAgent } from '${sip}'`],
  ['everything @ringback/sip exports', `export * from '${sip}'`],
  // CommonJS has no names to export, so that all of it could be dropped.
  ['JsSIP', `export { default } from '${fileURLToPath(import.meta.resolve('jssip'))}'`],
  ['SIP.js', `export * from '${fileURLToPath(import.meta.resolve('sip.js'))}'`],
];

/** Octets of each bundle, minified, and gzipped on top. */
export async function sizes(): Promise<
  readonly { readonly name: string; readonly minified: number; readonly gzip: number }[]
> {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    const found = [];
    for (const [index, [name, source]] of bundles.entries()) {
      const input = join(folder, `${index}.ts`);
      writeFileSync(input, source);
      const bundle = await rolldown({
        input,
        platform: 'browser',
        resolve: { conditionNames: ['ringback-source', 'browser', 'import'] },
        logLevel: 'silent',
      });
      const { output } = await bundle.generate({ format: 'es', minify: true });
      const { code } = output[0];
      found.push({ name, minified: code.length, gzip: gzipSync(code, { level: 9 }).length });
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
