import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Citations, readCitations } from './citations.ts';
import { readComments, readTests } from './source.ts';

export interface Shown {
  readonly file: string;
  readonly title: string;
}

/** What cites what, over all of the repository. */
export interface Coverage {
  /** Source files whose comments cite a section. */
  readonly implemented: ReadonlyMap<string, readonly string[]>;
  /** Tests whose titles cite a section, a trap or a purpose. */
  readonly shown: ReadonlyMap<string, readonly Shown[]>;
}

export function collect(root: string): Coverage {
  const implemented = new Map<string, string[]>();
  const shown = new Map<string, Shown[]>();
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const all = globSync('{packages,apps,tools,e2e}/**/*.{ts,tsx}', {
    cwd: root,
    exclude: (path) => /(?:^|\/)(?:node_modules|dist|output)$/.test(path),
  }).sort();
  if (all.length < 100) throw new Error(`only ${all.length} source files found`);
  for (const file of all) {
    if (/\.(?:test|spec)\.tsx?$/.test(file)) {
      for (const test of readTests(file, read(file))) {
        if (test.skipped) continue;
        const { sections, traps, purposes } = readCitations(test.path.join(' ; '));
        const title = test.path.join(' › ');
        for (const id of [...sections, ...traps, ...purposes]) add(shown, id, { file, title });
      }
    } else if (/^(?:packages|apps)\/[\w-]+\/src\//.test(file) && !file.includes('/testing/')) {
      const cited = new Set(readComments(file, read(file)).flatMap((comment) => sectionsOf(readCitations(comment))));
      for (const section of cited) add(implemented, section, file);
    }
  }
  return { implemented, shown };
}

function sectionsOf({ sections }: Citations): readonly string[] {
  return sections;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const present = map.get(key);
  if (present) present.push(value);
  else map.set(key, [value]);
}
