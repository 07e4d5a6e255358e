// Third-party code in the bundles: licences as ThirdPartyNotices.txt, names and versions as a CycloneDX SBOM. Both are
// made from esbuild's metafiles, so they neither miss a package nor list one that does not ship.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './ensure.mjs';

/** Licences that allow distribution with a notice. Any other needs a decision, so packaging fails. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
];

/** The folders, relative to the root, of packages with bytes in an output. */
function foldersOf(metafiles) {
  const folders = new Set();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file.replace(/^[\w-]+:/, ''))?.[0];
        if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  return [...folders];
}

/**
 * The packages in the bundles, without duplicates, sorted by name: { name, version, licence, text, home }. Throws if a
 * licence is not allowed or its text is missing.
 */
export function bundledPackages(metafiles) {
  const found = new Map();
  for (const folder of foldersOf(metafiles)) {
    const { name, version, license, homepage, repository } = JSON.parse(
      fs.readFileSync(path.join(root, folder, 'package.json'), 'utf8'),
    );
    if (!ALLOWED.includes(license))
      throw new Error(
        `${name} ${version} is bundled under "${license}", which is not among the licences that may ship: ` +
          `${ALLOWED.join(', ')}.`,
      );
    const home =
      homepage ??
      String(repository?.url ?? repository ?? '')
        .replace(/^git\+/, '')
        .replace(/\.git$/, '');
    found.set(`${name}@${version}`, { name, version, licence: license, text: licenceText(folder, name), home });
  }
  return [...found.values()].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1,
  );
}

/** Some releases of a package lack their licence file: use another release's copy, which has the same text. */
function licenceText(folder, name) {
  for (const place of [folder, `node_modules/${name}`]) {
    const dir = path.join(root, place);
    const file =
      fs.existsSync(dir) && fs.readdirSync(dir).find((f) => /^(licen[cs]e|copying|unlicense)(\.(md|txt))?$/i.test(f));
    if (file) return fs.readFileSync(path.join(dir, file), 'utf8').replaceAll('\r\n', '\n').trim();
  }
  return undefined;
}

/** Groups packages with the same licence text above that text. */
export function noticesText(packages) {
  const byText = new Map();
  for (const p of packages) {
    const text = p.text ?? `Licence: ${p.licence}. The package carries no text of it.`;
    byText.set(text, [...(byText.get(text) ?? []), p]);
  }
  const parts = [...byText].map(
    ([text, those]) =>
      `${those.map((p) => `${p.name} ${p.version} (${p.licence})${p.home === '' ? '' : ` ${p.home}`}`).join('\n')}\n\n${text}\n`,
  );
  return `Controller Tuner contains parts of the following packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** CycloneDX 1.6. Without a time or a random number: the same sources give the same file. */
export function sbom(packages, { name, version }) {
  const purl = (n, v) => `pkg:npm/${n.replace('@', '%40')}@${v}`;
  return `${JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        component: {
          type: 'application',
          'bom-ref': purl(name, version),
          name,
          version,
          purl: purl(name, version),
          licenses: [{ license: { id: 'Apache-2.0' } }],
        },
      },
      components: packages.map((p) => ({
        type: 'library',
        'bom-ref': purl(p.name, p.version),
        name: p.name,
        version: p.version,
        purl: purl(p.name, p.version),
        licenses: [{ license: { id: p.licence } }],
      })),
    },
    undefined,
    1,
  )}\n`;
}
