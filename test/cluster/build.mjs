// Builds the test cluster's programs from Go modules, each only once, into the cache.
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { takeLock } from './lib/lock.mjs';
import { cacheDir, hashOf, here, versions } from './lib/places.mjs';

/**
 * @typedef {{ etcd: string, 'kube-apiserver': string, 'kube-controller-manager': string, kwok: string, kwokFiles: string,
 *   rig: string, widgets: string, gadgets: string, leaky: string, paint: string, load: string, orders: string,
 *   prometheus: string, promtool: string }} Binaries
 * Absolute paths; `kwokFiles` is a folder with stages.yaml and crds/.
 * @typedef {{ name: string, version: string, cold: string, dir: string, files: string[], sources: string[], build: (work: string, step: Step, options: Options) => Promise<void> }} Step
 * @typedef {{ log?: (line: string) => void, signal?: AbortSignal }} Options
 */

/**
 * One program of a module in tools/, whose go.mod pins it.
 * @param {string} name @param {string} tool folder in tools/ @param {string} pkg @param {string} version @param {string} cold @param {string} [ld]
 * @returns {Step}
 */
function released(name, tool, pkg, version, cold, ld = '') {
  const dir = join(here, 'tools', tool);
  const flags = `-ldflags=-s -w${ld}`;
  return {
    name,
    version,
    cold,
    dir,
    files: [name],
    sources: [name, flags, readFileSync(join(dir, 'go.mod'), 'utf8'), readFileSync(join(dir, 'go.sum'), 'utf8')],
    build: (work, step, options) => goBuild(step, ['-o', join(work, name), flags, pkg], options),
  };
}

/**
 * Prometheus with the one service discovery that is used here (the others bring the clients of twenty clouds) and
 * without its pages, and promtool.
 * @returns {Step}
 */
function prometheus() {
  const module = 'github.com/prometheus/prometheus';
  const version = ` -X github.com/prometheus/common/version.Version=${versions.prometheus.replace(/^v/, '')}`;
  const base = released('prometheus', 'prometheus', `${module}/cmd/prometheus`, versions.prometheus, '3 to 4 min');
  const args = [
    `-ldflags=-s -w${version}`,
    '-tags=remove_all_sd,enable_kubernetes_sd',
    `${module}/cmd/prometheus`,
    `${module}/cmd/promtool`,
  ];
  return {
    ...base,
    files: ['prometheus', 'promtool'],
    sources: [...base.sources, ...args],
    build: (work, step, options) => goBuild(step, ['-o', work + '/', ...args], options),
  };
}

const gitVersion = ` -X k8s.io/component-base/version.gitVersion=${versions.kubernetes}`;

/** What to build, in order. `cold` is the time on 2 cores with nothing in Go's caches. @returns {Step[]} */
function steps() {
  const samples = join(here, 'controllers');
  const rig = join(here, 'rig');
  const kwok = released('kwok', 'kwok', 'sigs.k8s.io/kwok/cmd/kwok', versions.kwok, '1 min');
  return [
    prometheus(),
    released('etcd', 'etcd', 'go.etcd.io/etcd/server/v3', versions.etcd, '30 s'),
    released(
      'kube-apiserver',
      'k8s',
      'k8s.io/kubernetes/cmd/kube-apiserver',
      versions.kubernetes,
      '4 to 5 min',
      gitVersion,
    ),
    released(
      'kube-controller-manager',
      'k8s',
      'k8s.io/kubernetes/cmd/kube-controller-manager',
      versions.kubernetes,
      '1 to 2 min',
      gitVersion,
    ),
    {
      ...kwok,
      files: ['kwok', 'kwok-files'],
      build: async (work, step, options) => {
        await kwok.build(work, step, options);
        await copyKwokFiles(step.dir, join(work, 'kwok-files'));
      },
    },
    {
      name: 'rig',
      version: '',
      cold: '20 s',
      dir: rig,
      files: ['rig'],
      sources: [hashOf([], [rig])],
      build: (work, step, options) => goBuild(step, ['-o', join(work, 'rig'), '.'], options),
    },
    {
      // Not stripped, and with this checkout's paths, so that frames of their profiles lead to these sources.
      name: 'sample controllers',
      version: '',
      cold: '1 min',
      dir: samples,
      files: ['widgets', 'gadgets', 'leaky', 'paint', 'load', 'orders'],
      sources: [
        hashOf(
          [samples],
          ['go.mod', 'go.sum', 'api', 'cmd', 'internal'].map((name) => join(samples, name)),
        ),
      ],
      build: (work, step, options) => goBuild(step, ['-o', work + '/', './cmd/...'], options),
    },
  ];
}

/**
 * Builds missing programs, and returns the paths of all. Concurrent runs wait for each other.
 * @param {Options} [options]
 * @returns {Promise<Binaries>}
 * @throws Error when Go is missing or too old, or a build fails (with the compiler's last lines)
 */
export async function ensureBinaries(options = {}) {
  const { log = () => {}, signal } = options;
  const root = join(cacheDir(), 'bin');
  const all = steps().map((step) => ({ step, dir: join(root, `${step.files[0]}-${hashOf(step.sources)}`) }));
  const missing = () => all.filter(({ step, dir }) => step.files.some((file) => !existsSync(join(dir, file))));
  if (missing().length > 0) {
    await checkGo();
    mkdirSync(root, { recursive: true });
    const unlock = await takeLock(join(root, 'build.lock'), { log, signal, what: 'building the test cluster' });
    try {
      const todo = missing();
      for (const [index, { step, dir }] of todo.entries()) {
        signal?.throwIfAborted();
        log(
          `[${index + 1}/${todo.length}] building ${step.name} ${step.version}`.trimEnd() +
            ` (${step.cold} the first time, on 2 cores)`,
        );
        const began = Date.now();
        const work = `${dir}.new-${process.pid}`;
        rmSync(work, { recursive: true, force: true });
        mkdirSync(work, { recursive: true });
        try {
          await step.build(work, step, options);
          rmSync(dir, { recursive: true, force: true });
          renameSync(work, dir);
        } finally {
          rmSync(work, { recursive: true, force: true });
        }
        log(`[${index + 1}/${todo.length}] ${step.name} built in ${seconds(began)}`);
        dropOld(root, step.files[0], dir);
      }
    } finally {
      unlock();
    }
  }
  /** @type {Record<string, string>} */
  const found = {};
  for (const { step, dir } of all)
    for (const file of step.files) found[file === 'kwok-files' ? 'kwokFiles' : file] = join(dir, file);
  return /** @type {Binaries} */ (found);
}

/** Keeps the two newest other builds of a program, since branches switch back and forth. */
function dropOld(root, name, current) {
  const old = readdirSync(root)
    .filter(
      (entry) => entry.startsWith(`${name}-`) && /-[0-9a-f]{12}$/.test(entry) && entry.length === name.length + 13,
    )
    .map((entry) => join(root, entry))
    .filter((dir) => dir !== current)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const dir of old.slice(2)) rmSync(dir, { recursive: true, force: true });
}

async function checkGo() {
  const { code, output } = await run('go', ['env', 'GOVERSION'], { cwd: here }).catch(() => ({
    code: 1,
    output: '',
    errors: '',
  }));
  const have = /go(\d+)\.(\d+)/.exec(output);
  if (code !== 0 || !have) {
    throw new Error(
      `The test cluster is built with Go ${versions.go}, and no "go" was found on the PATH. Install it from https://go.dev/dl/ and try again.`,
    );
  }
  const [major, minor] = versions.go.split('.').map(Number);
  if (Number(have[1]) < major || (Number(have[1]) === major && Number(have[2]) < minor)) {
    throw new Error(
      `The test cluster is built with Go ${versions.go} or newer, and "go" is ${have[0]}. Install a newer one from https://go.dev/dl/ and try again.`,
    );
  }
}

/**
 * kwok's own stages (what makes nodes and pods ready) and the definitions of the kinds that we use, from its module.
 */
async function copyKwokFiles(moduleDir, to) {
  const { code, output } = await run('go', ['list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok'], { cwd: moduleDir });
  if (code !== 0) throw new Error(`Finding kwok's module failed:\n${output}`);
  const kustomize = join(output.trim(), 'kustomize');
  mkdirSync(join(to, 'crds'), { recursive: true });
  const stages = ['node/fast/node-initialize', 'pod/fast/pod-ready', 'pod/fast/pod-complete', 'pod/fast/pod-delete'];
  writeFileSync(
    join(to, 'stages.yaml'),
    stages.map((name) => readFileSync(join(kustomize, 'stage', `${name}.yaml`), 'utf8')).join('\n---\n'),
  );
  for (const kind of ['portforwards', 'logs']) {
    const file = `kwok.x-k8s.io_${kind}.yaml`;
    copyFileSync(join(kustomize, 'crd', 'bases', file), join(to, 'crds', file));
  }
}

/** Runs go build; logs every 15 s how many packages have been compiled. */
async function goBuild(step, args, { log = () => {}, signal }) {
  const began = Date.now();
  let compiled = 0;
  const timer = setInterval(() => log(`      ${step.name}: ${compiled} packages compiled, ${seconds(began)}`), 15_000);
  try {
    const { code, output } = await run('go', ['build', '-v', '-buildvcs=false', ...args], {
      cwd: step.dir,
      signal,
      onLine: (line) => {
        if (/^[\w.-]+(\/\S+)*$/.test(line)) compiled++;
      },
    });
    if (code !== 0) {
      const tail = output
        .split('\n')
        .filter((line) => !/^[\w.-]+(\/[^\s:]+)*$/.test(line))
        .slice(-15)
        .join('\n');
      throw new Error(`Building ${step.name} failed:\n${tail}`);
    }
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs a program to its end and returns what it printed.
 * @param {string} program @param {string[]} args
 * @param {{ cwd?: string, signal?: AbortSignal, onLine?: (line: string) => void }} options
 * @returns {Promise<{ code: number, output: string, errors: string }>} output: both streams; errors: stderr alone
 */
export function run(program, args, { cwd, signal, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    let rest = '';
    const take = (/** @type {string} */ text) => {
      output += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (onLine) for (const line of lines) onLine(line);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
      take(text);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output, errors }));
  });
}

const seconds = (/** @type {number} */ since) => `${Math.round((Date.now() - since) / 1000)} s`;
