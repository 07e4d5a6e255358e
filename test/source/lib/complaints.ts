/** What Go's own tools say of the packages of a workspace. */
import path from 'node:path';
import { MODULE, run, type Workspace } from './workspace';

/**
 * By the first folder of the file that is complained about: words of gofmt, vet and the compiler. Folders without
 * complaints are not in it.
 */
export async function complaints(workspace: Workspace): Promise<Map<string, string>> {
  const said = new Map<string, string>();
  const add = (file: string, line: string): void => {
    const folder =
      (path.isAbsolute(file) ? path.relative(workspace.dir, file) : file)
        .replace(`${MODULE}/`, '')
        .replace(/^\.\//, '')
        .split('/')[0] ?? '';
    said.set(folder, `${said.has(folder) ? `${said.get(folder)}\n` : ''}${line}`);
  };
  const formatted = await run('gofmt', ['-l', '.'], { cwd: workspace.dir, env: {} });
  for (const file of formatted.stdout.split('\n').filter((l) => l !== '')) add(file, `gofmt would change ${file}`);
  for (const line of formatted.stderr.split('\n').filter((l) => l !== '')) add(line.split(':')[0] ?? '', line);
  for (const args of [
    ['vet', './...'],
    ['build', './...'],
  ]) {
    const ran = await workspace.go(args);
    const before = said.size;
    for (const line of ran.stderr.split('\n')) {
      const found = /^(?:vet: )?(?:\.\/)?([^\s:#]+\.go):\d+/.exec(line);
      if (found?.[1] !== undefined) add(found[1], `go ${args[0] ?? ''}: ${line}`);
    }
    if (ran.code !== 0 && said.size === before && said.size === 0)
      throw new Error(`go ${args.join(' ')} failed with words that name no file:\n${ran.stderr}`);
  }
  return said;
}
