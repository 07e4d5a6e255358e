/** Finds the go command on this machine, to view execution traces with. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** Where a go command may be: on the PATH, in GOROOT, or where the installers put it. */
export function goCandidates(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly string[] {
  const { join, delimiter, isAbsolute } = platform === 'win32' ? path.win32 : path.posix;
  const name = platform === 'win32' ? 'go.exe' : 'go';
  const usual =
    platform === 'win32'
      ? [join(env['ProgramFiles'] ?? 'C:\\Program Files', 'Go', 'bin')]
      : ['/usr/local/go/bin', '/usr/lib/go/bin', '/opt/homebrew/bin'];
  const folders = [
    ...(env['PATH'] ?? env['Path'] ?? '').split(delimiter),
    ...(env['GOROOT'] === undefined ? [] : [join(env['GOROOT'], 'bin')]),
    ...usual,
  ];
  // Skip relative entries of the PATH: they would run a binary from whatever folder is open.
  return [...new Set(folders.filter((f) => isAbsolute(f)).map((f) => join(f, name)))];
}

/** The first candidate that exists; undefined without Go. */
export async function findGo(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  for (const file of goCandidates(env, platform)) {
    if (
      await fs.access(file, fs.constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}
