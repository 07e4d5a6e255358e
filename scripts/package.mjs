// `npm run package`: production build, notices and SBOM of what is in it → dist/controller-tuner-<version>.vsix.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, root } from './ensure.mjs';
import { bundledPackages, noticesText, sbom } from './notices.mjs';

/** Largest VSIX that may ship, in bytes of 10^6 each: 1.5 MB. */
export const VSIX_LIMIT = 1_500_000;

/** Builds and packages; returns { file, bytes }. Throws with the tool's own message when something is missing. */
export async function packageVsix() {
  await ensureInstalled();
  const { name, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const dist = path.join(root, 'dist');
  // The whole folder ships: remove files that an earlier build left there.
  fs.rmSync(path.join(dist, 'webview'), { recursive: true, force: true });
  node('scripts/build.mjs', '--production');
  const packages = bundledPackages(JSON.parse(fs.readFileSync(path.join(dist, 'meta.json'), 'utf8')));
  fs.writeFileSync(path.join(dist, 'ThirdPartyNotices.txt'), noticesText(packages));
  fs.writeFileSync(path.join(dist, 'sbom.cdx.json'), sbom(packages, { name, version }));
  const file = path.join(dist, `controller-tuner-${version}.vsix`);
  // Dependencies are in the bundles. The README's links are to pages of this repository, whose address vsce can't
  // guess.
  node(
    'node_modules/@vscode/vsce/vsce',
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--no-update-package-json',
    '--out',
    file,
  );
  const bytes = fs.statSync(file).size;
  if (bytes > VSIX_LIMIT)
    throw new Error(
      `${path.relative(root, file)} has ${bytes.toLocaleString('en')} bytes, more than the ` +
        `${VSIX_LIMIT.toLocaleString('en')} allowed. See which bundle grew: ls -l dist`,
    );
  return { file, bytes };
}

/**
 * vsce gives every file this time, s since the epoch, and sorts them: the same sources give the same bytes. A zip knows
 * no earlier year.
 */
const EPOCH = { SOURCE_DATE_EPOCH: '315532800', TZ: 'UTC' };

function node(...args) {
  const r = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...EPOCH },
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (r.status !== 0) throw new Error(`node ${args[0]} failed.\n${r.stdout}${r.stderr}`.trim());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await packageVsix().then(
    ({ file, bytes }) => {
      console.log(`${path.relative(root, file)}: ${(bytes / 1e6).toFixed(2)} MB (limit ${VSIX_LIMIT / 1e6} MB)`);
    },
    (e) => {
      console.error(e.message);
      process.exitCode = 1;
    },
  );
}
