import { readFileSync } from 'node:fs';

/** What a part of the test run did. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Seconds per test file. */
  readonly files: readonly { readonly name: string; readonly seconds: number }[];
}

export const NOTHING: Outcome = { passed: 0, failed: 0, skipped: 0, files: [] };

export function add(a: Outcome, b: Outcome): Outcome {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    files: [...a.files, ...b.files],
  };
}

/** In continuous integration nothing may be left out: what was skipped, or a peer that is missing, has failed. */
export function strict(outcome: Outcome, missing: number): Outcome {
  return { ...outcome, failed: outcome.failed + Math.max(outcome.skipped, missing), skipped: 0 };
}

/** A tool that ended badly although its report knows of no failure: an error outside of any test. */
export function withExit(outcome: Outcome, status: number | null): Outcome {
  return status !== 0 && outcome.failed === 0 ? { ...outcome, failed: 1 } : outcome;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly { readonly name: string; readonly startTime: number; readonly endTime: number }[];
}

/** Reads Vitest's JSON report. A file that could not even be loaded has no failed test: it counts as one. */
export function readVitestReport(path: string, root: string): Outcome {
  const report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
  const failed = report.numFailedTests === 0 && report.numFailedTestSuites > 0 ? 1 : report.numFailedTests;
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
    files: report.testResults.map(({ name, startTime, endTime }) => ({
      name: name.replace(`${root}/`, ''),
      seconds: (endTime - startTime) / 1000,
    })),
  };
}

interface PlaywrightSuite {
  readonly file: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly tests: readonly { readonly results: readonly { readonly duration: number }[] }[];
  }[];
}

interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[];
  readonly errors: readonly unknown[];
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
}

/** Reads Playwright's JSON report. An error outside of any test counts as a failed one. */
export function readPlaywrightReport(path: string): Outcome {
  const { suites, stats, errors } = JSON.parse(readFileSync(path, 'utf8')) as PlaywrightReport;
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + (stats.unexpected === 0 && errors.length > 0 ? 1 : 0),
    skipped: stats.skipped,
    files: suites.map((suite) => ({ name: `e2e/${suite.file}`, seconds: secondsOf(suite) })),
  };
}

function secondsOf(suite: PlaywrightSuite): number {
  const own = suite.specs.flatMap(({ tests }) =>
    tests.flatMap(({ results }) => results.map(({ duration }) => duration)),
  );
  const inner = (suite.suites ?? []).map(secondsOf);
  return own.reduce((sum, ms) => sum + ms / 1000, 0) + inner.reduce((sum, seconds) => sum + seconds, 0);
}
