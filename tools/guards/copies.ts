import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  type CallExpression,
  isArrayLiteralExpression,
  isBindingElement,
  isCallExpression,
  isClassDeclaration,
  isGetAccessorDeclaration,
  isIdentifier,
  isObjectBindingPattern,
  isObjectLiteralExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isSpreadAssignment,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { API, type Project, type Type, type Symbol as TypeSymbol } from 'typescript/unstable/sync';

export interface Copy {
  readonly file: string;
  readonly line: number;
  /** The expression that is copied or compared. */
  readonly text: string;
  readonly why: string;
}

/** What is looked at: an expression and what is done with it. */
interface Suspect {
  readonly node: Node;
  readonly why: string;
}

/** The projects that can see the core; of the packages those that hold sources and tests. */
const PROJECTS = [
  'packages/*/tsconfig.test.json',
  'packages/sip-bench/tsconfig.json',
  'packages/sip-node/tsconfig.examples.json',
  'apps/gateway/tsconfig.json',
  'apps/phone/tsconfig.engine.json',
  'e2e/tsconfig.json',
];

/**
 * Getters of a class stand on its prototype: a copy by own properties leaves them behind, and a comparison by own properties does not see
 * them. The compiler knows that of a class and not of the interfaces it implements. Finds, in every project below `root`, what copies or
 * compares so a value of a message whose type is an interface that some class fulfils with getters.
 */
export function checkCopies(root: string): readonly Copy[] {
  const api = new API({ cwd: root });
  try {
    const projects = api
      .updateSnapshot({ openProjects: globSync(PROJECTS, { cwd: root }).map((file) => join(root, file)) })
      .getProjects();
    const seen = new Set<string>();
    const read = projects.map((project) => ({ project, ...readProject(project, seen) }));
    const withGetters = new Set(read.flatMap(({ project, interfaces }) => implemented(project, interfaces)));
    return read
      .flatMap(({ project, suspects }) => judge(project, suspects, withGetters))
      .map(({ node, why }) => {
        const file = node.getSourceFile();
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        return { file: relative(root, file.fileName), line: line + 1, text: node.getText(), why };
      });
  } finally {
    api.close();
  }
}

function readProject(project: Project, seen: Set<string>) {
  const suspects: Suspect[] = [];
  const interfaces: Node[] = [];
  const visit = (node: Node): void => {
    if (isSpreadAssignment(node)) suspects.push({ node: node.expression, why: 'a spread' });
    else if (
      isObjectBindingPattern(node) &&
      node.elements.some((each) => isBindingElement(each) && each.dotDotDotToken)
    )
      suspects.push({ node, why: 'the rest of a destructuring' });
    else if (isCallExpression(node)) suspects.push(...calls(node));
    else if (
      isClassDeclaration(node) &&
      VALUES.test(node.getSourceFile().fileName) &&
      node.members.some(isGetAccessorDeclaration)
    )
      for (const clause of node.heritageClauses ?? [])
        if (clause.token === SyntaxKind.ImplementsKeyword) interfaces.push(...clause.types);
    node.forEachChild(visit);
  };
  for (const file of project.program.getSourceFileNames()) {
    if (file.includes('/node_modules/') || seen.has(file)) continue;
    seen.add(file);
    const source = project.program.getSourceFile(file);
    if (source) visit(source);
  }
  return { suspects, interfaces };
}

/** Where what is the same is equal; elsewhere an object with getters is somebody, and is compared as such. */
const VALUES = /packages\/sip\/src\/message\//;
const COPIES: ReadonlySet<string> = new Set(['assign', 'keys', 'values', 'entries']);
const COMPARISONS: ReadonlySet<string> = new Set(['toEqual', 'toStrictEqual', 'toMatchObject', 'toContainEqual']);

function calls({ expression, arguments: given }: CallExpression): readonly Suspect[] {
  const all = (why: string) => given.flatMap(parts).map((node) => ({ node, why }));
  if (isIdentifier(expression)) return expression.text === 'structuredClone' ? all('structuredClone') : [];
  if (!isPropertyAccessExpression(expression)) return [];
  const { expression: of, name } = expression;
  const on = isIdentifier(of) ? of.text : '';
  if (on === 'JSON' && name.text === 'stringify') return all('JSON.stringify');
  if (on === 'Object' && COPIES.has(name.text)) return all(`Object.${name.text}`);
  return COMPARISONS.has(name.text) ? all(name.text) : [];
}

/** The expression, and what stands in it where it is an object or an array written out. */
function parts(node: Node): readonly Node[] {
  if (isArrayLiteralExpression(node)) return node.elements.flatMap(parts);
  if (!isObjectLiteralExpression(node)) return [node];
  return node.properties.flatMap((each) =>
    isPropertyAssignment(each) ? parts(each.initializer) : isShorthandPropertyAssignment(each) ? [each.name] : [],
  );
}

/** The interfaces that were found behind `implements`. */
function implemented({ checker }: Project, nodes: readonly Node[]): readonly string[] {
  return checker.getTypeAtLocation(nodes).flatMap((type) => keyOf(type?.getSymbol()) ?? []);
}

/** The same in every project that reads the file. */
function keyOf(symbol: TypeSymbol | undefined): string | undefined {
  return symbol?.declarations[0] && `${symbol.name} ${symbol.declarations[0].path}`;
}

function judge({ checker }: Project, suspects: readonly Suspect[], withGetters: ReadonlySet<string>) {
  const types = checker.getTypeAtLocation(suspects.map(({ node }) => node));
  const known = new Map<number, boolean>();
  return suspects.filter((_, index) => isLossy(types[index]));

  function isLossy(type: Type | undefined): boolean {
    if (type === undefined) return false;
    const before = known.get(type.id);
    if (before !== undefined) return before;
    known.set(type.id, false);
    const lossy = look(type);
    known.set(type.id, lossy);
    return lossy;
  }

  function look(type: Type): boolean {
    if (type.isUnionType() || type.isIntersectionType()) return type.getTypes().some(isLossy);
    if (type.isTypeParameter()) return isLossy(checker.getBaseConstraintOfType(type));
    if (!type.isObjectType()) return false;
    if (withGetters.has(keyOf(type.getSymbol()) ?? '') || type.getBaseTypes()?.some(isLossy)) return true;
    return type.isTypeReference() && checker.getTypeArguments(type).some(isLossy);
  }
}
