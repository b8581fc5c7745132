import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { add, NOTHING, readPlaywrightReport, readVitestReport, strict, withExit } from './report.ts';

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
  testResults: [{ name: '/r/a.test.ts', startTime: 0, endTime: 2500 }],
});

const playwright = file({
  stats: { expected: 2, unexpected: 0, flaky: 1, skipped: 4 },
  errors: [{}],
  suites: [
    {
      file: 'x.spec.ts',
      specs: [{ tests: [{ results: [{ duration: 1000 }] }] }],
      suites: [{ file: 'x.spec.ts', specs: [{ tests: [{ results: [{ duration: 500 }] }] }] }],
    },
  ],
});

it('counts a file that could not be loaded as failed', () => {
  expect(readVitestReport(vitest, '/r')).toMatchObject({ passed: 3, failed: 1, skipped: 1 });
});

it('counts a flaky test and an error outside of tests as failed', () => {
  expect(readPlaywrightReport(playwright)).toMatchObject({ passed: 2, failed: 2, skipped: 4 });
});

it('counts a run that ended badly as failed, whatever its report says', () => {
  const good = { ...NOTHING, passed: 3 };
  expect(withExit(good, 0)).toEqual(good);
  expect(withExit(good, 1)).toMatchObject({ passed: 3, failed: 1 });
  expect(withExit(good, null)).toMatchObject({ passed: 3, failed: 1 });
  expect(withExit({ ...good, failed: 2 }, 1)).toMatchObject({ failed: 2 });
});

it('counts what was left out as failed where nothing may be', () => {
  const outcome = { ...NOTHING, passed: 3, failed: 1, skipped: 2 };
  expect(strict(outcome, 0)).toMatchObject({ passed: 3, failed: 3, skipped: 0 });
  expect(strict({ ...NOTHING, passed: 3 }, 1)).toMatchObject({ passed: 3, failed: 1 });
  expect(strict({ ...NOTHING, passed: 3 }, 0)).toMatchObject({ passed: 3, failed: 0 });
});

it('adds up counts and files', () => {
  expect(add(add(NOTHING, readVitestReport(vitest, '/r')), readPlaywrightReport(playwright))).toEqual({
    passed: 5,
    failed: 3,
    skipped: 5,
    files: [
      { name: 'a.test.ts', seconds: 2.5 },
      { name: 'e2e/x.spec.ts', seconds: 1.5 },
    ],
  });
});
