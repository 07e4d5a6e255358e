/**
 * Go modules to build in: a version's committed go.mod and go.sum in a folder of their own, and the packages of a test.
 */
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const MODULES = path.resolve(import.meta.dirname, '../modules');
/** Path of each version's module: it sorts behind what it imports, see fresh.go of effective.ts. */
export const MODULE = 'tuner.test/shapes';

/** A folder of modules/: controller-runtime's minor version, undefined for a program on client-go alone. */
export interface Version {
  readonly name: string;
  readonly minor: number | undefined;
}

/** All versions, or those that SOURCE_VERSIONS names (`SOURCE_VERSIONS=0.25,client-go`). */
export const VERSIONS: readonly Version[] = fs
  .readdirSync(MODULES)
  .filter((name) => fs.existsSync(path.join(MODULES, name, 'go.mod')))
  .filter((name) => (process.env['SOURCE_VERSIONS'] ?? name).split(',').includes(name))
  .map((name) => ({ name, minor: name === 'client-go' ? undefined : Number(name.split('.')[1]) }));

/** Why nothing can be compiled here; undefined: it can. */
export const missing: string | undefined = ((): string | undefined => {
  try {
    const found = Number(/go1\.(\d+)/.exec(execFileSync('go', ['version'], { encoding: 'utf8', cwd: MODULES }))?.[1]);
    return found >= 26 ? undefined : `Go 1.${found} is too old: Go 1.26 builds these modules`;
  } catch {
    return 'Go 1.26 is not in PATH';
  }
})();

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Workspace {
  readonly dir: string;

  constructor(
    readonly version: Version,
    purpose: string,
  ) {
    this.dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), `tuner-${purpose}-${version.name}-`));
    for (const name of ['go.mod', 'go.sum'])
      fs.copyFileSync(path.join(MODULES, version.name, name), path.join(this.dir, name));
    // Without it `go vet` would call what only a fix imports an indirect dependency, as `go mod tidy` would have it.
    this.write('deps/deps.go', fs.readFileSync(path.join(MODULES, version.name, 'deps/deps.go'), 'utf8'));
  }

  write(name: string, text: string): void {
    const file = path.join(this.dir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }

  /**
   * A tool of Go in the module's folder. Paths are trimmed, so that Go's cache answers for the same sources in another
   * folder.
   */
  async go(args: readonly string[], signal?: AbortSignal): Promise<Ran> {
    return run('go', args, {
      cwd: this.dir,
      env: { GOFLAGS: '-trimpath -buildvcs=false', GOWORK: 'off', GOTOOLCHAIN: 'local' },
      signal,
    });
  }

  /** Folder of a required module in the module cache; fetches it when it is not there. */
  async source(module: string): Promise<string> {
    // Listing fetches nothing: where nothing of this version was built yet there is no folder to tell.
    await this.go(['mod', 'download', module]);
    const { stdout, stderr } = await this.go(['list', '-m', '-f', '{{.Dir}}', module]);
    if (stdout.trim() === '') throw new Error(`no source of ${module}: ${stderr}`);
    return stdout.trim();
  }

  remove(): void {
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Runs a program to its end; a code other than 0 is an answer, not an error. Killed after `timeout`, ms. */
export async function run(
  command: string,
  args: readonly string[],
  {
    cwd,
    env,
    signal,
    timeout = 0,
  }: { cwd: string; env: Readonly<Record<string, string>>; signal?: AbortSignal | undefined; timeout?: number },
): Promise<Ran> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, {
      cwd,
      env: { ...process.env, ...env },
      maxBuffer: 1 << 28,
      timeout,
      killSignal: 'SIGKILL',
      ...(signal && { signal }),
    });
    return { code: 0, stdout, stderr };
  } catch (e) {
    const { code, killed, stdout, stderr } = e as {
      code?: number | string;
      killed?: boolean;
      stdout?: string;
      stderr?: string;
    };
    if (typeof code === 'string') throw e;
    return { code: code ?? (killed === true ? 124 : 1), stdout: stdout ?? '', stderr: stderr ?? '' };
  }
}
