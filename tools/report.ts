import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** What a part of the test run did. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What there is to say of those that failed, and of those that were skipped. */
  readonly failures: readonly Finding[];
  readonly skips: readonly Finding[];
  /** Seconds per test file. */
  readonly files: readonly { readonly name: string; readonly seconds: number }[];
}

/** A test by its file and its whole title, or a step by its name. */
export interface Finding {
  readonly name: string;
  readonly message: string;
}

export const NOTHING: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [], files: [] };

/** A part of the run that is one test by itself, and failed. */
export function failure(name: string, message: string): Outcome {
  return { ...NOTHING, failed: 1, failures: [{ name, message }] };
}

export function add(a: Outcome, b: Outcome): Outcome {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
    skips: [...a.skips, ...b.skips],
    files: [...a.files, ...b.files],
  };
}

/** In continuous integration nothing may be left out: what was skipped, or a peer that is missing, has failed. */
export function strict(outcome: Outcome, missing: number): Outcome {
  const failed = outcome.failed + Math.max(outcome.skipped, missing);
  return { ...outcome, failed, failures: [...outcome.failures, ...outcome.skips], skipped: 0, skips: [] };
}

/** A tool that ended badly although its report knows of no failure: an error outside of any test. */
export function withExit(outcome: Outcome, status: number | null, name: string): Outcome {
  if (status === 0 || outcome.failed > 0) return outcome;
  return add(outcome, failure(name, `ended with ${status}, though none of its tests failed: an error outside of them`));
}

const LINES = 15;

/** Every failed test, or step, with the beginning of what it said: what a log whose beginning is lost still tells. */
export function described(failures: readonly Finding[]): string {
  const entries = failures.map(({ name, message }) => {
    const lines = stripVTControlCharacters(message).trim().split('\n');
    const shown = lines.length > LINES ? [...lines.slice(0, LINES), '…'] : lines;
    return [`✗ ${name}`, ...shown.map((line) => `    ${line}`.trimEnd())].join('\n');
  });
  return entries.join('\n\n');
}

const titled = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' › ');

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly VitestFile[];
}

interface VitestFile {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly status: string;
  /** Why the file could not be loaded. */
  readonly message: string;
  readonly assertionResults: readonly {
    readonly ancestorTitles: readonly string[];
    readonly title: string;
    readonly status: string;
    readonly failureMessages: readonly string[];
  }[];
}

/** Reads Vitest's JSON report. A file that could not even be loaded has no failed test: it counts as one. */
export function readVitestReport(path: string, root: string): Outcome {
  const report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
  const failed = report.numFailedTests === 0 && report.numFailedTestSuites > 0 ? 1 : report.numFailedTests;
  const files = report.testResults.map((file) => ({ ...file, name: file.name.replace(`${root}/`, '') }));
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: files.flatMap(vitestFailures),
    skips: files.flatMap((file) =>
      named(
        file,
        ({ status }) => status !== 'passed' && status !== 'failed',
        ({ status }) => status,
      ),
    ),
    files: files.map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 })),
  };
}

function vitestFailures(file: VitestFile): readonly Finding[] {
  const tests = named(
    file,
    ({ status }) => status === 'failed',
    ({ failureMessages }) => failureMessages.join('\n'),
  );
  if (file.status !== 'failed' || (tests.length > 0 && file.message === '')) return tests;
  return [{ name: file.name, message: file.message || 'did not finish' }, ...tests];
}

type VitestTest = VitestFile['assertionResults'][number];

function named(
  file: VitestFile,
  which: (test: VitestTest) => boolean,
  message: (test: VitestTest) => string,
): readonly Finding[] {
  return file.assertionResults.filter(which).map((test) => ({
    name: titled(file.name, ...test.ancestorTitles, test.title),
    message: message(test),
  }));
}

interface PlaywrightError {
  readonly message?: string;
}

interface PlaywrightSuite {
  readonly title: string;
  readonly file: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly line: number;
    readonly tests: readonly {
      readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped';
      readonly annotations: readonly { readonly type: string; readonly description?: string }[];
      readonly results: readonly { readonly duration: number; readonly errors: readonly PlaywrightError[] }[];
    }[];
  }[];
}

interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[];
  readonly errors: readonly PlaywrightError[];
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
  const tests = suites.flatMap((suite) => testsOf(suite));
  const outside = errors.map((error) => ({ name: 'end to end, outside of any test', message: told(error) }));
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + (stats.unexpected === 0 && errors.length > 0 ? 1 : 0),
    skipped: stats.skipped,
    failures: [
      ...tests.flatMap(({ name, status, results }) => {
        const message = results.flatMap((result) => result.errors.map(told)).join('\n\n');
        return status === 'unexpected' || status === 'flaky' ? [{ name, message }] : [];
      }),
      ...outside,
    ],
    skips: tests.flatMap(({ name, status, annotations }) => {
      const why = annotations.find(({ type }) => type === 'skip')?.description ?? 'not run';
      return status === 'skipped' ? [{ name, message: `skipped: ${why}` }] : [];
    }),
    files: suites.map((suite) => ({ name: `e2e/${suite.file}`, seconds: secondsOf(suite) })),
  };
}

const told = ({ message = '' }: PlaywrightError): string => message.trim();

/** The tests of a file, or of a group in it, by their whole titles. */
function testsOf(suite: PlaywrightSuite, groups: readonly string[] = []) {
  type Test = PlaywrightSuite['specs'][number]['tests'][number] & { readonly name: string };
  const own = suite.specs.flatMap(({ title, line, tests }) => {
    const name = titled(`e2e/${suite.file}:${line}`, ...groups, title);
    return tests.map((test): Test => ({ ...test, name }));
  });
  const inner = (suite.suites ?? []).flatMap((group): readonly Test[] => testsOf(group, [...groups, group.title]));
  return [...own, ...inner];
}

function secondsOf(suite: PlaywrightSuite): number {
  const own = suite.specs.flatMap(({ tests }) =>
    tests.flatMap(({ results }) => results.map(({ duration }) => duration)),
  );
  const inner = (suite.suites ?? []).map(secondsOf);
  return own.reduce((sum, ms) => sum + ms / 1000, 0) + inner.reduce((sum, seconds) => sum + seconds, 0);
}
