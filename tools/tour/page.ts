import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readTests } from '../coverage/source.ts';

const block = /(<!-- ladder: ([\w-]+) -->\n)(?:```text\n[\s\S]*?\n```\n)?/g;

/** The page with each ladder printed behind its mark. */
export function fill(text: string, ladders: ReadonlyMap<string, string>): string {
  return text.replaceAll(block, (_, mark: string, name: string) => {
    const ladder = ladders.get(name);
    if (ladder === undefined) throw new Error(`no run is called ${name}`);
    return `${mark}\`\`\`text\n${ladder}\`\`\`\n`;
  });
}

/** The names of the ladders a page shows. */
export function shown(text: string): readonly string[] {
  return [...text.matchAll(block)].map(([, , name = '']) => name);
}

/**
 * What a page promises and does not keep, a sentence each: links to files and headings that are not there, and titles of tests that no test
 * has. A link to a test file is followed by titles in “ ”, parted by commas; what a title cites in its last parentheses may be left out.
 */
export function problems(root: string, text: string, page = 'docs/sip.md'): readonly string[] {
  const found: string[] = [];
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const known = new Map<string, ReturnType<typeof readTests>>();
  for (const [, target = '', titles = ''] of text.replaceAll(/```[\s\S]*?```/g, '').matchAll(link)) {
    if (/^https?:/.test(target)) continue;
    const [path = '', anchor] = target.split('#', 2);
    const file = path === '' ? page : relative(root, join(root, dirname(page), path));
    if (!existsSync(join(root, file))) {
      found.push(`${target} does not exist`);
      continue;
    }
    const content = file === page ? text : anchor === undefined && !isTest(file) ? '' : read(file);
    if (anchor !== undefined && !anchors(content).has(anchor)) found.push(`${target} has no such heading`);
    if (!isTest(file)) continue;
    const quoted = [...titles.matchAll(/“([^”]*)”/g)].map(([, title = '']) => title);
    if (quoted.length === 0) found.push(`${file} is named without the title of a test`);
    const tests = known.get(file) ?? readTests(file, content).filter(({ skipped }) => !skipped);
    known.set(file, tests);
    for (const title of quoted) {
      const there = tests.some(({ path: names }) => names.some((name) => name === title || uncited(name) === title));
      if (!there) found.push(`${file} has no test “${title}”`);
    }
  }
  return found;
}

/** The stops of the tour that lack a ladder, of their own or linked, a file, or a test. */
export function incomplete(text: string): readonly string[] {
  const sections = text.split(/^(?=##+ )/m);
  const withLadder = new Set(
    sections.filter((section) => /^<!-- ladder: /m.test(section)).flatMap((section) => [...anchors(section)]),
  );
  let stop = false;
  return sections.flatMap((section) => {
    const [, level = '', title = ''] = /^(##+) (.*)/.exec(section) ?? [];
    if (level === '##') stop = toured.has(title);
    if (level !== '###' || !stop) return [];
    const targets = [...section.matchAll(link)].map(([, target = '']) => target);
    const lacking = [
      [...targets.map((target) => target.slice(1)), ...anchors(section)].some((each) => withLadder.has(each)) ||
        'ladder',
      targets.some((target) => !target.startsWith('#') && !isTest(target)) || 'file',
      targets.some(isTest) || 'test',
    ];
    return lacking.flatMap((what) => (what === true ? [] : [`“${title}” has no ${what}`]));
  });
}

const toured: ReadonlySet<string> = new Set([
  'Layers',
  'Elements',
  'Mechanisms',
  'Call flows',
  'Strengths',
  'Weaknesses',
  'Uses',
]);

const link = /\[[^\]]*\]\(([^)\s]+)\)((?::? “[^”]*”,?)*)/g;

function isTest(file: string): boolean {
  return /\.(?:test|spec)\.tsx?$/.test(file);
}

function uncited(title: string): string {
  return title.replace(/ \([^()]*\)$/, '');
}

/** As the usual renderers make them of headings. */
function anchors(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
