/** What the extension says of the clients of a program, by the real files of its module. */
import fs from 'node:fs';
import path from 'node:path';
import { clientsOf } from '../../../src/advice/clients/index';
import { GoPackage } from '../../../src/advice/go/package';
import { GoFile } from '../../../src/advice/go/file';
import { moduleOf } from '../../../src/advice/modules/index';
import type { Effective, Files } from '../../../src/advice/types';
import { grammar } from '../../unit/advice/harness';
import type { Workspace } from './workspace';
import { execFileSync } from 'node:child_process';

export interface Claim extends Effective {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim();

/** The files of this machine. `over`: texts by path in place of what is on the disk. */
export function realFiles(over: ReadonlyMap<string, string> = new Map()): Files {
  return {
    read: async (file) => over.get(file) ?? fs.promises.readFile(file, 'utf8').catch(() => undefined),
    list: async (dir) => {
      const there = await fs.promises.readdir(dir, { withFileTypes: true }).catch(() => []);
      const names = there.map((e) => (e.isDirectory() ? `${e.name}/` : e.name));
      for (const file of over.keys())
        if (path.dirname(file) === dir && !names.includes(path.basename(file))) names.push(path.basename(file));
      return names;
    },
    absolute: (p) => p,
    moduleCaches: [cache],
  };
}

/** All uses of configurations in a package of the workspace's module, with the program's text as it was written. */
export async function claimsOf(
  workspace: Workspace,
  name: string,
  texts: Readonly<Record<string, string>>,
): Promise<Claim[]> {
  const dir = `${workspace.dir}/${name}`;
  const files = Object.entries(texts).map(([file, text]) => new GoFile(`${dir}/${file}`, text, grammar().parse(text)));
  const module = await moduleOf(`${dir}/main.go`, realFiles());
  const pkg = new GoPackage(dir, files);
  const claims = clientsOf(pkg, module).configs.flatMap((config) =>
    config.uses.map((use) => ({
      ...use.effective,
      file: path.basename(config.file.path),
      start: use.call.startIndex,
      end: use.call.endIndex,
    })),
  );
  for (const file of files) file.tree.delete();
  return claims;
}
