import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { REPOSITORY } from './repository.js';

/**
 * Compiles a TypeScript file of this repository and all of ours that it imports, so that tests can run it as a process
 * of its own on any Node.js. Types are not checked.
 *
 * @param folder where the result goes; below the repository, so that packages are found.
 * @returns path of the JavaScript file.
 */
export async function compiled(entry: string, folder: string): Promise<string> {
  const seen = new Set<string>();
  await emit(entry, folder, seen);
  return outputOf(entry, folder);
}

async function emit(path: string, folder: string, seen: Set<string>): Promise<void> {
  if (seen.has(path)) return;
  seen.add(path);
  const { outputText } = transpileModule(await readFile(path, 'utf8'), {
    compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022, verbatimModuleSyntax: true },
  });
  const output = outputOf(path, folder);
  await mkdir(dirname(output), { recursive: true });
  await writeFile(output, outputText);
  for (const [, specifier] of outputText.matchAll(/from '(\.[^']+)\.js'/g)) {
    await emit(resolve(dirname(path), `${specifier!}.ts`), folder, seen);
  }
}

function outputOf(path: string, folder: string): string {
  return join(folder, relative(REPOSITORY, path).replace(/\.ts$/, '.js'));
}
