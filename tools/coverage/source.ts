import { type ESTree, parseSync, Visitor } from 'vite';

/** One test: the titles of the blocks around it and its own, outermost first. */
export interface TestTitle {
  readonly path: readonly string[];
  /** Left out by name: it shows nothing. */
  readonly skipped: boolean;
}

/** The tests of a file, by its syntax tree: nothing is run. */
export function readTests(file: string, source: string): readonly TestTitle[] {
  const tests: TestTitle[] = [];
  const blocks: { readonly title: string; readonly end: number; readonly skipped: boolean }[] = [];
  const { program } = parse(file, source);
  new Visitor({
    CallExpression(call) {
      const name = callee(call.callee);
      const title = text(call.arguments[0]);
      if (name === undefined || title === undefined) return;
      while (blocks.length > 0 && (blocks.at(-1)?.end ?? 0) < call.start) blocks.pop();
      const skipped = name.modifiers.some((modifier) => modifier === 'skip' || modifier === 'todo');
      const outer = blocks.some((block) => block.skipped);
      if (name.root === 'describe' || name.modifiers.includes('describe')) {
        blocks.push({ title, end: call.end, skipped });
      } else if (!name.modifiers.includes('step')) {
        tests.push({ path: [...blocks.map((block) => block.title), title], skipped: skipped || outer });
      }
    },
  }).visit(program);
  return tests;
}

/** The comments of a file. */
export function readComments(file: string, source: string): readonly string[] {
  // A comment over several lines reads as one sentence.
  return parse(file, source).comments.map(({ value }) => value.replaceAll(/\s*\n\s*\*?\s*/g, ' '));
}

function parse(file: string, source: string): ReturnType<typeof parseSync> {
  const result = parseSync(file, source);
  if (result.errors.length > 0) throw new Error(`${file}: ${result.errors[0]?.message}`);
  return result;
}

/** `test`, `it.each(rows)`, `test.describe.serial` … */
function callee(node: ESTree.Expression | ESTree.Super): { root: string; modifiers: readonly string[] } | undefined {
  const modifiers: string[] = [];
  let at: ESTree.Node = node;
  for (;;) {
    if (at.type === 'Identifier') {
      return ['test', 'it', 'describe'].includes(at.name) ? { root: at.name, modifiers } : undefined;
    }
    if (at.type === 'MemberExpression' && at.property.type === 'Identifier') {
      modifiers.push(at.property.name);
      at = at.object;
    } else if (at.type === 'CallExpression') at = at.callee;
    else return undefined;
  }
}

function text(node: ESTree.Node | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked ?? '').join('…');
  if (node?.type === 'BinaryExpression') return `${text(node.left) ?? ''}${text(node.right) ?? ''}`;
  return undefined;
}
