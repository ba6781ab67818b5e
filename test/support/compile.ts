import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const OUTPUT = resolve('.cache/compiled');

/**
 * Compiles a TypeScript file of this project, and all of ours that it imports, for a Node.js process of its own.
 *
 * @returns the path of the JavaScript file, inside the project so that packages are found.
 */
export async function compileForNode(entry: string): Promise<string> {
  const waiting = [resolve(entry)];
  const seen = new Set(waiting);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const source = await readFile(file, 'utf8');
    await write(file, source);
    for (const { fileName } of ts
      .preProcessFile(source)
      .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))) {
      const imported = resolve(dirname(file), fileName.replace(/\.js$/, '.ts'));
      if (!seen.has(imported)) waiting.push(imported);
      seen.add(imported);
    }
  }
  return outputOf(resolve(entry));
}

async function write(file: string, source: string): Promise<void> {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  await mkdir(dirname(outputOf(file)), { recursive: true });
  await writeFile(outputOf(file), outputText);
}

function outputOf(file: string): string {
  return join(OUTPUT, relative(resolve('.'), file)).replace(/\.ts$/, '.js');
}
