import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  add,
  described,
  failure,
  NOTHING,
  readPlaywrightReport,
  readVitestReport,
  strict,
  withExit,
} from './report.ts';

const file = (content: object): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'ringback-report-')), 'report.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
};

const vitest = file({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  numFailedTestSuites: 1,
  testResults: [
    {
      name: '/r/a.test.ts',
      startTime: 0,
      endTime: 2500,
      status: 'failed',
      message: 'no such module',
      assertionResults: [],
    },
  ],
});

const failing = file({
  numPassedTests: 1,
  numFailedTests: 1,
  numPendingTests: 1,
  numTodoTests: 0,
  numFailedTestSuites: 2,
  testResults: [
    {
      name: '/r/b.test.ts',
      startTime: 0,
      endTime: 1000,
      status: 'failed',
      message: '',
      assertionResults: [
        { ancestorTitles: ['', 'a call'], title: 'ends', status: 'passed', failureMessages: [] },
        {
          ancestorTitles: ['', 'a call'],
          title: 'rings',
          status: 'failed',
          failureMessages: ['Error: 1, not 2\n    at b'],
        },
        { ancestorTitles: [''], title: 'is not run', status: 'skipped', failureMessages: [] },
      ],
    },
  ],
});

const expected = { status: 'expected', annotations: [] };
const playwright = file({
  stats: { expected: 2, unexpected: 0, flaky: 1, skipped: 4 },
  errors: [{ message: 'the worker died' }],
  suites: [
    {
      title: 'x.spec.ts',
      file: 'x.spec.ts',
      specs: [{ title: 'one', line: 3, tests: [{ ...expected, results: [{ duration: 1000, errors: [] }] }] }],
      suites: [
        {
          title: 'two browsers',
          file: 'x.spec.ts',
          specs: [
            {
              title: 'talk',
              line: 8,
              tests: [
                {
                  status: 'flaky',
                  annotations: [],
                  results: [
                    {
                      duration: 500,
                      errors: [{ message: '\u001b[31mhears 350 Hz\u001b[39m' }, { message: 'left open' }],
                    },
                  ],
                },
              ],
            },
            {
              title: 'are here',
              line: 9,
              tests: [
                { status: 'skipped', annotations: [{ type: 'skip', description: 'needs a network' }], results: [] },
              ],
            },
          ],
        },
      ],
    },
  ],
});

it('counts a file that could not be loaded as failed, and says why', () => {
  const outcome = readVitestReport(vitest, '/r');
  expect(outcome).toMatchObject({ passed: 3, failed: 1, skipped: 1 });
  expect(outcome.failures).toEqual([{ name: 'a.test.ts', message: 'no such module' }]);
});

it('names a failed unit test by its file and its whole title, with what it said', () => {
  const outcome = readVitestReport(failing, '/r');
  expect(outcome).toMatchObject({ passed: 1, failed: 1, skipped: 1 });
  expect(outcome.failures).toEqual([{ name: 'b.test.ts › a call › rings', message: 'Error: 1, not 2\n    at b' }]);
  expect(outcome.skips).toEqual([{ name: 'b.test.ts › is not run', message: 'skipped' }]);
});

it('counts a flaky test and an error outside of tests as failed', () => {
  expect(readPlaywrightReport(playwright)).toMatchObject({ passed: 2, failed: 2, skipped: 4 });
});

it('names a failed end-to-end test by its file, line and whole title, with all that it said', () => {
  const { failures, skips } = readPlaywrightReport(playwright);
  expect(failures.map(({ name }) => name)).toEqual([
    'e2e/x.spec.ts:8 › two browsers › talk',
    'end to end, outside of any test',
  ]);
  expect(described(failures)).toBe(
    [
      '✗ e2e/x.spec.ts:8 › two browsers › talk',
      '    hears 350 Hz',
      '',
      '    left open',
      '',
      '✗ end to end, outside of any test',
      '    the worker died',
    ].join('\n'),
  );
  expect(skips).toEqual([{ name: 'e2e/x.spec.ts:9 › two browsers › are here', message: 'skipped: needs a network' }]);
});

it('shows the first fifteen lines of what a failed test said', () => {
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n + 1}`);
  const shown = described([{ name: 'long', message: lines.join('\n') }]).split('\n');
  expect(shown).toHaveLength(17);
  expect(shown.at(-2)).toBe('    line 15');
  expect(shown.at(-1)).toBe('    …');
});

it('counts a run that ended badly as failed, whatever its report says', () => {
  const good = { ...NOTHING, passed: 3 };
  expect(withExit(good, 0, 'unit')).toEqual(good);
  expect(withExit(good, 1, 'unit')).toMatchObject({ passed: 3, failed: 1, failures: [{ name: 'unit' }] });
  expect(withExit(good, null, 'unit')).toMatchObject({ passed: 3, failed: 1 });
  expect(withExit({ ...good, failed: 2 }, 1, 'unit')).toMatchObject({ failed: 2, failures: [] });
});

it('counts what was left out as failed where nothing may be, and names it', () => {
  const skips = [{ name: 'a', message: 'skipped' }];
  const outcome = { ...add(failure('lint', 'ended with 1'), NOTHING), passed: 3, skipped: 2, skips };
  expect(strict(outcome, 0)).toMatchObject({ passed: 3, failed: 3, skipped: 0, skips: [] });
  expect(strict(outcome, 0).failures.map(({ name }) => name)).toEqual(['lint', 'a']);
  expect(strict({ ...NOTHING, passed: 3 }, 1)).toMatchObject({ passed: 3, failed: 1 });
  expect(strict({ ...NOTHING, passed: 3 }, 0)).toMatchObject({ passed: 3, failed: 0 });
});

it('adds up counts, findings and files', () => {
  expect(add(add(NOTHING, readVitestReport(vitest, '/r')), readPlaywrightReport(playwright))).toMatchObject({
    passed: 5,
    failed: 3,
    skipped: 5,
    failures: [
      { name: 'a.test.ts' },
      { name: 'e2e/x.spec.ts:8 › two browsers › talk' },
      { name: 'end to end, outside of any test' },
    ],
    skips: [{ message: 'skipped: needs a network' }],
    files: [
      { name: 'a.test.ts', seconds: 2.5 },
      { name: 'e2e/x.spec.ts', seconds: 1.5 },
    ],
  });
});
