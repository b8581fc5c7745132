import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Gateway, run } from './harness/gateway.ts';
import { ports, scratch } from './harness/ports.ts';
import { expect, test } from './harness/test.ts';

test('starts ready for work, and Ctrl-C ends it within two seconds', async () => {
  const gateway = await Gateway.start({ by: 'npm' });
  expect(gateway.links).toHaveLength(2);
  expect(await gateway.health()).toMatchObject({ status: 'ok' });
  const { took } = await gateway.interrupt();
  expect(took).toBeLessThan(2000);
  expect(gateway.output).not.toContain('npm error');
});

test('a taken port is one clear line', async () => {
  const squatter = createServer();
  await new Promise<void>((done) => squatter.listen(ports.http, '127.0.0.1', done));
  const child = run({ data: join(scratch('taken'), 'data') });
  expect(await child.exit).toBeGreaterThan(0);
  expect(child.output.trim().split('\n')).toHaveLength(1);
  expect(child.output).toContain(String(ports.http));
  await new Promise((done) => squatter.close(done));
});

test('a data directory that cannot be one is one clear line', async () => {
  const file = join(scratch('blocked'), 'file');
  writeFileSync(file, '');
  const data = join(file, 'data');
  const child = run({ data });
  expect(await child.exit).toBeGreaterThan(0);
  expect(child.output.trim().split('\n')).toHaveLength(1);
  expect(child.output).toContain(data);
});

test('a damaged store is an error, never an empty registrar', async () => {
  const data = join(scratch('damaged'), 'data');
  const gateway = await Gateway.start({ data });
  await gateway.stop();
  const files = readdirSync(data)
    .filter((name) => /\.db/.test(name))
    .map((name) => join(data, name));
  for (const file of files) writeFileSync(file, 'no database');
  const child = run({ data });
  expect(await child.exit).toBeGreaterThan(0);
  expect(child.output.trim().split('\n')).toHaveLength(1);
  expect(child.output).toContain(data);
  expect(child.output).not.toContain('#t=');
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(files.map(() => 'no database'));
});
