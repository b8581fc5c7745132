import { parseSync, Visitor } from 'vite';

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/**
 * Every module a source file names: static and dynamic imports, re-exports, `import('x').T` types, `import x = require('x')`.
 * Type-only imports count: a type from the wrong side couples the layers as much as a value does.
 */
export function importsOf(file: string, source: string): readonly Import[] {
  const { program, module, errors } = parseSync(file, source);
  const broken = errors[0];
  if (broken !== undefined) throw new Error(`${file}: ${broken.message}`);

  const found: { specifier: string; start: number }[] = [];
  const add = (specifier: unknown, start: number): void => {
    // A computed specifier cannot be judged, so it is not let through.
    found.push({ specifier: typeof specifier === 'string' ? specifier : '<computed>', start });
  };
  for (const { moduleRequest, start } of module.staticImports) add(moduleRequest.value, start);
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, start } of entries) if (moduleRequest !== null) add(moduleRequest.value, start);
  }
  new Visitor({
    ImportExpression: (node) => add(node.source.type === 'Literal' ? node.source.value : undefined, node.start),
    TSImportType: (node) => add(node.source.value, node.start),
    TSExternalModuleReference: (node) => add(node.expression.value, node.start),
  }).visit(program);

  return found
    .sort((a, b) => a.start - b.start)
    .map(({ specifier, start }) => ({ specifier, line: source.slice(0, start).split('\n').length }));
}
